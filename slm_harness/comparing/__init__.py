"""Comparing two things, article by article, from what is stored and committed. Nothing is asked.

Whatever is compared becomes a snapshot first, and the gate judges: what was accepted, now or at a git
revision, what a run left in results.json, the replies to another prompt, or another model.
"""

from slm_harness.comparing.comparison import compared, narrowed
from slm_harness.comparing.operands import Kind, Operand, operand
from slm_harness.comparing.sides import Said, Side, Source

__all__ = ["Kind", "Operand", "Said", "Side", "Source", "compared", "narrowed", "operand"]
