"""What the pretended model of `openai_server` writes: sentences of the sources in its prompt, each with its mark.

It reads the prompt as any model would, between the fences, and knows nothing else: no passages, no pipeline. So an
answer is grounded because the prompt carried the evidence, and a pipeline that loses its sources on the way shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from rag.prompt import NO_ANSWER, read_blocks

SENTENCES = 6
"""Of an answer, at most; the prompt asks for 4 to 10."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])|\n+")
_WORD = re.compile(r"[^\W_]{3,}")
_COMMON = frozenset({"the", "and", "for", "are", "was", "what", "which", "who", "how", "does", "can", "may", "must"})


class Candidate(NamedTuple):
    """A sentence of a source, with its place and how many words it shares with the question."""

    shared: int
    marker: int
    position: int
    text: str


def answer(prompt: str) -> str:
    """The answer to a whole prompt: a new text, or the improved draft if the prompt has one."""
    blocks = read_blocks(prompt)
    quoted = [_cited(candidate) for candidate in _best(blocks)]
    if "DRAFT" in blocks:
        return _improved(blocks, quoted)
    return " ".join(quoted) or NO_ANSWER


def _improved(blocks: Mapping[str, str], quoted: list[str]) -> str:
    """The draft without the sentences that failed, and with the best sentence that it lacks."""
    failed = {line.removeprefix("- ") for line in blocks["FINDINGS"].splitlines()}
    kept = [sentence for sentence in _sentences(blocks["DRAFT"]) if sentence not in failed]
    missing = [sentence for sentence in quoted if sentence not in kept and sentence not in failed]
    return " ".join(kept + missing[:1]) or NO_ANSWER


def _best(blocks: Mapping[str, str]) -> list[Candidate]:
    """The sentences that share most words with the question, best first; none that shares no word."""
    asked = _words(blocks.get("QUESTION", ""))
    candidates = [
        Candidate(len(asked & _words(text)), int(name.removeprefix("SOURCE ")), position, text)
        for name, body in blocks.items()
        if name.startswith("SOURCE ")
        for position, text in enumerate(_sentences(body.partition("\n")[2]))
        if text.endswith(".")
    ]
    ranked = sorted((item for item in candidates if item.shared), key=lambda item: (-item.shared, *item[1:3]))
    return ranked[:SENTENCES]


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold())) - _COMMON


def _cited(candidate: Candidate) -> str:
    return f"{candidate.text[:-1]} [{candidate.marker}]."
