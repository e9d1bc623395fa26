"""Where sentences end: one set of rules, for passages at rest and for answers that arrive token by token.

It knows punctuation, Markdown lines and citation marks. It knows nothing of claims, passages or scores.

Every possible end is judged once, and only when all that can still change the verdict has been read: the citation
marks behind the full stop, the word after the gap, the beginning of the next line. Until then the answer is *wait*.
That is why a text cut into tokens in any way gives the same sentences as the text in one piece. It is also why a
sentence is found in time that grows with its length alone: no verdict looks far, neither ahead nor back.

A sentence takes with it the closing quotes and citation marks that follow its full stop, and a list bullet before it.
A heading, a table row and a list item end where their line ends. Within a paragraph a line break is a space. After a
full stop a lower-case word goes on with the same sentence: better one long sentence than one called complete too early.
"""

from __future__ import annotations

import re
from enum import Enum

from rag.values import Span

_CANDIDATE = re.compile(r"[.!?…]+|\n")
_CLOSERS = r"""["'”’»)\]*_]*"""
_OPENERS = r"[^\w\s]{0,20}"
_MARK = r"\[[0-9]+(?:,[ ]*[0-9]+)*\]"

_STOP = re.compile(
    rf"(?P<stop>[.!?…]+){_CLOSERS}(?P<marks>(?:[ \t]*{_MARK})*)(?P<gap>\s*)(?P<opening>{_OPENERS})(?P<next>\w*)"
)
_STOP_CONTEXT = re.compile(rf"[.!?…]+{_CLOSERS}(?:[ \t]*\[[0-9, ]*\]?)*\s*{_OPENERS}\w*")
"""All that the verdict on a full stop may depend on; where this reaches the end of the text so far, more may come."""

_NEXT_LINE = re.compile(r"\n[^\S\n]*(?:#{1,6}\s|[-*+•]\s|[0-9]{1,3}[.)]\s|\||>|```|\n)")
"""A line break that ends a paragraph: a heading, list item, table row, quotation, fence or empty line follows."""
_NEXT_LINE_CONTEXT = re.compile(r"\n[^\S\n]*(?:\n|\S[^\n]{0,5}\n|\S[^\n]{6})")
"""Seven characters are enough to recognise each of those beginnings."""

_LINE_OF_ITS_OWN = re.compile(r"#{1,6}\s|\|")
_BOLD_LINE = re.compile(r"(\*\*|__)[^\n]{1,300}\1:?\s{0,20}")
_ITEM_NUMBER = re.compile(r"[^\w\n]{0,20}(?:[0-9]{1,3}|[A-Za-z]|[ivx]{1,4})")
_BLANKS = re.compile(r"\s*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*$")

_NEVER_LAST = frozenset(
    ["approx", "ca", "cf", "ch", "dr", "e.g", "ed", "eds", "eg", "est", "et", "fig", "figs", "gen", "hon", "i.e", "ie"]
    + ["messrs", "mr", "mrs", "ms", "mt", "para", "paras", "pg", "pp", "prof", "pt", "ref", "refs", "rev", "sec"]
    + ["secs", "sect", "seq", "subpt", "subsec", "viz", "vol", "vs", "v"]
)
"""Abbreviations that always have something after them."""
_BEFORE_NUMBERS = frozenset(["art", "arts", "col", "eq", "ex", "no", "nos", "p", "par", "r", "s"])
"""Abbreviations before a number, ordinary words or letters otherwise."""
_SELDOM_LAST = frozenset(
    ["al", "assn", "ave", "blvd", "bros", "co", "corp", "dept", "etc", "inc", "jr", "llc", "ltd", "max", "min", "mo"]
    + ["mos", "mar", "sr", "st", "univ", "yr", "yrs", "jan", "feb", "apr", "aug", "sept", "oct", "nov", "dec"]
)
"""Abbreviations that end a sentence only if a word that begins sentences follows; so do `U.S.` and single letters."""
_OPENING_WORDS = frozenset(
    ["A", "After", "All", "Also", "An", "And", "Any", "As", "At", "Because", "Before", "Both", "But", "By", "Each"]
    + ["Every", "For", "From", "He", "Her", "His", "However", "If", "In", "It", "Its", "No", "Not", "On"]
    + ["Once", "Only", "Or", "Other", "Our", "She", "Since", "So", "Some", "Such", "That", "The", "Their", "Then"]
    + ["There", "These", "They", "This", "Those", "To", "Under", "Unless", "Until", "We", "What", "When", "Where"]
    + ["Which", "While", "With", "You", "Your"]
)


