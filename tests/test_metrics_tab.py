"""The Metrics tab without a browser: origins are kept apart, verdicts follow the figures, the table loses nothing."""

from __future__ import annotations

import csv
import io
import re

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag.report import Origin, RunReport, summarise
from rag.service_report import Ledger, service_report
from tests.harness import play
from ui.distributions import BINS, histogram, to_csv
from ui.measure_cards import Card, cards, render_report
from ui.tabs.metrics import add_report_route


def report(**changes: object) -> RunReport:
    base = {
        "strategy": "progressive",
        "outcome": "answered",
        "total_ms": 10_000,
        "first_token_ms": 1000,
        "first_useful_ms": 2000,
        "gate_opened_first": True,
        "citation_coverage": 0.9,
    }
    return RunReport.model_validate(base | changes)


def card(name: str, *runs: RunReport) -> Card:
    return next(card for card in cards(runs) if card.name == name)


def test_the_seven_are_there_before_any_run() -> None:
    """Every measure with its target, no value and no verdict."""
    shown = cards(())

    assert [card.name for card in shown] == [
        "first_token",
        "first_useful",
        "final",
        "grounded_first",
        "refined",
        "abandoned",
        "coverage",
    ]
    assert {(card.verdict, card.value) for card in shown} == {("none", "–")}
    assert all(card.target for card in shown)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("first_token", {"first_token_ms": 1999}, {"first_token_ms": 2001}),
        ("first_useful", {"first_useful_ms": 4999}, {"first_useful_ms": 5001}),
        ("final", {"total_ms": 29_999}, {"total_ms": 30_001}),
        ("grounded_first", {"gate_opened_first": True}, {"gate_opened_first": False}),
        ("abandoned", {}, {"outcome": "abandoned"}),
        ("coverage", {"citation_coverage": 0.86}, {"citation_coverage": 0.84}),
    ],
)
def test_a_verdict_follows_its_figure(name: str, good: dict[str, object], bad: dict[str, object]) -> None:
    """Just within the target it is met, just beyond it is missed."""
    assert card(name, report(**good)).verdict == "met"
    assert card(name, report(**bad)).verdict == "missed"


def test_much_refinement_is_a_warning() -> None:
    """Up to 40 % it is fine; more is no failure, but a reason to look at the first retrieval."""
    refined, kept = report(refined=True), report()

    assert card("refined", *[refined] * 2, *[kept] * 3).verdict == "met"
    assert card("refined", *[refined] * 3, *[kept] * 3).verdict == "caution"


def test_origins_are_kept_apart() -> None:
    """Each origin has its own figures; the other two are only counted."""
    runs = [report(first_token_ms=1000), report(origin="replayed", first_token_ms=3000), *[report(origin="lab")] * 3]
    live, replayed = render_report(runs, "live"), render_report(runs, "replayed")

    assert "1.0 s" in live
    assert "Replayed: 1, Lab: 3" in live
    assert "3.0 s" in replayed
    assert "target missed" in replayed
    assert "1 live run." in live


def test_the_service_speaks_of_live_runs_only() -> None:
    """What is replayed or tried out in the lab never moves the figures that an operator watches."""
    ledger = Ledger()
    ledger.record(report(first_token_ms=1000))
    ledger.record(report(origin="replayed", first_token_ms=9000))
    ledger.record(report(origin="lab", first_token_ms=9000, outcome="abandoned"))

    assert "rag_first_token_ms 1000" in ledger.prometheus()
    assert 'abandoned"' not in ledger.prometheus()
    assert [len(ledger.of(origin)) for origin in ("live", "replayed", "lab")] == [1, 1, 1]


def test_a_run_says_where_it_came_from() -> None:
    """Origin and speed are taken into the report; without a word a run is a live one at natural speed."""
    events = play(scenario="nothing_found")
    told = summarise(events, strategy="progressive", origin="lab", speed=2)

    assert (told.origin, told.speed) == ("lab", 2)
    assert (summarise(events, strategy="progressive").origin, summarise(events, strategy="progressive").speed) == (
        "live",
        1,
    )


def test_runs_at_another_speed_do_not_count_for_times() -> None:
    """A run ten times as fast says nothing about waiting; its coverage counts, and the page says what is left out."""
    runs = [report(), report(speed=10.0, first_token_ms=100, citation_coverage=0.7)]
    measures = {measure.name: measure for measure in service_report(runs)}

    assert (measures["first_token"].value, measures["first_token"].runs) == (1000, 1)
    assert measures["coverage"].value == pytest.approx(0.8)
    assert "1 run at another speed than 1 is left out" in render_report(runs, "live")


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=50), st.floats(min_value=0.01, max_value=1e5))
def test_every_value_is_in_one_bin(values: list[float], target: float) -> None:
    """Nothing falls off the scale, and the target is on it."""
    bars = histogram(values, target)

    assert bars.total == len(values)
    assert len(bars.counts) == BINS
    assert bars.top >= max([target, *values])


def test_bins_are_where_the_values_are() -> None:
    """A value on a boundary belongs to the upper bin, the top of the scale to the last one."""
    bars = histogram([0.0, 0.5, 0.5, 1.0], 0.85, top=1.0)

    assert (bars.counts[0], bars.counts[BINS // 2], bars.counts[-1]) == (1, 2, 1)
    assert bars.median == 0.5


@pytest.mark.parametrize("name", ["first_token", "first_useful", "final", "coverage"])
def test_a_distribution_counts_what_the_measure_counts(name: str) -> None:
    """The bars stand for exactly the runs that the value above them rests on."""
    runs = [
        report(),
        report(speed=2.0),
        report(outcome="abandoned", first_useful_ms=None),
        report(outcome="error:llm_cut", citation_coverage=None),
        report(outcome="safe_fallback", first_token_ms=None, first_useful_ms=None, citation_coverage=None),
    ]
    measure = next(measure for measure in service_report(runs) if measure.name == name)
    bars = card(name, *runs).histogram

    assert bars is not None
    assert bars.total == measure.runs


def test_the_picture_is_read_out() -> None:
    """Every histogram has a text of its own, and every verdict a sign and words."""
    html = render_report([report()], "live")

    assert len(re.findall(r'<svg class="rg-hist"[^>]*role="img" aria-label="[^"]+"', html)) == 4
    assert len(re.findall(r'rg-run-verdict"><span class="rg-sign"><svg', html)) == 7


def test_the_table_loses_nothing() -> None:
    """Every run is a line, every field a column; reading it back gives the same values."""
    runs = [report(), report(origin="lab", first_token_ms=None, degraded=("reranking", "safety"))]
    lines = list(csv.DictReader(io.StringIO(to_csv(runs))))

    assert [line["origin"] for line in lines] == ["live", "lab"]
    assert list(lines[0]) == list(RunReport.model_fields)
    assert lines[1]["first_token_ms"] == ""
    assert lines[1]["degraded"] == "reranking safety"
    assert int(lines[0]["total_ms"]) == 10_000


def test_a_cell_is_never_a_formula() -> None:
    """A recording may bring any error code; a spreadsheet must not calculate with it."""
    (line,) = csv.DictReader(io.StringIO(to_csv([report(outcome="=HYPERLINK(1)")])))

    assert line["outcome"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("origin", ["live", "replayed", "lab"])
def test_the_table_can_be_downloaded(origin: Origin) -> None:
    """`GET /runs.csv` gives the runs of all origins as a file."""
    app, ledger = FastAPI(), Ledger()
    add_report_route(app, ledger)
    ledger.record(report(origin=origin))
    answer = TestClient(app).get("/runs.csv")

    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert f"progressive,{origin}," in answer.text
