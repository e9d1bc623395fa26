"""The library: documents in a folder become passages with stable ids, or a clear error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConfigurationError
from rag.retrieval import corpus as corpus_module
from rag.retrieval.chunking import MAX_WORDS, split_text
from rag.retrieval.corpus import MAX_FILE_BYTES, load_corpus, read_document, slug
from rag.retrieval.markdown import plain_text
from rag.retrieval.passage_questions import FILE_NAME

GUIDE = """---
id: fha-guide
title: FHA guide, part 4: Ratios
source: FHA guide
domain: loan_guidelines
index: fallback
updated: 2026-03-01
tags:
  - any other field is left alone
---
# FHA guide

This part explains how the monthly debts of a borrower are weighed against the monthly income of the borrower.

## II.A.4.c Debt-to-income limits

The base limit is **43 percent** of gross income, as [the handbook](https://example.com/a_b) says.
Two *compensating* factors raise
the limit to `50 percent`, and not one of them may be missing from the file.

| Factors | Back-end |
|---|---:|
| two | 50 % |

## Deadlines & dates

The lender answers every notice within these times, counted in business days from the receipt:

- five days to acknowledge the notice
- thirty days to respond
  to it in full
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def words(count: int, word: str = "word") -> str:
    return " ".join([word] * count)


def test_a_document_with_front_matter(tmp_path: Path) -> None:
    """Its fields, its sections in order, and ids made of its id and the headings."""
    corpus = load_corpus(write(tmp_path, guide__md=GUIDE))
    intro, limits, deadlines = corpus.passages

    assert [passage.passage_id for passage in corpus.passages] == [
        "fha-guide#fha-guide",
        "fha-guide#ii-a-4-c-debt-to-income-limits",
        "fha-guide#deadlines-dates",
    ]
    assert (limits.source, limits.title) == ("FHA guide", "FHA guide, part 4: Ratios")
    assert (limits.section, limits.domain, limits.index) == (
        "II.A.4.c Debt-to-income limits",
        "loan_guidelines",
        "fallback",
    )
    assert [intro.ordinal, limits.ordinal, deadlines.ordinal] == [0, 1, 2]


def test_markdown_becomes_readable_text(tmp_path: Path) -> None:
    """Emphasis and links lose their signs, wrapped lines are joined, table rows and list items stand alone."""
    corpus = load_corpus(write(tmp_path, guide__md=GUIDE))

    assert corpus.passages[1].text == (
        "The base limit is 43 percent of gross income, as the handbook says. Two compensating factors raise the limit "
        "to 50 percent, and not one of them may be missing from the file.\n\nFactors: two; Back-end: 50 %."
    )
    assert corpus.passages[2].text.endswith(
        "- five days to acknowledge the notice\n- thirty days to respond to it in full"
    )


def test_signs_that_are_no_markup() -> None:
    """Stars, underscores and brackets in ordinary text survive."""
    text = "5 * 3 = 15, snake_case_name, [see note], 2 ** 3, a_b and [1]"

    assert plain_text([text]) == text


def test_a_plain_text_file(tmp_path: Path) -> None:
    """It needs no front matter: its name is its id and title, its domain general, its index the primary one."""
    folder = write(tmp_path, **{"House Rules__txt": "Every file is read by two people before a loan is closed."})
    (passage,) = load_corpus(folder).passages

    assert passage.passage_id == "house-rules#house-rules"
    assert (passage.document_id, passage.domain, passage.index) == ("house-rules", "general", "primary")
    assert passage.text == "Every file is read by two people before a loan is closed."


def test_a_title_from_the_first_heading() -> None:
    """Without a title in front, the document is called by its first heading."""
    assert {p.title for p in read_document("a.md", f"# Escrow\n\n{words(20)}\n\n## Cushion\n\n{words(20)}")} == {
        "Escrow"
    }


def test_files_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    """The same folder gives the same passages in the same order; subfolders count, hidden files and others do not."""
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    write(tmp_path, b__md=words(20), a__txt=words(20), questions__jsonl="{}", picture__png="x", __hidden__md=words(20))
    write(tmp_path / "sub", a__md=words(20))
    write(tmp_path / ".git", c__md=words(20))

    documents = [passage.document_id for passage in load_corpus(tmp_path).passages]

    assert documents == ["a", "b", "sub-a"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("---\nid: a\n# Title", "not closed"),
        ("---\nid: a\nno colon here\n---\ntext", "line 3"),
        ("---\ndomain: cooking\n---\ntext", "cooking"),
        ("---\nindex: secondary\n---\ntext", "fallback"),
        ("---\nid: a b#c\n---\ntext", "a b#c"),
    ],
)
def test_bad_front_matter(tmp_path: Path, text: str, named: str) -> None:
    """The error names the file and what is wrong in it."""
    with pytest.raises(ConfigurationError, match="broken.md") as caught:
        load_corpus(write(tmp_path, broken__md=text))

    assert named in str(caught.value)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    """The error names the file and the fix."""
    (tmp_path / "latin.txt").write_bytes("caf\u00e9".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"latin\.txt: not UTF-8"):
        load_corpus(tmp_path)


