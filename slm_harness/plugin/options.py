"""Command-line flags and ini settings, and what they add up to."""

import importlib
from pathlib import Path

import pytest

from slm_harness.asking import Mode
from slm_harness.errors import SettingsError
from slm_harness.session import PLACES, Settings, beside
from slm_harness.task import Task


def add(parser: pytest.Parser) -> None:
    """Declare every flag and setting."""
    group = parser.getgroup("slm-harness")
    group.addoption(
        "--model",
        action="append",
        default=[],
        dest="slm_added_models",
        metavar="NAME=ollama:BASE",
        help="evaluate one more model in this run, as in gemma=ollama:gemma3:4b",
    )
    group.addoption(
        "--articles",
        default=None,
        dest="slm_articles",
        metavar="DIR",
        help=PLACES["articles"][1],
    )
    group.addoption(
        "--answers",
        choices=[mode.value for mode in Mode],
        default=Mode.AUTO.value,
        dest="slm_mode",
        help="auto: recall stored replies, ask the rest; replay: no server, accepted and stored "
        "replies only; fresh: ask everything again",
    )
    group.addoption(
        "--judge",
        default=None,
        dest="slm_judge",
        metavar="MODEL",
        help="show also what this model makes of the free-text answers; no verdict changes by it",
    )
    group.addoption(
        "--no-date",
        action="store_false",
        dest="slm_dated",
        help="do not tell the models when an article was published, to see what they make of that; "
        "such a run accepts nothing",
    )
    group.addoption(
        "--by-tag",
        action="store_true",
        dest="slm_by_tag",
        help="print also the pass rates over the articles of each tag",
    )
    group.addoption(
        "--explain-asks",
        action="store_true",
        dest="slm_explain",
        help="say for each article that was asked why no stored reply would do",
    )
    group.addoption(
        "--all-wrong-fail",
        action="store_true",
        dest="slm_all_wrong_fail",
        help="fail for every wrong answer, also for those that the accepted snapshot knows as wrong",
    )
    group.addoption(
        "--require-models",
        action="store_true",
        dest="slm_require_models",
        help="fail when a configured model cannot be evaluated, instead of naming it",
    )
    parser.addini("slm_task", "the task, as MODULE:NAME", default="slm_harness.breach:TASK")
    for name, (default, description) in PLACES.items():
        parser.addini(f"slm_{name}", description, default=default)


def settings(config: pytest.Config) -> Settings:
    """What flags and ini file ask for.

    Raises:
        SettingsError: ``slm_task`` names no task, or flags exclude each other.
    """
    given = config.getoption("slm_articles")
    added = tuple(config.getoption("slm_added_models"))
    dated = bool(config.getoption("slm_dated"))
    if not dated and config.getoption("update_snapshots", False):
        raise SettingsError("--no-date is for a look only: it cannot go with --snapshot-update")
    articles = config.invocation_params.dir / given if given else path(config, "slm_articles")
    answers, snapshots = path(config, "slm_answers"), path(config, "slm_snapshots")
    if given:
        answers, snapshots = beside(articles)
    return Settings(
        task=_task(config.getini("slm_task")),
        prompt=path(config, "slm_prompt"),
        models=path(config, "slm_models"),
        articles=articles,
        answers=answers,
        snapshots=snapshots,
        store=path(config, "slm_store"),
        reports=path(config, "slm_reports"),
        mode=Mode(config.getoption("slm_mode")),
        added_models=added,
        dated=dated,
        flags="".join(
            [
                *(f" --model {one}" for one in added),
                f" --articles={given}" * bool(given),
            ]
        ),
    )


def path(config: pytest.Config, name: str) -> Path:
    """A path of the ini file, relative to the root of the project; absolute as it stands."""
    return config.rootpath / str(config.getini(name))


def _task(name: str) -> Task:
    module, _, attribute = name.partition(":")
    try:
        task = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"slm_task = {name!r} cannot be loaded ({error}); write MODULE:NAME, "
            "as in slm_harness.breach:TASK"
        ) from error
    if not isinstance(task, Task):
        raise SettingsError(f"slm_task = {name!r} is a {type(task).__name__}, not a Task")
    return task
