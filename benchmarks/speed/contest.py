"""What every contestant shares: the articles, the order in which they are put, and what a right answer is.

Imports nothing that would cost a contestant time.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""``id``, ``prompt``, ``answers``."""

AT_ONCE = int(os.environ.get("BENCH_AT_ONCE", "4"))
MODELS = os.environ.get("BENCH_MODELS", "phi3").split(",")
ADDRESS = os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")
SYSTEM = "Answer nine questions about the article with one JSON object."
OPTIONS = {"temperature": 0.0, "seed": 0, "num_ctx": 8192, "num_predict": 1024}
QUESTIONS = (
    "data_breach",
    "breached_entity",
    "records_breached",
    "breach_date",
    "discovery_date",
    "cause_known",
    "cause",
    "third_parties_involved",
    "third_parties",
)


def rows() -> list[Row]:
    """The articles."""
    with Path("articles.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cases() -> list[tuple[str, Row]]:
    """Every model with every article; article by article, or in random order where a seed is given."""
    found = [(model, row) for row in rows() for model in MODELS]
    seed = os.environ.get("BENCH_SHUFFLE")
    if seed:
        random.Random(seed).shuffle(found)  # noqa: S311 - an order
    return found


def right(row: Row, reply: str) -> int:
    """How many of the nine answers are exactly right."""
    answers: dict[str, object] = json.loads(reply)
    wanted: dict[str, object] = row["answers"]
    return sum(answers[question] == wanted[question] for question in QUESTIONS)


def finish(grades: list[int]) -> None:
    """End the program: with 1 where an answer was wrong, which only a broken bench can have."""
    total, wanted = sum(grades), len(QUESTIONS) * len(rows()) * len(MODELS)
    raise SystemExit(0 if total == wanted else f"{total} of {wanted} answers are right")