def test_a_byte_order_mark_and_other_line_ends(tmp_path: Path) -> None:
    """They are no part of the text."""
    (tmp_path / "windows.md").write_bytes(b"\xef\xbb\xbf" + GUIDE.replace("\n", "\r\n").encode())

    assert load_corpus(tmp_path).passages == load_corpus(write(tmp_path, windows__md=GUIDE)).passages


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A dangling link is named, not skipped: a document that is silently missing gives wrong answers."""
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    with pytest.raises(ConfigurationError, match=r"gone\.md: cannot be read"):
        load_corpus(tmp_path)


@pytest.mark.parametrize("content", [{}, {"notes__docx": "x"}])
def test_a_folder_without_text(tmp_path: Path, content: dict[str, str]) -> None:
    """The error names the folder."""
    with pytest.raises(ConfigurationError, match=tmp_path.name):
        load_corpus(write(tmp_path, **content))


@pytest.mark.parametrize("text", ["", "\n\n", "# Only a title"])
def test_a_file_without_text(tmp_path: Path, text: str) -> None:
    """It is named even among others that have some: what is missing in silence gives wrong answers."""
    with pytest.raises(ConfigurationError, match=r"blank\.md: .*leave it out"):
        load_corpus(write(tmp_path, blank__md=text, full__md=words(20)))


def test_a_huge_file(tmp_path: Path) -> None:
    """It is refused by its size, before anything looks into it."""
    with (tmp_path / "huge.md").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)

    with pytest.raises(ConfigurationError, match=r"huge\.md: is larger than 20 MB; split it"):
        load_corpus(tmp_path)


def test_a_pipe_among_the_files(tmp_path: Path) -> None:
    """It is named; opening it would wait for ever."""
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(ConfigurationError, match=r"pipe\.md: is a pipe"):
        load_corpus(tmp_path)


def test_too_many_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as are allowed load; with one more, the file that brings it and the limit are named."""
    write(tmp_path, a__md=f"## One\n{words(20)}\n## Two\n{words(20)}", b__md=words(20))
    monkeypatch.setattr(corpus_module, "MAX_PASSAGES", 3)
    assert len(load_corpus(tmp_path).passages) == 3

    monkeypatch.setattr(corpus_module, "MAX_PASSAGES", 2)
    with pytest.raises(ConfigurationError, match=r"b\.md: .*more than 2 passages"):
        load_corpus(tmp_path)


def test_a_library_of_every_kind(tmp_path: Path) -> None:
    """The ending of a name tells the kind, in capitals too; what has no title of its own is called by its file."""
    write(tmp_path, a__md=words(20), b__txt=words(20), c__HTM=words(20), d__html=f"<title>The end</title>{words(20)}")

    assert [passage.title for passage in load_corpus(tmp_path).passages] == ["a", "b", "c", "The end"]


def test_a_name_that_gives_no_id(tmp_path: Path) -> None:
    """The error says that the id comes from the name."""
    with pytest.raises(ConfigurationError, match=r"手册\.html: the id '' .*file's name"):
        load_corpus(write(tmp_path, 手册__html=words(20)))


