"""Small data for the quality benchmark: a few claims and documents, and every public set in its own format."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.truth.datasets import Document, LabelledClaim

CLAIMS = (
    LabelledClaim("The fee is 40 dollars.", "The fee is 40 dollars, or 55 on Sundays.", True, topic="fee"),
    LabelledClaim("Dogs bark at 7 cats.", "All dogs bark at 7 cats.", True, topic="dogs"),
    LabelledClaim("Rivers never sleep.", "The rivers never sleep.", True, topic="rivers"),
    LabelledClaim("The moon is cheese.", "The moon is rock.", False, topic="moon"),
)

DOCUMENTS = (
    Document("1", "Zebras graze on dry grass.", "Animals", "Animals"),
    Document("2", "Zebras and lions sleep in the shade.", "Animals", "Animals"),
    Document("3", "Granite is a hard rock of quartz.", "Stones", "Stones"),
    Document("4", "Marble is a soft rock.", "Stones", "Stones"),
)


def write_rows(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def tiny_data(folder: Path) -> Path:
    """Every public set in its own format, with hardly anything in it."""
    claims = [
        {
            "claim": one.claim,
            "references": [one.source],
            "label": int(one.supported),
            "src": "LFQA",
            "question": one.topic,
        }
        for one in CLAIMS
    ]
    pages = [
        {"claim": one.claim, "evidence": [one.source], "label": "supported" if one.supported else "not_supported"}
        for one in CLAIMS
    ]
    found = [{"kind": "para", "pid": int(d.id), "title": d.title, "text": f"{d.text} {d.text}"} for d in DOCUMENTS]
    questions = [("zebras graze", "1", False), ("granite quartz", "3", False), ("zebra stripes", "1", True)]
    found += [{"kind": "q", "q": q, "pid": int(pid), "title": "", "imp": imp} for q, pid, imp in questions]
    write_rows(folder, "attributionbench_dev", claims)
    write_rows(folder, "wice_claim_dev", pages)
    write_rows(folder, "squad2_dev_half", found)
    write_rows(folder, "scifact_corpus", [{"_id": d.id, "title": d.title, "sents": [d.text]} for d in DOCUMENTS])
    write_rows(folder, "scifact_claims", [{"split": "validation", "claim": "lions sleep", "cited": ["2"]}])
    write_rows(folder, "cranfield_corpus", [{"_id": d.id, "text": d.text} for d in DOCUMENTS])
    write_rows(folder, "cranfield_queries", [{"text": "soft marble", "rel": ["4"]}])
    write_rows(folder, "regx_1024_paragraphs", [{"id": d.id, "section": d.title, "text": d.text} for d in DOCUMENTS])
    return folder
