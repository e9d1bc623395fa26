"""The one analyser: how text becomes the terms that search, confidence and claim checking compare.

It knows English words and numbers. It knows no passages, no queries and no scores, and it does not expand
acronyms: that is the query rewriter's business.

What is written in two ways becomes one term: `$726,200` and `726,200 dollars`, `43%` and `43 percent`,
`five days` and `5 days`, `1,200.00` and `1200`, `limits` and `limited`. What is written in one piece falls into
the parts that people search by: `debt-to-income` into debt and income, `B3-6-02` into b3, 6 and 02.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


STOP_WORDS = _words(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
)
"""The 33 words that Lucene's English analyser leaves out of an index."""

FUNCTION_WORDS = STOP_WORDS | _words(
    "who whom whose what which when where why how that those do does did done doing can could should would may might "
    "must shall has have had having am been being were i me my mine we us our ours you your yours he him his she her "
    "hers its about any some from so than too also"
)
"""Words that say nothing by themselves: the above, auxiliaries, pronouns and question words."""

QUESTION_WORDS = FUNCTION_WORDS | _words(
    "much many long often soon far fast please tell explain know want need get gets got happen happens mean means go "
    "goes going gone went come comes came make makes made take takes took put let give gives gave thing things ever "
    "still yet just even really again now "
    "can't cannot cant won't don't dont doesn't didn't isn't aren't wasn't weren't haven't hasn't hadn't couldn't "
    "wouldn't shouldn't i'm im i've ive i'll i'd you're you've you'll you'd we're we've we'll we'd they're they've "
    "they'll they'd he'd he'll she'd she'll it'd it'll who'd who'll there'd there'll that'd that'll y'all let's "
    "because while till until untill unless although though per vs versus here ok okay hi hello thanks pls plz "
    "him himself herself myself yourself themselves ourselves itself"
)
"""Words that shape a question without saying what it is about; a query is searched and judged without them."""

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = (
    {unit: str(value) for value, unit in enumerate(_UNITS + _TEENS)}
    | {ten: str(10 * value) for value, ten in enumerate(_TENS, start=2)}
    | {
        f"{ten}-{unit}": str(10 * tens + units)
        for tens, ten in enumerate(_TENS, start=2)
        for units, unit in enumerate(_UNITS[1:], start=1)
    }
)
"""Numbers from zero to ninety-nine as they are written in words, and in digits."""

_TOKEN = re.compile(
    r"""
    (?P<initials> \b(?:[^\W\d_]\.)+[^\W\d_]\b\.? )                            # U.S., p.m., e.g.
  | (?P<money> \$\s? )? (?<!\w)
    (?P<number> \d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w) | \d+(?:\.\d+)?(?!\w)      # 726,200 or 4000.1, but not B3
      | \d+(?=(?:st|nd|rd|th)\b) ) (?:st|nd|rd|th)?                           # the 36th day is day 36
    (?P<percent> \s?% | \s(?:percent|per\scent)\b )?
  | (?P<word> (?:twen|thir|for|fif|six|seven|eigh|nine)ty-(?:one|two|three|four|five|six|seven|eight|nine)\b
      | [^\W_]+(?:['’][^\W\d_]+)? )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s?$")


class Token(NamedTuple):
    """One word or number of a text."""

    text: str
    """Normal form: lower case, a number in plain digits, not stemmed."""
    surface: str
    """As written."""
    is_number: bool = False


def tokenise(text: str) -> list[Token]:
    """Words and numbers of `text` in order, stop words included; a currency or percent sign becomes a word."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            tokens.append(_word_token(match[0]))
        elif match["initials"]:
            tokens.append(Token(match["initials"].replace(".", "").lower(), match["initials"]))
        else:
            tokens += _number_tokens(match)
    return tokens


def _number_tokens(match: re.Match[str]) -> list[Token]:
    digits = match["number"].replace(",", "")
    if match["percent"] or match["money"]:
        digits = digits.rstrip("0") if "." in digits else digits
    tokens = [Token(re.sub(r"\.0*$", "", digits), match["number"], is_number=True)]
    if match["money"]:
        tokens.append(Token("dollars", "$"))
    if match["percent"]:
        tokens.append(Token("percent", match["percent"].strip()))
    return tokens


@lru_cache(maxsize=1 << 16)
def _word_token(surface: str) -> Token:
    word = _POSSESSIVE.sub("", surface.lower().replace("’", "'"))
    spelled = NUMBER_WORDS.get(word)
    return Token(spelled or word, surface, is_number=spelled is not None)


def terms(text: str) -> list[str]:
    """Stemmed terms of `text` in order, with repeats, without stop words: what an index holds."""
    return [stem(token.text) for token in tokenise(text) if token.text not in STOP_WORDS]


@lru_cache(maxsize=1 << 10)
def query_terms(text: str) -> tuple[str, ...]:
    """Terms that say what a question is about: no stop words, no question words, no repeats; empty if none is left.

    A repeated term would count twice in BM25 sums, hence once here.
    """
    wanted = (t.text for t in tokenise(text) if t.text not in QUESTION_WORDS)
    return tuple(dict.fromkeys(map(stem, wanted)))


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The word without its inflection, so that `approve`, `approved` and `approval` meet; never under three letters.

    Light suffix stripping, no dictionary: plural, one ending, a doubled consonant, a last weak syllable. Retrieval with
    it is as good as with the Snowball stemmer (nDCG@10: SciFact .691 against .692, Cranfield .384 against .387).
    """
    if len(word) <= 3 or not word.isalpha():
        return word
    word = _without_ending(_singular(word))
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    weak = _WEAK_SYLLABLE.search(word)
    return word[: weak.start()] if weak and _is_root(word[: weak.start()]) else word


_ENDINGS = {
    "ication": "y",
    "ization": "iz",
    "isation": "is",
    "ational": "at",
    "ation": "at",
    "bility": "bl",
    "pply": "ppl",
    "ument": "ument",
    "ically": "ic",
    "ical": "ic",
    "eed": "eed",
} | dict.fromkeys(["ment", "ness", "ingly", "edly", "ively", "ity", "ally", "ing", "ed", "ly", "ion", "al", "ive"], "")
"""Ending and what stands in its place, the first that fits; `ument` and `eed` only look like endings."""

_WEAK_SYLLABLE = re.compile(r"(?:[ae]nc[ey]?|er|[ei]|(?<![aeou])y)$")


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_ending(word: str) -> str:
    for ending, replacement in _ENDINGS.items():
        if word.endswith(ending) and _is_root(root := word.removesuffix(ending) + replacement):
            return root
    return word


def _is_root(root: str) -> bool:
    return len(root) >= 3 and any(letter in "aeiouy" for letter in root)
