"""Questions that passages answer: searched like their text, shown to nobody, and never lost in silence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from mocks.library import parts_around
from mocks.simulation import Simulator
from rag.errors import ConfigurationError
from rag.events import FinalAnswerEvent, StatusEvent, StreamEvent
from rag.prompt import messages
from rag.retrieval import index as index_module
from rag.retrieval import scorers
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import Corpus, load_corpus
from rag.retrieval.passage_questions import (
    FILE_NAME,
    MAX_CHARACTERS,
    MAX_LEFT_OPEN,
    MAX_QUESTIONS,
    PassageQuestions,
    read_questions,
    store_questions,
    with_questions,
)
from rag.values import GenerationRequest, NumberedSource, Passage, RewrittenQuery, ScoredPassage
from tests.harness import play_on, request

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"
TEXTS = (
    "The overdraft is carried to the principal within three days of the notice.",
    "The escrow cushion is two months of payments, counted from January.",
    "A donor signs the gift letter before the closing and names the sum.",
)
EVERYDAY = "Will Grandpa lose his cottage?"
"""Of its words none is in a text."""
STRANGE = "Will Grandpa lose his cottage over an overdraft?"
"""One of its words is in a text, so that something can be said of it."""


def passages(*texts: str) -> list[Passage]:
    return [
        Passage(
            passage_id=f"g#{n}", document_id="g", source="Guide", title="Guide", section="Rule", text=text, ordinal=n
        )
        for n, text in enumerate(texts or TEXTS)
    ]


def asked(**questions: Sequence[str]) -> str:
    """The lines of a file: `g0="..."` is a question of passage g#0."""
    rows = ({"passage_id": f"g#{name[1:]}", "questions": list(those)} for name, those in questions.items())
    return "".join(json.dumps(row) + "\n" for row in rows)


def entry(name: str, *questions: str, left_open: Sequence[str] = ()) -> PassageQuestions:
    return PassageQuestions(passage_id=name, questions=questions, open=tuple(left_open))


