"""Every sentence that the pipeline itself says to people. Fixed text: nothing of the reader's or the model's in it."""

from __future__ import annotations

UNDERSTANDING = "Understanding your question..."
SEARCHING = "Searching trusted sources..."
STILL_SEARCHING = "Still searching trusted sources..."
DEEPER = "Reading deeper into the library..."
RERANKING = "Weighing all the evidence on one scale..."
CHECKING_QUERY = "Checking the question against the policy..."
CHECKING_SENTENCES = "Holding each sentence against its source..."
CHECKING_SAFETY = "Checking the complete answer against the policy..."
REFINING = "Writing a better-founded version..."
DECLINED = "The writer found no answer in these sources, so nothing is shown."
JUDGING = "Scoring how well the final answer rests on the evidence..."

SAFE_FALLBACK = (
    "I could not find enough trusted evidence to answer this, so I will not guess. "
    "Naming the programme or the kind of document may help; otherwise a loan specialist can."
)
HUMAN_REVIEW = (
    "Rates are quoted by licensed people only, never by this assistant. "
    "Please take this question to a loan officer, who can quote for your own situation."
)
WITHHELD_QUERY = "This request conflicts with the safety policy, so it was not searched and not answered."
UNCHECKED_QUERY = "The safety check is not available right now, so the question was not searched. Please try again."
WITHHELD_ANSWER = (
    "The answer did not pass the safety check and has been withdrawn. "
    "Please do not rely on anything you may have read of it."
)


def drafting(sources: int) -> str:
    """Status at the start of the draft."""
    return f"Drafting answer from {sources} source{'' if sources == 1 else 's'}..."


def found(passages: int) -> str:
    """Status at the end of a search."""
    return f"Found {passages} passage{'' if passages == 1 else 's'}."


def waiting(stages: list[str]) -> str:
    """Heartbeat: what the run is waiting for."""
    names = [stage.replace("_", " ") for stage in stages]
    return f"Still working: {', '.join(names)}." if names else "Still working."
