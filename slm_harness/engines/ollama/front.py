"""Ollama as the harness opens it: a glance first, and the official client once something is to be asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slm_harness.engines.ollama.glance import glance, place
from slm_harness.engines.ollama.options import sent_options
from slm_harness.engines.ollama.told import capabilities_of, identity_of, tell_of_messages
from slm_harness.engines.protocol import Presence, Report, bad_host
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request

if TYPE_CHECKING:
    from slm_harness.engines.ollama.engine import OllamaEngine


@contextmanager
def loading_client() -> Iterator[None]:
    """For the first import of the official client, which makes a client of its own while it is loaded.

    Raises:
        SettingsError: ``OLLAMA_HOST``, or a proxy, is no address.
    """
    try:
        yield
    except ValueError as error:
        raise bad_host(error) from error


class Ollama:
    """One model under Ollama, through its official client only where a glance does not do."""

    takes_turns = True

    def __init__(self, spec: ModelSpec, longest: int) -> None:
        """Open it.

        Raises:
            SettingsError: the entry has options that Ollama does not know, or ``OLLAMA_HOST`` is no address.
        """
        sent_options(spec)  # refuses what Ollama does not know
        self._spec = spec
        self._longest = longest
        self._opened: OllamaEngine | None = None
        self._capabilities: list[str] | None = None
        if place() is None:
            self._engine()  # refuses what is no address

    def presence(self) -> Presence:
        """Whether the server answers, and whether the base is there."""
        seen = glance(self._spec.base, describe=False)
        if seen is None:
            return self._engine().presence()
        return Presence(pulled=seen.base is not None)

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Server version, digest of the base (pulled when missing), its template, all options."""
        seen = glance(self._spec.base, describe=True)
        if seen is None or seen.base is None or seen.described is None:
            return self._engine().identify(recipe, report)
        self._capabilities = capabilities_of(seen.described)
        found = identity_of(
            self._spec, recipe, self._longest, seen.version, seen.base, seen.described
        )
        tell_of_messages(found, report)
        return found

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Create the custom model unless it is there, load it, and see what it was loaded with."""
        return self._engine().build(identity, recipe, report)

    def ask(self, request: Request) -> Reply:
        """One article, one reply, checked against every way in which it could be silently wrong."""
        return self._engine().ask(request)

    def close(self) -> None:
        """Close the connections, and end any wait."""
        if self._opened is not None:
            self._opened.close()

    def _engine(self) -> "OllamaEngine":
        if self._opened is None:
            with loading_client():
                from slm_harness.engines.ollama.engine import OllamaEngine
            self._opened = OllamaEngine(self._spec, self._longest)
            self._opened.capabilities = self._capabilities
        return self._opened
