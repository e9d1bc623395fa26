"""What may be shown, and when: the gate's decision, the reasons to refine. Pure functions.

Knows evidence and settings; knows no stage, no stream and no time.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.classification import classify as classify
from rag.settings import DomainPolicy, GateSettings, RefinementSettings
from rag.values import Condition, Domain, GateDecision, ScoredPassage, StageName

NOT_OBEYED = "The gate would not open on this evidence, but it is switched off: the draft is shown all the same."


def decide(
    evidence: Sequence[ScoredPassage],
    domain: Domain,
    gate: GateSettings,
    *,
    asked: int,
    waits_for: tuple[StageName, ...] | None = None,
) -> GateDecision:
    """Ask the gate about the evidence at hand.

    `asked` is 1 for the first retrieval, 2 after the expanded search, 3 for the reranked deep evidence. Evidence
    that meets the domain's thresholds opens the gate at any time. What does not is searched again (1), held for the
    deep evidence or refused if it is hopeless (2), and refused (3).
    `waits_for` overrides the domain's release set, as the serial strategies do.
    """
    policy = gate.domains[domain]
    if policy.human_review:
        reason = "Questions of this kind go to a person."
        return GateDecision(verdict="review", domain=domain, asked=asked, conditions=(), reason=reason)
    conditions = _conditions(evidence, policy, gate)
    release = policy.release if waits_for is None else waits_for
    if all(condition.passed for condition in conditions):
        return GateDecision(
            verdict="open",
            domain=domain,
            asked=asked,
            conditions=conditions,
            waits_for=release,
            reason="The evidence meets every condition of this domain.",
        )
    best = max((item.confidence for item in evidence), default=0.0)
    if asked == 1:
        verdict, reason = "retry", "The evidence is too weak for this domain; searching more widely."
    elif asked == 2 and best >= gate.fallback_below:
        verdict, reason = "hold", "The evidence is promising but not enough; waiting for the deep search."
    else:
        verdict, reason = "fallback", "The evidence stays too weak; no answer is attempted."
    return GateDecision.model_validate(
        {"verdict": verdict, "domain": domain, "asked": asked, "conditions": conditions, "reason": reason}
    )


def switched_off(decision: GateDecision) -> GateDecision:
    """The decision of a gate that is asked and not obeyed: the verdict stays what the evidence deserves."""
    reason = decision.reason if decision.verdict == "open" else NOT_OBEYED
    return decision.model_copy(update={"enforced": False, "waits_for": (), "reason": reason})


def without_release(gate: GateSettings) -> GateSettings:
    """The same gate with nothing to wait for: the release sets are the gate's, so they go when it is switched off."""
    domains = {name: policy.model_copy(update={"release": ()}) for name, policy in gate.domains.items()}
    return gate.model_copy(update={"domains": domains})


def _conditions(evidence: Sequence[ScoredPassage], policy: DomainPolicy, gate: GateSettings) -> tuple[Condition, ...]:
    count = sum(item.confidence > gate.evidence_floor for item in evidence)
    best = max((item.confidence for item in evidence), default=0.0)
    return (
        _condition("passages with evidence", count, policy.min_passages),
        _condition("confidence of the best", best, policy.min_confidence),
    )


def _condition(name: str, value: float, threshold: float) -> Condition:
    return Condition(
        name=name, value=value, threshold=threshold, margin=round(value - threshold, 6), passed=value >= threshold
    )


def why_refine(seen: Sequence[str], reranked: Sequence[ScoredPassage], settings: RefinementSettings) -> tuple[str, ...]:
    """Reasons in the evidence to write a second version: what the deep search found that the draft had not seen.

    `seen` are the ids of the draft's sources; `reranked` is all the evidence on one scale, best first. On one scale
    the best passage is nearly always in both sets, so a strong unseen passage counts too.
    """
    known = [item for item in reranked if item.passage.passage_id in seen]
    fresh = [item for item in reranked if item.passage.passage_id not in seen]
    if not fresh:
        return ()
    best_known = max((item.confidence for item in known), default=0.0)
    best_fresh = max(item.confidence for item in fresh)
    if best_fresh > best_known + settings.evidence_gain:
        return (f"The deep search found stronger evidence ({best_fresh:.2f} against {best_known:.2f}).",)
    if best_fresh >= max(settings.strong_passage, best_known - settings.evidence_gain):
        return (f"The deep search found a strong passage that the draft had not seen ({best_fresh:.2f}).",)
    return ()