def read(folder: Path, text: str | bytes) -> list[tuple[str, ...]]:
    """What every passage of the guide is given by a file of this text."""
    (folder / FILE_NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    return [passage.questions for passage in with_questions(passages(), folder)]


def search(library: Sequence[Passage], question: str = EVERYDAY) -> list[ScoredPassage]:
    query = RewrittenQuery(original=question, text=question)
    return list(Bm25Retriever(Corpus(tuple(library))).search(query, top_k=3, mode="first"))


@pytest.fixture
def expanded() -> list[Passage]:
    first, *others = passages()
    return [first.model_copy(update={"questions": (EVERYDAY, "Could Grandpa be thrown out of the cottage?")}), *others]


def test_a_question_in_everyday_words(expanded: list[Passage]) -> None:
    """It finds the passage that answers it, with evidence enough for the gate, where the text alone has none of it."""
    (found,) = search(expanded)

    assert search(passages()) == []
    assert found.passage.passage_id == "g#0"
    assert found.confidence > 0.8


def test_the_words_of_the_text(expanded: list[Passage]) -> None:
    """They find it as before."""
    question = "Within how many days is the overdraft carried to the principal?"

    assert search(expanded, question)[0].passage.passage_id == "g#0"
    assert search(expanded, question)[0].confidence > 0.8


@pytest.mark.parametrize("kind", ["draft", "refinement"])
def test_the_prompt(expanded: list[Passage], kind: str) -> None:
    """No model is shown them: it would answer from what people ask instead of what the sources say."""
    sources = tuple(NumberedSource(marker=n, passage=one) for n, one in enumerate(expanded, start=1))
    request = GenerationRequest.model_validate(
        {"question": "Who signs?", "sources": sources, "kind": kind, "draft": "A donor signs [3]."}
    )
    prompt = "\n".join(message.content for message in messages(request))

    assert TEXTS[0] in prompt
    assert "Grandpa" not in prompt


def run(library: Sequence[Passage], question: str) -> list[StreamEvent]:
    """All events of a run over a library of these passages."""
    simulator = Simulator(parts_around(Bm25Retriever(Corpus(tuple(library)))), default_profile="instant")
    return play_on(lambda: simulator.open(request(question, domain="balance_inquiries")))


def test_a_run(expanded: list[Passage]) -> None:
    """The answer and every quote come from the text; no event carries a question that nobody typed."""
    events = run(expanded, STRANGE)
    final = next(event.payload for event in events if isinstance(event, FinalAnswerEvent))
    texts = {passage.passage_id: passage.text for passage in expanded}

    assert final.outcome == "answered"
    assert final.citations
    assert all(citation.quote in texts[citation.passage_id] for citation in final.citations)
    assert not any("thrown" in event.model_dump_json() for event in events)


def test_the_passage_in_the_events(expanded: list[Passage]) -> None:
    """It is told with its own text alone, though it was found by something else."""
    told = [
        found
        for event in run(expanded, STRANGE)
        if isinstance(event, StatusEvent) and event.payload.passages
        for found in event.payload.passages
        if found.passage_id == "g#0"
    ]

    assert {found.text for found in told} - {None} == {TEXTS[0]}
    assert not {name for found in told for name in found.model_dump()} & {"questions"}


def test_a_file(tmp_path: Path) -> None:
    """Each passage gets its own questions in their order, and one that is not named has none."""
    assert read(tmp_path, asked(g2=["Who signs?", "When?"], g0=["Who carries it?"])) == [
        ("Who carries it?",),
        (),
        ("Who signs?", "When?"),
    ]


def test_nothing_else_changes(tmp_path: Path) -> None:
    """A passage with questions is the same passage, in the same place."""
    read(tmp_path, asked(g1=["How much?"]))
    found = with_questions(passages(), tmp_path)

    assert [passage.model_copy(update={"questions": ()}) for passage in found] == passages()


def test_questions_that_are_left_open(tmp_path: Path) -> None:
    """They come with their passage, apart from those that it answers, and cleaned like them."""
    lines = [
        {"passage_id": "g#1", "questions": ["How much?"], "open": ["  Who\n\nsays so? ", "", "why " * MAX_CHARACTERS]},
        {"passage_id": "g#2", "questions": ["How?"], "open": ["Why?"]},
    ]
    read(tmp_path, "".join(json.dumps(line) + "\n" for line in lines))
    found = with_questions(passages(), tmp_path)

    assert [passage.questions for passage in found] == [(), ("How much?",), ("How?",)]
    assert [len(passage.open_questions) for passage in found] == [0, 2, 1]
    assert found[1].open_questions[0] == "Who says so?"
    assert len(found[1].open_questions[1]) == MAX_CHARACTERS
    assert [passage.model_copy(update={"questions": (), "open_questions": ()}) for passage in found] == passages()


def test_a_library_without_the_file(tmp_path: Path) -> None:
    """It is searched by its own words."""
    (tmp_path / "guide.md").write_text(f"# Guide\n\n{TEXTS[0]} {TEXTS[1]}", encoding="utf-8")
    corpus = load_corpus(tmp_path)

    assert with_questions(passages(), tmp_path) == passages()
    assert [passage.questions for passage in corpus.all] == [()]
    assert search(corpus.all, "Is the overdraft carried to the principal?")[0].confidence > 0.5


def test_a_library_with_the_file(tmp_path: Path) -> None:
    """The questions come with its documents, and the file is none of these."""
    (tmp_path / "guide.md").write_text(f"# Guide\n\n{TEXTS[0]} {TEXTS[1]}", encoding="utf-8")
    (tmp_path / FILE_NAME).write_text(json.dumps({"passage_id": "guide#guide", "questions": [EVERYDAY]}))
    (passage,) = load_corpus(tmp_path).all

    assert passage.questions == (EVERYDAY,)
    assert passage.text == f"{TEXTS[0]} {TEXTS[1]}"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + asked(g0=["Who?"]).encode(),
        "\n  \n" + asked(g0=["Who?"]) + "\n\t\n",
        asked(g0=["Who?"]).strip(),
        asked(g0=["Who?"]).replace("\n", "\r\n"),
        asked(g0=["  Who?\n\n ", " \n\t", ""]),
    ],
    ids=["byte order mark", "blank lines", "no last line end", "other line ends", "blanks around and nothing else"],
)
def test_signs_that_say_nothing(tmp_path: Path, text: str | bytes) -> None:
    """They are no part of a question, and no question by themselves."""
    assert read(tmp_path, text) == [("Who?",), (), ()]


