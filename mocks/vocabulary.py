"""The mortgage field in two languages: how borrowers say it, and how the library writes it. A table and its matching.

It knows words only: no passages, no scores. Entries are common knowledge of the field, not taken from a question set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

ACRONYMS = {
    "APR": "annual percentage rate",
    "ARM": "adjustable-rate mortgage",
    "AUS": "automated underwriting system",
    "CD": "Closing Disclosure",
    "CLTV": "combined loan-to-value ratio",
    "DIL": "deed in lieu of foreclosure",
    "DPA": "down payment assistance",
    "DTI": "debt-to-income ratio",
    "DU": "Desktop Underwriter automated underwriting",
    "ECOA": "Equal Credit Opportunity Act",
    "EMD": "earnest money deposit",
    "FICO": "credit score",
    "FRM": "fixed-rate mortgage",
    "HCLTV": "high combined loan-to-value ratio",
    "HELOC": "home equity line of credit",
    "HOA": "homeowners association",
    "HOI": "homeowners insurance",
    "LE": "Loan Estimate",
    "LOE": "letter of explanation",
    "LPA": "Loan Product Advisor automated underwriting",
    "LTV": "loan-to-value ratio",
    "MIP": "mortgage insurance premium",
    "MPR": "minimum property requirements",
    "MRI": "minimum required investment",
    "NOE": "notice of error",
    "NSF": "returned payment",
    "PITI": "principal, interest, taxes and insurance housing payment",
    "PITIA": "principal, interest, taxes, insurance and association dues housing payment",
    "PMI": "private mortgage insurance",
    "POA": "power of attorney",
    "UFMIP": "upfront mortgage insurance premium",
    "UPB": "unpaid principal balance",
    "VOD": "verification of deposit",
    "VOE": "verification of employment",
}

ENGLISH_WORDS = frozenset({"ARM", "CD", "DIL", "DU", "LE"})
"""Acronyms that are a word in lower case, or a word of a name: they count only as written above."""

LAY_TERMS = {
    r"refi(?:nanc\w+)? (?:to|and) (?:take|pull|get) cash(?: out)?": "cash-out refinance",
    r"refis?|refied": "refinance",
    r"impounds?(?: (?:account|money))?": "escrow account",
    r"property (?:tax )?bills?": "property taxes",
    r"money down|cash down|put down": "down payment",
    r"(?:paid|pay) (?:it |the (?:loan|mortgage|house) )?off early": "extra principal prepayment",
    r"(?:settle|pay off) (?:my|the|our) (?:whole |entire )?(?:mortgage|loan|home loan)": "payoff amount",
    r"how much (?:do )?(?:i|we) still owe": "principal balance",
    r"(?:fall|fell|falling|fallen|get|got|am|are|being) behind|behind on": "delinquent",
    r"miss(?:ed|ing)? (?:a |my |some |two |three )?payments?": "delinquent",
    r"take (?:away )?(?:my|the|our) (?:house|home)|lose (?:my|the|our) (?:house|home)": "foreclosure",
    r"(?:ding|hurt|wreck|ruin|trash)(?:s|ed|ing)? my credit": "negative credit reporting",
    r"credit rating": "credit score",
    r"less than (?:my|the|a) (?:full |whole |monthly )*(?:payment|instal?lment)|short payment": "partial payment",
    r"instal?lment(?! (?:debt|loan|account|credit|agreement))": "monthly payment",
    r"cancel (?:the|my|a) (?:signed )?(?:refinance|refi|loan)|back out|cooling[- ]off": "right of rescission",
    r"own boss|freelanc\w+|gig work\w*|independent contractors?|1099": "self-employed",
    r"paychecks?|pay slips?|payslips?": "pay stubs",
    r"(?:gap|break|time off|hole) (?:in|between|from) (?:my )?(?:work|jobs?|employment)": "gap in employment",
    r"(?:sold|handed|moved|transferred) (?:my|the) (?:loan|mortgage)": "servicing transfer",
    r"(?:old|previous|former) (?:company|servicer|bank)": "servicing transfer",
    r"fell short|came up short": "shortage",
    r"overpaid|too much (?:in|into) escrow": "surplus",
    r"(?:money|cash|help) from (?:my )?(?:parents?|mom|dad|mother|father|family|relatives?)": "gift funds",
    r"bankrupt|went bust": "bankruptcy",
    r"(?:rent|income) from (?:a )?(?:roommates?|lodgers?|boarders?)": "boarder income",
    r"granny flats?|in-law (?:suites?|units?)|adu": "accessory dwelling unit",
    r"rainy[- ]day (?:money|fund)|cushion of savings|savings left(?: over)?": "reserves",
    r"(?:house|home) valuations?|what (?:my|the) (?:house|home) is worth": "appraisal",
    r"(?:stop|drop|get rid of|remove|cancel) (?:the |my )?pmi": "private mortgage insurance cancellation",
    r"(?:rented|investment|rental) (?:house|home|property|properties)": "investment property",
    r"(?:vacation|holiday|weekend) (?:house|home|place)": "second home",
    r"fixer[- ]upper": "property repairs condition",
    r"mobile homes?|trailers?": "manufactured home",
    r"condos?": "condominium",
    r"duplex(?:es)?": "two-unit property",
    r"bad credit|poor credit": "derogatory credit",
    r"late fees?": "late charge",
}
"""Patterns of what people say (whole words, any case) and the library's word for it."""


class Match(NamedTuple):
    """A stretch of a question that has a term in the library's language."""

    start: int
    end: int
    term: str


def find_terms(question: str) -> list[Match]:
    """What can be translated in a question, in order and without overlap. A term that is there already is left out."""
    matches: list[Match] = []
    for match in sorted(_all_matches(question), key=lambda found: (found.start, -found.end)):
        after_last = not matches or match.start >= matches[-1].end
        is_new = all(match.term != other.term for other in matches)
        if after_last and is_new and match.term.lower() not in question.lower():
            matches.append(match)
    return matches


def _all_matches(question: str) -> Iterator[Match]:
    for found in _ACRONYM.finditer(question):
        if found[1].upper() not in ENGLISH_WORDS or found[1].isupper():
            yield Match(found.start(), found.end(), ACRONYMS[found[1].upper()])
    for pattern, term in _LAY_TERMS:
        yield from (Match(found.start(), found.end(), term) for found in pattern.finditer(question))


_ACRONYM = re.compile(rf"\b({'|'.join(sorted(ACRONYMS, key=len, reverse=True))})(?:'?s)?\b", re.IGNORECASE)
_LAY_TERMS = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), term) for pattern, term in LAY_TERMS.items()]