def test_questions_of_a_passage_that_was_renamed(tmp_path: Path) -> None:
    """They are not lost in silence: the library does not load until their line is changed."""
    write(tmp_path, guide__md=GUIDE)
    questions = '{"passage_id": "fha-guide#deadlines-dates", "questions": ["How soon?"]}'
    (tmp_path / FILE_NAME).write_text(questions, encoding="utf-8")
    assert load_corpus(tmp_path).passages[2].questions == ("How soon?",)

    write(tmp_path, guide__md=GUIDE.replace("## Deadlines & dates", "## Deadlines"))
    with pytest.raises(ConfigurationError, match=r"no passage 'fha-guide#deadlines-dates'"):
        load_corpus(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    """The error names what was looked for."""
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_corpus(tmp_path / "nowhere")


def test_one_id_for_two_documents(tmp_path: Path) -> None:
    """The error names both files."""
    text = f"---\nid: guide\n---\n{words(20)}"
    with pytest.raises(ConfigurationError, match=r"b\.md.*guide.*a\.md"):
        load_corpus(write(tmp_path, a__md=text, b__md=text))


def test_two_sections_of_one_name() -> None:
    """The second one is numbered, so that every passage has an id of its own."""
    text = f"## Limits\n{words(20)}\n## Limits\n{words(20)}\n## Limits 2\n{words(20)}\n## §§\n{words(20)}"
    ids = [passage.passage_id for passage in read_document("a.md", text)]

    assert ids == ["a#limits", "a#limits-2", "a#limits-2-2", "a#section"]


def test_a_subsection() -> None:
    """It is headed by its parents too, because that is how it is read; a parent without text is no passage."""
    text = f"# Guide\n## FHA loans\n### Scores\n{words(20)}\n## Other loans\n{words(20)}"

    assert [p.section for p in read_document("a.md", text)] == ["FHA loans / Scores", "Other loans"]


def test_a_heading_in_a_code_block() -> None:
    """It is no heading."""
    assert len(read_document("a.md", f"## One\n{words(20)}\n```\n# not a heading\n```\n")) == 1


def test_a_very_short_section() -> None:
    """It joins the section before it, heading and all; a short beginning joins the section behind it."""
    text = f"A short start.\n\n## One\n{words(20)}\n## Two\nSee part 4.\n## Three\n{words(20, 'more')}"
    one, three = read_document("a.md", text)

    assert one.text == f"A short start.\n\n{words(20)}\n\nTwo: See part 4."
    assert (one.section, three.section) == ("One", "Three")


def test_a_very_long_section() -> None:
    """It is cut between paragraphs, and its parts are numbered neighbours."""
    text = "## Long\n" + "\n\n".join(words(60, f"p{number}") for number in range(6))
    passages = read_document("a.md", text)

    assert [p.passage_id for p in passages] == ["a#long", "a#long-2", "a#long-3"]
    assert [p.text.split("\n\n") for p in passages] == [
        [words(60, f"p{number}"), words(60, f"p{number + 1}")] for number in (0, 2, 4)
    ]


def test_a_very_long_paragraph() -> None:
    """It is cut between sentences, and one endless sentence between words."""
    sentences = [f"Sentence {number} has some {words(20)}." for number in range(20)]

    assert " ".join(split_text(" ".join(sentences))).split() == " ".join(sentences).split()
    assert all(piece.endswith(".") for piece in split_text(" ".join(sentences)))
    assert [len(piece.split()) for piece in split_text(words(400))] == [150, 150, 100]


@given(
    st.lists(st.sampled_from(["word", "word. ", "Next", "\n\n", "\n", ". The", "x" * 30]), max_size=900).map(" ".join)
)
def test_any_text_that_is_split(text: str) -> None:
    """No word is lost, none is doubled, and no piece is longer than allowed."""
    pieces = split_text(text)

    assert " ".join(pieces).split() == text.split()
    assert all(len(piece.split()) <= MAX_WORDS for piece in pieces)


def test_lookups(tmp_path: Path) -> None:
    """By id, by neighbourhood within the document, and by index."""
    second = f"## One\n{words(20)}\n## Two\n{words(20)}\n## Three\n{words(20)}"
    corpus = load_corpus(write(tmp_path, a__md=GUIDE, b__md=second))
    one, two, three = corpus.passages[3:]

    assert corpus.get("b#two") == two
    assert corpus.get("b#four") is None
    assert corpus.neighbours(two) == (one, three)
    assert corpus.neighbours(one) == (two,)
    assert corpus.primary == (one, two, three)
    assert corpus.all == corpus.passages


def test_slugs() -> None:
    """Everything but letters and digits becomes one hyphen, and none stands at an end."""
    assert slug("II.A.4.c Debt-to-income limits (FHA)") == "ii-a-4-c-debt-to-income-limits-fha"
