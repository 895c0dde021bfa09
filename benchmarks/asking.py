"""What the harness adds to asking, against a bare loop of the ollama client, in one run.

    python -m benchmarks.asking [--articles 100] [--rounds 5]

Both ask the test double on loopback, which answers at once, so that what is seen is the cost of the
asking itself: keys, checks, the store. Times depend on the machine; the ratios are what to look at.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import ollama

from slm_harness.asking import Batch, Mode, Obtained, Sources, fill
from slm_harness.breach import TASK
from slm_harness.engines import open_engine
from slm_harness.engines.ollama.options import PINNED
from slm_harness.records import ModelSpec, Recipe, Request
from slm_harness.store import Store
from tests.doubles import ollama_double

RECIPE = Recipe(task="breach", system="Answer nine questions.", schema=TASK.schema)


def bare(requests: Sequence[Request]) -> float:
    """Seconds for a loop with the client alone."""
    client = ollama.Client()
    started = time.perf_counter()
    for request in requests:
        client.generate(
            "phi3", request.prompt, system=RECIPE.system, format=dict(RECIPE.schema), options=PINNED
        )
    seconds = time.perf_counter() - started
    client._client.close()
    return seconds


def harness(requests: Sequence[Request], folder: Path) -> tuple[float, int]:
    """Seconds for the same through the harness, and how many replies were asked for."""
    spec = ModelSpec(name="phi3", engine="ollama", base="phi3")
    batch = Batch("phi3", lambda: open_engine(spec, None), spec, local=False, requests=requests)
    sources = Sources(Store(folder), Mode.AUTO, folder)
    started = time.perf_counter()
    events = list(fill([batch], RECIPE, sources, threading.Event(), lambda _: None))
    seconds = time.perf_counter() - started
    return seconds, sum(isinstance(e, Obtained) and not e.recalled for e in events)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    requests = [
        Request("phi3", f"a{n}", f"Article {n}. " + "Harbour Dental lost 4,120 files. " * 60)
        for n in range(options.articles)
    ]
    rows: dict[str, list[float]] = {
        "bare client": [],
        "harness, asked": [],
        "harness, recalled": [],
    }
    with ollama_double("--models", "phi3") as double:
        os.environ["OLLAMA_HOST"] = double.address
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as name:
                rows["bare client"].append(bare(requests))
                asked, count = harness(requests, Path(name))
                recalled, again = harness(requests, Path(name))
            if (count, again) != (options.articles, 0):
                raise RuntimeError(f"asked {count} and {again} of {options.articles}")
            rows["harness, asked"].append(asked)
            rows["harness, recalled"].append(recalled)
    out = sys.stdout.write
    out(f"{options.articles} articles, {options.rounds} rounds, medians\n")
    base = statistics.median(rows["bare client"])
    for name, seconds in rows.items():
        median = statistics.median(seconds)
        each = 1000 * median / options.articles
        out(f"{name:20} {each:7.2f} ms per article   {median / base:5.2f} x bare\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
