"""The double as the endpoints see it, and one request as it reaches them."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.ollama_double.runners import Runners
from tests.ollama_double.scenarios import Faults
from tests.ollama_double.settings import Settings
from tests.ollama_double.shelf import Shelf
from tests.ollama_double.wire import Fields, Refusal

_NAMES = {
    str: "string",
    bool: "bool",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
}


@dataclass
class Exchange:
    """One request."""

    number: int
    method: str
    path: str
    body: object = None
    gone: Callable[[], bool] = lambda: False
    """Whether the client has hung up."""
    in_flight: int = 1
    """API requests that were under way when this one came, itself included."""
    loaded: bool = False
    """Whether the server had to load the model for it."""
    started: int = field(default_factory=time.perf_counter_ns)

    @property
    def fields(self) -> Fields:
        """The body, which has been found to be an object."""
        if not isinstance(self.body, dict):
            kind = _NAMES.get(type(self.body), "null")
            raise Refusal(400, f"json: cannot unmarshal {kind} into Go value")
        return self.body

    def text(self, *keys: str) -> str:
        """The first of these fields that is not empty."""
        return next((str(self.fields[key]) for key in keys if self.fields.get(key)), "")

    def check(self, struct: str, types: dict[str, type]) -> None:
        """Refuse fields of a wrong type, in Go's words."""
        for key, wanted in types.items():
            value = self.fields.get(key)
            if value is not None and not isinstance(value, wanted):
                raise Refusal(
                    400,
                    f"json: cannot unmarshal {_NAMES[type(value)]} into Go struct field "
                    f"{struct}.{key} of type {_NAMES[wanted]}",
                )


class Journal:
    """The log file: one JSON line per API request, in the order in which they are answered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Condition()
        self._numbers = itertools.count(1)
        self._under_way = 0

    def begin(self, method: str, path: str) -> Exchange:
        """Number a request."""
        with self._lock:
            self._under_way += 1
            return Exchange(next(self._numbers), method, path, in_flight=self._under_way)

    def end(self, exchange: Exchange, status: int | None) -> None:
        """Write a request down before it is answered; no status means it will not be."""
        entry = {
            "n": exchange.number,
            "method": exchange.method,
            "path": exchange.path,
            "body": exchange.body,
            "status": status,
            "in_flight": exchange.in_flight,
            "loaded": exchange.loaded,
        }
        with self._lock:
            self._under_way -= 1
            self._lock.notify_all()
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")

    def rest(self, seconds: float) -> bool:
        """Wait until every request is written down; say whether it came to that."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._under_way, seconds)


class Service:
    """All that lasts longer than a request."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shelf = Shelf(settings.models, settings.state)
        self.runners = Runners(settings.parallel, settings.in_memory)
        self.faults = Faults(settings.scenario)
        self.journal = Journal(settings.log)
