"""A view as HTML: one `render_*` function per panel, one template per function.

Templates escape everything they print and fail on a name they are not given. Text of documents, models and people
reaches them as plain strings only; nothing in `ui` marks a string as safe. Knows nothing of Gradio or of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rag.values import Citation, RevisionOperation, StageName
from ui import labels, marks
from ui.sentences import Sentence, joined
from ui.tiles import tiles
from ui.timeline import timeline
from ui.view import View
from ui.words import Status, answer_label, status_line

TEMPLATES = Path(__file__).parent / "templates"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"clock": labels.clock, "duration": labels.duration, "score": labels.score}
    environment.globals |= {"labels": labels, "pieces": marks.pieces}
    return environment


_ENVIRONMENT = _environment()


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The filled template; a lone surrogate, which no wire can carry, becomes a question mark."""
    text = _ENVIRONMENT.get_template(template).render(values)
    return text.encode("utf-8", "replace").decode("utf-8")


def render_header(name: str, idea: str, badge: str) -> str:
    """The page's title line; `badge` says what is simulated, empty for nothing."""
    return filled("header.html", {"name": name, "idea": idea, "badge": badge})


def render_watch(title: str, watch: str) -> str:
    """What to look out for in a scenario; nothing for an empty title."""
    return filled("watch.html", {"title": title, "watch": watch})


def render_status(view: View) -> str:
    """The status line: one sentence, its mood and the running time."""
    return _status(status_line(view), view)


def render_notice(line: Status) -> str:
    """A status line that the page itself puts up: a cancelled run, for one, cannot paint its own end."""
    return _status(line, View())


def _status(line: Status, view: View) -> str:
    return filled("status.html", {"line": line, "elapsed_ms": view.elapsed_ms, "run": view.request_id or ""})


def render_stages(view: View) -> str:
    """Every stage of both paths with its state and time."""
    picture = timeline(view)
    return filled("stages.html", {"lanes": (("fast", picture.fast), ("slow", picture.slow))})


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence with the sign, the words and the sources that its state gives it."""

    sentence: Sentence
    title: str
    markers: tuple[int, ...]


def render_answer(view: View, *, scope: str = "ask") -> str:
    """The answer's label and its finished sentences, or what is said in place of an answer.

    `scope` keeps element ids apart when a page shows several runs.
    """
    markers = _markers_by_claim(view.citations)
    shown = [ShownSentence(s, _title(s, closed=view.closed), markers.get(s.index, ())) for s in view.sentences]
    values = {
        "view": view,
        "label": answer_label(view),
        "shown": shown,
        "scope": scope,
        "cited": {citation.marker for citation in view.citations},
        "changes": _changes(view) if view.draft else [],
    }
    return filled("answer.html", values)


def render_tail(view: View, *, settled: int, scope: str = "ask") -> str:
    """The text after the first `settled` sentences, as being written: small, because every token repaints it."""
    cited = {citation.marker for citation in view.citations}
    text = joined(view.sentences[settled:]) + view.tail
    return filled("tail.html", {"view": view, "text": text, "scope": scope, "cited": cited})


def render_folds(*, stories: int, knobs: bool) -> str:
    """What opens the gallery of stories and the knobs. The page itself keeps what is open."""
    return filled("folds.html", {"stories": stories, "knobs": knobs})


def render_said(name: str) -> str:
    """A place where the page itself says what came of a press."""
    return filled("said.html", {"name": name})


def render_versions(scope: str = "ask") -> str:
    """The choice between draft, diff and final text. The page itself makes it: it stands beside the boards."""
    return filled("versions.html", {"scope": scope})


def render_legend() -> str:
    """The signs a sentence can wear."""
    return filled("legend.html", {})


def _markers_by_claim(citations: Iterable[Citation]) -> dict[int | None, tuple[int, ...]]:
    found: dict[int | None, tuple[int, ...]] = {}
    for citation in citations:
        found[citation.claim_index] = (*found.get(citation.claim_index, ()), citation.marker)
    return found


def _title(sentence: Sentence, *, closed: bool) -> str:
    words = labels.SENTENCE[sentence.state]
    if closed:
        words = labels.UNCHECKED.get(sentence.state, words)
    return f"{words}, support {labels.score(sentence.support)}" if sentence.support is not None else words


@dataclass(frozen=True, slots=True)
class Source:
    """One numbered source and everything the answer rests on it."""

    marker: int
    best: Citation
    citations: tuple[Citation, ...]
    excerpt: marks.Excerpt
    passage: tuple[marks.Stretch, ...]
    """The whole passage with every quote in it; empty where the run did not send its text."""


def render_sources(view: View, *, support_note: str = "", scope: str = "ask") -> str:
    """The cited sources with their quotes, then the passages found but not cited."""
    texts = {item.passage.passage_id: item.passage.text for item in view.evidence}
    cited = {citation.passage_id for citation in view.citations}
    others = [item for item in view.evidence if item.passage.passage_id not in cited]
    words = labels.CITATION | (labels.UNCHECKED if view.closed else {})
    return filled(
        "sources.html",
        {
            "view": view,
            "sources": list(_sources(view.citations, texts)),
            "others": others,
            "words": words,
            "support_note": support_note,
            "scope": scope,
        },
    )


def _sources(citations: Sequence[Citation], texts: Mapping[str, str | None]) -> Iterable[Source]:
    """One source per marker, shown by its strongest citation."""
    for marker in sorted({citation.marker for citation in citations}):
        own = tuple(sorted((c for c in citations if c.marker == marker), key=lambda c: c.claim_index))
        best = max(own, key=lambda c: c.confidence)
        text = texts.get(best.passage_id)
        whole = [(c.claim_index, c.quote, c.source_span) for c in own if c.passage_id == best.passage_id]
        yield Source(
            marker,
            best,
            own,
            marks.excerpt(text, best.quote, best.source_span),
            marks.quoted(text, whole) if text else (),
        )


def render_gate(view: View) -> str:
    """The gate's verdict with every condition, its threshold and margin."""
    return filled("gate.html", {"view": view, "gate": view.gate, "stage_names": _stage_names})


