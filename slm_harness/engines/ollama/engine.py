"""Ollama through its official client: base found or pulled, custom model built, every reply checked.

Ollama can answer 200 with half a reply or with a prompt that it cut; whatever cannot be trusted is
refused here, with a name, and never reaches a grader.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ollama import GenerateResponse

from slm_harness.engines.context import Gauge
from slm_harness.engines.ollama import build
from slm_harness.engines.ollama.border import ADVICE, address, open_client, translated
from slm_harness.engines.ollama.build import KEEP_ALIVE
from slm_harness.engines.ollama.names import is_cloud
from slm_harness.engines.ollama.options import WINDOW, sent_options
from slm_harness.engines.ollama.pull import PullLimits, pull
from slm_harness.engines.ollama.reply import checked_reply
from slm_harness.engines.ollama.shelf import LOCK_SECONDS, changing, described, listed
from slm_harness.engines.ollama.told import (
    Entry,
    capabilities_of,
    find,
    identity_of,
    runs_elsewhere,
    tell_of_messages,
)
from slm_harness.engines.processor import is_here, processor
from slm_harness.engines.proof import PROMPT, prove
from slm_harness.engines.protocol import Presence, Report
from slm_harness.engines.samples import of_sample
from slm_harness.engines.transport import request_seconds
from slm_harness.errors import AnswerTimeout, NotMeasured, PullFailed
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request

PROBE_SECONDS = 5.0
LOAD_SECONDS = 600.0
"""Longest wait for a model to be loaded: from a slow disk that takes minutes."""


@dataclass(frozen=True)
class Waits:
    """How long to wait for what comes before the first article. Seconds."""

    pull: PullLimits = field(default_factory=PullLimits)
    load: float = LOAD_SECONDS
    """The entry's own time-out where that is longer."""
    lock: float = LOCK_SECONDS


_USUAL = Waits()


class OllamaEngine:
    """One model under Ollama."""

    takes_turns = True

    def __init__(self, spec: ModelSpec, longest: int, waits: Waits = _USUAL) -> None:
        sent_options(spec)  # refuses what Ollama does not know
        self._spec = spec
        self._longest = longest
        self._waits = waits
        self._closed = threading.Event()
        self._client = open_client(spec.timeout)
        self._host = address(self._client)
        self.capabilities: list[str] | None = None
        """What the base can do, as the server tells; provenance of what is built on it."""
        self._serves = ""
        self._gauge = Gauge(None, 0, "", "")
        self._options: Mapping[str, object] = {}
        self._recipe = Recipe("", "", {})
        self._proven: Mapping[str, object] | None = None
        """The schema to which the model has shown that it is held."""

    def presence(self) -> Presence:
        """Whether the server answers, and whether the base is there."""
        client = open_client(PROBE_SECONDS)
        try:
            return Presence(pulled=find(listed(client, self._host), self._spec.base) is not None)
        except NotMeasured as error:
            return Presence(problem=error.message, kind=type(error).__name__)
        finally:
            client.close()

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Server version, digest of the base (pulled when missing), its template, all options."""
        found = self.known(recipe) or self._pulled(recipe, report)
        tell_of_messages(found, report)
        return found

    def _pulled(self, recipe: Recipe, report: Report) -> Identity:
        with changing(self._host, self._closed, report, self._waits.lock):
            # Whoever had the lock may have pulled it.
            if self._entry(self._spec.base) is None:
                pull(self._spec.base, self._host, report, self._waits.pull, self._closed)
        found = self.known(recipe)
        if found is None:
            raise PullFailed(
                f"{self._spec.base} was pulled and {self._host} does not list it; see the server's log"
            )
        return found

    def known(self, recipe: Recipe) -> Identity | None:
        """The identity by what is there now; None where the base would have to be pulled.

        Raises:
            NotMeasured: nothing can be built on the base, or the server does not say.
        """
        base = self._spec.base
        if is_cloud(base):
            raise runs_elsewhere(base, "ollama.com")
        with translated("telling its version", self._host):
            version = self._client.server_version()
        entry = self._entry(base)
        if entry is None:
            return None
        if not entry.size:
            raise PullFailed(
                f"{base} is listed by {self._host} with 0 bytes: a proxy between the server and the "
                f"registry sent nothing; run `ollama rm {base}`, mend the server's HTTPS_PROXY, run again"
            )
        found = described(self._client, self._host, base)
        self.capabilities = capabilities_of(found)
        return identity_of(self._spec, recipe, self._longest, version, entry, found)

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Create the custom model unless it is there, load it, and see what it was loaded with."""
        made = self._entry(identity.serves) or self._created(identity, recipe, report)
        self._serves, self._recipe = identity.serves, recipe
        self._options, before = identity.options, self._gauge
        self._gauge = _gauge(identity, recipe)
        self._gauge.learn_from(before)
        report(f"loading {identity.serves}")
        machine = {**self._loaded(identity), "built": made.digest}
        if is_here(self._client._client.base_url.host):
            machine["processor"] = processor()
        if self.capabilities is not None:
            machine["capabilities"] = self.capabilities
        if recipe.schema != self._proven:
            report(f"testing whether {self._host} holds {identity.base} to the schema")
            proven = prove(recipe, self._put_proof, f"{self._host} with {identity.base}")
            self._proven = recipe.schema
            if proven is not None:
                self._gauge.calibrate(PROMPT, proven.prompt_tokens)
        return replace(identity, machine=machine)

    def _created(self, identity: Identity, recipe: Recipe, report: Report) -> Entry:
        with changing(self._host, self._closed, report, self._waits.lock):
            made = self._entry(identity.serves)
            if made is not None:
                return made
            report(f"building {identity.serves}")
            return build.create(self._client, self._host, identity, recipe.system)

    def _loaded(self, identity: Identity) -> Mapping[str, object]:
        seconds = max(self._spec.timeout, self._waits.load)
        client = open_client(seconds)
        try:
            return build.load(client, self._host, identity)
        except AnswerTimeout as error:
            raise AnswerTimeout(
                f"{self._host} did not load {identity.base} within {seconds:g} s; see its log, and with "
                "`ollama ps` whether it is busy with another model"
            ) from error
        finally:
            client.close()

    def ask(self, request: Request) -> Reply:
        """One article, one reply, checked against every way in which it could be silently wrong."""
        self._gauge.check_prompt(request)
        options = of_sample(self._options, request.sample)
        return self._put(request, self._recipe.schema, options, self._gauge)

    def _put_proof(self, prompt: str, schema: Mapping[str, object], tokens: int) -> Reply:
        request = Request(self._spec.name, "the test of the schema", prompt)
        options = {**self._options, "num_predict": tokens}
        return self._put(request, schema, options, Gauge(None, 0, "", ""))

    def _put(
        self,
        request: Request,
        schema: Mapping[str, object],
        options: Mapping[str, object],
        gauge: Gauge,
    ) -> Reply:
        with translated(f"reading {request.article}", self._host):
            response: GenerateResponse = self._client.generate_whole(
                self._serves,
                self._recipe.message(request.prompt),
                schema=schema,
                options=options,
                keep_alive=KEEP_ALIVE,
            )
        return checked_reply(response, gauge, request, self._host, request_seconds())

    def close(self) -> None:
        """Close the connections, and end any wait."""
        self._closed.set()
        self._client.close()

    def _entry(self, name: str) -> Entry | None:
        return find(listed(self._client, self._host), name)


def _gauge(identity: Identity, recipe: Recipe) -> Gauge:
    window, reply = (int(str(identity.options[name])) for name in (WINDOW, "num_predict"))
    return Gauge(window, reply, recipe.around, ADVICE.context)
