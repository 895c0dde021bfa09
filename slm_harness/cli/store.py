"""``slm-harness store``: what is stored, clearing it, and moving it in one file."""

import argparse
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness.cli.choosing import chosen_recipe, prompt_option, store_option
from slm_harness.cli.printing import (
    articles_option,
    complain,
    output,
    report,
    say,
    say_aligned,
    task,
)
from slm_harness.errors import SettingsError
from slm_harness.printable import shortened
from slm_harness.records import Layout

if TYPE_CHECKING:
    from slm_harness.store.clearing import Plan
    from slm_harness.store.entries import Entry
    from slm_harness.store.folder import Store
    from slm_harness.store.survey import Group, Survey

FORMAT = "slm-harness store stats 1"
_SHOWN = 20
"""Faults that are shown one by one."""
_UNITS = {"h": 3600, "d": 86400, "w": 7 * 86400}


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    parser = commands.add_parser(
        "store",
        help="count, clear, export or import the stored answers",
        description="The working store holds all that was ever asked; no run removes anything from it.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _declare_stats(actions)
    _declare_gc(actions)
    _declare_export(actions)
    _declare_import(actions)


def _declare_stats(actions: Any) -> None:  # noqa: ANN401 - as above
    parser = actions.add_parser(
        "stats",
        help="what is stored, by model and prompt",
        description="Say what is stored, by model and by prompt, the prompts asked last first.",
    )
    store_option(parser)
    prompt_option(parser)
    parser.add_argument("--verify", action="store_true",
                        help="check also that each prompt shown is the one in its key; status 1 if any is damaged")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_stats)


def _declare_gc(actions: Any) -> None:  # noqa: ANN401 - as above
    parser = actions.add_parser(
        "gc",
        help="remove what nobody wants any more",
        description="Show what would be removed, and remove it with --yes. An answer goes where all that is "
        "given holds for it: of a model that is named, asked long enough ago, not to one of the prompts that "
        "are kept. Without any of these only what is of no use to anybody goes: half-written files, setups of "
        "no answer, index lines of no answer. Accepted replies are in evals/answers and are not touched.",
    )
    store_option(parser)
    parser.add_argument("--older-than", type=_age, metavar="AGE",
                        help="asked longer ago than that, as 90d, 12h or 8w")  # fmt: skip
    parser.add_argument("--keep", type=_count, metavar="N",
                        help="not to one of the N prompts of its model that were asked last")  # fmt: skip
    parser.add_argument("--model", action="append", default=[], metavar="NAME",
                        help="of that model; may be given again")  # fmt: skip
    parser.add_argument("--damaged", action="store_true",
                        help="remove also all answers that cannot be read, of whichever model")  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="remove it")
    parser.set_defaults(run=_gc)


