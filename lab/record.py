"""Bundled recordings: `python -m lab.record` plays every scenario in virtual time and writes `sample_recordings/`.

Same code, same files, byte for byte: id and start of every run are fixed. Knows the simulation, and how its defaults
become the set-up that a recording's header tells.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lab.runs import simulate
from mocks.library import library_parts
from mocks.scenarios import SCENARIOS
from mocks.simulation import DEFAULT_PROFILE, Simulator
from rag.recording import save
from rag.recording_format import Recording
from rag.values import RunRequest

SAMPLE_RECORDINGS = Path(__file__).resolve().parent.parent / "sample_recordings"

STARTED_AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
"""Start of every bundled run."""


def as_told(request: RunRequest, default_profile: str = DEFAULT_PROFILE) -> RunRequest:
    """The request with what was in force where it says nothing: its scenario's word, else the simulation's defaults.

    It asks for the very same run. An unknown scenario is left for the simulator to refuse.
    """
    scenario = SCENARIOS.get(request.scenario or "")
    profile = request.profile or (scenario.profile if scenario else default_profile)
    told: dict[str, object] = {"profile": profile}
    if request.seed is None:
        told["seed"] = scenario.seed if scenario else 0
    if scenario and not request.question.strip():
        told |= {"question": scenario.question, "domain": request.domain or scenario.domain}
    return request.model_copy(update=told)


def sample_request(scenario: str) -> RunRequest:
    """The run of a bundled recording."""
    return as_told(RunRequest(question="", scenario=scenario, request_id=f"sample-{scenario}", started_at=STARTED_AT))


def record_samples(folder: Path = SAMPLE_RECORDINGS) -> Iterator[Path]:
    """Write one recording of every scenario; yields each file when it is written. Other files there stay."""
    simulator = Simulator(library_parts())
    for name in SCENARIOS:
        request = sample_request(name)
        path = folder / f"{name}.jsonl"
        save(Recording.of(request, simulate(simulator, request)), path)
        yield path


def main(arguments: Sequence[str] | None = None) -> None:
    """Record every scenario into a folder, and say so."""
    parser = argparse.ArgumentParser(prog="lab.record", description="Record one run of every scenario.")
    parser.add_argument("--folder", type=Path, default=SAMPLE_RECORDINGS, help="where to (sample_recordings)")
    folder: Path = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    for path in record_samples(folder):
        sys.stdout.write(f"{path}  {path.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
