"""``slm-harness ask``: one article in, a model's answer to every question out."""

import argparse
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness.cli.choosing import (
    PROMPT,
    chosen_model,
    chosen_recipe,
    layout_option,
    models_option,
    prompts_option,
    store_option,
)
from slm_harness.cli.printing import complain, output, report, say_aligned, task
from slm_harness.cli.sources import name_in, page_at

if TYPE_CHECKING:
    from slm_harness.asking import Obtained
    from slm_harness.reading import Reading
    from slm_harness.records import Article, ModelSpec, Recipe

FORMAT = "slm-harness ask 1"


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Put one article to a model and print its answer to every question. The reply is stored, so that "
        "the same question costs nothing a second time. Several wordings are put one straight after the "
        "other, and their answers stand below each other. The status is 0 where every question has an answer, "
        "1 where a reply cannot be used, or not for all of them, 2 where there is none."
    )
    parser = commands.add_parser("ask", help="ask a model about one article", description=text)
    parser.add_argument("model", metavar="MODEL",
                        help="a model of models.yaml, or NAME=ENGINE:BASE as in mine=ollama:phi3")  # fmt: skip
    parser.add_argument("source", metavar="FILE|URL",
                        help="a saved page, a text (.txt, or - for the standard input), or an address")  # fmt: skip
    parser.add_argument("--title", help="title of the article (default: the page's)")
    parser.add_argument("--published", type=_day, metavar="DATE",
                        help="day of publication, as in 2024-05-02 (default: the page's)")  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", help="one JSON object, as docs/ask.md has it"
    )
    parser.add_argument("--fresh", action="store_true", help="ask also where a reply is stored")
    parser.add_argument("--unconstrained", action="store_true",
                        help="ask without holding the model to the schema")  # fmt: skip
    parser.add_argument("--timeout", type=_seconds, metavar="SECONDS",
                        help="longest wait for the server, loading included (default: as models.yaml says)")  # fmt: skip
    models_option(parser)
    prompts_option(parser)
    layout_option(parser)
    store_option(parser)
    parser.set_defaults(run=run)


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise argparse.ArgumentTypeError("write a day as in 2024-05-02")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"there is no such day: {error}") from error


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError("write seconds as a number above 0, as in 30")
    return float(text)


@dataclass(frozen=True)
class _Answered:
    """A reply, read."""

    prompt: Path
    recipe: "Recipe"
    article: "Article"
    spec: "ModelSpec"
    obtained: "Obtained"
    reading: "Reading"
    problems: Mapping[str, str]
    """Question id to why it has no answer."""
    contradictions: Mapping[str, str]
    """Question id to how its answer contradicts another, or the day of publication."""


def run(arguments: argparse.Namespace) -> int:
    """Read the article, ask, print the answers."""
    spec = chosen_model(arguments.model, arguments.models)
    if arguments.timeout is not None:
        spec = replace(spec, timeout=arguments.timeout)
    answered = _ask(arguments, spec, _article(arguments))
    if len(answered) > 1:
        _print_several(answered, as_json=arguments.json)
    else:
        _print(answered[0], as_json=arguments.json)
    return 1 if any(one.problems for one in answered) else 0


def _article(arguments: argparse.Namespace) -> "Article":
    from slm_harness.pages import tidy
    from slm_harness.records import Article

    page = page_at(arguments.source)
    given = " ".join(tidy(arguments.title or "").split())
    return Article(
        name_in(arguments.source) or "article",
        page.text,
        {},
        {},
        title=given or page.title,
        published=arguments.published or page.published,
    )


def _ask(
    arguments: argparse.Namespace, spec: "ModelSpec", article: "Article"
) -> "Sequence[_Answered]":
    """The answers by each prompt, in the order in which they were given."""
    from slm_harness.asking import Mode, Sources
    from slm_harness.single import replies_about
    from slm_harness.store import Store

    mode = Mode.FRESH if arguments.fresh else Mode.AUTO
    sources = Sources(Store(arguments.store), mode, Path("evals/answers"))
    report(f"asking {spec.name} about {article.id}")
    constrained = not arguments.unconstrained
    prompts: list[Path] = arguments.prompts or [PROMPT]
    recipes = [chosen_recipe(one, arguments.layout, constrained=constrained) for one in prompts]
    found = []
    with closing(replies_about(article, task(), spec, recipes, sources, report)) as replies:
        for prompt, recipe, obtained in zip(prompts, recipes, replies, strict=True):
            if obtained.recalled:
                report(f"recalled from {arguments.store}; --fresh asks again")
            found.append(_read(prompt, recipe, article, spec, obtained))
    return found


