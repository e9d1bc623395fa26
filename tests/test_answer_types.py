"""Types of answers: what a question expects to be told, and in which sentences of a passage that stands."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval import answer_types
from rag.retrieval.answer_types import ExpectedAnswer, answering_sentences, expected_answers
from rag.retrieval.passage_words import ANYWHERE, read_passage

TABLES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(answer_types.__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
PARTS = TABLES.pop("parts")


class Example(NamedTuple):
    """Questions that expect a type, sentences that have one, and sentences on the same subject that have none."""

    asked: tuple[str, ...]
    told: tuple[str, ...]
    untold: tuple[str, ...]


EXAMPLES = {
    "telephone": Example(
        ("What phone number reaches the desk?", "Which number do I dial?", "phone number of the payoff desk"),
        ("The desk answers under 555-0134.", "Call 800 555 0134."),
        ("The desk answers the telephone within 3 rings.", "A call costs 12 dollars."),
    ),
    "email": Example(
        ("What is the email address of the desk?", "Which e-mail address takes complaints?"),
        ("Write to desk@example.com.",),
        ("Write an email to the desk.",),
    ),
    "form": Example(
        ("Which form do I need?", "What is the number of the leave form?", "form number for a certificate"),
        ("Ask for it on VA Form 26-1880.", "It needs a 4506-C.", "Send the SSA1099 in.", "Use form HP-12."),
        ("Ask for it on a form.", "The form has 12 pages."),
    ),
    "hour": Example(
        ("What time is the cutoff?", "When does the branch close?", "What hours is the desk staffed?"),
        ("The cutoff is 5 p.m. on business days.", "It closes at 17:30.", "It closes at noon."),
        ("It closes on May 5.", "The cutoff is kept."),
    ),
    "person": Example(
        ("What is the name of the branch manager?", "Who decides, and what's her name?"),
        ("The manager is Dolores Whitfield.", "Ask for Mr. Whitfield."),
        ("The manager decides.", "Ask for the manager of the branch."),
    ),
    "age": Example(
        ("How old must a borrower be?", "What is the minimum age?", "how old are you allowed to be"),
        ("A borrower must be older than eighteen.", "The youngest may be 62 years old.", "He may be aged 70."),
        ("There are 62 borrowers.", "Age is no reason to refuse."),
    ),
    "date": Example(
        ("Since when is the table in force?", "Which year was it replaced?", "When did the limit change?"),
        ("The table is in force since April 1.", "It was replaced in 2024.", "It goes back to the 19th century."),
        ("The table is in force.", "It was replaced after 30 days."),
    ),
    "duration": Example(
        (
            "How long is it valid?",
            "how soon do you answer",
            "How many business days do you have?",
            "How often is it paid?",
        ),
        ("It is valid for 180 days.", "An answer comes within two weeks.", "It is paid monthly.", "There is no limit."),
        ("It is valid for 180 dollars.", "It is valid.", "The answer is short."),
    ),
    "share": Example(
        ("What percentage may I borrow?", "What is the highest LTV?", "How many discount points are allowed?"),
        (
            "Up to 80 % of the value may be lent.",
            "The ratio is 43 percent.",
            "Half of the value is lent.",
            "It is .85.",
        ),
        ("Up to 400,000 dollars may be lent.", "The ratio is kept low."),
    ),
    "amount": Example(
        ("How much is the late charge?", "What does the consultant charge?", "how high may the balance be"),
        ("The late charge is 35 dollars.", "A consultant takes $1.5M.", "It costs four hundred.", "It is free."),
        ("The late charge is due.", "See HE-4 for the balance."),
    ),
    "count": Example(
        ("How many may sign?", "And how many are needed?"),
        ("Two may sign.", "It needs 3 of them.", "There is no maximum."),
        ("Any of them may sign.",),
    ),
}
ASKED = [(name, question) for name, example in EXAMPLES.items() for question in example.asked]
TOLD = [(name, text) for name, example in EXAMPLES.items() for text in example.told]
UNTOLD = [(name, text) for name, example in EXAMPLES.items() for text in example.untold]


def types(question: str) -> list[str]:
    return [expected.type for expected in expected_answers(question)]


def answering(question: str, text: str) -> list[int]:
    """The sentences of the text, counted from 0, that may answer the question by their type."""
    found = answering_sentences(read_passage(text), expected_answers(question))
    return [place for place in range(found.bit_length()) if found >> place & 1]


def test_every_type_has_examples() -> None:
    """A new one cannot be added untried."""
    assert EXAMPLES.keys() == TABLES.keys()


@pytest.mark.parametrize(("name", "question"), ASKED)
def test_what_a_question_expects(name: str, question: str) -> None:
    """The type is told from how it is asked."""
    assert types(question) == [name]


@pytest.mark.parametrize(("name", "text"), TOLD)
def test_a_sentence_with_an_answer(name: str, text: str) -> None:
    """It has something of the type, however it is written."""
    assert answering_sentences(read_passage(text), [ExpectedAnswer(name)]) == 1


@pytest.mark.parametrize(("name", "text"), UNTOLD)
def test_a_sentence_without_an_answer(name: str, text: str) -> None:
    """It speaks of the subject, and has nothing of the type."""
    assert answering_sentences(read_passage(text), [ExpectedAnswer(name)]) == 0


@pytest.mark.parametrize(
    "question",
    [
        "Is a gift letter signed by the donor?",
        "Can I back out?",
        "May my daughter hear how much I owe?",
        "can you tell my wife how long I have been here",
        "Why does the payment change?",
        "Who signs the letter?",
        "appraisal validity",
        "",
    ],
)
def test_a_question_of_no_type(question: str) -> None:
    """Where nothing of a known type is asked for, nothing is expected."""
    assert types(question) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("I owe $900 and it is 3 days late. How long is the grace period?", ["duration"]),
        ("How long can this take? I was told 30 days. What does it cost?", ["duration", "amount"]),
        ("we moved in 2020. how much is the fee", ["amount"]),
        ("They said how much it is. Can I appeal?", []),
        ("How much is it? And how much is the other one?", ["amount"]),
    ],
)
def test_a_story_and_its_question(question: str, expected: list[str]) -> None:
    """Only the sentences that ask say what is expected, each one type, and none twice."""
    assert types(question) == expected


def test_any_of_several() -> None:
    """A sentence that answers one of two questions is an answer; one that answers neither is none."""
    question = "What does the appraisal cost? And how long is it valid?"

    assert answering(question, "It is valid for 180 days. It costs $500. It is ordered early.") == [0, 1]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Besides the 26-1880, which form do I need?", "Send the 26-1880 in.", []),
        ("Besides the 26-1880, which form do I need?", "Send the 26-8937 in.", [0]),
        ("I am 40 days late. How long may you wait?", "It is for those who are 40 days late. You have 60 days.", [1]),
        ("I am forty days late. How long may you wait?", "It is for those who are 40 days late.", []),
        ("I have 640. How much is missing?", "Between 640 and 680 it is allowed.", [0]),
        ("Over 1,250,000, how much do I need in reserve?", "It holds for loans over 1,250,000 dollars.", []),
        ("Over $1,250,000, how much do I need in reserve?", "It holds for loans over $1,250,000.", []),
        ("Over $1,250,000, how much do I need in reserve?", "Over $1,250,000 it is $90,000.", [0]),
        ("In 2024, how much is the fee?", "Since 2024 it is free.", [0]),
    ],
)
def test_values_that_the_question_gives(question: str, text: str, expected: list[int]) -> None:
    """They are no answer to it, in whatever way they are written; any other value beside them is."""
    assert answering(question, text) == expected


@pytest.mark.parametrize(
    "text", ["See B1-06.", "It stands in HE-4.", "II.A.4.c has it.", "Send a 4506-C.", "Send the 26-1880."]
)
def test_numbers_of_sections_and_forms(text: str) -> None:
    """They are no amounts, and count nothing."""
    assert answering("How much is the fee?", text) == []
    assert answering_sentences(read_passage(text), [ExpectedAnswer("count")]) == 0


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many acres may the land have?", "The land may have 10 acres. A home has 2 baths.", [0]),
        ("How many acres may the land have?", "The land is measured in acres. It may have 10.", []),
        ("How many manufactured homes may stand there?", "Two homes may stand there.", [0]),
        ("How many homes may stand there?", "There is no limit to the number of homes.", [0]),
        ("How many of them may sign?", "Two may sign.", [0]),
    ],
)
def test_what_is_counted(question: str, text: str, expected: list[int]) -> None:
    """A number counts where it stands in one sentence with the thing that is counted, if the question names one."""
    assert answering(question, text) == expected


def test_a_question_in_the_text() -> None:
    """One that asks for the same type is as good as an answer: the text around it answers it. Another one is not."""
    text = "How long does it last? What does it cost? Read on below."

    assert answering("How long is the term?", text) == [0]
    assert answering("How much is the fee?", text) == [1]
    assert answering("What percentage is lent?", text) == []


def test_a_value_in_a_question_in_the_text() -> None:
    """What somebody else gives in asking is no answer."""
    assert answering("How much is the fee?", "Do I owe 90 dollars?") == []
    assert answering("How much is the fee?", "I owe 90 dollars. Is that so?") == []
    assert answering("How much is the fee?", "I owe 90 dollars.\n\nIs that so?") == [0]


def test_nothing_expected() -> None:
    """No sentence has anything of it; nor has a text without sentences anything of something."""
    assert answering_sentences(read_passage("It costs 90 dollars."), []) == 0
    assert answering("How much is the fee?", "") == []


def test_the_sentences_of_a_passage() -> None:
    """They are counted as in the words of the passage, so that both can be compared."""
    passage = read_passage("The fee.\n\nIt is not.\n\n- one dollar\n- the escrow of 5 percent\n\nIt is 90 dollars [1].")
    found = answering_sentences(passage, expected_answers("How much is the fee?"))

    assert found & passage.where(["escrow"], []) == passage.where(["escrow"], [])
    assert found & passage.where(["fee"], []) == 0
    assert found & ANYWHERE == 0b11100


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_question_and_any_text(question: str, text: str) -> None:
    """Every sentence found is one of the text."""
    found = answering_sentences(read_passage(text), expected_answers(question))

    assert 0 <= found < 1 << (text.count("\n") + len(re.findall(r"[.!?…]", text)) + 1)


def whole(pattern: str) -> str:
    """A pattern with what its parts stand for."""
    while (named := re.sub(r"<([a-z]+)>", lambda match: PARTS[match[1]], pattern)) != pattern:
        pattern = named
    return pattern


@pytest.mark.parametrize("name", TABLES)
def test_the_table_of_a_type(name: str) -> None:
    """It says how it is asked and how it is written, in patterns that stand alone and fit no text that has nothing."""
    patterns = [whole(pattern) for pattern in (*TABLES[name]["asked"], *TABLES[name]["written"])]

    assert TABLES[name].keys() == {"asked", "written"}
    assert all(TABLES[name].values())
    assert [one for one in patterns if re.search(one, "", re.IGNORECASE)] == []
    assert [one for one in patterns if re.search(one, "The donor signs the letter. \n", re.IGNORECASE)] == []


HOSTILE = ["1,", "1-", ",1", "1.1", "one-", "one ", "half of ", "no a ", "Form ", "A1 ", "aB", "Aa ", " ", ", "] + [
    "what number ",
    "number of the ",
    "when is ",
    "how far ",
    "what is ",
    "how many a-",
    "the name of the ",
]
"""What a text may be made of so that a match can begin anywhere, and ends nowhere near."""


def seconds(pattern: re.Pattern[str], unit: str, length: int) -> float:
    """Processor time to find all that fits in a text of that many characters; at least what a clock can tell."""
    text = unit * (length // len(unit))
    started_s = time.thread_time()
    sum(1 for _ in pattern.finditer(text))
    return max(time.thread_time() - started_s, 5e-5)


def grows_with_the_text(pattern: re.Pattern[str], unit: str, length: int) -> bool:
    """Whether ten times the text takes about ten times as long, and not a hundred times; one quiet try is enough."""
    return any(seconds(pattern, unit, 10 * length) < 40 * seconds(pattern, unit, length) for _ in range(3))


@pytest.mark.parametrize("role", ["asked", "written"])
@pytest.mark.parametrize("name", TABLES)
def test_hostile_text(name: str, role: str) -> None:
    """Whoever brings a document cannot hold up everybody's search: time grows with the text, not with its square."""
    pattern = getattr(answer_types._types()[name], role)
    slow = [unit for unit in HOSTILE if not grows_with_the_text(pattern, unit, 1_000)]

    assert slow == []
    assert [unit for unit in HOSTILE if not grows_with_the_text(pattern, unit, 10_000)] == []
