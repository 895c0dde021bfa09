"""Plain pytest under xdist: a test for each article with its nine answers, dealt out among the workers.

A test for each answer would ask four times as often: xdist 3.8 can send the tests of one article to one worker
(``--dist loadgroup``), but under pytest 9.2 it does not.
"""

import json

import ollama
import pytest

from benchmarks.speed.contest import OPTIONS, QUESTIONS, SYSTEM, Row, cases

CASES = cases()
client = ollama.Client()


@pytest.mark.parametrize(
    ("model", "row"), CASES, ids=[f"{model}-{row['id']}" for model, row in CASES]
)
def test_article(model: str, row: Row) -> None:
    """All nine answers are exactly right."""
    reply = client.generate(model, row["prompt"], system=SYSTEM, format="json", options=OPTIONS)
    answers = json.loads(reply.response or "")
    for question in QUESTIONS:
        assert answers[question] == row["answers"][question]
