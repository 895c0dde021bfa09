"""Label files, strictly loaded: every fault of every file at once, before anything is asked."""

from slm_harness.labels.load import Labelled, load_articles, load_labelled

__all__ = ["Labelled", "load_articles", "load_labelled"]
