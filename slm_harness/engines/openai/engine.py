"""Any OpenAI-compatible server, on this machine or hosted: vLLM, SGLang, llama-server, LM Studio, LiteLLM.

Such a server shows a name and hardly ever what is behind it, so the identity says ``by name``.
"""

import difflib
import os
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from slm_harness.engines.context import Gauge, whole
from slm_harness.engines.openai.border import Server
from slm_harness.engines.openai.chat import Chat
from slm_harness.engines.openai.options import place, reply_limit, sent_options
from slm_harness.engines.proof import PROMPT, prove
from slm_harness.engines.protocol import Presence, Report
from slm_harness.engines.samples import of_sample
from slm_harness.engines.statuses import Advice, one_line
from slm_harness.errors import KeyNotSet, ModelUnavailable, NotMeasured, ServerBusy, SettingsError
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request

PROBE_SECONDS = 5.0
NAMES_SHOWN = 8
"""How many of a server's models are named where the wanted one is not among them."""
_FACTS = ("root", "n_params", "n_vocab", "size")
"""What a list may tell of the weights. Not ``created``, which on some servers is when they started."""


class OpenAIEngine:
    """One model of one OpenAI-compatible server."""

    takes_turns = True

    def __init__(self, spec: ModelSpec) -> None:
        self._options = sent_options(spec)
        self._spec = spec
        self._server = Server(spec.base_url, advice(spec), key=key_of_entry(spec))
        self._chat = Chat(self._server, spec.base, spec.timeout)
        self._recipe = Recipe("", "", {})
        self._gauge = Gauge(None, 0, "", "")
        self._proven: Mapping[str, object] | None = None
        """The schema to which the model has shown that it is held."""
        self._answered_by = ""

    def presence(self) -> Presence:
        """Whether the server answers, and whether the model is one of those that it lists."""
        try:
            with closing(Chat(self._server, self._spec.base, PROBE_SECONDS)) as chat:
                self._about(chat)
        except ServerBusy:
            # It is there, and loading its model or asking us to wait.
            return Presence(pulled=True)
        except NotMeasured as error:
            return Presence(problem=error.message, kind=type(error).__name__)
        return Presence(pulled=True)

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Server and model as far as the server tells; for a hosted model that is a name."""
        about = self._about(self._chat)
        owner = about.get("owned_by")
        facts = [
            f"{name} {one_line(value)}" for name, value in _facts(about).items() if name in _FACTS
        ]
        window = _window(about)
        return Identity(
            engine="openai",
            server=place(self._spec.base_url) + (f" ({one_line(owner)})" if owner else ""),
            base=self._spec.base,
            digest="; ".join([f"by name: {self._spec.base}", *facts]),
            options=self._options,
            machine={} if window is None else {"context": window},
        )

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """See whether the server holds the model to the schema; there is nothing to make."""
        window = identity.machine.get("context")
        self._recipe, before = recipe, self._gauge
        self._gauge = Gauge(
            window if isinstance(window, int) else None,
            reply_limit(self._options) or 0,
            recipe.around,
            self._server.advice.context,
        )
        self._gauge.learn_from(before)
        if recipe.schema != self._proven:
            report(f"testing whether {self._server.base_url} holds {identity.base} to the schema")
            where = f"{self._server.base_url} with {identity.base}"
            proven = prove(recipe, self._put_proof, where)
            self._proven = recipe.schema
            if proven is not None:
                self._gauge.calibrate(PROMPT, proven.prompt_tokens)
                self._answered_by = proven.answered_by
        if not recipe.schema:
            return identity
        return replace(identity, machine={**identity.machine, "answered by": self._answered_by})

    def ask(self, request: Request) -> Reply:
        """One article, one reply, checked against every way in which it could be silently wrong."""
        self._gauge.check_prompt(request)
        recipe, options = self._recipe, of_sample(self._options, request.sample)
        return self._chat.put(request, recipe, recipe.schema, options, self._gauge)

    def close(self) -> None:
        """Close the connections."""
        self._chat.close()

    def _put_proof(self, prompt: str, schema: Mapping[str, object], tokens: int) -> Reply:
        request = Request(self._spec.name, "the test of the schema", prompt)
        options = dict(self._options)
        if "max_tokens" in options:
            # Of max_completion_tokens a reasoning model may spend any number before its first word.
            options["max_tokens"] = tokens
        unbounded = Gauge(None, 0, "", "")
        return self._chat.put(request, self._recipe, schema, options, unbounded)

    def _about(self, chat: Chat) -> Mapping[str, object]:
        """What the server tells of the model; empty where it lists none.

        Raises:
            ModelUnavailable: it lists others.
        """
        listed = chat.listed()
        base = self._spec.base
        if not listed or base in listed:
            return (listed or {}).get(base, {})
        near = difflib.get_close_matches(base, listed, n=NAMES_SHOWN, cutoff=0.3)
        shown = [one_line(name) for name in near or sorted(listed)[:NAMES_SHOWN]]
        more = f" and {len(listed) - len(shown)} more" if len(listed) > len(shown) else ""
        raise ModelUnavailable(
            f"{self._server.base_url} does not list {base}; it has {', '.join(shown)}{more}: "
            f"set base of {self._spec.name} to one of them"
        )


def key_of_entry(spec: ModelSpec) -> str:
    """The key out of the environment variable that the entry names; empty where it names none.

    Raises:
        SettingsError: it is not set, or holds what can be no key. The message names the variable only.
    """
    if not spec.key_env:
        return ""
    key = os.environ.get(spec.key_env, "").strip()
    if not key:
        raise KeyNotSet(
            f"{spec.name}: its key_env names {spec.key_env}, which is not set; export {spec.key_env}, or "
            "take key_env out for a server that needs no key"
        )
    if not re.fullmatch(r"[!-~]+", key):
        # A header cannot hold it, and the library that says so would repeat it.
        raise SettingsError(
            f"{spec.name}: {spec.key_env} holds spaces, line breaks or other characters that are in no "
            "key; set it anew"
        )
    return key


def advice(spec: ModelSpec) -> Advice:
    """What to tell the user of an entry about what only its settings can mend."""
    door = f"is the key in {spec.key_env} right" if spec.key_env else "does it want a key (key_env)"
    return Advice(
        context="shorten the article, or serve the model with a longer context",
        access=f"{door}, and may it use {spec.base}?",
        schema="set options: length_limits: false if it is maxLength or maxItems that it refuses, run with "
        "--unconstrained, or use another version of the server",
    )


def _facts(about: Mapping[str, object]) -> Mapping[str, object]:
    """What is told of the weights, llama.cpp's ``meta`` included; without paths of the server's machine."""
    meta = about.get("meta")
    facts = {**about, **(meta if isinstance(meta, Mapping) else {})}
    return {
        name: value
        for name, value in facts.items()
        if isinstance(value, int | str) and not str(value).startswith(("/", "~", "."))
    }


def _window(about: Mapping[str, object]) -> int | None:
    """The context in tokens, as vLLM or llama.cpp tell it."""
    facts = _facts(about)
    told = (facts.get(name) for name in ("max_model_len", "n_ctx", "n_ctx_train", "context_length"))
    return next(filter(None, map(whole, told)), None)
