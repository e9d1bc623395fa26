"""Text made to be slow: whatever stands in a file, the time to read it grows with its length and no faster.

No time is compared with a clock. Each input is read at one length and at four times that length, in one run: a reader
that is linear takes four times as long, a quadratic one sixteen times.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import thread_time

import pytest

from rag.errors import ConfigurationError
from rag.retrieval.analysis import tokenise
from rag.retrieval.chunking import MAX_CHARACTERS, MAX_PATH, readable_sections, split_text
from rag.retrieval.corpus import read_document, read_file
from rag.retrieval.html_documents import read_html
from rag.retrieval.markdown import MAX_HEADING, plain_text, sections
from rag.retrieval.sentences import next_sentence, sentence_spans

CHARS = 12_000
"""Enough that a quadratic reader is far from a linear one, few enough that it would still end."""
LINEAR = 9.0
"""Between 4 and 16, nearer to neither."""
ATTEMPTS = 5


def seconds(read: Callable[[str], object], text: str) -> float:
    """Processor time of this thread alone; the least of some attempts, for the machine has other work."""

    def once() -> float:
        start = thread_time()
        read(text)
        return thread_time() - start

    return min(once() for _ in range(2))


def growth(read: Callable[[str], object], unit: str, opening: str = "") -> float:
    """How many times as long four times the text takes; the least of some attempts."""
    few, many = (opening + unit * (chars // len(unit)) for chars in (CHARS, 4 * CHARS))
    found = 16.0
    for _ in range(ATTEMPTS):
        found = min(found, seconds(read, many) / seconds(read, few))
        if found < LINEAR:
            break
    return found


MARKDOWN = [
    "[",
    "![",
    "[[",
    "[a](",
    "[a]((",
    "[a](()",
    "[^",
    "*",
    "**",
    "**a ",
    "__a ",
    "*a ",
    "_a ",
    "`",
    "`a\n",
    "<!--",
    "<!-- a --",
    "<!---->",
    "| ",
    "|a|\n|---|\n",
    "```",
    "```\n",
    "- a\n",
    "a\n",
    "a",
    "a ",
    " ",
    "\n",
    " \n",
    "\t\r\n",
    "# a\n",
    "## a\n\nb c\n",
    "###### a\n",
    "---\n",
    "-",
    "- ",
    "1. ",
    "> ",
    "\N{IDEOGRAPHIC SPACE}",
    "\N{CJK UNIFIED IDEOGRAPH-6587}",
]
AFTER = [
    ("# a", " "),
    ("# a", " #"),
    ("# a ", "#"),
    ("---\nid", " "),
    ("|a|\n|", "---|"),
    ("|a|\n|", "--- | "),
    ("|a|\n|---|\n", "|b|\n"),
    ("**", "a"),
    ("[", "a"),
    ("[a](", "b"),
    ("<!--", "a"),
]


@pytest.mark.parametrize(("opening", "unit"), [*(("", unit) for unit in MARKDOWN), *AFTER])
def test_a_markdown_file(opening: str, unit: str) -> None:
    """From bytes to passages, also where a line that begins something ends in what it cannot be."""

    def read(text: str) -> None:
        with suppress(ConfigurationError):  # front matter that never ends
            read_document("hostile.md", f"{text}x\n\nSome text.")

    assert growth(read, unit, opening) < LINEAR


SENTENCES = [
    "a",
    ".",
    ". ",
    ".(",
    ".[",
    ".[1]",
    ".[1, ",
    '."',
    "a.b",
    "e.g. ",
    "a\n",
    "\n",
    " ",
    "-a",
    "**a\n",
    "(",
    "a. ",
]


@pytest.mark.parametrize("unit", SENTENCES)
@pytest.mark.parametrize("opening", ["", "**a", "(" * 50, "# a"])
def test_where_sentences_end(unit: str, opening: str) -> None:
    """One sentence without end, thousands of short ones, and marks that only look like the end of one."""
    assert growth(sentence_spans, unit, opening) < LINEAR


@pytest.mark.parametrize("unit", ["a. ", "A b. ", "a\n", "e.g. "])
def test_an_answer_that_arrives_piece_by_piece(unit: str) -> None:
    """Each sentence is looked for where the last one ended; what was read is not read again."""

    def read(text: str) -> None:
        after = scan = 0
        for end in range(1000, len(text) + 1, 1000):
            piece = text[:end]
            while True:
                span, scan = next_sentence(piece, after, scan, final=False)
                if span is None:
                    break
                after = span.end

    assert growth(read, unit * 10) < LINEAR


HTML = [
    "<div>",
    "<p>",
    "<b>",
    "<table><tr><td>",
    "<ul><li>",
    "</div>",
    "<svg>",
    "<div hidden>",
    "<h1>",
    "<h1>a</h1>",
    "<br>",
]
HTML += ["&", "&#", "&amp;", "<!-- -->", "a ", " ", "<pre>\n", "<td>a", "<tr><th>a<th>b<tr><td>a<td>b"]


@pytest.mark.parametrize("unit", HTML)
def test_an_html_page(unit: str) -> None:
    """Deep nesting, end tags of nothing, tables in tables, entities without end."""

    def read(text: str) -> None:
        read_html(f"<html><body><p>Some text.</p>{text}".encode())

    assert growth(read, unit) < LINEAR


def test_tiny_sections_that_go_to_one() -> None:
    """Thousands of headings with a word each become readable sections without copying what was gathered."""

    def read(text: str) -> None:
        readable_sections(sections(text), "Title")

    assert growth(read, "# a\nb\n\n") < LINEAR
    assert growth(read, "## a\n### b\n#### c\nd\n") < LINEAR


def test_the_same_heading_again_and_again() -> None:
    """Every passage gets an id of its own, and none is looked for from the beginning."""
    unit = f"# Limits\n\n{'word ' * 20}\n\n"
    found = read_document("a.md", unit * 50)

    assert len({passage.passage_id for passage in found}) == 50
    assert growth(lambda text: read_document("a.md", text), unit) < LINEAR


def test_ids_that_are_taken_by_a_numbered_heading() -> None:
    """`Limits` twice beside a heading `Limits 2`: three ids, and the first two as they always were."""
    body = "word " * 20
    found = read_document("a.md", f"# Limits\n{body}\n# Limits 2\n{body}\n# Limits\n{body}\n# Limits\n{body}")

    assert [passage.passage_id for passage in found] == ["a#limits", "a#limits-2", "a#limits-3", "a#limits-4"]


@pytest.mark.parametrize(
    "text",
    [
        "# " + "a" * 5000 + "\n" + "## b\nc d e f\n" * 500,
        "## " + "a" * 190 + "\n### " + "b" * 190 + "\n#### " + "c" * 190 + "\n" + "##### d\ne\n" * 500,
        f"|{'a' * 5000}|b|\n|---|---|\n" + "|c|d|\n" * 1000,
        f"---\ntitle: {'a' * 5000}\nsource: {'b' * 5000}\n---\n" + f"# c\n{'d ' * 20}\n" * 100,
    ],
    ids=["heading", "nested headings", "column", "title"],
)
def test_what_is_repeated_is_not_long(text: str) -> None:
    """A heading, a column's name or a title that every passage would carry cannot make much out of little."""
    assert sum(len(str(passage)) for passage in read_document("a.md", text)) < 60 * len(text)


