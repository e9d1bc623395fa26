"""What the pretended model of `openai_server` writes: sentences of the sources in its prompt, each with its mark.

It reads the prompt as any model would, between the fences, and then writes as the offline writer does. It is given
nothing else, so an answer is grounded because the prompt carried the evidence; a prompt that loses a source shows.
"""

from __future__ import annotations

from mocks.extractive_generator import ExtractiveGenerator
from rag.prompt import read_blocks
from rag.values import GenerationRequest, NumberedSource, Passage


def answer(prompt: str) -> str:
    """The answer to a whole prompt: a new text, or the improved draft if the prompt has one."""
    return ExtractiveGenerator().write(read_request(prompt))


def read_request(prompt: str) -> GenerationRequest:
    """The request that a prompt was made from, as far as the prompt tells it."""
    blocks = read_blocks(prompt)
    return GenerationRequest(
        question=blocks.get("QUESTION", ""),
        sources=tuple(_source(name, body) for name, body in blocks.items() if name.startswith("SOURCE ")),
        kind="refinement" if "DRAFT" in blocks else "draft",
        draft=blocks.get("DRAFT"),
        findings=tuple(line.removeprefix("- ") for line in blocks.get("FINDINGS", "").splitlines()),
    )


def _source(name: str, body: str) -> NumberedSource:
    origin, _, text = body.partition("\n")
    passage = Passage(passage_id=name, document_id=origin, source=origin, title=origin, section=origin, text=text)
    return NumberedSource(marker=int(name.removeprefix("SOURCE ")), passage=passage)
