"""Asking: each reply once, from the store or from the model; the only place that asks."""

from slm_harness.asking.filling import Again, fill
from slm_harness.asking.lines import Events, Lines, line
from slm_harness.asking.recalling import ask_there, changes, never_accepted
from slm_harness.asking.values import (
    Batch,
    Enough,
    Event,
    Failed,
    Limits,
    Mode,
    Obtained,
    Prepared,
    Sources,
    Unreached,
)
from slm_harness.engines.turns import give_way

__all__ = [
    "Again",
    "Batch",
    "Enough",
    "Event",
    "Events",
    "Failed",
    "Limits",
    "Lines",
    "Mode",
    "Obtained",
    "Prepared",
    "Sources",
    "Unreached",
    "ask_there",
    "changes",
    "fill",
    "give_way",
    "line",
    "never_accepted",
]
