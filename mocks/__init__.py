"""Everything simulated: latency, faults, time itself, and a language model that only quotes. Imports `rag` only."""
