"""Documents of one's own in a real browser: bring them, ask them, be told what is wrong with them, go back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import CONTRAST, NARROW, WIDE, Screen
from tests.served import served
from tests.test_uploads import GUIDE
from ui.uploads import MAX_FILE_BYTES

QUESTION = "How much is the Zorbium allowance?"
FILES = "#ask-documents input[type=file]"


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Gradio puts what is handed in."""
    return tmp_path_factory.mktemp("gradio")


@pytest.fixture(scope="module")
def port(uploaded: Path) -> Iterator[int]:
    with served("--profile", "instant", GRADIO_TEMP_DIR=str(uploaded)) as number:
        yield number


@pytest.fixture
def screen(browser: Browser, port: int) -> Iterator[Screen]:
    screen = Screen(browser, port)
    screen.page.click("[data-fold=ask-documents]")
    yield screen
    assert screen.errors == []
    assert screen.dialogs == []
    screen.page.close()


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "handbook.md"
    path.write_text(GUIDE)
    return path


def bring(screen: Screen, *files: Path) -> None:
    screen.page.set_input_files(FILES, [str(file) for file in files])


def ask(screen: Screen, question: str) -> None:
    screen.page.fill("#ask-question textarea", question)
    screen.page.click("#ask-ask")


def test_a_made_up_fact_is_found_and_cited(screen: Screen, guide: Path, uploaded: Path) -> None:
    """The answer comes from the file and cites it; nothing of the file is left on the disk."""
    bring(screen, guide)
    expect(screen.page.locator(".rg-documents-chip")).to_contain_text("Asking 1 of your documents, 2 passages")
    ask(screen, QUESTION)
    screen.wait_for("#ask-head .rg-mood-done")

    assert "417 krona" in screen.text("#ask-answer-column")
    assert "Zorbium handbook" in screen.text("#ask-evidence .rg-source")
    assert [path for path in uploaded.rglob("*") if path.is_file()] == []


def test_back_to_the_library(screen: Screen, guide: Path) -> None:
    """The chip goes, and the made-up fact is unknown again."""
    bring(screen, guide)
    screen.page.click("[data-documents-leave]")
    expect(screen.page.locator("#ask-question textarea")).to_be_focused()
    expect(screen.page.locator(".rg-documents-chip")).to_have_count(0)
    ask(screen, QUESTION)
    screen.page.wait_for_function("!document.querySelector('#ask-ask').disabled")

    assert "417" not in screen.text("#ask-answer-column")


def test_a_story_leads_back_to_the_library(screen: Screen, guide: Path) -> None:
    """Stories are told by the sample library, so whoever chooses one asks it."""
    bring(screen, guide)
    screen.page.wait_for_selector(".rg-documents-chip")
    screen.choose("Refined")
    expect(screen.page.locator(".rg-documents-chip")).to_have_count(0)
    screen.page.click("#ask-ask")
    screen.wait_for("#ask-answer .rg-version, #ask-evidence .rg-source")

    assert "Zorbium" not in screen.text("#ask-evidence")


def test_a_story_is_over_when_documents_come(screen: Screen, guide: Path) -> None:
    """What there was to watch goes with it, and its question is not asked of them."""
    screen.choose("Refined")
    bring(screen, guide)
    screen.page.wait_for_selector(".rg-documents-chip")
    expect(screen.page.locator(".rg-watch")).to_have_count(0)

    assert screen.page.get_by_label("Scenario").input_value() == "Your own question"


def test_a_broken_file_beside_a_good_one(screen: Screen, guide: Path, tmp_path: Path) -> None:
    """The broken one is named with what to do; the good one can be asked."""
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis is the end")
    bring(screen, broken, guide)
    fault = screen.page.locator(".rg-documents-faults li")
    expect(fault).to_have_count(1)

    assert "broken.pdf" in fault.inner_text()
    assert "print it to a new PDF" in fault.inner_text()
    assert "Asking 1 of your documents" in screen.text(".rg-documents-chip")


def test_files_that_are_not_even_sent(screen: Screen, guide: Path, tmp_path: Path) -> None:
    """One that is too large stays in the browser, alone or among others, and is named."""
    large = tmp_path / "large.txt"
    large.write_bytes(b"word " * (MAX_FILE_BYTES // 5 + 1))
    before = len(screen.requests)
    bring(screen, large)
    expect(screen.page.locator(".rg-documents-faults")).to_contain_text("is larger than 5 MB")
    sent = [url for url in screen.requests[before:] if "/upload" in url]
    bring(screen, large, guide)
    expect(screen.page.locator(".rg-documents-chip")).to_be_visible()

    assert sent == []
    assert "large.txt" in screen.text(".rg-documents-faults")
    assert "handbook.md" in screen.text(".rg-documents-read")


def test_the_link_does_not_tell_of_the_documents(screen: Screen, guide: Path) -> None:
    """Whoever gets the link asks the library: the documents are not given away with it."""
    bring(screen, guide)
    chip = screen.page.locator("[data-documents]")
    set_id = chip.get_attribute("data-documents") or ""
    screen.page.fill("#ask-question textarea", QUESTION)
    screen.page.click("#ask-copy")
    screen.page.wait_for_function("location.search.includes('Zorbium')")

    assert len(set_id) > 20
    assert set_id not in screen.page.url
    assert "documents" not in screen.page.evaluate("location.search")


def test_names_and_texts_are_only_text(screen: Screen, tmp_path: Path) -> None:
    """A file whose name and sentences are markup shows both and runs neither."""
    path = tmp_path / "<img src=x onerror=alert(1)>.md"
    path.write_text(
        GUIDE.replace("417 krona", "<img src=x onerror=alert(2)> 417 krona").replace(
            "Zorbium handbook", "<b>Zorbium</b> handbook"
        )
    )
    bring(screen, path)
    screen.page.wait_for_selector(".rg-documents-chip")
    ask(screen, QUESTION)
    screen.page.wait_for_function("!document.querySelector('#ask-ask').disabled")

    assert "<img src=x" in screen.text("#ask-answer-column")
    assert screen.page.locator("#ask-answer-column img, #ask-evidence img, #ask-documents img").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_can_be_read_anywhere(
    browser: Browser, port: int, guide: Path, tmp_path: Path, theme: str, size: dict[str, int]
) -> None:
    """Nothing sticks out of the page, and every text stands out from its ground."""
    screen = Screen(browser, port, size=size, theme=theme)
    screen.page.click("[data-fold=ask-documents]")
    empty = tmp_path / f"{'a-long-name-' * 5}.md"
    empty.write_text("")
    bring(screen, guide, empty)
    screen.page.wait_for_selector(".rg-documents-faults")

    assert screen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert screen.page.evaluate(CONTRAST) == {}
    screen.page.close()
