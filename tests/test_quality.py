"""The quality benchmark: its measures against values worked out by hand, its report, and all of it at once."""

from __future__ import annotations

import io
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import quality
from benchmarks.report import (
    BEGIN,
    END,
    Line,
    Section,
    at_least,
    at_most,
    counted,
    figures,
    print_report,
    wilson,
    write_document,
)
from benchmarks.truth import own_tables
from benchmarks.truth.claim_support import word_overlap
from benchmarks.truth.metrics import (
    auroc,
    balanced_accuracy,
    best_balanced_accuracy,
    bootstrap,
    mean,
    ndcg,
    recall,
    reliability,
    weighted_mean,
)
from benchmarks.truth.own_questions import load_questions
from tests.quality_data import tiny_data

PROMISED = {
    "own_recall_at_15",
    "own_out_of_corpus_streamed",
    "own_near_miss_streamed",
    "own_answerable_refused",
    "own_outcome_accuracy",
    "own_refined_better",
    "own_refined_worse",
    "scifact_ndcg_at_10",
    "cranfield_ndcg_at_10",
    "squad_absent_auroc",
    "squad_near_miss_auroc",
    "attributionbench_auroc",
    "wice_auroc",
    "flag_unseen_number",
    "flag_wrong_source",
    "flag_negation",
    "flag_swapped_number",
    "flag_untouched",
}


def test_ndcg_by_hand() -> None:
    """Gains 1 at ranks 1 and 3 of three relevant: (1 + 1/2) / (1 + 1/log2 3 + 1/2)."""
    found = ["a", "x", "c", "y"]

    assert ndcg(found, {"a", "c", "d"}) == pytest.approx(1.5 / (1.5 + 1 / math.log2(3)))
    assert ndcg(found, {"a", "c", "d"}, k=2) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert ndcg(["a", "c"], {"a", "c"}) == 1.0
    assert ndcg(found, {"z"}) == ndcg(found, set()) == 0.0


def test_recall_by_hand() -> None:
    """One of two within the first two, both within the first three; nothing relevant is no success."""
    assert recall(["a", "x", "b"], ["a", "b"], 2) == 0.5
    assert recall(["a", "x", "b"], ["a", "b"], 3) == 1.0
    assert recall(["a"], [], 5) == 0.0


def test_auroc_by_hand_with_ties() -> None:
    """Six pairs: .9 wins two, each .5 ties with .5 and wins over .1, so (2 + 1.5 + 1.5) / 6; and the mirror image."""
    assert auroc([0.9, 0.5, 0.5], [0.5, 0.1]) == pytest.approx(5 / 6)
    assert auroc([0.5, 0.1], [0.9, 0.5, 0.5]) == pytest.approx(1 / 6)
    assert auroc([0.3, 0.3], [0.3]) == 0.5
    assert math.isnan(auroc([], [0.1]))


def test_balanced_accuracy_by_hand() -> None:
    """Two of three positives at or over .5 and one of two negatives under it: (2/3 + 1/2) / 2; at .6 it is better."""
    positive, negative = [0.9, 0.6, 0.4], [0.5, 0.1]

    assert balanced_accuracy(positive, negative, 0.5) == pytest.approx(7 / 12)
    assert best_balanced_accuracy(positive, negative) == pytest.approx((5 / 6, 0.6))
    assert math.isnan(balanced_accuracy([], negative, 0.5))


def test_intervals() -> None:
    """Wilson's interval as in his tables; a bootstrap is repeatable, and pairs stay pairs."""
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)

    sample = [0.1, 0.4, 0.4, 0.9, 0.7]
    low, high = bootstrap(mean, sample)

    assert low < mean(sample) < high
    assert bootstrap(mean, sample) == (low, high)
    assert bootstrap(lambda a, b: float((a - b).max()), sample, sample, paired=True) == (0.0, 0.0)


def test_reliability_by_hand() -> None:
    """Two bins: scores .1 and .3 of which none was right, .9 and 1.0 of which one was; error (.2 + .45) / 2."""
    bins, error = reliability([0.1, 0.3, 0.9, 1.0], [False, False, True, False], bins=2)

    assert [(one.low, one.size, one.share) for one in bins] == [(0.0, 2, 0.0), (0.5, 2, 0.5)]
    assert [one.score for one in bins] == pytest.approx([0.2, 0.95])
    assert error == pytest.approx(0.325)
    assert weighted_mean([1.0, 4.0], [2, 1]) == 2.0


