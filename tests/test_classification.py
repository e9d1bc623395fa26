"""The domain of a question: told from the words of the trade, and a price request before everything else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.classification import classify
from rag.settings import GateSettings

QUESTIONS = Path(__file__).resolve().parent.parent / "sample_docs" / "questions.jsonl"


@pytest.mark.parametrize(
    "question",
    [
        "What would you give me on a 15-year fixed if I locked this afternoon?",
        "Ballpark rate for a cash-out refi?",
        "Where are rates sitting right now?",
        "What's your best rate on a VA loan?",
        "quote me a 30 yr fixed, 760 score, 20 down",
        "What are you charging these days for a jumbo ARM, in points?",
        "How low can you go, what APR could I get with an 800 score?",
        "Text me today's pricing on a conventional 30-year.",
        "What interest rate would I pay on a Harborline at the moment?",
        "If I signed this morning for a 30-year fixed, about what figure would I see?",
        "Suppose we lock today: what percentage would a VA loan come with?",
        "What are people getting on a 15-year fixed these days?",
        "What's a thirty year going for this morning?",
        "Where's the 30-year at?",
        "Has the 30-year fixed dropped below six percent?",
    ],
)
def test_a_request_for_a_price(question: str) -> None:
    """It goes to a licensed person, however it is put."""
    assert classify(question) == "rate_quotes"


@pytest.mark.parametrize(
    "question",
    [
        "How is a rate sheet set?",
        "Who may quote a rate at Harbor & Pine?",
        "What does it cost to extend a rate lock by a week?",
        "Can I use the float-down if rates fall next month?",
        "How high can the rate of a Harborline go over its life?",
        "What is the difference between the note rate and the APR?",
        "Why can the assistant not tell me a rate?",
        "What is the late charge on an FHA loan now?",
        "How many points may the seller pay on an FHA purchase?",
        "Which DTI ratio does a jumbo loan allow today?",
        "What does a lock of 60 days cost beside one of 30 days?",
        "Does a refinance of my VA loan have to lower the rate?",
        "If I lock today and rates fall, what number of days before closing can I float down?",
        "Is the 30-year FHA annual premium still 0.55 percent?",
        "If I sign today, how much does the late charge come to on a fixed loan?",
    ],
)
def test_a_question_about_prices_is_answered(question: str) -> None:
    """How prices are made, locked and capped stands in the library."""
    assert classify(question) != "rate_quotes"


@pytest.mark.parametrize(
    ("question", "domain"),
    [
        ("A notice of error about an FHA payoff: how long do you have?", "general"),
        ("Is there a house overlay on FHA scores?", "underwriting_decisions"),
        ("My sister handles my bills, may she hear my principal balance?", "balance_inquiries"),
        ("Our baby came and the house is too small. May we have another FHA loan?", "loan_guidelines"),
        ("I earn nothing all winter. How do you make one figure per month of my season?", "loan_guidelines"),
        ("My trailer came in two halves. What papers do you want?", "loan_guidelines"),
        ("Who decides exceptions in the Tall Timber program?", "loan_guidelines"),
        ("You bought my loan: it was just moved here. Who tells the county?", "general"),
        ("I got a new phone. How do I get back in?", "balance_inquiries"),
        ("PTD or PTF for the gift letter?", "underwriting_decisions"),
        ("How do I knit a scarf?", "general"),
    ],
)
def test_a_subject_named_outright_decides(question: str, domain: str) -> None:
    """Programmes are named in questions of every domain, so a subject outweighs them."""
    assert classify(question) == domain


def test_the_development_questions() -> None:
    """At least nine in ten find their domain, and none that has an answer is sent away as a price request.

    Not counted: what is withheld before the gate asks for a domain, and the rules of locks and prices, which are
    answered under a neighbour's thresholds because the domain `rate_quotes` never answers.
    """
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    answerable = [question for question in questions if question["kind"] == "answerable"]
    gated = [question for question in questions if question["expected_outcome"] != "withheld"]
    told = [question for question in gated if question["domain"] != "rate_quotes" or question["kind"] == "policy"]
    right = Counter(classify(question["question"]) == question["domain"] for question in told)

    assert right[True] >= 0.9 * len(told)
    assert not [question for question in answerable if classify(question["question"]) == "rate_quotes"]


@given(st.text(max_size=400))
def test_any_text_has_a_domain(text: str) -> None:
    """One that the gate knows."""
    assert classify(text) in GateSettings().domains
