"""PDF files: pages become sections, and nothing that a file does to its reader reaches this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from rag.errors import ConfigurationError
from rag.retrieval import pdf_worker
from rag.retrieval.corpus import load_corpus, read_file
from rag.retrieval.documents import UnreadableDocument
from rag.retrieval.pdf_documents import WORKER, read_pdf
from rag.retrieval.pdf_worker import Problem

ROOT = Path(__file__).resolve().parent.parent
LONG = "Every word of this line is here so that the page is long enough to be a section."
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, numbered from 1; the first is its catalog."""
    file = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, start)
    return bytes(file)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def typed(lines: Sequence[str]) -> bytes:
    """The drawing of a page: one line under the other."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    return f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode("latin-1")


def pages_of(contents: Sequence[bytes]) -> bytes:
    """A PDF file with a page for each of these stream objects."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(contents)))
    objects = [CATALOG, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(contents), kids)]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, content in enumerate(contents):
        entries = b"/Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(b"<< /Type /Page %s /Contents %d 0 R >>" % (entries, 5 + 2 * number))
        objects.append(content)
    return pdf(objects)


def document(*pages: Sequence[str]) -> bytes:
    return pages_of([stream(typed(lines)) for lines in pages])


def encrypted(password: str, algorithm: str = "RC4-128") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(document([LONG]))))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_pages(tmp_path: Path) -> None:
    """Every page is a section under its number, and the document is called by its file."""
    (tmp_path / "FHA Guide.PDF").write_bytes(document([f"One. {LONG}"], [f"Two. {LONG}"]))
    one, two = load_corpus(tmp_path).passages

    assert (one.section, one.text, one.passage_id) == ("Page 1", f"One. {LONG}", "fha-guide#page-1")
    assert (two.section, two.text, two.passage_id) == ("Page 2", f"Two. {LONG}", "fha-guide#page-2")
    assert (one.title, one.source, one.domain, one.index) == ("FHA Guide", "FHA Guide", "general", "primary")


def test_pages_with_few_words() -> None:
    """They go to the next page, the last ones to the page before, and the heading says which pages it covers."""
    few = ["A few words."]
    parts = read_pdf(document(few, [], [LONG], [], [LONG], few, [])).sections

    assert [part.heading for part in parts] == ["Pages 1 to 3", "Pages 5 to 7"]
    assert parts[0].text == f"A few words.\n\n{LONG}"
    assert parts[1].text == f"{LONG}\n\nA few words."


def test_a_document_with_few_words() -> None:
    """It is one section."""
    assert [tuple(part) for part in read_pdf(document(["One."], ["Two."])).sections] == [
        (2, "Pages 1 to 2", "One.\n\nTwo.")
    ]


def test_lines_become_paragraphs() -> None:
    """A line that ends early ends a paragraph if a new one can begin; list items stand alone."""
    lines = ["Debt limits", f"{LONG}", "goes on in a second line.", "The next paragraph begins after a short line,"]
    lines += ["FHA is still the same sentence.", "- one item of a list", "- another one"]

    assert read_pdf(document(lines)).sections[0].text.split("\n\n") == [
        "Debt limits",
        f"{LONG} goes on in a second line.",
        "The next paragraph begins after a short line, FHA is still the same sentence.",
        "- one item of a list",
        "- another one",
    ]


def test_words_cut_at_the_end_of_a_line() -> None:
    """They are joined where the document has the word in one piece; a hyphen of their own stays."""
    lines = [
        "The escrow account is analysed once a year by the servicer and the es-",
        "crow cushion is part of a debt-to-",
    ]
    lines += ["income figure of the borrower who asks for it in writing."]

    assert read_pdf(document(lines)).sections[0].text == (
        "The escrow account is analysed once a year by the servicer and the escrow cushion is part of a "
        "debt-to-income figure of the borrower who asks for it in writing."
    )


def test_markup_in_the_text() -> None:
    """It is text like any other."""
    assert (
        read_pdf(document(["<script>alert\\(1\\)</script> **x**"])).sections[0].text
        == "<script>alert(1)</script> **x**"
    )


