"""The properties of each case in a JUnit file, put in once the file is written.

pytest can take them along with each report, but holds them as trees until the end: that is a fifth of the
time and half of the memory of a run that has nothing to ask.
"""

import re
from collections.abc import Iterator, Mapping

from slm_harness.records import Outcome

PROPERTIES = (
    "model", "question", "article", "verdict", "expected", "got", "reason", "seconds", "tokens", "cost",
    "recalled", "key", "conforms", "in_form", "contradicts", "failure",
)  # fmt: skip
"""The fields of an outcome as JUnit has them, in this order; an empty one is left out."""

_CASE = re.compile(r'<testcase [^>]*\bname="[^"\[]*\[([^"]*)\]"[^>]*?(/?)>(<properties>)?')
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#09;"
}  # fmt: skip
_ESCAPED = re.compile('[&<>"\n\r\t]')


def with_properties(document: str, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """A JUnit document in pieces, with the properties of every case that has an outcome.

    Args:
        document: As pytest wrote it.
        outcomes: Case id to outcome.
    """
    done = 0
    for match in _CASE.finditer(document):
        outcome = outcomes.get(_plain(match[1]))
        if outcome is None:
            continue
        yield document[done : match.start()]
        done = match.end()
        properties = "".join(_property(name, value) for name, value in told(outcome))
        opened = match[0].removesuffix("<properties>")
        if match[2]:
            yield f"{opened[:-2].rstrip()}><properties>{properties}</properties></testcase>"
        else:
            # Those that a test of the user's own recorded stand behind ours.
            yield f"{opened}<properties>{properties}{'' if match[3] else '</properties>'}"
    yield document[done:]


def told(outcome: Outcome) -> Iterator[tuple[str, object]]:
    """Name and value of each property that says something."""
    for name in PROPERTIES:
        value = getattr(outcome, name)
        if value is not None and value != "":
            yield name, getattr(value, "value", value)


def _property(name: str, value: object) -> str:
    return f'<property name="{name}" value="{escaped(str(value))}" />'


def escaped(text: str) -> str:
    """A text as the value of an attribute; what XML cannot hold is shown by its number."""
    text = _ILLEGAL.sub(lambda match: f"#x{ord(match[0]):02X}", text)
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)


def _plain(value: str) -> str:
    """An attribute's value read back; names of cases hold nothing but what XML leaves as it is."""
    return value.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
