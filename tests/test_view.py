"""The fold: whatever the events and whatever their order, the view says what the reader has been shown."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.scenarios import SCENARIOS
from rag.events import (
    CitationAttached,
    FinalAnswerEvent,
    PartialAnswer,
    RefinementEvent,
    StreamEvent,
    Token,
    TokenEvent,
)
from tests.harness import play, text_of
from tests.scripted_run import Script, answered, broken, citation, event, final, withdrawn
from ui.view import View, apply

_PLAYED: dict[str, list[StreamEvent]] = {}


def played(name: str) -> list[StreamEvent]:
    """The scenario's events; played once."""
    if name not in _PLAYED:
        _PLAYED[name] = play(scenario=name)
    return _PLAYED[name]


def seen(events: list[StreamEvent]) -> View:
    return reduce(apply, events, View(question="q"))


scenario = pytest.mark.parametrize("name", list(SCENARIOS))


@scenario
def test_while_drafting_the_text_is_the_tokens_joined(name: str) -> None:
    """Up to the first revision, after every single event, not a character more or less than the tokens."""
    view, tokens = View(question="q"), ""
    for each in played(name):
        if isinstance(each, RefinementEvent | FinalAnswerEvent):
            break
        tokens += each.payload.token if isinstance(each, TokenEvent) else ""
        view = apply(view, each)

        assert view.text == tokens


@scenario
def test_the_end_of_every_story(name: str) -> None:
    """An answered run shows its final answer, sentence by sentence; any other shows no text of a draft."""
    events = played(name)
    view = seen(events)
    last = next(each.payload for each in events if isinstance(each, FinalAnswerEvent))

    assert view.final == last
    assert view.text == (last.answer if last.outcome == "answered" else "")
    assert len([s for s in view.sentences if s.index is not None]) >= len({c.claim_index for c in last.citations})


@scenario
def test_a_repeated_event_changes_nothing(name: str) -> None:
    """Seeing an event again, or the whole run again, is seeing nothing new."""
    view = View(question="q")
    for each in played(name):
        view = apply(view, each)

        assert apply(view, each) is view
    assert reduce(apply, played(name), view) is view


@settings(max_examples=150)
@given(data=st.data())
def test_no_order_breaks_the_fold(data: st.DataObject) -> None:
    """Any events of any runs in any order, renumbered so that none looks like a repetition: a view, never an error."""
    pool = [*answered(), *withdrawn("Dana"), *broken(), *played("refined"), *played("stream_cut")]
    chosen = data.draw(st.lists(st.sampled_from(pool), max_size=40))
    view = View()
    for seq, each in enumerate(chosen):
        view = apply(view, event(each.payload, seq, each.elapsed_ms))

        assert isinstance(view.text, str)
        assert view.phase


def test_a_retraction_leaves_no_text() -> None:
    """Not in the answer, the citations, the quotes or the passages; and a token that comes too late adds nothing."""
    events = withdrawn("Dana Whitfield")
    cut = next(i for i, each in enumerate(events) if isinstance(each, RefinementEvent))

    assert "Dana" in repr(seen(events[:cut]))
    for end in range(cut + 1, len(events) + 1):
        view = seen(events[:end])
        assert view.phase == "withdrawn"
        assert view.text == ""
        assert "Dana" not in repr((view.sentences, view.tail, view.citations, view.evidence, view.revision, view.final))


def test_the_real_retraction_leaves_no_text() -> None:
    """The same for the pipeline's own withdrawn run: no four words of its draft in a row are left anywhere."""
    events = played("withdrawn_by_safety")
    words = text_of(events).split()
    left = repr(seen(events))

    assert len(words) > 20
    assert [words[i : i + 4] for i in range(len(words) - 3) if " ".join(words[i : i + 4]) in left] == []


def test_events_of_another_run_are_ignored() -> None:
    """A view belongs to the run of its first event."""
    view = seen(answered())

    assert apply(view, event(Token(token="x", grounded=True), 10_000, request_id="other")) is view


def test_sentence_states_follow_their_citations() -> None:
    """drafted, cited, verified; the worst verdict stands only when no source verifies it and none is pending."""
    script = Script()
    answer = script.draft(["One [1]."], from_ms=0)
    before = seen([each for each in script.events if not isinstance(each.payload, CitationAttached)])
    states = [before.sentences[0].state, seen(script.events).sentences[0].state]
    for verdict in ("unsupported", "weak", "verified"):
        values = citation(0, "One [1].", answer, verdict, citation_id=f"also {verdict}")
        script.at(100, CitationAttached.model_validate(values))
        states.append(seen(script.events).sentences[0].state)
    script.at(200, CitationAttached.model_validate(citation(0, "One [1].", answer, "weak")))

    assert states == ["drafted", "cited", "cited", "cited", "verified"]
    assert seen(script.events).sentences[0].state == "verified"


