"""The pretended model: it writes what its prompt can carry, and nothing else."""

from __future__ import annotations

from mocks.openai_answers import answer
from rag.prompt import NO_ANSWER, messages
from rag.values import GenerationRequest, NumberedSource, Passage

FIRST = "The minimum credit score is 580 for a down payment of 3.5 percent."
SECOND = "A na\u00efve lender asks for a score of 640 \u2014 the rule does not."
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
COMPLETE = f"{FIRST[:-1]} [1]. {SECOND[:-1]} [2]."


def test_answer_quotes_its_sources_and_cites_them() -> None:
    """Sentences of the sources that share words with the question, each with its source's mark; nothing else."""
    prompt = messages(REQUEST)[-1].content

    assert answer(prompt) == COMPLETE
    assert UNRELATED[:-1] not in answer(prompt)


def test_answer_without_evidence_says_so() -> None:
    """No shared word, or no source: the sentence that the prompt asks for."""
    assert answer(messages(request(UNRELATED))[-1].content) == NO_ANSWER
    assert answer("Hello?") == NO_ANSWER


def test_refined_answer_keeps_what_held_and_drops_what_failed() -> None:
    """The draft's good sentences word for word, the failed one gone, the best missing one added."""
    failed = "A score of 900 is required [1]."
    refinement = REQUEST.model_copy(
        update={"kind": "refinement", "draft": f"{failed} {FIRST[:-1]} [1].", "findings": (failed,)}
    )

    assert answer(messages(refinement)[-1].content) == COMPLETE
