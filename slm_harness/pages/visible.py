"""All that a page has to read, article or not: what cleaning is compared with."""

from typing import TYPE_CHECKING

from slm_harness.pages.source import source_of
from slm_harness.pages.tidying import tidy

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_BLOCKS = (
    *("address", "article", "aside", "blockquote", "br", "button", "dd", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "label", "legend"),
    *("li", "main", "nav", "ol", "option", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"),
)  # fmt: skip

_BREAK = "\ue000"
"""Stands for a line break while those of the source become spaces; a page's own are dropped anyway."""


def has_words(html: bytes | str, words: str, charset: str | None = None) -> bool:
    """Whether ``words`` are anywhere on the page, white space aside: in the article or around it."""
    text = _soup(html, charset).get_text()
    return _squeezed(tidy(words)) in _squeezed(tidy(text))


def page_lines(html: bytes | str, charset: str | None = None) -> tuple[str, ...]:
    """Every line of a page that is there to be read, without scripts and styles, in its order."""
    soup = _soup(html, charset)
    for tag in soup(_BLOCKS):
        tag.insert_before(_BREAK)
        tag.append(_BREAK)
    text = tidy(" ".join(soup.get_text().split()).replace(_BREAK, "\n"))
    return tuple(text.split("\n")) if text else ()


def dropped_lines(html: bytes | str, text: str, charset: str | None = None) -> tuple[str, ...]:
    """The lines of a page that are not in ``text``, what cleaning made of it."""
    lines = {_squeezed(line) for line in text.split("\n")}
    whole = _squeezed(text)
    return tuple(
        line
        for line in page_lines(html, charset)
        if (squeezed := _squeezed(line)) not in lines
        # A menu's "News" is not kept because the article has the word, too.
        and (len(squeezed) < _TELLING or squeezed not in whole)
    )


_TELLING = 20


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _soup(html: bytes | str, charset: str | None) -> "BeautifulSoup":
    from bs4 import BeautifulSoup

    return BeautifulSoup(source_of(html, None, charset), "lxml")