def _stage_names(stages: Iterable[StageName]) -> str:
    return labels.listed(labels.STAGE[stage].lower() for stage in stages)


def render_timeline(view: View, *, scope: str = "ask") -> str:
    """What the server did on two lanes, and what the reader saw, on one axis."""
    return filled("timeline.html", {"line": timeline(view), "view": view, "scope": scope})


def render_metrics(view: View) -> str:
    """The metric tiles against their targets."""
    return filled("metrics.html", {"tiles": tiles(view), "speed": view.speed})


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One sentence of the patch: what it was, what it is, why, and from which passages."""

    kind: str
    words: tuple[marks.Words, ...]
    reason: str
    evidence: tuple[str, ...]


def render_revision(view: View) -> str:
    """What the refinement changed and why; nothing while there was none."""
    revision = view.revision
    changes = [change for change in _changes(view) if change.kind != "keep"]
    kept = sum(operation.kind == "keep" for operation in (revision.operations if revision else ()))
    return filled("revision.html", {"revision": revision, "changes": changes, "kept": kept})


def _changes(view: View) -> list[ShownChange]:
    """Every sentence of the patch in reading order, the kept ones too."""
    names = {e.passage.passage_id: f"{e.passage.source}, {e.passage.section}" for e in view.evidence}
    return [
        ShownChange(
            operation.kind,
            tuple(_words(operation)),
            operation.reason,
            tuple(names[passage_id] for passage_id in operation.evidence if passage_id in names),
        )
        for operation in (view.revision.operations if view.revision else ())
    ]


def _words(operation: RevisionOperation) -> list[marks.Words]:
    """What to strike and what to add; an operation may give a kept sentence once or twice."""
    before, after = operation.before or "", operation.after or ""
    if operation.kind == "keep":
        return [marks.Words(after or before, "same")]
    return marks.word_changes(before, after)
