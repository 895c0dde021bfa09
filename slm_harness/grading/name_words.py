"""The words of a name: lower case, without accents, possessives, article and legal form."""

import re
from typing import NamedTuple

from slm_harness.grading.common_words import LEGAL
from slm_harness.grading.silence import plain

_TOKEN = re.compile(r"&|\+|[^\W_]+(?:['.][^\W_]+)*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")


class Token(NamedTuple):
    """A word of an answer."""

    key: str
    start: int
    end: int
    capital: bool


def tokens(text: str) -> list[Token]:
    """The words of ``text``: lower case, no accents, no possessives; initials joined."""
    found = []
    for match in _TOKEN.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        if word == "&":
            found.append(Token("and", start, end, False))
            continue
        low = plain(word)
        if _INITIALS.fullmatch(low):
            low = low.replace(".", "")
        elif low.endswith("'s"):
            low = low[:-2]
        for part in re.split(r"[.']", low) if "." in low else [low.replace("'", "")]:
            if part:
                found.append(Token(part, start, end, word[0].isupper() or word[0].isdigit()))
    return found


def key_of(name: str) -> tuple[str, ...]:
    """What a name comes down to: its words without article and legal form."""
    keys = [token.key for token in tokens(name)]
    while len(keys) > 1 and keys[0] == "the":
        keys = keys[1:]
    while len(keys) > 1 and keys[-1] in LEGAL:
        keys = keys[:-1]
    return tuple(keys)
