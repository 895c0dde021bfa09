"""Clearing: what nobody wants any more is chosen by plain criteria, shown, and then removed."""

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from slm_harness.errors import SettingsError
from slm_harness.store.files import PART, write_atomically
from slm_harness.store.folder import Store
from slm_harness.store.survey import Found, Group, walk

_SETTLED_SECONDS = 3600
"""What is younger may be of a process that is about to need it."""


@dataclass(frozen=True)
class Criteria:
    """Which answers go: those for which all that is given holds. Where nothing is given, none."""

    models: Collection[str] = ()
    before: str = ""
    """Asked before this time, as ``2026-11-24T09:30:00Z``."""
    keep: int | None = None
    """Not of the so many prompts of a model that were asked last."""
    damaged: bool = False
    """Those that cannot be read go as well."""

    @property
    def choose(self) -> bool:
        """Whether any answer in order can go."""
        return bool(self.models or self.before or self.keep is not None)


@dataclass(frozen=True)
class Plan:
    """What would be removed."""

    groups: tuple[Group, ...]
    """The answers that go, by model and prompt."""
    answers: tuple[Path, ...]
    damaged: tuple[Path, ...]
    staying: tuple[str, ...]
    """What is damaged and stays: one line for each."""
    setups: tuple[Path, ...]
    parts: tuple[Path, ...]
    """Files that killed processes left half-written, and those that a power cut left empty."""
    kept: frozenset[str]
    """The keys that stay."""
    stale: int
    """Lines of the index about answers that are not there, or no longer."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All that go, answers first, so that none is ever without its setup."""
        return (*self.answers, *self.damaged, *self.setups, *self.parts)

    def __bool__(self) -> bool:
        return bool(self.files or self.stale)


@dataclass(frozen=True)
class _Known:
    """What is remembered of an answer until it is decided."""

    path: Path
    key: str
    bytes: int
    model: str
    recipe: str
    article: str
    asked_at: str
    setup: str


def plan(store: Store, criteria: Criteria, progress: Callable[[int], None]) -> Plan:
    """Choose what goes. Nothing is changed.

    Raises:
        SettingsError: there is no store, or it cannot be read.
    """
    known: list[_Known] = []
    damaged: list[Found] = []
    empty: list[Path] = []
    for number, found in enumerate(walk(store)):
        progress(number)
        if found.damage:
            damaged.append(found)
        elif found.entry is None:
            empty.append(found.path)
        else:
            known.append(_known(store, found))
    late = _latest(known, criteria.keep)
    going = [one for one in known if _goes(one, criteria, late)]
    gone = {one.key for one in going}
    kept = frozenset(one.key for one in known if one.key not in gone)
    try:
        # One that cannot be read may be mended, and then needs a setup that nobody can name now.
        unsure = damaged and not criteria.damaged
        used = {one.setup for one in known if one.key in kept}
        setups = [] if unsure else list(_unused_setups(store, used))
        parts = [*filter(_settled, empty), *_half_written(store)]
    except OSError as error:
        raise SettingsError(f"{store.folder}: the store cannot be read: {error}") from error
    staying = () if criteria.damaged else tuple(one.damage for one in damaged)
    stay_keys = kept | (set() if criteria.damaged else {one.key for one in damaged})
    return Plan(
        groups=_grouped(going),
        answers=tuple(one.path for one in going),
        damaged=tuple(one.path for one in damaged) if criteria.damaged else (),
        staying=staying,
        setups=tuple(setups),
        parts=tuple(parts),
        kept=frozenset(stay_keys),
        stale=sum(len(lines) - len(left) for _, lines, left in _indexes(store, stay_keys)),
    )


def remove(store: Store, doomed: Plan, progress: Callable[[int], None]) -> None:
    """Remove what was chosen.

    Raises:
        SettingsError: something cannot be removed; what was removed before is gone.
    """
    path = store.folder
    try:
        for number, path in enumerate(doomed.files):
            progress(number)
            path.unlink(missing_ok=True)
            _remove_empty(path.parent)
        for path, lines, left in _indexes(store, doomed.kept):
            if not left:
                path.unlink(missing_ok=True)
                _remove_empty(path.parent)
            elif len(left) < len(lines):
                write_atomically(path, "".join(f"{line}\n" for line in left))
    except OSError as error:
        raise SettingsError(
            f"{path}: it cannot be removed: {error}; mend the permissions and run it again"
        ) from error


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


# ---------------------------------------------------------------- answers


def _known(store: Store, found: Found) -> _Known:
    entry = found.entry
    if entry is None:
        raise AssertionError(found.path)
    return _Known(
        path=found.path,
        key=found.key,
        bytes=found.bytes,
        model=entry.model,
        recipe=entry.recipe,
        article=entry.article,
        asked_at=entry.stored.asked_at,
        setup=entry.setup,
    )


def _latest(known: Collection[_Known], keep: int | None) -> set[tuple[str, str]]:
    """Of each model the prompts that were asked last."""
    last: dict[str, dict[str, str]] = {}
    for one in known:
        prompts = last.setdefault(one.model, {})
        prompts[one.recipe] = max(prompts.get(one.recipe, ""), one.asked_at)
    return {
        (model, recipe)
        for model, prompts in last.items()
        for recipe in sorted(prompts, key=lambda recipe: (prompts[recipe], recipe), reverse=True)[
            : keep if keep is not None else 0
        ]
    }


def _goes(one: _Known, criteria: Criteria, late: Collection[tuple[str, str]]) -> bool:
    return (
        criteria.choose
        and (not criteria.models or one.model in criteria.models)
        and (not criteria.before or one.asked_at < criteria.before)
        and (criteria.keep is None or (one.model, one.recipe) not in late)
    )


def _grouped(going: Collection[_Known]) -> tuple[Group, ...]:
    groups: dict[tuple[str, str], Group] = {}
    for one in going:
        at = one.model, one.recipe
        groups.setdefault(at, Group(*at)).count(one.bytes, one.article, one.asked_at)
    return tuple(sorted(groups.values(), key=lambda group: (group.model, group.last)))


# ---------------------------------------------------------------- the rest


def _unused_setups(store: Store, used: Collection[str]) -> Iterator[Path]:
    for path in sorted(store.setups.glob("*.json")):
        if path.stem not in used and _settled(path):
            yield path


def _half_written(store: Store) -> Iterator[Path]:
    for folder, _, names in os.walk(store.folder):
        for name in sorted(names):
            path = Path(folder) / name
            if name.startswith(".") and name.endswith(PART) and _settled(path):
                yield path


def _settled(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > _SETTLED_SECONDS


def _indexes(store: Store, kept: Collection[str]) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each index with its lines, and those that are to stay: of a key that is there, its last line."""
    for path in sorted(store.asked.glob("*/*")):
        if not path.name.startswith("."):
            lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
            lines = [line for line in lines if line]
            last = dict.fromkeys(line for line in reversed(lines) if line in kept)
            yield path, lines, list(reversed(last))
