"""llama.cpp without a server to install: a GGUF file, served by the wheel xllamacpp in a child process.

The child is an OpenAI-compatible server on the loopback interface that nobody else can use.
"""

import importlib.util
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import httpx

from slm_harness.engines.context import Gauge, fitting_window, needed_window
from slm_harness.engines.llamacpp import hub
from slm_harness.engines.llamacpp.failures import EXTRA
from slm_harness.engines.llamacpp.gguf_facts import facts_of
from slm_harness.engines.llamacpp.options import (
    GPU_LAYERS,
    THREADS,
    WINDOW,
    loading,
    pinned_options,
    sent_options,
)
from slm_harness.engines.llamacpp.server import LlamaServer, Load, Served
from slm_harness.engines.openai.border import Server
from slm_harness.engines.openai.chat import Chat
from slm_harness.engines.processor import processor
from slm_harness.engines.proof import PROMPT, prove
from slm_harness.engines.protocol import Presence, Report
from slm_harness.engines.samples import of_sample
from slm_harness.engines.statuses import Advice, one_line
from slm_harness.engines.transport import http_settings
from slm_harness.engines.turns import take_turn
from slm_harness.errors import (
    ConnectionBroken,
    ModelsError,
    ModelUnavailable,
    RunnerStopped,
    ServerUnreachable,
)
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request

ADVICE = Advice(
    context="shorten the article, set options: n_ctx higher where the model was trained for more, or use a "
    "model with a longer context",
    access="the child of this run asks for the key of this run, so another process has taken its port: "
    "run again",
)
TEMPLATE_SECONDS = 30.0
NEEDS = ("xllamacpp", "gguf")


