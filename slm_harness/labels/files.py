"""The files of a folder of articles, each read, and what is wrong with it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slm_harness.errors import PageError, SettingsError
from slm_harness.labels import checks
from slm_harness.labels.folder import Listing, listing_of
from slm_harness.labels.nodes import MAX_BYTES, Document, Fault, read_yaml
from slm_harness.labels.quotes import flat, lost_evidence
from slm_harness.pages import LIMIT, Page, read_page, source_of
from slm_harness.printable import nearest, shortened
from slm_harness.task import Task


@dataclass
class ReadArticle:
    """The two files of one article as they were read."""

    stem: str
    label_file: Path
    page_file: Path
    document: Document | None = None
    source: str = ""
    """The page's HTML as characters; empty where it cannot be read."""
    page: Page | None = None
    of_label: list[Fault] = field(default_factory=list)
    of_page: list[Fault] = field(default_factory=list)
    digests: tuple[str, str] = ("", "")
    """The sha256 of the label file and of the page as they were read; empty for what was not."""

    @property
    def label(self) -> Mapping[str, Any]:
        """What the label file holds; empty where it is no mapping."""
        value = self.document.value if self.document else None
        return value if isinstance(value, dict) else {}

    @property
    def faults(self) -> Mapping[str, list[Fault]]:
        """The faults by file."""
        return {str(self.label_file): self.of_label, str(self.page_file): self.of_page}


def read_folder(
    folder: Path, task: Task, *, drafts: bool, only: str | None = None
) -> tuple[list[ReadArticle], Mapping[str, list[Fault]]]:
    """Read every article of ``folder``, or the one that ``only`` names.

    Returns:
        The articles by id, and the faults of files that are named like none.

    Raises:
        SettingsError: there is no such folder, nothing in it, or no article named ``only``.
    """
    listing = listing_of(folder)
    stems = listing.stems
    if only is not None:
        if only not in stems:
            hint = nearest(only, stems)
            raise SettingsError(f"{folder}: there is no article {shortened(only, 80)!r}{hint}")
        return [_read(folder, only, task, drafts=drafts)], {}
    return read_articles(folder, stems, task, drafts=drafts), misnamed(listing)


def read_articles(
    folder: Path, stems: Iterable[str], task: Task, *, drafts: bool
) -> list[ReadArticle]:
    """Read the articles of ``folder`` that are called so."""
    return [_read(folder, stem, task, drafts=drafts) for stem in stems]


def misnamed(listing: Listing) -> dict[str, list[Fault]]:
    """The faults of files that are named like no article."""
    return {str(path): [Fault(0, (), what)] for path, what in listing.misnamed.items()}


def _read(folder: Path, stem: str, task: Task, *, drafts: bool) -> ReadArticle:
    read = ReadArticle(stem, folder / f"{stem}.yaml", folder / f"{stem}.html")
    content = _content(read.label_file, read.page_file, MAX_BYTES, read.of_label)
    html = _content(read.page_file, read.label_file, LIMIT, read.of_page)
    read.digests = _sha256(content), _sha256(html)
    if content is not None:
        read.document = read_yaml(content)
        read.of_label += checks.faults_of(read.document, task, stem, drafts=drafts)
    if html is not None:
        _read_page(read, html)
    if read.document is not None and read.page is not None:
        read.of_label += lost_evidence(read.document, flat(read.page.text), read.source)
    return read


def _sha256(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _content(path: Path, partner: Path, limit: int, faults: list[Fault]) -> bytes | None:
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(limit + 1)
        what = "is no regular file" if path.exists() else f"is not there, but {partner.name} is"
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
    faults.append(Fault(0, (), f"{what}; every article is two files of one name"))
    return None


def _read_page(read: ReadArticle, html: bytes) -> None:
    charset = read.label.get("charset")
    try:
        read.source = source_of(html, None, charset if isinstance(charset, str) else None)
        read.page = read_page(read.source)
    except PageError as error:
        read.of_page.append(Fault(0, (), error.message))
