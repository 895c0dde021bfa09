"""``slm-harness add``: a page from the web or a file becomes an article with a drafted label."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from slm_harness.cli.printing import articles_option, report, say, size, task
from slm_harness.cli.show import dropped
from slm_harness.errors import SettingsError
from slm_harness.printable import printable, shortened
from slm_harness.task import Kind

if TYPE_CHECKING:
    from slm_harness.drafting import Proposal
    from slm_harness.pages import Page
    from slm_harness.records import Article, ModelSpec

_SHOWN_LINES = 5
_LINE = 160


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Save a page as it is, show what cleaning keeps of it, and draft its label: a model answers "
        "the questions, and each proposal stands beside the sentence that seems to bear it out. The "
        "label says `draft: true` until a person has checked it and taken that line out."
    )
    parser = commands.add_parser("add", help="save a page and draft its label", description=text)
    parser.add_argument("source", metavar="URL|FILE", help="the page: an address, or a saved file")
    parser.add_argument("--id", help="name of the new article (default: made of the source's name)")
    parser.add_argument(
        "--model",
        default="baseline",
        metavar="NAME",
        help="who drafts the label: a model of models.yaml, or NAME=ollama:BASE (default: "
        "%(default)s, which is rules and no language model)",
    )
    parser.add_argument("--models", type=Path, default=Path("evals/models.yaml"), metavar="FILE",
                        help="the models there are (default: %(default)s)")  # fmt: skip
    parser.add_argument("--prompt", type=Path, default=Path("evals/prompts/breach.yaml"), metavar="FILE",
                        help="the wording of the questions (default: %(default)s)")  # fmt: skip
    parser.add_argument("--store", type=Path, default=Path(".slm-harness"), metavar="DIR",
                        help="where replies are kept (default: %(default)s)")  # fmt: skip
    articles_option(parser)
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class _Source:
    """A page, and where it came from."""

    content: bytes
    url: str = ""
    charset: str = ""
    """What the server declared, where the saved page alone would be read otherwise."""


def run(arguments: argparse.Namespace) -> int:
    """Fetch, read, ask, and only then write."""
    from slm_harness.pages import read_page

    id_ = _id(arguments)
    page_file = arguments.articles / f"{id_}.html"
    label_file = arguments.articles / f"{id_}.yaml"
    for path in (page_file, label_file):
        if path.exists():
            raise SettingsError(f"{path} is there already; choose another --id, or remove it first")
    spec = _spec(arguments)
    source = _source(arguments.source)
    page = read_page(source.content, arguments.source, source.charset or None)
    found = _proposals(arguments, spec, _article(id_, page))
    label = "\n".join(_label(id_, source, page, spec, found)) + "\n"
    _save(page_file, source.content)
    try:
        _save(label_file, label.encode("utf-8"))
    except SettingsError:
        page_file.unlink()
        raise
    say(_kept(page, _article(id_, page)))
    say(["", *dropped(source.content, page.text, source.charset or None, every=False), ""])
    say(_told(spec, found))
    say(
        [
            "",
            f"saved {page_file}",
            f"wrote {label_file}: check it against the text (slm-harness show {id_}), mend it, and "
            "take out draft: true",
        ]
    )
    return 0


# ---------------------------------------------------------------- the page


def _id(arguments: argparse.Namespace) -> str:
    from slm_harness.labels.checks import ARTICLE_ID

    if arguments.id is None:
        return _made_of(arguments.source)
    if not ARTICLE_ID.fullmatch(arguments.id):
        raise SettingsError(
            f"--id {shortened(arguments.id, 80)}: an id has letters, digits, '.', '_' and '-', 80 at most"
        )
    return str(arguments.id)


def _made_of(source: str) -> str:
    """An id from the last telling part of an address or path."""
    parts = unquote(urlsplit(source).path if "://" in source else source).split("/")
    last = next((part for part in reversed(parts) if re.search("[A-Za-z]", part)), "")
    stem = re.sub(r"\.(html?|php|aspx?)\Z", "", last, flags=re.IGNORECASE)
    made = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:80].strip("-")
    if not made:
        raise SettingsError(f"{shortened(source, 80)}: no name for the article is in it; give --id")
    return made


def _source(named: str) -> _Source:
    from slm_harness.pages import LIMIT, fetch, source_of

    if re.match(r"[a-z][a-z0-9+.-]*://", named, re.IGNORECASE):
        fetched = fetch(named)
        if fetched.final_url != named:
            say(f"redirected to {step}" for step in (*fetched.redirects, fetched.final_url))
        alone = source_of(fetched.content, named)
        told = source_of(fetched.content, named, fetched.charset)
        charset = "" if alone == told else fetched.charset
        return _Source(fetched.content, printable(fetched.final_url), charset)
    try:
        with Path(named).open("rb") as file:
            return _Source(file.read(LIMIT + 1))
    except OSError as error:
        raise SettingsError(
            f"{named}: the page cannot be read: {error.strerror or error}"
        ) from error


def _kept(page: "Page", article: "Article") -> Iterator[str]:
    lines = page.text.split("\n")
    yield f"title: {page.title or 'none found'}"
    yield f"published: {page.published or 'no date found; write it into the label'}"
    yield f"kept {size(article.prompt)}, in {len(lines)} lines:"
    shown = lines if len(lines) <= 2 * _SHOWN_LINES else lines[:_SHOWN_LINES]
    yield from (f"    {shortened(line, _LINE)}" for line in shown)
    if len(shown) < len(lines):
        yield f"    … {len(lines) - _SHOWN_LINES - 1} lines …"
        yield f"    {shortened(lines[-1], _LINE)}"


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror or error}") from error


# ---------------------------------------------------------------- the draft


def _spec(arguments: argparse.Namespace) -> "ModelSpec":
    from slm_harness.labels.checks import nearest
    from slm_harness.models import load_models, parse_model
    from slm_harness.records import ModelSpec

    name = arguments.model
    if "=" in name:
        return parse_model(name)
    if name == "baseline":
        return ModelSpec(name, engine=name, base=name)
    models = load_models(arguments.models)
    if name not in models:
        raise SettingsError(
            f"--model {shortened(name, 80)}: {arguments.models} has no such model"
            f"{nearest(name, models)}; it has {', '.join(models)}"
        )
    return models[name]


def _article(id_: str, page: "Page") -> "Article":
    from slm_harness.records import Article

    return Article(id_, page.text, {}, {}, title=page.title, published=page.published)


def _proposals(
    arguments: argparse.Namespace, spec: "ModelSpec", article: "Article"
) -> "tuple[Proposal, ...]":
    from slm_harness.asking import Mode, Sources
    from slm_harness.drafting import proposals
    from slm_harness.records import Recipe
    from slm_harness.store import Store
    from slm_harness.task import load_prompt

    mine = task()
    recipe = Recipe(mine.name, load_prompt(mine, arguments.prompt).system, mine.schema)
    sources = Sources(Store(arguments.store), Mode.AUTO, Path("evals/answers"))
    report(f"asking {spec.name} about {article.id}")
    return proposals(article, mine, spec, recipe, sources, report)


def _told(spec: "ModelSpec", found: "tuple[Proposal, ...]") -> Iterator[str]:
    yield f"drafted by {_drafter(spec)}:"
    for one in found:
        yield f"  {one.question}: {one.said or '(nothing)'}"
        if one.evidence:
            yield f"      “{shortened(one.evidence, _LINE)}”"


def _drafter(spec: "ModelSpec") -> str:
    if spec.engine == "baseline":
        return "the baseline, which is rules and no language model"
    return f"{spec.name} ({spec.base})"


_FORMS = {
    Kind.YES_NO: '"Yes", "No" or none',
    Kind.NAMES: "{names: [{name: Full Name, aliases: [Short]}], neutral: [], wrong: []}",
    Kind.COUNT: "{value: 86400, low: 86000, high: 87000, unit: customers, wrong: []}",
    Kind.DATE: "{earliest: 2024-05-02, latest: 2024-05-05}; a day has both equal",
    Kind.TEXT: "{statement: One sentence., key_facts: [[wording, other wording]], wrong: []}",
}
_FORM = "unknown: the article does not say; none: the question does not apply"


def _label(
    id_: str, source: _Source, page: "Page", spec: "ModelSpec", found: "tuple[Proposal, ...]"
) -> Iterator[str]:
    """A label file, line by line: what the page says of itself, then what the model proposes."""
    from slm_harness.drafting import kind_of

    mine = task()
    yield f"id: {_in_yaml(id_)}"
    for key, value in (("url", source.url), ("title", page.title), ("charset", source.charset)):
        if value:
            yield f"{key}: {_in_yaml(value)}"
    if page.published:
        yield f"published: {page.published}"
    kinds = " | ".join(mine.article_kinds)
    yield f"kind: {kind_of(mine, found)}" + (f"  # {kinds}" if kinds else "")
    yield "draft: true  # refused by an evaluation until a person takes this line out"
    yield f"answers:  # proposals of {shortened(_drafter(spec), 120)}"
    yield f"  # {_FORM}"
    for kind in dict.fromkeys(question.kind for question in mine.questions):
        yield f"  # {kind.value.replace('_', '/')}: {_FORMS[kind]}"
    for one in found:
        yield f"  # “{one.evidence}”" if one.evidence else "  # no sentence was found for it"
        yield f"  {one.question}: {_in_yaml(one.label)}"
    proofs = [one for one in found if one.evidence]
    yield "evidence:  # question: the words of the article, verbatim" if proofs else "evidence: {}"
    yield from (f"  {one.question}: {_in_yaml(one.evidence)}" for one in proofs)


def _in_yaml(value: object) -> str:
    """A value on one line of YAML."""
    import yaml

    text: str = yaml.safe_dump(
        _quotable(value), default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False
    )  # fmt: skip
    return text.removesuffix("\n").removesuffix("\n...")


def _quotable(value: object) -> object:
    if isinstance(value, date):
        return value
    return printable(value) if isinstance(value, str) else value
