"""What the commands have in common: where things are, and lines that cannot repaint a terminal."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from slm_harness.errors import HarnessError
from slm_harness.printable import printable
from slm_harness.task import Task

ARTICLES = Path("fixtures/articles")
_CHARACTERS_PER_TOKEN = 4


def task() -> Task:
    """The task whose labels the commands read."""
    from slm_harness.breach import TASK

    return TASK


def articles_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--articles``."""
    parser.add_argument(
        "--articles",
        metavar="DIR",
        type=Path,
        default=ARTICLES,
        help="folder of <id>.html and <id>.yaml (default: %(default)s)",
    )


def articles_argument(parser: argparse.ArgumentParser) -> None:
    """Let a command take the folder as its argument, and by ``--articles`` like the others."""
    parser.add_argument("folder", metavar="DIR", nargs="?", type=Path, help="the same, shorter")
    articles_option(parser)


def folder_of(arguments: argparse.Namespace) -> Path:
    """The folder that a command was given, in either way."""
    folder: Path = arguments.folder or arguments.articles
    return folder


def with_folder(command: str, folder: Path) -> str:
    """A command for the user's next step, about the same folder."""
    return command if folder == ARTICLES else f"{command} --articles={folder}"


def say(lines: Iterable[str], marks: tuple[str, str] | None = None) -> None:
    """Write lines without what could repaint the terminal, whatever its encoding can show.

    ``marks`` are two characters of private use that stand around what is to be shown in bold.
    """
    for line in lines:
        indent = line[: len(line) - len(line.lstrip(" "))]
        _write(indent + _pieces(line, marks) if line.strip() else "")


def say_aligned(rows: Iterable[Sequence[str]], indent: str = "  ") -> None:
    """Write rows whose cells, all but the last of a row, are as wide as the widest of their column.

    ``say`` would leave one space between them.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    columns = max((len(row) - 1 for row in cells), default=0)
    widths = [max(len(row[at]) for row in cells if len(row) > at + 1) for at in range(columns)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        _write(indent + "  ".join([*padded, row[-1]]).rstrip())


def say_table(lines: Iterable[str]) -> None:
    """Write lines of cells that are aligned already: plain words of ours, whose spaces are kept."""
    for line in lines:
        _write("".join(sign if sign.isprintable() else " " for sign in line))


def _write(text: str) -> None:
    out = output()
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def output() -> TextIO:
    """Where results go.

    Raises:
        HarnessError: the shell has closed it.
    """
    if sys.stdout is None:
        raise HarnessError("the standard output is closed; there is nowhere to write to")
    return sys.stdout


def _pieces(line: str, marks: tuple[str, str] | None) -> str:
    if marks is None:
        return printable(line)
    first, *rest = line.split(marks[0])
    told = [_piece(first)]
    for piece in rest:
        inside, _, after = piece.partition(marks[1])
        told.append(f"\033[1m{_piece(inside)}\033[0m{_piece(after)}")
    return "".join(told).strip()


def _piece(text: str) -> str:
    """``printable(text)`` with the spaces at its ends, which part it from its neighbours."""
    clean = printable(text)
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and clean else ""
    return f"{before}{clean}{after}"


def size(text: str) -> str:
    """How long a prompt is, in words and estimated tokens."""
    tokens = -(-len(text) // _CHARACTERS_PER_TOKEN)
    return f"{len(text.split()):,} words, about {tokens:,} tokens"


def complain(message: str) -> None:
    """Write a refusal to stderr, if there is one."""
    if sys.stderr is None:
        return
    lines = (printable(line) for line in message.splitlines())
    sys.stderr.write(
        "\n".join([f"slm-harness: {next(lines, '')}", *(f"  {line}" for line in lines)]) + "\n"
    )


def report(line: str) -> None:
    """Tell a person who waits at a terminal what takes its time; nobody else."""
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write(printable(line) + "\n")
