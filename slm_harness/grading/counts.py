"""Reading counts: numbers with their unit, bound, hedge, and whether they are denied or a mere claim."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from slm_harness.grading import clauses, units
from slm_harness.grading.count_roles import Roles, roles
from slm_harness.grading.days import spots
from slm_harness.grading.numerals import Numeral, numerals
from slm_harness.grading.reading import clean
from slm_harness.grading.silence import plain


@dataclass(frozen=True)
class Count(Roles):
    """A number of things, ``low`` to ``high``, either None where the end is open; and its roles."""

    low: int | None
    high: int | None
    approximate: bool = False
    unit: str | None = None
    """The word for what is counted, as the text has it."""
    negated: bool = False
    bound: str = ""
    """over or under, where the number is given as a bound."""
    short: bool = False
    """Whether it is said that there were fewer than it: "fewer than 300", not "up to 300"."""
    start: int = 0
    end: int = 0
    text: str = ""


MAX_COUNTS = 100
"""Most numbers that are read; nobody answers with more."""
_NO_COUNT = re.compile(
    r"\bcve-\d+-\d+|\b\d{1,3}(?:\.\d{1,3}){3}\b|\bv(?:ersion)?\.?\s?\d[\d.]*|\b\d+(?:st|nd|rd|th)\b|\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?|\b\d{1,2}\s?[ap]\.?m\b\.?|\b24/7\b|\b9/11\b"
    r"|https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+|\b[a-z]+-\d+\b|\b[a-z]+\d+[a-z\d]*\b|\b(?:windows|office|section|article|title|rule|no\.|number|step|phase|tier|level|grade|page|figure|chapter|item|iso)\s?#?\d{1,5}(?!\d|,\d|\s?(?:million|thousand))"
    r"|\b\d+-(?:day|week|month|year|hour|minute|digit|bit|page|person|factor)s?\b|\bone of\b|\b(?:one|two|three|four|\d{1,2}) (?:in|out of)(?: every)? (?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b|\b(?:one|two|three)-(?:factor|thirds?|step|time|way)\b|\b(?:one|two|three|four) (?:thirds?|quarters?|fifths?|tenths?)\b|\ba third\b|\bone (?:third|half|quarter)\b|\bno one\b|\bone another\b|\b(?:this|that|which|the|any|every|each|if|as|when|until|unless) one\b(?! (?:million|billion|thousand|hundred|lakh|crore))|\b(?:the|this|that|a|an) (?!of\b|total\b)[a-z]+ one\b(?! (?:million|billion|thousand|hundred|record|file|person|customer|account))"
    r"|(?<=.)\[\d{1,3}\]|\b[2-6]g\b|(?<!\d[ ,.'])\b0\d{2,}(?:[ -]\d{2,})+\b|\baged? (?:between |from )?\d+(?: ?(?:to|and|-) ?\d+)?\b|\b(?:19|20)\d\d ?(?:-|to|/) ?(?:19|20)?\d\d\b(?![,.]?\d)(?! ?[a-z]{0,9} ?(?:people|records))|\A(?:19|20)\d\d:(?= )"
    r"|\bfirst-party\b|\bthird[- ]part\w+"
)
_YEAR_CONTEXT = re.compile(
    r"\b(?:in|since|during|until|from|early|late|mid|years?|of|by|before|after|end|spring|summer|autumn|winter|and|to|through)[\s-]+\Z|[-(,/]\s*\Z"
)
_OF_YEAR = re.compile(
    r"\s(?:(?:data )?breach|attack|incident|leak|hack|theft|case|report|survey|census|edition|season|election|budget|letter|notice|annual)\b"
)
_CURRENCY = re.compile(r"(?:[$£€¥₹]|\b(?:usd|eur|gbp|inr|aud|cad|rs\.?|us\$|chf))\s*\Z")
_GAP = r"\s*(?:[$£€¥₹]\s*)?\Z"
_OVER = re.compile(
    r"(?:\b(?:over|more than|at least|above|exceed(?:s|ed|ing)?|upwards? of|no (?:fewer|less) than|not (?:fewer|less) than|not (?:under|below)|(?:a )?minimum (?:of)?|greater than(?: or equal to)?|in excess of|surpass(?:es|ed|ing)?|"
    r"north of|larger than|higher (?:or equal )?than|beyond|mehr als|uber|gut|ruim|ponad|mindestens|plus de|au moins|mas de|al menos|piu di|oltre|almeno|mais de|pelo menos|meer dan|ten minste|minstens)|>=?|≥)(?: a total of| an estimated| about| some| half)?"
    + _GAP
)
_UNDER = re.compile(
    r"(?:\b(?:up to|at most|fewer than|less than|under|below|no more than|not more than|not (?:over|above|exceeding)|(?:a )?maximum (?:of)?|as many as|smaller (?:or equal )?than|lower (?:or equal )?than|less than or equal to|bis zu|weniger als|hochstens|"
    r"jusqu'a|moins de|au plus|hasta|menos de|fino a|meno di|ate|tot|minder dan|hoogstens|just shy of)|<=?|≤)(?: a total of| an estimated| about| some)?"
    + _GAP
)
_SHORT = re.compile(
    rf"(?<!not )(?<!no )\b(?:(?:fewer|less|lower|smaller) than|under|below|shy of|weniger als|moins de|menos de|meno di|minder dan){_GAP}"
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|nearly|almost|roughly|some|circa|ca\.?|c\.|an? estimated|(?:is |are |was |were )?estimated (?:to be |at )?|close to|not far (?:off|from|short of)|just (?:over|under|above|below|shy of)|in the region of|"
    r"somewhere around|an approximate|near|slightly (?:over|under|more than|less than)|a little (?:over|under|more than|less than)|well over|ungefahr|rund|etwa|fast|knapp|zirka|environ|pres de|presque|unos|unas|alrededor de|aproximadamente|cerca de|casi|"
    r"quasi|all'incirca|approssimativamente|ongeveer|bijna|circa de|rond de|nastan|omkring|ungefar|okolo|prawie|a good|a shade (?:over|under|more than|less than))|~|±|≈)(?: a total of)?"
    + _GAP
)
_COUNTED = r"(?:\s*[a-z][a-z'-]*(?<!\band)(?<!\bor)(?<!\bof)(?<!\bat)(?=\s)){0,3}?"
_AFTER_OVER = re.compile(
    rf"\A\s*(?:\+|and (?:more|above|counting|rising|up)\b|plus\b)|\A{_COUNTED}\s*(?:or (?:more|greater|higher|above)\b|,? ?at (?:the )?(?:very )?(?:least|minimum)\b|(?:as )?an? (?:absolute )?minimum\b)"
)
_AFTER_UNDER = re.compile(
    rf"\A{_COUNTED}\s*(?:or (?:fewer|less|lower|under)\b|,? ?at (?:the )?(?:very )?(?:most|maximum)\b|(?:as )?an? (?:absolute )?maximum\b|,? ?tops\b)"
)
_AFTER_ABOUT = re.compile(
    rf"\A{_COUNTED}\s*(?:-?odd\b|-?ish\b|or so\b|or thereabouts|approximately\b|give or take|more or less|\(?(?:approx|estimate))"
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
_WITHHELD = r"(?:said|stated|specified|mentioned|disclosed|given|provided|indicated|revealed|identified|named|reported|included|listed|told|known|confirmed|released|shared|published|available|clear|certain|announced|determined|established|quantified|found|public|noted|applicable)"
_THINGS = rf"(?:{units.COUNTABLE}|information|one)"
_DONE = rf"(?:was|were|is|are|has been|have been|had been|got)\s+(?:\w+ly\s+|actually\s+|ever\s+)?(?!{_WITHHELD}\b)[a-z]+(?:ed|en|t|d|ost|ead)\b"
_TOOK = r"(?:took|taken?|stole|stolen|got|copied|obtained|accessed|saw|seen|read|opened|downloaded|made off with|got away with|left with|exfiltrated|leaked|reached)"
_NOT_ANY = rf"no\s+(?:[a-z]+\s+){{0,3}}?{_THINGS}"
_NOUGHT = re.compile(
    rf"\b(?:no|zero|nil)\s+(?:(?!evidence|sign|indication|details?|information|number|figures?)[a-z]+\s+){{0,4}}?{_THINGS}\s+(?:of [a-z ]{{1,30}})?{_DONE}"
    rf"|\b(?:none|nothing|not (?:one|a single) \w+)\s+(?:of (?:the|its|their|these|those) (?:[\d,.' ]+)?[a-z' -]{{1,40}}?)?{_DONE}|\bnone (?:taken|stolen|breached|compromised|lost|leaked|copied|read|opened|exposed)\b"
    rf"|\b(?:nobody|no one|no-one)(?:'s)?\s+(?:[a-z]+\s+)?{_DONE}|\b{_TOOK}\s+(?:nothing\b|none\b|{_NOT_ANY}\b)|\b(?:nothing|none of (?:it|them)|{_NOT_ANY}) left\b"
    rf"|\b(?:was|were) not (?:stolen|taken|breached|compromised|leaked) (?:at all|and none)|\A\W*no (?:[a-z]+ ){{0,2}}?{_THINGS}(?: at all)?\s*(?=[.,;:(]|\Z)"
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
        _in_context(low, Count(0, 0), match.start(), match.end()) for match in _NOUGHT.finditer(low)
    ]
    noughts = [replace(one, negated=False, unit=None) for one in noughts]
    counts = sorted([*counts, *noughts], key=lambda one: one.start)
    found_roles = roles(low, [(one.start, one.end) for one in counts])
    return [replace(one, **vars(role)) for one, role in zip(counts, found_roles, strict=True)]


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
    if _OF_YEAR.match(low, one.end):
        return True
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
    elif low[: following.end].endswith("hundred") and one.value < 10 and following.value < 1000:
        first *= 100  # two to three hundred
    count = Count(_whole(first), _whole(following.value), True)
    return _in_context(low, count, one.start, following.end)


def _whole(value: Fraction) -> int:
    return round(value)


def _single(low: str, one: Numeral) -> Count | None:
    before, after = low[max(0, one.start - 48) : one.start], low[one.end : one.end + 60]
    unit = units.after(low, one.end)
    if one.value.denominator != 1 and not unit and not _CURRENCY.search(before):
        return None
    value = _whole(one.value)
    if one.vague:
        return _in_context(low, Count(value, value * 500, True), one.start, one.end)
    approximate = bool(_ABOUT.search(before) or _AFTER_ABOUT.match(after))
    count = Count(value, value, approximate)
    over, under = (
        _OVER.search(before) or _AFTER_OVER.match(after),
        _UNDER.search(before) or _AFTER_UNDER.match(after),
    )
    if over and not (under and len(under[0]) > len(over[0])):
        count = Count(value, None, approximate, bound="over")
    elif under:
        count = Count(None, value, approximate, bound="under", short=bool(_SHORT.search(before)))
    return _in_context(low, count, one.start, one.end)


def _in_context(low: str, count: Count, start: int, end: int) -> Count:
    before = low[max(0, start - 60) : start]
    unit = "money" if _CURRENCY.search(before) else units.after(low, end) or units.before(before)
    denied = clauses.denied(low, start, end)
    return replace(count, unit=unit, negated=denied, start=start, end=end, text=low[start:end])
