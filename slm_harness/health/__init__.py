"""Health: what an evaluation needs, what of it is there, and what would mend the rest. Changes nothing."""

from slm_harness.health.checkup import Checkup, sections
from slm_harness.health.findings import Finding, Section, State

__all__ = ["Checkup", "Finding", "Section", "State", "sections"]
