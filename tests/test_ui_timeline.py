"""The geometry of the timeline: everything in the picture, nothing that moves or touches."""

from __future__ import annotations

from functools import reduce

from rag.events import StreamEvent
from tests.harness import play
from tests.scripted_run import Script, final, status
from ui.timeline import timeline
from ui.view import View, apply


def seen(events: list[StreamEvent], **start: object) -> View:
    return reduce(apply, events, View(**start))  # type: ignore[arg-type]


def test_the_axis_holds_every_mark() -> None:
    """Bars, threads, flags and segments lie within the picture, at every moment of a real run."""
    events = play(scenario="article")
    for end in range(1, len(events) + 1, 5):
        picture = timeline(seen(events[:end], question="q"))
        bars = [(b.left, b.width) for row in (*picture.fast, *picture.slow) for b in (*row.bars, *row.threads)]
        bars += [(segment.left, segment.width) for segment in picture.segments]

        assert all(0 <= left <= 100 and width >= 0 and left + width <= 100.01 for left, width in bars)
        assert all(0 <= flag.left <= 100 and flag.tier < picture.tiers for flag in picture.flags)


def test_rows_stay_where_they_are() -> None:
    """The picture fills in without moving: the same rows in the same order from the first event to the last."""
    events = play(scenario="weak_then_found")
    rows = {
        tuple(row.stage for row in (*picture.fast, *picture.slow))
        for end in range(0, len(events), 11)
        for picture in [timeline(seen(events[:end]))]
    }

    assert len(rows) == 1


def test_labels_of_near_moments_do_not_touch() -> None:
    """Moments within one percent of the axis get a tier each."""
    script = Script()
    script.search()
    script.draft(["One two three [1].", "Four five six [2]."], from_ms=950, step_ms=10)
    script.at(1100, final("One two three [1]. Four five six [2]."))
    flags = timeline(seen(script.events)).flags
    near = [flag.tier for flag in flags if flag.kind in {"first_token", "useful", "final"}]

    assert len(near) == 3
    assert len(set(near)) == 3


def test_a_gate_that_is_asked_again_at_once_is_labelled_once() -> None:
    """Two verdicts close together are two lines and one label, the later one; far apart, each has its own."""

    def labelled(second_ms: int) -> list[tuple[str, bool]]:
        script = Script()
        for at_ms, verdict, asked in ((200, "retry", 1), (second_ms, "open", 2)):
            gate = {"verdict": verdict, "domain": "general", "asked": asked, "conditions": (), "reason": "r"}
            script.at(at_ms, status("gate", "finished", gate=gate))
        return [(verdict, bool(label)) for _, verdict, label in timeline(seen(script.events)).gates]

    assert labelled(500) == [("retry", False), ("open", True)]
    assert labelled(9000) == [("retry", True), ("open", True)]
