"""What an engine has to do, and what it may say of itself."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slm_harness.errors import SettingsError
from slm_harness.records import Identity, Recipe, Reply, Request

Report = Callable[[str], None]
"""Takes one line on what an engine is busy with, such as a pull."""

Reader = Callable[[str], Mapping[str, object]]
"""A rule-based reader: the prompt that a model would get, to a reply object."""


@dataclass(frozen=True)
class Loaded:
    """A model in the server's memory."""

    size: int
    """Bytes, context included."""
    on_gpu: float | None = None
    """Share of it on a graphics processor, 0 to 1."""
    context: int | None = None
    """Tokens."""


@dataclass(frozen=True)
class Facts:
    """What a server tells of itself and of a model; empty or None where it does not."""

    address: str = ""
    server: str = ""
    """Its version."""
    form: str = ""
    """Parameters and quantisation, in the server's words."""
    size: int | None = None
    """Bytes of the weights."""
    trained: int | None = None
    """Context that the model was trained for, in tokens."""
    cache: int | None = None
    """Bytes of memory for each token of the context, at most."""
    slots: int = 1
    """Contexts that are held at once."""
    reply: int | None = None
    """Most tokens of a reply, as the engine asks for it."""
    window: int | None = None
    """Context that the model's entry pins, in tokens."""
    loaded: Loaded | None = None
    untold: str = ""
    """Why some of it is not known, as one line."""


@dataclass(frozen=True)
class Presence:
    """What a look at the server found, before anything is asked."""

    pulled: bool = False
    problem: str = ""
    """Why the model cannot be reached, as one line; empty when it can."""
    kind: str = "NotMeasured"
    """Name of the failure that the problem is: a class of ``errors``."""
    mend: str = ""
    """The command that mends the problem, where one does."""
    unusable: str = ""
    """Why nothing can be built on the model although its server answers; filled by ``examine`` only."""
    facts: Facts = field(default_factory=Facts)
    """Filled by ``examine`` only: nobody else waits for it."""


class Engine(Protocol):
    """One model, asked about one article at a time, also from several threads at once."""

    takes_turns: bool
    """Whether ``ask`` waits for the turn of its thread's place (``turns``) by itself, as our transport does
    just before it sends; where not, all of it is a turn."""

    def presence(self) -> Presence:
        """Look whether the model can be reached; quick, changes nothing."""
        ...

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Find out which model it really is that would answer; fetches the base when it is missing.

        Raises:
            NotMeasured: it cannot be found out.
        """
        ...

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Make the model ready for its first article; the identity with what is known only then.

        It is loaded, warm, and has shown that it is held to the recipe's schema. It may be called again, with
        another recipe for what is asked from then on; nothing is shown twice, since a prompt in between would
        take the place of the last article in what a server keeps of prompts.

        Raises:
            NotMeasured: it cannot be made ready.
        """
        ...

    def ask(self, request: Request) -> Reply:
        """Put one article to the model that was built, once.

        Raises:
            NotMeasured: no reply was obtained. Its class says whether to try again.
        """
        ...

    def close(self) -> None:
        """Let go of connections, and of processes that were started."""
        ...


def bad_host(error: Exception) -> SettingsError:
    """The one line about an ``OLLAMA_HOST`` that is no address.

    The ollama package makes a client of its own while it is imported, which heeds proxies. Their
    addresses may have passwords, so they are not repeated.
    """
    if "proxy" in str(error).lower():
        return SettingsError(
            "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is no address of a proxy; unset it, or write it as "
            "http://host:port"
        )
    return SettingsError(
        f"OLLAMA_HOST={os.environ.get('OLLAMA_HOST', '')!r} is no address ({error}); "
        "write it as host:port, for example 127.0.0.1:11434"
    )
