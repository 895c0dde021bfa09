"""A walk through the whole store: what is in it, by model and prompt, and what is damaged."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from slm_harness.errors import SettingsError, StoreDamaged
from slm_harness.store.entries import Entry
from slm_harness.store.folder import Store
from slm_harness.store.keys import text_digest


@dataclass(frozen=True)
class Found:
    """One file of an answer."""

    path: Path
    key: str
    bytes: int
    disk: int
    """What it takes of the disk, in bytes."""
    entry: Entry | None
    """None where there is none to be had."""
    damage: str = ""
    """What is wrong with it; empty also for a file that is empty, which counts as not there."""


@dataclass
class Group:
    """The answers of one model to one prompt."""

    model: str
    recipe: str
    """Digest of the words in which it was asked."""
    answers: int = 0
    bytes: int = 0
    articles: set[str] = field(default_factory=set)
    first: str = ""
    """When the first was asked, and the last."""
    last: str = ""

    def count(self, size: int, article: str, asked_at: str) -> None:
        """Add one answer."""
        self.answers += 1
        self.bytes += size
        self.articles.add(article)
        self.first = min(self.first or asked_at, asked_at)
        self.last = max(self.last, asked_at)


@dataclass
class Survey:
    """What a store holds."""

    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    answers: int = 0
    bytes: int = 0
    disk: int = 0
    damaged: list[str] = field(default_factory=list)
    """One line for each that cannot be read."""

    def sorted(self) -> list[Group]:
        """By model, then by when a prompt was last asked, the latest first."""
        groups = sorted(self.groups.values(), key=lambda group: group.recipe)
        groups.sort(key=lambda group: group.last, reverse=True)
        return sorted(groups, key=lambda group: group.model)


def check_there(store: Store) -> None:
    """Find out that there is a store.

    Raises:
        SettingsError: there is none.
    """
    if not store.folder.is_dir():
        raise SettingsError(
            f"{store.folder}: there is no store; the first answer makes one, "
            "or name another folder with --store DIR"
        )


def walk(store: Store) -> Iterator[Found]:
    """Every answer in the order of their keys, each read and found in order, or said to be damaged.

    Raises:
        SettingsError: there is no store, or a folder in it cannot be read.
    """
    try:
        for folder in _folders(store):
            # By folder, so that a store of any size is walked in little memory.
            for item in sorted(os.scandir(folder), key=lambda item: item.name):
                if item.name.endswith(".json") and not item.name.startswith("."):
                    # What another process removes meanwhile is no longer in the store.
                    with contextlib.suppress(FileNotFoundError):
                        yield _found(store, Path(item.path), item.stat())
    except OSError as error:
        raise SettingsError(f"{store.folder}: the store cannot be read: {error}") from error


def _folders(store: Store) -> list[Path]:
    check_there(store)
    if not store.answers.is_dir():
        return []
    return sorted(
        path for path in store.answers.iterdir() if path.is_dir() and path != store.setups
    )


def _found(store: Store, path: Path, status: os.stat_result) -> Found:
    key = path.stem
    size, disk = status.st_size, status.st_blocks * 512
    if store.path(key) != path:
        return Found(
            path, key, size, disk, None, f"{path}: no answer is looked for under this name"
        )
    try:
        return Found(path, key, size, disk, store.entry(key))
    except StoreDamaged as error:
        return Found(path, key, size, disk, None, error.message)


def survey(found: Iterator[Found], *, verify: bool) -> Survey:
    """Count a store.

    Args:
        found: A walk through it.
        verify: Look also at what no look-up needs: that the prompt shown is the one in the key.
    """
    result = Survey()
    for one in found:
        result.bytes += one.bytes
        result.disk += one.disk
        damage = one.damage or (mismatch(one.entry) if verify and one.entry else "")
        if damage:
            result.damaged.append(damage if one.damage else f"{one.path}: {damage}")
        if one.entry is None or damage:
            continue
        result.answers += 1
        at = one.entry.model, one.entry.recipe
        group = result.groups.setdefault(at, Group(*at))
        group.count(one.bytes, one.entry.article, one.entry.stored.asked_at)
    return result


def mismatch(entry: Entry) -> str:
    """How the prompt that an entry shows is not the one that its key was made of; only in format 1."""
    if text_digest(entry.prompt) == entry.stored.parts["article"]:
        return ""
    return "the prompt that it shows is not the one that its key was made of"
