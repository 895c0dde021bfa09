"""One timed request: what the longest article takes, and what a full run of them would. Nothing is stored."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from slm_harness.engines import Report, estimated_tokens, open_engine
from slm_harness.errors import HarnessError, SchemaNotEnforced, ServerUnreachable
from slm_harness.health.articles import Articles
from slm_harness.health.findings import Finding, Numbers, note, ok, problem
from slm_harness.reading import read
from slm_harness.records import Article, ModelSpec, Recipe, Reply, Request
from slm_harness.task import Task


@dataclass(frozen=True)
class Timed:
    """One reply, and what came before it. Seconds."""

    ready: float
    """Until the model was found, built, loaded, and had shown that it keeps to the schema."""
    reply: Reply


def timed_request(
    spec: ModelSpec, article: Article, task: Task, recipe: Recipe, report: Report
) -> Timed:
    """Put an article to a model, once and without another try.

    Raises:
        HarnessError: no reply was obtained.
    """
    began = time.monotonic()
    with closing(open_engine(spec, task.reader, estimated_tokens(article.prompt))) as engine:
        engine.build(engine.identify(recipe, report), recipe, report)
        ready = time.monotonic() - began
        report(f"asking {spec.name} about {article.id}, the longest article")
        return Timed(ready, engine.ask(Request(spec.name, article.id, article.prompt)))


def timing_findings(
    spec: ModelSpec, articles: Articles, task: Task, recipe: Recipe, report: Report
) -> Iterator[Finding]:
    """What one request took, or why it failed, and what as many as there are articles would take."""
    if articles.longest is None:
        yield note("timed request", "there is no article to ask about")
        return
    try:
        timed = timed_request(spec, articles.longest, task, recipe, report)
    except HarnessError as error:
        yield problem("timed request", error.message, _mend(error, spec))
        return
    reply = timed.reply
    speed = _tokens_per_second(reply)
    told = f"the longest article took {reply.seconds:.1f} s"
    if reply.prompt_tokens is not None and reply.reply_tokens is not None:
        told += f": {reply.prompt_tokens:,} tokens read, {reply.reply_tokens:,} written"
    if speed is not None:
        told += f", {speed:.1f} tokens/s"
    numbers: Numbers = {
        "seconds": reply.seconds,
        "ready_seconds": timed.ready,
        "tokens_per_second": speed,
    }
    trouble = read(reply, task).problem
    if trouble:
        yield note("timed request", f"{told}; unusable: {trouble}", numbers=numbers)
    else:
        yield ok("timed request", told, numbers=numbers)
    full = timed.ready + articles.count * reply.seconds
    price = spec.price.of(reply) if spec.price else None
    cost = None if price is None else price * articles.count
    yield ok(
        "a full run",
        f"{articles.count} articles, one after the other: {_duration(full)} at most, "
        f"{timed.ready:.1f} s of it to load the model"
        + ("" if cost is None else f"; {cost:.4f} at most by the prices of models.yaml"),
        {"seconds": full, "cost": cost},
    )


def _mend(error: HarnessError, spec: ModelSpec) -> str:
    """The command that helps, where one does; else the message says what to do."""
    if isinstance(error, ServerUnreachable) and spec.engine == "ollama":
        return "ollama serve"
    if isinstance(error, SchemaNotEnforced):
        return f"pytest -m {spec.name} --unconstrained"
    return ""


def _tokens_per_second(reply: Reply) -> float | None:
    seconds = reply.eval_seconds or reply.seconds
    return reply.reply_tokens / seconds if reply.reply_tokens and seconds else None


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
