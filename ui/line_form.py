"""The controls of the line as values: what the form says, what set-up follows from it, and what is wrong with it.

The form is plain HTML; its fields arrive as one JSON object, name -> text or tick. Everything in it comes from a
person, so every field is checked here, and a fault is named as the form names the field. Knows no HTML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from lab.what_if import Change, read_change
from rag.errors import InvalidRequest
from rag.settings import RELEASABLE, Settings
from rag.values import Domain, StageName
from ui import labels

Values = Mapping[str, object]
"""Name of a field -> its text, or whether it is ticked."""

BUDGETED: dict[StageName, tuple[str, ...]] = {
    "rewrite": ("rewrite_s",),
    "retrieval": ("retrieval_s",),
    "expanded_retrieval": ("expanded_retrieval_s",),
    "generation": ("first_token_s", "generation_s"),
    "query_safety": ("query_safety_s",),
    "deep_retrieval": ("deep_retrieval_s",),
    "rerank": ("rerank_s",),
    "verification": ("verification_s",),
    "safety": ("safety_s",),
    "refinement": ("refinement_s",),
    "groundedness": ("groundedness_s",),
}
"""Stage -> its budgets. What is not here is a pure decision and takes no time."""

BUDGET_NAME: dict[str, str] = {
    "first_token_s": "budget to its first word",
    "generation_s": "budget to its end",
    "verification_s": "budget per sentence",
}
"""Where *budget* alone would not say enough."""

_NUMBERS = ("min_passages", "min_confidence")
_FIELD_NAME = {"min_passages": "passages", "min_confidence": "confidence"}


@dataclass(frozen=True, slots=True)
class Form:
    """What the form shows: texts as typed, so that a fault is shown where it was made."""

    domain: Domain
    """The row of the table that the question falls into: its release set is what the ticks change."""
    release: tuple[StageName, ...]
    numbers: Mapping[str, str]
    """`domains.<domain>.<field>` and `budgets.<name>` -> text."""
    moved: bool = False
    """Whether the page shows the form of another domain and has to be laid out anew."""


def house_form(settings: Settings, domain: Domain) -> Form:
    """The form as the house has it, for a question of this domain."""
    numbers = {
        f"domains.{name}.{field}": f"{getattr(policy, field):g}"
        for name, policy in settings.gate.domains.items()
        if not policy.human_review
        for field in _NUMBERS
    }
    numbers |= {
        f"budgets.{budget}": f"{getattr(settings.budgets, budget):g}" for names in BUDGETED.values() for budget in names
    }
    return Form(domain, settings.gate.domains[domain].release, numbers)


def read_form(text: str, settings: Settings, domain: Domain) -> Form:
    """What the page sent. A form laid out for another domain keeps its numbers; the release set is this one's.

    Raises `InvalidRequest` for a text that no form sends.
    """
    try:
        values = json.loads(text or "{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise InvalidRequest("The controls could not be read. Please reload the page.")
    house = house_form(settings, domain)
    numbers = {field: str(values.get(field, default)).strip() for field, default in house.numbers.items()}
    ticked = tuple(stage for stage in RELEASABLE if values.get(f"release.{stage}") is True)
    same = values.get("domain") == domain
    return Form(domain, ticked if same else house.release, numbers, moved=not same)


def change(form: Form, request: Mapping[str, object]) -> Change:
    """The comparison that the form asks for. Raises `InvalidRequest` that names the field as the form does."""
    domains: dict[str, dict[str, object]] = {form.domain: {"release": form.release}}
    budgets: dict[str, float] = {}
    for field, text in form.numbers.items():
        kind, *place = field.split(".")
        number = _number(field, text)
        if kind == "budgets":
            budgets[place[0]] = number
        else:
            domains.setdefault(place[0], {})[place[1]] = number
    try:
        return read_change({"request": request, "setup": {"domains": domains, "budgets": budgets}})
    except InvalidRequest as error:
        raise InvalidRequest(_in_the_forms_words(str(error))) from None


def is_house(form: Form, settings: Settings) -> bool:
    """Whether nothing was changed: both runs are then the same."""
    house = house_form(settings, form.domain)
    return set(form.release) == set(house.release) and _equal(form.numbers, house.numbers)


def _equal(numbers: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(float(numbers[field]) == float(text) for field, text in others.items())


def _number(field: str, text: str) -> float:
    if not text:
        raise InvalidRequest(f"{field_name(field)}: please give a number.")
    try:
        return float(text)
    except ValueError:
        raise InvalidRequest(f"{field_name(field)}: this is not a number.") from None


def field_name(field: str) -> str:
    """A field as the form names it: `General, confidence`, `Reranking, budget`."""
    kind, *place = field.split(".")
    domain = next((name for name in get_args(Domain) if kind == "domains" and name in place), None)
    if domain is not None:
        return ", ".join([labels.DOMAIN[domain], *(_FIELD_NAME.get(name, name) for name in place[1:])])
    stages = (stage for stage, budgets in BUDGETED.items() if place and place[0] in budgets)
    stage = next(stages, None)
    return f"{labels.STAGE[stage]}, {BUDGET_NAME.get(place[0], 'budget')}" if stage else field


def _in_the_forms_words(message: str) -> str:
    """`change: setup.budgets.rerank_s: Input should be ...` as `Reranking, budget: should be ...`."""
    _, _, rest = message.partition(": ")
    place, _, fault = rest.partition(": ")
    if not fault:
        return message
    return f"{field_name(place.removeprefix('setup.'))}: {fault.removeprefix('Input ')}"
