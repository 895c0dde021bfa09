"""What a run leaves behind: the closing table, results.json, and a JUnit file in the usual place."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from slm_harness.asking import Obtained
from slm_harness.engines import LOCAL_ENGINES
from slm_harness.gate.provenance import provenance_of_prompt
from slm_harness.plugin.gates import judgements
from slm_harness.plugin.state import VERDICT, State
from slm_harness.records import Outcome, Verdict
from slm_harness.report.judged import judged
from slm_harness.report.properties import with_properties
from slm_harness.report.results import head, results_json
from slm_harness.report.tally import Tally, tally
from slm_harness.report.terminal import repeats_table, table, tag_table
from slm_harness.report.wording import PROPERTIES, outcome_in
from slm_harness.second_opinion import told
from slm_harness.session import Settings
from slm_harness.store import write_atomically

_SHOWN = 5
"""Most articles that are named in a line."""


def outcome_of(report: pytest.TestReport) -> Outcome | None:
    """The outcome in the properties of a finished case; None for every other report."""
    if report.when != "call" and not (report.when == "setup" and not report.passed):
        return None
    return outcome_in(dict(report.user_properties))


def verdict_of(report: pytest.TestReport) -> Mapping[str, str]:
    """Model to what its gate came to, where the report is that of a gate that came to something."""
    found: dict[str, Any] = dict(report.user_properties) if report.when == "call" else {}
    return {found["model"]: found[VERDICT]} if VERDICT in found else {}


def not_ours(properties: list[tuple[str, object]]) -> list[tuple[str, object]]:
    """The properties that a user's own test recorded; all of them where there is no outcome among them."""
    if not any(name == "verdict" for name, _ in properties):
        return properties
    return [pair for pair in properties if pair[0] not in PROPERTIES]


def tallies(state: State) -> list[Tally]:
    """The numbers of every model that had a case in the run."""
    ran = {outcome.model for outcome in state.outcomes.values()}
    questions = state.evaluation.settings.task.ids
    tags = {id_: article.tags for id_, article in state.evaluation.articles.items()}
    return [
        tally(
            model,
            questions,
            state.outcomes.values(),
            state.comparable(model),
            tags,
            state.evaluation.samples(model),
        )
        for model in state.evaluation.models
        if model in ran
    ]


def write_results(state: State) -> None:
    """Write results.json, unless no case was run."""
    if not state.outcomes:
        return
    state.follower.drain()
    results = list(state.follower.results.values())
    # What only a loaded model shows (its context, its share on the GPU) came with the replies.
    loaded = {
        result.model: result.stored.identity
        for result in results
        if isinstance(result, Obtained) and result.stored.identity.machine
    }
    told_of = head(
        version=metadata.version("slm-harness"),
        task=state.evaluation.settings.task.name,
        recipe=state.evaluation.recipe,
        constrained=state.evaluation.settings.constrained,
        tallies=tallies(state),
        identities={**state.follower.identities, **loaded},
        commonest=state.evaluation.commonest_answers,
        decided={model: one.standing for model, one in state.decided.items()},
        gates={
            model: judged(found.judgement, found.background)
            for model, found in judgements(state).items()
        },
    )
    text = results_json(
        told_of,
        outcomes=state.outcomes.values(),
        results=results,
        opinions=[asdict(opinion) for opinion in state.opinions],
    )
    write_atomically(state.evaluation.settings.reports / "results.json", text)


def closing_lines(state: State, *, explain: bool, by_tag: bool) -> Iterator[str]:
    """The lines at the end of a run."""
    found = tallies(state)
    if found:
        snapshots = {model: model in state.before for model in state.evaluation.models}
        yield from table(found, state.evaluation.commonest_answers, snapshots)
        yield ""
        yield from _repeats(state, found)
        if by_tag and any(one.tags for one in found):
            articles = state.evaluation.articles.values()
            counts = Counter(tag for one in articles for tag in one.tags)
            yield from tag_table(found, counts, snapshots)
            yield ""
        yield from _verdicts(state, found)
        yield from _not_measured(state)
        if not state.evaluation.settings.constrained:
            yield "--unconstrained: no model was held to the schema"
        yield from _hints(state, found)
    yield from told(state.opinions, state.outcomes)
    for model in state.evaluation.models:
        if model in state.standing.left_out:
            yield f"not evaluated: {model}: {state.standing.left_out[model]}"
    yield from state.notes
    if explain:
        yield from _explained(state)
    if found:
        yield f"reports: {state.evaluation.settings.reports}"


def _verdicts(state: State, found: Sequence[Tally]) -> Iterator[str]:
    """What the gate of each model came to; and where it came to nothing, that it did not."""
    if state.updating:
        return
    for one in found:
        if one.model in state.verdicts:
            yield state.verdicts[one.model]
            judged_here = state.gated.get(one.model)
            if judged_here is not None and judged_here.unseen:
                yield f"  {judged_here.unseen}"
        elif one.model in state.gates:
            yield f"{one.model}: no verdict: its test_pass_rates came to no end"
        elif one.model in state.before:
            yield (
                f"{one.model}: no verdict: its test_pass_rates is not among the selected tests; "
                f"pytest -m {one.model}{state.evaluation.settings.flags} has it"
            )


