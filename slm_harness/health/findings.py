"""What was found: values that a terminal and a script are shown alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    PROBLEM = "problem"
    """Something is missing, or would fail."""
    NOTE = "note"
    """Worth knowing; nothing has to be done."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    detail: str
    mend: str = ""
    """The command that mends it; empty where ``detail`` says what to do, and no single command does it."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The same for scripts: bytes, tokens and seconds by name."""


@dataclass(frozen=True)
class Section:
    """Findings about one thing: the machine, a server, a model."""

    about: str
    findings: Sequence[Finding]


Numbers = Mapping[str, float | None]
_NO_NUMBERS: Numbers = {}


def ok(what: str, detail: str, numbers: Numbers = _NO_NUMBERS) -> Finding:
    """All is well."""
    return Finding(what, State.OK, detail, numbers=_known(numbers))


def note(what: str, detail: str, mend: str = "", numbers: Numbers = _NO_NUMBERS) -> Finding:
    """Worth knowing."""
    return Finding(what, State.NOTE, detail, mend, _known(numbers))


def problem(what: str, detail: str, mend: str = "", numbers: Numbers = _NO_NUMBERS) -> Finding:
    """Something is missing, or would fail."""
    return Finding(what, State.PROBLEM, detail, mend, _known(numbers))


def _known(numbers: Numbers) -> Mapping[str, float]:
    return {name: value for name, value in numbers.items() if value is not None}


def gigabytes(size: float) -> str:
    """``2.2 GB``: bytes as people buy them; ``640 MB`` for what is small."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
