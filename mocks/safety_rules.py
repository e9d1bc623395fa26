"""The safety rules: what a question may not ask for, what an answer may not say. Plain patterns under stable names.

Made to be exact rather than clever: a rule fires on somebody's data, on a request for help with wrongdoing, on a text
that gives orders to the assistant; it does not fire because a text *speaks of* fraud, identity checks or instructions.
It reads English and understands nothing: a veiled request passes. A model-based service plugs into the same port.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Literal, NamedTuple

from mocks.misuse import asks_for_other_people, helps_wrongdoing, pattern
from mocks.personal_data import has_personal_data

Kind = Literal["query", "answer"]


class Rule(NamedTuple):
    """One rule: the kinds of text it is for, and whether a text breaks it."""

    kinds: tuple[Kind, ...]
    is_broken_by: Callable[[str], bool]


def broken_rules(text: str, *, kind: Kind) -> tuple[str, ...]:
    """Names of the rules that `text` breaks, in the order of the table. Disguises of letters are undone first."""
    plain = normalised(text)
    return tuple(name for name, rule in RULES.items() if kind in rule.kinds and rule.is_broken_by(plain))


def normalised(text: str) -> str:
    """`text` in compatibility form, without invisible characters, with plain quotes, dashes and spaces."""
    if text.isascii():
        return " ".join(text.split())
    compatible = unicodedata.normalize("NFKC", text)
    visible = "".join(char for char in compatible if unicodedata.category(char) != "Cf")
    return " ".join(visible.translate(_PLAIN).split())


_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-"})


def gives_orders(text: str) -> bool:
    """Whether a text speaks to the assistant: sets its instructions aside, asks for them, or poses as its operator."""
    return bool(_ORDERS.search(text))


_CLAUSE = r"(?:^|[.!?:;,\"'(\]>]\s*|\b(?:please|and|then|now|must)\s+)"
_ORDERS = pattern(
    r"\b(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|everything|of|the|your|my|these|those|above|system|"
    r"previous|prior|earlier|preceding|safety|original|current) )+(?:instructions?|prompts?|guardrails?|directions)",
    r"\b(?:ignore|disregard|forget) (?:all |any |the )?(?:your|previous|prior|earlier|preceding|above) "
    r"(?:rules|guidelines|policies|orders|messages?|context)",
    r"\b(?:reveal|show|print|repeat|output|display|recite|leak|give|tell)(?: me| us)?(?: back)? "
    r"(?:your|the) (?:\w+ )?(?:system|hidden|initial|developer|secret) (?:prompt|instructions?|messages?)",
    r"\bwhat (?:is|are|was|were) your (?:\w+ )?(?:system prompt|hidden instructions?|initial (?:prompt|instructions?))",
    rf"{_CLAUSE}(?:skip|disable|turn off|switch off|bypass|deactivate) (?:the|your|all|any) "
    r"(?:\w+ )?(?:safety|policy|content|grounding|moderation)\w* (?:checks?|filters?|rules?|gates?)",
    r"\byou are now (?:an? )?(?:\w+ )?(?:DAN|unrestricted|unfiltered|jailbroken|evil|free of|no longer)",
    r"\b(?:act as|pretend (?:to be|that you are|you are)) (?:an? )?(?:\w+ )?(?:DAN|unrestricted|unfiltered|jailbroken)",
    r"\b(?:act|answer|respond|pretend)\b.{0,30}\bas if you had no (?:rules|restrictions|limits|policy|guidelines)",
    r"\bpretend (?:that )?(?:you have|there are) no (?:rules|restrictions|limits|policy|guidelines|safety)",
    r"\bjailbreak mode|\bdeveloper mode (?:is )?(?:on|enabled)|\benable developer mode",
    r"\bsystem (?:note|override|message) ?:|<\|(?:im_start|system)|\[/?INST\]|#{2,} ?system\b",
)


def promises_an_outcome(text: str) -> bool:
    """Whether an answer promises a credit decision that only an underwriter can make."""
    return any(
        not _NEGATION.search(text, max(0, found.start() - 60), found.start()) for found in _PROMISE.finditer(text)
    )


_PROMISE = pattern(
    r"\byou(?: will| are (?:sure|certain|guaranteed|bound) to|'ll)(?: (?:definitely|certainly|surely|always))? "
    r"(?:be approved|get approved|qualify|get the (?:loan|mortgage)\b(?! \w))",
    r"\b(?:we|i|harbor & pine) (?:can |will |hereby )?(?:guarantee|promise)s?\b.{0,40}"
    r"\b(?:approv|accept|loan|qualif)\w*",
    r"\b(?:your|this|the) (?:loan|application|file|mortgage) (?:will (?:definitely |certainly |surely )?be|"
    r"is (?:as good as|certain to be|guaranteed to be)) approved",
    r"\bapproval (?:is|will be) (?:guaranteed|certain|assured|automatic for you)",
    r"\bguaranteed (?:approval|acceptance)|\bcannot be (?:denied|refused|declined)",
)
_NEGATION = pattern(
    r"\b(?:not|no|never|cannot|nor|neither|without|nobody|whether|if|until)\b[^.!?]*$", r"n't\b[^.!?]*$"
)


RULES: dict[str, Rule] = {
    "personal_data": Rule(("query", "answer"), has_personal_data),
    "another_persons_data": Rule(("query",), asks_for_other_people),
    "wrongdoing": Rule(("query",), helps_wrongdoing),
    "injected_instructions": Rule(("query", "answer"), gives_orders),
    "guaranteed_outcome": Rule(("answer",), promises_an_outcome),
}
"""Every rule by its stable name."""
