"""``slm-harness models``: the custom models that the harness has made under Ollama."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from slm_harness.cli.choosing import chosen_recipe, layout_option, models_option, prompt_option
from slm_harness.cli.printing import articles_option, output, report, say, task
from slm_harness.errors import SettingsError
from slm_harness.printable import shortened

if TYPE_CHECKING:
    from slm_harness.engines.ollama.custom import Current, CustomModels
    from slm_harness.engines.ollama.told import Entry


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "List the custom models that the harness has made at OLLAMA_HOST, one for each base and recipe, "
        "and which entry of models.yaml uses each as prompt and articles are now; `prune` removes those "
        "that none would use, whichever checkout made them: the next run there makes its own again. Sizes "
        "count the weights, which are the base's and stay there."
    )
    parser = commands.add_parser(
        "models", help="list the custom models under Ollama, or remove old ones", description=text
    )
    parser.add_argument("action", nargs="?", choices=("list", "prune"), default="list",
                        help="what to do (default: %(default)s)")  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="prune: show what it would remove")
    parser.add_argument("--yes", action="store_true", help="prune: remove without asking")
    models_option(parser)
    prompt_option(parser)
    layout_option(parser)
    articles_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List, or list and remove."""
    from slm_harness.engines.protocol import bad_host

    try:
        from slm_harness.engines.ollama.custom import CustomModels, users
    except ValueError as error:
        # The ollama package makes a client of its own while it is imported.
        raise bad_host(error) from error
    prune = arguments.action == "prune"
    known, untold = _known(arguments)
    if untold and prune:
        raise SettingsError(f"nothing was removed: {untold}")
    with closing(CustomModels(task().name)) as models:
        found = models.all()
        used = users(found, known)
        if prune:
            return _prune(arguments, models, [one for one in found if not used[one.name]], known)
        say(_listed(found, used, known, models.host, untold))
    return 0


def _known(arguments: argparse.Namespace) -> "tuple[Sequence[Current], str]":
    """What models.yaml needs now; or why that cannot be told, since the context follows from the articles."""
    from slm_harness.engines import longest_prompt
    from slm_harness.engines.ollama.custom import currents
    from slm_harness.labels import load_articles
    from slm_harness.models import load_models

    specs = load_models(arguments.models).values()
    recipe = chosen_recipe(arguments.prompt, arguments.layout)
    try:
        articles = load_articles(arguments.articles, task())
    except SettingsError as error:
        first = error.message.splitlines()[0]
        return [], f"which models are used follows from the longest article, and {first}"
    return currents(specs, recipe, longest_prompt(articles)), ""


def _listed(
    found: "Sequence[Entry]",
    used: Mapping[str, Sequence[str]],
    known: "Sequence[Current]",
    host: str,
    untold: str,
) -> Iterator[str]:
    if not found:
        yield f"{host} has no custom model of ours"
    for one in found:
        by = ", ".join(used[one.name])
        yield _told(one) + ("" if untold else f": used by {by or 'none'}")
    if untold:
        yield untold
    yield from _doubts(known)


def _told(one: "Entry") -> str:
    made = f"{one.modified:%Y-%m-%d %H:%M}" if one.modified else "at a time that is not told"
    return f"{one.name} of {one.parent}, {one.size / 1e9:.1f} GB, made {made}"


def _doubts(known: "Sequence[Current]") -> Iterator[str]:
    for one in known:
        if one.why:
            yield f"{one.model}: {one.why}; so all {one.part}:… count as used"


def _prune(
    arguments: argparse.Namespace,
    models: "CustomModels",
    doomed: "Sequence[Entry]",
    known: "Sequence[Current]",
) -> int:
    say(_doubts(known))
    if not doomed:
        say([f"{models.host} has no custom model of ours that none would use"])
        return 0
    say(map(_told, doomed))
    if arguments.dry_run:
        say([f"{len(doomed)} would be removed"])
    elif arguments.yes or _agreed(len(doomed)):
        removed = models.remove(doomed, report)
        say([f"{len(removed)} removed"])
    else:
        say(["nothing was removed"])
    return 0


def _agreed(count: int) -> bool:
    """Whether the person at the terminal wants them removed.

    Raises:
        SettingsError: there is none.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise SettingsError("nothing was removed: nobody is there to ask; say --yes to remove them")
    say([f"remove {count}? [y/N]"])
    output().flush()
    return shortened(sys.stdin.readline(), 10).lower() in ("y", "yes")
