"""Questions that ask for harm: help with fraud, discrimination or getting past a check, and other people's data.

Plain patterns over normalised text (`mocks.safety_rules.normalised`). A request needs two things: somebody who wants
to do it, and the wrong thing to be done. Asking what happens to people who do such things has only the second.
"""

from __future__ import annotations

import re

from mocks.personal_data import names_a_person
from mocks.veiled_requests import asks_about_somebody, veils_wrongdoing


def pattern(*alternatives: str) -> re.Pattern[str]:
    """One pattern for all alternatives, in any case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


def helps_wrongdoing(text: str) -> bool:
    """Whether a question asks for help with fraud, discrimination or getting past a check."""
    return bool(
        _CONCEALMENT.search(text)
        or _STATED_INTENT.search(text)
        or veils_wrongdoing(text)
        or (_WANTS.search(text) and _WRONG.search(text))
    )


_W = r"(?:[\w'-]+ )"
"""One word and the space behind it."""
_WANTS = pattern(
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
_WRONG = pattern(
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
_CONCEALMENT = pattern(
    r"\b(?:so that|so|without|in a way that) (?:nobody|no one|none|the (?:lender|underwriter|bank|servicer|appraiser|"
    r"agency|government|irs)|anyone|anybody|you|they)(?: (?:ever|can|will|would|does(?: not|n't)|do(?: not|n't)|"
    r"never|won't|can't))* (?:notic|know|find|found|learn|see|suspect|detect|catch)",
    r"\bbehind the (?:lender|underwriter|bank|servicer|appraiser)'s back",
    r"\bso (?:that )?(?:nobody|no one|none of you) (?:ever |will |would |can |could )*"
    r"(?:think|guess|realiz|realis|wonder|question|object|ask)",
)
_STATED_INTENT = pattern(
    rf"\b(?:buy|borrow|apply|sign) {_W}{{0,4}}in (?:my|a|the) \w+(?:'s)? name {_W}{{0,3}}(?:because|since|so) "
    r"(?:my|i)\b.{0,60}\b(?:credit|denied|refused|not qualify|cannot qualify|can't qualify)",
)


def asks_for_other_people(text: str) -> bool:
    """Whether a question wants account or personal data of somebody other than the asker."""
    if _AUTHORISED.search(text):
        return False
    if _OTHERS_OUTRIGHT.search(text) or asks_about_somebody(text):
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
_NOBODY = (
    r"(?:what|who|where|when|how|it|that|this|there|here|let|today|pine|company|lender|bank|servicer|branch|desk|"
    r"department|office|team|assistant|agency|bureau|association)"
)
"""What stands before `'s` without being anybody: a word that asks or points, the company, a part of it."""
_SOMEBODY = pattern(rf"\b(?:my|our|a|the|his|her)(?: former| old)? {_RELATION}\b", r"\bsome(?:one|body) else\b")
_THEIR_DATA = pattern(
    rf"\b(?:his|her|their|(?!{_NOBODY}'s)\w+'s)(?: \w+){{0,2}} {_DATA}\b",
    rf"\b{_DATA} (?:of|for|belonging to) (?:borrower |customer |mr\.? |mrs\.? |ms\.? )?(?-i:[A-Z][a-z]+ [A-Z][a-z]+)",
    rf"\b{_DATA} (?:of|for|on|in|from|belonging to) (?:my|our|a|the) {_RELATION}\b",
    r"\b(?:is|are|was) (?:he|she|they|\w+ \w+|my \S+) (?:behind|late|delinquent|in (?:default|foreclosure|arrears))",
    r"\bhow much (?:does|do|did) (?:he|she|they|(?:my|our) \S+|\w+ \w+) (?:still )?(?:owe|earn|make|pay)\b",
)
_FINDS_OUT = pattern(
    r"\b(?:what's|tell (?:me|us)|show (?:me|us)|give (?:me|us)|send (?:me|us)|look up|find out|find|read|see|view)\b",
    r"\b(?:access|check|pull up|get|open|log ?in(?:to)?|look (?:at|into))\b",
    r"\b(?:what|how much|is|are|was|when did) (?:is|are|was|does|do|he|she|they|his|her|their|my|\w+'s|\w+ \w+)\b",
)
_OTHERS_OUTRIGHT = pattern(
    rf"\b(?:another|other|some other|somebody else's|someone else's|every|each|all(?: the)?|a different) "
    rf"(?:customer|borrower|client|person|people|applicant)(?:s|'s|s')? {_W}{{0,2}}{_DATA}",
    r"\b(?:list|names?|addresses|balances|phone numbers|ssns?|social security numbers) (?:of|for|from) "
    r"(?:all |the |your |every |other |another |some )+(?:other )?(?:customers?|borrowers?|clients?|applicants?)\b"
    r"(?! (?:advocates?|service|care|relations|support|resolution|desk|line|representatives?))",
)
_AUTHORISED = pattern(
    r"\bauthori[sz]\w+|\bpower of attorney|\bpermission|\bconsent|\bon (?:his|her|their) behalf",
    r"\bdied|\bdeceased|\bpassed away|\bdeath|\bestate\b|\bsuccessor|\bexecutor|\bheirs?\b|\binherit",
)
"""Ways in which somebody else's data is rightly asked for: then the answer is the procedure, not the data."""
