"""How one outcome is put into words and properties, in whatever way it was come by."""

from slm_harness.records import Outcome

PROPERTIES = (
    "model", "question", "article", "verdict", "expected", "got", "reason", "seconds", "tokens", "cost",
    "recalled", "key", "conforms", "in_form", "contradicts", "failure",
)  # fmt: skip
"""The fields of an outcome as JUnit has them, in this order."""


def properties(outcome: Outcome) -> list[tuple[str, object]]:
    """The properties of a case as JUnit has them.

    What is empty has no property: each one costs time and memory once more in the JUnit file.
    """
    return [
        (name, getattr(value, "value", value))
        for name in PROPERTIES
        if (value := getattr(outcome, name)) is not None and value != ""
    ]


def told(outcome: Outcome) -> str:
    """An outcome in one line."""
    return (
        f"{outcome.model} on {outcome.article}, {outcome.question}: {outcome.verdict}: "
        f"expected {outcome.expected!r}, got {outcome.got!r}: {outcome.reason}"
    )


def not_measured(why: str) -> str:
    """The one line of an answer that there is not."""
    return f"not measured: {why}"


def no_rates(model: str, article: str, why: str) -> str:
    """The one line of a gate where an article was not measured."""
    return f"no pass rates of {model}: {article} was {not_measured(why)}"
