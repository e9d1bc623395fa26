"""HTML files: visible text in sections, whatever the state of the markup; what is hidden or endless stays outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConfigurationError
from rag.retrieval import html_documents
from rag.retrieval.corpus import load_corpus, read_file
from rag.retrieval.documents import UnreadableDocument
from rag.retrieval.html_documents import MAX_TAG, read_html

WORDS = "Every word of this sentence is here so that the section is long enough to stand alone. "


def text_of(html: str) -> str:
    """All text of a page; sections are told apart by `#` and their heading."""
    parts = read_html(html.encode()).sections
    return "\n\n".join(f"{'#' * part.level} {part.heading}\n{part.text}".strip() for part in parts)


def test_a_page(tmp_path: Path) -> None:
    """Its title, its sections in order with their parents' headings, and ids made of both."""
    head = "<!doctype html><title>Loans &amp; fees</title>"
    body = f"<body><h1>Loans</h1><h2>FHA</h2><p>{WORDS}<h3>Ratios</h3>{WORDS}"
    (tmp_path / "Loan Guide.html").write_text(head + body)
    passages = load_corpus(tmp_path).passages

    assert [(passage.section, passage.passage_id) for passage in passages] == [
        ("FHA", "loan-guide#fha"),
        ("FHA / Ratios", "loan-guide#fha-ratios"),
    ]
    assert {(passage.title, passage.source, passage.domain) for passage in passages} == {
        ("Loans & fees", "Loans & fees", "general")
    }
    assert passages[0].text == WORDS.strip()


