"""What the screen says of a run in a sentence, a label and a figure."""

from __future__ import annotations

from functools import reduce

import pytest

from rag.events import StreamEvent, Token
from rag.values import Citation
from tests.harness import play
from tests.scripted_run import Script, answered, broken, citation, final, status
from ui import render
from ui.labels import duration, listed, plural, score
from ui.tiles import tiles
from ui.view import View, apply
from ui.words import answer_label, status_line


def seen(events: list[StreamEvent], **start: object) -> View:
    return reduce(apply, events, View(**start))  # type: ignore[arg-type]


def test_the_draft_is_labelled_before_its_first_word() -> None:
    """Forewarning works and postwarning does not: the label stands while there is nothing to read yet."""
    view = View(question="q")

    assert view.text == ""
    assert answer_label(view).name == "Draft"
    assert "not checked yet" in answer_label(view).note
    assert "Draft" in render.render_answer(view)


def test_the_status_line_names_what_is_being_done() -> None:
    """The fast path's work before the slow path's; a failure before both; the result at the end."""
    script = Script()
    script.at(0, status("deep_retrieval", "started", "Reading deeper."))
    script.at(10, status("generation", "started", "Drafting."))
    script.at(20, status("rerank", "finished", "Kept the best 8."))
    drafting = status_line(seen(script.events)).text
    script.at(30, status("rerank", "failed", "It failed."))
    failing = status_line(seen(script.events)).text
    script.at(40, status("generation", "finished", "The draft is complete."))

    assert (drafting, failing) == ("Drafting.", "It failed.")
    assert status_line(seen(script.events)).text == "Reading deeper."
    assert status_line(seen(answered())).text == "Answered and checked. 2 of 3 sentences verified."
    assert status_line(seen(broken())).text == "Something went wrong on our side."


def test_an_answer_that_keeps_a_contradicted_sentence() -> None:
    """The status line counts it, and wears no sign of success."""
    script = Script()
    text = script.draft(["One is true [1].", "Two is wrong [2]."])
    cited = [
        citation(0, "One is true [1].", text, "verified"),
        citation(1, "Two is wrong [2].", text, "unsupported", contradicted=True),
    ]
    script.at(3000, final(text, citations=tuple(Citation.model_validate(values) for values in cited)))
    script.report(3000)
    line = status_line(seen(script.events))

    assert line.text == "Answered and checked. 1 of 2 sentences verified, 1 contradicted by its source."
    assert line.mood == "caution"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("happy_path", "Final answer"),
        ("nothing_found", "No answer"),
        ("human_review", "For a person"),
        ("withdrawn_by_safety", "Withdrawn"),
    ],
)
def test_every_outcome_has_its_label(name: str, label: str) -> None:
    """The label says what the text is, and never calls a refusal an answer."""
    assert answer_label(seen(play(scenario=name), question="q")).name == label


def test_what_did_not_finish_is_named() -> None:
    """A degraded answer is not called checked."""
    view = seen(play(scenario="slow_verifier"), question="q")

    assert "not fully checked: verification" in answer_label(view).note
    assert "not fully checked" in status_line(view).text
    assert "not checked" in render.render_sources(view)


def test_tiles_show_the_report_against_the_targets() -> None:
    """First word, first useful sentence, final and coverage carry a verdict; the figures are the run's own."""
    shown = {tile.name: tile for tile in tiles(seen(answered(), question="q"))}

    assert (shown["First word"].value, shown["First word"].verdict) == ("1.0 s", "met")
    assert (shown["First useful sentence"].value, shown["First useful sentence"].verdict) == ("1.3 s", "met")
    assert (shown["Final answer"].value, shown["Final answer"].verdict) == ("3.5 s", "met")
    assert (shown["Citation coverage"].value, shown["Citation coverage"].verdict) == ("1.00", "met")
    assert shown["Groundedness"].value == "0.90"


def test_a_missed_target_is_called_missed() -> None:
    """A late first word is said to be late; at another speed than the natural one there is no verdict."""
    script = Script()
    script.at(2500, Token(token="Late", grounded=True))
    late = next(tile for tile in tiles(seen(script.events, question="q")) if tile.name == "First word")
    fast = next(tile for tile in tiles(seen(script.events, question="q", speed=10.0)) if tile.name == "First word")

    assert late.verdict == "missed"
    assert fast.verdict == "none"


def test_words_and_figures() -> None:
    """Times, scores, lists and plurals as people write them; a score is never rounded up to perfection."""
    assert [duration(0), duration(80), duration(1440)] == ["instant", "80 ms", "1.4 s"]
    assert [score(None), score(0.999), score(1.0), score(0.29)] == ["–", "0.99", "1.00", "0.29"]
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
    assert [plural(1, "sentence"), plural(2, "sentence")] == ["1 sentence", "2 sentences"]
