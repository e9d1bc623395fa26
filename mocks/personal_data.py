"""Finds personal data in a text: identity and card numbers, and account or contact data beside a person's name.

It knows no policy: whether a text may contain such data is for `mocks.safety_rules` to say.
"""

from __future__ import annotations

import re
from itertools import pairwise


def has_personal_data(text: str) -> bool:
    """Whether `text` gives away a Social Security or card number, or a named person's account number or contact."""
    return _has_identity_number(text) or _has_card_number(text) or any(map(_exposes_someone, _SENTENCE_END.split(text)))


def names_a_person(text: str) -> bool:
    """Whether `text` contains what looks like a full name: two capitalised words in a row that are no term of ours."""
    for run in _CAPITALISED.finditer(text):
        words = run[0].replace("'s", "").lower().split()
        if any(not {first, last} & _NOT_IN_NAMES for first, last in pairwise(words)):
            return True
    return False


def passes_luhn(digits: str) -> bool:
    """The check sum of payment cards (ISO/IEC 7812-1): a random number passes one time in ten."""
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")

_SSN = re.compile(r"(?<![\d-])\d{3}([- ./]?)\d{2}\1\d{4}(?![\d-])")
"""Numbers that were never issued (such as 000 or 9xx in front) count too: who writes one means it as one."""
_SSN_WORDS = re.compile(r"\b(?:ssns?|social security|itin|taxpayer id)", re.IGNORECASE)


def _has_identity_number(text: str) -> bool:
    """Hyphens, dots or slashes give an SSN away; nine digits with spaces or in a row need the words near them."""
    for found in _SSN.finditer(text):
        around = text[max(0, found.start() - 60) : found.end() + 30]
        if found[1].strip() or _SSN_WORDS.search(around):
            return True
    return False


_CARD = re.compile(r"(?<![\d.,-])(?:\d[ -]?){12,18}\d(?![\d,-])")
_CARD_ISSUERS = re.compile(r"4|5[1-5]|2[2-7]|3[0-9]|6(?:011|5|4[4-9]|2)")
"""First digits of Visa, Mastercard, American Express, Diners Club, JCB, Discover and UnionPay cards."""


def _has_card_number(text: str) -> bool:
    numbers = (re.sub(r"\D", "", found[0]) for found in _CARD.finditer(text))
    return any(_CARD_ISSUERS.match(digits) and passes_luhn(digits) for digits in numbers)


_ACCOUNT = re.compile(
    r"\b(?:account|acct|loan|routing|policy|passport|license)\b(?:\s+(?:number|no|id|is|was|ending|of)\b|[\s.:#])*"
    r"\s*[A-Z]{0,3}-?\d(?:[ -]?\d){5,}",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"\b([a-z0-9][a-z0-9._%+-]*)@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_ROLE_MAILBOX = re.compile(
    r"(?:info|help|support|service|servicing|contact|complaints?|privacy|payoffs?|office|mail|hello|press|care|team|"
    r"no-?reply|customer[._-]?(?:care|service))s?$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\d-])(?:\+?1[ .-]?)?\(?([2-9]\d{2})\)?[ .-]?[2-9]\d{2}[ .-]\d{4}(?![\d-])")
_TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})


def _exposes_someone(sentence: str) -> bool:
    """A personal mailbox on its own; an account number or a telephone number beside a person's name."""
    if any(not _ROLE_MAILBOX.match(found[1]) for found in _EMAIL.finditer(sentence)):
        return True
    phones = [found for found in _PHONE.finditer(sentence) if found[1] not in _TOLL_FREE]
    return bool((phones or _ACCOUNT.search(sentence)) and names_a_person(sentence))


_CAPITALISED = re.compile(
    r"\b(?:[A-Z][a-z]+(?:['-][A-Z]?[a-z]+)*|[A-Z]\.)(?: (?:[A-Z]'|Mc|Mac)?[A-Z][a-z]+(?:-[A-Z][a-z]+)?)+"
)
_NOT_IN_NAMES = frozenset(
    ["the", "a", "an", "this", "that", "these", "each", "every", "what", "when", "where", "which", "who", "why", "how"]
    + ["is", "are", "can", "could", "do", "does", "may", "must", "should", "will", "my", "your", "our", "his", "her"]
    + ["their", "in", "on", "at", "by", "for", "from", "of", "to", "with", "if", "as", "and", "or", "but", "no", "not"]
    + ["please", "tell", "show", "give", "dear", "hello", "thanks", "harbor", "pine", "home", "loan", "loans"]
    + ["mortgage", "house", "federal", "housing", "administration", "fannie", "mae", "freddie", "mac", "regulation"]
    + ["act", "equal", "credit", "opportunity", "fair", "reporting", "closing", "disclosure", "estimate", "form"]
    + ["social", "security", "number", "department", "bureau", "consumer", "financial", "protection", "desktop"]
    + ["underwriter", "underwriting", "product", "advisor", "total", "scorecard", "accept", "refer", "principal"]
    + ["interest", "borrower", "borrowers", "customer", "account", "accounts", "payment", "payments", "balance"]
    + ["statement", "statements", "payoff", "guide", "part", "section", "chapter", "handbook", "servicing", "policy"]
    + ["manual", "questions", "veterans", "affairs", "january", "february", "march", "april", "june", "july", "august"]
    + ["september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday"]
    + ["saturday", "sunday", "eastern", "central", "pacific", "mountain", "time", "united", "states", "new", "york"]
    + ["north", "south", "east", "west", "california", "texas", "florida", "street", "avenue", "road", "county"]
    + ["city", "bank", "national", "bay", "point", "falls", "landing", "valley", "harborline", "pinewood", "keystone"]
    + ["tall", "timber", "second", "jumbo", "desk", "department", "team", "office", "officer", "advocate", "manager"]
    + ["committee", "branch", "line", "center", "agency", "company", "group", "board", "commission", "association"]
    + ["program", "service", "services", "resolution", "crime", "complaint", "complaints", "corporation", "union"]
)
"""Words capitalised at the start of a sentence or in the field's terms: they are not taken for a part of a name."""
