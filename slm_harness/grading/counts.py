"""Reading counts: numbers with their unit, bound, hedge, and whether they are denied or a mere claim."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from slm_harness.grading import clauses, units
from slm_harness.grading.days import spots
from slm_harness.grading.numerals import Numeral, numerals
from slm_harness.grading.reading import clean
from slm_harness.grading.silence import plain


@dataclass(frozen=True)
class Count:
    """A number of things: ``low`` to ``high``, either None where the end is open."""

    low: int | None
    high: int | None
    approximate: bool = False
    unit: str | None = None
    """The word for what is counted, as the text has it."""
    negated: bool = False
    superseded: bool = False
    claimed: bool = False
    bound: str = ""
    """over or under, where the number is given as a bound."""
    attributed: bool = False
    """Whether somebody is said to say so: less than a claim."""
    part: bool = False
    """Whether it is given as a part of another: "including 300", "300 of whom"."""
    base: bool = False
    """Whether it is what the others are part of: the 400,000 of "300 out of 400,000"."""
    start: int = 0
    end: int = 0
    text: str = ""


MAX_COUNTS = 100
"""Most numbers that are read; nobody answers with more."""
_NO_COUNT = re.compile(
    r"\bcve-\d+-\d+|\b\d{1,3}(?:\.\d{1,3}){3}\b|\bv(?:ersion)?\.?\s?\d[\d.]*|\b\d+(?:st|nd|rd|th)\b|\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?|\b\d{1,2}\s?[ap]\.?m\b\.?|\b24/7\b|\b9/11\b"
    r"|https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+|\b[a-z]+-\d+\b|\b[a-z]+\d+[a-z\d]*\b|\b(?:windows|office|section|article|title|rule|no\.|number|step|phase|tier|level|grade|page|figure|chapter|item|iso)\s?#?\d{1,5}(?!\d|,\d|\s?(?:million|thousand))"
    r"|\b\d+-(?:day|week|month|year|hour|minute|digit|bit|page|person|factor)s?\b|\bone of\b|\b(?:one|two|three|four|\d{1,2}) (?:in|out of)(?: every)? (?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b|\b(?:one|two|three)-(?:factor|thirds?|step|time|way)\b|\b(?:one|two|three|four) (?:thirds?|quarters?|fifths?|tenths?)\b|\ba third\b|\bone (?:third|half|quarter)\b|\bno one\b|\bone another\b|\b(?:this|that|which|the|any|every|each) one\b"
    r"|\bfirst-party\b|\bthird[- ]part\w+"
)
_YEAR_CONTEXT = re.compile(
    r"\b(?:in|since|during|until|from|early|late|mid|year|of|by|before|after|end|spring|summer|autumn|winter|and|to|through)[\s-]+\Z|[-(,/]\s*\Z"
)
_CURRENCY = re.compile(r"(?:[$£€¥₹]|\b(?:usd|eur|gbp|inr|aud|cad|rs\.?|us\$|chf))\s*\Z")
_GAP = r"\s*(?:[$£€¥₹]\s*)?\Z"
_OVER = re.compile(
    r"(?:\b(?:over|more than|at least|above|exceed(?:s|ed|ing)?|upwards? of|no (?:fewer|less) than|not (?:fewer|less) than|(?:a )?minimum (?:of)?|greater than(?: or equal to)?|in excess of|surpass(?:es|ed|ing)?|"
    r"north of|larger than|higher (?:or equal )?than|beyond|mehr als|uber|mindestens|plus de|au moins|mas de|al menos|piu di|oltre|almeno|mais de|pelo menos|meer dan|ten minste|minstens)|>=?|≥)(?: a total of| an estimated| about| some| half)?"
    + _GAP
)
_UNDER = re.compile(
    r"(?:\b(?:up to|at most|fewer than|less than|under|below|no more than|not more than|(?:a )?maximum (?:of)?|as many as|smaller (?:or equal )?than|lower (?:or equal )?than|less than or equal to|bis zu|weniger als|hochstens|"
    r"jusqu'a|moins de|au plus|hasta|menos de|fino a|meno di|ate|tot|minder dan|hoogstens|just shy of)|<=?|≤)(?: a total of| an estimated| about| some)?"
    + _GAP
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|nearly|almost|roughly|some|circa|ca\.?|c\.|an? estimated|(?:is |are |was |were )?estimated (?:to be |at )?|close to|just (?:over|under|above|below|shy of)|in the region of|"
    r"somewhere around|an approximate|near|slightly (?:over|under|more than|less than)|a little (?:over|under|more than|less than)|well over|ungefahr|rund|etwa|fast|knapp|zirka|environ|pres de|presque|unos|unas|alrededor de|aproximadamente|cerca de|casi|"
    r"quasi|all'incirca|approssimativamente|ongeveer|bijna|circa de|rond de)|~|±|≈)(?: a total of)?"
    + _GAP
)
_AFTER_OVER = re.compile(
    r"\A\s*(?:\+|or (?:more|greater|higher|above)\b|and (?:more|above|counting|rising|up)\b|plus\b|at (?:the )?(?:least|minimum)\b)"
)
_AFTER_UNDER = re.compile(
    r"\A\s*(?:or (?:fewer|less|lower|under)\b|at (?:the )?(?:most|maximum)\b)"
)
_AFTER_ABOUT = re.compile(
    r"\A\s*(?:or so\b|or thereabouts|approximately\b|give or take|\(?(?:approx|estimate))"
)
_RANGE = re.compile(
    r"\A\s*(?:-|~|to|and|or|up to|through|bis|a|et|y|e|en|und|\.\.)\s*(?:about |around |approximately |nearly |even )?[$£€]?\s*\Z"
)
_BETWEEN = re.compile(
    r"\b(?:between|zwischen|entre|tra|fra|tussen|anywhere between)\s+(?:about |around |approximately |roughly )?[$£€]?\Z"
)
_REVISED = re.compile(
    r"\b(?:rose|raised|corrected|revised|updated|increased|grew|changed|upgraded|reduced|lowered|jumped|went|up|down|climbed)\b[^.;]{0,30}?\bfrom\s+(?:an? \w+ )?(?:of )?\Z"
)
_REVISED_AFTER = re.compile(
    r"\A\s*(?:[a-z]+\s+){0,2}[(,;-]*\s*(?:(?:but|and|which|a figure|was|were|this|it|later|since|then|subsequently|has|been)\s+){0,4}(?:corrected|revised|updated|raised|increased|reduced|lowered|superseded|rising|upgraded) (?:up |down |upwards? |downwards? )?to\b"
)
_AT_FIRST = re.compile(
    r"\A\s*(?:[a-z]+\s+){0,2}\(?(?:at first|initially|originally|previously|at the time)\b(?!(?:\s+(?!then\b|later\b|now\b|but\b)[a-z]+){0,4}\s+\d)"
)
_LATER = re.compile(
    r"\A[\s,;(-]+(?:but |and )?(?:later|now|subsequently)\s+(?:about |around |at )?\d"
)
_WAS = re.compile(r"\b(?:was|were|had been|stood at)\s+(?:about |around |some )?\Z")
_IS_NOW = re.compile(
    r"\A[^.;\d]{0,40}\b(?:but|and|while|though)\b[^.;\d]{0,40}\bnow\s+(?:(?:is|stands?|puts?|put|says|it|at|to|be|about|around|some)\s+){0,4}\d"
)
_WHOLE = re.compile(
    r"\b(?:out of|among|of its|of their|of the|from its|from a total of|of all)\s+(?:(?:total|roughly|about|some|more|than|around|over|nearly|its|the|an?|estimated|of|approximately)\s+){0,3}\Z"
)
_SHARE_OF = re.compile(
    r"\b(?:(?:one|two|three|four|\d{1,2}) (?:in|out of) (?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})|half|thirds?|quarters?) of (?:its |the |their |about |some |over |all )*\Z"
)
_PART_OF = re.compile(r"\d (?:[a-z]+\)? )?(?:out )?of (?:its |the |their |about |some |over )?\Z")
_PART_BEFORE = re.compile(
    r"\b(?:including|among (?:them|whom|these)|(?:of|for) (?:whom|them|these))[\s,]+(?:about |around |some |approximately )?\Z"
)
_PART_AFTER = re.compile(r"\A\s*(?:[a-z]+\s+){0,2}?of (?:whom|them|which|these|those)\b")
_TAKEN = r"(?:taken|stolen|breached|compromised|accessed|exposed|affected|lost|leaked|exfiltrated|copied|viewed|impacted|involved)"
_NOUGHT = re.compile(
    rf"\b(?:no|zero)\s+(?:(?!evidence|sign|indication|details?|information|number|figures?)[a-z]+\s+){{0,4}}?(?:records?|data|customers?|people|accounts?|users?|files?|patients?|information|individuals|documents?|one)\s+(?:\w+\s+)?(?:was|were|is|are|has been|have been|had been)\s+(?:\w+ly\s+)?{_TAKEN}"
    rf"|\b(?:none|nothing|not (?:one|a single) \w+)\s+(?:of (?:the|its|their) [a-z ]{{1,40}})?(?:was|were|has been|have been|had been)\s+(?:\w+ly\s+)?{_TAKEN}|\bnone (?:taken|stolen|breached|compromised|lost|leaked)\b"
    r"|\b(?:was|were) not (?:stolen|taken|breached|compromised|leaked) (?:at all|and none)"
)


def parse_counts(text: str) -> list[Count]:
    """Every count that ``text`` gives, in order; years, dates, versions and the like are none."""
    return counts_in(plain(clean(text)))


def counts_in(low: str) -> list[Count]:
    """``parse_counts`` for text that is clean, in lower case and without accents."""
    masked = _masked(low)
    found = [one for one in numerals(masked) if not _is_year(low, one)][:MAX_COUNTS]
    counts = []
    position = 0
    while position < len(found):
        one = found[position]
        following = found[position + 1] if position + 1 < len(found) else None
        if following and _is_range(low, one, following):
            counts.append(_range(low, one, following))
            position += 2
            continue
        count = _single(low, one)
        if count:
            counts.append(count)
        position += 1
    counts = _bounds_joined(low, counts)
    noughts = [
        _in_context(low, Count(0, 0), match.start(), match.end(), low[match.end() :])
        for match in _NOUGHT.finditer(low)
    ]
    noughts = [replace(one, negated=False, unit=None) for one in noughts]
    return sorted([*counts, *noughts], key=lambda one: one.start)


def _bounds_joined(low: str, counts: list[Count]) -> list[Count]:
    """One range in place of "at least 200 and at most 300"."""
    joined: list[Count] = []
    for count in counts:
        last = joined[-1] if joined else None
        if last and last.bound and {last.bound, count.bound} == {"over", "under"}:
            between = low[last.end : count.start]
            ends = [one.low if one.low is not None else one.high or 0 for one in (last, count)]
            if (
                len(between) < 50
                and re.search(r"\b(?:and|but)\b|,", between)
                and ends[0] != ends[1]
            ):
                unit = count.unit or last.unit
                joined[-1] = replace(
                    last,
                    low=min(ends),
                    high=max(ends),
                    bound="",
                    approximate=True,
                    unit=unit,
                    end=count.end,
                    text=low[last.start : count.end],
                )
                continue
        joined.append(count)
    return joined


def _masked(low: str) -> str:
    """``low`` with dates, versions, ordinals and the like blotted out, each place kept."""
    if not any(char.isdigit() for char in low):
        return _NO_COUNT.sub(_blot, low)
    for spot in reversed(spots(low)):
        bare = low[spot.start : spot.end].isdigit()
        if not bare and (spot.days[0] or spot.month or spot.fixed):
            low = low[: spot.start] + "#" * (spot.end - spot.start) + low[spot.end :]
    return _NO_COUNT.sub(_blot, low)


def _blot(match: re.Match[str]) -> str:
    return "#" * len(match[0])


def _is_year(low: str, one: Numeral) -> bool:
    digits = one.plain_digits
    if len(digits) != 4 or not digits.isdigit() or not 1900 <= int(digits) <= 2099:
        return False
    if units.after(low, one.end):
        return False
    return bool(_YEAR_CONTEXT.search(low[max(0, one.start - 14) : one.start]))


def _is_range(low: str, one: Numeral, following: Numeral) -> bool:
    between = low[one.end : following.start]
    if one.vague or following.vague or len(between) > 60:
        return False
    before = low[max(0, one.start - 40) : one.start]
    inner = re.sub(rf"\A\s*{units.WORD}\b(?:\s+{units.WORD}\b)?", "", between)
    if _BETWEEN.search(before) and re.match(r"\s*(?:(?:and|to|und|et|y|e|en)\b|-)", inner):
        return True
    match = _RANGE.match(between)
    if (
        not match
        or between.strip() in ("and", "et", "y", "e", "en", "und", "a")
        or (between.strip() == "a" and one.scaled)
    ):
        return False
    if between.strip() == "or":
        return False
    if _REVISED.search(before):
        return False
    value = one.value * (following.scale if following.scaled and not one.scaled else 1)
    return value < following.value


def _range(low: str, one: Numeral, following: Numeral) -> Count:
    first = one.value
    if following.scaled and not one.scaled and one.value < 1000:
        first *= following.scale
    count = Count(_whole(first), _whole(following.value), True)
    return _in_context(low, count, one.start, following.end, low[following.end :])


def _whole(value: Fraction) -> int:
    return round(value)


def _single(low: str, one: Numeral) -> Count | None:
    before, after = low[max(0, one.start - 48) : one.start], low[one.end : one.end + 30]
    unit = units.after(low, one.end)
    if one.value.denominator != 1 and not unit and not _CURRENCY.search(before):
        return None
    value = _whole(one.value)
    if one.vague:
        return _in_context(low, Count(value, value * 500, True), one.start, one.end, low[one.end :])
    approximate = bool(_ABOUT.search(before) or _AFTER_ABOUT.match(after))
    count = Count(value, value, approximate)
    over, under = (
        _OVER.search(before) or _AFTER_OVER.match(after),
        _UNDER.search(before) or _AFTER_UNDER.match(after),
    )
    if over and not (under and len(under[0]) > len(over[0])):
        count = Count(value, None, approximate, bound="over")
    elif under:
        count = Count(None, value, approximate, bound="under")
    return _in_context(low, count, one.start, one.end, low[one.end :])


def _in_context(low: str, count: Count, start: int, end: int, rest: str) -> Count:
    before = low[max(0, start - 60) : start]
    unit = "money" if _CURRENCY.search(before) else units.after(low, end) or units.before(before)
    revised = bool(_REVISED.search(before)) or bool(re.search(r"\b(?:up|down) from\s+\Z", before))
    return replace(
        count,
        unit=unit,
        negated=clauses.denied(low, start, end),
        base=bool(_WHOLE.search(before) or _PART_OF.search(before) or _SHARE_OF.search(before)),
        part=bool(_PART_BEFORE.search(before) or _PART_AFTER.match(rest[:40])),
        superseded=revised
        or bool(_REVISED_AFTER.match(rest[:80]) or _AT_FIRST.match(rest[:80]))
        or bool(_LATER.match(rest[:60]))
        or bool(_WAS.search(before) and _IS_NOW.match(rest[:120]))
        or clauses.superseded(low, start, end),
        claimed=clauses.claimed(low, start, end),
        attributed=clauses.attributed(low, start, end),
        start=start,
        end=end,
        text=low[start:end],
    )
