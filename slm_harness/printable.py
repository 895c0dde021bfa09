"""Text of strangers made safe for a terminal, a JUnit file and a table.

Articles and replies are untrusted: an escape sequence in one of them could repaint a terminal, a
right-to-left override could show another number than was said.
"""

import unicodedata

_SPACES = frozenset("\t\n\r\v\f\x85  ")


def printable(text: str) -> str:
    """``text`` without control, format, surrogate and unassigned characters; line breaks become spaces."""
    kept = (
        " " if character in _SPACES else character
        for character in text
        if character in _SPACES or not unicodedata.category(character).startswith("C")
    )
    return " ".join("".join(kept).split())


def shortened(text: str, limit: int) -> str:
    """``printable(text)``, cut to ``limit`` characters with an ellipsis where something is missing."""
    # Enough of the text to fill the limit however much of it is unprintable white space.
    clean = printable(text[: 20 * limit])
    if len(clean) <= limit and len(text) <= 20 * limit:
        return clean
    return clean[: limit - 1] + "…"
