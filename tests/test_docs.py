"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mocks.profiles import load_profiles
from mocks.scenarios import SCENARIOS
from rag.events import schema_text
from rag.reference import events_markdown
from ui.options import read_options

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_event_reference_is_fresh() -> None:
    """`docs/events.md` is what `python -m rag.reference` would write now."""
    assert (ROOT / "docs" / "events.md").read_text(encoding="utf-8") == events_markdown()


def test_the_schema_is_fresh() -> None:
    """`docs/events.schema.json` is generated from the models of today."""
    assert (ROOT / "docs" / "events.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_is_named_exists(document: Path) -> None:
    """A file or folder that a document points to is there."""
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:rag|ui|mocks|docs|tests|scripts|sample_docs)/[\w./-]*)`", text))
    linked = {link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link}
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [link for link in linked if not (document.parent / link).exists()]

    assert missing == []


def test_the_commands_of_the_readme_are_understood() -> None:
    """Every `python app.py ...` line of the README parses."""
    commands = re.findall(r"^python app\.py(.*)$", README, re.MULTILINE)

    assert commands
    for line in commands:
        words = re.findall(r'"([^"]*)"|(\S+)', line.split("#")[0])
        read_options([quoted or plain for quoted, plain in words], {})


def test_every_scenario_and_profile_is_in_the_readme() -> None:
    """What can be chosen is listed."""
    assert [name for name in (*SCENARIOS, *load_profiles()) if f"`{name}`" not in README] == []


def test_the_folder_can_be_pushed_as_a_gradio_space() -> None:
    """The front matter of a Space stands at the top of the README."""
    front = README.split("---")[1]

    assert "sdk: gradio" in front
    assert "app_file: app.py" in front
    version = re.search(r"gradio==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert version
    assert f"sdk_version: {version[1]}" in front