def test_a_sentence_that_a_source_contradicts() -> None:
    """It says so rather than that it is weak or unsupported, but not while a source is unread or if one verifies it."""
    script = Script()
    answer = script.draft(["One [1]."], from_ms=0)
    states = []
    for verdict in ("unsupported", "contradicted", "weak", "verified"):
        contradicted = verdict == "contradicted"
        state = "unsupported" if contradicted else verdict
        values = citation(0, "One [1].", answer, state, contradicted=contradicted, citation_id=f"also {verdict}")
        script.at(100, CitationAttached.model_validate(values))
        states.append(seen(script.events).sentences[0].state)
        if verdict == "unsupported":
            script.at(100, CitationAttached.model_validate(citation(0, "One [1].", answer, "weak")))
    view = seen(script.events)

    assert states == ["cited", "contradicted", "contradicted", "verified"]
    assert [check.status for check in view.checks] == ["weak", "unsupported", "contradicted", "weak", "verified"]


def test_a_citation_before_its_sentence_counts() -> None:
    """A sentence that is complete after its citation came is cited from the start."""
    script = Script()
    script.at(0, CitationAttached.model_validate(citation(0, "One.", "One.", "pending")))
    script.at(10, Token(token="One.", grounded=True))
    claim = {"index": 0, "answer_span": (0, 4), "support": 0.9, "grounded": True}
    script.at(10, PartialAnswer.model_validate({"text": "One.", "claim": claim}))

    assert [sentence.state for sentence in seen(script.events).sentences] == ["cited"]


def test_a_partial_answer_that_the_tokens_do_not_say_is_ignored() -> None:
    """The tokens are the draft: a text from elsewhere never reaches the screen."""
    script = Script()
    script.at(0, Token(token="One is", grounded=True))
    claim = {"index": 0, "answer_span": (0, 9), "support": 0.9, "grounded": True}
    script.at(10, PartialAnswer.model_validate({"text": "Something", "claim": claim}))

    assert seen(script.events).text == "One is"
    assert seen(script.events).sentences == ()


def test_a_refinement_keeps_what_it_keeps() -> None:
    """Kept sentences keep state and citation; the others are marked; the final citations then have the last word."""
    events = answered()
    at = next(i for i, each in enumerate(events) if isinstance(each, RefinementEvent))
    view = seen(events[: at + 1])

    assert view.phase == "revised"
    assert [(s.index, s.state, s.change) for s in view.sentences] == [
        (0, "verified", "none"),
        (1, "verified", "revised"),
        (2, "weak", "added"),
    ]
    assert [(s.state, s.change) for s in seen(events).sentences] == [
        ("verified", "none"),
        ("verified", "revised"),
        ("weak", "added"),
    ]


def test_a_patch_that_does_not_fit_its_text_is_not_trusted() -> None:
    """The new text is shown whole: what the run says the answer is wins over how it says it came about."""
    events = answered()
    odd = next(each.payload for each in events if isinstance(each, RefinementEvent))
    script = Script()
    script.at(0, odd.model_copy(update={"refined_answer": "Quite another text."}))

    assert seen(script.events).text == "Quite another text."


def test_an_answer_that_was_never_drafted_is_cut_where_it_is_cited() -> None:
    """A silent run brings only its final answer: its sentences are found by their citations, and nothing is lost."""
    events = play(scenario="refined", strategy="blocking")
    view = seen(events)
    last = next(each.payload for each in events if isinstance(each, FinalAnswerEvent))

    assert view.text == last.answer
    assert [s.index for s in view.sentences if s.index is not None] == sorted({c.claim_index for c in last.citations})


def test_a_cut_draft_keeps_its_last_words() -> None:
    """A final answer that ends in mid-sentence shows that half sentence, without a caret's owner."""
    script = Script()
    script.at(0, Token(token="One is", grounded=True))
    script.at(10, final("One is", complete=False))
    view = seen(script.events)

    assert (view.text, view.tail) == ("One is", "")


def test_an_error_leaves_the_draft() -> None:
    """A failed run keeps what was shown, and says so."""
    view = seen(broken())

    assert view.text == "One is true [1]."
    assert view.phase == "failed"


def test_moments_are_the_first_of_their_kind() -> None:
    """The reader's lane: when each thing was first seen, in milliseconds since the request."""
    view = seen(answered())

    assert [(m.kind, m.at_ms) for m in view.moments] == [
        ("status", 0),
        ("first_token", 1000),
        ("useful", 1400),
        ("verified", 2000),
        ("revised", 3000),
        ("final", 3500),
    ]


def test_moments_agree_with_the_report() -> None:
    """On a real run the view's own clock and the pipeline's measurements say the same."""
    view = seen(played("article"))

    assert view.metric is not None
    assert view.moment_ms("first_token") == view.metric.time_to_first_token_ms
    assert view.moment_ms("useful") == view.metric.time_to_first_useful_answer_ms
    assert view.moment_ms("final") == view.metric.total_pipeline_ms


def test_a_token_costs_the_same_at_the_end_as_at_the_start() -> None:
    """Two hundred sentences in, a token still replaces only the sentence being written."""
    script = Script()
    script.draft([f"Sentence {n} [1]." for n in range(200)], step_ms=1)
    view = seen(script.events)
    after = apply(view, event(Token(token=" More", grounded=True), 100_000, view.elapsed_ms))

    assert after.sentences is view.sentences
    assert after.citations is view.citations
    assert after.tail == " More"
