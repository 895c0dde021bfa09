"""Graders: pure functions from (question, label, answer) to a grade with a reason."""
