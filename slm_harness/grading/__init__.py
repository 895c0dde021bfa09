"""Graders: pure functions from (question, label, answer) to a grade with a reason."""

from slm_harness.grading.contradictions import contradictions
from slm_harness.grading.judging import VERSIONS, grade
from slm_harness.grading.wording import canonical, expected_in_words

__all__ = ["VERSIONS", "canonical", "contradictions", "expected_in_words", "grade"]
