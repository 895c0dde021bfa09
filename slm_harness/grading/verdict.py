"""What a grader hands back before the words for a person are put around it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Judgement:
    """Right or wrong, and the rule that decided."""

    right: bool
    rule: str


def passed(rule: str) -> Judgement:
    """A right answer."""
    return Judgement(True, rule)


def failed(rule: str) -> Judgement:
    """A wrong answer."""
    return Judgement(False, rule)
