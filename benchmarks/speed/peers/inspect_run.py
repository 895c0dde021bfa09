"""Inspect AI: a task with its own Ollama provider, its cache, and one scorer with nine values."""

import json
import os

import inspect_ai
from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState, generate, system_message

from benchmarks.speed.contest import ADDRESS, AT_ONCE, MODELS, QUESTIONS, SYSTEM, rows


@scorer(metrics={"*": [accuracy()]})
def nine_answers() -> Scorer:
    """Which of the nine answers are exactly right."""

    async def score(state: TaskState, target: Target) -> Score:
        answers, expected = json.loads(state.output.completion), json.loads(target.text)
        return Score(value={one: int(answers[one] == expected[one]) for one in QUESTIONS})

    return score


if __name__ == "__main__":
    os.environ["INSPECT_CACHE_DIR"] = "cache"  # of this run, and not of this user
    samples = [
        Sample(id=row["id"], input=row["prompt"], target=json.dumps(row["answers"]))
        for row in rows()
    ]
    task = Task(
        dataset=MemoryDataset(samples, name="notices"),
        solver=[system_message(SYSTEM), generate(cache=True)],
        scorer=nine_answers(),
    )
    logs = inspect_ai.eval(
        task,
        model=[f"ollama/{model}" for model in MODELS],
        model_base_url=f"{ADDRESS}/v1",
        max_connections=AT_ONCE,
        display="plain",
        log_dir="logs",
        temperature=0.0,
        seed=0,
    )
    rates = [
        one.metrics["accuracy"].value
        for log in logs
        for one in (log.results.scores if log.results else [])
    ]
    raise SystemExit(rates != [1] * len(QUESTIONS) * len(MODELS))
