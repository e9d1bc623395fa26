"""The screen benchmark's instruments on small data: the writer, the tape, and lags from two logs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from benchmarks.screen.lag import Frames, shown_ms, signs_of, watched
from benchmarks.screen.tape import Tape
from benchmarks.screen.writer import MAX_WORDS, MIN_WORDS, SteadyWriter
from mocks.library import SAMPLE_DOCS
from mocks.virtual_time import run_virtual
from rag.events import StreamEvent
from rag.grounding.claims import split_claims
from rag.prompt import NO_ANSWER
from rag.retrieval.corpus import load_corpus
from rag.values import GenerationRequest, NumberedSource, RunRequest
from tests.scripted_run import answered

CORPUS = load_corpus(SAMPLE_DOCS)
SOURCES = tuple(NumberedSource(marker=n, passage=p) for n, p in enumerate(CORPUS.passages[:5], start=1))
REQUEST = GenerationRequest(question="What may it be?", sources=SOURCES)


def written(request: GenerationRequest, *, rate: float = 100, tokens: int = 600) -> list[tuple[float, str]]:
    """What the steady writer says, each token with its second."""

    async def run() -> list[tuple[float, str]]:
        loop, writer = asyncio.get_running_loop(), SteadyWriter(CORPUS, rate=rate, tokens=tokens)
        return [(loop.time(), token) async for token in writer.stream(request)]

    return run_virtual(run)


def test_the_writer_keeps_its_pace() -> None:
    """Every token comes on the schedule that begins with the first."""
    log = written(REQUEST, rate=200)
    began = log[0][0]

    assert len(log) == 600
    assert [at for at, _ in log] == pytest.approx([began + n / 200 for n in range(600)])


def test_the_writer_writes_what_an_answer_looks_like() -> None:
    """Sentences of 12 to 20 words, each with a mark of a source that exists; some stand in it and some do not."""
    claims = split_claims("".join(token for _, token in written(REQUEST)))[:-1]
    passages = {source.marker: source.passage.text for source in SOURCES}
    quoted = [claim.text.partition(" [")[0] in passages[claim.markers[0]] for claim in claims]

    assert all(MIN_WORDS <= len(claim.text.split()) - 1 <= MAX_WORDS for claim in claims)
    assert {marker for claim in claims for marker in claim.markers} <= set(passages)
    assert 0 < sum(quoted) < len(quoted)


def test_a_refinement_changes_nothing() -> None:
    """The text on the page at the end is the text that was streamed."""
    refinement = REQUEST.model_copy(update={"kind": "refinement", "draft": NO_ANSWER})

    assert [token for _, token in written(refinement)] == [NO_ANSWER]


def test_a_token_is_shown_by_the_first_frame_that_has_all_of_it() -> None:
    """Half a token is none; white space counts for nothing; and one frame may show many."""
    frames = Frames(at_ms=[100, 120, 140], signs=[2, 5, 6])

    assert signs_of(" a b\n") == 2
    assert shown_ms(["On", "e ", "is", "!"], frames) == [100, 120, 120, 140]


def test_a_token_that_was_never_shown_is_an_error() -> None:
    """A page that loses text has no lag; it is wrong."""
    with pytest.raises(ValueError, match="showed 2 of 3 signs"):
        shown_ms(["On", "e"], Frames(at_ms=[100], signs=[2]))


def test_lags_wall_and_lateness() -> None:
    """By hand: three tokens at 100 a second, the second emitted 5 ms late, all shown by two frames."""
    seen = watched(
        ["a", "b", "c"],
        [1000, 1015, 1020],
        Frames([1010, 1030], [1, 3]),
        rate=100,
        stream_bytes=600,
        repaints={"#x": 2},
    )

    assert seen.lags_ms == [10, 15, 10]
    assert seen.behind_ms == [0, 5, 0]
    assert (seen.lag_ms(50), seen.lag_ms(100)) == (10, 15)
    assert seen.wall_over_nominal == 1.5
    assert seen.bytes_per_token == 200


def test_the_tape_notes_tokens_and_lets_everything_pass() -> None:
    """Every event goes on as it came; tokens leave their text and the moment that the pipeline stamped on them."""
    events, tape = answered(), Tape()

    async def open_run(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        for item in events:
            yield item

    async def run() -> list[StreamEvent]:
        return [item async for item in tape.recorded(open_run)(RunRequest(question="?"))]

    passed = run_virtual(run)
    tokens = [item for item in events if item.event_type == "token"]

    assert passed == events
    assert tape.texts == [item.payload.token for item in tokens]
    assert tape.emitted_ms == [item.timestamp.timestamp() * 1000 for item in tokens]
    assert tape.runs == 1
