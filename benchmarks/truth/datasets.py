"""The public development sets, read from a folder that is given: gzipped JSON lines, one row per line.

Knows file names and field names, and nothing of what is measured on them. The sets are not part of this repository;
`docs/quality.md` says where each comes from and how the rows must look.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIN_QUOTE_WORDS = 8
"""A shorter piece is often half a sentence, cut at an abbreviation."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text that can be found."""

    id: str
    text: str
    title: str = ""
    group: str = ""
    """What it belongs to (an article); empty if to nothing."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the ids of the documents that answer it; none if it cannot be answered."""

    text: str
    relevant: frozenset[str]
    group: str = ""
    near: str = ""
    """For a question without an answer: the document it was written about."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A test collection for retrieval."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim, the text that is said to support it, and what people found."""

    claim: str
    source: str
    supported: bool
    origin: str = ""
    """The part of the set it comes from."""
    topic: str = ""
    """What it is about: claims of one topic may share a source."""


def rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of `name.jsonl.gz`."""
    with gzip.open(folder / f"{name}.jsonl.gz", mode="rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def scifact(folder: Path) -> Collection:
    """5,183 abstracts and the 300 claims of the development split (the test split of BEIR), relevant by citation."""
    documents = (Document(row["_id"], " ".join(row["sents"]), row["title"]) for row in rows(folder, "scifact_corpus"))
    claims = (row for row in rows(folder, "scifact_claims") if row["split"] == "validation")
    queries = (Query(row["claim"], frozenset(row["cited"])) for row in claims)
    return Collection("SciFact", tuple(documents), tuple(queries))


def cranfield(folder: Path) -> Collection:
    """1,400 abstracts on aerodynamics, 225 questions; graded judgements read as binary."""
    documents = (Document(row["_id"], row["text"]) for row in rows(folder, "cranfield_corpus"))
    queries = (Query(row["text"], frozenset(row["rel"])) for row in rows(folder, "cranfield_queries"))
    return Collection("Cranfield", tuple(documents), tuple(queries))


def squad(folder: Path) -> Collection:
    """646 paragraphs of 16 articles and 6,078 questions, 3,168 of them written to look answerable and not to be."""
    found = list(rows(folder, "squad2_dev_half"))
    documents = (
        Document(str(row["pid"]), row["text"], row["title"], row["title"]) for row in found if row["kind"] == "para"
    )
    queries = (
        Query(row["q"], frozenset() if row["imp"] else frozenset([str(row["pid"])]), row["title"], str(row["pid"]))
        for row in found
        if row["kind"] == "q"
    )
    return Collection("SQuAD 2.0 half", tuple(documents), tuple(queries))


def mortgage_rules(folder: Path) -> tuple[Document, ...]:
    """950 paragraphs of Regulation X with their section names as titles."""
    return tuple(Document(row["id"], row["text"], row["section"]) for row in rows(folder, "regx_1024_paragraphs"))


def attributionbench(folder: Path) -> tuple[LabelledClaim, ...]:
    """1,198 claims of generated answers, balanced; several references of one claim are read as one text."""
    return tuple(
        LabelledClaim(row["claim"], "\n\n".join(row["references"]), row["label"] == 1, row["src"], row["question"])
        for row in rows(folder, "attributionbench_dev")
    )


def wice(folder: Path) -> tuple[LabelledClaim, ...]:
    """349 Wikipedia sentences with the pages they cite; a partly supported one counts as not supported."""
    pages = ((row, "\n\n".join(row["evidence"])) for row in rows(folder, "wice_claim_dev"))
    return tuple(
        LabelledClaim(row["claim"], page, row["label"] == "supported", row["label"], topic=page) for row, page in pages
    )


def generated_claims(folder: Path) -> tuple[LabelledClaim, ...]:
    """Claims as answers have them, that people found supported: what errors are put into.

    AttributionBench and WiCE without the part ExpertQA, whose experts judged by more than the quoted reference: all
    checkers are near chance on it.
    """
    found = (*attributionbench(folder), *wice(folder))
    return tuple(one for one in found if one.supported and one.origin != "ExpertQA")


def quoted_claims(folder: Path) -> tuple[LabelledClaim, ...]:
    """One sentence of each SQuAD paragraph, word for word, chosen by its number: what an extractive writer says."""
    claims = []
    for number, paragraph in enumerate(squad(folder).documents):
        sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", paragraph.text)
        whole = [sentence for sentence in sentences if len(sentence.split()) >= MIN_QUOTE_WORDS]
        if whole:
            claims.append(LabelledClaim(whole[number % len(whole)], paragraph.text, True, "SQuAD", paragraph.group))
    return tuple(claims)
