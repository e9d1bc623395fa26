"""Experiments run the real pipeline, and chance is drawn from the seed."""

from __future__ import annotations

from lab.runs import repeat, simulate
from rag.grammar import verify_stream
from rag.service_report import percentile, service_report
from tests.harness import HEARTBEAT_MS, request, simulator

QUESTION = "What is the maximum debt-to-income ratio for an FHA loan?"


def test_an_experiment_is_a_real_run() -> None:
    """Its events pass the grammar."""
    events = simulate(simulator(), request(QUESTION, profile="bad_day"))

    assert verify_stream(events, max_silence_ms=HEARTBEAT_MS) == []


def test_seeds_vary_the_latency_and_nothing_else() -> None:
    """Thirty seeds give thirty first-token times, the same outcome, and the same figures when asked again."""
    asked = request(QUESTION, profile="azure_shared")
    reports = repeat(simulator(), asked, range(30))

    assert len({report.first_token_ms for report in reports}) == 30
    assert {report.outcome for report in reports} == {"answered"}
    assert repeat(simulator(), asked, range(30)) == reports


def test_the_split_pays_under_a_published_profile() -> None:
    """On a good day the median first word meets its target; progressive beats blocking on every seed."""
    split = repeat(simulator(), request(QUESTION, profile="good_day"), range(30))
    serial = repeat(simulator(), request(QUESTION, profile="good_day", strategy="blocking"), range(30))
    measures = {measure.name: measure for measure in service_report(split)}

    assert measures["first_token"].met
    assert measures["grounded_first"].value == 1.0
    for one, other in zip(split, serial, strict=True):
        assert one.first_token_ms is not None
        assert other.first_token_ms is not None
        assert one.first_token_ms < other.first_token_ms


def test_percentiles() -> None:
    """Linear interpolation, and nothing out of nothing."""
    assert percentile([], 50) is None
    assert percentile([7.0], 95) == 7.0
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
