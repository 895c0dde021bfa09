"""Text of strangers made safe for a terminal, a JUnit file and a table.

Articles and replies are untrusted: an escape sequence in one of them could repaint a terminal, a
right-to-left override could show another number than was said.
"""

import unicodedata
from collections.abc import Iterable

_SPACES = frozenset("\t\n\r\v\f\x85  ")


def printable(text: str) -> str:
    """``text`` without control, format, surrogate and unassigned characters; line breaks become spaces."""
    if text.isprintable():
        return " ".join(text.split())
    kept = (
        " " if character in _SPACES else character
        for character in text
        if character in _SPACES or not unicodedata.category(character).startswith("C")
    )
    return " ".join("".join(kept).split())


def storable(value: object) -> object:
    """A value out of JSON with no half of a character in its texts: JSON can have one, no file can hold it."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def whole_characters(text: str) -> str:
    """``text`` with a mark in place of each surrogate that has no other half."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shortened(text: str, limit: int) -> str:
    """``printable(text)``, cut to ``limit`` characters with an ellipsis where something is missing."""
    # Enough of the text to fill the limit however much of it is unprintable white space.
    clean = printable(text[: 20 * limit])
    if len(clean) <= limit and len(text) <= 20 * limit:
        return clean
    return clean[: limit - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """A proposal for a misspelt word, ready to stand behind a message; empty where nothing is near."""
    import difflib
    import re

    spellings = {re.sub(r"[\s-]", "_", one.casefold()): one for one in known}
    near = difflib.get_close_matches(re.sub(r"[\s-]", "_", word.casefold()), spellings, n=1)
    return f" (did you mean {spellings[near[0]]!r}?)" if near else ""
