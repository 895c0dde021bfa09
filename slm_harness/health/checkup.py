"""The whole check: what is looked at, in which order, and by when it has to be told."""

import ipaddress
import queue
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from slm_harness.engines import LOCAL_ENGINES, Facts, Presence, Report, examine
from slm_harness.errors import HarnessError, ModelsError, SettingsError
from slm_harness.health import articles, machine, needs, surroundings, timing
from slm_harness.health.findings import Finding, Section, State, note, ok, problem
from slm_harness.printable import shortened
from slm_harness.records import Layout, ModelSpec, Recipe
from slm_harness.task import Task, load_prompt

ARTICLE_SECONDS = 1.5
"""How long articles are read where no model is named: that look has to be quick."""
SERVER_SECONDS = 12.0
"""How long all servers together may take to tell about themselves."""
_EVER = 1e9


@dataclass(frozen=True)
class Checkup:
    """What is to be looked at."""

    task: Task
    models: Path
    prompt: Path
    articles: Path
    specs: Mapping[str, ModelSpec]
    environment: Mapping[str, str]
    timed: frozenset[str] = field(default_factory=frozenset)
    """The models that are put the longest article, if they are there."""
    trouble: str = ""
    """Why the list of models cannot be read."""
    layout: Layout | None = None
    """Where the questions stand; None for where the prompt has them."""


def sections(checkup: Checkup, report: Report) -> Iterator[Section]:
    """Look at everything; a section each for machine, project, server and model, as they come."""
    waiting = _begun(checkup)
    here = machine.this_machine()
    about = (*machine.findings(here), *surroundings.proxy_findings(checkup.environment))
    yield Section("this machine", about)
    seconds = _EVER if checkup.timed else ARTICLE_SECONDS
    found = articles.articles_of(checkup.articles, checkup.task, seconds)
    recipe, of_project = _project(checkup, found)
    yield Section("this project", of_project)
    looked = _told(checkup, waiting)
    of_ollama = [looked[name] for name, spec in checkup.specs.items() if spec.engine == "ollama"]
    server = _server_of(of_ollama)
    if server:
        yield Section("Ollama", tuple(_server(checkup, server)))
    down = server.problem if server else ""
    known = _Known(checkup, here, found, recipe, report, down)
    for name, spec in checkup.specs.items():
        yield Section(_title(spec), tuple(known.findings(spec, looked[name])))


def _title(spec: ModelSpec) -> str:
    if spec.engine == "baseline":
        return f"{spec.name}: rules in this process, no language model"
    where = f" at {_without_password(spec.base_url)}" if spec.base_url else ""
    return f"{spec.name}: {spec.base} through {spec.engine}{where}"


def _without_password(address: str) -> str:
    return re.sub(r"//[^/?#]*@", "//", address)


# ---------------------------------------------------------------- servers, asked all at once

_Looked = Presence | ModelsError
"""What came of a look; an error where the model's entry itself is wrong."""
_Waiting = queue.SimpleQueue[tuple[str, _Looked | Exception]]


def _begun(checkup: Checkup) -> _Waiting:
    """Begin to look for every model, in a thread of its own, which nobody has to wait for."""
    done: _Waiting = queue.SimpleQueue()

    def look(spec: ModelSpec) -> None:
        try:
            done.put((spec.name, examine(spec, checkup.task.reader)))
        except ModelsError as error:
            done.put((spec.name, error))
        except HarnessError as error:
            done.put((spec.name, Presence(problem=error.message)))
        except Exception as error:  # noqa: BLE001 - raised again by who waits for it
            done.put((spec.name, error))

    for name, spec in checkup.specs.items():
        threading.Thread(
            target=look, args=(spec,), name=f"slm-harness looks at {name}", daemon=True
        ).start()
    return done


def _told(checkup: Checkup, waiting: _Waiting) -> Mapping[str, _Looked]:
    """What came of every look; one that takes too long is a problem of its own."""
    ends = time.monotonic() + SERVER_SECONDS
    late = Presence(problem=f"its server did not tell about it within {SERVER_SECONDS:g} s")
    found: dict[str, _Looked] = dict.fromkeys(checkup.specs, late)
    for _ in checkup.specs:
        try:
            name, looked = waiting.get(timeout=max(0.0, ends - time.monotonic()))
        except queue.Empty:
            break
        if not isinstance(looked, Presence | ModelsError):
            raise looked
        found[name] = looked
    return found


