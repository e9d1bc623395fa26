"""Documents that a person brings: what is read, what is left out and why, how long they are kept, and what is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mocks.library import library_parts, parts_around
from mocks.simulation import Simulator
from rag.errors import InvalidRequest
from rag.events import StreamEvent
from rag.retrieval.bm25 import Bm25Retriever
from rag.settings import Settings
from rag.values import RunRequest
from tests.harness import play_on
from ui import uploads
from ui.knob_form import Turned, read_flat, read_turned
from ui.tabs.ask_documents import DocumentHandlers, refused, render_about
from ui.uploads import DocumentStore, Fault, Opened, fitting, read_upload, with_own_ids

FACT = "The Zorbium allowance is 417 krona for each full month of service on the northern line."
GUIDE = f"""# Zorbium handbook

## Allowance

{FACT} It is paid on the last Friday of the month, together with the wages, and it is not taxed.

## Reporting

Whoever works on the northern line reports the Zorbium hours by Tuesday noon, on the green form, to the depot office.
"""


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def opened(retriever: Bm25Retriever, passages: int) -> Opened:
    simulator = Simulator(library_parts(), default_profile="instant")
    own = simulator.on(parts_around(retriever), fitting(simulator.settings, passages))
    return Opened(own.open, own.open_with)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> DocumentStore:
    return DocumentStore(opened, now_s=clock, max_sets=3)


@pytest.fixture
def handed_in(tmp_path: Path) -> Callable[[str, bytes | str], str]:
    """Writes a file as Gradio does: each in a folder of its own."""

    def write(name: str, data: bytes | str) -> str:
        folder = tmp_path / "uploads" / str(len(list(tmp_path.glob("uploads/*"))))
        folder.mkdir(parents=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(folder / name)

    return write


def take(store: DocumentStore, paths: list[str], said: str = "", current: str = "") -> list[list[Any]]:
    async def main() -> list[list[Any]]:
        return [update async for update in DocumentHandlers(store, "sample library").take(paths, said, current)]

    return asyncio.run(main())


def id_in(chip: str) -> str:
    return chip.split('data-documents="')[1].split('"')[0]


def ask(store: DocumentStore, set_id: str, question: str) -> list[StreamEvent]:
    return play_on(lambda: store.get(set_id).opened.open_run(RunRequest(question=question, seed=1)))


Write = Callable[[str, bytes | str], str]


def test_a_document_that_nobody_else_has(store: DocumentStore, handed_in: Write) -> None:
    """It is read, can be asked at once, and its made-up fact is the answer, cited from the file."""
    *_, (said, chip, scenario, _) = take(store, [handed_in("handbook.md", GUIDE)])
    final = next(
        event.payload
        for event in ask(store, id_in(chip), "How much is the Zorbium allowance?")
        if event.event_type == "final_answer"
    )

    assert "handbook.md" in said
    assert "<b>1</b> of your documents, <b>2</b> passages" in chip
    assert scenario == ""
    assert final.outcome == "answered"
    assert "417 krona" in final.answer
    assert {citation.source for citation in final.citations} == {"Zorbium handbook"}


def test_a_question_that_the_documents_do_not_answer(store: DocumentStore, handed_in: Write) -> None:
    """What only the sample library knows is not answered from somebody's own documents."""
    *_, (_, chip, *_) = take(store, [handed_in("handbook.md", GUIDE)])
    events = ask(store, id_in(chip), "What is the maximum debt-to-income ratio for an FHA loan?")
    final = next(event.payload for event in events if event.event_type == "final_answer")

    assert final.outcome == "safe_fallback"
    assert not any(event.event_type == "token" for event in events)


def test_one_short_note(store: DocumentStore, handed_in: Write) -> None:
    """A library of one passage can answer: the gate cannot ask for more passages than there are."""
    *_, (_, chip, *_) = take(store, [handed_in("note.txt", FACT)])
    final = next(
        event.payload
        for event in ask(store, id_in(chip), "How much is the Zorbium allowance for each month?")
        if event.event_type == "final_answer"
    )

    assert "<b>1</b> passage<" in chip
    assert final.outcome == "answered"


def test_good_and_bad_files_together(store: DocumentStore, handed_in: Write) -> None:
    """Every bad file is named with what to do about it; the good ones can be asked."""
    paths = [
        handed_in("empty.md", ""),
        handed_in("broken.pdf", b"%PDF-1.7\nthis is the end"),
        handed_in("handbook.md", GUIDE),
        handed_in("letter.docx", b"PK\x03\x04"),
        handed_in("latin.txt", "Gebühr".encode("latin-1")),
    ]
    *_, (said, chip, *_) = take(store, paths)

    for name, fix in {
        "empty.md": "write some text into it",
        "broken.pdf": "print it to a new PDF",
        "letter.docx": "give it as Markdown, text, HTML or PDF",
        "latin.txt": "save it with that encoding",
    }.items():
        assert fix in said.split(f"<bdi>{name}</bdi></b>: ")[1].split("</li>")[0]
    assert "<b>1</b> of your documents" in chip


