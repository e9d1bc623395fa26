"""What one should have noticed: computed from the runs of a lesson's step, every figure of them their own. Pure.

Times are told at natural speed, whatever speed the run was played at. Knows no HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.values import Condition
from ui.labels import STAGE, clock, duration, figure, listed, plural, score
from ui.lesson_played import READING_WORDS_PER_S, Played
from ui.view import View

LONG_SPAN_MS = 50
"""Stages shorter than this are not worth naming."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the runs showed."""

    right: str
    """Key of the prediction that came true; empty when the runs decided none of them."""
    points: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()
    """Rows of figures to compare, the heading first; empty for none."""


def finding(key: str, played: Sequence[Played]) -> Finding:
    """What the step's runs showed. Raises `KeyError` for a step that does not exist."""
    return _FINDINGS[key](*played)


def _blank(run: Played) -> Finding:
    silent_ms = run.natural_ms(run.figures.first_status_ms or run.figures.final_ms)
    right = "short" if silent_ms < 5_000 else "middle" if silent_ms <= 15_000 else "long"
    longest = max(run.figures.spans, key=lambda span: span.end_ms - span.start_ms, default=None)
    points = [f"For {clock(silent_ms)} nothing came: no word and no sign. Then everything came at once."]
    if longest:
        took = clock(run.natural_ms(longest.end_ms - longest.start_ms))
        count = plural(len({span.stage for span in run.figures.spans}), "stage")
        name = STAGE[longest.stage].lower()
        points.append(f"The pipeline was not idle: {count} ran, the longest of them, {name}, for {took}.")
    points.append("You could not tell a slow answer from a broken one. That is the real cost of a blank screen.")
    return Finding(right, tuple(points))


def _status(run: Played) -> Finding:
    sign_ms = run.natural_ms(run.figures.first_status_ms or 0)
    right = "late" if sign_ms > 1_000 else "split" if run.word_ms > run.final_ms / 2 else "both"
    sign = "at once" if sign_ms < 1 else f"after {duration(sign_ms)}"
    stages = plural(len(_long_stages(run)), "stage")
    return Finding(
        right,
        (
            f"The first sign came {sign}, the first word after {clock(run.word_ms)}.",
            f"{stages} told you what was being done, and the stream was never silent for more than "
            f"{clock(run.silence_ms)}.",
            f"The answer took {clock(run.final_ms)}, as long as it would have without a sign. Status lines shorten no "
            "wait; they tell you that there is something worth waiting for.",
        ),
    )


def _long_stages(run: Played) -> set[str]:
    return {span.stage for span in run.figures.spans if run.natural_ms(span.end_ms - span.start_ms) >= LONG_SPAN_MS}


def _fast(run: Played) -> Finding:
    right = "soon" if run.word_ms <= 3_000 else "middle" if run.word_ms <= 10_000 else "late"
    path = run.figures.paths.get("first_token")
    steps = [step for step in (path.steps if path else ()) if run.natural_ms(step.duration_ms) >= LONG_SPAN_MS]
    named = listed(f"{STAGE[step.stage].lower()} ({duration(run.natural_ms(step.duration_ms))})" for step in steps)
    return Finding(
        right,
        (
            f"The first word came after {clock(run.word_ms)}. It waited for {named}, and for nothing else.",
            f"The final answer came after {clock(run.final_ms)}. That is not much sooner than before; what changed is "
            "where the waiting sits.",
            f"For {clock(run.final_ms - run.word_ms)} the slow path checked, while there was something to read.",
        ),
    )


