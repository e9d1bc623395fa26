"""The Line tab without a browser: the form as values, faults by the names on the form, two runs beside each other."""

from __future__ import annotations

import asyncio
import json
import re
from html import unescape
from typing import Any

import gradio as gr
import pytest

from lab.what_if import Change, Comparison, what_if
from rag.errors import InvalidRequest
from rag.settings import RELEASABLE, UNTIL_SAFE, Settings
from rag.values import Domain
from ui.line_form import change, field_name, house_form, is_house, read_form
from ui.line_handlers import LineHandlers
from ui.line_render import render_form, stage_cards
from ui.line_view import differences, pictures, verdict
from ui.screen_options import ScenarioOption

FHA = "What is the maximum debt-to-income ratio for an FHA loan?"
SETTINGS = Settings()
REQUEST = {"question": FHA, "profile": "thirty_seconds", "seed": 7}


def sent(domain: Domain = "loan_guidelines", release: tuple[str, ...] = (), **numbers: object) -> str:
    """What the page sends for a form with these ticks and texts; `__` in a name stands for a dot."""
    house = house_form(SETTINGS, domain)
    given = {name.replace("__", "."): value for name, value in numbers.items()}
    ticks = {f"release.{stage}": stage in release for stage in RELEASABLE}
    return json.dumps({"domain": domain, **ticks, **house.numbers, **given})


def compared(text: str, **request: object) -> Comparison:
    form = read_form(text, SETTINGS, "loan_guidelines")
    return what_if(change(form, REQUEST | request))


def words(html: object) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(html))))


class Worker:
    """The lab's worker without its process."""

    async def what_if(self, asked: Change) -> Comparison:
        return await asyncio.to_thread(what_if, asked)


def handled(question: str = FHA, scenario: str = "", fields: str = "", profile: str = "thirty_seconds") -> Any:
    story = ScenarioOption(name="refined", title="t", question="Own question?", watch="w", domain="general")
    handlers = LineHandlers(Worker(), {"refined": story}, SETTINGS)  # type: ignore[arg-type]
    with asyncio.Runner() as runner:
        return runner.run(handlers.compare(question, scenario, profile, 7, fields))


def test_the_house_form_changes_nothing() -> None:
    """A form as it was laid out compares a run with itself: no difference anywhere."""
    form = read_form(sent(), SETTINGS, "loan_guidelines")
    result = compared(sent())

    assert is_house(form, SETTINGS)
    assert result.before == result.after
    assert {one.direction for one in differences(result)} == {"same"}


def test_waiting_for_safety_trades_the_first_word_for_exposure() -> None:
    """The seed's central trade: later words, less unchecked text, the same final answer."""
    result = compared(sent(release=("safety",)))
    shown = {one.name: one for one in differences(result)}

    assert shown["First word"].direction == "worse"
    assert shown["First word"].change.startswith("+")
    assert shown["Ungrounded exposure"].direction == "better"
    assert shown["Final answer"].direction == "same"
    assert "later" in verdict(result) and "smaller" in verdict(result)


def test_all_stages_above_the_line_is_the_blocking_pipeline() -> None:
    """Everything released at the end: the first word is the final answer's, and nothing unchecked is seen for long."""
    result = compared(sent(release=RELEASABLE))

    assert result.after.first_token_ms is not None
    assert result.after.final_ms - result.after.first_token_ms < 200
    assert result.after.exposure.exposure_char_s < result.before.exposure.exposure_char_s / 10


def test_a_stricter_gate_changes_the_outcome_and_says_so() -> None:
    """More passages with evidence than any search brings: the answer becomes a refusal."""
    result = compared(sent(domains__loan_guidelines__min_passages="50"))

    assert result.after.outcome == "safe_fallback"
    assert "decides the outcome" in verdict(result)


def test_a_short_budget_is_obeyed() -> None:
    """A budget on a card is the budget of the run: deep retrieval is cut off and named."""
    result = compared(sent(budgets__deep_retrieval_s="0.5"))

    assert "deep_retrieval" in result.after.degraded
    assert result.before.degraded == ()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("domains__general__min_confidence", "1.5", "General, confidence: should be less than or equal to 1"),
        ("domains__general__min_passages", "-1", "General, passages: should be greater than or equal to 0"),
        ("domains__loan_guidelines__min_passages", "2.5", "Loan guidelines, passages: should be a valid integer"),
        ("domains__loan_guidelines__min_passages", "", "Loan guidelines, passages: please give a number"),
        ("domains__loan_guidelines__min_confidence", "nan", "Loan guidelines, confidence: should be"),
        ("budgets__rerank_s", "0", "Reranking, budget: should be greater than or equal to 0.05"),
        ("budgets__rerank_s", "soon", "Reranking, budget: this is not a number"),
        ("budgets__first_token_s", "9999", "Generation, budget to its first word: should be less than"),
    ],
)
def test_a_bad_value_is_named_as_the_form_names_it(field: str, text: str, said: str) -> None:
    """The fault says which field it is, in the words that stand beside it."""
    with pytest.raises(InvalidRequest, match=re.escape(said)):
        compared(sent("loan_guidelines", (), **{field: text}))


