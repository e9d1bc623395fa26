"""Reads HTML: its title and its visible text, cut at the headings. Nothing of it is rendered, run, fetched or trusted.

Knows bytes and `html.parser`. Knows nothing of files and passages. A file is read in pieces, and one that never closes
a tag is refused: some versions of the parser would go over its rest again and again, for every `<` in it.
"""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser

from rag.retrieval.documents import Document, UnreadableDocument, clean
from rag.retrieval.html_blocks import Blocks
from rag.retrieval.html_elements import UNSEEN, Attributes, OpenElements

MAX_MARKUP = 500_000
"""Tags, attributes and pieces of text in a file. Reading as many takes seconds, not minutes."""
MAX_TAG = 5_000_000
"""Characters of one tag, such as that of a picture that is written into its page. Scripts may be longer."""
_PIECE = 64 * 1024
"""Characters that the parser is given at a time."""

_CHARSET = re.compile(rb"<meta\s[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_CHARSET_WITHIN = 4096
_AS_WINDOWS_1252 = frozenset({"iso-8859-1", "latin1", "ascii", "us-ascii", "windows-1252"})
"""Names for one encoding: https://encoding.spec.whatwg.org/#names-and-labels says so, because the pages do."""
_ENCODING = re.compile(
    r"utf-8|utf8|windows-125[0-8]|iso-8859-(?:[2-9]|1[013456])|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr)"
)
"""Encodings of pages; Python has others by such names that are none, and some that take forever."""


def read_html(data: bytes) -> Document:
    """Title and sections of an HTML file; hidden text, scripts, styles, menus and controls left out.

    Raises `UnreadableDocument` for an unknown encoding, a file that ends inside a tag, a comment or a script, and
    markup without end.
    """
    text = _decode(data)
    page = _Page()
    try:
        position = 0
        while position < len(text):
            size = max(_PIECE, len(page.rawdata))  # what could not be read yet is read again with every piece
            page.feed(text[position : position + size])
            position += size
            page.check_length()
        if page.is_inside_markup:
            raise UnreadableDocument("ends inside a tag, a comment or a script; close it, or get the whole file again")
        page.close()
    except (AssertionError, ValueError) as error:  # how the parser meets `<![x` and a character number without end
        if isinstance(error, UnreadableDocument):
            raise
        raise UnreadableDocument("holds markup that cannot be read; open it in a browser and save it anew") from error
    return page.document()


def _decode(data: bytes) -> str:
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(
            f"is not text in {encoding.removesuffix('-sig').upper()}; save it as UTF-8, or let it say its encoding in "
            "`<meta charset=...>`"
        ) from error


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    if declared is None or data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    name = declared[1].decode("ascii", "replace").lower()
    if name in _AS_WINDOWS_1252:
        return "windows-1252"
    return name if _ENCODING.fullmatch(name) and not name.startswith("utf") else "utf-8-sig"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._elements = OpenElements()
        self._blocks = Blocks()
        self._title: list[str] = []
        self._in_title = False
        self._markup = 0

    @property
    def is_inside_markup(self) -> bool:
        """Whether the text so far breaks off in something that is no text."""
        return self.cdata_elem is not None or bool(re.match(r"<[a-zA-Z/!?]", self.rawdata))

    def check_length(self) -> None:
        if len(self.rawdata) > MAX_TAG and self.cdata_elem is None:
            raise UnreadableDocument(
                f"holds a tag or comment of more than {MAX_TAG:,} characters; close it, or take it out"
            )

    def document(self) -> Document:
        title = " ".join(clean("".join(self._title)).split())
        return Document(title, self._blocks.finish())

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self._count(1 + len(attrs))
        self._elements.start(tag, attrs)
        if not self._elements.hidden:
            self._in_title = tag == "title"
            self._blocks.start(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """As a browser does, `<div/>` is taken for `<div>`; but what is never seen must not swallow the rest."""
        self.handle_starttag(tag, attrs)
        if tag in UNSEEN:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._count()
        if self._elements.end(tag):
            self._blocks.end(tag)
            self._in_title = False

    def handle_data(self, data: str) -> None:
        self._count()
        if self._in_title:
            self._title.append(data)
        elif not self._elements.hidden:
            self._blocks.text(data)

    def _count(self, more: int = 1) -> None:
        self._markup += more
        if self._markup > MAX_MARKUP:
            raise UnreadableDocument(f"holds more than {MAX_MARKUP:,} tags and attributes; split it")