def test_a_question_of_several_lines(tmp_path: Path) -> None:
    """It becomes one: across a blank line the half without a question mark would be read as a statement."""
    assert read(tmp_path, asked(g0=["I owe\n\n90 dollars.\tWhen\u00a0 is it due?"]))[0] == (
        "I owe 90 dollars. When is it due?",
    )


def test_a_question_that_is_too_long(tmp_path: Path) -> None:
    """It is cut: what is longer is a text, and would outweigh the passage."""
    ((question,), *_) = read(tmp_path, asked(g0=["why " * MAX_CHARACTERS]))

    assert len(question) == MAX_CHARACTERS
    assert question.startswith("why why")


def test_a_line_separator_in_a_question(tmp_path: Path) -> None:
    """JSON allows some signs in a string that other rules take for the end of a line; the line ends where it ends."""
    row = json.dumps({"passage_id": "g#0", "questions": ["Who\u2028signs\x85it?"]}, ensure_ascii=False)

    assert read(tmp_path, row)[0] == ("Who signs it?",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (asked(g7=["Who?"]), "no passage 'g#7'"),
        (asked(g0=["Who?"]) + "\n{", "line 3: the line: Invalid JSON"),
        (asked(g0=["Who?"]) + "[]", "line 2: the line: "),
        ('{"passage_id": "g#0"}', "line 1: questions: Field required"),
        ('{"questions": ["Who?"]}', "line 1: passage_id: Field required"),
        ('{"passage_id": "g#0", "questions": "Who?"}', "line 1: questions: "),
        ('{"passage_id": "g#0", "questions": ["Who?", 3]}', "line 1: questions.1: "),
        ('{"passage_id": "g#0", "questions": [], "answer": "no"}', "line 1: answer: Extra inputs"),
        ('{"passage_id": "g#0", "open": ["Who?"]}', "line 1: questions: Field required"),
        ('{"passage_id": "g#0", "questions": [], "open": "Who?"}', "line 1: open: "),
        ('{"passage_id": "g#0", "questions": [], "open": null}', "line 1: open: "),
        ('{"passage_id": "g#0", "questions": [], "open": ["Who?", 3]}', "line 1: open.1: "),
        (
            json.dumps({"passage_id": "g#0", "questions": ["Who?"], "open": ["When?"] * (MAX_LEFT_OPEN + 1)}),
            f"line 1: open: Tuple should have at most {MAX_LEFT_OPEN}",
        ),
        (
            json.dumps({"passage_id": "g#0", "questions": [], "open": ["When?"]}),
            "line 1: the line: Value error, open questions need answered ones beside them",
        ),
        (asked(g0=["Who?"] * (MAX_QUESTIONS + 1)), f"line 1: questions: Tuple should have at most {MAX_QUESTIONS}"),
        ("caf\u00e9".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_bad_file(tmp_path: Path, text: str | bytes, named: str) -> None:
    """It is an error that names the file, the line and what is wrong: half a file would be missed by nobody."""
    with pytest.raises(ConfigurationError, match=FILE_NAME) as caught:
        read(tmp_path, text)

    assert named in str(caught.value)


def test_a_passage_with_two_lines(tmp_path: Path) -> None:
    """It is an error: the questions of the first one would be lost in silence."""
    with pytest.raises(ConfigurationError, match="g#0"):
        read(tmp_path, asked(g0=["Who?"]) + asked(g0=["When?"]))


def test_what_was_stored(tmp_path: Path) -> None:
    """It is read again as it was, in its order, whatever signs are in it, and leaves no other file behind."""
    rows = [
        entry("g#2", 'Who\'s "signing"?\u2028And {when}?', left_open=["Where do I <b>sign</b>?"]),
        entry("h#9", "Combien d'\u00e9t\u00e9s ?", "Where?"),
        entry("g#0", "Who?", left_open=["And \\u2028 who?", "\U0001f511?"]),
    ]
    store_questions(tmp_path, [entry("g#0", "An older question?", left_open=["An older one?"])])
    store_questions(tmp_path, rows)

    cleaned = [entry("g#2", 'Who\'s "signing"? And {when}?', left_open=rows[0].open), *rows[1:]]
    assert list(read_questions(tmp_path).items()) == [(one.passage_id, one) for one in cleaned]
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_nothing_was_stored(tmp_path: Path) -> None:
    """A folder without the file has no questions, and that is no error."""
    assert read_questions(tmp_path) == {}


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file stays as it was, nothing half written lies beside it, and the error names it."""
    store_questions(tmp_path, [entry("g#0", "Who?")])

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(ConfigurationError, match=FILE_NAME):
        store_questions(tmp_path, [entry("g#0", "When?")])

    assert read_questions(tmp_path) == {"g#0": entry("g#0", "Who?")}
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_as_many_as_are_allowed(tmp_path: Path) -> None:
    """All of them are kept."""
    questions = [f"Who {number}?" for number in range(MAX_QUESTIONS)]

    assert read(tmp_path, asked(g0=questions))[0] == tuple(questions)


def test_an_index_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expanded: list[Passage]) -> None:
    """It is used again for the same questions, and never for other ones, or for none."""
    monkeypatch.setattr(scorers, "SPARSE_ABOVE", 0)
    monkeypatch.setattr(index_module, "SPARSE_ABOVE", 0)
    entries = []
    for library in (passages(), expanded, expanded):
        Bm25Retriever(Corpus(tuple(library)), cache=tmp_path)
        entries.append({path.name for path in tmp_path.iterdir()})

    assert len(entries[0]) == 1
    assert len(entries[1]) == 2
    assert entries[1] == entries[2]


@lru_cache
def sample_rows() -> tuple[PassageQuestions, ...]:
    lines = (SAMPLE_DOCS / FILE_NAME).read_text(encoding="utf-8").splitlines()
    return tuple(map(PassageQuestions.model_validate_json, lines))


def test_every_passage_of_the_sample_library() -> None:
    """Each has questions, on one line of the file, in the order of the library."""
    corpus = load_corpus(SAMPLE_DOCS)

    assert [passage.passage_id for passage in corpus.all if not passage.questions] == []
    assert sorted(row.passage_id for row in sample_rows()) == sorted(passage.passage_id for passage in corpus.all)


def test_no_question_twice() -> None:
    """Within a passage each is said once, whatever its capitals, and is answered or left open, never both."""
    twice = [
        (row.passage_id, question)
        for row in sample_rows()
        for question, count in Counter(one.lower() for one in (*row.questions, *row.open)).items()
        if count > 1
    ]

    assert twice == []


def test_the_size_of_the_sample_questions() -> None:
    """None is cut, none is blank, and none has a line break or a blank too many: they are as they were written."""
    every = [question for row in sample_rows() for question in (*row.questions, *row.open)]

    assert [question for question in every if question != " ".join(question.split())] == []
    assert all(0 < len(question) <= MAX_CHARACTERS for question in every)
