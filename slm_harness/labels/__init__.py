"""Label files, strictly loaded: every fault of every file at once, before anything is asked."""

from slm_harness.labels.commonest import commonest_answers
from slm_harness.labels.lint import Linted, known_tags, lint
from slm_harness.labels.load import Labelled, load_articles, load_labelled
from slm_harness.labels.nodes import Finding

__all__ = [
    "Finding",
    "Labelled",
    "Linted",
    "commonest_answers",
    "known_tags",
    "lint",
    "load_articles",
    "load_labelled",
]