def _gate(off: Played, on: Played) -> Finding:
    exposed = off.figures.exposure
    wrote = off.figures.outcome == "answered" and exposed.shown_characters > 0
    right = "fluent" if wrote else "error" if off.view.error else "honest"
    bad, shown = exposed.ungrounded_characters, exposed.shown_characters
    verified, claims = off.verified
    kept = on.figures.exposure.shown_characters
    return Finding(
        right,
        (
            f"The best passage had a confidence of {off.confidence}. Without the gate nobody asked: the first word "
            f"came after {clock(off.word_ms)}, and {shown} characters followed, "
            f"{'all' if bad == shown else bad} of them without any ground.",
            f"With the gate there {f'were {kept} characters' if kept else 'was not a word'} of a draft, and an honest "
            f"sentence after {clock(on.final_ms)}, {_sooner(on, off)}.",
            f"Look at the checks of the first run: {verified} of {plural(claims, 'sentence')} verified. The quotes are "
            "true; they have nothing to do with the question. Support is not relevance, and only the gate asks for it.",
        ),
    )


def _sooner(on: Played, off: Played) -> str:
    before_ms = off.final_ms - on.final_ms
    if before_ms <= 0:
        return "later than the wrong answer"
    return f"{clock(before_ms)} before the wrong answer was complete"


def _draft(run: Played) -> Finding:
    words = run.draft_words
    checked_ms = max((check.end_ms or 0 for check in run.view.checks), default=run.figures.final_ms)
    written_ms = max((span.end_ms for span in run.figures.spans if span.stage == "generation"), default=checked_ms)
    read = run.words_read(checked_ms)
    share = min(1.0, read / words) if words else 1.0
    right = "start" if share < 1 / 3 else "half" if share < 2 / 3 else "end"
    pace = 1000 * words / max(run.natural_ms(written_ms) - run.word_ms, 1.0)
    reading = clock(1000 * words / READING_WORDS_PER_S)
    return Finding(
        right,
        (
            f"The draft has {words} words. It was written at {pace:.0f} words a second and is read at about "
            f"{READING_WORDS_PER_S:.0f}.",
            f"The last of its sentences was checked at {run.told(checked_ms)}. By then a reader was at word "
            f"{read:.0f}, {100 * share:.0f} % of the way.",
            f"To read it to the end takes {reading}; the final answer was there after {clock(run.final_ms)}. Checks "
            "that run beside the reading cost the reader next to nothing.",
        ),
    )


def _citations(slow: Played, never: Played) -> Finding:
    missing = listed(STAGE[stage].lower() for stage in never.figures.degraded)
    stands = never.figures.outcome == "answered" and bool(missing)
    right = "stands" if stands else "gone" if never.view.withdrawn else "wait"
    verified_ms = slow.view.moment_ms("verified")
    read = slow.words_read(slow.figures.final_ms if verified_ms is None else verified_ms)
    return Finding(
        right,
        (
            f"In the first run the first word came after {clock(slow.word_ms)} and the first verified citation after "
            f"{slow.told(verified_ms)}: about {read:.0f} words that one reads on trust.",
            "Each sentence says where it stands, in colour and sign: cited and not checked, verified, weak. A sentence "
            "changes its sign; it does not move.",
            f"In the second run the answer {_unchecked(never, missing)}. A check that was not made is not a check that "
            "was passed, and the screen does not pretend.",
        ),
    )


def _unchecked(run: Played, missing: str) -> str:
    if not missing:
        return f"was final after {clock(run.final_ms)} with every check made"
    verified, claims = run.verified
    return (
        f"was final after {clock(run.final_ms)} with {verified} of {claims} sentences verified, and it names what did "
        f"not finish: {missing}"
    )


def _refinement(refined: Played, withdrawn: Played) -> Finding:
    operations = refined.view.revision.operations if refined.view.revision else ()
    kept = sum(operation.kind == "keep" for operation in operations)
    changed = len(operations) - kept
    right = "none" if not changed else "few" if kept >= changed else "all"
    revised_ms = refined.view.moment_ms("revised")
    points = [
        f"The patch kept {plural(kept, 'sentence')} and changed {changed}; it came after {refined.told(revised_ms)}, "
        "and it says why. Draft, Diff and Final show the difference."
    ]
    place = _first_changed_word(refined.view)
    if revised_ms is not None and place is not None:
        read = refined.words_read(revised_ms)
        passed = "had passed it already" if read > place else "had not reached it yet"
        points.append(
            f"The changed sentence begins at word {place + 1}. By then a reader was at word {read:.0f}: {passed}."
        )
    points.append(
        f"In the second run {withdrawn.figures.exposure.shown_characters} characters had been shown when all of them "
        f"were taken back after {withdrawn.told(withdrawn.view.moment_ms('withdrawn'))}. The text is gone from the "
        "page, and not from memory."
    )
    return Finding(right, tuple(points))


