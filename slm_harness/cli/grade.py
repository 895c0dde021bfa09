"""``slm-harness grade``: a whole evaluation from accepted replies, however many; nothing is asked."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness.cli.choosing import (
    chosen_layout,
    layout_option,
    models_option,
    prompt_option,
    store_option,
)
from slm_harness.cli.printing import articles_option, report, say, say_table
from slm_harness.cli.project import (
    not_accepted,
    nothing_accepted,
    project_settings,
    refuse_unknown,
)

if TYPE_CHECKING:
    from slm_harness.evidence import Evidence
    from slm_harness.replaying import Graded, Replay
    from slm_harness.session import Settings


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Grade the accepted replies of whole models, compare with their snapshots, and write results.json "
        "and junit.xml, as pytest --answers=replay does, but in one pass that holds no case: for "
        "thousands of articles. The status is 1 where a gate does not pass, an answer is wrong that the "
        "snapshot does not know as such, or something was not measured."
    )
    parser = commands.add_parser(
        "grade",
        help="grade, gate and report the accepted replies of whole models",
        description=text,
    )
    parser.add_argument(
        "models_named", metavar="MODEL", nargs="*", help="which (default: all accepted)"
    )
    articles_option(parser)
    models_option(parser)
    prompt_option(parser)
    layout_option(parser)
    store_option(parser)
    parser.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR",
                        help="where results.json and junit.xml go (default: %(default)s)")  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Grade model by model; print what fell, and the table."""
    from slm_harness.evidence import has_evidence, load_evidence
    from slm_harness.gate import load_snapshot
    from slm_harness.replaying import Replay
    from slm_harness.session import Evaluation, load_specs

    settings = _settings(arguments)
    specs = load_specs(settings)
    refuse_unknown(arguments.models_named, specs, settings)
    for model in arguments.models_named:
        if not has_evidence(settings.answers, model):
            raise not_accepted(model, settings)
    models = sorted(
        set(arguments.models_named)
        or {model for model in specs if has_evidence(settings.answers, model)}
    )
    if not models:
        raise nothing_accepted(settings)
    # Those of one model at a time.
    evidence: dict[str, Evidence] = {}
    report(f"{settings.articles}: reading the articles")
    evaluation = Evaluation.load(settings, specs, evidence)
    _clear(settings)
    snapshots: dict[str, bool] = {}
    green = True
    with closing(evaluation), closing(Replay(evaluation, report)) as replay:
        for model in models:
            found = load_evidence(settings.answers, model)
            if found is None:
                raise not_accepted(model, settings)
            before = load_snapshot(settings.snapshots, model)
            snapshots[model] = before is not None
            evidence[model] = found
            del found
            graded = replay.grade(model, before)
            evidence.clear()
            green = green and graded.green
            say(_lines(graded))
        replay.write()
        order = [model for model in specs if model in snapshots]
        say_table(_table(replay, order, snapshots))
        for model in order:
            if replay.tallies[model].samples > 1 and replay.tallies[model].total.scored:
                say_table(["", *_repeats(replay, model)])
        say(_better(replay, order, settings))
    say(filter(None, [settings.taking_over(order), f"reports: {settings.reports}"]))
    return 0 if green else 1


def _settings(arguments: argparse.Namespace) -> "Settings":
    return project_settings(
        arguments.articles,
        chosen_layout(arguments.layout),
        models=arguments.models,
        prompt=arguments.prompt,
        store=arguments.store,
        reports=arguments.reports,
    )


def _clear(settings: "Settings") -> None:
    """What an earlier run left must not pass for this one's."""
    for name in ("results.json", "junit.xml"):
        (settings.reports / name).unlink(missing_ok=True)


def _lines(graded: "Graded") -> Iterator[str]:
    """What is wrong with one model."""
    yield from graded.findings or [graded.verdict]
    more = graded.new_count - len(graded.new)
    if graded.new_count:
        yield f"{graded.model}: wrong without its snapshot knowing it: {graded.new_count:,}"
        yield from (f"  {line}" for line in graded.new)
        if more:
            yield f"  and {more:,} more, all of them in junit.xml"
    if graded.flaky_count:
        yield f"{graded.model}: flaky, right in some samples only: {graded.flaky_count:,}"
        yield from (f"  {line}" for line in graded.flaky)
    for why, articles in list(graded.failures.items())[:5]:
        yield f"not measured: {graded.model}: {', '.join(articles)}: {why}"
    if len(graded.failures) > 5:
        yield f"not measured: {graded.model}: {graded.failures_count:,} articles in all"


def _table(replay: "Replay", models: Iterable[str], snapshots: dict[str, bool]) -> list[str]:
    from slm_harness.report.terminal import table

    tallies = [replay.tallies[model] for model in models]
    return table(tallies, replay.evaluation.commonest_answers, snapshots)


def _repeats(replay: "Replay", model: str) -> list[str]:
    from slm_harness.report.terminal import repeats_table

    return repeats_table(replay.tallies[model])


def _better(replay: "Replay", models: Iterable[str], settings: "Settings") -> Iterator[str]:
    for model in models:
        better = replay.tallies[model].total.better
        if better and settings.accepting(model):
            yield (
                f"{model}: {better:,} better than in its snapshot; accept with "
                f"{settings.accepting(model)}"
            )
