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
    from lxml.etree import _Element as Element

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


_JSON_LD = re.compile(r"\Aapplication/ld\+json", re.IGNORECASE)


def metadata_of(source: str) -> tuple[str | None, date | None]:
    """Title and publication date of a page in HTML; None for what it does not say."""
    from lxml import etree

    # Not the tree in which the article is looked for: that one has lost comments and long attributes.
    parser = etree.HTMLParser()
    try:
        parser.feed(source)
        page = parser.close()
    except etree.LxmlError:
        page = None
    if page is None:
        return None, None
    page.extend(list(page.itersiblings()))  # what stands behind </html>
    linked = list(_json_ld(page))
    return _title(page, linked), _published(page, linked)


def _json_ld(page: "Element") -> Iterator[dict[str, Any]]:
    """Every JSON-LD node that describes a page or an article, articles first."""
    nodes = [
        node
        for script in page.iter("script")
        if _JSON_LD.match(script.get("type", ""))
        for node in _nodes(_loaded("".join(_texts(script))))
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


def _title(page: "Element", linked: list[dict[str, Any]]) -> str | None:
    """The h1 that the metadata names, else the article's, else what the metadata says, else any h1.

    An h1 outside the article is, in many themes, the name of the site.
    """
    headlines = [unescape(n["headline"]) for n in linked if isinstance(n.get("headline"), str)]
    named = [one for text in (*headlines, *_meta(page, ("og:title",))) if (one := _one_line(text))]
    every = list(page.iter("h1"))
    headings, inside = (
        [one for tag in tags if (one := _one_line(" ".join(_seen(tag))))]
        for tags in (every, _of_article(every))
    )
    title = next(page.iter("title"), None)
    page_title = "" if title is None else _one_line("".join(_seen(title)))
    matching = [name for name in named if name in headings]
    ranked = [*matching, *inside, *named, max(headings, key=len, default=""), page_title]
    return next(filter(None, ranked), None)


def _one_line(text: str) -> str:
    return " ".join(tidy(text).split())


def _published(page: "Element", linked: list[dict[str, Any]]) -> date | None:
    said = [node.get("datePublished") for node in linked]
    said += _meta(page, _META_DATES)
    said += [tag.get("datetime") or tag.get("content") for tag in _times(page)]
    return next((day for value in said if (day := _day(value)) is not None), None)


def _times(page: "Element") -> Iterator["Element"]:
    """Marked dates first, then those of the article, then any that is not in a list of other stories."""
    times = list(page.iter("time"))
    yield from (tag for tag in page.iter("*") if tag.get("itemprop") == "datePublished")
    yield from (tag for tag in times if "pubdate" in tag.attrib)
    dated = [tag for tag in times if "datetime" in tag.attrib]
    yield from _of_article(dated)
    for tag in dated:
        if not _is_within(tag, "aside", "nav", "footer", "li"):
            yield tag


def _of_article(tags: Iterable["Element"]) -> list["Element"]:
    return [tag for tag in tags if _is_within(tag, "article", "main")]


def _is_within(tag: "Element", *names: str) -> bool:
    return next(tag.iterancestors(*names), None) is not None


_UNSEEN = ("rp", "rt", "script", "style", "template")
"""Elements whose text is no text of what they stand in."""


def _seen(tag: "Element") -> Iterator[str]:
    """The pieces of text in an element, as a reader sees them."""
    return iter(()) if _is_within(tag, *_UNSEEN) else _texts(tag)


def _texts(tag: "Element") -> Iterator[str]:
    if tag.text:
        yield tag.text
    for child in tag:
        if isinstance(child.tag, str) and child.tag not in _UNSEEN:  # comments have no name
            yield from _texts(child)
        if child.tail:
            yield child.tail


def _meta(page: "Element", names: tuple[str, ...]) -> list[str]:
    found: dict[str, str] = {}
    for tag in page.iter("meta"):
        for attribute in ("property", "name", "itemprop"):
            found.setdefault(tag.get(attribute, "").lower(), tag.get("content", ""))
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
