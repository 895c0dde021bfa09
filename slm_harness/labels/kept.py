"""A folder to articles without reading again what is known: its files, the task and our code decide alone.

The rule of this module: nothing here imports what parses YAML or HTML until a file has to be read.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slm_harness.derived import Derived, code_digest, digest_of
from slm_harness.forked import fork, processors
from slm_harness.labels.folder import Listing, listing_of
from slm_harness.records import Article
from slm_harness.task import Task

if TYPE_CHECKING:
    from slm_harness.labels.files import ReadArticle

ROOM = "articles"
MODULES = (
    "derived",
    "errors",
    "forked",
    "grading.expected",
    "labels",
    "pages",
    "printable",
    "records",
    "strict_yaml",
    "task",
)
"""All of ours that reading an article runs through."""
LIBRARIES = (
    "babel",
    "beautifulsoup4",
    "charset-normalizer",
    "courlan",
    "dateparser",
    "htmldate",
    "justext",
    "lxml",
    "lxml-html-clean",
    "pydantic",
    "pydantic-core",
    "python-dateutil",
    "pyyaml",
    "regex",
    "soupsieve",
    "tld",
    "trafilatura",
)
"""All of others' by whose version an article could come out differently."""


_EACH = 25
"""So many pages are worth a process of their own: reading them takes many times what starting one does."""
_AT_ONCE = 500
"""So many articles are read before they are kept: a page with its label, as read, is many times the article."""


def load_articles(folder: Path, task: Task, store: Path | None = None) -> tuple[Article, ...]:
    """Load every labelled page of ``folder``, sorted by id.

    Args:
        folder: Has ``<id>.html`` and ``<id>.yaml`` of each article.
        task: What the labels answer.
        store: Folder in which the articles without a fault are kept from one run to the next.

    Raises:
        LabelsError: with every fault of every file.
        SettingsError: there is no such folder, or nothing in it.
    """
    listing = listing_of(folder)
    if store is None:
        return tuple(_read(listing, listing.stems, task).values())
    articles = _known(listing, listing.stems, task, store)
    unknown = [stem for stem in listing.stems if stem not in articles]
    if len(unknown) > _EACH:
        articles |= _read_by_several(listing, unknown, task, store)
        unknown = [stem for stem in unknown if stem not in articles]
    if unknown or listing.misnamed:
        articles |= _read(listing, unknown, task, store)
    return tuple(articles[stem] for stem in listing.stems)


def _known(listing: Listing, stems: Sequence[str], task: Task, store: Path) -> dict[str, Article]:
    table = _table(task)
    keys = {}
    for stem in stems:
        digests = [_digest(listing.folder / f"{stem}{end}") for end in (".yaml", ".html")]
        if all(digests):
            keys[stem] = _key(stem, digests, table)
    with Derived(store, ROOM, code_digest(MODULES, LIBRARIES)) as kept:
        found = kept.get(keys.values())
    return {stem: from_json(found[key]) for stem, key in keys.items() if key in found}


def _read_by_several(
    listing: Listing, stems: Sequence[str], task: Task, store: Path
) -> dict[str, Article]:
    """Let other processors read a share each and keep what has no fault; the articles that are kept then.

    What a page comes to does not depend on who reads it. Faults are told by nobody here: whatever is not kept
    is read once more, by the process that tells of it.
    """
    import slm_harness.labels.load  # noqa: F401 - once, and not in each process

    count = min(processors(), math.ceil(len(stems) / _EACH))
    shares = [stems[place::count] for place in range(count)]
    with ExitStack() as stack:
        others = []
        for share in shares[1:]:
            # A share that nobody takes is left, as is one that somebody gives up.
            other = fork(lambda *_, share=share: _look_into(listing, share, task, store))
            if other is not None:
                stack.callback(other.close)
                others.append(other)
        articles, _ = _look_into(listing, shares[0], task, store)
        for other in others:
            other.told.read()  # which ends when it does
    return articles | _known(listing, [s for s in stems if s not in articles], task, store)


