"""All that a page has to read, article or not: what cleaning is compared with."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from slm_harness.pages.source import source_of
from slm_harness.pages.tidying import tidy

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import PageElement

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "button", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "label", "legend"),
        *("li", "main", "nav", "ol", "option", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"),
    )
)  # fmt: skip


def has_words(html: bytes | str, words: str) -> bool:
    """Whether ``words`` are anywhere on the page, white space aside: in the article or around it."""
    return _squeezed(tidy(words)) in _squeezed(tidy(_soup(html).get_text()))


def page_lines(html: bytes | str) -> tuple[str, ...]:
    """Every line of a page that is there to be read, without scripts and styles, in its order."""
    from bs4.element import NavigableString, Tag

    soup = _soup(html)
    lines: list[list[str]] = [[]]
    # A walk of our own: putting line breaks into the tree takes the square of a block's children.
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(soup, iter(soup.contents))]
    while stack:
        tag, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
        elif isinstance(child, Tag):
            stack.append((child, iter(child.contents)))
            tag = child
        elif type(child) is NavigableString:  # not a comment's, a script's or a style's
            lines[-1].append(child)
            continue
        else:
            continue
        if tag.name in _BLOCKS:
            lines.append([])
    return tuple(filter(None, (" ".join(tidy("".join(parts)).split()) for parts in lines)))


def dropped_lines(page: Iterable[str], text: str) -> tuple[str, ...]:
    """Those lines of a page that are not in ``text``, what cleaning made of it."""
    lines = {_squeezed(line) for line in text.split("\n")}
    whole = _squeezed(text)
    return tuple(
        line
        for line in page
        if (squeezed := _squeezed(line)) not in lines
        # A menu's "News" is not kept because the article has the word, too.
        and (len(squeezed) < _TELLING or squeezed not in whole)
    )


_TELLING = 20


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _soup(html: bytes | str) -> "BeautifulSoup":
    from bs4 import BeautifulSoup

    return BeautifulSoup(source_of(html, None), "lxml")
