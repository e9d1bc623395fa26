"""`python -m benchmarks.retrieval_speed`: what a search costs in a large library, and how soon such a library is there.

The library is made up: passages of the length of the sample documents', their words drawn from those documents with the
frequencies that words of a language have (Zipf 1949: the n-th commonest is n times as rare as the commonest). The
questions are those of the sample documents, rewritten as the pipeline rewrites them. Each is asked twice: for the first
time, when the passages that it finds have not been read before, and again.

Times of a search are processor time of its thread, which on an idle machine is the time that one waits for it; what the
clock said stands beside it, with whatever else the machine had to do.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time

from benchmarks.report import Line, Section, at_most, print_report, write_json
from mocks.judges import VocabularyRewriter
from mocks.library import SAMPLE_DOCS
from rag.ports import SearchMode
from rag.retrieval.analysis import tokenise
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.concepts import readings
from rag.retrieval.corpus import Corpus, load_corpus
from rag.retrieval.passage_words import forget_passages
from rag.retrieval.weighing import weigh
from rag.values import Passage, RewrittenQuery

PASSAGES, LARGE = 10_000, 100_000
QUICK_PASSAGES, QUICK_LARGE = 4_500, 6_000
"""Just over the number from which on indexes are kept on the disk and searches go to a thread."""
SENTENCES, WORDS = 5, 16
"""Of a passage: 80 words, as in the sample documents."""
SECTIONS = 10
"""Passages of a document, so that hits have neighbours."""
TICK_S = 0.001
"""The event loop is asked to do something this often while others search."""
DEPTH: dict[SearchMode, int] = {"first": 5, "deep": 15, "expanded": 20}
"""Passages that the pipeline asks of each kind of search."""


def synthetic_library(size: int, seed: str = "library") -> Corpus:
    """That many passages of made-up sentences; the same for the same size and seed."""
    chance = random.Random(f"{seed}-{size}")
    words = [word for word, _ in _vocabulary().most_common()]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def sentence() -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=WORDS)).capitalize() + "."

    return Corpus(
        tuple(
            Passage(
                passage_id=f"guide-{number // SECTIONS}#part-{number % SECTIONS}",
                document_id=f"guide-{number // SECTIONS}",
                source=f"Guide {number // SECTIONS}",
                title=f"Guide {number // SECTIONS}",
                section=f"Part {number % SECTIONS}",
                text=" ".join(sentence() for _ in range(SENTENCES)),
                ordinal=number % SECTIONS,
            )
            for number in range(size)
        )
    )


def _vocabulary() -> Counter[str]:
    passages = load_corpus(SAMPLE_DOCS).all
    return Counter(token.surface for passage in passages for token in tokenise(passage.text))


async def questions(at_most: int | None = None) -> list[RewrittenQuery]:
    """The questions of the sample documents as retrieval gets them."""
    lines = (SAMPLE_DOCS / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:at_most]
    rewriter = VocabularyRewriter()
    return [await rewriter.rewrite(json.loads(line)["question"]) for line in lines]


@dataclass(slots=True)
class Timed:
    """Searches of one kind, in milliseconds."""

    processor_ms: list[float] = field(default_factory=list)
    clock_ms: list[float] = field(default_factory=list)

    def measure(self, search: Callable[[], object]) -> None:
        """Run one search."""
        clock_s, processor_s = perf_counter(), thread_time()
        search()
        self.processor_ms.append(1000 * (thread_time() - processor_s))
        self.clock_ms.append(1000 * (perf_counter() - clock_s))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]


def timed_searches(retriever: Bm25Retriever, asked: Sequence[RewrittenQuery], mode: SearchMode) -> tuple[Timed, Timed]:
    """Every question for the first time, nothing of any passage in memory; and then every question again."""
    forget()
    first, again = Timed(), Timed()
    for timed in (first, again):
        for query in asked:
            timed.measure(partial(retriever.search, query, top_k=DEPTH[mode], mode=mode))
    return first, again


def forget() -> None:
    """As after a start: no passage read, no question weighed."""
    forget_passages()
    for remembered in (weigh, readings):
        remembered.cache_clear()


async def blocked_ms(retriever: Bm25Retriever, asked: Sequence[RewrittenQuery]) -> list[float]:
    """How late the event loop was, tick by tick, while one question after the other was searched beside it."""
    forget()
    late: list[float] = []

    async def ask() -> None:
        for query in asked:
            await retriever.retrieve(query, top_k=DEPTH["deep"], mode="deep")

    now_s = asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask())
        while not asking.done():
            due_s = now_s() + TICK_S
            await asyncio.sleep(TICK_S)
            late.append(1000 * max(0.0, now_s() - due_s))
    return late


def load_s(size: int) -> tuple[float, float]:
    """Seconds to index that many passages, and to find the index in a cache on the disk instead."""
    corpus = synthetic_library(size, "large")
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(2):
            start_s = perf_counter()
            Bm25Retriever(corpus, cache=Path(folder))
            times.append(perf_counter() - start_s)
    return times[0], times[1]


def sections(passages: int, large: int, asked_at_most: int | None = None) -> Iterator[Section]:
    """Everything that is measured, part by part."""
    asked = asyncio.run(questions(asked_at_most))
    retriever = Bm25Retriever(synthetic_library(passages))
    yield Section(
        f"A search among {passages:,} passages, {len(asked)} questions",
        [
            *_search_lines(retriever, asked, "first", "first look", "query_p95_ms_10000"),
            *_search_lines(retriever, asked, "deep", "deep search", "deep_query_p95_ms_10000"),
            *_search_lines(retriever, asked, "expanded", "last attempt", ""),
        ],
        ["p95 in milliseconds of processor time; a search in so large a library runs in a thread."],
    )
    late = asyncio.run(blocked_ms(retriever, asked))
    yield Section(
        "The event loop while deep searches run beside it",
        [Line("late, p95, ms", percentile(late, 0.95), "loop_blocked_ms", at_most(6), detail=_spread(late))],
        ["Python passes the interpreter from thread to thread every 5 ms at the latest."],
    )
    built_s, loaded_s = load_s(large)
    yield Section(
        f"A library of {large:,} passages",
        [
            Line("index built, s", built_s, detail="once, in a thread; then kept on the disk"),
            Line("index found on the disk, s", loaded_s, "load_s_100000", at_most(5)),
        ],
    )


def _search_lines(
    retriever: Bm25Retriever, asked: Sequence[RewrittenQuery], mode: SearchMode, name: str, figure: str
) -> list[Line]:
    first, again = timed_searches(retriever, asked, mode)
    goal = at_most(5) if figure else None
    return [
        Line(
            f"{name}, top {DEPTH[mode]}: {which}",
            percentile(timed.processor_ms, 0.95),
            figure if timed is first else "",
            goal if timed is first else None,
            detail=f"median {percentile(timed.processor_ms, 0.5):.2f}; by the clock {_spread(timed.clock_ms)}",
        )
        for which, timed in (("first time", first), ("again", again))
    ]


def _spread(values: Sequence[float]) -> str:
    shares = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    return ", ".join(f"{name} {percentile(values, share):.2f}" for name, share in shares.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write the figures where they are asked for."""
    options = _parser().parse_args(arguments)
    sizes = (QUICK_PASSAGES, QUICK_LARGE, 40) if options.quick else (PASSAGES, LARGE, None)
    found = list(sections(*sizes))
    if options.quick:  # figures are named after the full size
        found = [Section(part.title, [line.renamed("") for line in part.lines], part.notes) for part in found]
    command = "python -m benchmarks.retrieval_speed" + (" --quick" if options.quick else "")
    print_report("Speed of retrieval", found, command=command)
    if options.json:
        write_json(options.json, found)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval_speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small libraries, few questions, no named figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help='write {"figures": {name: number}}')
    return parser


if __name__ == "__main__":
    sys.exit(main())
