"""The gate's decision and the reasons to refine, as pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.policy import classify, decide, why_refine
from rag.settings import RELEASABLE, UNTIL_SAFE, GateSettings, RefinementSettings
from rag.values import Domain, Passage, ScoredPassage

GATE = GateSettings()
DOMAINS = list(GATE.domains)


def found(*confidences: float) -> list[ScoredPassage]:
    return [
        ScoredPassage(
            passage=Passage(passage_id=f"p{n}", document_id="d", source="s", title="t", section="1", text="text"),
            confidence=confidence,
        )
        for n, confidence in enumerate(confidences)
    ]


@pytest.mark.parametrize(
    ("question", "domain"),
    [
        ("What is the maximum debt-to-income ratio for an FHA loan?", "loan_guidelines"),
        ("What interest rate can I get today on a 30-year fixed loan?", "rate_quotes"),
        ("Give me a quote for my refinance loan at current rates", "rate_quotes"),
        ("How long does a rate lock last?", "general"),
        ("Which compensating factors does an underwriter accept?", "underwriting_decisions"),
        ("How do I request a payoff statement for my balance?", "balance_inquiries"),
        ("How do I file a complaint?", "general"),
        ("Which spices belong in a tagine?", "general"),
        ("What mortgage rates are you offering?", "rate_quotes"),
        ("What's your lowest 15-year rate?", "rate_quotes"),
        ("Is an ARM cheaper than a fixed loan right now?", "rate_quotes"),
        ("How much does a rate lock cost right now?", "general"),
        ("Who sets the rate on an adjustable loan?", "general"),
        ("How is per diem interest on a payoff worked out today?", "balance_inquiries"),
        ("I went bankrupt. Can I buy again?", "loan_guidelines"),
    ],
)
def test_a_question_finds_its_domain(question: str, domain: str) -> None:
    """Classification follows the words of the field, and a price request wins over everything else."""
    assert classify(question) == domain


def test_a_price_request_wins_over_other_cues() -> None:
    """Quoting a rate by mistake is worse than sending a question to a person."""
    assert classify("What rate can I get today for an FHA loan with a 600 credit score?") == "rate_quotes"


@pytest.mark.parametrize(
    ("domain", "confidences", "asked", "verdict"),
    [
        ("loan_guidelines", (0.72, 0.3, 0.3), 1, "open"),
        ("loan_guidelines", (0.7199, 0.3, 0.3), 1, "retry"),
        ("loan_guidelines", (0.9, 0.3), 1, "retry"),
        ("loan_guidelines", (0.9, 0.3, 0.15), 1, "retry"),  # the third shares next to nothing with the question
        ("loan_guidelines", (0.6, 0.5, 0.4), 2, "hold"),
        ("loan_guidelines", (0.4999, 0.3, 0.3), 2, "fallback"),
        ("loan_guidelines", (0.6, 0.5, 0.4), 3, "fallback"),
        ("loan_guidelines", (0.8, 0.5, 0.4), 3, "open"),
        ("balance_inquiries", (0.6,), 1, "open"),
        ("general", (0.65, 0.2), 1, "open"),
        ("underwriting_decisions", (0.8, 0.8, 0.2, 0.2, 0.2), 1, "open"),
        ("rate_quotes", (1.0,) * 9, 1, "review"),
        ("general", (), 1, "retry"),
        ("general", (), 2, "fallback"),
    ],
)
def test_the_gate_follows_the_domain_table(
    domain: Domain, confidences: tuple[float, ...], asked: int, verdict: str
) -> None:
    """Thresholds, the floor of evidence, the second and the third asking."""
    assert decide(found(*confidences), domain, GATE, asked=asked).verdict == verdict


@given(
    confidences=st.lists(st.floats(0, 1), max_size=8),
    domain=st.sampled_from(DOMAINS),
    asked=st.integers(1, 3),
)
def test_the_decision_shows_its_reasons(confidences: list[float], domain: Domain, asked: int) -> None:
    """Open exactly when every shown condition passed, and margins are what they say."""
    decision = decide(found(*confidences), domain, GATE, asked=asked)

    for condition in decision.conditions:
        assert condition.margin == pytest.approx(condition.value - condition.threshold, abs=1e-5)
        assert condition.passed == (condition.value >= condition.threshold)
    if decision.verdict != "review":
        assert (decision.verdict == "open") == all(condition.passed for condition in decision.conditions)


@given(confidences=st.lists(st.floats(0, 0.99), min_size=1, max_size=8), domain=st.sampled_from(DOMAINS))
def test_better_evidence_never_shuts_the_gate(confidences: list[float], domain: Domain) -> None:
    """The gate is monotonic: raising every confidence keeps an open gate open."""
    better = [min(1.0, confidence + 0.01) for confidence in confidences]
    if decide(found(*confidences), domain, GATE, asked=1).verdict == "open":
        assert decide(found(*better), domain, GATE, asked=1).verdict == "open"


def test_only_an_open_gate_says_what_the_first_word_waits_for() -> None:
    """Underwriting waits for safety; a strategy may override the release set."""
    strong = found(0.9, 0.9, 0.9, 0.9, 0.9)

    assert decide(strong, "underwriting_decisions", GATE, asked=1).waits_for == UNTIL_SAFE
    assert decide(strong, "loan_guidelines", GATE, asked=1).waits_for == ()
    assert decide(strong, "loan_guidelines", GATE, asked=1, waits_for=RELEASABLE).waits_for == RELEASABLE
    assert decide(found(0.1), "underwriting_decisions", GATE, asked=1).waits_for == ()


@pytest.mark.parametrize(
    ("seen", "confidences", "fires"),
    [
        (("p0", "p1"), (0.9, 0.8), False),  # nothing new
        (("p0",), (0.9, 0.6), False),  # new, but far behind the best
        (("p0",), (0.9, 0.86), True),  # new and within the gain of the best
        (("p1",), (0.9, 0.8), True),  # new and clearly better
        (("p0",), (0.4, 0.39), False),  # close, but not strong
        ((), (0.3,), True),  # nothing was seen at all
    ],
)
def test_new_strong_evidence_is_a_reason_to_refine(
    seen: tuple[str, ...], confidences: tuple[float, ...], fires: bool
) -> None:
    """A clear gain, or a strong passage that the draft had not seen, on one scale."""
    assert bool(why_refine(seen, found(*confidences), RefinementSettings())) == fires
