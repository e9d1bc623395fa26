"""Citations of whole answers: can a reader rely on the marks, and is each of them needed?

Knows final answers with their citations, and the library. The definitions are those of ALCE (Gao et al. 2023), with the
project's own `support` in the place of an NLI model: it judges the pipeline by the measure the pipeline uses, so it
shows what is left uncited or cited twice, and not what support itself gets wrong (see the public sets).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.report import Line, Section
from benchmarks.truth.metrics import mean
from benchmarks.truth.own_questions import Played
from benchmarks.truth.own_results import citation_hits, is_refused, verified_share
from rag.grounding.citations import citation_quality
from rag.grounding.claims import split_claims
from rag.retrieval.corpus import Corpus
from rag.values import Citation, NumberedSource


def citation_section(runs: Mapping[str, Sequence[Played]], corpus: Corpus) -> Section:
    """How the answers of each writer cite."""
    answered = {writer: [run for run in played if not is_refused(run)] for writer, played in runs.items()}
    lines = [line for writer, played in answered.items() for line in _lines(writer, played, corpus)]
    notes = ["ALCE recall: claims that their sources carry together; precision: citations that are needed for that."]
    notes += [
        f"{writer}: {len(played)} answers, {sum(len(run.citations) for run in played)} citations of the final text."
        for writer, played in answered.items()
    ]
    return Section("citations", lines, [*notes, "The plain writer only quotes, so all but naming gold should be 1."])


def _lines(writer: str, runs: Sequence[Played], corpus: Corpus) -> Iterator[Line]:
    covered = mean([run.coverage for run in runs if run.coverage is not None])
    verified = mean([run.verified_coverage for run in runs if run.verified_coverage is not None])
    recall, precision = alce([(_final(run), run.citations) for run in runs], corpus)
    draft_recall, draft_precision = alce([(run.draft, run.draft_citations) for run in runs], corpus)
    yield Line(f"{writer}: claims with a source", covered, beside=f"verified {verified:.3f}")
    yield Line(f"{writer}: citations that are verified", verified_share(runs))
    yield Line(f"{writer}: ALCE citation recall", recall, beside=f"draft {draft_recall:.3f}")
    yield Line(f"{writer}: ALCE citation precision", precision, beside=f"draft {draft_precision:.3f}")
    yield Line(f"{writer}: citations that name a gold passage", citation_hits(runs), detail="others may be right, too")


def alce(texts: Sequence[tuple[str, Sequence[Citation]]], corpus: Corpus) -> tuple[float, float]:
    """Mean citation recall and citation precision over the texts that have them; both in [0, 1]."""
    qualities = [
        citation_quality(split_claims(text), citations, list(_sources(citations, corpus))) for text, citations in texts
    ]
    recalls = [one.recall for one in qualities if one.recall is not None]
    return mean(recalls), mean([one.precision for one in qualities if one.precision is not None])


def _final(run: Played) -> str:
    return run.draft if run.refined is None else run.refined


def _sources(citations: Sequence[Citation], corpus: Corpus) -> Iterator[NumberedSource]:
    for citation in citations:
        if passage := corpus.get(citation.passage_id):
            yield NumberedSource(marker=citation.marker, passage=passage)
