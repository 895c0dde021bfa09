"""Label files, strictly loaded: every fault of every file at once, before anything is asked.

What this module gives is all that a start needs; what reads YAML and cleans pages is imported from the
modules beside it by those who do.
"""

from slm_harness.labels.kept import load_articles

__all__ = ["load_articles"]