class LlamaCppEngine:
    """One GGUF file under llama.cpp."""

    takes_turns = True

    def __init__(self, spec: ModelSpec, longest: int) -> None:
        self._options: Mapping[str, object] = pinned_options(spec)
        self._spec = spec
        self._hub = hub.hub_file(spec.base) if spec.base.startswith(hub.PREFIX) else None
        if self._hub is None:
            check_path(spec)
        self._longest = longest
        self._path = Path()
        self._server: LlamaServer | None = None
        self._load: Load | None = None
        """How the server was told to load the file."""
        self._chats: dict[str, Chat] = {}
        """The connections to each child so far, by its key."""
        self._recipe = Recipe("", "", {})
        self._gauge = Gauge(None, 0, "", "")
        self._proven: Mapping[str, object] | None = None
        """The schema to which the model has shown that it is held."""

    def presence(self) -> Presence:
        """Whether the wheel is installed, and the file there."""
        try:
            self._check_installed()
            if self._hub is not None:
                return Presence(pulled=hub.cached(self._hub) is not None)
            found_path(self._spec.base)
        except ModelUnavailable as error:
            return Presence(problem=error.message, kind=type(error).__name__)
        return Presence(pulled=True)

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Version of the wheel, digest of the file (fetched when missing), its template, all options."""
        self._check_installed()
        if self._hub is None:
            self._path = found_path(self._spec.base)
        else:
            self._path = hub.fetched(self._hub, report)
        facts = facts_of(self._path, report)
        needed = needed_window(recipe.around, self._longest, _number(self._options, "max_tokens"))
        window = fitting_window(self._spec, WINDOW, needed, facts.context)
        return Identity(
            engine="llamacpp",
            server=f"xllamacpp {version('xllamacpp')}",
            base=self._spec.base,
            digest=facts.sha256,
            template=facts.template,
            options={**self._options, WINDOW: window},
        )

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Load the file in a child, and see that the system prompt and the schema get through."""
        self._options, self._recipe, before = identity.options, recipe, self._gauge
        window, reply = (_number(identity.options, name) for name in (WINDOW, "max_tokens"))
        self._gauge = Gauge(window, reply, recipe.around, ADVICE.context)
        self._gauge.learn_from(before)
        report(f"loading {self._path.name}")
        served = self._loaded(window, reply).served()
        self._check_template(served)
        # Another prompt would push the last article out of the slot that holds it.
        if recipe.schema != self._proven:
            report(f"testing whether llama.cpp holds {identity.base} to the schema")
            proven = prove(recipe, self._put_proof, f"llama.cpp with {identity.base}")
            self._proven = recipe.schema
            if proven is not None:
                self._gauge.calibrate(PROMPT, proven.prompt_tokens)
        return replace(identity, machine=self._machine(window, identity.template))

    def _loaded(self, window: int, reply: int) -> LlamaServer:
        """The server of the file; the one there is, unless it was loaded with another context."""
        load = Load(
            self._path,
            window=window,
            slots=self._spec.concurrency,
            reply=reply,
            threads=loading(self._spec, THREADS),
            gpu_layers=loading(self._spec, GPU_LAYERS),
        )
        if self._server is not None and self._load != load:
            self._server.close()
            self._server = None
        if self._server is None:
            self._server, self._load = LlamaServer(load), load
        return self._server

    def ask(self, request: Request) -> Reply:
        """One article, one reply, checked against every way in which it could be silently wrong."""
        self._gauge.check_prompt(request)
        options = sent_options(of_sample(self._options, request.sample))
        return self._put(request, self._recipe.schema, options, self._gauge)

    def close(self) -> None:
        """End the child and close the connections."""
        if self._server is not None:
            self._server.close()
        for chat in list(self._chats.values()):
            chat.close()

    def _put_proof(self, prompt: str, schema: Mapping[str, object], tokens: int) -> Reply:
        request = Request(self._spec.name, "the test of the schema", prompt)
        options = {**sent_options(self._options), "max_tokens": tokens}
        return self._put(request, schema, options, Gauge(None, 0, "", ""))

    def _put(
        self,
        request: Request,
        schema: Mapping[str, object],
        options: Mapping[str, object],
        gauge: Gauge,
    ) -> Reply:
        """Put a request to the child that serves; one that died is started anew at the next try."""
        if self._server is None:
            raise ModelUnavailable(f"{self._spec.name} was not built")
        # Now, since the child may end while others have their turn, and be another afterwards.
        take_turn()
        served = self._server.served()
        try:
            return self._chat(served).put(request, self._recipe, schema, options, gauge)
        except (ConnectionBroken, ServerUnreachable) as error:
            raise self._died(self._server, served, f"reading {request.article}") or error from error

    def _died(self, server: LlamaServer, served: Served, doing: str) -> RunnerStopped | None:
        """The failure that a broken connection is where the child has ended; None where it lives."""
        death = server.death_of(served)
        if death is None:
            return None
        return RunnerStopped(
            f"the process of llama.cpp ended ({death}) while {doing}; it is started anew"
        )

    def _chat(self, served: Served) -> Chat:
        # Two threads may make one at once; setdefault keeps the first, and close() closes it.
        found = self._chats.get(served.key)
        if found is None:
            where = Server(
                f"{served.address}/v1", ADVICE, start="its process has ended", key=served.key
            )
            made = Chat(where, self._path.name, self._spec.timeout)
            found = self._chats.setdefault(served.key, made)
            if found is not made:
                made.close()
        return found

    def _check_template(self, served: Served) -> None:
        """See that the chat template puts the system prompt into the prompt.

        Raises:
            ModelUnavailable: it drops or refuses it.
        """
        system = self._recipe.system
        messages = [{"role": "system", "content": system}, {"role": "user", "content": PROMPT}]
        kwargs = sent_options(self._options)["chat_template_kwargs"]
        with closing(httpx.Client(**http_settings(TEMPLATE_SECONDS, lambda _: None))) as client:
            try:
                response = client.post(
                    f"{served.address}/apply-template",
                    json={"messages": messages, "chat_template_kwargs": kwargs},
                    headers={"Authorization": f"Bearer {served.key}"},
                )
            except httpx.HTTPError as error:
                server = self._server
                died = server and self._died(server, served, "applying the chat template")
                raise died or ConnectionBroken(
                    f"{served.address} did not apply the chat template ({type(error).__name__})"
                ) from error
        rendered = response.text if response.is_error else _rendered(response)
        if response.is_error or system.strip() not in rendered:
            raise ModelUnavailable(
                f"the chat template of {self._spec.base} drops the system prompt: "
                f"{one_line(rendered)!r}; use a file of an instruction-tuned model whose template takes one"
            )

    def _machine(self, window: int, template: str) -> Mapping[str, object]:
        chosen = {
            name: "as llama.cpp chooses" if value is None else value
            for name, value in (
                ("threads", loading(self._spec, THREADS)),
                ("gpu layers", loading(self._spec, GPU_LAYERS)),
            )
        }
        # No option reaches a template that asks the clock itself.
        clock = "strftime_now" in template and "date_string" not in template
        day = {"day told by the template": "today"} if clock else {}
        about = {"context": window, "slots": self._spec.concurrency, "processor": processor()}
        return {**about, **chosen, **day}

    def _check_installed(self) -> None:
        needs = NEEDS if self._hub is None else (*NEEDS, "huggingface_hub")
        missing = [name for name in needs if importlib.util.find_spec(name) is None]
        if missing:
            raise ModelUnavailable(
                f"{self._spec.name}: engine llamacpp needs {' and '.join(missing)}: {EXTRA}"
            )


def check_path(spec: ModelSpec) -> None:
    """See that a base can be a file.

    Raises:
        ModelsError: it is none that llama.cpp loads.
    """
    if not spec.base.endswith(".gguf"):
        raise ModelsError(
            f"{spec.name}: base: {spec.base}: engine llamacpp takes a path that ends in .gguf, or "
            "hf.co/OWNER/REPOSITORY/FILE.gguf"
        )


def found_path(base: str) -> Path:
    """The file of a base that is a path: absolute, or relative to this folder or to one above it.

    Raises:
        ModelUnavailable: there is no such file.
    """
    path = Path(base).expanduser()
    here = Path.cwd()
    found = next((f / path for f in (here, *here.parents) if (f / path).is_file()), None)
    if found is None:
        raise ModelUnavailable(
            f"there is no file {path} in {here} or above it: put the model there, or give "
            "base: hf.co/OWNER/REPOSITORY/FILE.gguf to have it fetched"
        )
    return found


def _rendered(response: httpx.Response) -> str:
    body = response.json()
    return str(body.get("prompt", "")) if isinstance(body, dict) else ""


def _number(options: Mapping[str, object], name: str) -> int:
    return int(str(options[name]))
