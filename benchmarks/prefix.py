"""What llama.cpp need not read again, by its own counts, for both layouts of the prompt.

    python -m benchmarks.prefix [--gguf FILE] [--articles 8] [--wordings 8] [--rounds 3] [--threads 1]

A table with a row for each layout and load: several articles in one wording, and several wordings (each with
another question reworded) on one article, asked one after the other. "read" is the time that the server
spent on reading prompts; beside it the same with ``cache_prompt: false``, turn by turn in the same run. Without --gguf the
model is a tiny one of random weights, whose tokenizer makes about two bytes a token: counts and shares
are real, its seconds say little, their ratio is what to look at. Nothing is stored.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from slm_harness.breach import TASK
from slm_harness.engines import estimated_tokens, open_engine
from slm_harness.labels import load_articles
from slm_harness.records import Layout, ModelSpec, Recipe, Reply, Request
from slm_harness.task import Prompt, load_prompt
from tests.projects import ROOT
from tests.tiny_gguf import write_tiny

Asks = Sequence[tuple[Recipe, Request]]
REPLY_TOKENS = 48
"""Replies are cut off there: they are not what is measured."""


@dataclass(frozen=True)
class Row:
    """One layout under one load; tokens and seconds of all prompts together."""

    layout: Layout
    load: str
    asks: int
    tokens: int
    cached: int
    seconds: float
    without: float
    """The same seconds where nothing is kept from one prompt to the next."""
    differing: int
    """Replies that are not the same without."""


def wordings(prompt: Prompt, count: int) -> list[Prompt]:
    """The prompt, then variants of it, each with one question reworded."""
    found = [prompt]
    for number in range(1, count):
        id_ = TASK.ids[(number - 1) % len(TASK.ids)]
        words = f"{prompt.wordings[id_]} Be brief, variant {number}."
        found.append(replace(prompt, wordings={**prompt.wordings, id_: words}))
    return found


def loads(layout: Layout, articles: int, variants: int) -> Mapping[str, Asks]:
    """What is asked under each load, in its order."""
    prompt = load_prompt(TASK, ROOT / "evals" / "prompts" / "breach.yaml")
    found = load_articles(ROOT / "fixtures" / "articles", TASK)[:articles]
    requests = [Request("model", article.id, article.prompt) for article in found]
    middle = sorted(requests, key=lambda one: len(one.prompt))[len(requests) // 2]
    recipes = [TASK.recipe(one, layout) for one in wordings(prompt, variants)]
    return {
        f"{len(requests)} articles, 1 wording": [(recipes[0], one) for one in requests],
        f"1 article, {len(recipes)} wordings": [(one, middle) for one in recipes],
    }


def asked(spec: ModelSpec, asks: Asks) -> list[tuple[Reply, Reply]]:
    """Of each the reply as ever, and the one of a server that keeps nothing.

    The two servers take turns, article by article, so that a busy machine slows both.
    """
    longest = max(estimated_tokens(request.prompt) for _, request in asks)
    cold = replace(spec, options={**spec.options, "cache_prompt": False})
    found = []
    with ExitStack() as stack:
        engines = [
            stack.enter_context(closing(open_engine(one, None, longest))) for one in (spec, cold)
        ]
        built = None
        for recipe, request in asks:
            for engine in engines:
                if built is not recipe:
                    engine.build(engine.identify(recipe, _quiet), recipe, _quiet)
            built = recipe
            kept, anew = (engine.ask(request) for engine in engines)
            found.append((kept, anew))
    return found


def _quiet(_: str) -> None:
    pass


def measured(spec: ModelSpec, layout: Layout, load: str, asks: Asks, rounds: int) -> Row:
    """One row; of each request the quickest of all rounds counts."""
    pairs = [asked(spec, asks) for _ in range(rounds)]
    seconds = [
        sum(min(one[nth][way].prompt_seconds or 0.0 for one in pairs) for nth in range(len(asks)))
        for way in (0, 1)
    ]
    return Row(
        layout,
        load,
        len(asks),
        sum(kept.prompt_tokens or 0 for kept, _ in pairs[0]),
        sum(kept.cached_tokens or 0 for kept, _ in pairs[0]),
        seconds[0],
        seconds[1],
        sum(kept.text != anew.text for kept, anew in pairs[0]),
    )


def table(rows: Sequence[Row]) -> str:
    """The table in Markdown."""
    head = (
        "layout", "load", "prompt tokens", "of them cached", "share", "read", "read without cache",
        "without / with", "replies that differ",
    )  # fmt: skip
    cells = [
        (
            row.layout.value,
            row.load,
            f"{row.tokens:,}",
            f"{row.cached:,}",
            f"{row.cached / row.tokens:.0%}",
            f"{row.seconds:.2f} s",
            f"{row.without:.2f} s",
            f"{row.without / row.seconds:.1f}",
            f"{row.differing} of {row.asks}",
        )
        for row in rows
    ]
    lines = ["|".join(("", *(f" {one} " for one in line), "")) for line in (head, *cells)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gguf", type=Path, metavar="FILE", help="a model (default: a tiny one)")
    parser.add_argument("--articles", type=int, default=8)
    parser.add_argument("--wordings", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = options.gguf or write_tiny(Path(folder) / "tiny.gguf", context=32_768)
        given = {"n_threads": options.threads, "max_tokens": REPLY_TOKENS}
        spec = ModelSpec("model", "llamacpp", str(file.resolve()), given, timeout=3600)
        rows = [
            measured(spec, layout, load, asks, options.rounds)
            for layout in Layout
            for load, asks in loads(layout, options.articles, options.wordings).items()
        ]
    sys.stdout.write(f"{table(rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
