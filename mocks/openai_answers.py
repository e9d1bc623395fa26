"""What the pretended model of `openai_server` writes: sentences of the sources in its prompt, each with its mark.

It reads the prompt as any model would, between the fences, and then writes as the offline writer does. It is given
nothing else, so an answer is grounded because the prompt carried the evidence; a prompt that loses a source shows.
"""

from __future__ import annotations

import json

from mocks.extractive_generator import ExtractiveGenerator
from rag.prompt import read_blocks
from rag.retrieval.sentences import sentence_spans
from rag.values import GenerationRequest, NumberedSource, Passage


def answer(prompt: str) -> str:
    """The answer to a whole prompt: a new text, the improved draft if it has one, or questions if it has a passage."""
    passage = read_blocks(prompt).get("PASSAGE")
    return ExtractiveGenerator().write(read_request(prompt)) if passage is None else _questions(passage)


def _questions(passage: str) -> str:
    """Two of each sentence, in its own words: a writer that only quotes knows no others. It never says since when."""
    _, _, text = passage.partition("\n")
    sentences = [text[span.start : span.end].rstrip(".!?") for span in sentence_spans(text)]
    answered = [f"Is it so that {sentence}?" for sentence in sentences if sentence]
    left_open = [f"Since when is it so that {sentence}?" for sentence in sentences if sentence]
    return json.dumps({"answered": answered, "open": left_open})


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
