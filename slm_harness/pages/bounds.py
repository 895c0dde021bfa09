"""From HTML to a tree that can be worked on in seconds, whatever somebody put into the page."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from unicodedata import combining

from slm_harness.pages.source import refused
from slm_harness.pages.tidying import without_mark_runs

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_DEPTH = 250
"""Deepest nesting of tags; real pages stay under a hundred."""
MAX_ELEMENTS = 20_000
"""Most elements; press pages have some two thousand."""
MAX_WEIGHT = 500_000
"""Highest sum of the depths of all elements, what a walk up from each of them takes; press pages have
some twenty thousand."""
MAX_ATTRIBUTES = 1_000
"""Most attributes of one element: the parser's time grows with their square."""
MAX_ATTRIBUTE = 1_000
"""Longest attribute that is kept: what is longer is a picture or a script."""
MAX_ATTRIBUTE_SUM = 1_000_000
"""Most characters of all the attributes kept: every one of them is searched a hundred times."""
MAX_CELLS = 50_000
"""Largest table that is taken for one, in columns times rows, spans counted."""
_LARGE = 5_000


def bounded_tree(source: str, url: str | None) -> "HtmlElement":
    """The tree of a page, without comments and characters that no text has.

    Raises:
        PageError: cleaning it would take too long, or it is no HTML at all.
    """
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    content = source.encode("utf-8")
    size: Any = _Size(url)  # lxml calls what methods there are; its stubs want all it knows
    try:
        etree.fromstring(content, etree.HTMLParser(encoding="utf-8", huge_tree=True, target=size))
        parser = HTMLParser(
            encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
        )
        tree = document_fromstring(content, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise refused(url, "the page is no HTML that can be read; save it again") from error
    for element in tree.iter():
        _tame(element)
    _unfold_huge_tables(tree)
    return tree


def is_large(tree: "HtmlElement") -> bool:
    """Whether second opinions on what the article is would take too long: time grows with the square."""
    return sum(1 for _ in tree.iter()) > _LARGE


class _Size:
    """A parser target that keeps nothing and refuses what would take the tree, or us, too long."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.depth = 0
        self.elements = 0
        self.weight = 0
        self.attributes = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        self.weight += self.depth
        if self.depth > MAX_DEPTH:
            raise refused(self.url, f"tags are nested more than {MAX_DEPTH} deep; save it again")
        if self.elements > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise refused(
                self.url,
                f"more than {MAX_ELEMENTS:,} elements, or {MAX_ATTRIBUTES:,} attributes of one; cut "
                "the article out of it",
            )
        self.attributes += sum(len(v) for v in attributes.values() if len(v) <= MAX_ATTRIBUTE)
        if self.weight > MAX_WEIGHT:
            raise refused(
                self.url, "too many elements too deep in others; cut the article out of it"
            )
        if self.attributes > MAX_ATTRIBUTE_SUM:
            raise refused(
                self.url,
                f"its attributes have more than {MAX_ATTRIBUTE_SUM:,} characters; cut the article out "
                "of it",
            )

    def end(self, tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        return None


# What XML cannot hold: the parser lets it in (also as &#7;), and one of it costs the whole article
# when a piece of the tree is rebuilt.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _tame(element: "HtmlElement") -> None:
    if element.text:
        element.text = _tamed(element.text)
    if element.tail:
        element.tail = _tamed(element.tail)
    for name, value in element.items():
        if len(value) > MAX_ATTRIBUTE:
            del element.attrib[name]


def _tamed(text: str) -> str:
    if _NOT_IN_XML.search(text):
        text = _NOT_IN_XML.sub(" ", text)
    if text.isascii():
        return text
    # A piece that is all marks would go on with the run of the piece before it.
    letter = _first_letter(text)
    return without_mark_runs(text[:1] + text[letter:] if letter > 1 else text)


def _first_letter(text: str) -> int:
    return next((n for n, character in enumerate(text) if not combining(character)), len(text))


def _unfold_huge_tables(tree: "HtmlElement") -> None:
    """Make plain blocks of tables that would be filled up to millions of cells."""
    widest: dict[HtmlElement, int] = {}
    rows: dict[HtmlElement, int] = {}
    for row in tree.iter("tr"):
        table = next(row.iterancestors("table"), None)
        if table is not None:
            rows[table] = rows.get(table, 0) + 1
            widest[table] = max(widest.get(table, 0), sum(_span(cell) for cell in row))
    huge = {table for table, width in widest.items() if width * rows[table] > MAX_CELLS}
    for part in list(tree.iter("tbody", "thead", "tfoot", "tr", "td", "th")) if huge else ():
        if next(part.iterancestors("table"), None) in huge:
            part.tag = "div"
    for table in huge:
        table.tag = "div"


def _span(cell: "HtmlElement") -> int:
    value = cell.get("colspan", "1")
    return max(1, min(int(value[:9]), MAX_CELLS)) if value.isdecimal() else 1
