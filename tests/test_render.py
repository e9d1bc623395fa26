"""The panels: everything is escaped, every template fills, and what they say is what the view holds."""

from __future__ import annotations

from functools import reduce
from html.parser import HTMLParser

import pytest

from mocks.scenarios import SCENARIOS
from rag.events import CitationAttached, RefinementEvent, StreamEvent, Token
from tests.harness import play
from tests.scripted_run import Script, answered, broken, citation, event, final, status, withdrawn
from ui import render
from ui.labels import SIGN
from ui.marks import pieces
from ui.view import View, apply
from ui.words import NO_QUESTION, STOPPED

DIRT = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&[7]"
"""Tags, quotes for attributes, an ampersand, and a citation mark of somebody's own."""

OURS = {
    *("a", "b", "bdi", "blockquote", "del", "div", "h1", "h2", "h3", "header", "i", "ins", "li", "mark", "ol", "p"),
    *("section", "span", "ul", "svg", "use", "symbol", "path", "circle"),
}
"""Every element that the templates themselves make."""


class Page(HTMLParser):
    """What a browser would find: elements, attributes, ids and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def ids(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "id"]


def seen(events: list[StreamEvent], **start: object) -> View:
    return reduce(apply, events, View(**start))  # type: ignore[arg-type]


def panels(view: View) -> dict[str, str]:
    """Every panel of a view."""
    return {
        "status": render.render_status(view),
        "stages": render.render_stages(view),
        "answer": render.render_answer(view),
        "tail": render.render_tail(view, settled=0),
        "sources": render.render_sources(view, support_note="A note."),
        "revision": render.render_revision(view),
        "gate": render.render_gate(view),
        "timeline": render.render_timeline(view),
        "metrics": render.render_metrics(view),
    }


def page(view: View) -> Page:
    return Page("".join(panels(view).values()))


def test_the_empty_view_fills_every_template() -> None:
    """Before the first question every panel is there, and nothing is claimed."""
    found = panels(View())

    assert all(html.strip() for name, html in found.items() if name != "revision")
    assert "Ready" in found["status"]
    assert found["revision"].strip() == ""
    assert set(Page("".join(found.values())).elements) <= OURS


@pytest.mark.parametrize("end", range(len(answered(DIRT)) + 1))
def test_foreign_text_is_never_markup(end: int) -> None:
    """Hostile text in every field of every event, after each prefix of the run: text on the page, no element of it."""
    found = page(seen(answered(DIRT)[:end], question=DIRT))

    assert set(found.elements) <= OURS
    assert {name for name, _ in found.attributes if name.startswith("on")} == set()
    assert {value for name, value in found.attributes if name == "href" and not (value or "").startswith("#")} == set()
    assert "<script>alert(2)</script>" in found.text


@pytest.mark.parametrize("field", ["status", "error", "fallback", "retraction", "header", "watch"])
def test_foreign_text_in_what_is_said_instead_of_an_answer(field: str) -> None:
    """Messages, refusals, names: the same rule."""
    script = Script()
    if field == "status":
        script.at(0, status("generation", "failed", DIRT))
    if field == "error":
        broken_run = broken()[-1].payload
        script.at(0, broken_run.model_copy(update={"message": DIRT}))
    if field == "fallback":
        script.at(0, final(DIRT, outcome="safe_fallback"))
    if field == "retraction":
        told = next(each.payload for each in withdrawn("x") if isinstance(each, RefinementEvent))
        script.at(0, told.model_copy(update={"message": DIRT, "reason": DIRT}))
    html = "".join(panels(seen(script.events, question="q")).values())
    html += render.render_header(DIRT, DIRT, DIRT) if field == "header" else ""
    html += render.render_watch(DIRT, DIRT) if field == "watch" else ""
    found = Page(html)

    assert "<script>alert(2)</script>" in found.text
    assert set(found.elements) <= OURS


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_every_story_renders_at_every_moment(name: str) -> None:
    """No event of a real run leaves a template with a name it does not know."""
    view = View(question="q")
    for each in play(scenario=name):
        view = apply(view, each)
        if not isinstance(each.payload, Token):
            assert set(page(view).elements) <= OURS


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_element_ids_are_unique(name: str) -> None:
    """Links and scopes work only when an id is there once."""
    ids = page(seen(play(scenario=name), question="q")).ids

    assert len(ids) == len(set(ids))


def test_links_between_sentences_and_sources_lead_somewhere() -> None:
    """Every link of a finished run has its target on the page, in both directions."""
    found = page(seen(play(scenario="refined"), question="q"))
    targets = [value for name, value in found.attributes if name == "data-goto"]

    assert {target.split("-")[1] for target in targets if target} == {"claim", "source"}
    assert set(targets) <= set(found.ids)


def test_the_shown_text_is_the_views_text() -> None:
    """Answer and tail together print the text as it is: no space lost or added, marks as bare numbers."""
    events = play(scenario="refined")
    for end in range(0, len(events), 7):
        view = seen(events[:end], question="q")
        settled = len(view.sentences) // 2
        answer = render.render_answer(view.__class__(sentences=view.sentences[:settled], request_id="x"))
        printed = Page(answer).text.partition("while you read\n")[2] if settled else ""
        shown = "".join(piece.text.strip("[]") if piece.marker else piece.text for piece in pieces(view.text))

        assert (printed.strip() + Page(render.render_tail(view, settled=settled)).text).split() == shown.split()


def test_a_scope_keeps_two_runs_on_one_page_apart() -> None:
    """Four runs side by side need four sets of ids."""
    view = seen(answered(), question="q")
    left = Page(render.render_answer(view, scope="left") + render.render_sources(view, scope="left"))
    right = Page(render.render_answer(view, scope="right") + render.render_sources(view, scope="right"))

    assert set(left.ids) & set(right.ids) == set()


def test_a_text_that_no_wire_can_carry_is_repaired() -> None:
    """Half a surrogate pair, typed or pasted, would break the page's own connection."""
    html = render.render_answer(View(question="broken \ud800 here"))

    assert html.encode("utf-8")
    assert "broken ? here" in html


def test_every_state_has_a_sign() -> None:
    """Colour never stands alone: the drawing of every sign is on the page once."""
    drawn = Page(render.render_header("n", "i", "")).ids

    assert {f"rg-sign-{sign}" for sign in SIGN.values()} == set(drawn)


def test_a_contradicted_sentence_says_so() -> None:
    """In words and by a sign of its own: at the sentence, on the card of its source and in the legend."""
    script = Script()
    answer = script.draft(["One is wrong [1]."])
    values = citation(0, "One is wrong [1].", answer, "unsupported", contradicted=True)
    script.at(2000, CitationAttached.model_validate(values))
    shown = panels(seen(script.events))
    sign = f"#rg-sign-{SIGN['contradicted']}"

    assert SIGN["contradicted"] != SIGN["unsupported"]
    for html, words in (
        (shown["answer"], "its source says otherwise"),
        (shown["sources"], "says otherwise"),
        (render.render_legend(), "its source says otherwise"),
    ):
        assert words in html
        assert sign in html


def test_notices_render() -> None:
    """What the page itself says after Stop, and to an empty question."""
    assert "Stopped" in render.render_notice(STOPPED)
    assert "question" in render.render_notice(NO_QUESTION)


def test_events_after_the_end_repaint_nothing() -> None:
    """A token behind the final answer leaves every panel as it was."""
    view = seen(answered(), question="q")
    after = apply(view, event(Token(token="late", grounded=True), 10_000, view.elapsed_ms))

    assert panels(after) == panels(view)