def test_a_report_names_goals_and_machine() -> None:
    """A line says whether its goal is met; what could not be measured is a dash, missed, and not in the JSON."""
    lines = [
        Line("good", 0.5, "f_good", at_least(0.5)),
        Line("bad", 0.5, "f_bad", at_most(0.4)),
        counted("none", 0, 0, "f_none", at_least(0.1)),
    ]
    sections = [Section("Title", lines, ["a note"]), Section("Empty", [], ["nothing to see"])]
    out = io.StringIO()
    print_report("Report", sections, command="python -m x", out=out)
    printed = out.getvalue().splitlines()
    good, bad, none = (next(row for row in printed if row.startswith(word)) for word in ("good", "bad", "none"))

    assert good.split()[:5] == ["good", "0.500", ">=", "0.5", "met"]
    assert "MISSED" in bad
    assert none.split()[1] == "-"
    assert "MISSED" in none
    assert printed[-1].startswith("versions  Python 3.")
    assert figures(sections) == {"f_good": 0.5, "f_bad": 0.5}


def test_everything_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With data and a test half the JSON holds the promised figures, all of them and no other, each a share."""
    dev = load_questions("dev")
    few = [next(question for question in dev if question.kind == kind) for kind in {question.kind for question in dev}]
    monkeypatch.setattr(own_tables, "load_questions", lambda half: few)
    document = tmp_path / "page.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    target = tmp_path / "figures.json"

    data = str(tiny_data(tmp_path))
    assert quality.main(["--data", data, "--json", str(target), "--document", str(document)]) == 0

    measured = json.loads(target.read_text())["figures"]
    refined = {"own_refined_better", "own_refined_worse"}  # a handful of runs need not refine
    assert PROMISED - refined <= measured.keys() <= PROMISED
    assert all(0 <= value <= 1 for value in measured.values())
    assert measured["scifact_ndcg_at_10"] == measured["cranfield_ndcg_at_10"] == 1.0
    printed = capsys.readouterr().out
    assert "confidence against the share" in printed
    assert document.read_text() == f"before\n{BEGIN}\n```text\n{printed.rstrip()}\n```\n{END}\nafter\n"
    assert data not in printed


def test_without_data_and_without_a_half(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No folder, no public figures; no question file, a sentence that says so."""
    monkeypatch.setattr(own_tables, "load_questions", lambda half: [])

    assert quality.main([]) == 0
    printed = capsys.readouterr().out
    assert "questions_test.jsonl: not measured" in printed
    assert "SciFact" not in printed


def test_only_the_development_half_shows_its_failures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question that ends otherwise than expected is named in the one half and never in the other."""
    wrong = next(question for question in load_questions("dev") if question.kind == "out_of_corpus")
    wrong = wrong.model_copy(update={"expected_outcome": "answered"})
    monkeypatch.setattr(own_tables, "load_questions", lambda half: [wrong])

    quality.main(["--half", "dev", "--failures"])
    assert wrong.question in capsys.readouterr().out
    quality.main(["--half", "test", "--failures"])
    assert wrong.question not in capsys.readouterr().out


def test_a_document_without_a_place_is_left_alone(tmp_path: Path) -> None:
    """The marks are named."""
    page = tmp_path / "page.md"
    page.write_text("nothing")

    with pytest.raises(ValueError, match="measured: begin"):
        write_document(page, "report")
    assert page.read_text() == "nothing"


def test_the_example_of_the_page_runs() -> None:
    """What `docs/quality.md` shows for other data and other functions works as it stands there."""
    page = (Path(quality.__file__).parent.parent / "docs" / "quality.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"my_model": word_overlap}

    exec(example, names)
    assert names["measure_claims"](names["claims"]).count == 2


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """The option names what is missing."""
    with pytest.raises(SystemExit):
        quality.main(["--data", "/nowhere/at/all"])

    assert "there is no folder /nowhere/at/all" in capsys.readouterr().err
