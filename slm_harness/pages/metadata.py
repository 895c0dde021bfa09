"""What a page says of itself: its title and its publication date."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

from slm_harness.pages.tidying import tidy

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_ARTICLE_TYPE = re.compile(r"(Article|Posting|Report|PressRelease|WebPage)\Z")
_META_DATES = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "sailthru.date",
    "parsely-pub-date",
)


def metadata_of(soup: "BeautifulSoup") -> tuple[str | None, date | None]:
    """Title and publication date of a page; None for what it does not say."""
    linked = list(_json_ld(soup))
    return _title(soup, linked), _published(soup, linked)


def _json_ld(soup: "BeautifulSoup") -> Iterator[dict[str, Any]]:
    """Every JSON-LD node that describes a page or an article, articles first."""
    nodes = [
        node
        for script in soup.find_all("script", type=re.compile(r"\Aapplication/ld\+json", re.I))
        for node in _nodes(_loaded(script.get_text()))
    ]
    yield from sorted(nodes, key=lambda node: "WebPage" in _types(node))


def _loaded(text: str) -> object:
    bare = re.sub(
        r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*\Z", "", text
    )
    try:
        return json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    """Walks only where the page speaks of itself: an article under "mentions" is another one."""
    pending = deque([value])
    while pending:
        one = pending.popleft()
        if isinstance(one, list):
            pending.extendleft(reversed(one))
        elif isinstance(one, dict):
            if any(_ARTICLE_TYPE.search(name) for name in _types(one)):
                yield one
            pending.extendleft(one[key] for key in ("mainEntity", "@graph") if key in one)


def _types(node: dict[str, Any]) -> list[str]:
    types = node.get("@type")
    return [
        name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)
    ]


def _title(soup: "BeautifulSoup", linked: list[dict[str, Any]]) -> str | None:
    """The h1 that the metadata names, else the article's, else what the metadata says, else any h1.

    An h1 outside the article is, in many themes, the name of the site.
    """
    headlines = [unescape(n["headline"]) for n in linked if isinstance(n.get("headline"), str)]
    named = [one for text in (*headlines, *_meta(soup, ("og:title",))) if (one := _one_line(text))]
    every = soup.find_all("h1")
    headings, inside = (
        [one for tag in tags if (one := _one_line(tag.get_text(" ")))]
        for tags in (every, _of_article(every))
    )
    page_title = _one_line(soup.title.get_text()) if soup.title else ""
    matching = [name for name in named if name in headings]
    ranked = [*matching, *inside, *named, max(headings, key=len, default=""), page_title]
    return next(filter(None, ranked), None)


def _one_line(text: str) -> str:
    return " ".join(tidy(text).split())


def _published(soup: "BeautifulSoup", linked: list[dict[str, Any]]) -> date | None:
    said = [node.get("datePublished") for node in linked]
    said += _meta(soup, _META_DATES)
    said += [tag.get("datetime") or tag.get("content") for tag in _times(soup)]
    return next((day for value in said if (day := _day(value)) is not None), None)


def _times(soup: "BeautifulSoup") -> Iterator["Tag"]:
    """Marked dates first, then those of the article, then any that is not in a list of other stories."""
    # find_all and not select: compiling a CSS selector takes longer than reading a page.
    times = soup.find_all("time")
    yield from soup.find_all(itemprop="datePublished")
    yield from (tag for tag in times if tag.has_attr("pubdate"))
    dated = [tag for tag in times if tag.has_attr("datetime")]
    yield from _of_article(dated)
    for tag in dated:
        if tag.find_parent(["aside", "nav", "footer", "li"]) is None:
            yield tag


def _of_article(tags: Iterable["Tag"]) -> list["Tag"]:
    return [tag for tag in tags if tag.find_parent(["article", "main"]) is not None]


def _meta(soup: "BeautifulSoup", names: tuple[str, ...]) -> list[str]:
    found: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        for attribute in ("property", "name", "itemprop"):
            found.setdefault(str(tag.get(attribute, "")).lower(), str(tag.get("content", "")))
    return [found[name] for name in names if name in found]


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\s*(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)",
        r"\s*(?P<y>\d{4})/(?P<m>\d\d)/(?P<d>\d\d)(?!\d)",
        r"\s*(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)",
        r"[a-z,\s]*\b(?P<d>\d{1,2})(?:st|nd|rd|th)? (?P<m>[a-z]{3})[a-z]*\.?,? (?P<y>\d{4})\b",
        r"(?:[a-z]+,\s*)?\s*(?P<m>[a-z]{3})[a-z]*\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})\b",
    )
)


def _day(value: object) -> date | None:
    """The calendar day as the publisher writes it; the time zone is the publisher's own."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    for form in _DAY_FORMS:
        if match := form.match(value[:80].lower()):
            month = match["m"]
            if not month.isdigit():
                if month not in _MONTHS:
                    continue
                month = str(_MONTHS.index(month) + 1)
            try:
                day = date(int(match["y"]), int(month), int(match["d"]))
            except ValueError:
                continue
            if day.year >= 1990:  # before the web: a placeholder such as 1970-01-01
                return day
    return None
