"""What the store costs with a hundred answers and with a hundred thousand.

    python -m benchmarks.store [--answers 100000] [--lookups 1000]

Both stores are written by the store's own code in a temporary folder, with the prompt, the schema and the
articles of this project, ten prompts to each article. Times depend on the machine, on what else it does and
above all on its disk; the ratios of the last column, larger store to smaller, are what to look at.
"""

import argparse
import dataclasses
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from slm_harness.breach import TASK
from slm_harness.labels import load_articles
from slm_harness.records import Identity, Recipe, Reply, Request, Stored
from slm_harness.store import Store, key_of, key_parts
from slm_harness.store.exchange import export, take_in
from slm_harness.store.survey import survey, walk
from slm_harness.task import load_prompt

SMALL = 100
PROMPTS = 10
RECIPE = Recipe(TASK.name, load_prompt(TASK, Path("evals/prompts/breach.yaml")).system, TASK.schema)
IDENTITY = Identity(
    engine="ollama",
    server="0.33.0",
    base="phi3",
    digest="a" * 64,
    template="{{ if .System }}<|system|>\n{{ .System }}<|end|>\n{{ end }}<|user|>\n{{ .Prompt }}<|end|>\n",
    options={"temperature": 0.0, "seed": 0, "num_ctx": 8192, "num_predict": 1200, "top_k": 1},
    serves="breach-analyzer-phi3:0123456789ab",
    machine={"gpu share": 1.0},
)
SAID = (
    '{"data_breach": "Yes", "breached_entity": "Harbour Dental", "cause": "' + "word " * 100 + '"}'
)
REPLY = Reply(SAID, "stop", 1.5, prompt_tokens=1400, reply_tokens=190, eval_seconds=1.2)
OPENING = (
    "import sys; from pathlib import Path; from slm_harness.store import Store; "
    "sys.exit(Store(Path(sys.argv[1])).get(sys.argv[2]) is None)"
)


def answers(count: int) -> Iterator[tuple[Request, Stored]]:
    """So many answers: a thousand editions of each article, ten prompts to each."""
    prompts = [article.prompt for article in load_articles(Path("fixtures/articles"), TASK)]
    for number in range(count):
        edition, wording = divmod(number, PROMPTS)
        text = f"{prompts[edition % len(prompts)]}\nEdition {edition}."
        request = Request("phi3", f"article-{edition}", text)
        recipe = dataclasses.replace(RECIPE, system=f"{RECIPE.system}{wording}\n")
        parts = key_parts(IDENTITY, recipe, request)
        yield request, Stored(key_of(parts), parts, REPLY, IDENTITY, "2026-11-24T09:30:00Z")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def filled(store: Store, count: int) -> tuple[float, list[str], list[tuple[Request, Stored]]]:
    """Seconds spent on putting, all keys, and some answers."""
    spent, keys, some = 0.0, [], []
    for request, stored in answers(count):
        started = time.perf_counter()
        store.put(request, stored)
        spent += time.perf_counter() - started
        keys.append(stored.key)
        if len(keys) % max(1, count // 100) == 0:
            some.append((request, stored))
    return spent, keys, some


def looked_up(store: Store, keys: Iterable[str], *, there: bool) -> float:
    """Seconds for looking all of them up."""

    def look() -> None:
        for key in keys:
            if (store.get(key) is not None) is not there:
                raise RuntimeError(f"{key}: there should be {'an' if there else 'no'} answer")

    return seconds(look)


def forgotten(paths: Iterable[Path]) -> None:
    """Let the system forget the content of files, as far as it lets itself be told."""
    os.sync()
    if not hasattr(os, "posix_fadvise"):
        return
    for path in paths:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def opened(store: Store, key: str, rounds: int = 5) -> float:
    """Seconds for a new process that opens the store and looks one answer up, the best of some."""
    command = [sys.executable, "-c", OPENING, str(store.folder), key]
    return min(
        seconds(lambda: subprocess.run(command, check=True))  # noqa: S603 - our own interpreter
        for _ in range(rounds)
    )


def quiet(_: int) -> None:
    """Tell nobody how far it is."""


def measured(folder: Path, count: int, lookups: int) -> Iterator[tuple[str, float]]:
    """Every figure of one store as it comes: milliseconds, or bytes."""
    store, copy, file = Store(folder / "store"), Store(folder / "copy"), folder / "export.gz"
    spent, keys, some = filled(store, count)
    yield "put, ms each", spent * 1e3 / count
    chance = random.Random(count)  # noqa: S311 - which answers are looked up, no secret
    present = chance.choices(keys, k=lookups)
    absent = [f"{chance.getrandbits(256):064x}" for _ in range(lookups)]
    again = f"{lookups:,} look-ups"
    looked_up(store, present, there=True)
    yield f"{again}, ms", looked_up(store, present, there=True) * 1e3
    yield f"{again}, new Store, ms", looked_up(Store(store.folder), present, there=True) * 1e3
    forgotten(map(store.path, dict.fromkeys(present)))
    yield f"{again}, from the disk, ms", looked_up(Store(store.folder), present, there=True) * 1e3
    yield f"{again} of what is not there, ms", looked_up(store, absent, there=False) * 1e3
    explaining = seconds(lambda: [store.nearest(request, one.parts) for request, one in some])
    yield "why a reply is missing, ms each", explaining * 1e3 / len(some)
    yield "new process, first look-up, ms", opened(store, keys[0]) * 1e3
    stats = survey(walk(store), verify=False)
    if stats.answers != count:
        raise RuntimeError(f"{stats.answers} of {count} answers are in the store")
    yield "bytes each", stats.bytes / count
    yield "bytes of the disk each", stats.disk / count
    for what, work in (
        ("stats, ms each", lambda: survey(walk(store), verify=True)),
        ("export, ms each", lambda: export(store, file, lambda _: True, quiet, quiet)),
        ("import, ms each", lambda: take_in(copy, file, quiet)),
        ("import of what is there, ms each", lambda: take_in(copy, file, quiet)),
    ):
        yield what, seconds(work) * 1e3 / count
    yield "export, bytes each", file.stat().st_size / count


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--lookups", type=int, default=1000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        small = dict(measured(Path(name) / "small", SMALL, options.lookups))
        out = sys.stdout
        out.write(f"{'':44}{SMALL:>12,}{options.answers:>12,}{'ratio':>8}\n")
        for what, figure in measured(Path(name) / "large", options.answers, options.lookups):
            out.write(f"{what:44}{small[what]:12.3f}{figure:12.3f}{figure / small[what]:8.2f}\n")
            out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