def test_only_bad_files(store: DocumentStore, handed_in: Write) -> None:
    """The documents that were asked before are asked still."""
    *_, (_, chip, *_) = take(store, [handed_in("handbook.md", GUIDE)])
    *_, (said, unchanged, *_) = take(store, [handed_in("empty.md", " \n")], current=id_in(chip))

    assert "your documents are asked as before" in said
    assert not isinstance(unchanged, str)
    assert store.get(id_in(chip)).names == ("handbook.md",)


def test_nothing_stays_on_the_disk(store: DocumentStore, handed_in: Write, tmp_path: Path) -> None:
    """Each file is gone when it is read: good, bad, or one too many."""
    paths = [handed_in(f"{number}.md", GUIDE if number % 2 else "") for number in range(uploads.MAX_FILES + 2)]
    *_, (said, *_) = take(store, paths)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert said.count("can be asked at once") == 2


def test_a_reading_that_is_given_up(store: DocumentStore, handed_in: Write, tmp_path: Path) -> None:
    """A closed tab leaves no files behind."""

    async def main() -> None:
        reading = DocumentHandlers(store, "library").take([handed_in("a.md", GUIDE), handed_in("b.md", GUIDE)], "", "")
        await anext(reading)
        await reading.aclose()

    asyncio.run(main())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert len(store) == 0


