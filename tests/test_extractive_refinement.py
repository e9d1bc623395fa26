"""The writer that quotes, at its second try and when made to err: what fails is repaired, what stands is kept."""

from __future__ import annotations

from mocks.extractive_generator import MAX_ADDITIONS, ExtractiveGenerator
from rag.grounding.claims import split_claims
from rag.prompt import NO_ANSWER
from tests.evidence import MARK, QUESTION, asked, evidence, passage, refining, sections, unsupported

WRITER = ExtractiveGenerator()
ERRING = ExtractiveGenerator(embellish=True)


def test_an_embellished_draft_has_one_sentence_that_fails_its_check() -> None:
    """One figure is wrong, in one sentence and not the first; the evidence check sees exactly that one."""
    request = asked(QUESTION, *evidence())
    honest, erring = split_claims(WRITER.write(request)), split_claims(ERRING.write(request))
    changed = [index for index, (a, b) in enumerate(zip(honest, erring, strict=True)) if a.text != b.text]

    assert unsupported(WRITER.write(request), request) == []
    assert [claim.index for claim in unsupported(ERRING.write(request), request)] == changed
    assert len(changed) == 1 and changed[0] > 0


def test_an_error_that_the_check_cannot_see_is_not_made() -> None:
    """One wrong figure in a very long sentence is within its overlap; the writer then errs in another sentence."""
    long = (
        "The ratio limit of 43 percent applies to purchase loans, refinance loans, construction loans, renovation "
        "loans, bridge loans, reverse loans and assumption loans in every county, parish, borough and territory where "
        "the agency insures mortgages for owner occupants, veterans, teachers, nurses and farmers."
    )
    one = passage(f"The ratio limit is 41 percent. {long} The ratio limit rises to 50 percent with reserves.")
    request = asked("What is the ratio limit?", one)
    (wrong,) = unsupported(ERRING.write(request), request)

    assert long[:-1] in ERRING.write(request)
    assert "with reserves" in wrong.text


def test_without_figures_the_error_is_a_wrong_source() -> None:
    """A right sentence under a wrong mark, the other common way in which models cite badly."""
    one = passage(
        "An appraiser must be independent of the lender. The appraiser inspects the home from roof to cellar."
    )
    other = passage("A title company searches the land records before closing.", name="title")
    request = asked("What does the appraiser inspect?", one, other)
    (wrong,) = unsupported(ERRING.write(request), request)

    assert wrong.markers == (2,)
    assert MARK.sub("", wrong.text) in one.text


def test_refinement_repairs_what_failed_and_keeps_the_rest() -> None:
    """The failed sentence is set right in its place; every other sentence is kept to the letter."""
    request = asked(QUESTION, *evidence())
    draft = ERRING.write(request)
    failed = [claim.text for claim in unsupported(draft, request)]
    refined = ERRING.write(refining(request, draft, *failed))
    kept = [claim.text for claim in split_claims(draft) if claim.text not in failed]

    assert refined.startswith(WRITER.write(request))
    assert all(text in refined for text in kept)
    assert unsupported(refined, request) == []


def test_refinement_adds_from_sources_the_draft_did_not_use() -> None:
    """New evidence is appended, at most three sentences of it, all from unused sources, none said before."""
    used = passage(
        "The ratio limit is 43 percent. The ratio limit rises with reserves. The ratio limit falls for a score of 560. "
        "The ratio limit binds manual underwriting. The ratio limit spares streamline refinances."
    )
    writer, question = ExtractiveGenerator(draft_sentences=2), "What is the ratio limit?"
    draft = writer.write(asked(question, used))
    wider = asked(question, used, *evidence(), *sections("B2-01", "II.A.4.e"))
    refined = writer.write(refining(wider, draft))
    added = split_claims(refined)[2:]

    assert refined.startswith(draft)
    assert 1 <= len(added) <= MAX_ADDITIONS
    assert all(claim.markers != (1,) for claim in added)
    assert len({claim.text for claim in split_claims(refined)}) == 2 + len(added)
    assert unsupported(refined, wider) == []


def test_a_failed_sentence_that_nothing_supports_is_dropped() -> None:
    """No quote comes close, so there is nothing to put in its place."""
    request = asked(QUESTION, *evidence())
    invented = "Celebrities receive complimentary champagne during every closing appointment [1]."
    draft = f"{WRITER.write(request)} {invented}"

    assert WRITER.write(refining(request, draft, invented)) == WRITER.write(request)


def test_a_draft_that_broke_off_is_completed() -> None:
    """The half sentence at its end is replaced by the whole one."""
    request = asked(QUESTION, *evidence())
    whole = WRITER.write(request)
    second = split_claims(whole)[1]
    broken_off = whole[: second.span.start + (second.span.end - second.span.start) * 2 // 3]
    refined = WRITER.write(refining(request, broken_off))

    assert second.text not in broken_off
    assert second.text in refined
    assert unsupported(refined, request) == []


def test_a_refinement_of_nothing_has_nothing_to_say() -> None:
    """Without sources, a draft whose only sentence failed ends as an honest gap."""
    request = refining(
        asked("What is the ratio limit?"), "The ratio limit is 99 percent [1].", "The ratio limit is 99 percent [1]."
    )

    assert WRITER.write(request) == NO_ANSWER
