"""The names of a label, and where they stand in an answer, as they are or with slips of spelling."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from slm_harness.grading.common_words import FUNCTION, LEGAL
from slm_harness.grading.expected import Names
from slm_harness.grading.name_words import Token, key_of, tokens
from slm_harness.grading.near_names import distance


class Known(NamedTuple):
    """The names of a label, ready to be looked for."""

    by_first: dict[str, list[tuple[tuple[str, ...], str, int]]]
    surfaces: list[tuple[tuple[str, ...], str, int]]
    initials: frozenset[str]


@lru_cache(maxsize=1024)
def known(label: Names) -> Known:
    """Index the names of ``label``; a wanted name beats a neutral one, that a wrong one."""
    kinds: dict[tuple[str, ...], tuple[str, int]] = {}
    for index, name in enumerate(label.names):
        for surface in (name.name, *name.aliases):
            _add(kinds, surface, "wanted", index)
    for kind, surfaces in (("neutral", label.neutral), ("wrong", label.wrong)):
        for surface in surfaces:
            _add(kinds, surface, kind, -1)
    found = [(key, kind, index) for key, (kind, index) in kinds.items()]
    by_first: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
    for entry in sorted(found, key=lambda one: -len(one[0])):
        by_first.setdefault(entry[0][0], []).append(entry)
    initials = frozenset(
        "".join(word[0] for word in words)
        for name in label.names
        for words in ([t.key for t in tokens(name.name)], key_of(name.name))
        if len(words) > 1
    )
    return Known(by_first, found, initials)


def _add(
    kinds: dict[tuple[str, ...], tuple[str, int]], surface: str, kind: str, index: int
) -> None:
    for key in (key_of(surface), tuple(token.key for token in tokens(surface))):
        if key:
            kinds.setdefault(key, (kind, index))


def located(run: Sequence[Token], label: Known, *, mixed: bool) -> dict[int, tuple[int, str, int]]:
    """Start of each known name in ``run``, as it is or with slips of spelling, to its end, kind and index.

    The longest name wins, then the one with the fewest slips.
    """
    found: dict[int, tuple[int, str, int]] = {}
    position = 0
    keys = tuple(word.key for word in run)
    while position < len(keys):
        end, kind, index = 0, "", -1
        for surface, its_kind, its_index in label.by_first.get(keys[position], ()):
            if keys[position : position + len(surface)] == surface:
                end, kind, index = position + len(surface), its_kind, its_index
                break
        if run[position].capital or not mixed:
            near = _slipped(keys, position, end, label)
            end, kind, index = near or (end, kind, index)
        if end:
            while end < len(keys) and keys[end] in LEGAL and _as_form(run[end], mixed=mixed):
                end += 1
            found[position] = (end, kind, index)
            position = end - 1
        position += 1
    return found


def _as_form(word: Token, *, mixed: bool) -> bool:
    """Whether a legal form is one: "Acme AS", and not "Acme as well as Bolt"."""
    return word.capital or word.key not in FUNCTION or not mixed


def _slipped(
    keys: tuple[str, ...], position: int, end: int, label: Known
) -> tuple[int, str, int] | None:
    """The known name that the words at ``position`` are a slip of, if it goes on beyond ``end``."""
    first = keys[position]
    if first in FUNCTION and len(first) > 1:
        return None
    best: tuple[int, int, int, str, int] | None = None
    for surface, kind, index in label.surfaces:
        if not _begins_alike(surface[0], first):
            continue
        for width in range(max(1, len(surface) - 1), len(surface) + 3):
            stop = position + width
            if stop > len(keys) or stop <= end or keys[stop - 1] in FUNCTION:
                continue
            slips = distance(surface, keys[position:stop])
            if slips is not None and (best is None or (-width, slips) < best[:2]):
                best = (-width, slips, stop, kind, index)
    return best[2:] if best else None


def _begins_alike(name: str, said: str) -> bool:
    """A cheap test before the distance is measured: the same beginning, but for one slip."""
    return name[0] == said[0] or name[1:3] == said[1:3] or name[:2] == said[1::-1]
