"""pydantic-evals: a dataset with nine evaluators, an asynchronous task, four cases at once."""

import json
from dataclasses import dataclass

import ollama
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import Evaluator, EvaluatorContext

from benchmarks.speed.contest import AT_ONCE, OPTIONS, QUESTIONS, SYSTEM, cases

Inputs = tuple[str, str]
Answers = dict[str, object]
client = ollama.AsyncClient()


@dataclass
class Answer(Evaluator[Inputs, Answers, None]):
    """Whether the answer to one question is exactly right."""

    question: str

    def evaluate(self, ctx: EvaluatorContext[Inputs, Answers, None]) -> dict[str, bool]:
        """One assertion, by the name of the question."""
        expected = ctx.expected_output or {}
        return {self.question: ctx.output[self.question] == expected[self.question]}


async def read(inputs: Inputs) -> Answers:
    """Ask about one article."""
    model, prompt = inputs
    reply = await client.generate(model, prompt, system=SYSTEM, format="json", options=OPTIONS)
    answers: Answers = json.loads(reply.response or "")
    return answers


if __name__ == "__main__":
    dataset = Dataset(
        name="notices",
        cases=[
            Case(
                name=f"{model} {row['id']}",
                inputs=(model, row["prompt"]),
                expected_output=row["answers"],
            )
            for model, row in cases()
        ],
        evaluators=[Answer(question) for question in QUESTIONS],
    )
    report = dataset.evaluate_sync(read, max_concurrency=AT_ONCE, progress=False)
    report.print()
    averages = report.averages()
    raise SystemExit(averages is None or averages.assertions != 1 or bool(report.failures))
