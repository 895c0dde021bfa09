"""The ``slm-harness`` command: ask, compare prompts and models, add an article, check labels, tidy up."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from slm_harness.cli import (
    add,
    ask,
    compare,
    coverage,
    doctor,
    grade,
    lint,
    models,
    regrade,
    show,
    store,
    sweep,
)
from slm_harness.cli.printing import complain, output
from slm_harness.errors import HarnessError

_COMMANDS = (doctor, ask, compare, sweep, add, show, lint, coverage, regrade, grade, models, store)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 is success, 1 faults found, 2 a refusal in one line, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="slm-harness", description=__doc__.replace("`", ""))
    parser.add_argument("--version", action="version", version=version("slm-harness"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.declare(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        output().flush()
    except HarnessError as error:
        complain(error.message)
        return 2
    except BrokenPipeError:
        # Whoever reads stopped reading (`| head`); the interpreter's own last flush must not fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        complain(f"the output cannot be written: {error.strerror or error}")
        return 2
    except KeyboardInterrupt:
        return 130
    return status
