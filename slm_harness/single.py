"""One article, one model, one reply: what drafting a label and answering a question both begin with."""

import threading
from functools import partial

from slm_harness.asking import Batch, Failed, Obtained, Sources, fill
from slm_harness.engines import LOCAL_ENGINES, Report, estimated_tokens, open_engine
from slm_harness.errors import NotMeasured
from slm_harness.records import Article, ModelSpec, Recipe, Request
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
    sources.store.check_writable()
    batch = Batch(
        model=spec.name,
        open_engine=partial(open_engine, spec, task.reader, estimated_tokens(article.prompt)),
        spec=spec,
        local=spec.engine in LOCAL_ENGINES,
        requests=[Request(spec.name, article.id, article.prompt)],
    )
    for event in fill([batch], recipe, sources, threading.Event(), report):
        if isinstance(event, Failed):
            raise NotMeasured(event.message)
        if isinstance(event, Obtained):
            return event
    raise NotMeasured(f"{spec.name}: no reply came")
