"""What the double is told on its command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.double_frame import Trigger, add_scenarios, names
from tests.openai_double import scenarios


@dataclass(frozen=True)
class Settings:
    """A command line, understood."""

    port: int
    models: tuple[str, ...]
    context: int
    key: str
    delay: float
    gather: int
    log: Path | None
    answers: Path | None
    scenario: tuple[Trigger, ...]


def read(arguments: Sequence[str] | None = None) -> Settings:
    """Read a command line, by default the program's own."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.openai_double",
        description="A test double of an OpenAI-compatible server. No model runs in it.",
        epilog="scenarios:\n" + scenarios.listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--models", type=names, default=(), help="served: NAME[,NAME...]")
    parser.add_argument("--context", type=int, default=8192, help="tokens that a model can hold")
    parser.add_argument("--key", default="", help="the key that is wanted; none is, without")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that each reply takes")
    parser.add_argument("--gather", type=int, default=1, help="for the scenario `gathered`")
    parser.add_argument("--log", type=Path, help="file that gets one JSON line per request")
    parser.add_argument("--answers", type=Path, help="file of rules for replies, read each time")
    add_scenarios(parser, scenarios.TABLE)
    given = vars(parser.parse_args(arguments))
    return Settings(**{**given, "scenario": tuple(given["scenario"])})
