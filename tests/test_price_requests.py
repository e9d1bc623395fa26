"""A wish to be told today's price of money, in whatever words; a question about prices is another thing."""

from __future__ import annotations

import pytest

from rag.price_requests import asks_for_a_price

REQUESTS = [
    "What's the coupon on your VA 30 as of this morning?",
    "where are you guys at on jumbos",
    "How's the 30-year looking since the Fed met?",
    "Just a ballpark: interest on a 200k HELOC?",
    "What margin over prime are you putting on the Harborline?",
    "If I locked in right now with zero points, what would I be paying?",
    "Is it cheaper to go 15 or 30 right now?",
    "What kind of rate could a person with 640 expect on an FHA?",
    "What does a 30 year cost in points today?",
    "Tell me the spread on your HELOC.",
    "Did rates drop after yesterday's announcement?",
    "How much would the lender's points come to on a 7/6 ARM at the moment?",
    "what's 30 yr at",
    "any idea what interest I'd be looking at on a refi?",
]
QUESTIONS = [
    "How is per diem interest on a payoff worked out today?",
    "How much interest builds up per day if I pay off now?",
    "What do I pay in interest this month, and where is it shown?",
    "How many points may be paid by the seller now?",
    "Does the rate change if I lock for 60 days?",
    "Can my rate change between lock and closing?",
    "What happens to my rate if closing slips past this week?",
    "Where is my application at right now?",
    "What does a point cost?",
    "What is the margin on an ARM?",
    "Is the rate on a Harborline variable, and what is it tied to?",
    "What is the current bulletin on overlays?",
    "How is the APR different from the note rate?",
    "What would you need from me today to lock?",
    "Do you charge a fee to lock a rate today?",
    "Is my loan's rate shown on my statement?",
    "What was the rate I locked, where can I see it?",
    "How much would I have to pay today to bring my loan current?",
    "Which score do I need for a jumbo right now?",
    "What late fee would I pay on an FHA loan today?",
    "Can I get an FHA loan now with a 580 score?",
    "How low can the credit score go on a conventional loan right now?",
]


@pytest.mark.parametrize("question", REQUESTS)
def test_a_wish_for_a_price(question: str) -> None:
    """Rates, points and margins, with or without the word, a day or a product."""
    assert asks_for_a_price(question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_about_prices(question: str) -> None:
    """Locks, fees, limits and one's own file are answered."""
    assert not asks_for_a_price(question)
