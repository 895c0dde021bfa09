"""Finding the names of organisations in an answer: the label's own, and others beside them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slm_harness.grading.common_words import (
    COMMON,
    COMPASS,
    FUNCTION,
    INSTITUTIONS,
    LEGAL,
    PLACED,
    PLACES,
)
from slm_harness.grading.known_names import Known, located
from slm_harness.grading.name_words import Token, tokens
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


_SEPARATOR = re.compile(r"[,;:()/\n|!?\"\[\]]|\s-\s|\.\s|\.\Z")


def mentions(text: str, label: Known) -> list[Mention]:
    """Every organisation that ``text`` names, in order."""
    words = tokens(text)
    mixed = any(word.capital for word in words) and any(char.islower() for char in text)
    exact = located(words, label, mixed=mixed)
    found: list[Mention] = []
    for start, end in _segments(text, words, exact):
        hits = {
            at - start: (exact[at][0] - start, *exact[at][1:])
            for at in range(start, end)
            if at in exact
        }
        found.extend(_in_segment(text, words[start:end], hits, label, mixed=mixed))
    return sorted(found, key=lambda one: one.start)


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
            part = part or (start is not None and _goes_on(run, position))
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


def _goes_on(run: Sequence[Token], position: int) -> bool:
    """Whether a small word belongs to the name before it: a legal form, or "of" with a name behind."""
    key = run[position].key
    if key == "of":
        return _capital_next(run, position)
    return key in LEGAL and key not in FUNCTION


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
    inside = {at: exact[at] for at in range(start, end) if at in exact}
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
    if len(keys) == 1 and keys[0] in label.initials:
        return None
    if not inside and _shortened(keys, label):
        return None
    if inside and all(_separate(text, run, i, covered) for i in extra):
        known_ones = [_mention(text, run, at, stop, k, n) for at, (stop, k, n) in inside.items()]
        return [*known_ones, *(_mention(text, run, a, b, "stranger", -1) for a, b in _runs(extra))]
    return [_mention(text, run, start, end, "stranger", -1)]


def _shortened(keys: tuple[str, ...], label: Known) -> bool:
    """Whether ``keys`` begins a name of the label: a short form says nothing new, and is no answer."""
    return any(
        kind != "wrong" and surface[: len(keys)] == keys
        for surface, kind, _ in label.by_first.get(keys[0], ())
    )


def _runs(positions: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Neighbouring positions taken together, as half-open stretches."""
    start = 0
    for i in range(1, len(positions) + 1):
        if i == len(positions) or positions[i] != positions[i - 1] + 1:
            yield positions[start], positions[i - 1] + 1
            start = i


def _separate(text: str, run: Sequence[Token], position: int, covered: set[int]) -> bool:
    """Whether a word is no part of the name beside it; "Leeds's Acme" has an owner in front."""
    owner = text[run[position].end - 2 : run[position].end].casefold() == "'s"
    return position - 1 not in covered and (owner or position + 1 not in covered)


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


def _mention(
    text: str, run: Sequence[Token], start: int, end: int, kind: str, index: int
) -> Mention:
    first, last = run[start].start, run[end - 1].end
    return Mention(kind, index, first, last, text[first:last])
