"""Stand-ins for two services that a production system would call: a query rewriter and a safety checker.

The services are pretended, the work is not: both apply real rules to real text and answer at once (`mocks.delayed`
makes them wait). They know no passages and no pipeline.
"""

from __future__ import annotations

from typing import Literal

from mocks.safety_rules import broken_rules
from mocks.vocabulary import Match, find_terms, load_thesaurus
from rag.values import RewrittenQuery, SafetyVerdict


class VocabularyRewriter:
    """Puts the library's words beside the reader's: acronyms spelled out, everyday words translated."""

    def __init__(self) -> None:
        """Reads the thesaurus, once for all rewriters."""
        load_thesaurus()

    async def rewrite(self, question: str) -> RewrittenQuery:
        """The question with each translation in brackets behind what it translates; no word of it is ever lost.

        `variants` are the question as it is, that text, the question in the library's words alone, and then one form
        for each single translation, so that a search can tell what stands for what. A question that needs no
        translation has only itself.
        """
        plain = " ".join(question.split())
        terms = find_terms(plain)
        text = _replaced(plain, terms, keep=True)
        single = (
            _replaced(plain, [match._replace(term=term)], keep=False)
            for match in terms
            for term in (match.term, *match.others)
        )
        forms = (question, text, _replaced(plain, terms, keep=False), *single)
        return RewrittenQuery(original=question, text=text, variants=tuple(dict.fromkeys(forms)))


class RuleBasedSafety:
    """Applies the rules of `mocks.safety_rules`."""

    async def check(self, text: str, *, kind: Literal["query", "answer"]) -> SafetyVerdict:
        """Passed only if no rule for this kind of text is broken; the reasons are the names of those that are."""
        reasons = broken_rules(text, kind=kind)
        return SafetyVerdict(passed=not reasons, reasons=reasons)


def _replaced(question: str, terms: list[Match], *, keep: bool) -> str:
    """The question with each matched stretch translated; `keep` leaves it and adds the term in brackets, once."""
    pieces, end, told = [], 0, set[str]()
    for match in terms:
        pieces.append(question[end : match.start])
        stretch = question[match.start : match.end]
        bracket = "" if match.term in told else f" ({match.term})"
        pieces.append(stretch + bracket if keep else match.term)
        told.add(match.term)
        end = match.end
    return "".join([*pieces, question[end:]])
