"""What runs felt like: one run measured from its events, many runs against their targets."""

from __future__ import annotations

import pytest

from mocks.virtual_time import run_virtual
from rag.events import MetricEvent, PartialAnswerEvent, TokenEvent
from rag.report import RunReport, summarise
from rag.service_report import Ledger, service_report
from tests.harness import play, request, simulator


def report(**changes: object) -> RunReport:
    base = {"strategy": "progressive", "outcome": "answered", "total_ms": 10_000, "first_token_ms": 1000}
    return RunReport.model_validate(base | changes)


def test_the_first_useful_sentence_is_the_first_supported_one() -> None:
    """Time to first useful answer is the end of the first shown sentence that its source supports."""
    events = play(scenario="refined")
    metric = next(event.payload for event in events if isinstance(event, MetricEvent))
    first = next(e.elapsed_ms for e in events if isinstance(e, PartialAnswerEvent) and e.payload.claim.grounded)

    assert metric.time_to_first_useful_answer_ms == first
    assert metric.time_to_first_token_ms is not None
    assert metric.time_to_first_token_ms < first < metric.total_pipeline_ms


def test_a_refusal_has_no_first_token() -> None:
    """Nothing was shown, so nothing is measured of it."""
    metric = play(scenario="nothing_found")[-1].payload

    assert (metric.time_to_first_token_ms, metric.time_to_first_useful_answer_ms) == (None, None)  # type: ignore[union-attr]
    assert metric.citation_coverage is None  # type: ignore[union-attr]


def test_spans_cover_the_run() -> None:
    """Every stage span lies within the run, fast stages before the first token, and none overlaps itself."""
    events = play(scenario="refined")
    metric = next(event.payload for event in events if isinstance(event, MetricEvent))
    stages = [span.stage for span in metric.spans]

    assert len(stages) == len(set(stages))
    for span in metric.spans:
        assert 0 <= span.start_ms <= span.end_ms <= metric.total_pipeline_ms
        if span.path == "fast" and span.stage != "generation":
            assert span.end_ms <= (metric.time_to_first_token_ms or 0)


def test_a_reader_who_leaves_is_counted() -> None:
    """A broken-off run is an abandonment, measured on what the reader took."""
    reports: list[RunReport] = []

    async def main() -> None:
        events = simulator(record=reports.append).open(request(scenario="refined"))
        async for event in events:
            if isinstance(event, TokenEvent):
                break
        await events.aclose()

    run_virtual(main)

    assert [one.outcome for one in reports] == ["abandoned"]
    assert reports[0].first_token_ms == reports[0].total_ms


def test_a_whole_run_is_recorded_once() -> None:
    """The report of a complete run is the one its events give."""
    events = play(scenario="refined")

    assert summarise(events, strategy="progressive").outcome == "answered"
    assert summarise(events, strategy="progressive").refined


def test_the_seven_measures() -> None:
    """Medians, shares and means over the runs that have the value, each against its target."""
    runs = [
        report(gate_opened_first=True, citation_coverage=1.0),
        report(first_token_ms=3000, gate_opened_first=True, citation_coverage=0.5, refined=True),
        report(outcome="abandoned", first_token_ms=None),
        report(outcome="safe_fallback", first_token_ms=None),
    ]
    measures = {measure.name: measure for measure in service_report(runs)}

    assert len(measures) == 7
    assert (measures["first_token"].value, measures["first_token"].met) == (2000, True)
    assert (measures["refined"].value, measures["refined"].met) == (0.5, False)
    assert (measures["abandoned"].value, measures["abandoned"].met) == (0.25, False)
    assert (measures["coverage"].value, measures["coverage"].met) == (0.75, False)
    assert (measures["grounded_first"].value, measures["grounded_first"].met) == (1.0, True)
    assert measures["final"].runs == 3
    assert measures["first_useful"].met is None


def test_metrics_for_prometheus() -> None:
    """Valid text format: a type for every metric, a value for every metric that has one."""
    ledger = Ledger()
    ledger.record(report())
    ledger.record(report(outcome="error:llm_cut"))
    lines = ledger.prometheus().splitlines()

    assert 'rag_runs{outcome="answered"} 1' in lines
    assert 'rag_runs{outcome="error:llm_cut"} 1' in lines
    assert "rag_first_token_ms 1000" in lines
    for line in lines:
        assert line.startswith("#") or float(line.rsplit(" ", 1)[1]) >= 0


def test_the_ledger_is_bounded() -> None:
    """A process remembers its newest runs only."""
    ledger = Ledger(kept=2)
    for total_ms in (1, 2, 3):
        ledger.record(report(total_ms=total_ms))

    assert [run.total_ms for run in ledger.runs] == [2, 3]


@pytest.mark.parametrize("strategy", ["progressive", "stream_last", "blocking"])
def test_the_arrangements_differ_in_when_not_in_what(strategy: str) -> None:
    """Same question, same stages: every arrangement answers, and only the waiting differs."""
    events = play("How long is an FHA appraisal valid?", strategy=strategy)
    one = summarise(events, strategy=strategy)  # type: ignore[arg-type]

    assert one.outcome == "answered"
    assert one.citation_coverage == 1.0