@pytest.mark.parametrize("text", ["{", "[]", "3", '"x"'])
def test_what_no_form_sends_is_refused(text: str) -> None:
    """Something else than an object of fields is a clear complaint, not a crash."""
    with pytest.raises(InvalidRequest, match="could not be read"):
        read_form(text, SETTINGS, "general")


def test_another_domain_brings_its_own_release_set() -> None:
    """A form laid out for one domain keeps its numbers in another, and takes over that one's line."""
    form = read_form(sent(release=("rerank",), budgets__rerank_s="3"), SETTINGS, "underwriting_decisions")

    assert form.moved
    assert form.release == UNTIL_SAFE
    assert form.numbers["budgets.rerank_s"] == "3"


def test_every_field_of_the_form_has_a_name_and_a_place() -> None:
    """Each number is an input with a label; each releasable stage a tick; nothing else can be sent."""
    form = house_form(SETTINGS, "underwriting_decisions")
    html = render_form(form, SETTINGS)
    fields = set(re.findall(r'data-field="([^"]+)"', html))

    assert fields == {"domain", *form.numbers, *(f"release.{stage}" for stage in RELEASABLE)}
    assert all(field_name(field) != field for field in form.numbers)
    assert html.count(" checked") == len(UNTIL_SAFE)
    assert [card.stage for card in stage_cards(form) if card.waits] == list(UNTIL_SAFE)


def test_what_was_typed_stays_text() -> None:
    """A hostile value comes back as text in its field, never as markup."""
    form = read_form(sent(budgets__rerank_s='"><img src=x>'), SETTINGS, "general")

    assert "<img" not in render_form(form, SETTINGS)


def test_both_runs_stand_on_one_axis_with_their_paths() -> None:
    """The first word's path ends at the first word, and safety is on it only when the word waits for it."""
    result = compared(sent(release=("safety",)))
    both = pictures(result)

    def on_first(number: int) -> set[str]:
        run = both.runs[number]
        return {row.stage for row in (*run.fast, *run.slow) if row.first}

    assert both.span_ms >= max(result.before.final_ms, result.after.final_ms)
    assert "generation" in on_first(0) and "safety" not in on_first(0)
    assert "safety" in on_first(1)
    for run in both.runs:
        for row in (*run.fast, *run.slow):
            assert all(strip.left >= 0 and strip.left + strip.width <= 100.01 for strip in row.bars + row.first)


def test_the_chain_adds_up_to_the_first_word() -> None:
    """The steps that are named are what the first word waited for, to the rounding."""
    result = compared(sent())
    way = result.before.paths["first_token"]

    assert sum(step.duration_ms + step.wait_ms for step in way.steps) == way.at_ms == result.before.first_token_ms


def test_the_handler_compares() -> None:
    """One press: the line says what changed and the comparison shows both runs; the form is left alone."""
    form, line, shown = handled(fields=sent(release=("safety",)))

    assert form == gr.skip()
    assert "later" in words(line)
    assert "Before" in words(shown) and "After" in words(shown)


def test_the_handler_names_the_fault_and_leaves_the_last_comparison() -> None:
    """A bad value changes the status line only."""
    form, line, shown = handled(fields=sent(budgets__rerank_s="-3"))

    assert "Reranking, budget" in words(line)
    assert "rg-mood-failed" in line
    assert form == shown == gr.skip()


def test_a_question_of_another_domain_lays_the_form_out_anew() -> None:
    """The ticks then show that domain's line; a story's own domain goes before the classifier's."""
    form, line, _ = handled("How much do I owe on my balance?", fields=sent())
    assert 'value="balance_inquiries"' in form
    assert "house's own line" in words(line)

    form, _, _ = handled("Own question?", scenario="refined", fields=sent())
    assert 'value="general"' in form


def test_no_question_and_an_unknown_profile_are_said_calmly() -> None:
    """Neither raises; both are one sentence."""
    assert "type a question" in words(handled(" ")[1])
    assert "profile" in words(handled(profile="no_such_day", fields=sent())[1])