def test_a_file_that_is_too_large(handed_in: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before it is parsed."""
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 1_000_000)
    monkeypatch.setattr(uploads, "read_file", lambda *_, **__: pytest.fail("was parsed"))
    found = read_upload(Path(handed_in("long.txt", "word " * 250_000)))

    assert found == Fault("long.txt", "is larger than 1 MB; split it.")


def test_more_passages_than_there_may_be(
    store: DocumentStore, handed_in: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that is too much is left out, those before it and behind it are not."""
    monkeypatch.setattr("ui.tabs.ask_documents.MAX_PASSAGES", 6)
    long = "\n".join(f"# Rule {number}\n\n{'word ' * 30}" for number in range(5))
    *_, (said, chip, *_) = take(
        store, [handed_in(name, text) for name, text in [("a.md", GUIDE), ("long.md", long), ("b.md", GUIDE)]]
    )

    assert "long.md</bdi></b>: makes 5 passages" in said
    assert "<b>2</b> of your documents, <b>4</b> passages" in chip


def test_a_reader_that_fails(handed_in: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that finds a fault in the program is left out like any other, and tells nothing of the program."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(uploads, "read_file", fail)
    found = read_upload(Path(handed_in("odd.md", GUIDE)))

    assert isinstance(found, Fault)
    assert "secret" not in found.message
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_two_documents_of_one_name(store: DocumentStore, handed_in: Write) -> None:
    """Both are asked: their passages have ids of their own."""
    passages = read_upload(Path(handed_in("guide.md", GUIDE)))
    assert not isinstance(passages, Fault)
    again = with_own_ids(passages, {"guide", "guide-2"})

    assert {passage.document_id for passage in again} == {"guide-3"}
    assert [passage.passage_id for passage in again] == ["guide-3#allowance", "guide-3#reporting"]
    *_, (_, chip, *_) = take(
        store, [handed_in("guide.md", GUIDE), handed_in("guide.txt", "Another text of its own. " * 9)]
    )
    assert "<b>2</b> of your documents, <b>3</b> passages" in chip


def test_what_is_done_is_said(store: DocumentStore, handed_in: Write) -> None:
    """Each file by its name and number, then the index."""
    said = [update[0] for update in take(store, [handed_in("a.md", GUIDE), handed_in("b.md", GUIDE)])]

    assert "a.md" in said[0]
    assert "1 of 2" in said[0]
    assert "b.md" in said[1]
    assert "2 of 2" in said[1]
    assert "Indexing" in said[2]
    assert len(said) == 4


def test_an_index_that_cannot_be_made(store: DocumentStore, handed_in: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says so and stays usable."""

    async def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("ui.tabs.ask_documents.index", fail)
    *_, (said, *_) = take(store, [handed_in("a.md", GUIDE)])

    assert "could not be indexed" in said


def test_names_and_texts_are_no_markup(store: DocumentStore, handed_in: Write) -> None:
    """A file called like a tag is shown as it is called."""
    hostile = "<img src=x onerror=alert(1)>"
    *_, (said, *_) = take(store, [handed_in(f"{hostile}.md", "")], json.dumps([[hostile, "large"]]))

    assert "<img" not in said
    assert said.count("&lt;img src=x onerror=alert(1)&gt;") == 2


def test_a_very_long_name(store: DocumentStore, handed_in: Write) -> None:
    """It is shown cut."""
    *_, (said, *_) = take(store, [handed_in("n" * 200 + ".md", "")])

    assert "n" * (uploads.NAME_CHARS + 1) not in said


def test_they_are_forgotten_in_time(store: DocumentStore, clock: Clock, handed_in: Write) -> None:
    """After an hour the id opens nothing any more, and the message says what to do."""
    *_, (_, chip, *_) = take(store, [handed_in("a.md", GUIDE)])
    clock.now_s = uploads.KEPT_S - 1
    store.get(id_in(chip))
    clock.now_s = uploads.KEPT_S

    with pytest.raises(InvalidRequest, match="choose the files again"):
        store.get(id_in(chip))
    assert len(store) == 0


def test_the_oldest_gives_way(store: DocumentStore, handed_in: Write) -> None:
    """There are never more sets than are allowed."""
    ids = [id_in(take(store, [handed_in("a.md", GUIDE)])[-1][1]) for _ in range(4)]

    assert len(store) == 3
    assert len(set(ids)) == 4
    with pytest.raises(InvalidRequest):
        store.get(ids[0])
    assert store.get(ids[3]).passages == 2


def test_new_files_take_the_place_of_the_old(store: DocumentStore, handed_in: Write) -> None:
    """What a page does not ask any more is not kept for it."""
    *_, (_, chip, *_) = take(store, [handed_in("a.md", GUIDE)])
    take(store, [handed_in("b.md", GUIDE)], current=id_in(chip))

    assert len(store) == 1


def test_back_to_the_library(store: DocumentStore, handed_in: Write) -> None:
    """The chip goes and the documents are forgotten; a story leads back as well, for it is told by the library."""
    handlers = DocumentHandlers(store, "sample library")
    for leave in (handlers.leave, lambda current: handlers.story("refined", current)):
        *_, (_, chip, *_) = take(store, [handed_in("a.md", GUIDE)])
        said, after, *_ = leave(id_in(chip))

        assert (said, after, len(store)) == ("", "", 0)
    assert not any(isinstance(update, str) for update in handlers.story("", "some-id") + handlers.story("refined", ""))


@pytest.mark.parametrize("said", ["", "{", "[[[", "{}", "[1, [2], [3, 4, 5]]", '[["a", "why"]]', "null"])
def test_a_page_that_says_nonsense(said: str) -> None:
    """What the page says of files that it did not send is checked like anything that comes from outside."""
    assert refused(said) == []


def test_the_bounds_are_on_the_page() -> None:
    """What the code holds to is what the fold says."""
    about = render_about()

    for told in (
        "5 files",
        "5 MB",
        "5,000 passages",
        "60 minutes",
        "20 sets",
        f'data-bytes="{uploads.MAX_FILE_BYTES}"',
    ):
        assert told in about


def test_the_id_goes_with_the_question_and_nowhere_else() -> None:
    """It is read from the form, is no knob, and is left out of what a recording keeps."""
    text = json.dumps({"documents": "abc", "rerank.median_ms": "900"})

    assert read_turned(text).documents == "abc"
    assert read_flat(text) == {"rerank.median_ms": "900"}
    assert not Turned(documents="abc").simulates
    assert read_turned(text).simulates
    with pytest.raises(InvalidRequest, match="no such documents"):
        read_turned(json.dumps({"documents": "a" * 100}))


@pytest.mark.parametrize(("passages", "asked"), [(1, 1), (9, 1), (19, 1), (20, 2), (39, 3), (50, 5)])
def test_the_gate_of_a_small_library(passages: int, asked: int) -> None:
    """Where each thing is said once, the gate asks for evidence in one of ten passages, at least one and never more."""
    usual, fitted = Settings().gate.domains, fitting(Settings(), passages).gate.domains

    assert {name: policy.min_passages for name, policy in fitted.items()} == {
        name: min(asked, policy.min_passages) for name, policy in usual.items()
    }


@pytest.mark.parametrize("passages", [1, 25])
def test_what_is_not_fitted(passages: int) -> None:
    """Only the number of passages is: how sure the best one must be does not depend on how many there are."""
    usual, fitted = Settings(), fitting(Settings(), passages)
    as_usual = {
        name: policy.model_copy(update={"min_passages": usual.gate.domains[name].min_passages})
        for name, policy in fitted.gate.domains.items()
    }

    assert fitted != usual
    assert fitted.model_copy(update={"gate": fitted.gate.model_copy(update={"domains": as_usual})}) == usual


def test_the_gate_of_a_large_library() -> None:
    """It is as it is set."""
    assert fitting(Settings(), 1000) == Settings()