def _first_changed_word(view: View) -> int | None:
    """How many words of the draft stand before the first sentence that the patch changed; None if it changed none."""
    words = 0
    for operation in view.revision.operations if view.revision else ():
        if operation.kind in {"revise", "drop"}:
            return words
        words += len((operation.before or "").split())
    return None


def _weak(run: Played) -> Finding:
    gates = run.view.gates
    answered = run.figures.outcome == "answered"
    if len(gates) < 2:
        said = gates[0].decision.reason if gates else "It was never asked."
        return Finding("nothing" if answered else "answer", (f"This time the gate decided at once. {said}",))
    first, last = gates[0], gates[-1]
    waited = clock(run.natural_ms(last.at_ms - first.at_ms))
    return Finding(
        "later" if answered else "answer",
        (
            f"At {run.told(first.at_ms)} the gate did not open: {_conditions(first.decision.conditions)}. "
            f"At {run.told(last.at_ms)} it was asked again: {_conditions(last.decision.conditions)}.",
            f"The first word came after {clock(run.word_ms)}; {waited} of that is the second search. The status line "
            "said what was going on, so the wait had a reason.",
            "The gate is the one thing on the fast path that may make a reader wait on purpose.",
        ),
    )


def _conditions(conditions: Sequence[Condition]) -> str:
    return listed(f"{c.name} {figure(c.name, c.value)} of {figure(c.name, c.threshold)}" for c in conditions)


def _measure(good: Played, bad: Played) -> Finding:
    runs = (good, bad)
    rows = (
        ("", "served", "did not serve"),
        ("First word", *(_judged(clock(run.word_ms), run.fast_enough) for run in runs)),
        ("Final answer", *(_judged(clock(run.final_ms), run.final_enough) for run in runs)),
        ("Sentences verified", *(_judged("{} of {}".format(*run.verified), run.supported) for run in runs)),
        ("Groundedness", *(score(run.figures.groundedness) for run in runs)),
        ("Confidence at the gate", *(run.confidence for run in runs)),
        ("Gate open before the first word", *("yes" if run.figures.gate_open else "no" for run in runs)),
        ("Ungrounded characters shown", *(str(run.figures.exposure.ungrounded_characters) for run in runs)),
    )
    tests: dict[str, Callable[[Played], bool]] = {
        "speed": lambda run: run.fast_enough,
        "support": lambda run: run.supported,
        "gate": lambda run: run.figures.gate_open,
    }
    telling = [name for name, test in tests.items() if test(good) and not test(bad)]
    blind = ": a dashboard of the first four rows cannot tell these runs apart" if telling == ["gate"] else ""
    return Finding(
        telling[0] if len(telling) == 1 else "",
        (
            "Speed says when words come. Support says that they are quoted correctly. Neither says that they answer "
            f"the question{blind}.",
            "So figures go in pairs: the time to the first word beside whether the gate had opened, and groundedness "
            "beside what was shown without any ground.",
            "And there is one figure that no single run can give: whether people stay. Abandonment is counted over "
            "many runs, from real stops and closed tabs.",
        ),
        rows,
    )


def _judged(text: str, good: bool) -> str:
    return f"{text}, target {'met' if good else 'missed'}"


_FINDINGS: dict[str, Callable[..., Finding]] = {
    "blank": _blank,
    "status": _status,
    "fast": _fast,
    "gate": _gate,
    "draft": _draft,
    "citations": _citations,
    "refinement": _refinement,
    "weak": _weak,
    "measure": _measure,
}
