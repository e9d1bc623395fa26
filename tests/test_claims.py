"""Claims: where sentences end, in one piece or token by token, and which of them assert anything."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.grounding.claims import SentenceReader, assertion, is_checkable, split_claims
from rag.retrieval import sentences
from rag.values import Claim

ANSWER = (
    "# FHA limits. An overview\n"
    "The base limit is 43 percent. [1] Under Sec. 4.2 of the U.S. Code it rises, e.g. to 46.9 percent,[2] for some "
    'files (cf. No. 5). "Nobody may go beyond it." [1][3]\n'
    "Two factors are needed:\n"
    "1. Reserves of three months. They are verified. [2]\n"
    "2. A small rise in housing cost\n"
    "- not above 100 dollars\n\n"
    "| Factors | Ratio |\n|---|---|\n| two | 50 % |\n"
    "Is that all? Offices close at 5 p.m. The rest is on the\nnext page... and behind it.[4] Done!"
)


def texts(answer: str) -> list[str]:
    return [claim.text for claim in split_claims(answer)]


def read(chunks: list[str]) -> list[Claim]:
    reader = SentenceReader()
    return [claim for chunk in chunks for claim in reader.feed(chunk)] + reader.finish()


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in zip(edges, edges[1:], strict=False)]


def test_a_whole_answer() -> None:
    """Headings, list items and table rows are sentences; abbreviations, decimals and soft line breaks end none."""
    assert texts(ANSWER) == [
        "# FHA limits. An overview",
        "The base limit is 43 percent. [1]",
        "Under Sec. 4.2 of the U.S. Code it rises, e.g. to 46.9 percent,[2] for some files (cf. No. 5).",
        '"Nobody may go beyond it." [1][3]',
        "Two factors are needed:",
        "1. Reserves of three months.",
        "They are verified. [2]",
        "2. A small rise in housing cost",
        "- not above 100 dollars",
        "| Factors | Ratio |",
        "|---|---|",
        "| two | 50 % |",
        "Is that all?",
        "Offices close at 5 p.m.",
        "The rest is on the\nnext page... and behind it.[4]",
        "Done!",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Under Sec. 4.2 of the guide it holds.",
        "The U.S. Department of Housing insures the loan.",
        "The ratio of 46.9 percent is rare, i.e. seldom seen.",
        'It holds for assets, e.g. "seasoned" funds.',
        "It is 4000.1 (see Sec. II.A.4.c) that says so.",
        "Payments before 8 p.m. Eastern time count.",
        "Pine Loans Inc. lends to J. Smith et al. in vol. 3.",
        "Rule No. 5 of www.example.com holds.",
        "Wait... there is more.",
        "The limit\nis 43 percent.",
        "The lender (Fig. (a) and so on) pays.",
    ],
)
def test_stops_inside_of_a_sentence(sentence: str) -> None:
    """The sentence is one claim, also when another one follows."""
    assert texts(sentence) == [sentence]
    assert texts(f"{sentence} Then comes another.") == [sentence, "Then comes another."]


@pytest.mark.parametrize("marks", [" [1]", "[1]", "[1][2]", " [1] [2]", " [1, 2]", "[0]", " [2024]"])
def test_marks_behind_the_full_stop(marks: str) -> None:
    """They belong to the sentence before them, whatever their number."""
    assert texts(f"The limit is 43 percent.{marks} The next follows.") == [
        f"The limit is 43 percent.{marks}",
        "The next follows.",
    ]


def test_a_mark_that_is_still_being_written() -> None:
    """A sentence is not complete while the mark behind it may still grow."""
    reader = SentenceReader()
    early = [reader.feed(token) for token in ["The limit is 43", " percent", ".", " ", "[", "1", "]", "[", "2", "]"]]

    assert early == [[]] * len(early)
    assert [claim.text for claim in reader.feed(" The")] == []
    assert [claim.markers for claim in reader.feed(" next")] == [(1, 2)]


def test_a_sentence_is_handed_out_as_soon_as_the_next_one_begins() -> None:
    """Not at the end of the answer: its check starts while the rest is still being written."""
    reader = SentenceReader()

    assert reader.feed("The limit is 43 percent. [1] A manual") != []


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=40))
def test_any_cut_of_a_tricky_answer_into_tokens(places: list[int]) -> None:
    """The claims and their spans are those of the whole text."""
    assert tuple(read(cut(ANSWER, places))) == split_claims(ANSWER)


PIECES = st.sampled_from(
    [
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        ". ",
        ".",
        "?",
        "! ",
        "...",
        "[1]",
        "[",
        "]",
        "[12",
        "[1, 2]",
        "[0] ",
        "The",
        "the",
    ]
    + [
        "limit ",
        "43",
        "4.2",
        "3.5 %",
        "Sec. ",
        "U.S.",
        " e.g. ",
        "p.m.",
        "No. 5",
        "- ",
        "* ",
        "1. ",
        "12) ",
        "# ",
        "## ",
    ]
    + [
        "| a | b |",
        "**",
        "**Bold**",
        '"',
        "\u201d",
        "(",
        ")",
        "A",
        "x",
        "_",
        "\u2026",
        "é",
        "\u2028",
        ">",
        "```",
        ":",
        ",",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.lists(st.integers(0, 10_000), max_size=30))
@example("a\n- b", [3])
@example("One. [1", [5, 6])
def test_any_cut_of_any_text(text: str, places: list[int]) -> None:
    """The claims and their spans are those of the whole text, however odd it is."""
    assert tuple(read(cut(text, places))) == split_claims(text)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_spans_of_any_text(text: str) -> None:
    """They are in order, quote the text exactly, and leave nothing but white space between them."""
    end = 0
    for number, claim in enumerate(split_claims(text)):
        assert claim.index == number
        assert claim.text == text[claim.span.start : claim.span.end] == claim.text.strip() != ""
        assert not text[end : claim.span.start].strip()
        end = claim.span.end
    assert not text[end:].strip()


def test_a_long_answer_one_character_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every possible end of a sentence is judged again only while it is undecided, not with every new character."""
    judged: list[int] = []
    judge = sentences._judge
    monkeypatch.setattr(sentences, "_judge", lambda *args, **options: judged.append(1) or judge(*args, **options))
    answer = "\n\n".join([ANSWER] * 10)

    claims = read(list(answer))

    assert len(claims) == 160
    assert len(judged) < len(answer)


