"""What an Ollama server has, what it says of one model, and the lock under which it is changed."""

import ast
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slm_harness.engines.context import trained_context
from slm_harness.engines.ollama.border import StrictClient, translated
from slm_harness.engines.ollama.names import canonical
from slm_harness.engines.protocol import Report
from slm_harness.engines.statuses import one_line
from slm_harness.errors import ModelUnavailable
from slm_harness.locks import held, lock_of_server
from slm_harness.printable import storable

LOCK_SECONDS = 6 * 3600.0
"""Longest wait for another run that pulls or makes a model; one that has died lets go at once."""

_TELL_SECONDS = 10.0


@dataclass(frozen=True)
class Entry:
    """One model as the server lists it."""

    name: str
    """In the very case in which the server has it, with its tag."""
    digest: str
    """64 hex digits."""
    size: int
    """Bytes of all layers."""
    parent: str
    """Name of the model that it was made from; empty for one that was pulled."""
    modified: datetime | None


def listed(client: StrictClient, host: str) -> Sequence[Entry]:
    """All models of a server.

    Raises:
        NotMeasured: it does not say.
    """
    with translated("listing its models", host):
        return [
            Entry(
                name=model.model,
                digest=one_line(model.digest or ""),
                size=int(model.size or 0),
                parent=(model.details.parent_model if model.details else None) or "",
                modified=model.modified_at,
            )
            for model in client.list().models
            if model.model
        ]


def find(entries: Sequence[Entry], name: str) -> Entry | None:
    """The entry of a name, in whatever case and form it is given."""
    wanted = canonical(name)
    return next((entry for entry in entries if canonical(entry.name) == wanted), None)


# ---------------------------------------------------------------- one model


@dataclass(frozen=True)
class Described:
    """What a server says of one model."""

    template: str
    trained: int | None
    """The context that it was trained for, in tokens; None where it is not told."""
    capabilities: Sequence[str] | None
    """None under a server that does not tell."""
    parameters: Mapping[str, object]
    system: str
    messages: Sequence[object]
    remote: str
    """The host where it really runs; empty for a model of this server's own."""


def described(client: StrictClient, host: str, name: str) -> Described:
    """Ask about one model.

    Raises:
        NotMeasured: the server does not say.
    """
    with translated(f"describing {name}", host):
        shown = client.show_all(name)
        facts, messages, can = (
            shown.get(key) for key in ("model_info", "messages", "capabilities")
        )
        return Described(
            template=str(shown.get("template") or ""),
            trained=trained_context(facts if isinstance(facts, Mapping) else {}),
            capabilities=[str(one) for one in can] if isinstance(can, list) else None,
            parameters=parameters(str(shown.get("parameters") or "")),
            system=str(shown.get("system") or ""),
            messages=messages if isinstance(messages, list) else [],
            remote=str(shown.get("remote_host") or ""),
        )


def check_usable(base: str, found: Described) -> None:
    """Refuse a base on which nothing can be built that answers by our words and schema.

    Raises:
        ModelUnavailable: it writes no text, drops the system prompt, or runs elsewhere.
    """
    if found.remote:
        raise runs_elsewhere(base, found.remote)
    if found.capabilities is not None and "completion" not in found.capabilities:
        raise ModelUnavailable(
            f"{base} does not generate text (it can {one_line(', '.join(found.capabilities))})"
        )
    if found.template and not re.search(r"\.System|\.Messages|system", found.template):
        raise ModelUnavailable(
            f"the template of {base} drops the system prompt: {one_line(found.template)!r}; "
            "use a model that was imported with its chat template"
        )


def runs_elsewhere(base: str, where: str) -> ModelUnavailable:
    """The refusal of a model that Ollama passes on: no schema is enforced, and its weights have no digest."""
    return ModelUnavailable(
        f"{base} runs at {one_line(where)} and not on this server: Ollama holds such a model to no "
        "schema; use a model that can be pulled, or `engine: openai` with the address of who serves it"
    )


def inherited(found: Described, options: Mapping[str, object]) -> Mapping[str, object]:
    """What of a base stays in force in a model made of it with ``options``, by name.

    ``system`` and ``messages`` are there where the base has its own: the first is replaced by ours, the
    others stay before every prompt and are told by their number and digest.
    """
    stays: dict[str, object] = {
        name: value for name, value in found.parameters.items() if name not in options
    }
    if found.system:
        stays["system"] = "replaced"
    if found.messages:
        digest = hashlib.sha256(json.dumps(found.messages, sort_keys=True).encode()).hexdigest()
        stays["messages"] = {"count": len(found.messages), "digest": digest[:12]}
    return dict(sorted(stays.items()))


def parameters(text: str) -> Mapping[str, object]:
    """The parameters out of the text in which a server shows them: a line each, in random order.

    Texts are quoted as Go quotes them, and a name that comes again has a list, which is sorted here;
    ``stop`` is a list even of one.
    """
    found: dict[str, list[object]] = {}
    for line in text.split("\n"):
        name, _, value = line.strip().partition(" ")
        if name:
            found.setdefault(name, []).append(_typed(value.strip()))
    return {
        name: sorted(values, key=str) if len(values) > 1 or name == "stop" else values[0]
        for name, values in sorted(found.items())
    }


def _typed(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    try:
        # Go's quoting of texts is within Python's, and so are its numbers.
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return storable(value) if isinstance(value, str | int | float) else text


# ---------------------------------------------------------------- changing what is there


@contextmanager
def changing(
    host: str, stop: threading.Event, report: Report, seconds: float = LOCK_SECONDS
) -> Iterator[None]:
    """Be the only run of this user's that pulls, makes or removes models on a server.

    The server itself does not order them: a removal looks through all models while another is written.
    Look again, once inside, whether there is still something to do. Where no lock can be had (a home
    that cannot be written to), it is done without.

    Raises:
        ModelUnavailable: another run took too long, or ``stop`` was set.
    """
    ended = threading.Event()
    with held(lock(host), ended, _waiting(host, stop, ended, report, seconds)) as mine:
        if not mine and ended.is_set():
            raise ModelUnavailable(
                f"another run has been pulling or making a model at {host} for a long time; end it, or "
                "wait for it and run again"
            )
        yield


def lock(host: str) -> Path:
    """The lock of a server, however this machine is written in its address."""
    return lock_of_server(re.sub(r"//localhost(?=[:/]|$)", "//127.0.0.1", host))


def _waiting(
    host: str, stop: threading.Event, ended: threading.Event, report: Report, seconds: float
) -> Callable[[], None]:
    began = due = time.monotonic()

    def waiting() -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + _TELL_SECONDS
            report(f"waiting for another run that pulls or makes a model at {host}")
        if stop.is_set() or now > began + seconds:
            ended.set()

    return waiting
