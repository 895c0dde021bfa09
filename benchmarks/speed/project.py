"""The folder in which a contestant runs: generated articles as it wants them, made anew for each run from scratch."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.articles import Notice, notice
from benchmarks.speed.served import ROOT

MODELS = ("phi3", "llama3.2")
_ENTRY = """\
  {name}:
    engine: ollama
    base: {name}
    origin: a stand-in server (no model)
    licence: MIT
"""
_SHUFFLED = '''\
"""Random order of the cases, by a seed: as pytest-randomly does it, before other plugins sort."""

import os
import random

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffle where a seed is given."""
    seed = os.environ.get("BENCH_SHUFFLE")
    if seed:
        random.Random(seed).shuffle(items)
'''


def evaluation(folder: Path, count: int) -> None:
    """A project of a user of the harness: this repository's own tests, prompt and settings, other articles."""
    prompts = folder / "evals" / "prompts"
    articles = folder / "fixtures" / "articles"
    for path in (prompts, articles):
        path.mkdir(parents=True)
    for name in (
        "conftest.py",
        "pyproject.toml",
        "evals/test_breach.py",
        "evals/prompts/breach.yaml",
    ):
        shutil.copy(ROOT / name, folder / name)
    models = "".join(_ENTRY.format(name=name) for name in MODELS)
    (folder / "evals" / "models.yaml").write_text(f"models:\n{models}", "utf-8")
    (folder / "shuffled.py").write_text(_SHUFFLED, "utf-8")
    for number in range(count):
        _write(articles, notice(number))


def change_one(folder: Path) -> None:
    """Another edition of the first article."""
    _write(folder / "fixtures" / "articles", notice(0, edition=2))


def reword(folder: Path) -> None:
    """Another wording of the prompt: everything is asked anew, about pages that are known."""
    prompt = folder / "evals" / "prompts" / "breach.yaml"
    before = prompt.read_text("utf-8")
    after = before.replace("press article", "newspaper article")
    if after == before:
        raise ValueError(f"{prompt} has other words than those that are to be changed")
    prompt.write_text(after, "utf-8")


def plain(folder: Path, count: int, files: Sequence[Path]) -> None:
    """What everybody else gets: its own files, settings of nobody above it, and the articles as lines of JSON."""
    folder.mkdir(parents=True)
    for path in files:
        shutil.copy(path, folder / path.name)
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "shuffled.py").write_text(_SHUFFLED, "utf-8")
    rows = (_row(notice(number)) for number in range(count))
    (folder / "articles.jsonl").write_text("".join(rows), "utf-8")


def _row(one: Notice) -> str:
    return json.dumps({"id": one.id, "prompt": one.prompt, "answers": one.answers}) + "\n"


def _write(articles: Path, one: Notice) -> None:
    (articles / f"{one.id}.html").write_text(one.page, "utf-8")
    (articles / f"{one.id}.yaml").write_text(one.label, "utf-8")
