"""``slm-harness doctor``: what is there, what is missing, and the command that mends it."""

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slm_harness.cli.choosing import (
    chosen_layout,
    chosen_model,
    layout_option,
    models_option,
    prompt_option,
)
from slm_harness.cli.printing import articles_option, output, report, say, say_aligned, task

if TYPE_CHECKING:
    from slm_harness.health import Checkup, Finding, Section
    from slm_harness.records import ModelSpec

_MARKS = {"ok": "ok", "problem": "!!", "note": "--"}


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Look at the machine, the project, the model servers and every configured model, and say what is "
        "missing, with the command that mends it. A model that is named, and is there, gets one timed "
        "request about the longest article, which is not stored (and which a hosted model charges for). The status is 1 where something is missing."
    )
    parser = commands.add_parser("doctor", help="say what is missing to evaluate", description=text)
    parser.add_argument(
        "names", metavar="MODEL", nargs="*",
        help="which, also as NAME=ENGINE:BASE (default: all of the file)",
    )  # fmt: skip
    parser.add_argument(
        "--time", action=argparse.BooleanOptionalAction, default=None,
        help="put one timed request to every model that is there (default: to those that are named)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
    models_option(parser)
    prompt_option(parser)
    layout_option(parser)
    articles_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look, print, and count the problems."""
    from slm_harness.health import State, sections

    found = []
    for section in sections(_checkup(arguments), report):
        found.append(section)
        if not arguments.json:
            _print(section)
            output().flush()
    problems = sum(one.state is State.PROBLEM for section in found for one in section.findings)
    if arguments.json:
        output().write(json.dumps(_object(found, problems), indent=1) + "\n")
    else:
        say(["", _summary(problems)])
    return 1 if problems else 0


def _checkup(arguments: argparse.Namespace) -> "Checkup":
    from slm_harness.health import Checkup

    specs, trouble = _specs(arguments)
    time = bool(arguments.names) if arguments.time is None else arguments.time
    return Checkup(
        task=task(),
        models=arguments.models,
        prompt=arguments.prompt,
        articles=arguments.articles,
        specs=specs,
        environment=os.environ,
        timed=frozenset(specs if time else ()),
        trouble=trouble,
        layout=chosen_layout(arguments.layout),
    )


def _specs(arguments: argparse.Namespace) -> "tuple[Mapping[str, ModelSpec], str]":
    """The models to look at, and why the file of all of them cannot be read, if it cannot."""
    from slm_harness.errors import ModelsError
    from slm_harness.models import load_models

    try:
        models = load_models(arguments.models)
    except ModelsError as error:
        # Telling what is wrong is what this command is for; what can be looked at without it, is.
        named = [name for name in arguments.names if "=" in name or name == "baseline"]
        return {
            n.name: n for n in (chosen_model(one, arguments.models) for one in named)
        }, error.message
    if not arguments.names:
        return models, ""
    chosen = (chosen_model(name, arguments.models) for name in arguments.names)
    return {spec.name: spec for spec in chosen}, ""


def _print(section: "Section") -> None:
    say([section.about])
    say_aligned(row for finding in section.findings for row in _rows(finding))


def _rows(finding: "Finding") -> Iterator[Sequence[str]]:
    yield _MARKS[finding.state], finding.what, finding.detail
    if finding.mend:
        yield "", "", f"mend: {finding.mend}"


def _summary(problems: int) -> str:
    if not problems:
        return "nothing is missing"
    return f"{problems} problem{'s' if problems > 1 else ''}, marked {_MARKS['problem']}"


def _object(found: "Sequence[Section]", problems: int) -> dict[str, object]:
    return {
        "format": "slm-harness doctor 1",
        "problems": problems,
        "findings": [
            {
                "about": section.about,
                "what": one.what,
                "state": one.state,
                "detail": one.detail,
                "mend": one.mend,
                "numbers": dict(one.numbers),
            }
            for section in found
            for one in section.findings
        ],
    }
