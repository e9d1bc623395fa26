"""Fault plans: what strikes when, the same again for the same seed, and what makes no sense is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mocks.faults import Fault, FaultPlan

ALWAYS = Fault(stage="rerank", kind="error")


def struck(plan: FaultPlan, stage: str = "rerank", calls: int = 1000) -> list[int]:
    return [call for call in range(1, calls + 1) if plan.kind_for(stage, call)]  # type: ignore[arg-type]


def test_a_numbered_fault_strikes_that_call_only() -> None:
    """The first call fails, its retry does not."""
    plan = FaultPlan(1, [Fault(stage="generation", kind="error", call=1)])

    assert struck(plan, "generation", 10) == [1]


def test_without_a_number_it_strikes_every_call_of_its_stage() -> None:
    """And no call of another stage."""
    plan = FaultPlan(1, [ALWAYS])

    assert struck(plan, calls=20) == list(range(1, 21))
    assert struck(plan, "retrieval", 20) == []


def test_probability_is_a_share_and_repeats_with_the_seed() -> None:
    """About one call in five, the same calls for the same seed, others for another."""
    fault = Fault(stage="rerank", kind="hang", probability=0.2)
    calls = struck(FaultPlan(1, [fault]))

    assert 150 < len(calls) < 250
    assert calls == struck(FaultPlan(1, [fault]))
    assert calls != struck(FaultPlan(2, [fault]))


def test_stages_fail_independently() -> None:
    """Equal chances do not mean the same calls: two shaky stages are not one shaky machine."""
    plan = FaultPlan(1, [Fault(stage=stage, kind="hang", probability=0.2) for stage in ("rerank", "safety")])

    assert struck(plan, "rerank") != struck(plan, "safety")


def test_a_further_fault_leaves_the_others_where_they_were() -> None:
    """Making one stage fail does not move the failures of another."""
    fault = Fault(stage="rerank", kind="hang", probability=0.2)

    assert struck(FaultPlan(1, [Fault(stage="safety", kind="error"), fault])) == struck(FaultPlan(1, [fault]))


def test_more_probable_means_the_same_calls_and_more() -> None:
    """Turning the probability up adds failures and takes none away."""
    rare, frequent = (FaultPlan(1, [Fault(stage="rerank", kind="hang", probability=p)]) for p in (0.1, 0.3))

    assert set(struck(rare)) < set(struck(frequent))


def test_the_first_of_two_faults_wins() -> None:
    """Order in the plan decides what a call suffers."""
    plan = FaultPlan(1, [Fault(stage="rerank", kind="empty", call=2), ALWAYS])

    assert [plan.kind_for("rerank", call).kind for call in (1, 2, 3)] == ["error", "empty", "error"]  # type: ignore[union-attr]


def test_an_empty_plan_strikes_nothing() -> None:
    """The default is a run in which nothing goes wrong."""
    assert struck(FaultPlan(1)) == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"stage": "gate", "kind": "error"}, "calls nobody"),
        ({"stage": "rerank", "kind": "cut"}, "only a text can be cut"),
        ({"stage": "rerank", "kind": "error", "after_tokens": 3}, "after_tokens means nothing"),
        ({"stage": "generation", "kind": "empty", "after_tokens": 3}, "after_tokens means nothing"),
        ({"stage": "rerank", "kind": "slow"}, "slow needs it"),
        ({"stage": "rerank", "kind": "error", "slow_ms": 5}, "belongs to slow"),
        ({"stage": "rerank", "kind": "error", "call": 0}, "greater than or equal to 1"),
        ({"stage": "rerank", "kind": "error", "probability": 1.1}, "less than or equal to 1"),
        ({"stage": "rerank", "kind": "explode"}, "Input should be"),
        ({"stage": "rerank", "kind": "error", "chance": 1}, "not permitted"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(fault: dict[str, object], complaint: str) -> None:
    """Better an error when the plan is written than a fault that silently never strikes."""
    with pytest.raises(ValidationError, match=complaint):
        Fault.model_validate(fault)
