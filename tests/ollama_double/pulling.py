"""Ways in which a pull or a create goes wrong, and what a base can bring along.

The first kind takes the status objects of a good one and gives others.
"""

import time
from collections.abc import Callable, Iterator

from tests.double_frame import HangUp
from tests.ollama_double.wire import Fields, Outcome, Pieces, Refusal

Steps = Iterator[Fields]

_TICK = 0.02
"""Seconds between two lines of a download in which nothing comes."""
_ODD = b"\n<p>a proxy says hello</p>\n[1, 2]\nnull\n"


def _until_half(steps: Steps) -> Iterator[tuple[Fields, bool]]:
    """Each step, and whether a layer of size has half of its bytes with it."""
    for step in steps:
        completed, total = step.get("completed"), step.get("total")
        numbers = isinstance(completed, int) and isinstance(total, int)
        yield step, numbers and 0 < completed < total  # type: ignore[operator]


def stalled(steps: Steps) -> Steps:
    """Half of a layer, and then the same line until the client goes, or for twenty seconds."""
    for step, half in _until_half(steps):
        yield step
        for _ in range(1000 if half else 0):
            time.sleep(_TICK)
            yield step
        if half:
            raise HangUp


def silent(steps: Steps) -> Steps:
    """Half of a layer, and then nothing."""
    for step, half in _until_half(steps):
        yield step
        if half:
            time.sleep(10)
            raise HangUp


def cut(steps: Steps) -> Steps:
    """Half of a layer, and then no connection."""
    for step, half in _until_half(steps):
        yield step
        if half:
            raise HangUp


def dying(steps: Steps) -> Steps:
    """Half of a layer, and then no server."""
    for step, half in _until_half(steps):
        yield step
        if half:
            raise HangUp("die")


def unfinished(steps: Steps) -> Steps:
    """All is well, but nobody says so in the end, and nothing is on the shelf."""
    for step in steps:
        if step.get("status") == "writing manifest":
            return
        yield step


def backwards(steps: Steps) -> Steps:
    """Half of a layer, a tenth of it, half again: a part that came broken is fetched again."""
    for step, half in _until_half(steps):
        yield step
        if half:
            yield {**step, "completed": int(str(step["total"])) // 10}
            yield step


def repeated(steps: Steps) -> Steps:
    """Every line three times."""
    for step in steps:
        yield from (step, step, step)


def refused(
    words: str = 'pull model manifest: 400: {"error":"Repository is not GGUF"}',
) -> Callable[[Steps], Steps]:
    """The registry has nothing for this name."""

    def steps_of(steps: Steps) -> Steps:
        yield next(steps)
        raise Refusal(500, words)

    return steps_of


def late(seconds: float) -> Callable[[Steps], Steps]:
    """Nothing for a while, then all as usual."""

    def steps_of(steps: Steps) -> Steps:
        time.sleep(seconds)
        yield from steps

    return steps_of


def odd_lines(outcome: Outcome, _: float) -> Outcome:
    """Blank lines, and lines of something else, between those of the server."""
    if not isinstance(outcome, Pieces):
        return outcome
    return Pieces((_ODD + piece for piece in outcome.pieces), outcome.content_type)


# ---------------------------------------------------------------- what is said of a model


def zero_size(fields: Fields, _: Fields) -> Fields:
    """A proxy answered for the registry, and what it sent had no bytes."""
    models = fields["models"]
    if not isinstance(models, list):
        raise TypeError("tags have a list of models")
    return {"models": [{**model, "size": 0} for model in models]}


def leftovers(fields: Fields, _: Fields) -> Fields:
    """A base that comes with words of its own, and parameters of every type."""
    lines = ('stop    "<|end|>"', "num_ctx    131072", "top_k    7", 'stop    "a \\"b\\"\\n"')
    more = ("use_mmap    true", "min_p    0.05", "penalize_newline    false")
    return {
        **fields,
        "system": "You are a pirate.",
        "messages": [{"role": "user", "content": "Ahoy"}],
        "parameters": "\n".join((*lines, *more)),
    }


def remote(fields: Fields, _: Fields) -> Fields:
    """A model under a harmless name that is passed on to somebody else's server."""
    return {**fields, "remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"}
