"""Ranking many wordings of the questions, and judging the first of them by articles that ranked nothing."""

from slm_harness.sweeping.asking import Asker
from slm_harness.sweeping.running import swept
from slm_harness.sweeping.splitting import Split, split
from slm_harness.sweeping.wordings import Wording, load_wordings

__all__ = ["Asker", "Split", "Wording", "load_wordings", "split", "swept"]
