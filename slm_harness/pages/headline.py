"""The headline of a page, which a prompt has as its title: to be taken off the top of the text."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

    from lxml.html import HtmlElement

_SITE = re.compile(r"\s[|·–—-]\s")
_LONGEST = 1_000


def headlines_of(tree: "HtmlElement") -> frozenset[str]:
    """What a page may be called, letter by letter: its h1, its og:title, its title before the site's name."""
    found = [str(heading.text_content()) for heading in tree.iter("h1")]
    for meta in tree.iter("meta"):
        if meta.get("property", "").lower() == "og:title":
            found.append(meta.get("content", ""))
    for title in tree.iter("title"):
        called = str(title.text_content())[:_LONGEST]
        found += [called, *(called[: match.start()] for match in _SITE.finditer(called))]
    return frozenset(_letters(one) for one in found if len(one) <= _LONGEST) - {""}


_OPENING = 6
"""Lines of a text among which the headline is looked for."""
_LABEL_WORDS = 12
"""Longer lines above a headline are no section's name or byline."""
_WORD = re.compile(r"\w")
_LETTERS = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def without_headline(text: str, headlines: "Set[str]") -> str:
    """The lines below the headline; bullets without a word go, too.

    Of what stands above it, a section's name and the like go; sentences and dates are kept. A text
    that is nothing but its headline stays as it is.
    """
    lines = [line for line in text.split("\n") if _WORD.search(line)]
    of_headline = [n for n, line in enumerate(lines[:_OPENING]) if _letters(line) in headlines]
    last = max(of_headline, default=-1)
    above = [
        line
        for n, line in enumerate(lines[: last + 1])
        if n not in of_headline and (len(line.split()) > _LABEL_WORDS or _YEAR.search(line))
    ]
    return "\n".join(above + lines[last + 1 :] or lines)


_DESCRIPTIONS = frozenset(("description", "og:description"))
_STANDFIRST_WORDS = 8
"""A shorter description is a section's or the site's."""


def standfirst_of(tree: "HtmlElement") -> str:
    """The paragraph under the headline that the page's metadata repeats; empty where there is none.

    Layouts put it outside the article's body, and extraction by text density passes it over; but the
    cause or the count may stand nowhere else.
    """
    described = {
        _letters(meta.get("content", ""))
        for meta in tree.iter("meta")
        if (meta.get("name") or meta.get("property") or "").lower() in _DESCRIPTIONS
        and len(meta.get("content", "").split()) >= _STANDFIRST_WORDS
    }
    if not described:
        return ""
    for element in tree.iter("p", "div", "h2", "h3", "span", "strong"):
        if len(element) <= _STANDFIRST_PARTS:
            text = " ".join(str(element.text_content()).split())
            if len(text) <= _LONGEST and _letters(text) in described:
                return text
    return ""


_STANDFIRST_PARTS = 3
"""Most elements within it; what has more is a wrapper."""


def with_standfirst(text: str, standfirst: str) -> str:
    """``text`` below the standfirst, unless it has it already."""
    if not standfirst or _letters(standfirst) in _letters(text):
        return text
    return f"{standfirst}\n{text}"


def _letters(line: str) -> str:
    return "".join(_LETTERS.findall(line.casefold()))
