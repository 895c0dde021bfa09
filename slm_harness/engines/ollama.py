"""Ollama through its official client: base found or pulled, custom model built, every reply checked.

Ollama can answer 200 with half a reply or with a prompt that it cut; whatever cannot be trusted is
refused here, with a name, and never reaches a grader.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ollama import GenerateResponse

from slm_harness.engines.context import Gauge, fitting_window, needed_window, trained_context
from slm_harness.engines.ollama_border import ADVICE, address, open_client, translated
from slm_harness.engines.ollama_options import WINDOW, sent_options
from slm_harness.engines.ollama_reply import checked_reply
from slm_harness.engines.proof import PROMPT, prove
from slm_harness.engines.protocol import Presence, Report
from slm_harness.engines.statuses import one_line
from slm_harness.errors import ModelUnavailable, NotMeasured
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request

KEEP_ALIVE = "10m"
"""How long the model stays loaded between two articles."""
MAX_PART = 80
"""Longest part of an Ollama name, in characters."""
PROBE_SECONDS = 5.0
PULL_STALL_SECONDS = 120.0
"""Longest silence of a pull: the server retries a stalled part after 30 s by itself."""


class OllamaEngine:
    """One model under Ollama."""

    def __init__(self, spec: ModelSpec, longest: int) -> None:
        self._wanted = sent_options(spec)
        self._spec = spec
        self._longest = longest
        self._client = open_client(spec.timeout)
        self._host = address(self._client)
        self._serves = ""
        self._schema: Mapping[str, object] = {}
        self._gauge = Gauge(None, 0, "", "")
        self._options: Mapping[str, object] = {}

    def presence(self) -> Presence:
        """Whether the server answers, and whether the base is there."""
        client = open_client(PROBE_SECONDS)
        try:
            with translated("being looked for", self._host):
                return Presence(pulled=_digest_of(client.list(), self._spec.base) is not None)
        except NotMeasured as error:
            return Presence(problem=error.message)
        finally:
            client.close()

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Server version, digest of the base (pulled when missing), its template, all options."""
        base = self._spec.base
        with translated("telling its version", self._host):
            version = _version(self._client)
        digest = self._digest(base)
        if digest is None:
            self._pull(report)
            digest = self._digest(base)
        if digest is None:
            raise ModelUnavailable(f"{base} was pulled and {self._host} does not list it")
        with translated(f"describing {base}", self._host):
            shown = self._client.show(base)
        if shown.capabilities is not None and "completion" not in shown.capabilities:
            raise ModelUnavailable(f"{base} does not generate text (it can {shown.capabilities})")
        template = shown.template or ""
        if template and not re.search(r"\.System|\.Messages|system", template):
            raise ModelUnavailable(
                f"the template of {base} drops the system prompt: {one_line(template)!r}; "
                "use a model that was imported with its chat template"
            )
        options = dict(self._wanted)
        needed = needed_window(recipe.system, self._longest, int(str(options["num_predict"])))
        trained = trained_context(shown.modelinfo or {})
        options[WINDOW] = fitting_window(self._spec, WINDOW, needed, trained)
        return Identity(
            engine="ollama",
            server=version,
            base=base,
            digest=digest,
            template=template,
            options=options,
            serves=derived_name(recipe.task, base, digest, recipe.system, options),
        )

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Create the custom model unless it is there, load it, and see what it was loaded with."""
        if self._digest(identity.serves) is None:
            report(f"building {identity.serves}")
            with translated(f"building {identity.serves}", self._host):
                done = self._client.create(
                    identity.serves,
                    from_=identity.base,
                    system=recipe.system,
                    parameters=dict(identity.options),
                )
            if done.status != "success":
                raise ModelUnavailable(
                    f"{self._host} did not build {identity.serves}: {done.status}"
                )
        self._serves, self._schema = identity.serves, recipe.schema
        self._options = identity.options
        self._gauge = _gauge(identity, recipe)
        report(f"loading {identity.serves}")
        with translated(f"loading {identity.serves}", self._host):
            self._client.generate(
                identity.serves, "", options=dict(identity.options), keep_alive=KEEP_ALIVE
            )
            running = self._client.ps()
        built = replace(identity, machine=_loaded(running, identity))
        report(f"testing whether {self._host} holds {identity.base} to the schema")
        proven = prove(recipe, self._put_proof, f"{self._host} with {identity.base}")
        if proven is not None:
            self._gauge.calibrate(PROMPT, proven.prompt_tokens)
        return built

    def ask(self, request: Request) -> Reply:
        """One article, one reply, checked against every way in which it could be silently wrong."""
        self._gauge.check_prompt(request)
        return self._put(request, self._schema, self._options, self._gauge)

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
        started = time.perf_counter()
        with translated(f"reading {request.article}", self._host):
            response: GenerateResponse = self._client.generate_whole(
                self._serves,
                request.prompt,
                schema=schema,
                options=options,
                keep_alive=KEEP_ALIVE,
            )
        seconds = round(time.perf_counter() - started, 6)
        return checked_reply(response, gauge, request, self._host, seconds)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _digest(self, name: str) -> str | None:
        with translated("listing its models", self._host):
            return _digest_of(self._client.list(), name)

    def _pull(self, report: Report) -> None:
        base = self._spec.base
        report(f"pulling {base}")
        last = ""
        client = open_client(None, gap=PULL_STALL_SECONDS)
        try:
            with translated(f"pulling {base}", self._host):
                for step in client.pull(base, stream=True):
                    last = step.status or last
                    if step.total:
                        share = (step.completed or 0) / step.total
                        report(f"pulling {base}: {share:.0%} of {step.total / 1e9:.1f} GB")
        except NotMeasured as error:
            raise ModelUnavailable(
                f"{base} is not there and cannot be pulled: {error.message}; "
                f"look the name up at ollama.com/library, or try `ollama pull {base}`"
            ) from error
        finally:
            client.close()
        if last != "success":
            raise ModelUnavailable(f"pulling {base} ended with {last!r} instead of success")


def derived_name(
    task: str, base: str, digest: str, system: str, options: Mapping[str, object]
) -> str:
    """Name of the custom model: ``breach-analyzer-phi3:<12 hex of the recipe>``.

    Slashes and colons of a base such as ``hf.co/user/Repo-GGUF:Q4_K_M`` would make host and tag of
    it, so they become hyphens.
    """
    recipe = hashlib.sha256(repr((digest, system, sorted(options.items()))).encode()).hexdigest()
    part = f"{task}-analyzer-{re.sub(r'[^A-Za-z0-9_.-]', '-', base)}"
    return f"{part[:MAX_PART]}:{recipe[:12]}"


def _version(client: Any) -> str:  # noqa: ANN401 - the client has no public way to ask
    body = client._request_raw("GET", "/api/version").json()
    return str(body["version"]) if isinstance(body, dict) and "version" in body else "unknown"


def _digest_of(listed: Any, name: str) -> str | None:  # noqa: ANN401 - ollama.ListResponse
    wanted = _canonical(name)
    for model in listed.models:
        if model.model and _canonical(model.model) == wanted:
            return str(model.digest)
    return None


def _canonical(name: str) -> str:
    name = name.lower().removeprefix("registry.ollama.ai/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _gauge(identity: Identity, recipe: Recipe) -> Gauge:
    window, reply = (int(str(identity.options[name])) for name in (WINDOW, "num_predict"))
    return Gauge(window, reply, recipe.system, ADVICE.context)


def _loaded(running: Any, identity: Identity) -> dict[str, object]:  # noqa: ANN401 - ollama.ProcessResponse
    """What the server loaded; base and custom model share a runner, listed under either name."""
    names = {_canonical(identity.serves), _canonical(identity.base)}
    for model in running.models:
        if model.model and _canonical(model.model) in names:
            context = model.context_length
            if context is not None and context < int(str(identity.options["num_ctx"])):
                raise ModelUnavailable(
                    f"the server shrank the context of {identity.base} to {context} tokens (asked: "
                    f"{identity.options['num_ctx']}); free memory, or set a smaller num_ctx"
                )
            share = round((model.size_vram or 0) / model.size, 3) if model.size else None
            return {"context": context, "gpu share": share}
    return {}
