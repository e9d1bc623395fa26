"""The style sheets as text: what they must not ask of a browser that repaints with every token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.theme import STATIC

SHEETS = sorted(STATIC.glob("*.css"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_asks_what_an_element_contains(sheet: Path) -> None:
    """`:has()` is put anew at every change under its element: with 55 such rules, one repainted sentence cost 4 ms of
    style and layout beside 600 tokens of answer, and 7 to 10 ms beside 2,000, where 1 ms is enough. `reflect.js`
    writes such states as attributes instead."""
    rules = _COMMENT.sub("", sheet.read_text(encoding="utf-8"))

    assert ":has(" not in rules


def test_there_are_style_sheets() -> None:
    """The test above looks at something."""
    assert "app.css" in {sheet.name for sheet in SHEETS}
