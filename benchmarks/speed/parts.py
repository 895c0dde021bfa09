"""The parts of the bench, each with the steps that its figures are read from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from benchmarks.speed.contestants import Contestant


@dataclass(frozen=True)
class Part:
    """One part."""

    steps: frozenset[str]
    everybody: bool = True
    """Whether it is for others than the harness as well."""


PARTS: Mapping[str, Part] = {
    "total": Part(frozenset({"paced", "reworded"})),
    "start": Part(frozenset({"single", "single reworded"})),
    "overhead": Part(frozenset({"instant", "single"})),
    "again": Part(frozenset({"instant", "again"})),
    "changes": Part(frozenset({"changed", "recreated", "deleted"}), everybody=False),
    "mixed": Part(frozenset({"mixed"})),
    "growth": Part(
        frozenset({"single", "single again", "instant", "again", "many", "many again"}),
        everybody=False,
    ),
}


def wanted(names: Collection[str], who: Contestant) -> frozenset[str]:
    """The steps that a contestant is put through for these parts."""
    parts = [PARTS[name] for name in names]
    steps = frozenset[str]().union(*(one.steps for one in parts if one.everybody or who.is_harness))
    return steps.intersection(who.does)