def _server_of(looked: Sequence[_Looked]) -> Presence | None:
    """What speaks for the server: a look that found it, or else one that did not."""
    present = [one for one in looked if isinstance(one, Presence)]
    return next((one for one in present if not one.problem), present[0] if present else None)


def _server(checkup: Checkup, presence: Presence) -> Iterator[Finding]:
    yield from surroundings.host_findings(checkup.environment)
    if presence.problem:
        yield problem("server", presence.problem, presence.mend)
        if presence.mend and shutil.which("ollama") is None:
            yield note(
                "program", "there is no `ollama` on this machine's PATH: see ollama.com/download"
            )
        return
    version = shortened(presence.facts.server, 40) or "unknown"
    yield ok("server", f"version {version} answers at {_without_password(presence.facts.address)}")


# ---------------------------------------------------------------- project and models


def _project(checkup: Checkup, found: articles.Articles) -> tuple[Recipe | None, Sequence[Finding]]:
    """The recipe, where the prompt can be read, and what is found about the project's files."""
    told = []
    if checkup.trouble:
        told.append(problem("models", checkup.trouble))
    else:
        told.append(ok("models", f"{', '.join(checkup.specs)}; the list is {checkup.models}"))
    recipe = None
    try:
        prompt = load_prompt(checkup.task, checkup.prompt)
    except SettingsError as error:
        told.append(problem("prompt", error.message))
    else:
        recipe = checkup.task.recipe(prompt, checkup.layout)
        told.append(ok("prompt", str(checkup.prompt)))
    return recipe, (*told, *articles.findings(found))


@dataclass(frozen=True)
class _Known:
    """All that the findings about a model rest on."""

    checkup: Checkup
    machine: machine.Machine
    articles: articles.Articles
    recipe: Recipe | None
    report: Report
    down: str
    """The problem of the Ollama server, which is told already."""

    def findings(self, spec: ModelSpec, looked: _Looked) -> Iterator[Finding]:
        """What there is to say about one model."""
        first = tuple(self._first(spec))
        yield from first
        if _bad(first):
            return
        if isinstance(looked, ModelsError):
            yield problem("entry", looked.message)
            return
        there = tuple(self._there(spec, looked))
        yield from there
        if _bad(there) or not looked.pulled:
            return
        if self.recipe is not None:
            yield from self._fit(spec, looked.facts, self.recipe)
            if spec.name in self.checkup.timed:
                yield from timing.timing_findings(
                    spec, self.articles, self.checkup.task, self.recipe, self.report
                )

    def _first(self, spec: ModelSpec) -> Iterator[Finding]:
        """What an engine needs before anybody can be asked."""
        if spec.engine == "openai":
            yield from needs.key_findings(spec, self.checkup.environment)
        if spec.engine == "llamacpp":
            yield from needs.wheel_findings(spec)

    def _there(self, spec: ModelSpec, presence: Presence) -> Iterator[Finding]:
        if presence.problem and presence.problem == self.down:
            yield note("model", "not looked for, since its server does not answer")
        elif spec.engine in LOCAL_ENGINES and not presence.problem:
            yield ok("reader", "always there")
        else:
            yield from needs.presence_findings(spec, presence)

    def _fit(self, spec: ModelSpec, facts: Facts, recipe: Recipe) -> Iterator[Finding]:
        yield from needs.context_findings(spec, facts, self.articles, recipe.around)
        if facts.address and not _is_here(facts.address):
            if facts.size is not None:
                yield note("memory", "it runs on another machine, whose memory is not looked at")
            return
        window = needs.window_of(facts, self.articles, recipe.around)
        yield from needs.memory_findings(spec, facts, self.machine, window)


def _bad(told: Sequence[Finding]) -> bool:
    return any(one.state is State.PROBLEM for one in told)


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
