"""What if: a change moves what it should and nothing else; what makes no sense is refused by name."""

from __future__ import annotations

import pickle
from typing import Any, get_args

import pytest

from lab.setup import BUDGETS, Setup
from lab.what_if import Comparison, default_simulator, read_change, what_if
from mocks.faults import Fault
from mocks.profiles import load_profiles
from mocks.virtual_time import VirtualTimeError, run_virtual
from rag.errors import InvalidRequest
from rag.events import FinalAnswer, TokenEvent
from rag.settings import RELEASABLE, UNTIL_SAFE, Budgets, DomainPolicy, GateSettings, Settings
from rag.values import Domain, RunRequest, StageName
from tests.harness import play_on, request, simulator, statuses

DTI = "What is the maximum debt-to-income ratio for an FHA loan?"
OPEN = {"min_passages": 0, "min_confidence": 0}


def compared(asked: dict[str, Any] | None = None, baseline: dict[str, Any] | None = None, **setup: Any) -> Comparison:
    """A what-if on a gate that opens, unless `setup` says otherwise."""
    domains = {"loan_guidelines": OPEN | setup.pop("policy", {})}
    return what_if(
        read_change(
            {
                "request": {"question": DTI, "profile": "azure_shared", "seed": 5, **(asked or {})},
                "setup": {"domains": domains, **setup},
                "baseline": {"domains": {"loan_guidelines": OPEN}, **(baseline or {})},
            }
        )
    )


def durations(figures: Any) -> dict[StageName, int]:
    return {span.stage: span.end_ms - span.start_ms for span in figures.spans}


def test_no_change_changes_nothing() -> None:
    """The same set-up twice gives the same figures, and the comparison survives the way between processes."""
    same = compared()

    assert same.before == same.after
    assert pickle.loads(pickle.dumps(same)) == same


def test_moving_the_line_trades_time_for_exposure() -> None:
    """Verification and safety before the first word: it comes later, the end does not, and nobody is exposed."""
    moved = compared(policy={"release": ["safety", "verification"]})
    before, after = moved.before, moved.after

    assert before.first_token_ms is not None
    assert after.first_token_ms is not None
    assert after.first_token_ms > before.first_token_ms
    assert after.final_ms == before.final_ms
    assert before.exposure.exposure_char_s > after.exposure.exposure_char_s == 0
    assert after.paths["first_token"].steps[-1].stage in ("verification", "safety")
    assert after.gate is not None
    assert after.gate.waits_for == ("verification", "safety")  # in the order in which they end


def test_all_stages_across_the_line_is_a_blocking_pipeline() -> None:
    """The first word then comes with the last check."""
    after = compared(policy={"release": list(RELEASABLE)}).after

    assert after.first_token_ms == after.final_ms


def test_a_knob_moves_its_own_stage_only() -> None:
    """Common random numbers: every other stage takes as long as it did, but for the rounding of its start and end."""
    slower = compared(profile={"stages": {"safety": {"median_ms": 900, "p95_ms": 900}}})
    before, after = durations(slower.before), durations(slower.after)

    assert after.pop("safety") > before.pop("safety")
    assert after == pytest.approx(before, abs=1)
    assert slower.after.first_token_ms == slower.before.first_token_ms


def test_a_stricter_gate_refuses() -> None:
    """A threshold that no evidence meets: not a word, and no first token to be early with."""
    after = compared(policy={"min_confidence": 1.0, "min_passages": 50}).after

    assert after.outcome == "safe_fallback"
    assert after.first_token_ms is None
    assert after.exposure.shown_characters == 0


def test_a_tighter_budget_degrades() -> None:
    """A check that may take 50 ms is not made, the draft stands, and its exposure lasts to the end."""
    tight = compared(budgets={"verification_s": 0.05})

    assert tight.after.degraded == ("verification",)
    assert tight.after.exposure.by_reason.keys() == {"unchecked"}
    assert tight.after.exposure.exposure_char_s > tight.before.exposure.exposure_char_s


def test_faults_are_put_in_and_taken_out() -> None:
    """One's own faults take the place of the scenario's; none at all is a choice too."""
    broken = compared(faults=[{"stage": "rerank", "kind": "error"}])
    mended = compared({"scenario": "reranker_down"}, faults=[])

    assert (broken.before.degraded, broken.after.degraded) == ((), ("rerank",))
    assert (mended.before.degraded, mended.after.degraded) == (("rerank",), ())


def test_a_longer_answer() -> None:
    """The length of the draft is a knob of the writer."""
    longer = compared(profile={"generation": {"draft_sentences": 2}})

    assert longer.after.exposure.shown_characters < longer.before.exposure.shown_characters
    assert longer.after.first_token_ms == longer.before.first_token_ms


def test_another_arrangement() -> None:
    """The strategy is a knob as well."""
    serial = compared(strategy="blocking")

    assert (serial.before.strategy, serial.after.strategy) == ("progressive", "blocking")
    assert serial.after.final_ms > serial.before.final_ms
    assert serial.after.first_status_ms == serial.after.final_ms


