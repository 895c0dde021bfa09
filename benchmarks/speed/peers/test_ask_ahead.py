"""A few lines of pytest that ask ahead, model by model, and keep what was said in files: what anybody could write."""

import functools
import hashlib
import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed.contest import AT_ONCE, OPTIONS, QUESTIONS, SYSTEM, Row, cases

STORE = Path("store")
pool = ThreadPoolExecutor(AT_ONCE)
asked: dict[tuple[str, str], Future[Any]] = {}


@functools.cache
def client() -> Any:
    """The client, imported when it is needed."""
    import ollama

    return ollama.Client()


def ask(model: str, prompt: str) -> Any:
    """The answers to one article: from their file, else from the model."""
    key = hashlib.sha256(json.dumps([model, SYSTEM, OPTIONS, prompt]).encode()).hexdigest()
    path = STORE / f"{key}.json"
    if path.is_file():
        return json.loads(path.read_text("utf-8"))
    reply = client().generate(model, prompt, system=SYSTEM, format="json", options=OPTIONS)
    STORE.mkdir(exist_ok=True)
    path.write_text(reply.response, "utf-8")
    return json.loads(reply.response)


@pytest.fixture(scope="session", autouse=True)
def asking(request: pytest.FixtureRequest) -> None:
    """Begin to ask for all that the selected tests need, ordered by model."""
    wanted = {}
    for item in request.session.items:
        model, row = (item.callspec.params[name] for name in ("model", "row"))  # type: ignore[attr-defined]
        wanted[model, row["id"]] = row["prompt"]
    for (model, article), prompt in sorted(wanted.items()):
        asked[model, article] = pool.submit(ask, model, prompt)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("model", "row"), [pytest.param(m, row, id=f"{m}-{row['id']}") for m, row in cases()]
)
def test_answer(model: str, row: Row, question: str) -> None:
    """One answer is exactly right."""
    assert asked[model, row["id"]].result()[question] == row["answers"][question]
