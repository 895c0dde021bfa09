"""Command-line flags and ini settings, and what they add up to."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from slm_harness import flag_values
from slm_harness.asking import Limits, Mode
from slm_harness.errors import SettingsError
from slm_harness.gate.policy import GateMode, Overrides
from slm_harness.models import FORMS
from slm_harness.records import Layout
from slm_harness.retrying import Patience
from slm_harness.session import PLACES, Candidate, Settings, beside, candidate_of
from slm_harness.task import Task

MOST_PAUSE = 60.0
"""Longest first pause, in seconds."""


def add(parser: pytest.Parser) -> None:
    """Declare every flag and setting."""
    group = parser.getgroup("slm-harness")
    group.addoption(
        "--model",
        action="append",
        default=[],
        dest="slm_added_models",
        metavar="NAME=ENGINE:BASE",
        help=f"evaluate one more model in this run: {FORMS}, as in gemma=ollama:gemma3:4b",
    )
    group.addoption(
        "--articles",
        default=None,
        dest="slm_articles",
        metavar="DIR",
        help=PLACES["articles"][1],
    )
    group.addoption(
        "--prompt",
        default=None,
        dest="slm_candidate",
        metavar="FILE",
        help="evaluate another wording of the questions beside the committed one; such a run accepts nothing "
        "(docs/compare.md)",
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
        "--unconstrained",
        action="store_false",
        dest="slm_constrained",
        help="ask without a schema, for servers that cannot hold a model to one; such replies are "
        "stored and accepted apart from the others",
    )
    group.addoption(
        "--layout",
        choices=[layout.value for layout in Layout],
        default=None,
        dest="slm_layout",
        help="where the questions stand: before the article, so that a server reads them once for all "
        "articles, or after it, for trying many wordings on one; replies in either are stored and "
        "accepted apart (default: as the prompt file says, else questions-first)",
    )
    group.addoption(
        "--max-minutes",
        type=flag_values.minutes,
        default=None,
        dest="slm_max_minutes",
        metavar="N",
        help="ask for no longer than this; what has not come by then is not measured",
    )
    group.addoption(
        "--concurrency",
        type=flag_values.at_once,
        default=None,
        dest="slm_concurrency",
        metavar="N",
        help="put so many articles to a model at once, in place of what models.yaml says",
    )
    group.addoption(
        "--repeats",
        type=flag_values.repeats,
        default=1,
        dest="slm_repeats",
        metavar="N",
        help="ask for N samples of each answer, at the sample_temperature of models.yaml, to see how much the "
        "answers waver; each is stored, and more of them later keep these (docs/repeats.md)",
    )
    group.addoption(
        "--measure-server",
        action="store_true",
        dest="slm_measure_server",
        help="with --repeats: put the one request of temperature 0 so many times, to see how much the server "
        "itself wavers",
    )
    group.addoption(
        "--gate",
        choices=[mode.value for mode in GateMode],
        default=None,
        dest="slm_gate_mode",
        help="what makes a gate red: strict, one answer that fell; significant, a fall that chance does "
        "not explain (default: as evals/gate.yaml says, else strict)",
    )
    group.addoption(
        "--gate-level",
        type=flag_values.level,
        default=None,
        dest="slm_gate_level",
        metavar="P",
        help="how often significant may be red though nothing is worse, from 0 to 1 (default: 0.05)",
    )
    group.addoption(
        "--gate-drop",
        type=flag_values.points,
        default=None,
        dest="slm_gate_drop",
        metavar="POINTS",
        help="the smallest fall that matters to significant (default: 0)",
    )
    group.addoption(
        "--until-decided",
        action="store_true",
        dest="slm_until_decided",
        help="with --gate=significant: ask only until it is decided whether the model is worse (docs/early.md)",
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
    parser.addini(
        "slm_pause", "seconds before a failed request is put again the first time", default="1.0"
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
    constrained = bool(config.getoption("slm_constrained"))
    layout = config.getoption("slm_layout")
    if not dated and config.getoption("update_snapshots", False):
        raise SettingsError("--no-date is for a look only: it cannot go with --snapshot-update")
    refuse_until_decided_with(config)
    committed = path(config, "slm_prompt")
    candidate = _candidate(config)
    repeats, measures = config.getoption("slm_repeats"), config.getoption("slm_measure_server")
    if measures and repeats == 1:
        raise SettingsError(
            "--measure-server needs --repeats N: how often one request is to be put"
        )
    articles = config.invocation_params.dir / given if given else path(config, "slm_articles")
    answers, snapshots = path(config, "slm_answers"), path(config, "slm_snapshots")
    if given:
        answers, snapshots = beside(articles)
    return Settings(
        task=_task(config.getini("slm_task")),
        prompt=candidate.file if candidate else committed,
        candidate=candidate,
        models=path(config, "slm_models"),
        articles=articles,
        answers=answers,
        snapshots=snapshots,
        store=path(config, "slm_store"),
        reports=path(config, "slm_reports"),
        mode=Mode(config.getoption("slm_mode")),
        added_models=added,
        dated=dated,
        constrained=constrained,
        layout=None if layout is None else Layout(layout),
        limits=_limits(config),
        concurrency=config.getoption("slm_concurrency"),
        repeats=repeats,
        measure_server=measures,
        gate=path(config, "slm_gate"),
        strictness=_strictness(config),
        flags="".join(
            [
                " --unconstrained" * (not constrained),
                f" --layout={layout}" * bool(layout),
                f" --repeats={repeats}" * (repeats > 1),
                " --measure-server" * measures,
                *_given(config),
                *(f" --model {one}" for one in added),
                f" --articles={given}" * bool(given),
                candidate.flag if candidate else "",
            ]
        ),
    )


def refuse_until_decided_with(config: pytest.Config) -> None:
    """Refuse what ``--until-decided`` cannot go with.

    Raises:
        SettingsError: it is given together with such a flag.
    """
    if not config.getoption("slm_until_decided"):
        return
    reasons = {
        "--snapshot-update": (
            config.getoption("update_snapshots", False),
            "what is accepted is a whole model",
        ),
        "--repeats": (config.getoption("slm_repeats") > 1, "it decides on one sample of an answer"),
        "-n": (
            config.getoption("tx", []),
            "the asking is what takes the time, and one process asks",
        ),
    }
    for flag, (given, why) in reasons.items():
        if given:
            raise SettingsError(
                f"--until-decided cannot go with {flag}: {why}; leave one of them out"
            )


def _candidate(config: pytest.Config) -> Candidate | None:
    """The prompt that ``--prompt`` names; None without it, and where it is the committed one itself.

    Raises:
        SettingsError: it is to be accepted, which would leave a snapshot of words that are not committed.
    """
    given, committed = config.getoption("slm_candidate"), config.getini("slm_prompt")
    if not given:
        return None
    if config.getoption("update_snapshots", False):
        raise SettingsError(
            f"--prompt {given}: a candidate is not accepted, since what is committed would be to other words "
            f"than {committed}; copy it there and run again without --prompt"
        )
    return candidate_of(given, config.invocation_params.dir, committed, config.rootpath)


def _strictness(config: pytest.Config) -> Overrides:
    mode, drop = config.getoption("slm_gate_mode"), config.getoption("slm_gate_drop")
    return Overrides(
        mode=None if mode is None else GateMode(mode),
        level=config.getoption("slm_gate_level"),
        drop=None if drop is None else drop / 100,
    )


def _given(config: pytest.Config) -> Iterator[str]:
    """The flags of the gate that were given."""
    for flag in ("--gate", "--gate-level", "--gate-drop"):
        name = "slm_gate_mode" if flag == "--gate" else "slm" + flag[1:].replace("-", "_")
        value = config.getoption(name)
        if value is not None:
            yield f" {flag}={value}"


def _limits(config: pytest.Config) -> Limits:
    minutes = config.getoption("slm_max_minutes")
    pause = str(config.getini("slm_pause"))
    try:
        first = float(pause)
    except ValueError:
        first = -1.0
    if not 0 <= first <= MOST_PAUSE:
        raise SettingsError(
            f"slm_pause = {pause!r} is no number of seconds from 0 to {MOST_PAUSE:g}"
        )
    return Limits(
        patience=Patience(first=first),
        seconds=None if minutes is None else minutes * 60,
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
