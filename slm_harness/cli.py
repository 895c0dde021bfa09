"""The ``slm-harness`` command: look at an article, add one, check the labels."""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from slm_harness.errors import HarnessError, LabelsError, SettingsError
from slm_harness.printable import printable, shortened
from slm_harness.task import Kind, Task

ARTICLES = Path("fixtures/articles")
_CHARACTERS_PER_TOKEN = 4
_SHOWN_LINES = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 is success, 1 faults found, 2 a refusal in one line, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except HarnessError as error:
        _complain(error.message)
        return 2
    except BrokenPipeError:
        # Whoever reads stopped reading (`| head`); the interpreter's own last flush must not fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slm-harness", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    show = commands.add_parser("show", help="print an article as a model gets it, and its label")
    show.add_argument("id", metavar="ID")
    _articles_option(show)
    show.set_defaults(run=_show)

    add = commands.add_parser("add", help="save a page and write a label to be filled in")
    add.add_argument("source", metavar="URL|FILE")
    add.add_argument("--id", required=True, help="name of the new article, and stem of its files")
    _articles_option(add)
    add.set_defaults(run=_add)

    lint = commands.add_parser("lint", help="list every fault of every label, one a line")
    lint.add_argument("articles", metavar="DIR", nargs="?", type=Path, default=ARTICLES)
    lint.set_defaults(run=_lint)
    return parser


def _articles_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--articles",
        metavar="DIR",
        type=Path,
        default=ARTICLES,
        help="folder of <id>.html and <id>.yaml (default: %(default)s)",
    )


def _task() -> Task:
    from slm_harness.breach import TASK

    return TASK


def _say(lines: Iterable[str]) -> None:
    """Write lines without what could repaint the terminal, whatever its encoding can show."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        text = printable(line) if line.strip() else ""
        indent = line[: len(line) - len(line.lstrip(" "))]
        sys.stdout.write((indent + text).encode(encoding, "replace").decode(encoding) + "\n")


def _complain(message: str) -> None:
    lines = (printable(line) for line in message.splitlines())
    sys.stderr.write(
        "\n".join([f"slm-harness: {next(lines, '')}", *(f"  {line}" for line in lines)]) + "\n"
    )


# ---------------------------------------------------------------- show


def _show(arguments: argparse.Namespace) -> int:
    from slm_harness.labels import load_labelled

    (labelled,) = load_labelled(arguments.articles, _task(), drafts=True, only=arguments.id)
    article = labelled.article
    _say(article.prompt.split("\n"))
    words = len(article.prompt.split())
    tokens = -(-len(article.prompt) // _CHARACTERS_PER_TOKEN)
    state = ", a draft" if labelled.draft else ""
    _say(["", f"-- {article.id}: {words:,} words, about {tokens:,} tokens; {article.kind}{state}"])
    for question, answer in article.answers.items():
        contested = " (contested)" if question in article.contested else ""
        _say([f"{question}{contested}: {_in_line(answer)}"])
        _say(f"    “{phrase}”" for phrase in labelled.evidence.get(question, ()))
    return 0


def _in_line(answer: object) -> str:
    return (
        answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, default=str)
    )


# ---------------------------------------------------------------- add


def _add(arguments: argparse.Namespace) -> int:
    from slm_harness.labels.checks import ARTICLE_ID
    from slm_harness.pages import fetch, read_page

    if not ARTICLE_ID.fullmatch(arguments.id):
        raise SettingsError(
            f"--id {shortened(arguments.id, 80)}: an id has letters, digits, '.', '_' and '-', 80 at most"
        )
    page_file = arguments.articles / f"{arguments.id}.html"
    label_file = arguments.articles / f"{arguments.id}.yaml"
    for path in (page_file, label_file):
        if path.exists():
            raise SettingsError(f"{path} is there already; choose another --id, or remove it first")
    url = None
    if re.match(r"[a-z][a-z0-9+.-]*://", arguments.source, re.IGNORECASE):
        fetched = fetch(arguments.source)
        content, url = fetched.content, printable(fetched.final_url)
        if fetched.final_url != arguments.source:
            _say(f"redirected to {step}" for step in (*fetched.redirects, fetched.final_url))
    else:
        content = _file(Path(arguments.source))
    page = read_page(content, arguments.source)
    label = _skeleton(_task(), arguments.id, url, page.title, str(page.published or ""))
    _save(page_file, content)
    try:
        _save(label_file, label.encode("utf-8"))
    except SettingsError:
        page_file.unlink()
        raise
    lines = page.text.split("\n")
    _say(
        [
            f"title: {page.title or 'none found'}",
            f"published: {page.published or 'no date found'}",
            *(shortened(line, 160) for line in lines[:_SHOWN_LINES]),
            f"-- {len(page.text.split()):,} words in {len(lines)} lines kept; the rest: "
            f"slm-harness show {arguments.id}",
            f"saved {page_file}",
            f"wrote {label_file}: answer the questions in it, then take out draft: true",
        ]
    )
    return 0


def _file(path: Path) -> bytes:
    from slm_harness.pages import LIMIT

    try:
        with path.open("rb") as file:
            return file.read(LIMIT + 1)
    except OSError as error:
        raise SettingsError(
            f"{path}: the page cannot be read: {error.strerror or error}"
        ) from error


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror or error}") from error


_FORMS = {
    Kind.YES_NO: '"Yes", "No" or none',
    Kind.NAMES: "{names: [{name: Full Name, aliases: [Short]}], neutral: [], wrong: []}",
    Kind.COUNT: "{value: 86400, low: 86000, high: 87000, unit: customers, wrong: []}",
    Kind.DATE: "{earliest: 2024-05-02, latest: 2024-05-05}; a day has both equal",
    Kind.TEXT: "{statement: One sentence., key_facts: [[wording, other wording]], wrong: []}",
}


def _skeleton(task: Task, id_: str, url: str | None, title: str | None, published: str) -> str:
    """A label file with nothing in it yet but what the page says of itself."""
    lines = [f"id: {_quoted(id_)}"]
    lines += [
        f"{key}: {_quoted(value)}" for key, value in (("url", url), ("title", title)) if value
    ]
    lines += [f"published: {published}"] if published else []
    lines += ["kind: breach  # breach | round-up | not-a-breach"]
    lines += ["draft: true  # refused by an evaluation until a person takes this line out"]
    lines += ["answers:  # unknown: the article does not say; none: the question does not apply"]
    for question in task.questions:
        lines += [f"  # {_FORMS[question.kind]}", f"  {question.id}: unknown"]
    lines += ["evidence: {}  # question: the words of the article, verbatim"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as YAML; JSON's quoting is YAML's, and an id that needs no quotes gets none."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


# ---------------------------------------------------------------- lint


def _lint(arguments: argparse.Namespace) -> int:
    from slm_harness.labels import load_labelled

    try:
        loaded = load_labelled(arguments.articles, _task(), drafts=True)
    except LabelsError as error:
        _say(error.faults)
        return 1
    drafts = [one.article.id for one in loaded if one.draft]
    _say(f"{id_}: still a draft, which an evaluation refuses" for id_ in drafts)
    _say([f"{len(loaded)} article{'s' if len(loaded) != 1 else ''}, no fault"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
