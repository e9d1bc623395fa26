"""Which HTML elements are open, and whether what stands in them is seen by a reader.

Knows elements and their attributes. Knows no text. Style sheets are not read: what only a class hides counts as seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"] + ["wbr"]
)
"""Elements that have no content and no end tag."""
UNSEEN = frozenset(
    ["script", "style", "template", "noscript", "noembed", "noframes", "svg", "iframe", "object", "canvas"]
    + ["audio", "video", "select", "datalist", "textarea", "nav"]
)
"""Elements whose content is no text of the document: programs, pictures, controls, and menus of links."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "dd"]
    + ["div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr"]
    + ["html", "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "ul"]
)
"""Elements that begin on a line of their own."""

_CELLS = frozenset({"td", "th"})
_ROWS = _CELLS | {"tr"}
_ROW_GROUPS = frozenset({"tbody", "thead", "tfoot"})
_TABLE = frozenset({"table"})
_STRUCTURE = BLOCKS | UNSEEN | _ROWS | _ROW_GROUPS

_IMPLIED_ENDS: Mapping[str, tuple[Collection[str], Container[str]]] = (
    dict.fromkeys(BLOCKS, (frozenset({"p"}), _ROWS | _TABLE))
    | {"li": (frozenset({"li", "p"}), frozenset({"ul", "ol", "menu"}) | _ROWS | _TABLE)}
    | dict.fromkeys(("dt", "dd"), (frozenset({"dt", "dd", "p"}), frozenset({"dl"}) | _ROWS | _TABLE))
    | dict.fromkeys(_CELLS, (_CELLS, frozenset({"tr"}) | _TABLE))
    | {"tr": (_ROWS, _TABLE)}
    | dict.fromkeys(_ROW_GROUPS, (_ROWS | _ROW_GROUPS, _TABLE))
)
"""Start tag -> elements that it ends when their own end tag is missing, and elements that it does not reach out of."""

_SEARCH_DEPTH = 100
"""How far up an element is looked for: bounds the work for a tag in a file that nests a million elements."""
_STYLE_LENGTH = 2000
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ZERO = r"(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?"
_INVISIBLE = re.compile(
    rf"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*{_ZERO}\s*(?:[;!]|$))"
)

Attributes = Sequence[tuple[str, str | None]]
"""As `html.parser` gives them: names in lower case, values decoded."""


class OpenElements:
    """Follows start and end tags, missing ones included, as far as it takes to know where hidden text ends."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        self._count: Counter[str] = Counter()
        self._hiding = 0

    @property
    def hidden(self) -> bool:
        """Whether text that comes now is not shown to a reader."""
        return self._hiding > 0

    def start(self, tag: str, attributes: Attributes) -> None:
        """A start tag. Elements within a line are followed only where they hide something or are hidden themselves."""
        if tag in VOID:
            return
        if tag in _IMPLIED_ENDS:
            self._end_implied(*_IMPLIED_ENDS[tag])
        hides = _is_hidden(tag, attributes)
        if hides or self.hidden or tag in _STRUCTURE:
            self._open.append((tag, hides))
            self._count[tag] += 1
            self._hiding += hides

    def end(self, tag: str) -> bool:
        """An end tag; whether it ends something that was seen.

        One without a start tag, or from inside a table cell to what stands around it, ends nothing.
        """
        barriers = frozenset[str]() if tag in _ROWS | _ROW_GROUPS | _TABLE else _CELLS
        for depth in self._innermost_first() if self._count[tag] else ():
            open_tag, hides = self._open[depth]
            if open_tag == tag:
                self._close_down_to(depth)
                return not hides and not self.hidden
            if open_tag in barriers:
                break
        return not self.hidden

    def _end_implied(self, ended: Collection[str], barriers: Container[str]) -> None:
        if not any(self._count[tag] for tag in ended):
            return
        outermost = None
        for depth in self._innermost_first():
            tag, _ = self._open[depth]
            if tag in barriers and tag not in ended:
                break
            if tag in ended:
                outermost = depth
        if outermost is not None:
            self._close_down_to(outermost)

    def _innermost_first(self) -> range:
        top = len(self._open) - 1
        return range(top, max(-1, top - _SEARCH_DEPTH), -1)

    def _close_down_to(self, depth: int) -> None:
        for tag, hides in self._open[depth:]:
            self._count[tag] -= 1
            self._hiding -= hides
        del self._open[depth:]


def _is_hidden(tag: str, attributes: Attributes) -> bool:
    if tag in UNSEEN:
        return True
    values = {name: value or "" for name, value in reversed(attributes)}  # of two of a name, the first counts
    if "hidden" in values or (tag == "dialog" and "open" not in values):
        return True
    style = _STYLE_COMMENT.sub("", values.get("style", "")[:_STYLE_LENGTH].lower())
    return values.get("aria-hidden", "").lower() == "true" or bool(_INVISIBLE.search(style))
