"""What the plugin knows during one run, in the one typed place that pytest has for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from slm_harness.errors import SnapshotError
from slm_harness.gate import Snapshot, parse
from slm_harness.journal import Follower
from slm_harness.plugin import options
from slm_harness.plugin.filling import Filler
from slm_harness.plugin.rates import PassRates
from slm_harness.records import Outcome
from slm_harness.session import Evaluation


@dataclass(frozen=True)
class Standing:
    """What is known of the models before anything is asked; equal in every process of the run."""

    problems: Mapping[str, str] = field(default_factory=dict)
    """Models that the command line names and that cannot be reached, with the reason."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Models that nobody named and that cannot be evaluated, with the reason."""


@dataclass
class State:
    """One run of pytest in one process."""

    evaluation: Evaluation
    standing: Standing
    before: Mapping[str, Snapshot]
    """The accepted snapshots as they were on disk when the run began."""
    follower: Follower
    filler: Filler | None
    """None in a worker: only the controlling process asks."""
    updating: bool
    all_wrong_fail: bool
    selected: dict[str, int] = field(default_factory=dict)
    """Model to how many of its answers are selected."""
    gates: set[str] = field(default_factory=set)
    """Models whose test_pass_rates is selected."""
    outcomes: list[Outcome] = field(default_factory=list)
    """Of the cases that were run; filled in the controlling process."""
    to_accept: dict[str, PassRates] = field(default_factory=dict)
    """Node id of a gate to what its passing accepts."""
    notes: list[str] = field(default_factory=list)
    """Lines for the end of the run."""


STATE = pytest.StashKey[State]()


def committed_snapshots(config: pytest.Config, models: Mapping[str, object]) -> dict[str, Snapshot]:
    """The accepted snapshots of the configured models.

    Raises:
        SnapshotError: one of them is there and cannot be read.
    """
    folder = options.path(config, "slm_snapshots")
    found = {}
    for model in models:
        path = folder / f"{model}.txt"
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise SnapshotError(f"{path}: the snapshot cannot be read: {error}") from error
        found[model] = parse(text, str(path))
    return found
