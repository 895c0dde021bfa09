"""``slm-harness add``: a page from the web or a file becomes an article with a drafted label."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness.cli.choosing import (
    chosen_model,
    chosen_recipe,
    layout_option,
    models_option,
    prompt_option,
    store_option,
)
from slm_harness.cli.printing import articles_option, report, say, size, task, with_folder
from slm_harness.cli.show import dropped
from slm_harness.cli.sources import Source, name_in, source_at
from slm_harness.errors import SettingsError
from slm_harness.printable import printable, shortened
from slm_harness.task import Kind

if TYPE_CHECKING:
    from slm_harness.drafting import Proposal
    from slm_harness.pages import Page
    from slm_harness.records import Article, ModelSpec

_SHOWN_LINES = 5
_FEW_WORDS = 40
_MANY_WORDS = 20_000
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
        help="who drafts the label: a model of models.yaml, or NAME=ENGINE:BASE (default: "
        "%(default)s, which is rules and no language model)",
    )
    models_option(parser)
    prompt_option(parser)
    layout_option(parser)
    store_option(parser)
    articles_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch, read, ask, and only then write."""
    from slm_harness.pages import read_page

    id_, folder = _id(arguments), arguments.articles
    page_file, label_file = folder / f"{id_}.html", folder / f"{id_}.yaml"
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{folder} is no folder; name one with --articles=DIR")
    for path in (page_file, label_file):
        if path.exists():
            raise SettingsError(f"{path} is there already; choose another --id, or remove it first")
    spec = chosen_model(arguments.model, arguments.models, "--model ")
    source = source_at(arguments.source)
    say(f"redirected to {step}" for step in source.redirects)
    page = read_page(source.html, arguments.source)
    article = _article(id_, page)
    found = _proposals(arguments, spec, article)
    label = "\n".join(_label(id_, source, page, spec, found)) + "\n"
    _save({page_file: source.content, label_file: label.encode("utf-8")})
    look = with_folder(f"slm-harness show {id_}", folder)
    say(_kept(page, article))
    say(["", *dropped(source.html, page.text, every=False, more=f"{look} --all"), ""])
    say(_told(spec, found))
    say(
        [
            "",
            f"saved {page_file}",
            f"wrote {label_file}: check it against the text ({look}), mend it, and take out draft: true",
        ]
    )
    return 0


# ---------------------------------------------------------------- the page


def _id(arguments: argparse.Namespace) -> str:
    from slm_harness.labels.checks import ARTICLE_ID

    if arguments.id is None:
        made = name_in(arguments.source)
        if not made:
            raise SettingsError(
                f"{shortened(arguments.source, 80)}: no name for the article is in it; give --id"
            )
        return made
    if not ARTICLE_ID.fullmatch(arguments.id):
        raise SettingsError(
            f"--id {shortened(arguments.id, 80)}: an id has letters, digits, '.', '_' and '-', 80 at most"
        )
    return str(arguments.id)


def _kept(page: "Page", article: "Article") -> Iterator[str]:
    lines = page.text.split("\n")
    yield f"title: {shortened(page.title or 'none found', _LINE)}"
    yield f"published: {page.published or 'no date found; write it into the label'}"
    yield f"kept {size(article.prompt)}, in {len(lines)} lines:{_warning(article)}"
    shown = lines if len(lines) <= 2 * _SHOWN_LINES else lines[:_SHOWN_LINES]
    yield from (f"    {shortened(line, _LINE)}" for line in shown)
    if len(shown) < len(lines):
        yield f"    … {len(lines) - _SHOWN_LINES - 1} lines …"
        yield f"    {shortened(lines[-1], _LINE)}"


def _warning(article: "Article") -> str:
    words = len(article.text.split())
    if words < _FEW_WORDS:
        return "  (very few: is this the page of the article?)"
    if words > _MANY_WORDS:
        return "  (more than a small model can read at once: cut the article out)"
    return ""


def _save(files: Mapping[Path, bytes]) -> None:
    """Write all of the files or none, and overwrite nothing."""
    written: list[Path] = []
    path = Path()
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                written.append(path)
                file.write(content)
    except BaseException as error:
        for half in written:
            half.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SettingsError(f"{path}: cannot be written: {error.strerror or error}") from error
        raise


# ---------------------------------------------------------------- the draft


def _article(id_: str, page: "Page") -> "Article":
    from slm_harness.records import Article

    return Article(id_, page.text, {}, {}, title=page.title, published=page.published)


def _proposals(
    arguments: argparse.Namespace, spec: "ModelSpec", article: "Article"
) -> "tuple[Proposal, ...]":
    from slm_harness.asking import Mode, Sources
    from slm_harness.drafting import proposals
    from slm_harness.store import Store

    recipe = chosen_recipe(arguments.prompt, arguments.layout)
    sources = Sources(Store(arguments.store), Mode.AUTO, Path("evals/answers"))
    report(f"asking {spec.name} about {article.id}")
    return proposals(article, task(), spec, recipe, sources, report)


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
    id_: str, source: Source, page: "Page", spec: "ModelSpec", found: "tuple[Proposal, ...]"
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
        _printable(value), default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False
    )  # fmt: skip
    return text.removesuffix("\n").removesuffix("\n...")


def _printable(value: object) -> object:
    """``value`` with nothing in its texts that could show an editor something else than stands there."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    return value
