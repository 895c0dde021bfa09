"""Who can be evaluated, found out once, before anything is collected."""

from collections.abc import Mapping
from contextlib import closing

import pytest

from slm_harness.asking import Mode, Unreached, never_accepted
from slm_harness.engines import LOCAL_ENGINES
from slm_harness.errors import KeyNotSet, NeverAsked, NotAsked
from slm_harness.gate import Snapshot
from slm_harness.plugin.selection import Selection
from slm_harness.plugin.state import Standing
from slm_harness.replaying import never_asked
from slm_harness.session import Evaluation


def selection(config: pytest.Config) -> Selection:
    """What the command line says about which cases are to run."""
    failed: list[str] = []
    if config.getoption("lf", False) and getattr(config, "cache", None) is not None:
        failed = list(config.cache.get("cache/lastfailed", {}))
    return Selection(
        markers=config.getoption("markexpr", "") or "",
        keywords=config.getoption("keyword", "") or "",
        arguments=list(config.args),
        added=[argument.partition("=")[0] for argument in config.getoption("slm_added_models")],
        failed_before=failed,
    )


def find_out(
    evaluation: Evaluation,
    before: Mapping[str, Snapshot],
    chosen: Selection,
    *,
    require_all: bool,
) -> Standing:
    """Look at each model that may have cases in the run.

    A model that is named and cannot be reached is a problem; one that nobody named is left out, and
    said to be.

    Raises:
        SettingsError: the entry of a model, or the address of its server, is wrong.
    """
    named = chosen.named(evaluation.models)
    problems: dict[str, Unreached] = {}
    left_out: dict[str, str] = {}
    for model in chosen.possible(list(evaluation.models)):
        if evaluation.models[model].engine in LOCAL_ENGINES:
            # Nothing to look for, but its entry may be wrong.
            evaluation.open_engine(model).close()
            continue
        required = require_all or model in named
        reason = _reason(evaluation, model, before, required=required)
        if reason is not None and required:
            problems[model] = reason
        elif reason is not None:
            left_out[model] = reason.message
    return Standing(problems, left_out)


def _reason(
    evaluation: Evaluation, model: str, before: Mapping[str, Snapshot], *, required: bool
) -> Unreached | None:
    """Why a model cannot be evaluated; None when it can."""
    if evaluation.settings.mode is Mode.REPLAY:
        if model not in evaluation.evidence:
            why = never_accepted(model, evaluation.sources)
        else:
            evaluation.spec(
                model
            )  # refuses samples that would tell nothing, as an engine does elsewhere
            why = never_asked(evaluation, model)
        return Unreached(NeverAsked.__name__, why) if why else None
    flags = evaluation.settings.flags
    if not required and model not in before:
        return _not_wanted(f"no accepted snapshot; evaluate it with pytest -m {model}{flags}")
    try:
        engine = evaluation.open_engine(model)
    except KeyNotSet as error:
        if required:
            raise
        return _not_wanted(error.message)
    with closing(engine):
        presence = engine.presence()
    if presence.problem:
        return Unreached(presence.kind, presence.problem)
    if required or presence.pulled:
        return None
    return _not_wanted(f"its base is not pulled; evaluate it with pytest -m {model}{flags}")


def _not_wanted(why: str) -> Unreached:
    """Why a model that nobody named is left out."""
    return Unreached(NotAsked.__name__, why)
