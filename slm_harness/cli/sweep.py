"""``slm-harness sweep``: many wordings put to a model, ranked, and the first judged by held-out articles."""

import argparse
import shlex
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness import flag_values
from slm_harness.cli.choosing import (
    chosen_layout,
    layout_option,
    models_option,
    prompt_option,
    store_option,
)
from slm_harness.cli.printing import articles_option, complain, report, say, say_table
from slm_harness.cli.project import project_settings, refuse_unknown
from slm_harness.cli.writing import write_lines
from slm_harness.errors import SettingsError

if TYPE_CHECKING:
    from slm_harness.report.ranking import Swept
    from slm_harness.session import Evaluation, Settings
    from slm_harness.sweeping.splitting import Split
    from slm_harness.sweeping.wordings import Wordings


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Put many wordings of the questions to a model and rank them beside the committed one, by two thirds of "
        "the articles; the other third judges the first of them, once. What is stored is not asked again. The "
        "status is 0 where all was measured, 1 where something was not or the held-out third contradicts the "
        "ranking, 2 where a setting is wrong."
    )
    parser = commands.add_parser(
        "sweep", help="rank many wordings of the questions", description=text, allow_abbrev=False
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="prompt files: the candidates"
    )
    parser.add_argument("-m", action="append", required=True, dest="chosen", metavar="MODEL",
                        help="which model is asked; may be repeated")  # fmt: skip
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the ranking as Markdown as well"
    )
    parser.add_argument("--gate-level", type=flag_values.level, metavar="P",
                        help="how often the winner may be found better though it is not (default: as evals/gate.yaml "
                        "says, else 0.05)")  # fmt: skip
    parser.add_argument("--concurrency", type=flag_values.at_once, metavar="N",
                        help="put so many articles to a model at once, in place of what models.yaml says")  # fmt: skip
    parser.add_argument("--max-minutes", type=flag_values.minutes, metavar="N",
                        help="ask for no longer than this; what has not come by then is not measured")  # fmt: skip
    articles_option(parser)
    models_option(parser)
    parser.add_argument("--model", action="append", default=[], dest="added", metavar="NAME=ENGINE:BASE",
                        help="one more model than the file has, as in pytest")  # fmt: skip
    prompt_option(parser)
    layout_option(parser)
    parser.add_argument("--unconstrained", action="store_true", help="ask without a schema")
    store_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Sweep model by model; print, and write what is wanted."""
    from slm_harness.report.ranking import lines, markdown
    from slm_harness.session import Evaluation, load_specs
    from slm_harness.sweeping import load_wordings, split

    settings = _settings(arguments)
    specs = load_specs(settings)
    chosen = list(dict.fromkeys(arguments.chosen))
    refuse_unknown(chosen, specs, settings)
    wordings = load_wordings(
        settings.task,
        arguments.files,
        arguments.prompt,
        settings.layout,
        constrained=settings.constrained,
    )
    report(f"{settings.articles}: reading the articles")
    evaluation = Evaluation.load(settings, specs, _accepted(settings, chosen))
    with closing(evaluation):
        articles = split(evaluation.articles.values())
        _refuse_rules(evaluation, chosen)
        evaluation.sources.store.check_writable()
        say(wordings.notes)
        found = []
        for number, one in enumerate(_swept(evaluation, chosen, wordings, articles)):
            say_table([""] if number else [])
            say_table(lines(one))
            say(_next(one, evaluation.settings))
            found.append(one)
    if arguments.markdown is not None:
        write_lines(arguments.markdown, (line for one in found for line in markdown(one)))
    return 0 if all(one.passes for one in found) else 1


def _settings(arguments: argparse.Namespace) -> "Settings":
    from slm_harness.asking import Limits, Mode
    from slm_harness.gate.policy import Overrides

    settings = project_settings(
        arguments.articles,
        chosen_layout(arguments.layout),
        models=arguments.models,
        prompt=arguments.prompt,
        store=arguments.store,
    )
    minutes = arguments.max_minutes
    # Here --prompt names what the candidates are measured by, which is none itself.
    usual = (
        settings.flags.replace(settings.candidate.flag, "")
        if settings.candidate
        else settings.flags
    )
    flags = "".join(
        [
            " --unconstrained" * arguments.unconstrained,
            *(f" --model {shlex.quote(one)}" for one in arguments.added),
        ]
    )
    return replace(
        settings,
        mode=Mode.AUTO,
        added_models=tuple(arguments.added),
        constrained=not arguments.unconstrained,
        limits=Limits(seconds=None if minutes is None else minutes * 60),
        concurrency=arguments.concurrency,
        strictness=Overrides(level=arguments.gate_level),
        candidate=None,
        flags=flags + usual,
    )


def _accepted(settings: "Settings", models: Sequence[str]) -> "dict[str, Any]":
    """The accepted replies, which need not be asked again."""
    from slm_harness.evidence import load_evidence

    found = {model: load_evidence(settings.answers, model) for model in models}
    return {model: evidence for model, evidence in found.items() if evidence is not None}


def _refuse_rules(evaluation: "Evaluation", models: Sequence[str]) -> None:
    from slm_harness.engines import LOCAL_ENGINES

    for model in models:
        if evaluation.models[model].engine in LOCAL_ENGINES:
            raise SettingsError(
                f"-m {model}: this is no language model and reads no prompt; name one of models.yaml"
            )


def _swept(
    evaluation: "Evaluation", models: Sequence[str], wordings: "Wordings", articles: "Split"
) -> "Iterator[Swept]":
    from slm_harness.locks import held
    from slm_harness.progress import Progress
    from slm_harness.sweeping import Asker, swept

    seconds = evaluation.settings.limits.seconds
    ends = None if seconds is None else time.monotonic() + seconds
    wanted = (1 + len(wordings.candidates)) * len(articles.ranking) + 2 * len(articles.held)
    progress = Progress({model: (wanted, evaluation.at_once(model)) for model in models}, report)
    lock = evaluation.sources.store.lock
    with held(lock, threading.Event(), lambda: report("waiting for another run on this store")):
        for model in models:
            level = evaluation.policies.of(model).level
            try:
                with Asker(evaluation, model, ends, report, progress.add) as asker:
                    yield swept(
                        asker, model, wordings.committed, wordings.candidates, articles, level
                    )
            except KeyboardInterrupt:
                complain(
                    "interrupted: what has come is stored, and the next sweep goes on from there"
                )
                raise


def _next(found: "Swept", settings: "Settings") -> Iterator[str]:
    """What to do with the winner."""
    if found.winner is None or found.failures:
        return
    from slm_harness.session import candidate_of

    flags, file = settings.flags, shlex.quote(found.winner.name)
    committed = shlex.quote(found.committed)
    yield f"look closer: slm-harness compare {committed} {file} -m {found.model}{flags}"
    candidate = candidate_of(found.winner.name, Path(), found.committed, Path())
    if candidate is not None:
        about = replace(settings, candidate=candidate, flags=flags + candidate.flag)
        yield about.taking_over([found.model])
