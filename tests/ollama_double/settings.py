"""What the double can be told on its command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.double_frame import Trigger, add_scenarios, names
from tests.ollama_double import scenarios


@dataclass(frozen=True)
class Settings:
    """The command line, read."""

    port: int
    version: str
    models: tuple[str, ...]
    pullable: tuple[str, ...]
    context_length: int
    delay: float
    parallel: int
    in_memory: int | None
    log: Path | None
    state: Path | None
    answers: Path | None
    scenario: tuple[Trigger, ...]


def read(arguments: Sequence[str] | None = None) -> Settings:
    """Read a command line, by default the program's own."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.ollama_double",
        description="A test double of an Ollama server. Not Ollama; no model runs in it.",
        epilog="scenarios:\n" + scenarios.listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--version", default="0.33.0", help="what /api/version says")
    parser.add_argument(
        "--models", type=names, default=[], help="bases already pulled: NAME[,NAME...]"
    )
    parser.add_argument(
        "--pullable", type=names, default=[], help="names the registry knows, besides --models"
    )
    parser.add_argument(
        "--context-length", type=int, default=8192, help="trained context of models"
    )
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that each generate takes")
    parser.add_argument("--parallel", type=int, default=1, help="generates at once for one model")
    parser.add_argument(
        "--in-memory",
        type=int,
        help="models that are loaded at once; another one puts one of them out",
    )
    parser.add_argument("--log", type=Path, help="file that gets one JSON line per API request")
    parser.add_argument("--state", type=Path, help="file that keeps the models over a restart")
    parser.add_argument(
        "--answers", type=Path, help="file of rules for replies, read at each generate"
    )
    add_scenarios(parser, scenarios.TABLE)
    given = parser.parse_args(arguments)
    return Settings(
        port=given.port,
        version=given.version,
        models=tuple(given.models),
        pullable=tuple(given.pullable),
        context_length=given.context_length,
        delay=given.delay,
        parallel=given.parallel,
        in_memory=given.in_memory,
        log=given.log,
        state=given.state,
        answers=given.answers,
        scenario=tuple(given.scenario),
    )
