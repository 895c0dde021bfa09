"""``slm-harness compare A B``: two prompts, models, servers, runs or revisions, answer by answer; nothing is asked."""

import argparse
import json
import shlex
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness import flag_values
from slm_harness.cli.choosing import (
    chosen_layout,
    chosen_recipe,
    layout_option,
    models_option,
    prompt_option,
    store_option,
)
from slm_harness.cli.printing import articles_option, output, report, say_table
from slm_harness.cli.project import gate_options, project_settings, strictness
from slm_harness.cli.writing import write_lines
from slm_harness.errors import SettingsError
from slm_harness.printable import nearest, printable

if TYPE_CHECKING:
    from slm_harness.comparing import Operand, Side, Source
    from slm_harness.comparing.sides import Bench
    from slm_harness.gate import Policies
    from slm_harness.report.comparison import Comparison
    from slm_harness.session import Candidate, Evaluation, Settings

Pair = tuple[str, str]
"""The model of either side."""


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Compare two things, article by article: accepted (the snapshots as they are), a git revision (the "
        "snapshots as they were), the results.json of a run, a prompt file, or a model. Nothing is asked: what is "
        "not stored is named with the command that asks it. The status is 0 where B is not worse than A, 1 where "
        "it is or was not measured as a whole, 2 where a setting is wrong."
    )
    parser = commands.add_parser(
        "compare",
        help="compare two prompts, models, runs or revisions",
        description=text,
        # Else --model would be short for --models where it is not declared.
        allow_abbrev=False,
    )
    parser.add_argument(
        "before", metavar="A", help="accepted, REVISION, FILE.json, FILE.yaml or MODEL"
    )
    parser.add_argument("now", metavar="B", help="the same; it is this one that is to be no worse")
    parser.add_argument("-m", action="append", default=[], dest="chosen", metavar="MODEL",
                        help="compare this model; may be repeated (default: all that both have)")  # fmt: skip
    parser.add_argument(
        "--question", metavar="ID", help="compare the answers to this question only"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="write the comparison as Markdown as well")  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object, as docs/compare.md has it"
    )
    parser.add_argument(
        "--by-tag", action="store_true", help="print also the tags of which no answer flipped"
    )
    gate_options(parser)
    articles_option(parser)
    models_option(parser)
    parser.add_argument("--model", action="append", default=[], dest="added", metavar="NAME=ENGINE:BASE",
                        help="one more model than the file has, as in pytest")  # fmt: skip
    prompt_option(parser)
    layout_option(parser)
    parser.add_argument("--unconstrained", action="store_true",
                        help="of replies to a prompt, those that were asked without the schema")  # fmt: skip
    parser.add_argument("--repeats", type=flag_values.repeats, default=1, metavar="N",
                        help="of replies to a prompt, N samples of each answer")  # fmt: skip
    parser.add_argument("--measure-server", action="store_true",
                        help="those samples that were one request, put several times")  # fmt: skip
    store_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare model by model; print, and write what is wanted."""
    from slm_harness.report.comparison import as_json, markdown

    found = _compared(arguments)
    if arguments.markdown is not None:
        write_lines(arguments.markdown, markdown(found))
    if arguments.json:
        output().write(json.dumps(as_json(found), indent=1) + "\n")
    else:
        _say(found, by_tag=arguments.by_tag)
    return 0 if all(one.passes for one in found) else 1


def _say(found: "Sequence[Comparison]", *, by_tag: bool) -> None:
    from slm_harness.report.comparison import lines

    for number, one in enumerate(found):
        if number:
            say_table([""])
        say_table(lines(one, by_tag=by_tag))


def _compared(arguments: argparse.Namespace) -> "Sequence[Comparison]":
    from slm_harness.comparing import compared
    from slm_harness.comparing.sides import Bench
    from slm_harness.evidence import Evidence
    from slm_harness.session import Evaluation, load_specs

    settings = _settings(arguments)
    specs = load_specs(settings)
    question = _question(arguments.question, settings)
    operands = [_operand(text, settings, list(specs)) for text in (arguments.before, arguments.now)]
    report(f"{settings.articles}: reading the articles")
    lent: dict[str, Evidence] = {}
    evaluation = Evaluation.load(settings, specs, lent)
    tags = {id_: article.tags for id_, article in evaluation.articles.items()}
    with closing(evaluation):
        bench = Bench(evaluation, lent)
        before, now = (_source(one, bench, arguments) for one in operands)
        pairs = _pairs(operands, (before, now), arguments.chosen, evaluation)
        return [
            compared(
                _side(before, one, question),
                _side(now, other, question),
                _policies(evaluation).of(other),
                tags,
            )
            for one, other in pairs
        ]


def _policies(evaluation: "Evaluation") -> "Policies":
    return evaluation.policies


def _side(source: "Source", model: str, question: str) -> "Side":
    from slm_harness.comparing import narrowed

    side = source.side(model)
    if not question:
        return side
    if question not in side.snapshot.questions:
        raise SettingsError(f"{source.name}: it has no question {question}")
    return replace(side, snapshot=narrowed(side.snapshot, question))


def _question(given: str | None, settings: "Settings") -> str:
    if given and given not in settings.task.ids:
        raise SettingsError(
            f"--question {given}: there is no such question{nearest(given, settings.task.ids)}; there are "
            f"{', '.join(settings.task.ids)}"
        )
    return given or ""


# ---------------------------------------------------------------- settings


def _settings(arguments: argparse.Namespace) -> "Settings":
    settings = project_settings(
        arguments.articles,
        chosen_layout(arguments.layout),
        models=arguments.models,
        prompt=arguments.prompt,
        store=arguments.store,
    )
    flags = "".join(
        [
            " --unconstrained" * arguments.unconstrained,
            f" --repeats={arguments.repeats}" * (arguments.repeats > 1),
            " --measure-server" * arguments.measure_server,
            *(f" --model {shlex.quote(one)}" for one in arguments.added),
        ]
    )
    return replace(
        settings,
        added_models=tuple(arguments.added),
        strictness=strictness(arguments),
        constrained=not arguments.unconstrained,
        repeats=arguments.repeats,
        measure_server=arguments.measure_server,
        flags=flags + settings.flags,
    )


# ---------------------------------------------------------------- what A and B are


def _operand(text: str, settings: "Settings", models: Sequence[str]) -> "Operand":
    from slm_harness.comparing import operand
    from slm_harness.comparing.revisions import Repository

    repository = Repository(settings.snapshots.parent)
    return operand(
        text,
        models=models,
        is_file=lambda name: Path(name).is_file(),
        is_revision=lambda name: repository.commit(name) is not None,
    )


def _source(one: "Operand", bench: "Bench", arguments: argparse.Namespace) -> "Source":
    from slm_harness.comparing import Kind
    from slm_harness.comparing.results_file import read_results
    from slm_harness.comparing.revisions import Repository
    from slm_harness.comparing.sides import Accepted, Prompted, ResultsFile, Revision

    evaluation = bench.evaluation
    settings = evaluation.settings
    if one.kind is Kind.ACCEPTED:
        return Accepted(bench)
    if one.kind is Kind.RESULTS:
        return ResultsFile(bench, one.name, read_results(Path(one.name)))
    if one.kind is Kind.MODEL:
        return Prompted(bench, one.name, evaluation.recipe, settings.asking)
    if one.kind is Kind.PROMPT:
        file = Path(one.name)
        recipe = chosen_recipe(file, arguments.layout, constrained=settings.constrained)
        return Prompted(bench, one.name, recipe, _about(settings, one.name).asking)
    repository = Repository(settings.snapshots.parent)
    commit = repository.commit(one.name)
    if commit is None:
        raise SettingsError(f"{one.name}: git knows no such revision any more")
    return Revision(bench, one.name, repository, commit)


def _about(settings: "Settings", prompt: str) -> "Settings":
    """The settings of a run by another prompt."""
    from slm_harness.session import PLACES, candidate_of

    given: Candidate | None = settings.candidate
    flags = settings.flags.replace(given.flag, "") if given else settings.flags
    candidate = candidate_of(prompt, Path(), PLACES["prompt"][0], Path())
    return replace(
        settings, candidate=candidate, flags=flags + (candidate.flag if candidate else "")
    )


# ---------------------------------------------------------------- which models


def _pairs(
    operands: "Sequence[Operand]",
    sources: "Sequence[Source]",
    chosen: Sequence[str],
    evaluation: "Evaluation",
) -> Sequence[Pair]:
    """The models that are compared: one of either side."""
    from slm_harness.comparing import Kind

    named = [one.name if one.kind is Kind.MODEL else "" for one in operands]
    if all(named):
        if chosen:
            raise SettingsError(
                f"-m {chosen[0]}: A and B are models already, {named[0]} and {named[1]}"
            )
        return [(named[0], named[1])]
    if any(named):
        if len(chosen) > 1:
            raise SettingsError(
                f"-m was given {len(chosen)} times, and {next(filter(None, named))} is compared with one model"
            )
        other = chosen[0] if chosen else next(filter(None, named))
        return [(named[0] or other, named[1] or other)]
    return [(model, model) for model in chosen or _shared(sources, evaluation)]


def _shared(sources: "Sequence[Source]", evaluation: "Evaluation") -> Sequence[str]:
    """The models that both have, in the order of the models' file."""
    from slm_harness.comparing.sides import Accepted, Bench

    told = [one.models() for one in sources]
    known = [set(models) for models in told if models is not None]
    if not known:
        # Two prompts: any model could have been asked; those are meant that are evaluated.
        accepted = Accepted(Bench(evaluation, {})).models()
        if not accepted:
            raise SettingsError(
                "no model has an accepted snapshot: say with -m whose replies to compare"
            )
        known = [set(accepted)]
    both = set.intersection(*known)
    if not both:
        sides = " and ".join(
            f"{one.name} has {', '.join(sorted(models)) or 'none'}"
            for one, models in zip(sources, told, strict=True)
            if models is not None
        )
        raise SettingsError(f"there is no model that both have: {printable(sides)}")
    order = [model for model in evaluation.models if model in both]
    return [*order, *sorted(both - set(order))]
