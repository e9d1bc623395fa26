"""The thesaurus: phrases are found as people inflect and stretch them, and say what the library says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks import vocabulary
from mocks.vocabulary import find_terms, read_thesaurus, thesaurus
from mocks.word_forms import bases, repaired
from rag.retrieval.analysis import query_terms
from rag.retrieval.corpus import load_corpus
from rag.retrieval.passage_words import searchable_text

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = read_thesaurus()


def translated(question: str) -> dict[str, str]:
    """What was found, and the wording shown for it."""
    return {question[match.start : match.end]: match.term for match in find_terms(question)}


@pytest.mark.parametrize(
    ("question", "phrase", "term"),
    [
        ("They took our house", "took our house", "foreclosure"),
        ("My shift boss was laid off", "laid off", "gap in employment"),
        ("I was turned down", "turned down", "denial notice"),
        ("What if my bank bounced it?", "bounced", "returned payment"),
        ("Can I back out?", "back out", "right of rescission"),
        ("We fell behind", "fell behind", "delinquent"),
        ("The decree gave him the place and I signed it over", "signed it over", "divorce decree"),
        ("My check was kicked back by the bank", "kicked back by the bank", "returned payment"),
        ("I dropped my new phone", "dropped my new phone", "code sent to the telephone number on file"),
        (
            "A crook took out a loan in my name",
            "in my name",
            "stops collecting a debt under a report of identity theft",
        ),
        ("We took the sign down", "sign down", "home listed for sale within the last 90 days"),
        ("It is a fixer-upper", "fixer-upper", "minimum property requirements"),
        ("I\u2019m locked out", "locked out", "online account is locked"),
    ],
)
def test_what_people_say(question: str, phrase: str, term: str) -> None:
    """Inflected, with small words in between, hyphenated or not."""
    assert translated(question)[phrase] == term


@pytest.mark.parametrize(
    "question",
    ["The county pays", "How is a payment applied?", "Take the train to the house party", "Is the balance due?"],
)
def test_words_that_only_begin_alike(question: str) -> None:
    """A payment is not pay, a county does not count, and a phrase with strange words inside is another one."""
    assert "foreclosure" not in translated(question).values()
    assert not {"county", "payment", "balance"} & translated(question).keys()


def test_the_longer_phrase_wins() -> None:
    """A word within a phrase is not translated on its own."""
    assert translated("Which house is that?") == {"house": "property"}
    assert translated("Can you take my house?") == {"take my house": "foreclosure"}


def test_two_phrases_with_one_translation() -> None:
    """Both are translated: one that is not would look like something strange to the library."""
    found = translated("Is a flip fine if he is reselling it?")

    assert found["flip"] == found["reselling"] == "resale"


def test_a_word_of_the_library_is_left_alone() -> None:
    """What the question already says in the library's words needs no translation into them."""
    assert "foreclosure" not in {
        wording
        for match in find_terms("After a foreclosure they took our house")
        for wording in (match.term, *match.others)
    }


def test_the_thesaurus_is_well_made() -> None:
    """Many entries, each phrase in small letters, no empty place, and every wording says something."""
    assert len(ENTRIES) >= 900
    for wordings, phrases in ENTRIES:
        assert all(query_terms(wording) for wording in wordings.split(";")), wordings
        assert all(phrase == phrase.lower().strip() and all(phrase.split("|")) for phrase in phrases), phrases


def test_the_wordings_are_the_librarys() -> None:
    """Most of them stand in the sample library, word by word: a translation that nobody uses finds nothing."""
    known = {term for p in load_corpus(ROOT / "sample_docs").all for term in query_terms(searchable_text(p))}
    wordings = [wording for key, _ in ENTRIES for wording in key.split(";")]
    used = [wording for wording in wordings if set(query_terms(wording)) <= known]

    assert len(used) / len(wordings) > 0.9


def test_no_phrase_is_as_long_as_a_question() -> None:
    """The thesaurus translates phrases; it does not remember questions."""
    longest = max(len(phrase) for entries in thesaurus().values() for phrase, _ in entries)

    assert longest <= 6


@given(st.text(max_size=120))
def test_any_text(text: str) -> None:
    """Matches are in order, apart from each other, and within the text."""
    matches = find_terms(text)

    assert all(0 <= match.start < match.end <= len(text) for match in matches)
    assert all(one.end <= other.start for one, other in zip(matches, matches[1:], strict=False))


def test_function_words_are_skipped_only_within_reason() -> None:
    """A phrase does not reach over half a sentence."""
    assert vocabulary.MOST_SKIPPED == 3
    assert "foreclosure" in translated("They took some of the house").values()
    assert "foreclosure" not in translated("They took what was of all the of the house").values()


@pytest.mark.parametrize(
    ("form", "word"),
    [("bills", "bill"), ("denied", "deny"), ("sold", "sell"), ("taking", "take"), ("dropped", "drop"), ("paid", "pay")],
)
def test_a_form_is_traced_to_its_word(form: str, word: str) -> None:
    """By rule, or from the table of verbs that follow none."""
    assert {form, word} <= set(bases(form))


@pytest.mark.parametrize(("word", "other"), [("payment", "pay"), ("county", "count"), ("led", "l")])
def test_a_word_that_only_begins_like_another(word: str, other: str) -> None:
    """Derived words are words of their own, and an ending needs a word before it."""
    assert other not in bases(word)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acount", "account"),
        ("untill", "until"),
        ("recieve", "receive"),
        ("morgage", "mortgage"),
        ("appraisel", "appraisal"),
    ],
)
def test_a_slip_of_the_pen_is_repaired(typed: str, meant: str) -> None:
    """Letters swapped, doubled or not, a vowel mistaken, a consonant left out."""
    assert repaired(typed, frozenset({"account", "until", "receive", "mortgage", "appraisal"})) == meant


@pytest.mark.parametrize("word", ["dental", "tribal", "matter", "flour", "accounts", "accounted"])
def test_another_word_is_no_slip(word: str) -> None:
    """A wrong repair makes a strange question look like one of ours."""
    assert repaired(word, frozenset({"denial", "trial", "master", "floor", "account"})) == word


def test_a_misspelled_word_is_part_of_a_phrase() -> None:
    """Repairs come before phrases are looked for; a name keeps its spelling."""
    assert translated("they reposessed it") == {"reposessed": "first foreclosure filing"}
    assert find_terms("Ask Mr. Morgage") == []
