"""What is done to the tree of a page before the article is looked for in it."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def prune(tree: "HtmlElement") -> None:
    """Unfold, cut and join the tree in place, so that the article stands out from the rest."""
    _unfold_layout(tree)
    _drop_furniture(tree)
    _drop_bylines(tree)
    _drop_teasers(tree)
    _join_body(tree)


def _unfold_layout(tree: "HtmlElement") -> None:
    """Turn tables that lay a page out into plain blocks, or its columns would all count as one table.

    Such a table holds another table, the page's heading, or, standing apart from the text, a cell with
    paragraphs in it; or it is one column. Of the columns side by side the one with the article stays.
    """
    layout = _layout_tables(tree)
    for row in list(tree.iter("tr")):
        if next(row.iterancestors("table"), None) in layout and _drop_side_columns(row):
            _drop_footer(row)
    for part in list(tree.iter("tbody", "thead", "tfoot", "tr", "td", "th")):
        if next(part.iterancestors("table"), None) in layout:
            part.tag = "div"
    for table in layout:
        table.tag = "div"


def _layout_tables(tree: "HtmlElement") -> "set[HtmlElement]":
    layout = set(tree.iter("table"))
    for row in tree.iter("tr"):
        if len(row) > 1 and (table := next(row.iterancestors("table"), None)) is not None:
            layout.discard(table)
    for element in tree.iter("table", "h1", "td"):
        table = next(element.iterancestors("table"), None)
        if table is not None and (element.tag != "td" or _lays_out(element, table)):
            layout.add(table)
    return layout


def _lays_out(cell: "HtmlElement", table: "HtmlElement") -> bool:
    """Whether a cell is a column of the page: it has paragraphs, and its table is none among others."""
    if sum(child.tag == "p" for child in cell) < _PARAGRAPHS:
        return False
    return (
        next(table.itersiblings("p"), None) is None
        and next(table.itersiblings("p", preceding=True), None) is None
    )


_PARAGRAPHS = 2
_COLUMN_WORDS = 80
"""Fewer words are no article, however few there are beside them."""
_MANY_WORDS = 2_000
"""Counting further would not tell more."""


def _drop_side_columns(row: "HtmlElement") -> bool:
    counted = [_words(cell, _MANY_WORDS) for cell in row] if len(row) > 1 else []
    counts = [_MANY_WORDS if words is None else len(words) for words in counted]
    most = max(counts, default=0)
    if most < _COLUMN_WORDS or most * 2 <= sum(counts):
        return False
    # A table of dates and what happened then has nothing but words in its largest cell.
    if next(row[counts.index(most)].iterdescendants("table", "h1"), None) is None:
        return False
    for cell, count in zip(list(row), counts, strict=True):
        if count < most:
            cell.drop_tree()
    return True


def _drop_footer(row: "HtmlElement") -> None:
    """Drop what runs across the page below its columns, if it is short."""
    for below in list(row.itersiblings("tr")):
        words = _words(below, _COLUMN_WORDS)
        if len(below) == 1 and words is not None:
            below.drop_tree()


# Words that page authors give to blocks which are not the article, as class or id.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:newsletters?|ads?|promos?|promotion|subscribe|subscription|sign-?up|adverts?|follow"
    r"|advertisement|sponsored|cookies?|consent|gdpr|taboola|outbrain|whatsapp|telegram"
    r"|nl[-_](?:box|signup|form))"
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
        if _FURNITURE.search(names) and _words(element, _FURNITURE_WORDS) is not None:
            element.drop_tree()


_BYLINE = re.compile(r"(?:^|[\s_-])(?:by-?line|author)s?(?:$|[\s_-])", re.IGNORECASE)
_BYLINE_WORDS = 20
_DIGIT = re.compile(r"\d")


def _drop_bylines(tree: "HtmlElement") -> None:
    """Drop the author's name where it is marked up as an address: in other elements it is known for one."""
    for element in list(tree.iter("address")):
        named = _BYLINE.search(element.get("class", ""))
        words = _words(element, _BYLINE_WORDS)
        # A date in it may be the only one that the page shows.
        if not words or _DIGIT.search(" ".join(words)):
            continue
        if named or any(one.get("rel") == "author" for one in element.iter()):
            element.drop_tree()


_TEASER_WORDS = 40
_WORD = re.compile(r"\w")
_LABEL_WORDS = 4
"""Most words of "Read more:" and the like; a teaser's link has that many or more."""


def _drop_teasers(tree: "HtmlElement") -> None:
    """Drop the paragraphs that only lead to another page, where these are not most of all."""
    paragraphs = [paragraph for paragraph in tree.iter("p") if _words(paragraph, 0) is None]
    teasers = [paragraph for paragraph in paragraphs if _is_teaser(paragraph)]
    if len(teasers) * 2 <= len(paragraphs):
        for teaser in teasers:
            teaser.drop_tree()


def _is_teaser(paragraph: "HtmlElement") -> bool:
    """Whether all of a paragraph's words are links', but for a label before them that ends in a colon."""
    if next(paragraph.iter("a"), None) is None:
        return False
    words = _words(paragraph, _TEASER_WORDS)
    if words is None:
        return False
    words = [word for word in words if _WORD.search(word)]  # and not the bars between links
    linked = [word for link in paragraph.iter("a") for word in _words(link, _TEASER_WORDS) or ()]
    linked = [word for word in linked if _WORD.search(word)]
    if len(linked) < _LABEL_WORDS:
        return False
    label = words[: len(words) - len(linked)]
    if label + linked != words:
        return False
    return not label or (len(label) <= _LABEL_WORDS and label[-1].endswith(":"))


_BODY = re.compile(r"(?:^|\s)\S*(?:article|story)[_-]*(?:body|content|text)(?:$|\s)", re.IGNORECASE)
_PIECES = 50


def _join_body(tree: "HtmlElement") -> None:
    """Put together an article that advertisements cut in pieces: blocks of one name, under one headline."""
    pieces: dict[str, list[HtmlElement]] = {}
    for element in tree.iter("div", "section"):
        name = element.get("class", "")
        if _BODY.search(name) and next(element.iter("p"), None) is not None:
            pieces.setdefault(name, []).append(element)
    for first, *others in pieces.values():
        if 0 < len(others) < _PIECES and _are_one(first, others):
            for other in others:
                first.extend(list(other))


def _are_one(first: "HtmlElement", others: "list[HtmlElement]") -> bool:
    around = list(first.iterancestors())
    for other in others:
        ancestors = set(other.iterancestors())
        if first in ancestors:
            return False
        around = [one for one in around if one in ancestors]
    shared = around[0]
    headings = sum(1 for _ in shared.iter("h1"))
    return headings <= 1 and next(shared.iterdescendants("article"), None) is None


def _words(element: "HtmlElement", limit: int) -> list[str] | None:
    """The words of an element; None where there are more than ``limit``, which it does not read on to."""
    words: list[str] = []
    for piece in element.itertext():
        words += [word.strip("[]()") for word in str(piece).split(maxsplit=limit + 1)]
        if len(words) > limit:
            return None
    return words
