"""`python -m benchmarks.quality`: what the scores on the screen are worth.

Without `--data` only the project's own questions are asked. Public data is read from the folder given; how its files
must look, and what each figure means, stands in `docs/quality.md`.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.report import Section, print_report, write_document, write_json
from benchmarks.truth.gate_tables import gate_section
from benchmarks.truth.own_tables import own_sections
from benchmarks.truth.public_tables import claims_section, flags_section, retrieval_section

PUBLIC: dict[str, Callable[[Path], Section]] = {
    "retrieval": retrieval_section,
    "gate": gate_section,
    "claims": claims_section,
    "flags": flags_section,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it; 0 unless the options make no sense."""
    options = _parser().parse_args(arguments)
    sections = list(_sections(options))
    report = io.StringIO()
    print_report("Quality", sections, command=_command(options), out=report)
    print(report.getvalue(), end="")
    if options.json:
        write_json(options.json, sections)
    if options.document:
        write_document(options.document, report.getvalue())
    return 0


def _sections(options: argparse.Namespace) -> Iterator[Section]:
    wanted = options.only or ["own", *PUBLIC]
    if "own" in wanted:
        yield from own_sections(options.half, failures=options.failures)
    if options.data:
        yield from (PUBLIC[name](options.data) for name in PUBLIC if name in wanted)


def _command(options: argparse.Namespace) -> str:
    """The command as others would give it: without the places of this machine's files."""
    data = ["--data DIR"] if options.data else []
    half = [f"--half {options.half}"] if options.half != "test" else []
    only = [f"--only {' '.join(options.only)}"] if options.only else []
    return " ".join(["python -m benchmarks.quality", *data, *half, *only])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--data", type=_folder, metavar="DIR", help="folder with the public development sets")
    parser.add_argument("--half", choices=["dev", "test"], default="test", help="of the own questions (default: test)")
    parser.add_argument("--only", nargs="+", choices=["own", *PUBLIC], help="leave out all other parts")
    parser.add_argument("--failures", action="store_true", help="list wrong outcomes (development half only)")
    parser.add_argument("--document", type=Path, metavar="FILE", help="replace the table in a Markdown file, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help='write {"figures": {name: number}}')
    return parser


def _folder(text: str) -> Path:
    if not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


if __name__ == "__main__":
    sys.exit(main())
