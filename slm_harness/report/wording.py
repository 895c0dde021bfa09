"""How one outcome is put into words and properties, in whatever way it was come by."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from slm_harness.records import Outcome, Verdict

PROPERTIES = (
    "model", "question", "article", "verdict", "expected", "got", "reason", "seconds", "tokens", "cost",
    "recalled", "key", "conforms", "in_form", "contradicts", "failure", "samples",
)  # fmt: skip
"""The fields of an outcome as JUnit has them, in this order."""


def properties(outcome: Outcome) -> list[tuple[str, object]]:
    """The properties of a case as JUnit has them.

    What is empty has no property: each one costs time and memory once more in the JUnit file.
    """
    found = [
        (name, getattr(value, "value", value))
        for name in PROPERTIES[:-1]
        if (value := getattr(outcome, name)) is not None and value != ""
    ]
    if outcome.samples and outcome.verdict not in (Verdict.NOT_MEASURED, Verdict.CONTESTED):
        found.append(("samples", f"{outcome.right}/{len(outcome.samples)}"))
    return found


def carried(outcome: Outcome) -> list[tuple[str, object]]:
    """The same with every sample's verdict, for one process to tell another; ``outcome_in`` reads it."""
    if not outcome.samples:
        return properties(outcome)
    verdicts = " ".join(outcome.samples)
    told = [pair for pair in properties(outcome) if pair[0] != "samples"]
    return [*told, ("samples", verdicts)]


def outcome_in(facts: Mapping[str, Any]) -> Outcome | None:
    """The outcome that was ``carried``; None where there is none among these properties."""
    if "verdict" not in facts:
        return None
    fields = {name: facts[name] for name in PROPERTIES if name in facts}
    samples = tuple(map(Verdict, fields.pop("samples", "").split()))
    empty = {"expected": "", "got": "", "reason": ""}
    return Outcome(**{**empty, **fields, "verdict": Verdict(facts["verdict"]), "samples": samples})


def told(outcome: Outcome) -> str:
    """An outcome in one line."""
    return f"{_place(outcome)}: {outcome.verdict}{_how_often(outcome)}: {_sides(outcome)}"


def flaky(outcome: Outcome) -> str:
    """The one line of an answer that is right in some samples: the first that is not."""
    return f"{outcome.verdict}{_how_often(outcome)}: {_place(outcome)}: {_sides(outcome)}"


def _place(outcome: Outcome) -> str:
    return f"{outcome.model} on {outcome.article}, {outcome.question}"


def _sides(outcome: Outcome) -> str:
    return f"expected {outcome.expected!r}, got {outcome.got!r}: {outcome.reason}"


def _how_often(outcome: Outcome) -> str:
    """``: right in 3 of 5 samples``; nothing where there is one, or where it does not matter how many are."""
    if not outcome.samples or outcome.verdict in (Verdict.NOT_MEASURED, Verdict.CONTESTED):
        return ""
    return f": right in {outcome.right} of {len(outcome.samples)} samples"


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
