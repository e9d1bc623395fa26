"""Writing a library's questions: what is asked, kept, left out, and what an interruption leaves, in virtual time."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mocks.virtual_time import run_virtual
from rag.errors import ConfigurationError, ContentFiltered, GenerationMalformed, GenerationRefused, RagError
from rag.retrieval.corpus import load_corpus, load_passages
from rag.retrieval.passage_questions import FILE_NAME, PassageQuestions, read_questions, store_questions
from rag.retrieval.question_writing import AT_ONCE, KEPT_EVERY, QuestionWork, Tally, Written
from rag.values import Passage
from ui.terminal_questions import QuestionPrinter, print_questions

FOREVER_S = 1e6


@dataclass
class Scripted:
    """Writes three questions a passage in one second, one of them left open.

    `fails` and `hangs` tell by the passage's id when it does not.
    """

    fails: dict[str, RagError] = field(default_factory=dict)
    hangs: Callable[[str], bool] = lambda _: False
    asked: list[str] = field(default_factory=list)
    now: int = 0
    most: int = 0

    async def write(self, passage: Passage, *, at_most: int) -> Written:
        name = passage.passage_id
        self.asked.append(name)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(FOREVER_S if self.hangs(name) else 1.0)
        self.now -= 1
        if name in self.fails:
            raise self.fails[name]
        return Written((f"What of {name}?", f"Why {name}?")[:at_most], (f"Since when {name}?",), 100, 10)


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def library(folder: Path, *names: str) -> list[str]:
    """A document with a section of each name; the ids of its passages."""
    words = " ".join(["Somebody wrote these words down so that the section is long enough to stand alone."] * 2)
    (folder / "guide.md").write_text("".join(f"# {name}\n\nAbout {name}. {words}\n\n" for name in names))
    return [f"guide#{name}" for name in names]


def write(folder: Path, writer: Scripted, **options: bool) -> Tally:
    work = QuestionWork(folder, load_passages(folder), **options)
    return run_virtual(lambda: work.run(writer, lambda _: None, per_passage=5))


def row(name: str, *questions: str) -> PassageQuestions:
    """A line that somebody wrote by hand."""
    return PassageQuestions(passage_id=name, questions=questions, open=("By hand, and open?",))


def written(name: str) -> PassageQuestions:
    """The line that `Scripted` gives a passage."""
    return PassageQuestions(
        passage_id=name, questions=(f"What of {name}?", f"Why {name}?"), open=(f"Since when {name}?",)
    )


def stored(folder: Path) -> list[str]:
    return [json.loads(line)["passage_id"] for line in (folder / FILE_NAME).read_text().splitlines()]


def test_every_passage_gets_its_line(tmp_path: Path) -> None:
    """In the order of the library, and it is what the library then loads with."""
    ids = library(tmp_path, "zebra", "ant", "bee")
    tally = write(tmp_path, Scripted())

    assert stored(tmp_path) == ids
    assert (tally.asked, tally.written, tally.with_questions, tally.questions) == (3, 6, 3, 6)
    assert (tally.written_open, tally.left_open) == (3, 3)
    assert (tally.prompt_tokens, tally.answer_tokens) == (300, 30)
    for passage, expected in zip(load_corpus(tmp_path).all, map(written, ids), strict=True):
        assert (passage.questions, passage.open_questions) == (expected.questions, expected.open)


def test_a_few_are_asked_about_at_once(tmp_path: Path) -> None:
    """Never more than the limit, and no fewer while there are passages."""
    library(tmp_path, *(f"n{number}" for number in range(20)))
    write(tmp_path, writer := Scripted())

    assert writer.most == AT_ONCE
    assert len(writer.asked) == 20


def test_passages_that_have_a_line_are_skipped(tmp_path: Path) -> None:
    """Also an empty one, and one that a person wrote; what they say stays."""
    ids = library(tmp_path, "a", "b", "c")
    by_hand = [row(ids[0], "By hand?"), PassageQuestions(passage_id=ids[1], questions=())]
    store_questions(tmp_path, by_hand)
    tally = write(tmp_path, writer := Scripted())

    assert writer.asked == [ids[2]]
    assert list(read_questions(tmp_path).values()) == [*by_hand, written(ids[2])]
    assert (tally.to_ask, tally.with_questions, tally.questions) == (1, 2, 3)
    assert (tally.written_open, tally.left_open) == (1, 2)


def test_again_replaces_what_is_there(tmp_path: Path) -> None:
    """Every passage is asked about; a line stays only where nothing better came."""
    ids = library(tmp_path, "a", "b")
    store_questions(tmp_path, [row(name, "Old?") for name in ids])
    tally = write(tmp_path, Scripted(fails={ids[1]: GenerationMalformed()}), again=True)

    assert read_questions(tmp_path) == {ids[0]: written(ids[0]), ids[1]: row(ids[1], "Old?")}
    assert list(tally.left_out) == [ids[1]]


def test_lines_of_passages_that_are_gone_are_dropped(tmp_path: Path) -> None:
    """They are named; the library, which would not have started with them, loads."""
    ids = library(tmp_path, "a")
    store_questions(tmp_path, [row("guide#renamed", "Where?"), row(ids[0], "Kept?")])
    with pytest.raises(ConfigurationError, match="renamed"):
        load_corpus(tmp_path)

    tally = write(tmp_path, writer := Scripted())

    assert tally.dropped == ("guide#renamed",)
    assert writer.asked == []
    assert tally.left_open == 1
    assert load_corpus(tmp_path).all[0].questions == ("Kept?",)


@pytest.mark.parametrize("error", [GenerationMalformed(), ContentFiltered()])
def test_a_passage_without_an_answer_is_left_out(tmp_path: Path, error: RagError) -> None:
    """It is named with the reason, has no line, and is asked about the next time; the others are done."""
    ids = library(tmp_path, "a", "b", "c")
    tally = write(tmp_path, Scripted(fails={ids[1]: error}))
    write(tmp_path, later := Scripted())

    assert tally.left_out == {ids[1]: str(error)}
    assert tally.asked == 3
    assert later.asked == [ids[1]]
    assert stored(tmp_path) == ids


def test_what_concerns_every_passage_ends_the_work(tmp_path: Path) -> None:
    """Rejected credentials: the error itself and no group, few requests, and what was written before is kept."""
    ids = library(tmp_path, *(f"n{number}" for number in range(20)))
    writer = Scripted(fails={ids[6]: GenerationRefused()})
    with pytest.raises(GenerationRefused):
        write(tmp_path, writer)

    assert len(writer.asked) <= 6 + 2 * AT_ONCE
    assert set(ids[:4]) <= set(stored(tmp_path))
    assert ids[6] not in stored(tmp_path)


def test_the_file_grows_while_the_work_goes_on(tmp_path: Path) -> None:
    """A machine that dies loses a few passages at most: they are on the disk long before the end."""
    library(tmp_path, *(f"n{number:02}" for number in range(20)))
    work = QuestionWork(tmp_path, load_passages(tmp_path))
    lines: list[int] = []
    run_virtual(lambda: work.run(Scripted(), lambda _: lines.append(len(stored(tmp_path))), per_passage=5))

    assert lines == [done - done % KEPT_EVERY for done in range(21)]


def test_an_interruption_loses_nothing_and_the_next_call_goes_on(tmp_path: Path) -> None:
    """Cancelled in the middle, it has kept every passage that was done; the second call asks about the rest alone."""
    ids = library(tmp_path, *(f"n{number:02}" for number in range(10)))
    out = Screen()
    hanging = Scripted(hangs=lambda name: name >= ids[7])

    async def interrupted() -> None:
        async with asyncio.timeout(60):
            await print_questions(tmp_path, hanging, out, 5)

    with pytest.raises(TimeoutError):
        run_virtual(interrupted)
    assert stored(tmp_path) == ids[:7]
    assert "Stopped after 7 of 10 passages" in out.getvalue()

    write(tmp_path, later := Scripted())

    assert later.asked == ids[7:]
    assert stored(tmp_path) == ids
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_cannot_be_written_to_is_known_first(tmp_path: Path) -> None:
    """Nothing is asked, and so nothing is paid for."""
    library(tmp_path, "a")
    (tmp_path / f".{FILE_NAME}.part").mkdir()  # permissions do not stop root
    writer = Scripted()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write(tmp_path, writer)

    assert writer.asked == []


def test_a_file_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    """Somebody wrote it: its broken line is named, and it stays as it is."""
    library(tmp_path, "a")
    (tmp_path / FILE_NAME).write_text("by hand\n")
    with pytest.raises(ConfigurationError, match="line 1"):
        write(tmp_path, Scripted())

    assert (tmp_path / FILE_NAME).read_text() == "by hand\n"


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_library_that_is_none(tmp_path: Path, folder: str) -> None:
    """No folder, or no documents in it: said as at every start."""
    with pytest.raises(ConfigurationError, match="folder"):
        load_passages(tmp_path / folder)


def test_the_passages_are_those_of_the_library() -> None:
    """Every id and text as the search will see them."""
    sample = Path(__file__).resolve().parent.parent / "sample_docs"
    bare = [passage.model_copy(update={"questions": (), "open_questions": ()}) for passage in load_corpus(sample).all]

    assert load_passages(sample) == bare


def printed(folder: Path, writer: Scripted, out: io.StringIO) -> tuple[str, int]:
    code = run_virtual(lambda: print_questions(folder, writer, out, 5))
    return out.getvalue(), code


def test_the_terminal_tells_what_came_of_it(tmp_path: Path) -> None:
    """Dropped and left out by name, numbers, tokens, the file; a line of progress only where somebody looks."""
    ids = library(tmp_path, "a", "b", "c")
    store_questions(tmp_path, [row("guide#gone\x1b[2J", "Where?")])
    text, code = printed(tmp_path, Scripted(fails={ids[1]: ContentFiltered()}), io.StringIO())

    assert code == 3
    assert text.splitlines() == [
        "Dropped, as there is no such passage any more:",
        "  guide#gone[2J",
        "Left out:",
        f"  guide#b: {ContentFiltered.default_message}",
        "Asked about 3 passages. New questions: 4 answered, 2 left open.",
        "Now 2 of 3 passages in the library have questions: 4 answered, 2 left open.",
        "The model read 200 tokens and wrote 20.",
        f"In {tmp_path / FILE_NAME}",
    ]


def test_progress_is_one_line(tmp_path: Path) -> None:
    """Written over and over, to the end; then the summary stands below it."""
    library(tmp_path, "a", "b", "c")
    text, code = printed(tmp_path, Scripted(), Screen())
    progress, _, summary = text.partition("\n")

    assert code == 0
    assert progress.split("\r")[1] == "Asking: 0 of 3 passages, 0 questions"
    assert progress.split("\r")[-1] == "Asking: 3 of 3 passages, 6 questions"
    assert summary.startswith("Asked about 3 passages. New questions: 6 answered, 3 left open.\n")


@pytest.mark.parametrize(
    ("tally", "says"),
    [
        (
            Tally(1, 1, asked=1, written=1, written_open=1, with_questions=1, questions=1, left_open=1),
            (
                "Asked about 1 passage. New questions: 1 answered, 1 left open.",
                "Now 1 of 1 passage in the library has questions: 1 answered, 1 left open.",
            ),
        ),
        (
            Tally(5000, 2000, asked=2000, written=20000, with_questions=4999, questions=51234, left_open=12345),
            (
                "Asked about 2,000 passages. New questions: 20,000 answered, 0 left open.",
                "Now 4,999 of 5,000 passages in the library have questions: 51,234 answered, 12,345 left open.",
            ),
        ),
    ],
    ids=["one of everything", "thousands"],
)
def test_numbers_are_easy_to_read(tally: Tally, says: tuple[str, str]) -> None:
    """One is one, and thousands have a separator."""
    out = io.StringIO()
    QuestionPrinter(out, Path("any")).end(tally)

    assert out.getvalue().splitlines() == [*says, "In any"]
