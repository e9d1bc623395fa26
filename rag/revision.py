"""From draft to refined answer as a patch that can be read: sentence by sentence, each change with its reason. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from rag.values import Citation, Claim, RevisionOperation

SIMILAR = 0.5
"""Character similarity (`SequenceMatcher.ratio`) from which a replaced sentence counts as revised, not as swapped."""
UNSUPPORTED = "Its source did not support it."
CONTRADICTED = "Its source says otherwise."


def revise(
    before: Sequence[Claim],
    after: Sequence[Claim],
    *,
    failed: Sequence[int] = (),
    contradicted: Sequence[int] = (),
    evidence: Mapping[int, Sequence[Citation]],
) -> tuple[RevisionOperation, ...]:
    """The operations that turn the sentences `before` into the sentences `after`, in reading order.

    `failed` are indices of draft sentences that did not pass verification, `contradicted` those of them of which their
    source says otherwise, which the patch then gives as the reason; `evidence` maps an index of `after` to the
    citations of that sentence. Applying the operations in order gives `after` exactly (`apply_operations`).
    """
    matcher = SequenceMatcher(a=[c.text for c in before], b=[c.text for c in after], autojunk=False)
    faults = dict.fromkeys(failed, UNSUPPORTED) | dict.fromkeys(contradicted, CONTRADICTED)
    operations: list[RevisionOperation] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            operations += [RevisionOperation(kind="keep", before=c.text, after=c.text) for c in before[i1:i2]]
        else:
            operations += _changes(before[i1:i2], after[j1:j2], faults, evidence)
    return tuple(operations)


def _changes(
    old: Sequence[Claim], new: Sequence[Claim], faults: Mapping[int, str], evidence: Mapping[int, Sequence[Citation]]
) -> Iterator[RevisionOperation]:
    """Pair each new sentence with the most similar old one that is still free; the rest are drops and appends."""
    free = list(old)
    for claim in new:
        ids = tuple(citation.passage_id for citation in evidence.get(claim.index, ()))
        match = max(free, key=lambda candidate: _similarity(candidate, claim), default=None)
        if match is None or _similarity(match, claim) < SIMILAR:
            yield RevisionOperation(kind="append", after=claim.text, reason="New evidence says this.", evidence=ids)
            continue
        yield from (_drop(skipped, faults) for skipped in free[: free.index(match)])
        free = free[free.index(match) + 1 :]
        reason = faults.get(match.index, "Better evidence was found.")
        yield RevisionOperation(kind="revise", before=match.text, after=claim.text, reason=reason, evidence=ids)
    yield from (_drop(claim, faults) for claim in free)


def _drop(claim: Claim, faults: Mapping[int, str]) -> RevisionOperation:
    reason = faults.get(claim.index, "Other evidence matters more.")
    return RevisionOperation(kind="drop", before=claim.text, reason=reason)


def _similarity(one: Claim, other: Claim) -> float:
    return SequenceMatcher(a=one.text, b=other.text, autojunk=False).ratio()


def apply_operations(operations: Sequence[RevisionOperation]) -> tuple[list[str], list[str]]:
    """The sentences before and after, read off the operations: what a reader of the patch must be able to rebuild."""
    before = [operation.before for operation in operations if operation.before is not None]
    after = [operation.after for operation in operations if operation.after is not None]
    return before, after