def test_speed_is_ignored() -> None:
    """Figures are those of the simulated pipeline, whatever speed it is shown at."""
    assert compared({"speed": 50.0}) == compared()


def test_a_profile_with_a_schedule() -> None:
    """The published timeline can be changed like any other profile."""
    assert (
        compared({"profile": "article"}, profile={"stages": {"groundedness": {"median_ms": 10}}}).after.final_ms
        < 14_000
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"setup": {"domains": {"loan_guidelines": {"min_passages": -1}}}},
            "setup.domains.loan_guidelines.min_passages",
        ),
        ({"setup": {"domains": {"loan_guidelines": {"min_confidence": 1.1}}}}, "min_confidence"),
        ({"setup": {"domains": {"loan_guidelines": {"release": ["generation"]}}}}, "no word can wait for generation"),
        ({"setup": {"domains": {"loans": {}}}}, "setup.domains.loans"),
        ({"setup": {"budgets": {"rerank_s": 0}}}, "setup.budgets.rerank_s"),
        ({"setup": {"budgets": {"rerank_s": 1e9}}}, "setup.budgets.rerank_s"),
        ({"setup": {"budgets": {"rerank": 1}}}, "no such budget"),
        ({"setup": {"budgets": {"heartbeat_s": 0.1}}}, "no such budget"),
        ({"setup": {"fallback_below": 2}}, "setup.fallback_below"),
        (
            {"setup": {"profile": {"stages": {"rerank": {"median_ms": "soon"}}}}},
            "setup.profile.stages.rerank.median_ms",
        ),
        ({"setup": {"faults": [{"stage": "rerank", "kind": "cut"}]}}, "only a text can be cut"),
        ({"setup": {"faults": [{"stage": "rerank", "kind": "error"}] * 21}}, "setup.faults"),
        ({"setup": {"strategy": "magic"}}, "setup.strategy"),
        ({"setup": {"unknown": 1}}, "setup.unknown"),
        ({}, "setup: Field required"),
        ({"setup": {}, "request": {"question": DTI, "profile": "unheard_of"}}, "profile: is not known"),
        ({"setup": {}, "request": {"question": DTI, "scenario": "unheard_of"}}, "scenario: is not known"),
        ({"setup": {}, "request": {"question": " "}}, "query: must have"),
        ({"setup": {"profile": {"stages": {"rerank": {"p95_ms": 1}}}}}, r"stages.rerank: p95_ms \(1\) is under"),
        ("nonsense", "change: Input should be"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(change: Any, complaint: str) -> None:
    """The message names the field and what is wrong with it."""
    values = {"request": {"question": DTI}, **change} if isinstance(change, dict) else change
    with pytest.raises(InvalidRequest, match=complaint):
        what_if(read_change(values))


def test_it_is_not_for_event_loops() -> None:
    """Called from a running loop it refuses with a reason: a worker is the place for it."""

    async def main() -> None:
        with pytest.raises(VirtualTimeError, match="synchronous code"):
            what_if(read_change({"request": {"question": DTI}, "setup": {}}))

    run_virtual(main)


def test_every_budget_of_work_can_be_set() -> None:
    """The names are those of the settings; a set-up with all of them is the settings with all of them."""
    changed = Setup(budgets=dict.fromkeys(BUDGETS, 7.0)).settings(Settings())

    assert changed.budgets == Budgets(**dict.fromkeys(BUDGETS, 7.0))
    assert Setup().settings(Settings()) == Settings()


def test_a_run_with_parts_of_ones_own() -> None:
    """`open_with` needs no name: a profile, settings and faults that stand in no file, on the same pipeline."""
    profile = load_profiles()["instant"].model_copy(update={"name": "nameless"})
    asked = RunRequest(question=DTI, profile="article", request_id="test")
    faults = (Fault(stage="rerank", kind="error"),)
    events = play_on(lambda: simulator().open_with(asked, profile=profile, faults=faults))
    final = events[-2].payload

    assert events[-1].elapsed_ms == 0
    assert isinstance(final, FinalAnswer)
    assert "rerank" in final.degraded


def test_a_hold_does_not_wait_for_what_is_over() -> None:
    """Opened by the deep evidence alone, a held answer waits for its checks, not for searches that lie behind it."""
    policy = DomainPolicy(min_passages=1, min_confidence=0.0, release=UNTIL_SAFE)
    gate = GateSettings(domains=dict.fromkeys(get_args(Domain), policy), fallback_below=0.0)
    faults = tuple(Fault(stage=stage, kind="empty") for stage in ("retrieval", "expanded_retrieval"))
    events = play_on(lambda: simulator().open_with(request(DTI), settings=Settings(gate=gate), faults=faults))
    tokens = [event.seq for event in events if isinstance(event, TokenEvent)]
    verdict = next(event.seq for event in statuses(events, "finished") if event.payload.stage == "safety")

    assert [event.payload.gate.verdict for event in statuses(events, "finished") if event.payload.gate] == [
        "retry",
        "hold",
        "open",
    ]
    assert tokens
    assert tokens[0] > verdict


def test_the_default_simulator_is_made_once() -> None:
    """Indexing takes longer than running."""
    assert default_simulator() is default_simulator()
