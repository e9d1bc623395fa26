"""A small language for cues in a question: tables of phrases that a person can read, and intents made of them.

It knows no field and no rule. A phrase is words with four signs, so that a table stays a list of words:

`a/b` either word, `look*` any ending, `the?` perhaps, `~` up to five words of the same sentence; `_` joins two words
that are one alternative (`next_door/upstairs`). Gaps are bounded, so the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

Cue = re.Pattern[str]
"""A compiled table: whether and where one of its phrases stands in a text that `reading` made."""

GAP_WORDS = 5
"""The most words that `~` stands for: enough for "so that the careful underwriter of yours never", not for a clause."""


class Intent(NamedTuple):
    """One thing that people want, told by cues that must all be there; `unless` holds what makes it another thing."""

    name: str
    needs: tuple[Cue, ...]
    unless: Cue | None = None

    def is_in(self, text: str) -> bool:
        """Whether a text (made by `reading`) shows this intent."""
        return all(cue.search(text) for cue in self.needs) and not (self.unless and self.unless.search(text))


def phrases(*table: str) -> Cue:
    """One cue for a table of phrases in the language above; for texts that `reading` made."""
    return re.compile("(?<= )(?:" + "|".join(map(_pattern, table)) + ")")


def shows_any(intents: Iterable[Intent], text: str) -> bool:
    """Whether a text (made by `reading`) shows one of the intents."""
    return any(intent.is_in(text) for intent in intents)


@lru_cache(maxsize=32)
def reading(text: str) -> str:
    """`text` in small letters, short forms written out, with single spaces around every word and a `.` for every stop.

    Hyphens part words (`30-year`), commas vanish (`9,000` is one word), the `'s` of a word stands by itself.
    """
    plain = text.lower().replace("’", "'")
    for short, full in _WRITTEN_OUT:
        plain = short.sub(full, plain)
    return f" {' '.join([*plain.split(), '.'])} "


_WRITTEN_OUT = tuple(
    (re.compile(short), full)
    for short, full in (
        (r"\bw/(?:out|o)\b", "without"),
        (r"\bcan't\b|\bcannot\b|\bcant\b", "can not"),
        (r"\bwon't\b|\bwont\b", "will not"),
        (r"n't\b", " not"),
        (r"\b(do|does|did|is|was|would|could)nt\b", r"\1 not"),
        (r"'re\b", " are"),
        (r"\bi'm\b|\bim\b", "i am"),
        (r"'ll\b", " will"),
        (r"'ve\b", " have"),
        (r"'d\b", " would"),
        (r"'s\b", " 's "),
        (r"\bu\b", "you"),
        (r"(?<=\d),(?=\d{3})", ""),
        (r"(?<!\d)[.?!:;]+|[.?!:;]+(?!\d)", " . "),
        (r"[^\w'.%]|'(?!s )", " "),
    )
)


def _pattern(phrase: str) -> str:
    return "".join(map(_atom, phrase.split()))


def _atom(word: str) -> str:
    if "?" in word[:-1]:
        msg = f"the question mark stands behind all alternatives or none: {word}"
        raise ValueError(msg)
    if word == "~":
        return rf"(?:[^ .]+ ){{0,{GAP_WORDS}}}?"
    either = "|".join(
        re.escape(part).replace(r"\*", r"[^ .]*").replace("_", " ") for part in word.rstrip("?").split("/")
    )
    return rf"(?:(?:{either}) )?" if word.endswith("?") else rf"(?:{either}) "
