"""Evidence overlap: what it finds, what it cannot find, and that it quotes exactly."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding import displacement, names
from rag.grounding.claims import split_claims
from rag.grounding.judges import LexicalJudge, LexicalVerifier
from rag.grounding.reading import LONGEST_REMEMBERED, read_source
from rag.grounding.support import SUPPORT_THRESHOLD, passage_support, support
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


@pytest.mark.parametrize(
    ("claim", "lacking"),
    [
        ("The Federal Housing Administration insures the loan.", ()),
        ("It is the Federal Housing Authority of Canada.", ("Federal", "Housing", "Authority", "Canada")),
        ("The Department of Housing and Urban Development (HUD) insures the loan.", ("Department", "Housing", "Urban")),
    ],
)
def test_a_name_and_its_acronym(claim: str, lacking: tuple[str, ...]) -> None:
    """They are one name, in the claim and in the source, but an acronym of strange words stays strange."""
    assert support(claim, "The FHA insures such loans on behalf of all development.").missing_names == lacking


def test_an_acronym_of_what_the_source_spells_out() -> None:
    """It is known; of two letters only if the words are written as a name."""
    source = "Loan-to-value is checked, and the Automated Index of values by an appraiser."

    assert support("The LTV and the AI are checked.", source).missing_names == ()
    assert support("The AV and the CLTV are checked.", source).missing_names == ("AV", "CLTV")


def test_a_capital_that_opens_a_part() -> None:
    """Behind a colon, a bullet or a quotation mark every word has one: it is no name."""
    claim = 'Proof of income: Documents such as "Statements" are valid for 180 days. Nothing from Fannie Mae counts.'

    assert support(claim, PASSAGE).missing_names == ("Fannie", "Mae")


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The fund has 1.5 million dollars.", "The fund holds $1,500,000 in cash."),
        ("The fund has $1,500,000.", "The fund holds 1.5 million dollars in cash."),
        ("One should know that the fund holds cash.", "The fund holds cash."),
    ],
)
def test_a_number_in_words_or_none_at_all(claim: str, source: str) -> None:
    """Millions may be written out, and `one` may be anybody."""
    assert support(claim, source).missing_numbers == ()


def test_another_number_of_millions() -> None:
    """It is missing, whichever way it is written."""
    assert support("The fund has 2.5 million dollars.", "The fund holds $1,500,000.").missing_numbers == ("2.5",)
    assert support("The fund has 1.5 billion dollars.", "The fund holds $1,500,000.").missing_numbers == ("1.5",)


CHANGES = [
    ("Utility bills are left out of the housing payment.", "Utility bills are not left out of the housing payment."),
    (
        "Two compensating factors raise the limit to 50 percent.",
        "Two compensating factors lower the limit to 50 percent.",
    ),
    (
        "Two compensating factors raise the limit to 50 percent.",
        "Two compensating factors raise the limit to 43 percent.",
    ),
    (
        "Two compensating factors raise the limit to 50 percent.",
        "Two compensating factors raise the limit to 47 percent.",
    ),
]


@pytest.mark.parametrize(("true", "false"), CHANGES)
def test_a_contradiction(true: str, false: str) -> None:
    """A denial, an opposite, a number of something else, an invented number: contradicted, and far from supported."""
    kept, changed = support(true, PASSAGE), support(false, PASSAGE)

    assert kept.supported and not kept.contradicted
    assert changed.contradicted and not changed.supported
    assert kept.quote in changed.quote


def test_a_contradiction_in_other_words_is_not_found() -> None:
    """This is overlap, not understanding: the limit is stated here so that nobody relies on it."""
    assert support("The housing payment includes utility bills.", PASSAGE).supported


def test_a_strange_claim_is_not_contradicted() -> None:
    """Only what would be supported otherwise is contradicted; a denial of something else is merely baseless."""
    assert not support("Rowing boats are not tied to the jetty with 43 clove hitches.", PASSAGE).contradicted


def test_a_claim_that_joins_two_sentences() -> None:
    """Two neighbouring sentences are quoted together."""
    claim = "The base back-end ratio of an FHA loan is 43 percent, and two compensating factors raise it to 50 percent."
    found = support(claim, PASSAGE)

    assert found.quote.startswith("The base limit")
    assert found.quote.endswith("50 percent.")
    assert found.supported


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


@pytest.mark.parametrize("claim", [" ".join(f"loan fee {n}" for n in range(800)), CLAIM])
def test_a_page_of_numbers(claim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many numbers claim and passage have, only so many pairs of them are held against each other."""
    compared = []
    fit = displacement._fit
    monkeypatch.setattr(displacement, "_fit", lambda *given: (compared.append(1), fit(*given))[1])
    support(claim, " ".join(f"loan limit {n}" for n in range(5000, 9000)))

    assert 0 < len(compared) <= 2 * displacement.MOST_SAID * displacement.MOST_PLACES


def test_a_claim_of_nothing_but_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many of them are looked for in the words of the passage."""
    read = []
    monkeypatch.setattr(names, "_initials", lambda text: read.append(text) or "")
    claim = "The " + " ".join(f"{a}{b}{c}" for a in "QXZ" for b in ascii_uppercase for c in ascii_uppercase)
    found = support(claim, PASSAGE)

    assert len(found.missing_names) == names.MOST_NAMES
    assert len(read) <= 3 * names.MOST_NAMES


def test_what_is_kept_of_a_text() -> None:
    """A passage is read once for all claims; one too long to be kept is read anew, to the same result."""
    long = PASSAGE * (LONGEST_REMEMBERED // len(PASSAGE) + 1)

    assert read_source(PASSAGE) is read_source(PASSAGE)
    assert read_source(long) is not read_source(long)
    assert read_source(long) == read_source(long)


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