def _read(
    prompt: Path, recipe: "Recipe", article: "Article", spec: "ModelSpec", obtained: "Obtained"
) -> _Answered:
    from slm_harness import grading
    from slm_harness.reading import read

    reading = read(obtained.stored.reply, task())
    problems = {id_: why for id_ in task().ids if (why := reading.missing(id_))}
    against = grading.contradictions(reading.values, task(), article.published)
    return _Answered(prompt, recipe, article, spec, obtained, reading, problems, against)


# ---------------------------------------------------------------- what is printed


def _print(answered: _Answered, *, as_json: bool) -> None:
    if as_json:
        output().write(json.dumps(_object(answered), indent=1) + "\n")
    elif answered.reading.problem:
        complain(f"{answered.spec.name}: {answered.reading.problem}")
    else:
        say_aligned(_rows(answered), indent="")


def _print_several(answered: Sequence[_Answered], *, as_json: bool) -> None:
    """Question by question, what each wording brought."""
    if as_json:
        output().write(json.dumps([_object_of_one(one) for one in answered], indent=1) + "\n")
        return
    names = _names([one.prompt for one in answered])
    say_aligned(
        (
            (id_ if (nth, line) == (0, 0) else "", name if line == 0 else "", text)
            for id_ in task().ids
            for nth, (name, one) in enumerate(zip(names, answered, strict=True))
            for line, text in enumerate(_lines(one, id_))
        ),
        indent="",
    )


def _names(prompts: Sequence[Path]) -> Sequence[str]:
    """What the prompts are called in a table: as their files are, where that tells them apart."""
    short = [prompt.stem for prompt in prompts]
    return short if len(set(short)) == len(short) else [str(prompt) for prompt in prompts]


def _rows(answered: _Answered) -> Iterator[Sequence[str]]:
    for id_ in task().ids:
        for line, text in enumerate(_lines(answered, id_)):
            yield id_ if line == 0 else "", text


def _lines(answered: _Answered, id_: str) -> Iterator[str]:
    """An answer, and what is to be said about it."""
    if id_ in answered.problems:
        yield f"!! {answered.problems[id_]}"
        return
    yield _in_words(answered.reading.values[id_])
    if id_ in answered.contradictions:
        yield f"!! contradiction: {answered.contradictions[id_]}"


def _in_words(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, list):
        return "; ".join(plain) or "(none)"
    if isinstance(plain, str):
        return plain or "(nothing)"
    return json.dumps(plain)


def _plain(value: object) -> str | int | float | list[str] | None:
    """An answer as a program can rely on it: text, number, true, false, null or a list of texts.

    A model that is not held to the schema may nest anything in anything; that becomes one text.
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "(lists in lists without end)"


def _object_of_one(answered: _Answered) -> dict[str, object]:
    """One of several: as one alone, with the wording that it is of."""
    return {
        **_object(answered),
        "prompt": str(answered.prompt),
        "layout": answered.recipe.layout,
        "cached_tokens": answered.obtained.stored.reply.cached_tokens,
    }


def _object(answered: _Answered) -> dict[str, object]:
    article, stored = answered.article, answered.obtained.stored
    reply, identity = stored.reply, stored.identity
    return {
        "format": FORMAT,
        "model": answered.spec.name,
        "engine": identity.engine,
        "base": identity.base,
        "digest": identity.digest,
        "server": identity.server,
        "article": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "answers": {id_: _plain(value) for id_, value in answered.reading.values.items()},
        "problems": dict(answered.problems),
        "contradictions": dict(answered.contradictions),
        "conforms": answered.reading.conforms,
        "finish": reply.finish,
        "seconds": reply.seconds,
        "tokens": {"prompt": reply.prompt_tokens, "reply": reply.reply_tokens},
        "recalled": answered.obtained.recalled,
        "asked_at": stored.asked_at,
        "key": stored.key,
    }
