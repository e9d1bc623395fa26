"""What the page offers: filled in by whoever knows which scenarios and profiles exist. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from rag.values import Domain
from ui import labels

SUPPORT_NOTE = (
    "Support is how much of the sentence, its words, names and numbers, stands in the quoted passage. It finds "
    "invented figures and wrong sources, and mostly a figure or a denial put into what the passage says. It hardly "
    "ever finds what contradicts the passage in other words."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioOption:
    """A story one can choose: it fills in the controls and says what to watch."""

    name: str
    title: str
    question: str
    watch: str
    domain: Domain | None = None
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOptions:
    """What the Ask tab offers. `app.py` fills it from the scenarios and profiles that exist."""

    name: str = "Progressive RAG"
    idea: str = "Grounded words in two seconds, checked and corrected while you read."
    badge: str = ""
    """What is simulated; empty when nothing is."""
    scenarios: tuple[ScenarioOption, ...] = ()
    domains: tuple[Domain, ...] = tuple(labels.DOMAIN)
    profiles: tuple[tuple[str, str], ...] = ()
    """Title and name of each latency profile."""
    profile: str = ""
    """Name of the profile chosen at first; the first one when empty."""
    examples: tuple[str, ...] = ()
    speeds: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0)
    speed: float = 1.0
    """Chosen at first; offered even when it is not among `speeds`."""
    support_note: str = SUPPORT_NOTE
