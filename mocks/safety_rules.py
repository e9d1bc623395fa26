"""The safety rules: what a question may not ask for, what an answer may not say. Plain patterns under stable names.

Made to be exact rather than clever: a rule fires on somebody's data, on a request for help with wrongdoing, on a text
that gives orders to the assistant; it does not fire because a text *speaks of* fraud, identity checks or instructions.
It reads English and understands nothing: a veiled request passes. A model-based service plugs into the same port.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal, NamedTuple

from mocks.personal_data import has_personal_data, names_a_person

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


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


def gives_orders(text: str) -> bool:
    """Whether a text speaks to the assistant: sets its instructions aside, asks for them, or poses as its operator."""
    return bool(_ORDERS.search(text))


_CLAUSE = r"(?:^|[.!?:;,\"'(\]>]\s*|\b(?:please|and|then|now|must)\s+)"
_ORDERS = _pattern(
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


def helps_wrongdoing(text: str) -> bool:
    """Whether a question asks for help with fraud, discrimination or getting past a check."""
    return bool(
        _CONCEALMENT.search(text) or _STATED_INTENT.search(text) or (_WANTS.search(text) and _WRONG.search(text))
    )


_W = r"(?:[\w'-]+ )"
"""One word and the space behind it."""
_WANTS = _pattern(
    r"\bhow (?:do|can|could|should|would|might) (?:i|we|you|one|somebody|someone)\b|\bhow to\b|\bhelp (?:me|us)\b",
    r"\b(?:show|teach|tell) (?:me|us) (?:how|a way)|\b(?:best|easiest|safest|good) way to\b",
    r"\b(?:can|could|may|should|shall) (?:i|we)\b|\b(?:i|we) (?:want|need|plan|intend) to\b",
    r"\b(?:write|draft|make|create|prepare|generate|give) (?:me|us|an?)\b",
    r"\bwhat (?:should|can|do) (?:i|we) (?:say|write|tell)\b",
)
_PROOFS = (
    r"(?:pay ?stubs?|paychecks?|payslips?|w-?2s?|tax returns?|bank statements?|appraisals?|employment letters?|income|"
    r"earnings|salary|assets?|signatures?|credit reports?|invoices?|deposits?|divorce decrees?)"
)
_PAPERS = rf"(?:{_PROOFS}|letters?|documents?|papers?|paperwork|employment|jobs?|employers?|leases?|contracts?|value)"
_GROUPS = (
    r"(?:race|colou?r|religion|national origin|ethnicity|black|hispanic|latin[oa]s?|asian|jewish|muslim|christian|"
    r"immigrants?|foreigners|gay|disabled|disabilit\w+|pregnant|women|elderly|families with (?:children|kids)|"
    r"single mothers|minorit\w+|people on (?:welfare|public assistance))"
)
_DEBTS = (
    r"(?:debts?|loans?|liabilit\w+|mortgages?|alimony|child support|job loss|lawsuits?|bankruptcy|gift|divorce|"
    r"tax liens?|incomes?|payments?|cards?)"
)
_WRONG = _pattern(
    rf"\b(?:edit|alter|doctor|photoshop|tamper with) {_W}{{0,3}}{_PROOFS}\b",
    rf"\b(?:forge|falsif(?:y|ied)|fabricat\w+|inflat\w+|backdat\w+|counterfeit|invent|make up(?! for)) "
    rf"{_W}{{0,3}}{_PAPERS}\b",
    rf"\b(?:i|we|me|us|you|to) fake {_W}{{0,3}}{_PAPERS}\b",
    rf"\b(?:make|get|buy|use|create|write|submit|send|provide|print|draft|generate|obtain|prepare) {_W}{{0,3}}"
    rf"(?:fake|forged|false|phony|bogus|sham|counterfeit) {_W}{{0,3}}{_PAPERS}\b",
    rf"\b(?:hide|conceal|disguise|cover up) {_W}{{0,4}}{_DEBTS}\b",
    rf"\b(?:keep quiet about|not (?:mention|disclose|report|list)|leave off|leave|omit|keep) {_W}{{0,5}}{_DEBTS} "
    rf"(?:{_W}{{0,3}}to (?:qualify|get)\b|(?:from|off|on) (?:my|the|our|an) "
    r"(?:loan |mortgage )?(?:application|lender|underwriter|bank|file|form))",
    rf"\b(?:use|find|get|be|hire|pay|as|with) {_W}{{0,3}}straw (?:buyers?|borrowers?|purchasers?)",
    r"\blie (?:about|on|to)\b",
    rf"\bpretend {_W}{{0,3}}(?:to live|live|to work|work|to be (?:married|single|employed))",
    rf"\b(?:say|claim|state|swear) {_W}{{0,5}}(?:live|living|move) {_W}{{0,6}}(?:but|while|although|without|and rent)",
    rf"\b(?:refuse|reject|deny|decline|turn away|steer|avoid|screen out|exclude|discourage|charge) "
    rf"{_W}{{0,8}}{_GROUPS}\b",
    rf"\b(?:get|go|work|slip|sneak|come) (?:past|around|through|round) {_W}{{0,3}}(?:identity|security|verification)",
    rf"\b(?:bypass|circumvent|trick|fool|defeat|beat|evade|cheat) {_W}{{0,3}}(?:identity|security|verification|"
    r"underwrit\w+|appraiser|lender|audit\w*|checks?)",
    r"\blaunder\w*|\bimpersonat\w+|\bpose as\b|\bsteal\b.{0,30}\bidentit",
)
_CONCEALMENT = _pattern(
    r"\b(?:so that|so|without|in a way that) (?:nobody|no one|none|the (?:lender|underwriter|bank|servicer|appraiser|"
    r"agency|government|irs)|anyone|anybody|you|they)(?: (?:ever|can|will|would|does(?: not|n't)|do(?: not|n't)|"
    r"never|won't|can't))* (?:notic|know|find|found|learn|see|suspect|detect|catch)",
    r"\bbehind the (?:lender|underwriter|bank|servicer|appraiser)'s back",
)
_STATED_INTENT = _pattern(
    rf"\b(?:buy|borrow|apply|sign) {_W}{{0,4}}in (?:my|a|the) \w+(?:'s)? name {_W}{{0,3}}(?:because|since|so) "
    r"(?:my|i)\b.{0,60}\b(?:credit|denied|refused|not qualify|cannot qualify|can't qualify)",
)


def asks_for_other_people(text: str) -> bool:
    """Whether a question wants account or personal data of somebody other than the asker."""
    if _AUTHORISED.search(text):
        return False
    if _OTHERS_OUTRIGHT.search(text):
        return True
    somebody = _SOMEBODY.search(text) or names_a_person(text)
    return bool(somebody and _THEIR_DATA.search(text) and _FINDS_OUT.search(text))


_RELATION = (
    r"(?:neighbou?r|ex(?:-|\s)?(?:husband|wife|spouse|partner|boyfriend|girlfriend)?|husband|wife|brother|sister|"
    r"cousin|uncle|aunt|friend|boyfriend|girlfriend|roommate|tenant|landlord|boss|manager|co-?worker|colleague|"
    r"employee|client|customer|son|daughter|father|mother|parents|in-laws|celebrity)"
)
_DATA = (
    r"(?:balances?|statements?|payment history|account(?: number| details| figures)?|loan number|"
    r"(?:home |street |mailing |e-?mail )?address|(?:tele)?phone(?: number)?|social security(?: number)?|ssn|"
    r"date of birth|credit (?:score|report)|payoff(?: amount| figure)?|personal data|files?)"
)
_SOMEBODY = _pattern(rf"\b(?:my|our|a|the|his|her)(?: former| old)? {_RELATION}\b", r"\bsome(?:one|body) else\b")
_THEIR_DATA = _pattern(
    rf"\b(?:his|her|their|\w+'s)(?: \w+){{0,2}} {_DATA}\b",
    rf"\b{_DATA} (?:of|for|belonging to) (?:borrower |customer |mr\.? |mrs\.? |ms\.? )?(?-i:[A-Z][a-z]+ [A-Z][a-z]+)",
    rf"\b{_DATA} (?:of|for|on|in|from|belonging to) (?:my|our|a|the) {_RELATION}\b",
    r"\b(?:is|are|was) (?:he|she|they|\w+ \w+|my \S+) (?:behind|late|delinquent|in (?:default|foreclosure|arrears))",
    r"\bhow much (?:does|do|did) (?:he|she|they|(?:my|our) \S+|\w+ \w+) (?:still )?(?:owe|earn|make|pay)\b",
)
_FINDS_OUT = _pattern(
    r"\b(?:what's|tell (?:me|us)|show (?:me|us)|give (?:me|us)|send (?:me|us)|look up|find out|find|read|see|view)\b",
    r"\b(?:access|check|pull up|get|open|log ?in(?:to)?|look (?:at|into))\b",
    r"\b(?:what|how much|is|are|was|when did) (?:is|are|was|does|do|he|she|they|his|her|their|my|\w+'s|\w+ \w+)\b",
)
_OTHERS_OUTRIGHT = _pattern(
    rf"\b(?:another|other|some other|somebody else's|someone else's|every|each|all(?: the)?|a different) "
    rf"(?:customer|borrower|client|person|people|applicant)(?:s|'s|s')? {_W}{{0,2}}{_DATA}",
    r"\b(?:list|names?|addresses|balances|phone numbers|ssns?|social security numbers) (?:of|for|from) "
    r"(?:all |the |your |every |other |another |some )+(?:other )?(?:customers?|borrowers?|clients?|applicants?)",
)
_AUTHORISED = _pattern(
    r"\bauthori[sz]\w+|\bpower of attorney|\bpermission|\bconsent|\bon (?:his|her|their) behalf",
    r"\bdied|\bdeceased|\bpassed away|\bdeath|\bestate\b|\bsuccessor|\bexecutor|\bheirs?\b|\binherit",
)
"""Ways in which somebody else's data is rightly asked for: then the answer is the procedure, not the data."""


def promises_an_outcome(text: str) -> bool:
    """Whether an answer promises a credit decision that only an underwriter can make."""
    return any(
        not _NEGATION.search(text, max(0, found.start() - 60), found.start()) for found in _PROMISE.finditer(text)
    )


_PROMISE = _pattern(
    r"\byou(?: will| are (?:sure|certain|guaranteed|bound) to|'ll)(?: (?:definitely|certainly|surely|always))? "
    r"(?:be approved|get approved|qualify|get the (?:loan|mortgage)\b(?! \w))",
    r"\b(?:we|i|harbor & pine) (?:can |will |hereby )?(?:guarantee|promise)s?\b.{0,40}"
    r"\b(?:approv|accept|loan|qualif)\w*",
    r"\b(?:your|this|the) (?:loan|application|file|mortgage) (?:will (?:definitely |certainly |surely )?be|"
    r"is (?:as good as|certain to be|guaranteed to be)) approved",
    r"\bapproval (?:is|will be) (?:guaranteed|certain|assured|automatic for you)",
    r"\bguaranteed (?:approval|acceptance)|\bcannot be (?:denied|refused|declined)",
)
_NEGATION = _pattern(
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
