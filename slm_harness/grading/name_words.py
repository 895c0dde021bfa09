"""The words of a name: lower case, without accents, possessives, article and legal form."""

import re
from typing import NamedTuple

from slm_harness.grading.common_words import LEGAL
from slm_harness.grading.silence import plain

_TOKEN = re.compile(r"&|\+|[^\W_]+(?:['.][^\W_]+)*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})  # fmt: skip
"""Letters that are no letter with an accent, as they are written without them."""

_ELISION = re.compile(r"\A(?:l|d|qu|dell|all|nell|un)'(?=\w{2})")
"""The article that French and Italian run into the next word."""

_SHORT = {"saint": "st", "sankt": "st", "dept": "department", "assn": "association", "bros": "brothers", "univ": "university", "intl": "international"}  # fmt: skip
"""Words and their short forms, one for the other."""


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
        elided = _ELISION.match(low)
        own = word[elided.end() :] if elided else word
        low = (low[elided.end() :] if elided else low).translate(_LETTERS)
        low = _SHORT.get(low, low)
        for part in re.split(r"[.']", low) if "." in low else [low.replace("'", "")]:
            if part:
                found.append(Token(part, start, end, own[0].isdigit() or own != own.lower()))
    return found


def key_of(name: str) -> tuple[str, ...]:
    """What a name comes down to: its words without article and legal form."""
    keys = [token.key for token in tokens(name)]
    while len(keys) > 1 and keys[0] == "the":
        keys = keys[1:]
    while len(keys) > 1 and keys[-1] in LEGAL:
        keys = keys[:-1]
    return tuple(keys)
