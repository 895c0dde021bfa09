"""What asking is told and what it tells: modes, batches, limits, and one event for each article."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from slm_harness.engines import Engine
from slm_harness.evidence import Evidence
from slm_harness.records import Identity, ModelSpec, Request, Stored
from slm_harness.retrying import Patience
from slm_harness.store import Store


class Mode(StrEnum):
    """Where replies may come from."""

    AUTO = "auto"
    """Recall what is stored, ask the rest."""
    REPLAY = "replay"
    """Recall only; no server is spoken to."""
    FRESH = "fresh"
    """Ask for everything again."""


@dataclass(frozen=True)
class Prepared:
    """It is known which model answers."""

    model: str
    identity: Identity
    asks: bool = False
    """Whether the model was built, and is being asked now: some reply of it was not stored."""


@dataclass(frozen=True)
class Obtained:
    """A reply is there."""

    model: str
    article: str
    stored: Stored
    recalled: bool
    why: str = ""
    """For a reply that was asked for: why the store had none, where that is wanted."""
    tries: int = 0
    """How often the request was put until the reply was there; 0 for one that was stored."""
    sample: int = 0
    """Which of several replies to the same words it is."""


@dataclass(frozen=True)
class Failed:
    """No reply was obtained. Never stored, so that the next run tries again."""

    model: str
    article: str
    kind: str
    """Name of the error's class."""
    message: str
    tries: int = 0
    """How often the request was put; 0 where it never was."""
    ends_model: bool = False
    """Whether the model's other articles are not tried for it."""
    sample: int = 0
    """Which of several replies to the same words it would have been."""


Event = Prepared | Obtained | Failed


class Unreached(NamedTuple):
    """Why a model cannot be reached, when that is known before anything is asked."""

    kind: str
    """Name of the error's class."""
    message: str


@dataclass(frozen=True)
class Batch:
    """All that is wanted of one model."""

    model: str
    open_engine: Callable[[], Engine]
    """Called at most once, and not at all where a replay needs no engine."""
    spec: ModelSpec
    local: bool
    """Whether the engine works in this process, so that it tells its identity without a server."""
    requests: Sequence[Request]
    evidence: Evidence | None = None
    """The replies that were accepted with the model's snapshot."""
    problem: Unreached | None = None
    enough: threading.Event = field(default_factory=threading.Event)
    """Set once nothing more is wanted of this model; what is open is let finish."""


Enough = Mapping[str, threading.Event]
"""Model to its ``Batch.enough``, for models of which less than all may do."""


@dataclass(frozen=True)
class Sources:
    """Where replies come from and go to."""

    store: Store
    mode: Mode
    answers: Path
    """Folder of the accepted replies, for messages."""
    explain: bool = False
    """Whether it is to be found out why the store had no reply, for which all earlier ones are read."""
    flags: str = ""
    """Flags of this run without which a command for the next would mean something else, for messages."""
    looks: bool = False
    """Whether the run is for a look only, so that no message may tell to accept what comes of it."""


@dataclass(frozen=True)
class Limits:
    """How long to go on."""

    patience: Patience = field(default_factory=Patience)
    seconds: float | None = None
    """The whole run; None for as long as it takes."""
    look: float = 10.0
    """Finding out who answers, though the time of the run is over: what is stored is recalled all the same."""
    in_a_row: int = 3
    """So many articles that fail one after the other, of the server's own doing, end the model's run."""