class _Verdict(Enum):
    WAIT = "more must be read"
    INSIDE = "the sentence goes on"


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences of a complete text, in order; outside of them there is only white space."""
    spans: list[Span] = []
    scan = 0
    while span := next_sentence(text, spans[-1].end if spans else 0, scan)[0]:
        spans.append(span)
        scan = span.end
    return tuple(spans)


def next_sentence(text: str, after: int, scan: int, *, final: bool = True) -> tuple[Span | None, int]:
    """The first complete sentence behind position `after`, and the position from which to look on.

    None if no sentence is complete. With `final` false more text may come: then only a sentence is given that no
    continuation can change, and the position is where to resume (`scan`) when there is more.
    """
    start = _after_blanks(text, after)
    for candidate in _CANDIDATE.finditer(text, max(scan, start)):
        end = _judge(text, start, candidate, final=final)
        if end is _Verdict.WAIT:
            return None, candidate.start()
        if isinstance(end, int):
            return Span(start, end), end
    if final and start < len(text):
        return Span(start, _before_blanks(text, start, len(text))), len(text)
    return None, len(text)


def _after_blanks(text: str, position: int) -> int:
    """Where the next word begins, or the end of the text. Copies nothing: an answer asks at every sentence."""
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


def _before_blanks(text: str, start: int, end: int) -> int:
    """Where the last word before `end` ends, or `start`."""
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _judge(text: str, start: int, candidate: re.Match[str], *, final: bool) -> int | _Verdict:
    """The end of the sentence if the candidate ends it."""
    if candidate[0] == "\n":
        return _judge_line_break(text, start, candidate.start(), final=final)
    context = _STOP_CONTEXT.match(text, candidate.start())
    if not final and context and context.end() == len(text):
        return _Verdict.WAIT
    return _judge_stop(text, start, candidate.start())


def _judge_line_break(text: str, start: int, position: int, *, final: bool) -> int | _Verdict:
    end = _before_blanks(text, start, position)
    if _LINE_OF_ITS_OWN.match(text, start) or _BOLD_LINE.fullmatch(text, start, position):
        return end
    if not final and not _NEXT_LINE_CONTEXT.match(text, position):
        return _Verdict.WAIT
    return end if _NEXT_LINE.match(text, position) else _Verdict.INSIDE


def _judge_stop(text: str, start: int, position: int) -> int | _Verdict:
    found = _STOP.match(text, position)
    if found is None or _LINE_OF_ITS_OWN.match(text, start) or _ITEM_NUMBER.fullmatch(text, start, position):
        return _Verdict.INSIDE
    if found["marks"]:
        ends = bool(found["gap"]) or found.end() == len(text) or (found["next"][:1].isupper() and not found["opening"])
    elif not found["gap"]:
        ends = found.end() == len(text) and not found["opening"] + found["next"]
    else:
        ends = not found["next"][:1].islower() and not _is_abbreviation(text, start, found)
    return found.end("marks") if ends else _Verdict.INSIDE


def _is_abbreviation(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether the full stop belongs to the word before it and does not end the sentence as well."""
    last = _LAST_WORD.search(text, max(start, found.start() - 24), found.start())
    if last is None or found["stop"] != ".":
        return False
    word = last[0].lower()
    if word in _NEVER_LAST or (word in _BEFORE_NUMBERS and found["next"][:1].isdigit()):
        return True
    may_be_short = len(word) == 1 or "." in word or word in _SELDOM_LAST
    return may_be_short and bool(found["next"]) and found["next"] not in _OPENING_WORDS