def _repeats(state: State, found: Sequence[Tally]) -> Iterator[str]:
    """What several samples tell of each model, and which answers are flaky."""
    repeated = [one for one in found if one.samples > 1]
    for one in repeated:
        if one.total.scored:
            yield from repeats_table(one)
            yield ""
    for one in found:
        flaky = [
            f"{outcome.article} {outcome.question} {outcome.right}/{len(outcome.samples)}"
            for outcome in state.outcomes.values()
            if outcome.verdict is Verdict.FLAKY and outcome.model == one.model
        ]
        if flaky:
            yield f"{one.model}: {count_of(len(flaky), 'flaky answer')}: {_listed(flaky)}"
    if state.evaluation.settings.measure_server and repeated:
        yield "--measure-server: the samples are one request at temperature 0, so what wavers is the server"
    elif state.evaluation.settings.repeats > 1:
        for one in found:
            if one.samples == 1:
                yield f"{one.model}: one sample: it works by rules, which say the same each time"


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:_SHOWN], *["..."] * (len(names) > _SHOWN)])


def _not_measured(state: State) -> Iterator[str]:
    """What was not measured, by model and kind of failure, with the articles that it cost."""
    articles: dict[tuple[str, str], dict[str, None]] = {}
    for outcome in state.outcomes.values():
        if outcome.failure:
            articles.setdefault((outcome.model, outcome.failure), {})[outcome.article] = None
    for (model, kind), names in articles.items():
        count = count_of(len(names), "article")
        yield f"not measured: {model}: {kind}: {count} ({_listed(list(names))})"


def _hints(state: State, found: Sequence[Tally]) -> Iterator[str]:
    settings = state.evaluation.settings
    if state.updating:
        return
    if settings.looks:
        yield from _only_looked(settings, found)
        return
    prompt = provenance_of_prompt(state.evaluation.recipe)
    for one in found:
        before, command = state.before.get(one.model), settings.accepting(one.model)
        if one.total.scored == 0:
            continue
        if before is None:
            yield (
                f"{one.model} has no accepted snapshot: its wrong answers fail until you accept "
                f"them with {command}"
            )
        elif before.depth > one.samples:
            yield (
                f"{one.model}: its snapshot has {before.depth} samples of each answer, this run {one.samples}; "
                f"like is compared with like by {_as_deep(state, one.model, before.depth)}"
            )
        elif one.total.better:
            yield (
                f"{one.model}: {_answers(one.total.better)} better than in its snapshot; "
                f"accept them with {command}"
            )
        elif (accepted := state.acceptances.of(one.model)) and accepted.regraded:
            yield (
                f"{one.model}: its snapshot is by other labels or graders; renew it, without asking "
                f"anybody, with pytest -m {one.model}{settings.flags} --answers=replay --snapshot-update"
            )
        elif (
            before.provenance.get("prompt") != prompt
            and state.evaluation.models[one.model].engine not in LOCAL_ENGINES
        ):
            yield (
                f"{one.model}: the accepted replies are to another prompt; accept these with "
                f"{command} and commit them, or a replay is red"
            )


def _only_looked(settings: Settings, found: Sequence[Tally]) -> Iterator[str]:
    if not settings.dated:
        yield "--no-date: a look at what the models make of it; nothing of it is to be accepted"
    if settings.candidate:
        yield settings.taking_over([one.model for one in found])


def _as_deep(state: State, model: str, samples: int) -> str:
    """The command that asks for as many samples as were accepted, in the way in which they were."""
    settings, accepted = state.evaluation.settings, state.evaluation.evidence.get(model)
    flags = settings.flags.replace(f" --repeats={settings.repeats}", "")
    same = accepted is not None and not accepted.drawn and not settings.measure_server
    return f"pytest -m {model}{flags} --repeats={samples}{' --measure-server' * same}"


def _answers(count: int) -> str:
    return f"{count_of(count, 'answer')} {'is' if count == 1 else 'are'}"


def count_of(count: int, what: str) -> str:
    """``3 articles``, ``1 article``."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def _explained(state: State) -> Iterator[str]:
    asked = state.asking.filler.asked if state.asking else []
    if not asked:
        yield "--explain-asks: nothing was asked; every reply was stored"
    for one in asked:
        which = f", sample {one.sample}" if one.sample else ""
        yield f"asked {one.model} about {one.article}{which}: {one.why}"


def keep_junit(config: pytest.Config, state: State) -> None:
    """Put the properties into junit.xml, and leave it in the reports folder also when it is wanted elsewhere."""
    chosen = config.getoption("xmlpath", None)
    if not chosen:
        return
    # As pytest itself reads the path.
    written = Path(os.path.expandvars(chosen)).expanduser().resolve()
    if not written.is_file():
        return
    if state.outcomes:
        document = written.read_text(encoding="utf-8")
        write_atomically(written, with_properties(document, state.outcomes))
    usual = state.evaluation.settings.reports / "junit.xml"
    if written != usual.resolve():
        shutil.copyfile(written, usual)
