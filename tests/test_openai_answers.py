"""The pretended model: it writes what its prompt can carry, and nothing else."""

from __future__ import annotations

from mocks.openai_answers import answer, read_request
from rag.prompt import NO_ANSWER, messages
from rag.values import GenerationRequest, NumberedSource, Passage

FIRST = "The minimum credit score is 580 for a down payment of 3.5 percent."
SECOND = "A na\u00efve lender asks for a credit score of 640 \u2014 the rule does not."
UNRELATED = "Bananas are yellow."


def request(*texts: str, question: str = "What credit score is required?") -> GenerationRequest:
    sources = tuple(
        NumberedSource(
            marker=number,
            passage=Passage(
                passage_id=f"d#{number}", document_id="d", source="Guide", title="G", section="Scores", text=text
            ),
        )
        for number, text in enumerate(texts, 1)
    )
    return GenerationRequest(question=question, sources=sources)


REQUEST = request(FIRST, f"{UNRELATED} {SECOND}")
COMPLETE = answer(messages(REQUEST)[-1].content)
"""What the pretended model writes for `REQUEST`, whole; the first test says what must be in it."""


def test_answer_quotes_its_sources_and_cites_them() -> None:
    """Sentences of the sources that bear on the question, each with its source's mark, and a character of two bytes."""
    assert f"{FIRST[:-1]} [1]." in COMPLETE
    assert f"{SECOND[:-1]} [2]." in COMPLETE
    assert not COMPLETE.isascii()


def test_model_reads_the_request_out_of_its_prompt() -> None:
    """Question, texts under their numbers, draft and failed sentences come out of the prompt as they went in."""
    failed = "A score of 900 is required [1]."
    refinement = REQUEST.model_copy(update={"kind": "refinement", "draft": f"{failed} Yes.", "findings": (failed,)})

    read = read_request(messages(refinement)[-1].content)

    assert (read.question, read.kind, read.draft, read.findings) == (
        REQUEST.question,
        "refinement",
        f"{failed} Yes.",
        (failed,),
    )
    texts = [(source.marker, source.passage.text) for source in REQUEST.sources]
    assert [(source.marker, source.passage.text) for source in read.sources] == texts


def test_answer_without_evidence_says_so() -> None:
    """No shared word, or no source: the sentence that the prompt asks for."""
    assert answer(messages(request(UNRELATED))[-1].content) == NO_ANSWER
    assert answer("Hello?") == NO_ANSWER


def test_refined_answer_keeps_what_held_and_drops_what_failed() -> None:
    """The draft's good sentence is there word for word, the failed one is gone."""
    failed = "A score of 900 is required [1]."
    refinement = REQUEST.model_copy(
        update={"kind": "refinement", "draft": f"{failed} {FIRST[:-1]} [1].", "findings": (failed,)}
    )

    refined = answer(messages(refinement)[-1].content)

    assert f"{FIRST[:-1]} [1]." in refined
    assert "900" not in refined
