"""pytest-evals: a test marked ``eval`` for each article, and the analysis of what they left."""

import json
from typing import Any

import ollama
import pytest

from benchmarks.speed.contest import OPTIONS, QUESTIONS, SYSTEM, Row, cases

CASES = cases()
client = ollama.Client()


@pytest.mark.eval(name="notices")
@pytest.mark.parametrize(
    ("model", "row"), CASES, ids=[f"{model}-{row['id']}" for model, row in CASES]
)
def test_article(model: str, row: Row, eval_bag: Any) -> None:
    """Ask about one article, and put down which answers are right."""
    reply = client.generate(model, row["prompt"], system=SYSTEM, format="json", options=OPTIONS)
    answers = json.loads(reply.response or "")
    for question in QUESTIONS:
        setattr(eval_bag, question, answers[question] == row["answers"][question])


@pytest.mark.eval_analysis(name="notices")
def test_rates(eval_results: Any) -> None:
    """Every answer is right."""
    assert len(eval_results) == len(CASES)
    for question in QUESTIONS:
        assert all(getattr(one.result, question) for one in eval_results)