def test_a_page_without_a_title() -> None:
    """It is called by its file."""
    assert read_file("sub/House rules.htm", WORDS.encode())[0].title == "House rules"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>bo</b>ld\n word<p>Two<br>lines", "One bold word\n\nTwo\nlines"),
        ("a<div>b</div>c<hr>d", "a\n\nb\n\nc\n\nd"),
        ("<ul><li>one<li><p>two</p><li></ul>after", "- one\n- two\n\nafter"),
        ("<ol><li>one<ul><li>deep</ul><li>two</ol>", "1. one\n- deep\n2. two"),
        ("<pre>a\n  b</pre>c\nd", "a\nb\n\nc d"),
        ("43&nbsp;&percnt; &#8211; &frac12; &amp;lt;", "43 % \u2013 \u00bd &lt;"),
        ("e\u00adscrow \ufb01les\x00 \u202eright\u2069", "escrow files right"),
        ("<h2>Never closed<p>text</p>", "## Never closed\ntext"),
        (f"<h2>{'long ' * 50}</h2>", "## \n" + ("long " * 50).strip()),
    ],
    ids=[
        "inline",
        "blocks",
        "list",
        "nested list",
        "preformatted",
        "entities",
        "signs",
        "open heading",
        "long heading",
    ],
)
def test_blocks(html: str, text: str) -> None:
    """Markup becomes the plain text that a reader would type: paragraphs, items and lines where the page has them."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("<tr><th>Factors<th>Limit<tr><td>2<td>50 %<tr><td>3<td>5", "Factors: 2; Limit: 50 %.\nFactors: 3; Limit: 5."),
        ("<thead><tr><th>a</th><th>b</thead><tbody><tr><td>1</td><td><p>2</p><p>3</p></td></tbody>", "a: 1; b: 2 3."),
        ("<tr><th>a</th><th>b<tr><td>1<td>2</td></tr><tr><td>3</td> <td></td></tr>", "a: 1; b: 2.\na: 3."),
        ("<tr><td>one<td>two", "one; two."),
        ("<tr><th>FHA<td>43 %", "FHA; 43 %."),
        ("<tr><th>a<th>b<tr><td colspan=2>Both.", "Both.\na; b."),
        ("<tr><th>a<th>b<tr><td>1<td>", "a: 1.\nb."),
        ("<tr><th>only<th>headings", "only; headings."),
        ("<tr><td>x<ul><li>one<li>two</ul>", "x, one, two."),
        ("<tr><td><h2>Layout</h2><p>a</p><p>b</p>", "## Layout\na\n\nb"),
        ("<tr><td>before<table><tr><td>inner</table>after", "before.\ninner.\n\nafter"),
    ],
    ids=[
        *("header", "groups", "ends", "no header", "row header", "merged"),
        *("empty column", "only header", "list", "layout", "nested"),
    ],
)  # fmt: skip
def test_tables(rows: str, text: str) -> None:
    """Each row is a sentence that stands alone; a table that only arranges the page leaves its content as it is."""
    assert text_of(f"<table>{rows}</table>") == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret<p></script>",
        "<style>secret</style>",
        "<template><p>secret</p></template>",
        "<noscript>secret</noscript>",
        "<!-- secret -->",
        "<svg><title>secret</title></svg>",
        "<nav><a href=x>secret</a></nav>",
        "<select><option>secret</select>",
        "<textarea>secret</textarea>",
        "<iframe>secret</iframe>",
        "<iframe src=x />",
        "<p hidden>secret",
        "<p hidden=until-found>secret</p>",
        "<div style='color: red; DISPLAY : none'><div>secret</div>secret</div>",
        "<span style='visibility:hidden'>secret<span>secret</span>secret</span>",
        "<b style='font-size:0px'>secret</b>",
        "<b style='opacity:0.0 !important'>secret</b>",
        "<b style='display:/**/none'>secret</b>",
        "<i aria-hidden=true>secret</i>",
        "<dialog>secret</dialog>",
        "<ul><li hidden>secret<li>seen</ul>",
        "<table><tr hidden><td>secret<tr><td>seen<td hidden>secret</table>",
        "<div><span hidden>secret</div>",
        "<p title=secret data-x=secret>seen</p><img alt=secret src=data:secret>",
        "<p hidden style='display:block' hidden>secret</p>",
    ],
)
def test_what_a_reader_does_not_see(hidden: str) -> None:
    """It is no text of the document, and what stands around it is all there."""
    text = text_of(f"<p>before</p>{hidden}<p>behind</p>")

    assert "secret" not in text
    assert text.startswith("before")
    assert text.endswith("behind")


@pytest.mark.parametrize("style", ["opacity:0.5", "font-size:0.8em", "display:block", "visibility:visible", "x:none"])
def test_what_a_reader_sees(style: str) -> None:
    """Styles that only resemble hiding hide nothing."""
    assert text_of(f"<p style='{style}'>seen</p>") == "seen"


def test_markup_in_the_text() -> None:
    """Decoded entities may look like markup: they are kept as text, letter by letter, and read as such only."""
    assert (
        text_of("<p>&lt;script&gt;alert(1)&lt;/script&gt; **x** [a](b)</p>") == "<script>alert(1)</script> **x** [a](b)"
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("caf\u00e9".encode(), "caf\u00e9"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "caf\u00e9"),
        ("caf\u00e9".encode("utf-16"), "caf\u00e9"),
        (b"<meta charset='ISO-8859-1'>caf\xe9 \x80", "caf\u00e9 \u20ac"),
        (b'<meta http-equiv=x content="text/html; charset=koi8-r">\xc1', "\u0430"),
        (b"<meta charset=unicode_escape>\\u0041", "\\u0041"),
    ],
    ids=["utf-8", "mark", "utf-16", "latin", "declared", "not an encoding of pages"],
)
def test_encodings(data: bytes, text: str) -> None:
    """Pages say how they are encoded; where they do not, they are UTF-8."""
    assert read_html(data).sections[0].text == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"<p hidden>x", "holds no text"),
        (b"caf\xe9", "is not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "is not text in UTF-8"),
        (b"<p>text <!-- never closed", "ends inside"),
        (b"<p>text<script>never closed", "ends inside"),
        (b"<p>text<a href='never closed", "ends inside"),
        (b"<p>text<![x y", "markup that cannot be read|ends inside"),
        (b"&#" + b"1" * 5000 + b";", "markup that cannot be read"),
    ],
    ids=["empty", "hidden", "latin", "picture", "comment", "script", "tag", "section", "number"],
)
def test_files_that_are_refused(data: bytes, said: str) -> None:
    """The error names the file, what is wrong, and what to do."""
    with pytest.raises(ConfigurationError, match=rf"^page\.html: .*({said}).*; .*\.$"):
        read_file("page.html", data)


@pytest.mark.parametrize("piece", [b"<!--", b"<a ", b"<", b"</", b"<!", b"<?", b"&", b"<a b='"])
def test_a_file_made_to_take_forever(piece: bytes) -> None:
    """It is refused, or read, in one go over its text: each of these has taken a parser hours."""
    data = b"<p>text" + piece * (1_500_000 // len(piece))
    try:
        assert read_html(data).sections[0].text.startswith("text&&&")
    except UnreadableDocument as refused:
        assert "close it" in str(refused) or "split it" in str(refused)


def test_a_tag_without_end() -> None:
    """A picture may be written into its page; nothing else needs so long a tag."""
    picture = b"<img src='data:" + b"A" * (MAX_TAG // 2) + b"'>text"
    assert read_html(picture).sections[0].text == "text"

    with pytest.raises(UnreadableDocument, match="more than 5,000,000 characters"):
        read_html(b"<img src='" + b"A" * (2 * MAX_TAG) + b"'>text")


@pytest.mark.parametrize("markup", ["<b>", "</b>", "x<br>", "<a b c d e f>"])
def test_too_much_markup(monkeypatch: pytest.MonkeyPatch, markup: str) -> None:
    """Tags, attributes and pieces of text are counted, because they are what takes time."""
    monkeypatch.setattr(html_documents, "MAX_MARKUP", 1000)
    with pytest.raises(UnreadableDocument, match="more than 1,000 tags"):
        read_html(markup.encode() * 1001)


def test_a_file_read_in_pieces() -> None:
    """Where the pieces end leaves no trace, also in the middle of an entity, a tag or a script."""
    page = "<p>43 &percnt; of <b class='x'>it</b><script>if (a < b) {}</script> &amp; more.</p>" * 5000

    assert text_of(page).split("\n\n") == ["43 % of it & more."] * 5000


PARTS = [
    "<p>",
    "</p>",
    "<div hidden>",
    "</div>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<th>",
    "<h2>",
    "</h2>",
]
PARTS += ["<ul>", "<li>", "</ul>", "<ol>", "<br>", "<pre>", "</pre>", "<b>", "</b>", "<svg>", "</svg>", "word ", "&lt;"]


@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_any_tags_in_any_order(parts: list[str]) -> None:
    """Nothing makes it fail, and no word is doubled."""
    html = "".join(parts)

    assert text_of(html).count("word") <= html.count("word")


@given(st.lists(st.sampled_from([part for part in PARTS if "hidden" not in part and "svg" not in part]), max_size=60))
def test_no_word_is_lost(parts: list[str]) -> None:
    """Where nothing is hidden, every word of the file is in a section, however wrong the tags."""
    html = "".join(parts)

    assert text_of(html).count("word") == html.count("word")
