"""What counts as a question: the one place that reads what people type, for every front end."""

from __future__ import annotations

import unicodedata

from rag.errors import InvalidRequest

NORMALIZED_SHRINK = 4
"""Normal form C makes no text more than this many times shorter."""


def clean_question(text: str, max_chars: int) -> str:
    """The question in normal form C, without control characters but newline and tab, and without blank ends.

    Raises `InvalidRequest` for an unpaired surrogate, and unless 1 to `max_chars` characters remain. The message names
    the field and the fix, and echoes nothing.
    """
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidRequest("query: contains an unpaired surrogate; send valid Unicode text.")
    # Sorting combining marks takes quadratic time, so the length is checked before anything is normalized.
    if len(text.strip()) <= max_chars * NORMALIZED_SHRINK:
        normal = unicodedata.normalize("NFC", text.strip())
        clean = "".join(char for char in normal if char in "\n\t" or unicodedata.category(char) != "Cc").strip()
        if 1 <= len(clean) <= max_chars:
            return clean
    raise InvalidRequest(f"query: must have 1 to {max_chars} characters.")