def test_a_long_column_of_an_html_table() -> None:
    """The name is not said again in every row; the cells are all there."""
    page = f"<table><tr><th>{'a' * 5000}<th>b" + "<tr><td>c<td>d" * 500
    (section,) = read_html(page.encode()).sections

    assert section.text.count("b: d") == 500
    assert section.text.count("a" * 5000) == 1
    assert len(section.text) < 60 * 500


def test_a_word_without_end() -> None:
    """It is cut into pieces that can be shown; nothing of it is lost."""
    word = "a" * (3 * MAX_CHARACTERS + 7)
    pieces = split_text(f"Before it. {word} Behind it.")

    assert "".join("".join(pieces).split()) == f"Beforeit.{word}Behindit."
    assert max(map(len, pieces)) <= MAX_CHARACTERS


def test_a_heading_that_is_a_paragraph() -> None:
    """What is too long for a heading is text, and so are its parents where they would be too long."""
    (only,) = sections(f"# {'word ' * 100}")
    deep = readable_sections(sections(f"## {'a' * 150}\n### {'b' * 150}\n{'c ' * 20}"), "Title")

    assert (only.heading, only.text.split()) == ("", ["#", *["word"] * 100])
    assert deep[0].heading == "b" * 150
    assert len(deep[0].heading) <= MAX_PATH
    assert MAX_HEADING <= MAX_PATH


@pytest.mark.parametrize(
    ("line", "readable"),
    [
        ("See [the [old] guide](https://a.b/c_(d)) now.", "See [the [old] guide](https://a.b/c_(d)) now."),
        ("See [the guide](https://a.b/c_(d)) now.", "See the guide now."),
        ("[![build](badge.svg)](https://a.b) passing", "build passing"),
        ("a <!-- b <!-- c --> d", "a  d"),
        ("a <!-- b", "a <!-- b"),
        ("***very* important**", "very important"),
        ("**a ** b", "**a ** b"),
    ],
)
def test_signs_within_signs(line: str, readable: str) -> None:
    """What is nested or left open is read as far as it can be read, and the rest stays text."""
    assert plain_text([line]) == readable


def test_hashes_that_close_a_heading() -> None:
    """They go; those that belong to a word stay."""
    assert [part.heading for part in sections("## Limits ##\n# C#\n# F # #")] == ["Limits", "C#", "F #"]


@pytest.mark.parametrize("unit", ["a", " ", "\n", "|", "\N{CJK UNIFIED IDEOGRAPH-6587}"])
def test_a_text_file_of_one_thing(unit: str) -> None:
    """It is read, or refused with a message; either way in linear time."""

    def read(text: str) -> None:
        read_file("hostile.txt", (text + " end").encode())

    assert growth(read, unit) < LINEAR


@pytest.mark.parametrize(
    ("opening", "unit"),
    [("1.", "0"), ("1", ",111"), ("", "a."), ("", "a'"), ("1", " "), ("", "$ "), ("", "-"), ("1", "1")],
)
def test_words_and_numbers(opening: str, unit: str) -> None:
    """A number without end, and signs that only look like the beginning of one."""
    assert growth(lambda text: tokenise(f"{text}1%"), unit, opening) < LINEAR
