"""Evidence overlap: what it finds, what it cannot find, and that it quotes exactly."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.claims import split_claims
from rag.grounding.judges import LexicalJudge, LexicalVerifier
from rag.grounding.support import SUPPORT_THRESHOLD, passage_support, support
from rag.retrieval.analysis import terms
from rag.retrieval.confidence import CollectionStatistics
from rag.values import Passage

PASSAGE = (
    "The base limit for a manually underwritten FHA loan is a back-end ratio of 43 percent. "
    "Two compensating factors raise the limit to 50 percent. "
    "Utility bills are left out of the housing payment. "
    "An appraisal of the property is valid for 180 days after its effective date."
)
CLAIM = "A manually underwritten FHA loan has a base back-end limit of 43 percent [1]."


def passage(text: str = PASSAGE, number: int = 1) -> Passage:
    return Passage(
        passage_id=f"guide#{number}",
        document_id="guide",
        source="FHA guide",
        title="FHA guide",
        section=f"II.{number} Limits",
        text=text,
    )


def test_a_sentence_in_other_order() -> None:
    """It is supported, and the sentence that carries it is quoted."""
    found = support(CLAIM, PASSAGE)

    assert found.supported
    assert found.quote == "The base limit for a manually underwritten FHA loan is a back-end ratio of 43 percent."
    assert found.missing_numbers == found.missing_names == ()


def test_the_passage_itself() -> None:
    """A verbatim sentence has full support; the mark behind it does not count as a number."""
    assert support("Two compensating factors raise the limit to 50 percent. [7]", PASSAGE).score == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("invented", "honest", "missing"),
    [
        ("a back-end ratio of 47 percent", "a back-end ratio of 43 percent", ("47",)),
        ("valid for $1,200 and 190 days", "valid for 43 percent and 180 days", ("1,200", "190")),
        ("valid for sixty days", "valid for 180 days", ("sixty",)),
    ],
)
def test_an_invented_number(invented: str, honest: str, missing: tuple[str, ...]) -> None:
    """It is named as written, and each one costs half of the score."""
    found = support(f"An appraisal of an FHA loan is {invented}.", PASSAGE)
    kept = support(f"An appraisal of an FHA loan is {honest}.", PASSAGE)

    assert found.missing_numbers == missing
    assert kept.missing_numbers == ()
    assert found.score < 0.6 ** len(missing) * kept.score


@pytest.mark.parametrize("number", ["180 days", "one hundred and 180 days", "180.0 days"])
def test_a_number_written_otherwise(number: str) -> None:
    """It is the same number."""
    assert "180" not in " ".join(support(f"The appraisal is valid for {number}.", PASSAGE).missing_numbers)


def test_a_number_of_another_sentence() -> None:
    """It costs something, because the passage says it of something else, but not as much as an invented one."""
    right = support("An appraisal of the property is valid for 180 days.", PASSAGE).score
    borrowed = support("An appraisal of the property is valid for 43 days.", PASSAGE).score
    invented = support("An appraisal of the property is valid for 44 days.", PASSAGE).score

    assert right > borrowed > invented


def test_a_strange_name() -> None:
    """A name that the source lacks is named; the first word of a sentence is no name."""
    found = support("Appraisals of the property are valid for 180 days at Fannie Mae.", PASSAGE)

    assert found.missing_names == ("Fannie", "Mae")


def test_a_name_in_the_heading() -> None:
    """The title lends its names to its sections."""
    claim = split_claims("An appraisal of the property by the FHA is valid for 180 days.")[0]
    section = passage("An appraisal of the property is valid for 180 days after its effective date.")

    assert support(claim.text, section.text).missing_names == ("FHA",)
    assert passage_support(claim, section).missing_names == ()


@pytest.mark.parametrize(
    "claim",
    [
        "Rowing boats are tied to the jetty with a clove hitch.",
        "The Night Watch was painted in Amsterdam by Rembrandt.",
        "The of and to.",
        "",
        "[1]",
    ],
)
def test_a_claim_from_elsewhere(claim: str) -> None:
    """It has no support to speak of."""
    assert support(claim, PASSAGE).score < 0.15


def test_a_negation_is_not_found() -> None:
    """This is overlap, not understanding: the limit is stated here so that nobody relies on it."""
    assert support("Utility bills are not left out of the housing payment.", PASSAGE).supported


def test_a_claim_that_joins_two_sentences() -> None:
    """Two neighbouring sentences are quoted together."""
    claim = "The base back-end ratio of an FHA loan is 43 percent, and two compensating factors raise it to 50 percent."
    found = support(claim, PASSAGE)

    assert found.quote.startswith("The base limit")
    assert found.quote.endswith("50 percent.")
    assert found.supported


def test_rare_words_weigh_more() -> None:
    """With statistics of the library, common words of the field alone carry a claim less far."""
    statistics = CollectionStatistics([terms("loan limit percent")] * 30 + [terms("appraisal")])
    claim = "The loan limit percent is an appraisal."

    assert support(claim, "The loan limit percent.", statistics).score < support(claim, "The loan limit percent.").score


@given(
    st.text(max_size=200),
    st.text(max_size=400),
    st.lists(st.sampled_from(PASSAGE.split()), max_size=20).map(" ".join),
)
def test_any_two_texts(claim: str, text: str, words: str) -> None:
    """The score is in [0, 1] and the quote is exactly the named span of the passage."""
    for source in (text, PASSAGE, f"{text} {words}", words):
        for said in (claim, words):
            found = support(said, source)
            assert 0.0 <= found.score <= 1.0
            assert found.quote == source[found.source_span.start : found.source_span.end]
            assert found.supported == (found.score >= SUPPORT_THRESHOLD)


def test_support_falls_with_every_change() -> None:
    """The more of a sentence is replaced, the less of it is supported."""
    steps = [
        "Two compensating factors raise the limit to 50 percent.",
        "Two compensating factors raise the ceiling to 50 percent.",
        "Two extra reasons raise the ceiling to 50 percent.",
        "Two extra reasons lift the ceiling to 60 percent.",
        "Some extra reasons lift the ceiling at Freddie Mac.",
    ]
    scores = [support(step, PASSAGE).score for step in steps]

    assert all(better > worse for better, worse in pairwise(scores))


def test_the_verifier() -> None:
    """It gives the verdict of `support` on the passage under its heading."""
    claim = split_claims(CLAIM)[0]

    with asyncio.Runner() as runner:
        assert runner.run(LexicalVerifier().verify(claim, passage())) == passage_support(claim, passage())


def test_the_judge_takes_the_best_of_all_evidence() -> None:
    """A claim may rest on any passage; one invented sentence shows in the worst score, questions do not count."""
    text = f"{CLAIM} Is that all? An appraisal is valid for 180 days. Jumbo loans need 20 percent in Maricopa County."
    evidence = [passage("Nothing of the sort stands here.", 1), passage(PASSAGE, 2)]
    with asyncio.Runner() as runner:
        verdict = runner.run(LexicalJudge().score(split_claims(text), evidence))

    assert verdict.worst_claim == 3
    assert verdict.worst < 0.2 < SUPPORT_THRESHOLD < verdict.score


@pytest.mark.parametrize(("text", "sources"), [("Is it so?", 1), ("", 1), (CLAIM, 0)])
def test_nothing_to_judge(text: str, sources: int) -> None:
    """Without claims or without evidence nothing is grounded."""
    with asyncio.Runner() as runner:
        verdict = runner.run(LexicalJudge().score(split_claims(text), [passage()] * sources))

    assert (verdict.score, verdict.worst) == (0.0, 0.0)