WHOLE = document([LONG], [LONG])
XREF = int(WHOLE.split(b"startxref\n")[1].split()[0])
LOOPS = {
    "a tree of pages that holds itself": pdf([CATALOG, b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"]),
    "a length that is itself": pages_of([b"<< /Length 5 0 R >>\nstream\nBT ET\nendstream"]),
    "arrays without end": pages_of([stream(b"[" * 100_000)]),
}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty; write"),
        (b"<html><p>text", "is not a PDF"),
        (b"%PDF-1.7\n", "broken or cut off"),
        (b"%PDF-1.7\n" + os.urandom(5000), "broken or cut off"),
        (WHOLE[: len(WHOLE) // 2], "broken or cut off"),
        (WHOLE[:-20], "broken or cut off"),
        (encrypted("secret"), "is encrypted; save"),
        (encrypted(""), "is encrypted; save"),
        (document(), "holds no text, only pictures"),
        (document([], []), "holds no text, only pictures"),
    ],
    ids=["empty", "html", "header", "noise", "half", "cut", "password", "restricted", "no pages", "pictures"],
)
def test_files_that_are_refused(data: bytes, said: str) -> None:
    """The error names the file, what is wrong, and what to do."""
    with pytest.raises(ConfigurationError, match=rf"^guide\.pdf: .*{said}.*\.$"):
        read_file("guide.pdf", data)


@pytest.mark.parametrize("data", LOOPS.values(), ids=LOOPS)
def test_files_that_go_round_in_circles(data: bytes) -> None:
    """They are refused, and not for the time that they took."""
    with pytest.raises(UnreadableDocument, match="broken|no text|unpacks"):
        read_pdf(data)


def test_a_directory_that_comes_before_itself() -> None:
    """A loop that does not stand in the way of the text is no reason to refuse it."""
    circular = WHOLE.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % XREF)

    assert read_pdf(circular) == read_pdf(WHOLE)


def test_a_file_that_unpacks_to_a_thousandfold() -> None:
    """It is refused: 200 MB of spaces take 200 kB in a file."""
    packer = zlib.compressobj()
    packed = b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(200)), packer.flush()])

    with pytest.raises(UnreadableDocument, match="unpacks to more than can be read; split it"):
        read_pdf(pages_of([stream(packed, b"/Filter /FlateDecode")]))


def test_too_many_pages() -> None:
    """A thousand pages are read; one more, and the file is refused before any is."""
    page = stream(typed(["word"]))
    assert read_pdf(pages_of([page] * 1000)).sections[-1].heading.endswith("to 1000")

    with pytest.raises(UnreadableDocument, match="more than 1,000 pages; split it"):
        read_pdf(pages_of([page] * 1001))


def test_too_much_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages together are counted."""
    monkeypatch.setattr(pdf_worker, "MAX_CHARACTERS", 2 * len(LONG) - 1)

    assert pdf_worker.answer(document([LONG], [LONG])) == {"problem": Problem.CHARACTERS}


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.mark.parametrize("code", ["while True: pass", "import sys, time; sys.stdin.read(); time.sleep(600)"])
def test_a_file_that_takes_forever(code: str) -> None:
    """The process that reads it is ended, and the error says what to do."""
    with pytest.raises(UnreadableDocument, match=r"took over 0\.5 s to read; split it"):
        read_pdf(WHOLE, worker=python(code), time_limit_s=0.5)


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "pass",
        "print('[1, 2]')",
        "print('{')",
        "print('{\"pages\": 3}')",
        'print(\'{"problem": "unheard of"}\')',
    ],
)
def test_a_reader_that_dies_or_raves(code: str) -> None:
    """Its file counts as broken."""
    with pytest.raises(UnreadableDocument, match="broken or cut off"):
        read_pdf(WHOLE, worker=python(code))


def test_no_process_to_be_had() -> None:
    """The error says so."""
    with pytest.raises(UnreadableDocument, match="no process could be started"):
        read_pdf(WHOLE, worker=("/nowhere/python",))


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits on this system")
@pytest.mark.parametrize(
    ("limits", "work", "code"),
    [
        ("memory_bytes=1 << 28", "bytearray(1 << 29)", 1),
        ("processor_s=1", "[0 for _ in iter(int, 1)]", -signal.SIGKILL),
        ("", "open('file', 'w').write('x' * 9999)", 1),
    ],
    ids=["memory", "processor", "files"],
)
def test_limits(tmp_path: Path, limits: str, work: str, code: int) -> None:
    """The worker binds itself: to its memory, its processor time, and to writing no files."""
    script = f"from rag.retrieval.pdf_worker import limit_resources as limit; limit({limits}); {work}"
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(python(script), cwd=tmp_path, env=path, stderr=subprocess.PIPE, check=False)

    assert done.returncode == code
    assert code < 0 or any(name in done.stderr for name in (b"MemoryError", b"File too large"))


def test_running_out_of_memory_in_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as that."""

    def read(data: bytes) -> list[str]:
        raise MemoryError

    monkeypatch.setattr(pdf_worker, "read_pages", read)

    assert pdf_worker.answer(b"") == {"problem": Problem.MEMORY}


def test_no_key_goes_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a file makes of its reader, there is nothing to be had in that process."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    tell = "import json, os; print(json.dumps({'pages': [' '.join(os.environ.values()) + ' end']}))"

    assert "canary" not in read_pdf(WHOLE, worker=python(tell)).sections[0].text


def test_the_parent_never_loads_pypdf() -> None:
    """Neither the library nor the process that answers questions holds the reader of hostile files."""
    script = "import sys, rag.retrieval.corpus; sys.exit('pypdf' in sys.modules)"

    assert subprocess.run(python(script), cwd=ROOT, check=False).returncode == 0
    assert WORKER[0] == sys.executable
