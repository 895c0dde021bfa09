"""The gate: pass rates of a model with the outcome of every answer, and what became worse since.

What was accepted is a snapshot, a text that people read in a pull request; ``judge`` compares the present one
with it, by a policy that is committed beside them.
"""

from slm_harness.gate.flips import Flip, flip, flips, known
from slm_harness.gate.judging import Judgement, Paired, Shortfall, judge, shortfalls
from slm_harness.gate.policy import GateMode, Policies, Policy, load_policies
from slm_harness.gate.snapshot import Line, Rate, Snapshot, folded
from slm_harness.gate.text import MARKS, load_snapshot, parse, render

__all__ = [
    "MARKS",
    "Flip",
    "GateMode",
    "Judgement",
    "Line",
    "Paired",
    "Policies",
    "Policy",
    "Rate",
    "Shortfall",
    "Snapshot",
    "flip",
    "flips",
    "folded",
    "judge",
    "known",
    "load_policies",
    "load_snapshot",
    "parse",
    "render",
    "shortfalls",
]
