"""Helper for tests of the ollama engine: one that speaks to a double, and what it is asked."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir

import pytest

from slm_harness.breach import TASK
from slm_harness.engines.ollama.engine import OllamaEngine, Waits
from slm_harness.engines.ollama.pull import PullLimits
from slm_harness.records import ModelSpec, Recipe, Reply, Request
from tests.doubles import Double

RECIPE = Recipe(task="breach", system="Answer nine questions.", schema=TASK.schema)
REQUEST = Request("phi3", "harbour", "Harbour Dental lost 4,120 files. " * 20)
BRIEF = Waits(pull=PullLimits(stall=20.0, silence=20.0, tries=3, pause=0.0), load=0.6, lock=20.0)
"""So that a test need not wait."""
HASTY = replace(BRIEF, pull=replace(BRIEF.pull, stall=1.0, silence=2.0))
"""For a server that says nothing, or nothing new: a busy machine is not to be taken for one."""
CACHE = Path(gettempdir()) / "slm-harness-tests"
"""Where the locks of tests are, apart from the user's own."""


def quiet(_: str) -> None:
    """Shows nothing."""


@contextmanager
def engine_at(
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    *,
    longest: int = 0,
    waits: Waits = BRIEF,
    **fields: object,
) -> Iterator[OllamaEngine]:
    """An engine, for phi3 unless ``fields`` say otherwise, that speaks to a double."""
    monkeypatch.setenv("OLLAMA_HOST", double.address)
    monkeypatch.setenv("XDG_CACHE_HOME", str(CACHE))
    spec = ModelSpec(**{"name": "phi3", "engine": "ollama", "base": "phi3", **fields})  # type: ignore[arg-type]
    with closing(OllamaEngine(spec, longest, waits)) as engine:
        yield engine


def ask(engine: OllamaEngine, request: Request = REQUEST) -> Reply:
    """Identify, build, ask."""
    engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
    return engine.ask(request)
