"""One line of the table: what happens, what the harness calls it, how often it tries, whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from slm_harness.errors import NotMeasured

Phase = Literal["start", "build", "proof", "answer"]
"""``start``: finding out who answers; ``build``: making the model and loading it; ``proof``: the test of
the schema; ``answer``: one article."""


@dataclass(frozen=True)
class Unusable:
    """A whole reply, by the model's own fault no answer: under its own name, and as not passed."""

    problem: str
    """Words of the reason that every one of these answers is given."""
    questions: int = 9
    """How many of the nine have no answer; the others are right."""


@dataclass(frozen=True)
class Right:
    """Odd, or bad only for a while: the answers are graded as if nothing had been, and are right."""


Outcome = type[NotMeasured] | Unusable | Right


@dataclass(frozen=True)
class Row:
    """One happening."""

    scenario: str
    """Name in the table of the engine's double."""
    happens: str
    """In words, for docs/failures.md. Empty: as the row before, but it passes, and all is right."""
    outcome: Outcome
    tries: int = 1
    """How often the request is put, in all."""
    seen: tuple[int, ...] = ()
    """Which failures seen in the field it is, by their numbers in ``seen.py``."""
    phase: Phase = "answer"
    do: str = ""
    """What to do, where the message does not say it."""
    requests: str = ""
    """Which of the requests that could meet it do, ``FIRST-LAST``; all where this is empty."""
    delay: float = 0.0
    """Seconds that a slow scenario takes its time."""
    timeout: float = 60.0
    """The model's ``timeout`` in seconds."""
    options: Mapping[str, object] = field(default_factory=dict)
    """The model's ``options``."""
    padding: int = 0
    """Characters by which the article is longer than it is."""
    reached: int | None = None
    """How many of the tries reach the server, where not all do."""
    restarts: bool = False
    """Whether the server is started again while the harness waits for its next try."""
    says: str = ""
    """Words of the message, a regular expression."""
    shown_by: str = ""
    """``FILE::TEST`` that shows it on a real engine, where no double plays it."""
    engine: str = "ollama"

    @property
    def id(self) -> str:
        """Tells the row from others."""
        parts = (self.engine, self.phase, self.scenario, self.requests, "again" * self.restarts)
        return "-".join(part for part in parts if part)

    @property
    def ends(self) -> bool:
        """Whether the model's other articles are not tried."""
        return isinstance(self.outcome, type) and (
            self.phase != "answer" or self.outcome.ends_model
        )


@dataclass(frozen=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]