def _declare_export(actions: Any) -> None:  # noqa: ANN401 - as above
    parser = actions.add_parser(
        "export",
        help="write the answers to one file",
        description="Write the answers to one file, for a cache of CI or for a colleague. The same answers make "
        "the same bytes.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="as answers.jsonl.gz; one that is there is replaced")  # fmt: skip
    store_option(parser)
    parser.add_argument("--model", action="append", default=[], metavar="NAME",
                        help="only of that model; may be given again")  # fmt: skip
    parser.add_argument("--current", action="store_true",
                        help="only what answers the prompt and the articles as they are now")  # fmt: skip
    prompt_option(parser)
    articles_option(parser)
    parser.set_defaults(run=_export)


def _declare_import(actions: Any) -> None:  # noqa: ANN401 - as above
    parser = actions.add_parser(
        "import",
        help="take in the answers of such a file",
        description="File each answer of an export that proves to be what it says. What is stored already stays. "
        "A bad line costs what is on it and is named; status 1 if there is one.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="what export wrote")
    store_option(parser)
    parser.set_defaults(run=_import)


def _age(text: str) -> int:
    """An age in seconds."""
    match = re.fullmatch(r"([0-9]{1,5})([hdw])", text, re.ASCII)
    if not match:
        raise argparse.ArgumentTypeError(
            f"{shortened(text, 40)!r} is no age; 90d are ninety days, 12h hours, 8w weeks"
        )
    return int(match[1]) * _UNITS[match[2]]


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{shortened(text, 40)!r} is no number of prompts")
    return int(text)


def _opened(arguments: argparse.Namespace) -> "Store":
    from slm_harness.store import Store

    return Store(arguments.store)


# ---------------------------------------------------------------- stats


def _stats(arguments: argparse.Namespace) -> int:
    """Count the store."""
    from slm_harness.store.survey import survey, walk

    store = _opened(arguments)
    found = survey(_told(walk(store), "read"), verify=arguments.verify)
    try:
        now = _recipes_now(arguments.prompt)
    except SettingsError:
        now = frozenset()  # a store is counted outside of a project as well
    if arguments.json:
        told = _object(store.folder, found, now, verified=arguments.verify)
        output().write(json.dumps(told, indent=1) + "\n")
    else:
        say(_totals(store.folder, found))
        say_aligned(_rows(found.sorted(), now))
    _complain_some(found.damaged)
    return 1 if arguments.verify and found.damaged else 0


def _recipes_now(prompt: Path) -> frozenset[str]:
    """The digests of the prompt as it is now, in each layout.

    Raises:
        PromptError: it cannot be read.
    """
    from slm_harness.store import text_digest

    return frozenset(text_digest(chosen_recipe(prompt, layout).wording) for layout in Layout)


def _totals(folder: Path, found: "Survey") -> Iterator[str]:
    if not found.answers and not found.damaged:
        yield f"{folder}: no answer is stored"
        return
    yield (
        f"{folder}: {_answers(found.answers)}, {size(found.bytes)}, {size(found.disk)} on disk"
        + (f"; {len(found.damaged):,} damaged" if found.damaged else "")
    )


def _rows(groups: "Sequence[Group]", now: frozenset[str]) -> Iterator[Sequence[str]]:
    for group in groups:
        yield (
            group.model,
            f"prompt {group.recipe[:12]}",
            _answers(group.answers),
            f"{len(group.articles):,} article{'s' if len(group.articles) != 1 else ''}",
            size(group.bytes),
            _span(group),
            "the prompt of now" if group.recipe in now else "",
        )


def _span(group: "Group") -> str:
    first, last = group.first[:10], group.last[:10]
    return f"asked {first} to {last}" if first != last else f"asked {first or 'nobody knows when'}"


def _answers(count: int) -> str:
    return f"{count:,} answer{'s' if count != 1 else ''}"


def size(count: int) -> str:
    """``1_500_000`` bytes as ``1.5 MB``."""
    amount, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "bytes" else f"{count} bytes"


def _object(
    folder: Path, found: "Survey", now: frozenset[str], *, verified: bool
) -> dict[str, object]:
    prompts: list[dict[str, object]] = [
        {
            "model": group.model,
            "prompt": group.recipe,
            "current": group.recipe in now,
            "answers": group.answers,
            "articles": len(group.articles),
            "bytes": group.bytes,
            "first_asked": group.first,
            "last_asked": group.last,
        }
        for group in found.sorted()
    ]
    return {
        "format": FORMAT,
        "store": str(folder),
        "answers": found.answers,
        "bytes": found.bytes,
        "on_disk": found.disk,
        "damaged": len(found.damaged),
        "verified": verified,
        "prompts": prompts,
    }


# ---------------------------------------------------------------- gc


def _gc(arguments: argparse.Namespace) -> int:
    """Show what would go; with ``--yes`` remove it."""
    from slm_harness.locks import held
    from slm_harness.store.clearing import Criteria, plan, remove
    from slm_harness.store.survey import check_there

    before = (
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - arguments.older_than))
        if arguments.older_than is not None
        else ""
    )
    criteria = Criteria(tuple(arguments.model), before, arguments.keep, arguments.damaged)
    store = _opened(arguments)
    if not arguments.yes:
        doomed = plan(store, criteria, _progress("read"))
        say(_doomed(store, doomed))
        say(["nothing was removed; say --yes to remove it"] if doomed else [])
        return 0
    check_there(store)  # before a lock would make the folder
    stop = threading.Event()
    with held(store.lock, stop, stop.set) as ours:
        if stop.is_set():
            raise SettingsError(
                f"{store.folder}: a run is asking on this store, and nothing was removed; "
                "run it again when that has ended"
            )
        if not ours:
            raise SettingsError(
                f"{store.lock}: it cannot be locked against a run, and nothing was removed; "
                "mend the permissions, or move the store to a disk on which files can be locked"
            )
        doomed = plan(store, criteria, _progress("read"))
        say(_doomed(store, doomed))
        remove(store, doomed, _progress("removed"))
    say(["removed"] if doomed else [])
    return 0