@pytest.mark.parametrize(
    ("text", "markers"),
    [
        ("It is 43 percent [2][1] in all cases [2].", (2, 1)),
        ("It is 43 percent [1, 3].", (1, 3)),
        ("It is 43 percent [0] in [2024] and [-1] and [a] and [].", ()),
        (f"It is 43 percent [{'9' * 5000}].", ()),
        ("It is 43 percent [01].", ()),
    ],
)
def test_marks_in_a_sentence(text: str, markers: tuple[int, ...]) -> None:
    """Those that can name a source are read in order without repeats; the others survive as text."""
    (claim,) = split_claims(text)

    assert claim.markers == markers
    assert claim.text == text


@pytest.mark.parametrize(
    "text",
    [
        "## What the FHA handbook says about ratios",
        "**Debt-to-income limits for manual files**",
        "What is the maximum debt-to-income ratio for the loan? [1]",
        "Yes, it is.",
        "I'm sorry, that went wrong with the mortgage answer.",
        "I could not find a passage about jumbo loans and acreage.",
        "The provided sources do not mention the appraisal cost of condominiums.",
        "There is not enough information in the library to compare the programs.",
        "|---|---|---|",
    ],
)
def test_what_asserts_nothing(text: str) -> None:
    """It is exempt from coverage and groundedness."""
    assert [claim.checkable for claim in split_claims(text)] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "- The base limit is 43 percent.",
        "We do not charge a prepayment penalty on loans.",
        "The notice of error does not have to be notarized.",
        "A borrower who cannot provide tax documents is not eligible.",
        "The source of the funds does not matter for gifts.",
        "| two factors | 40 percent front-end | 50 percent back-end |",
    ],
)
def test_what_asserts_something(text: str) -> None:
    """It is checked, negations and first persons included."""
    assert [claim.checkable for claim in split_claims(text)] == [True]


def test_a_refusal_is_said_in_one_breath() -> None:
    """Only near words make one: on a page of beginnings, looking for each one's end far away would take seconds."""
    opening, closing = "There is no evidence of a fee", "in what is available."

    assert not is_checkable(f"{opening} {closing}")
    assert is_checkable(f"{opening} {'for the loan of the borrower ' * 5}{closing}")


def test_the_words_of_a_claim() -> None:
    """Bullets, heading signs and marks are left out of what is compared with a source."""
    assert assertion("- The limit is 43 percent. [1][2]") == "The limit is 43 percent."
    assert assertion("3. The limit [1] is 43 percent.") == "The limit   is 43 percent."
