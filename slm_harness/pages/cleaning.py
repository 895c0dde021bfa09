"""The article inside a page, as plain text.

Cleaning is deterministic and never touches the network: the text is part of the key under which
answers are stored, and evidence in the labels is checked against it word for word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from slm_harness.pages.metadata import metadata_of
from slm_harness.pages.source import refused, source_of
from slm_harness.pages.tidying import tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_DEPTH = 250
"""Deepest nesting of tags; real pages stay under a hundred."""
MAX_ELEMENTS = 30_000
"""Most elements; with the depth it bounds the time that cleaning can take to some five seconds."""
MAX_ATTRIBUTES = 1_000
"""Most attributes of one element: the parser's time grows with their square."""


def article_text(html: bytes | str, url: str | None = None) -> str:
    """The article of a page as plain text: one paragraph a line, no furniture, no comments.

    Raises:
        PageError: the page is empty, no HTML, too large, nested beyond reason, or has no article.
    """
    return _extracted(source_of(html, url), url)


@dataclass(frozen=True)
class Page:
    """What a reader takes from a page."""

    title: str | None
    published: date | None
    text: str


def read_page(html: bytes | str, url: str | None = None) -> Page:
    """Title, publication date and text of a page; the first two are None where it has none.

    Raises:
        PageError: as ``article_text`` does.
    """
    from bs4 import BeautifulSoup

    source = source_of(html, url)
    text = _extracted(source, url)
    soup = BeautifulSoup(source, "lxml")
    title, published = metadata_of(soup)
    return Page(title, published, text)


_SCRIPT_NEEDED = re.compile(
    r"(enable|activate|requires?|need|turn on|without)\b.{0,30}\bjavascript|javascript\b.{0,30}"
    r"\b(enabled|disabled|required|turned off)",
    re.IGNORECASE | re.DOTALL,
)
_FEW_WORDS = 40


def _extracted(source: str, url: str | None) -> str:
    import logging

    import trafilatura

    # Its complaints about a page would reach stderr by logging's last resort; ours say more.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    tree = _tree(source, url)
    raw = trafilatura.extract(
        tree,
        include_comments=False,
        include_tables=True,
        include_links=False,
        include_images=False,
        include_formatting=False,
    )
    text = tidy(raw or "")
    if not text:
        raise refused(url, "no article text was found; save the page as the browser shows it")
    if len(text.split()) <= _FEW_WORDS and _SCRIPT_NEEDED.search(text):
        raise refused(
            url,
            "the page only asks for JavaScript; save it from a browser once the article is shown",
        )
    return text


def _tree(source: str, url: str | None) -> "HtmlElement":
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
    _drop_controls(tree)
    _unfold_layout(tree)
    _drop_furniture(tree)
    return tree


# What XML cannot hold: the parser lets it in (also as &#7;), and one of it costs the whole article
# when a piece of the tree is rebuilt.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _drop_controls(tree: "HtmlElement") -> None:
    for element in tree.iter():
        if element.text and _NOT_IN_XML.search(element.text):
            element.text = _NOT_IN_XML.sub(" ", element.text)
        if element.tail and _NOT_IN_XML.search(element.tail):
            element.tail = _NOT_IN_XML.sub(" ", element.tail)


class _Size:
    """A parser target that keeps nothing and refuses what would take the tree, or us, too long."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.depth = 0
        self.elements = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise refused(self.url, f"tags are nested more than {MAX_DEPTH} deep; save it again")
        if self.elements > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise refused(
                self.url,
                f"more than {MAX_ELEMENTS:,} elements, or {MAX_ATTRIBUTES:,} attributes of one; cut "
                "the article out of it",
            )

    def end(self, tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        return None


def _unfold_layout(tree: "HtmlElement") -> None:
    """Turn tables that lay a page out into plain blocks, or its columns would all count as one table.

    Such a table holds another table, the page's heading, or a cell with paragraphs in it.
    """
    layout = set()
    for element in tree.iter("table", "h1", "td"):
        if element.tag == "td" and sum(child.tag == "p" for child in element) < 2:
            continue
        if (table := next(element.iterancestors("table"), None)) is not None:
            layout.add(table)
    for part in list(tree.iter("tbody", "thead", "tfoot", "tr", "td", "th")):
        if next(part.iterancestors("table"), None) in layout:
            part.tag = "div"
    for table in layout:
        table.tag = "div"


# Words that page authors give to blocks which are not the article, as class or id.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:newsletters?|promos?|promotion|subscribe|subscription|sign-?up|adverts?|follow"
    r"|advertisement|sponsored|cookies?|consent|gdpr|taboola|outbrain|nl[-_](?:box|signup|form))"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_FURNITURE_WORDS = 80
"""Longer blocks stay: themes hang such names on wrappers of the whole article, too."""


def _drop_furniture(tree: "HtmlElement") -> None:
    for element in list(tree.iter("noscript")):
        element.drop_tree()
    for element in list(tree.iter("div", "section", "aside", "p", "ul", "form", "figure")):
        names = f"{element.get('class', '')} {element.get('id', '')}"
        if _FURNITURE.search(names) and _is_short(element):
            element.drop_tree()


def _is_short(element: "HtmlElement") -> bool:
    words = 0
    for piece in element.itertext():
        words += len(str(piece).split(maxsplit=_FURNITURE_WORDS))
        if words > _FURNITURE_WORDS:
            return False
    return True


def has_words(html: bytes | str, words: str) -> bool:
    """Whether ``words`` are anywhere on the page, white space aside: in the article or around it."""
    from bs4 import BeautifulSoup

    text = BeautifulSoup(source_of(html, None), "lxml").get_text()
    return "".join(tidy(words).split()) in "".join(tidy(text).split())
