"""How one outcome is put into words and properties, in whatever way it was come by."""

import re
from collections.abc import Iterable

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


# ---------------------------------------------------------------- as XML has it

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, not even escaped."""
_ESCAPES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"
}  # fmt: skip
_TO_ESCAPE = re.compile('[&<>"\n\r\t]')


def elements(facts: Iterable[tuple[str, object]]) -> str:
    """Properties as JUnit has them, without the element around them."""
    return "".join(f'<property name="{n}" value="{escaped(str(value))}" />' for n, value in facts)


def escaped(text: str) -> str:
    """A text as it may stand in an attribute or an element; what no XML can hold is shown by its number."""
    if text.isascii() and text.isprintable() and not _TO_ESCAPE.search(text):
        return text
    clean = _NOT_XML.sub(lambda found: f"#x{ord(found[0]):02X}", text)
    return _TO_ESCAPE.sub(lambda found: _ESCAPES[found[0]], clean)
