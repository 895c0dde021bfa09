"""Finding the names of organisations in an answer: the label's own, and others beside them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from slm_harness.grading.common_words import (
    COMMON,
    COMPASS,
    FUNCTION,
    INSTITUTIONS,
    LEGAL,
    PLACED,
    PLACES,
)
from slm_harness.grading.expected import Names
from slm_harness.grading.name_words import Token, key_of, tokens
from slm_harness.grading.units import GROUP_OF


@dataclass(frozen=True)
class Mention:
    """An organisation named in an answer."""

    kind: str
    """wanted, neutral, wrong (as the label has it) or stranger."""
    index: int
    """Which of the wanted names; -1 for the others."""
    start: int
    end: int
    text: str


class Known(NamedTuple):
    """The names of a label, ready to be looked for."""

    by_first: dict[str, list[tuple[tuple[str, ...], str, int]]]
    surfaces: list[tuple[tuple[str, ...], str, int]]
    initials: frozenset[str]


_SEPARATOR = re.compile(r"[,;:()/\n|!?\"\[\]]|\s-\s|\.\s|\.\Z")


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


def mentions(text: str, label: Known) -> list[Mention]:
    """Every organisation that ``text`` names, in order."""
    words = tokens(text)
    exact = _exact(words, label)
    capitals = sum(word.capital for word in words)
    mixed = capitals > 0 and any(char.islower() for char in text)
    found: list[Mention] = []
    for start, end in _segments(text, words, exact):
        hits = {
            at - start: (stop - start, kind, index)
            for at, (stop, kind, index) in exact.items()
            if start <= at < end
        }
        found.extend(_in_segment(text, words[start:end], hits, label, mixed=mixed))
    return found


def _segments(
    text: str, words: Sequence[Token], exact: dict[int, tuple[int, str, int]]
) -> Iterable[tuple[int, int]]:
    """Where the stretches of words between one separator and the next begin and end; a known name is never cut."""
    inside = {i for at, (stop, _, _) in exact.items() for i in range(at + 1, stop)}
    start = 0
    for i in range(1, len(words)):
        between = words[i].start >= words[i - 1].end and i not in inside
        if between and _SEPARATOR.search(text, words[i - 1].end, words[i].start):
            yield start, i
            start = i
    if words:
        yield start, len(words)


def _exact(run: Sequence[Token], label: Known) -> dict[int, tuple[int, str, int]]:
    """Start of each known name in ``run`` to its end, kind and index; the longest name wins."""
    found: dict[int, tuple[int, str, int]] = {}
    position = 0
    keys = [word.key for word in run]
    while position < len(keys):
        for surface, kind, index in label.by_first.get(keys[position], ()):
            end = position + len(surface)
            if tuple(keys[position:end]) == surface:
                while end < len(keys) and keys[end] in LEGAL:
                    end += 1
                found[position] = (end, kind, index)
                position = end - 1
                break
        position += 1
    return found


def _in_segment(
    text: str,
    run: list[Token],
    exact: dict[int, tuple[int, str, int]],
    label: Known,
    *,
    mixed: bool,
) -> list[Mention]:
    named = [False] * len(run)
    for start, (end, _, _) in exact.items():
        named[start:end] = [True] * (end - start)
    bounds = _bounds(text, run, named, mixed=mixed)
    found = []
    for start, end in bounds:
        mention = _judge_run(text, run, start, end, exact, label)
        if mention is not None:
            found.extend(mention)
    return found


def _bounds(
    text: str, run: list[Token], named: list[bool], *, mixed: bool
) -> list[tuple[int, int]]:
    """The stretches of ``run`` that may be a name: known words, and words that look like part of one."""
    short = not mixed and len(run) <= 40
    stretches: list[tuple[int, int]] = []
    start: int | None = None
    plain_list = short and not _has_sentence_words(run, named)
    for position, word in enumerate(run):
        if named[position]:
            part = True
        elif mixed:
            part = word.capital and not (position == 0 and word.key in FUNCTION)
            part = part or (word.key == "of" and start is not None and _capital_next(run, position))
        else:
            part = plain_list and word.key not in FUNCTION
        if part and start is None:
            start = position
        elif not part and start is not None:
            stretches.append((start, position))
            start = None
    if start is not None:
        stretches.append((start, len(run)))
    return stretches


def _has_sentence_words(run: list[Token], named: list[bool]) -> bool:
    joiners = {"and", "or", "the", "plus", "of"}
    return any(
        not named[i] and word.key in FUNCTION and word.key not in joiners
        for i, word in enumerate(run)
    )


def _capital_next(run: Sequence[Token], position: int) -> bool:
    ahead = position + 1
    if ahead < len(run) and run[ahead].key == "the":
        ahead += 1
    return ahead < len(run) and run[ahead].capital


def _judge_run(
    text: str,
    run: list[Token],
    start: int,
    end: int,
    exact: dict[int, tuple[int, str, int]],
    label: Known,
) -> list[Mention] | None:
    """One stretch of name-like words: known names with harmless words around them, or a stranger."""
    inside = {at: hit for at, hit in exact.items() if start <= at < end}
    covered = {i for at, (stop, _, _) in inside.items() for i in range(at, stop)}
    extra = [
        i
        for i in range(start, end)
        if i not in covered and (not _harmless(run, i) or _renames(run, i, covered))
    ]
    keys = tuple(run[i].key for i in range(start, end))
    if not extra and not inside and _placed_institution(text, run, start, end):
        return [_mention(text, run, start, end, "stranger", -1)]
    if not extra:
        return [
            _mention(text, run, at, stop, kind, index) for at, (stop, kind, index) in inside.items()
        ]
    near = _near(_trimmed(keys), label)
    if near is not None:
        return [_mention(text, run, start, end, *near)]
    if len(keys) == 1 and keys[0] in label.initials:
        return None
    if not inside and _shortened(keys, label):
        return None
    if inside and all(_separate(run, i, covered) for i in extra):
        known_ones = [_mention(text, run, at, stop, k, n) for at, (stop, k, n) in inside.items()]
        return [*known_ones, *(_mention(text, run, i, i + 1, "stranger", -1) for i in extra)]
    return [_mention(text, run, start, end, "stranger", -1)]


def _shortened(keys: tuple[str, ...], label: Known) -> bool:
    """Whether ``keys`` begins a name of the label: a short form says nothing new, and is no answer."""
    return any(
        kind != "wrong" and surface[: len(keys)] == keys
        for surface, kind, _ in label.by_first.get(keys[0], ())
    )


def _separate(run: Sequence[Token], position: int, covered: set[int]) -> bool:
    return position - 1 not in covered and position + 1 not in covered


def _renames(run: Sequence[Token], position: int, covered: set[int]) -> bool:
    """Whether a word right behind a name makes it another one: the Bank of "Acme Bank"."""
    return position - 1 in covered and run[position].key in INSTITUTIONS


def _placed_institution(text: str, run: Sequence[Token], start: int, end: int) -> bool:
    """Whether common words make a name together: London Water, American Airlines, Bank of America."""
    words = [run[i] for i in range(start, end) if run[i].key not in FUNCTION]
    keys = {word.key for word in words}
    if len(words) < 2 or not keys & PLACES or not keys & PLACED:
        return False
    led = text[max(0, run[start].start - 3) : run[start].start].casefold().split()
    return (
        all(word.capital for word in words)
        and not text.isupper()
        and (not led or led[-1] not in ("a", "an"))
    )


def _harmless(run: Sequence[Token], position: int) -> bool:
    key = run[position].key
    return (
        key in COMMON
        or key in FUNCTION
        or key in PLACES
        or key in LEGAL
        or key in GROUP_OF
        or key.isdigit()
        or (key in COMPASS and position + 1 < len(run) and run[position + 1].key in PLACES)
    )


def _trimmed(keys: tuple[str, ...]) -> tuple[str, ...]:
    while len(keys) > 1 and (keys[0] in FUNCTION or keys[0] == "the"):
        keys = keys[1:]
    while len(keys) > 1 and (keys[-1] in LEGAL or keys[-1] in FUNCTION):
        keys = keys[:-1]
    return keys


def _mention(
    text: str, run: Sequence[Token], start: int, end: int, kind: str, index: int
) -> Mention:
    first, last = run[start].start, run[end - 1].end
    return Mention(kind, index, first, last, text[first:last])


def _near(keys: tuple[str, ...], label: Known) -> tuple[str, int] | None:
    """The known name that ``keys`` is a slip of, when it is clearly nearer to it than to another kind."""
    said = " ".join(keys)
    best: tuple[int, str, int] | None = None
    for surface, kind, index in label.surfaces:
        name = " ".join(surface)
        allowed = _slips(name)
        if abs(len(name) - len(said)) > allowed + 2 or _digits(name) != _digits(said):
            continue
        distance = OSA.distance(name, said, score_cutoff=allowed)
        if said.replace(" ", "") == name.replace(" ", ""):
            distance = 0
        elif len(surface) == len(keys) and any(
            OSA.distance(a, b) > _slips(a) for a, b in zip(surface, keys, strict=True)
        ):
            continue
        if distance <= allowed and (best is None or distance < best[0]):
            best = (distance, kind, index)
    return (best[1], best[2]) if best else None


def _slips(name: str) -> int:
    return 0 if len(name) < 5 else 1 if len(name) < 9 else 2 if len(name) < 20 else 3


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
