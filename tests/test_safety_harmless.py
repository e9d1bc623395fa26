"""The rules of safety and of prices on thousands of harmless questions: what they stop is counted, not guessed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from mocks.safety_rules import broken_rules
from rag.price_requests import asks_for_a_price

LIBRARY = Path(__file__).resolve().parent.parent / "sample_docs"
MOST_STOPPED = 0.002


@lru_cache(maxsize=1)
def harmless_questions() -> tuple[str, ...]:
    """Every question that a passage of the library answers."""
    lines = (LIBRARY / "passage_questions.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(question for line in lines for question in json.loads(line)["questions"])


def test_harmless_questions_are_rarely_stopped() -> None:
    """At most 0.2 % of them break a rule: 11 of 7,397 (0.15 %) did when this was written, most of them with reason."""
    questions = harmless_questions()
    stopped = [question for question in questions if broken_rules(question, kind="query")]

    assert len(questions) > 5_000
    assert len(stopped) <= MOST_STOPPED * len(questions), stopped


def test_harmless_questions_are_rarely_taken_for_a_price_request() -> None:
    """At most 0.2 % of them are sent to a person for a quote: 2 of 7,397 (0.03 %) were, 23 (0.3 %) before."""
    questions = harmless_questions()
    taken = [question for question in questions if asks_for_a_price(question)]

    assert len(taken) <= MOST_STOPPED * len(questions), taken
