"""A stand-in for a model server, with no model in it: every prompt takes the same time and is answered right.

    python -m benchmarks.speed.server [--milliseconds 100] [--slots 4] [--models-in-memory 1]

It speaks as much of Ollama's API as its client and the harness need, and /v1/chat/completions; it knows the
notices of ``articles`` by the mark in their text. A line of JSON on stdout says where it listens; it ends with
its stdin. ``GET /bench/counts`` gives `ledger.Counts`; ``POST /bench/reset`` (fields: milliseconds,
load_milliseconds, slots, models, forget, prepare) empties counts and memory, with ``forget`` takes custom models
away, and has so many replies ready as ``prepare`` says; ``POST /bench/recreate`` makes custom models anew of the
same recipe.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import sys
import threading
from collections.abc import Callable
from functools import cache

from benchmarks.speed.articles import MARK, notice
from benchmarks.speed.http1 import Answer, Asked, Connection, encoded
from benchmarks.speed.ledger import Ledger
from benchmarks.speed.memory import Job, Memory, Pace
from benchmarks.speed.shelf import WINDOW, Model, Shelf

_MARK = re.compile(MARK.encode())
_MODEL = re.compile(rb'"model": ?"([^"]+)"')
_OTHER_REPLY = "{}"
_BYTES_PER_TOKEN = 4

Fields = dict[str, object]


class Server:
    """All that the server is; ``handle`` is called for each request."""

    def __init__(self, pace: Pace, bases: list[str], loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._shelf = Shelf(bases)
        self._pace = pace
        self._ledger = Ledger()
        self._memory = Memory(pace, self._ledger, loop)
        self._routes: dict[tuple[str, str], Callable[[Fields], Fields | None]] = {
            ("GET", "/api/version"): lambda _: {"version": "0.33.0"},
            ("GET", "/api/tags"): lambda _: {"models": [one.listed for one in self._shelf.all()]},
            ("GET", "/v1/models"): self._ids,
            ("GET", "/api/ps"): self._running,
            ("POST", "/api/show"): self._show,
            ("POST", "/api/create"): self._create,
            ("DELETE", "/api/delete"): self._delete,
            ("GET", "/bench/counts"): lambda _: self._ledger.counts(self._pace.slots).fields(),
            ("POST", "/bench/reset"): self._reset,
            ("POST", "/bench/recreate"): self._recreate,
        }

    def handle(self, asked: Asked, answer: Answer) -> None:
        """Answer one request, now or later."""
        if asked.path in _REPLIES and asked.method == "POST":
            self._prompted(asked, answer)
            return
        route = self._routes.get((asked.method, asked.path))
        if route is None:
            answer(404, b'{"error":"this stand-in has no such endpoint"}')
            return
        said = route(json.loads(asked.body) if asked.body else {})
        if said is None:
            answer(404, b'{"error":"model not found"}')
        else:
            answer(200, encoded(said))

    # ------------------------------------------------------------ prompts

    def _prompted(self, asked: Asked, answer: Answer) -> None:
        """A prompt waits for its turn; articles are known by their mark, in the bytes as they are."""
        named = _MODEL.search(asked.body)
        model = self._shelf.find(named[1].decode()) if named else None
        if model is None:
            answer(404, b'{"error":"model not found"}')
            return
        form = _REPLIES[asked.path]
        mark = _MARK.search(asked.body)
        if mark is not None:
            self._ledger.asked(model.name, hashlib.blake2b(asked.body, digest_size=16).digest())
            text = model.manner + _right_reply(int(mark[1]), int(mark[2]))
            read = (len(asked.body) + len(model.system)) // _BYTES_PER_TOKEN
            done = lambda: answer(200, form(model, text, read))  # noqa: E731
            self._memory.put(Job(model.weights, self._pace.service, True, done))
            return
        body = json.loads(asked.body)
        if not body.get("prompt") and not body.get("messages"):
            load = encoded(
                {"model": model.name, "response": "", "done": True, "done_reason": "load"}
            )
            self._memory.put(Job(model.weights, 0.0, False, lambda: answer(200, load)))
            return
        reply = form(model, _by_schema(body), _counted(model, body))
        self._memory.put(Job(model.weights, self._pace.service, False, lambda: answer(200, reply)))

    # ------------------------------------------------------------ models

    def _ids(self, _: Fields) -> Fields:
        return {"object": "list", "data": [{"id": one.name} for one in self._shelf.all()]}

    def _running(self, _: Fields) -> Fields:
        found = (self._shelf.find(name) for name in self._memory.loaded)
        return {
            "models": [
                {**one.listed, "size_vram": 2_000_000_000, "context_length": WINDOW}
                for one in found
                if one is not None
            ]
        }

    def _show(self, body: Fields) -> Fields | None:
        model = self._shelf.find(str(body.get("model")))
        return None if model is None else model.shown

    def _create(self, body: Fields) -> Fields | None:
        base = self._shelf.find(str(body.get("from")))
        if base is None:
            return None
        parameters = body.get("parameters")
        self._shelf.create(
            str(body["model"]),
            base,
            str(body.get("system") or ""),
            parameters if isinstance(parameters, dict) else {},
        )
        return {"status": "success"}

    def _delete(self, body: Fields) -> Fields | None:
        return {} if self._shelf.delete(str(body.get("model"))) else None

    # ------------------------------------------------------------ the bench

    def _reset(self, body: Fields) -> Fields:
        if body.get("forget"):
            self._shelf.delete_custom()
        for number in range(int(_number(body, "prepare", 0))):
            _right_reply(number, 1)
        self._pace = Pace(
            service=_number(body, "milliseconds", self._pace.service * 1000) / 1000,
            load=_number(body, "load_milliseconds", self._pace.load * 1000) / 1000,
            slots=int(_number(body, "slots", self._pace.slots)),
            models=int(_number(body, "models", self._pace.models)),
        )
        self._ledger = Ledger()
        self._memory = Memory(self._pace, self._ledger, self._loop)
        return {}

    def _recreate(self, _: Fields) -> Fields:
        self._shelf.recreate_custom()
        return {}


def _number(body: Fields, name: str, otherwise: float) -> float:
    value = body.get(name)
    return value if isinstance(value, int | float) else otherwise


# ---------------------------------------------------------------- replies


@cache
def _right_reply(number: int, edition: int) -> str:
    return notice(number, edition).reply


def _by_schema(body: Fields) -> str:
    """The first field of a schema, if it can have one value only: so the harness has it that a schema is kept."""
    schema = body.get("format")
    fields = schema.get("properties") if isinstance(schema, dict) else None
    for name, field in (fields or {}).items():
        if isinstance(field, dict) and field.get("enum"):
            return json.dumps({name: field["enum"][0]})
    return _OTHER_REPLY


def _counted(model: Model, body: Fields) -> int:
    words = str(body.get("prompt") or body.get("messages"))
    return (len(model.system) + len(words)) // _BYTES_PER_TOKEN


def _generated(model: Model, text: str, read: int) -> bytes:
    return encoded({**_head(model, text, read), "response": text})


def _chatted(model: Model, text: str, read: int) -> bytes:
    said = {"role": "assistant", "content": text}
    return encoded({**_head(model, text, read), "message": said})


def _head(model: Model, text: str, read: int) -> Fields:
    return {
        "model": model.name,
        "created_at": "2026-01-02T03:04:05Z",
        "done": True,
        "done_reason": "stop",
        "total_duration": 1_000_000,
        "load_duration": 1_000,
        "prompt_eval_count": read,
        "prompt_eval_duration": 100_000,
        "eval_count": 1 + len(text) // _BYTES_PER_TOKEN,
        "eval_duration": 900_000,
    }


def _completed(model: Model, text: str, read: int) -> bytes:
    written = 1 + len(text) // _BYTES_PER_TOKEN
    message = {"role": "assistant", "content": text}
    return encoded(
        {
            "id": "chatcmpl-0",
            "object": "chat.completion",
            "created": 1_767_323_045,
            "model": model.name,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": read,
                "completion_tokens": written,
                "total_tokens": read + written,
            },
        }
    )


_REPLIES: dict[str, Callable[[Model, str, int], bytes]] = {
    "/api/generate": _generated,
    "/api/chat": _chatted,
    "/v1/chat/completions": _completed,
}


# ---------------------------------------------------------------- the program


async def serve(pace: Pace, bases: list[str]) -> None:
    """Listen on loopback until stdin ends."""
    loop = asyncio.get_running_loop()
    server = Server(pace, bases, loop)
    listening = await loop.create_server(
        lambda: Connection(server.handle), "127.0.0.1", 0, backlog=256
    )
    port = listening.sockets[0].getsockname()[1]
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    sys.stdout.write(json.dumps({"address": f"http://127.0.0.1:{port}"}) + "\n")
    sys.stdout.flush()
    await listening.serve_forever()


def _end_with_stdin() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main() -> None:
    """Read the flags and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--milliseconds", type=float, default=100)
    parser.add_argument("--load-milliseconds", type=float, default=0)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--models-in-memory", type=int, default=1)
    parser.add_argument("--models", default="phi3,llama3.2")
    given = parser.parse_args()
    pace = Pace(
        given.milliseconds / 1000,
        given.load_milliseconds / 1000,
        given.slots,
        given.models_in_memory,
    )
    asyncio.run(serve(pace, given.models.split(",")))


if __name__ == "__main__":
    main()
