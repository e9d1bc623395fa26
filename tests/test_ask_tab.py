"""What the Ask tab adds to the boards: versions of a text, whole passages, critical paths, and how a wait feels."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.events import StreamEvent, TokenEvent
from rag.values import Span
from tests.harness import play
from tests.scripted_run import answered, withdrawn
from ui import render
from ui.marks import quoted
from ui.timeline import timeline
from ui.view import View, apply


def seen(events: list[StreamEvent]) -> View:
    return reduce(apply, events, View(question="q"))


def test_the_draft_is_kept_as_it_was() -> None:
    """After a refinement the draft is still the tokens joined, character for character."""
    events = play(scenario="refined")
    tokens = "".join(event.payload.token for event in events if isinstance(event, TokenEvent))

    assert "".join(sentence.lead + sentence.text for sentence in seen(events).draft) == tokens


def test_an_unfinished_draft_is_kept_too() -> None:
    """A stream that broke off in mid-sentence, then a complete version: the fragment can still be read."""
    events = play(scenario="stream_cut")
    tokens = "".join(event.payload.token for event in events if isinstance(event, TokenEvent))
    view = seen(events)

    assert view.revision is not None
    assert "".join(sentence.lead + sentence.text for sentence in view.draft) == tokens


def test_a_withdrawn_draft_is_not_kept() -> None:
    """Nothing of it stays in the view or on the board."""
    view = seen(withdrawn("Dana"))

    assert view.draft == ()
    assert "Dana" not in render.render_answer(view)


def test_three_versions_once_there_is_a_revision() -> None:
    """Before it the board has one text; after it draft and diff stand beside, without ids of their own."""
    events = answered()
    before, after = render.render_answer(seen(events[:-4])), render.render_answer(seen(events))

    assert "rg-version" not in before
    assert "Two is wrong" in after
    assert "<del>" in after
    assert after.count('id="ask-claim-1"') == 1


def test_the_whole_passage_with_every_quote() -> None:
    """Quotes may overlap; a span that does not hold its quote marks nothing."""
    passage = "One two three four"
    pieces = quoted(
        passage,
        [(0, "One two", Span(0, 7)), (1, "two three", Span(4, 13)), (2, "wrong", Span(0, 5)), (3, "", Span(2, 2))],
    )

    assert [(piece.text, piece.claims) for piece in pieces] == [
        ("One ", (0,)),
        ("two", (0, 1)),
        (" three", (1,)),
        (" four", ()),
    ]


@given(st.text(min_size=1, max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
def test_a_marked_passage_is_the_passage(passage: str, spans: list[tuple[int, int]]) -> None:
    """Whatever the quotes, no character is lost or doubled, and no piece is empty."""
    quotes = [(number, passage[start:end], Span(start, end)) for number, (start, end) in enumerate(spans)]
    pieces = quoted(passage, quotes)

    assert "".join(piece.text for piece in pieces) == passage
    assert all(piece.text for piece in pieces)


def test_a_source_opens_while_the_run_is_live() -> None:
    """As soon as a sentence is cited, its whole passage is there with the quote in it."""
    events = play(scenario="happy_path")
    cited = next(i for i, event in enumerate(events) if event.event_type == "citation_attached")
    html = render.render_sources(seen(events[: cited + 1]))

    assert 'data-quoted="0"' in html
    assert 'data-open="ask-source-' in html


def test_the_critical_path_reaches_both_milestones() -> None:
    """The legs join without a gap that the stages do not have, and end at the first token and at the end."""
    view = seen(play(scenario="article"))
    picture = timeline(view)
    assert view.metric is not None
    ends = {"first_token": view.metric.time_to_first_token_ms, "final": view.metric.total_pipeline_ms}
    for milestone, at_ms in ends.items():
        legs = [leg for row in (*picture.fast, *picture.slow) for leg in row.legs if leg.milestone == milestone]

        assert at_ms is not None
        assert max(leg.left + leg.width for leg in legs) * picture.span_ms / 100 == pytest.approx(at_ms, abs=2)


def test_no_critical_path_before_the_run_is_measured() -> None:
    """While a run is live nobody knows what its end waited for."""
    picture = timeline(seen(play(scenario="article")[:-1]))

    assert not any(row.legs for row in (*picture.fast, *picture.slow))


def test_the_bands_cover_the_axis() -> None:
    """0.1, 1 and 10 seconds cut the whole axis, whatever its length, and long runs reach the last band."""
    for scenario in ("article", "nothing_found"):
        picture = timeline(seen(play(scenario=scenario)))
        edges = [round(band.left * picture.span_ms / 100) for band in picture.bands]

        assert sum(band.width for band in picture.bands) == pytest.approx(100, abs=0.01)
        assert edges == [edge for edge in (0, 100, 1000, 10000) if edge < picture.span_ms]


def test_every_bar_tells_stage_path_time_and_outcome() -> None:
    """The same words for the note, the title and the screen reader."""
    picture = timeline(seen(play(scenario="reranker_down")))
    rerank = next(row for row in picture.slow if row.stage == "rerank")
    name, path, when, took, outcome = rerank.bars[0].tip

    assert (name, path, outcome) == ("Reranking", "slow path", "failed")
    assert " to " in when
    assert took.startswith("took")


@pytest.mark.parametrize("scenario", ["nothing_found", "happy_path"])
def test_a_gate_that_is_off_says_so(scenario: str) -> None:
    """The wrong way is called that, whatever the verdict was; an enforced gate is never called so."""
    off = render.render_gate(seen(play(scenario=scenario, strategy="ungated")))
    on = render.render_gate(seen(play(scenario=scenario)))

    assert "Gate switched off" in off
    assert "not enforced" in off
    assert 'class="rg-gate-verdict is-off"' in off
    assert "enforced" not in on
    assert "switched off" not in on
