"""DeepEval: a test for each article with nine metrics of our own, run by ``deepeval test run -n 4``."""

import json

import ollama
import pytest
from deepeval import assert_test
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase

from benchmarks.speed.contest import OPTIONS, QUESTIONS, SYSTEM, Row, cases

CASES = cases()
client = ollama.Client()


class Answer(BaseMetric):
    """Whether the answer to one question is exactly right."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.threshold = 1.0
        self.async_mode = True

    def measure(self, test_case: LLMTestCase) -> float:
        """1 or 0."""
        answers = json.loads(test_case.actual_output or "")
        expected = json.loads(test_case.expected_output or "")
        self.score = float(answers[self.question] == expected[self.question])
        self.success = self.score >= self.threshold
        self.reason = ""
        return self.score

    async def a_measure(self, test_case: LLMTestCase) -> float:
        """The same: there is nothing to wait for."""
        return self.measure(test_case)

    def is_successful(self) -> bool:
        """Whether it was right."""
        return bool(self.success)

    @property
    def __name__(self) -> str:
        """As reports have it."""
        return self.question


@pytest.mark.parametrize(
    ("model", "row"), CASES, ids=[f"{model}-{row['id']}" for model, row in CASES]
)
def test_article(model: str, row: Row) -> None:
    """Ask about one article; all nine metrics hold."""
    reply = client.generate(model, row["prompt"], system=SYSTEM, format="json", options=OPTIONS)
    case = LLMTestCase(
        input=row["prompt"],
        actual_output=reply.response,
        expected_output=json.dumps(row["answers"]),
    )
    assert_test(case, [Answer(question) for question in QUESTIONS])
