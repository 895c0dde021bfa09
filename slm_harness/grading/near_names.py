"""Slips of spelling: whether two names are one, with the distance between their words."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from slm_harness.grading.common_words import FUNCTION

_UNLIKE = 99
_ENDINGS = (("ies", "y"), ("es", "e"), ("s", ""))


def distance(name: Sequence[str], said: Sequence[str]) -> int | None:
    """How many slips ``said`` is from ``name`` (both as words), or None where it is another name.

    Every word has to be a slip of its counterpart, so that "First National" is not "West National"; words
    written as one or in two are compared without the gap.
    """
    if "".join(name) == "".join(said):
        return 0
    wanted, given = _content(tuple(name)), _content(tuple(said))
    joined, told = "".join(wanted), "".join(given)
    if joined == told:
        return 0
    if abs(len(joined) - len(told)) > 4 or _digits(joined) != _digits(told):
        return None
    if len(wanted) == 1 and len(joined) < 5:
        return None
    if len(wanted) == len(given):
        slips = sum(_word_slips(one, other) for one, other in zip(wanted, given, strict=True))
        return slips if slips <= max(_allowed(len(joined)), 1) else None
    if abs(len(wanted) - len(given)) != 1 or len(joined) < 9:
        return None
    if any(len(word) == 1 for word in (*wanted, *given)):  # "Site A" is not "Site B"
        return None
    allowed = _allowed(len(joined)) - 1
    slips = OSA.distance(joined, told, score_cutoff=allowed)
    return slips if slips <= allowed else None


@lru_cache(maxsize=8192)
def _word_slips(name: str, said: str) -> int:
    if name == said:
        return 0
    if len(name) > 3 and _singular(name) == _singular(said):
        return 1
    allowed = 0 if len(name) < 4 else 1 if len(name) < 8 else 2
    slips = OSA.distance(name, said, score_cutoff=allowed)
    if slips > allowed:
        return _UNLIKE
    # Two slips in a word, or one in its first letter, make another word unless most of it is the same.
    return _UNLIKE if name[0] != said[0] and (slips > 1 or len(name) < 7) else slips


def _singular(word: str) -> str:
    for ending, put in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return (word[: -len(ending)] + put).removesuffix("e")
    return word.removesuffix("e")


@lru_cache(maxsize=4096)
def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if len(word) == 1 or word not in FUNCTION) or words


def _allowed(length: int) -> int:
    return 0 if length < 5 else 1 if length < 8 else 2 if length < 19 else 3


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