def _digest(path: Path) -> str:
    """The sha256 of a file; empty where it cannot be read, which is for others to tell."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        pass
    return ""


def _key(stem: str, digests: Sequence[str], table: str) -> str:
    return json.dumps([stem, *digests, table])


def _table(task: Task) -> str:
    """All of a task that checking a label depends on, as one text."""
    questions = [asdict(question) for question in task.questions]
    return json.dumps([questions, task.article_kinds, task.kind_without_answers])


def _read(
    listing: Listing, stems: Sequence[str], task: Task, store: Path | None = None
) -> dict[str, Article]:
    """Read articles from their files.

    Raises:
        LabelsError: with every fault of every file.
    """
    from slm_harness.labels.files import misnamed
    from slm_harness.labels.load import refuse_faults

    sound, faulty = _look_into(listing, stems, task, store)
    refuse_faults(listing.folder, faulty, misnamed(listing))
    return sound


def _look_into(
    listing: Listing, stems: Sequence[str], task: Task, store: Path | None
) -> tuple[dict[str, Article], list["ReadArticle"]]:
    """Read articles from their files, and keep those that have no fault even if others have."""
    from slm_harness.labels.files import read_articles
    from slm_harness.labels.load import article_of

    sound: dict[str, Article] = {}
    faulty: list[ReadArticle] = []
    for start in range(0, len(stems), _AT_ONCE):
        read = read_articles(listing.folder, stems[start : start + _AT_ONCE], task, drafts=False)
        faulty += [one for one in read if any(one.faults.values())]
        good = [one for one in read if not any(one.faults.values())]
        found = {one.stem: article_of(one, task) for one in good}
        sound |= found
        if store is not None:
            _keep(good, found, task, store)
    return sound, faulty


def _keep(
    read: Sequence["ReadArticle"], articles: Mapping[str, Article], task: Task, store: Path
) -> None:
    # Code that was changed while it was imported may be of another digest than what made these.
    if digest_of(MODULES, LIBRARIES) != code_digest(MODULES, LIBRARIES):
        return
    table = _table(task)
    texts = {
        # Under the bytes that were parsed: a file may have changed since it was looked up.
        _key(one.stem, one.digests, table): text
        for one in read
        if (text := to_json(articles[one.stem])) is not None
    }
    with Derived(store, ROOM, code_digest(MODULES, LIBRARIES)) as kept:
        kept.put(texts)


# ---------------------------------------------------------------- an article as JSON and back


def to_json(article: Article) -> str | None:
    """An article as one line, from which ``from_json`` makes its equal, types included.

    None where JSON cannot tell it, as with half a pair of UTF-16 beside its other half.
    """
    content = {field.name: getattr(article, field.name) for field in fields(article)}
    try:
        text = json.dumps(_packed(content), separators=(",", ":"), allow_nan=False)
        same = from_json(text) == article
    except (TypeError, ValueError):
        return None
    return text if same else None


def from_json(text: str) -> Article:
    """The article that ``to_json`` wrote."""
    return Article(**_unpacked(json.loads(text)))


def _packed(value: object) -> object:
    """A label's value in JSON; what JSON has no type for is an object of one key, the type's name."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case datetime():
            return {"time": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case list():
            return [_packed(item) for item in value]
        case tuple():
            return {"tuple": [_packed(item) for item in value]}
        case frozenset():
            return {"set": sorted(value)}
        case Mapping() if all(isinstance(key, str) for key in value):
            return {"map": {key: _packed(item) for key, item in value.items()}}
    raise TypeError(f"a label cannot hold {type(value).__name__}")


def _unpacked(value: Any) -> Any:  # noqa: ANN401 - JSON in, a label's value out
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    match kind:
        case "map":
            return {key: _unpacked(item) for key, item in content.items()}
        case "tuple":
            return tuple(map(_unpacked, content))
        case "set":
            return frozenset(content)
        case "day":
            return date.fromisoformat(content)
        case _:
            return datetime.fromisoformat(content)
