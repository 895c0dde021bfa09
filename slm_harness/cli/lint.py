"""``slm-harness lint``: every fault of every label, one a line."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from slm_harness.cli.printing import articles_argument, folder_of, output, say, task


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "List every fault of every label, one a line and sorted; the status is 1 if there is one."
    )
    parser = commands.add_parser("lint", help="list every fault of every label", description=text)
    articles_argument(parser)
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line: file, line, path, what"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong, or that nothing is."""
    from slm_harness.labels.lint import lint

    linted = lint(folder_of(arguments), task())
    if arguments.json:
        output().writelines(json.dumps(asdict(finding)) + "\n" for finding in linted.findings)
    else:
        say(map(str, linted.findings))
        if not linted.findings:
            say([f"{linted.articles} article{'s' if linted.articles != 1 else ''}, no fault"])
    return 1 if linted.findings else 0
