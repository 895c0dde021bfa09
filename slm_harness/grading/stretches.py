"""Months, quarters, seasons, years and named days."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from slm_harness.grading.calendar_words import LONE_MONTHS, MONTHS, SEASONS
from slm_harness.grading.date_pieces import MONTH, MONTH2, YEAR, modal_may, year_of
from slm_harness.grading.holidays import HOLIDAYS
from slm_harness.grading.spot import Spot

_TWO_MONTHS = re.compile(
    rf"\b{MONTH}\s*(?:-|/|to|and|or|through|until|bis)\s*{MONTH2}\s*(?:,\s*|of\s+|de\s+)?{YEAR}"
)
_MONTH_YEAR = re.compile(
    rf"\b{MONTH}\s*[-/,]?\s*(?:(?:of\s+|de\s+|del\s+|in\s+)?{YEAR}|of\s(?P<brief>\d{{2}})(?![\d:.,]*\d))"
)
_YEAR_MONTH = re.compile(
    rf"(?<![\d.,])(?P<year>(?:19|20)\d{{2}})(?P<short>(?!))?\s*(?:[-/]\s*(?P<m>0?[1-9]|1[0-2])(?![\d/-])|[-/\s]\s*{MONTH}(?!\s*\d))"
)
_MONTH_SLASH_YEAR = re.compile(
    r"(?<![\d/.,-])(?<!\d\s)(?P<m>0?[1-9]|1[0-2])\s?[-/]\s?(?P<year>(?:19|20)\d{2})(?P<short>(?!))?(?!\d)"
)
_QUARTER = re.compile(
    rf"(?:\bq(?P<q>[1-4])|\b(?P<qw>first|second|third|fourth|last|1st|2nd|3rd|4th) quarter(?!ly)|\b(?P<hw>first|second|1st|2nd) half|\bh(?P<h>[12]))(?:\s*(?:of\s+|,\s*|-|/|in\s+)?(?:the year\s+)?{YEAR}|(?<=quarter)(?!\s(?:of|in|result|earning|report|figure|profit|loss|update)))"
)
_YEAR_QUARTER = re.compile(
    r"\b(?P<year>(?:19|20)\d{2})(?P<short>(?!))?\s?[-/]?\s?(?:q(?P<q>[1-4])|h(?P<h>[12]))\b"
)
_SEASON = re.compile(
    rf"\b(?P<season>{'|'.join(SEASONS)})\s*(?:,|of|de|del|in)?\s*(?:the year\s+)?{YEAR}"
)
_NAMED = re.compile(
    rf"\b(?P<named>{'|'.join(HOLIDAYS)})\b(?!'s|\s(?:week|deal|sale|offer|shopp|party|card)\w*)(?:,?\s(?:(?:of|in)\s)?{YEAR})?"
)
_LONE_MONTH = re.compile(
    rf"\b(?P<month>{'|'.join(sorted(LONE_MONTHS, key=len, reverse=True))})(?![a-z])\.?(?!\w|-(?!(?:{'|'.join(LONE_MONTHS)})\b))"
)
_LONE_YEAR = re.compile(
    r"(?<![\w.,/:$£€+=<>])(?<!(?<!(?:19|20)\d{2})-)(?P<year>(?:19|20)\d{2})(?P<short>(?!))?(?:'?s\b|\ss\b)?(?![\d%:/]|[.,]\d|-\d{1,2}\b|\s?(?:million|records|people|users|customers|patients|accounts|files|k\b))"
)
_BEFORE_LONE = re.compile(
    r"(?:\b(?:in|of|early|mid|late|since|until|by|during|last|from|to|and|between|before|after|through|this|im|en|em|in|a|begin|anfang|mitte|ende|month|or|till)|[-,:(])\s*\Z"
)

_BEFORE_YEAR = re.compile(
    r"(?:\A|[^\w\s,/.=<>-]|(?<![<>])(?<![<>]\s)=|\n|(?<!\d)[,.-]|(?<!\d)(?:19|20)\d{2}\s?(?:[,/-]|to|and)?"
    r"|\b(?:in|of|cy|early|mid|late|later|since|until|till|by|during|from|to|and|or|but|not|between|before|prior to|after|through|throughout|thru|this|that|the|a|year|years|about|around|circa|only|back in|was|is|as|as early as|sometime|some time|somewhere|on|within|than|for|all|perhaps|maybe|\w+ed|\w+ly|happens|began|took place"
    r"|im|en|em|nel|nell'|del|dell'|der|den|des|dem|de|do|da|di|du|d'|le|la|el|il|no|ne|au|l'an|annee|ano|anno|jahr|jaar|seit|vor|nach|bis|ab|anfang|mitte|ende|debut|fin|fine|inizio|mi|roku|rok|ar|aret|ar|i|w|v|depuis|desde|dal|sinds|tot|hasta|a|ao|und|et|y|e|och|og|zwischen|entre|tra|fra|tussen|mellan|mellem|mellom|avant|apres|antes|despues|depois|prima|dopo|voor|na))\s*\Z"
)
"""What a year alone may follow. Behind another word it says less than what stands there: "Easter 2021", "Office 2016"."""


def _two_months(match: re.Match[str]) -> Spot | None:
    first, last = MONTHS[match["month"]], MONTHS[match["month2"]]
    year = year_of(match)
    if re.search(
        r"\b(?:this|last|past)\s\Z", match.string[max(0, match.start() - 5) : match.start()]
    ):
        return None  # "this May to October 2026" begins in the year of publication
    if last < first:
        last, year = last + 12, year - 1 if year else None
    return Spot(*match.span(), year, first, last)


def _month_year(match: re.Match[str]) -> Spot | None:
    groups = match.groupdict()
    month = int(groups["m"]) if groups.get("m") else MONTHS[match["month"]]
    return Spot(*match.span(), year_of(match), month)


def _named(match: re.Match[str]) -> Spot | None:
    year = year_of(match)
    probe = Spot(*match.span(), year, named=match["named"])
    month = (probe.stretch(year or 2024) or (date(2024, 1, 1),))[0]
    return replace(probe, month=month.month, days=(month.day, month.day))


def _quarter(match: re.Match[str]) -> Spot | None:
    groups = match.groupdict()
    words = {
        "first": 1,
        "1st": 1,
        "second": 2,
        "2nd": 2,
        "third": 3,
        "3rd": 3,
        "fourth": 4,
        "4th": 4,
        "last": 4,
    }
    half = groups.get("h") or groups.get("hw")
    number = words.get(half or groups.get("qw") or "") or int(half or groups.get("q") or 0)
    first = 6 * number - 5 if half else 3 * number - 2
    return Spot(*match.span(), year_of(match), first, first + (5 if half else 2))


def _season(match: re.Match[str]) -> Spot | None:
    first, last = SEASONS[match["season"]]
    return Spot(*match.span(), year_of(match), first, last)


_THEN_MONTH = re.compile(rf"\s?-\s?(?:{'|'.join(LONE_MONTHS)})\b")


def _lone_month(match: re.Match[str]) -> Spot | None:
    word, text = match["month"], match.string
    before = text[max(0, match.start() - 12) : match.start()]
    if modal_may(text, match.end()):
        return None
    alone = text.strip(" .!\"'") == word or bool(_THEN_MONTH.match(text, match.end()))
    if not alone and not _BEFORE_LONE.search(before):
        return None
    if (
        len(word) <= 3
        and word not in ("may", "mai", "mei")
        and not alone
        and not match[0].endswith(".")
    ):
        return None
    return Spot(*match.span(), None, MONTHS[word])


def _lone_year(match: re.Match[str]) -> Spot | None:
    year = int(match["year"])
    if not _BEFORE_YEAR.search(match.string, max(0, match.start() - 24), match.start()):
        return Spot(*match.span(), year, vague=True)
    if match[0].endswith("s"):
        decade = (date(year, 1, 1), date(year + 9, 12, 31))
        return Spot(*match.span(), year, fixed=decade)
    return Spot(*match.span(), year)


STRETCHES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Spot | None]], ...] = (
    (_TWO_MONTHS, _two_months), (_MONTH_YEAR, _month_year), (_YEAR_QUARTER, _quarter), (_QUARTER, _quarter), (_SEASON, _season), (_NAMED, _named),
    (_YEAR_MONTH, _month_year), (_MONTH_SLASH_YEAR, _month_year), (_LONE_MONTH, _lone_month), (_LONE_YEAR, _lone_year),
)  # fmt: skip
"""Patterns with their readers, the surest first."""


def names_a_stretch(text: str) -> bool:
    """Whether ``text``, which has no digit, may name a month, a quarter or a holiday."""
    return bool(_LONE_MONTH.search(text) or _NAMED.search(text) or "quarter" in text)
