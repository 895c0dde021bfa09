"""One article and one model: what drafting a label and answering questions both begin with."""

import threading
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from functools import cache

from slm_harness.asking import Batch, Failed, Obtained, Sources, fill
from slm_harness.engines import (
    LOCAL_ENGINES,
    Engine,
    Presence,
    Report,
    estimated_tokens,
    open_engine,
)
from slm_harness.errors import NotMeasured
from slm_harness.records import Article, Identity, ModelSpec, Recipe, Reply, Request
from slm_harness.task import Task


def reply_about(
    article: Article, task: Task, spec: ModelSpec, recipe: Recipe, sources: Sources, report: Report
) -> Obtained:
    """Get a model's reply to all questions about one article.

    It is stored, so that whoever wants the same again, an evaluation included, does not ask.

    Raises:
        NotMeasured: the model gave no reply.
        SettingsError: its entry, or the address of its server, is wrong, or the store cannot be written.
    """
    with closing(replies_about(article, task, spec, [recipe], sources, report)) as replies:
        return next(replies)


def replies_about(
    article: Article,
    task: Task,
    spec: ModelSpec,
    recipes: Sequence[Recipe],
    sources: Sources,
    report: Report,
) -> Generator[Obtained]:
    """Get a model's reply about one article by each of several recipes, one straight after the other.

    One engine asks for all of them, so that what the server has read of the article serves the next.

    Raises:
        NotMeasured: the model gave no reply by one of them; the others after it are not asked for.
        SettingsError: as ``reply_about`` does.
    """
    sources.store.check_writable()
    with ExitStack() as stack:

        @cache
        def opened() -> Engine:
            engine = open_engine(spec, task.reader, estimated_tokens(article.prompt))
            return Kept(stack.enter_context(closing(engine)))

        for recipe in recipes:
            batch = Batch(
                model=spec.name,
                open_engine=opened,
                spec=spec,
                local=spec.engine in LOCAL_ENGINES,
                requests=[Request(spec.name, article.id, article.prompt)],
            )
            yield _reply(batch, recipe, sources, report)


def _reply(batch: Batch, recipe: Recipe, sources: Sources, report: Report) -> Obtained:
    for event in fill([batch], recipe, sources, threading.Event(), report):
        if isinstance(event, Failed):
            raise NotMeasured(event.message)
        if isinstance(event, Obtained):
            return event
    raise NotMeasured(f"{batch.model}: no reply came")


class Kept:
    """An engine that stays open when whoever was lent it is done with it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.takes_turns = engine.takes_turns

    def presence(self) -> Presence:
        """As the engine does; so do the others."""
        return self._engine.presence()

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Find out who would answer."""
        return self._engine.identify(recipe, report)

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Make the model ready."""
        return self._engine.build(identity, recipe, report)

    def ask(self, request: Request) -> Reply:
        """Put one article to it."""
        return self._engine.ask(request)

    def close(self) -> None:
        """Not yet."""