def _doomed(store: "Store", doomed: "Plan") -> Iterator[str]:
    for group in doomed.groups:
        yield (
            f"{group.model}, prompt {group.recipe[:12]}: {_answers(group.answers)}, {size(group.bytes)}, "
            f"{_span(group)}"
        )
    rest = (
        (len(doomed.damaged), "damaged answer", "damaged answers"),
        (len(doomed.setups), "setup of no answer", "setups of no answer"),
        (len(doomed.parts), "half-written or empty file", "half-written or empty files"),
        (doomed.stale, "index line", "index lines"),
    )
    for count, one, many in rest:
        if count:
            yield f"{count:,} {one if count == 1 else many}"
    if not doomed:
        yield f"{store.folder}: there is nothing to remove"
    if doomed.staying:
        yield f"{_answers(len(doomed.staying))} cannot be read and stay; --damaged removes such"


# ---------------------------------------------------------------- export, import


def _export(arguments: argparse.Namespace) -> int:
    """Write the file."""
    from slm_harness.store.exchange import export

    path: Path = arguments.file
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise SettingsError(
            f"{path}: the export cannot be written there; name a file in a folder that is there"
        )
    done = export(
        _opened(arguments), path, _chooser(arguments), _progress("read"), _progress("written")
    )
    say([f"{path}: {_answers(done.answers)}, {size(path.stat().st_size)}"])
    _complain_some(done.damaged)
    return 1 if done.damaged else 0


def _chooser(arguments: argparse.Namespace) -> "Callable[[Entry], bool]":
    """Which answers are wanted.

    Raises:
        SettingsError: prompt or articles of now cannot be read.
    """
    models = frozenset(arguments.model)
    if not arguments.current:
        return lambda entry: not models or entry.model in models
    from dataclasses import replace

    from slm_harness.labels import load_articles

    recipes = _recipes_now(arguments.prompt)
    articles = load_articles(arguments.articles, task())
    # With the day of publication and without: --no-date asks for the second.
    prompts = {
        replace(article, dated=dated).prompt for article in articles for dated in (True, False)
    }
    return lambda entry: (
        (not models or entry.model in models)
        and entry.recipe in recipes
        and entry.prompt in prompts
    )


def _import(arguments: argparse.Namespace) -> int:
    """Take in the file."""
    from slm_harness.store.exchange import take_in

    store = _opened(arguments)
    store.check_writable()
    done = take_in(store, arguments.file, _progress("read"))
    parts = [f"{done.filed:,} filed", f"{done.there:,} there already"]
    if done.other:
        parts.append(f"{done.other:,} stored with another reply, which stays")
    if done.bad:
        parts.append(f"{len(done.bad):,} not taken")
    say([f"{arguments.file}: {_answers(done.said)}: {', '.join(parts)}"])
    _complain_some(done.bad)
    return 1 if done.bad else 0


# ---------------------------------------------------------------- what takes its time


def _complain_some(faults: Sequence[str]) -> None:
    for fault in faults[:_SHOWN]:
        complain(fault)
    if len(faults) > _SHOWN:
        complain(f"and {len(faults) - _SHOWN:,} more")


def _progress(done: str) -> Callable[[int], None]:
    """Tell a person at a terminal how far it is, once a second."""
    shown = time.monotonic()

    def tell(number: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= 1:
            shown = time.monotonic()
            report(f"{number:,} answers {done}")

    return tell


def _told(items: "Iterator[Any]", done: str) -> "Iterator[Any]":
    tell = _progress(done)
    for number, item in enumerate(items):
        tell(number)
        yield item
