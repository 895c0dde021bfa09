"""What an engine has to do, and what it may say of itself."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from slm_harness.errors import SettingsError
from slm_harness.records import Identity, Recipe, Reply, Request

Report = Callable[[str], None]
"""Takes one line on what an engine is busy with, such as a pull."""

Reader = Callable[[str], Mapping[str, object]]
"""A rule-based reader: the prompt that a model would get, to a reply object."""


@dataclass(frozen=True)
class Presence:
    """What a look at the server found, before anything is asked."""

    pulled: bool = False
    problem: str = ""
    """Why the model cannot be reached, as one line; empty when it can."""


class Engine(Protocol):
    """One model, asked about one article at a time, also from several threads at once."""

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

        It is loaded, warm, and has shown that it is held to the recipe's schema.

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
    """The one line about an ``OLLAMA_HOST`` that is no address."""
    return SettingsError(
        f"OLLAMA_HOST={os.environ.get('OLLAMA_HOST', '')!r} is no address ({error}); "
        "write it as host:port, for example 127.0.0.1:11434"
    )
