"""Plain pytest under xdist: a test for each answer; those of one article go to one worker, which asks once."""

import functools
import json
from typing import Any

import ollama
import pytest

from benchmarks.speed.contest import OPTIONS, QUESTIONS, SYSTEM, Row, cases

client = ollama.Client()


@functools.cache
def answers(model: str, prompt: str) -> Any:
    """What the model says to an article."""
    reply = client.generate(model, prompt, system=SYSTEM, format="json", options=OPTIONS)
    return json.loads(reply.response or "")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("model", "row"),
    [
        pytest.param(
            model,
            row,
            id=f"{model}-{row['id']}",
            marks=pytest.mark.xdist_group(f"{model}-{row['id']}"),
        )
        for model, row in cases()
    ],
)
def test_answer(model: str, row: Row, question: str) -> None:
    """One answer is exactly right."""
    assert answers(model, row["prompt"])[question] == row["answers"][question]
