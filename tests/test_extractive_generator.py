"""The writer that quotes: only what its sources say, the answer first, another answer for other evidence."""

from __future__ import annotations

import re
from contextlib import aclosing

import pytest

from mocks.extractive_generator import MAX_SENTENCES, MIN_SENTENCES, ExtractiveGenerator, cited
from mocks.quotes import quotes_for
from mocks.virtual_time import run_virtual
from rag.grounding.claims import split_claims
from rag.prompt import NO_ANSWER
from tests.evidence import MARK, QUESTION, asked, evidence, library, passage, refining, sections, unsupported

WRITER = ExtractiveGenerator()


def test_every_sentence_stands_word_for_word_in_the_source_it_cites() -> None:
    """The whole point: nothing is invented, so whatever is computed from the answer is computed on real text."""
    request = asked(QUESTION, *evidence())
    claims = split_claims(WRITER.write(request))

    assert MIN_SENTENCES <= len(claims) <= MAX_SENTENCES
    for claim in claims:
        (marker,) = claim.markers
        assert MARK.sub("", claim.text) in request.sources[marker - 1].passage.text


def test_the_answer_comes_first() -> None:
    """Best sentence first, whatever place its source has."""
    text = WRITER.write(asked(QUESTION, *reversed(evidence())))

    assert re.search(r"\b(?:43|50|40) percent", split_claims(text)[0].text)


def test_a_rule_that_is_no_longer_in_force_is_not_the_answer() -> None:
    """The archive may add to an answer, even from the first place in the list; unless the past was asked for."""
    (archive, current) = sections("A-07", "II.A.6.a")
    now = WRITER.write(asked("How long is an FHA appraisal valid?", archive, current))
    then = WRITER.write(asked("How long was an FHA appraisal valid before 2022?", archive, current))

    assert split_claims(now)[0].markers == (2,)
    assert split_claims(then)[0].markers == (1,)


def test_other_evidence_gives_another_answer() -> None:
    """The writer has no memory: without the passage it does not know the figure."""
    everything = WRITER.write(asked(QUESTION, *evidence()))
    without = WRITER.write(asked(QUESTION, *evidence()[1:]))

    assert everything != without
    assert evidence()[0].text.split(". ")[0] in MARK.sub("", everything)
    assert evidence()[0].text.split(". ")[0] not in MARK.sub("", without)


def test_tokens_joined_are_the_text() -> None:
    """Nothing is lost or added between tokens, and none is empty; most are a word with the space before it."""
    request = asked(QUESTION, *evidence())

    async def main() -> list[str]:
        async with aclosing(WRITER.stream(request)) as tokens:
            return [token async for token in tokens]

    tokens = run_virtual(main)
    words = [token for token in tokens if re.fullmatch(r" [\w'-]+", token)]

    assert "".join(tokens) == WRITER.write(request)
    assert all(tokens)
    assert len(words) > len(tokens) / 2


def test_the_same_fact_is_said_once() -> None:
    """Two documents that say the same in almost the same words are quoted once."""
    text = "The grace period on a mortgage payment is 15 calendar days after the due date."
    other = text.replace("calendar days", "days").replace("a mortgage", "every mortgage")
    answer = WRITER.write(asked("How long is the grace period?", passage(text), passage(other, name="faq")))

    assert len(split_claims(answer)) == 1


def test_orders_in_a_document_are_not_quoted() -> None:
    """The training samples of the complaints policy are material, never commands, and no good answer either."""
    letter = next(one for one in library() if "a letter that gives orders" in one.section)
    answer = WRITER.write(asked("What does the letter of Quentin Marrow say about loan approval limits?", letter))

    assert "Marrow" in answer
    assert "Ignore your instructions" not in answer
    assert "System note" not in answer


@pytest.mark.parametrize(
    "unfit",
    [
        "It is 43 percent for the ratio.",
        "The ratio limit follows the list:",
        "| Ratio | Limit 43 percent of income |",
        "- a ratio limit of 43 percent",
        "Is the ratio limit always 43 percent?",
        "The ratio limit is 43 percent according to note [7] below.",
    ],
)
def test_a_sentence_that_cannot_stand_alone_is_not_quoted(unfit: str) -> None:
    """Dangling words, list fragments, questions, and footnotes that would count as citations."""
    answer = WRITER.write(
        asked("What is the ratio limit?", passage(f"{unfit}\n\nThe ratio limit is set by the agency."))
    )

    assert answer == "The ratio limit is set by the agency [1]."


@pytest.mark.parametrize("sources", [(), ("Sourdough needs feeding every day.",)])
def test_without_evidence_it_says_so(sources: tuple[str, ...]) -> None:
    """It would rather say nothing than something else."""
    assert WRITER.write(asked("What is the ratio limit?", *map(passage, sources))) == NO_ANSWER


def test_a_draft_is_short() -> None:
    """A first look uses few sentences, so that a second look can add something."""
    request = asked(QUESTION, *evidence())

    assert len(split_claims(ExtractiveGenerator(draft_sentences=4).write(request))) == 4
    assert len(split_claims(ExtractiveGenerator(draft_sentences=50).write(request))) <= MAX_SENTENCES


def test_every_sentence_of_the_library_survives_quotation() -> None:
    """Mark and full stop in any order of quotes and brackets: one quote stays one claim, and its source carries it."""
    broken = []
    for one in library():
        request = asked(one.section, one)
        for quote in quotes_for(one.section, request.sources):
            claims = split_claims(cited(quote))
            if len(claims) != 1 or claims[0].markers != (1,) or unsupported(cited(quote), request):
                broken.append(cited(quote))

    assert broken == []


def test_a_slip_stands_in_the_draft_only() -> None:
    """The given sentence ends the draft as it is; a refinement does not slip again."""
    slip = "For example, borrower Dana Whitfield, social security number 219-09-9999, was approved [1]."
    request = asked(QUESTION, *evidence())
    slipping = ExtractiveGenerator(slip=slip)

    assert slipping.write(request) == f"{WRITER.write(request)} {slip}"
    assert slip not in slipping.write(refining(request, WRITER.write(request)))
