"""How many records: numbers with a unit, weighed by what is said of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from slm_harness.breach.cues import ATTACK, LOSS
from slm_harness.breach.prose import Page

UNKNOWN = "Unknown"

_ONES_TEXT = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TENS_TEXT = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = {word: value for value, word in enumerate(_ONES_TEXT.split())} | {"a": 1, "an": 1}
_TENS = {word: 10 * value for value, word in enumerate(_TENS_TEXT.split(), 2)}
_SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "million": 1_000_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "crore": 10_000_000,
    "crores": 10_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
}
_WORD = "|".join(
    sorted([*_ONES, *_TENS, *(s for s in _SCALES if len(s) > 2)], key=len, reverse=True)
)
_NUMBER = re.compile(
    r"(?<![\w.,£$€₹#-])(?:(?P<digits>[0-9]{1,3}(?:,[0-9]{2,3}){1,4}|[0-9]{1,12}(?:\.[0-9]{1,3})?)"
    r"(?P<scale>(?: ?-?(?:million|thousand|billion|lakhs?|crores?)|[kKmM]|mn|bn)\b)?"
    rf"|(?P<words>\b(?:half a (?:million|billion)|(?:(?:{_WORD}|and)[ -])*(?:{_WORD}))\b))"
    r"(?![\w%]|[.,:/][0-9]| ?(?:per ?cent|percent|%|GB|TB|MB|gigabytes|terabytes))",
    re.I,
)
_STRONG = (
    "customers|patients|people|persons|individuals|users?|members|borrowers|subscribers|passengers"
    "|guests"
    "|students|pupils|residents|citizens|voters|taxpayers|savers|shoppers|players|gamers|investors"
    "|donors"
    "|motorists|drivers|policyholders|tenants|households|consumers|accounts|records|account holders"
    "|cardholders|travell?ers|applicants|pensioners|clients|colleagues|staff|employees|workers"
    "|teachers"
    "|families|men|women|children|parents|homeowners|buyers|readers|viewers|riders|visitors"
    "|volunteers"
    "|claimants|beneficiaries|diners|fans|officers|nurses|doctors|soldiers|personnel|jobseekers"
    "|candidates"
    "|folios|profiles|cards|patient files|medical records|depositors|farmers|fliers|flyers|others"
    "|(?!computers|servers|numbers|letters|papers|containers|orders|newsletters|incidents|payments"
    "|centers|errors|folders|printers|routers|investments|appointments|apartments|plants|comments"
    "|documents)[a-z]{3,14}(?:ers|ors|ents|ants|ees|ists|ians)"
)
_WEAK = (
    "files|documents|emails|email addresses|card numbers|names|passwords|messages|images"
    "|photographs"
    "|photos|rows|entries|lines|pages|numbers|addresses|details|scans|forms|transactions|orders"
)
_UNIT = re.compile(
    rf"^(?:[ -](?!(?:and|or|in|at|from|for|with|to"
    rf"|by)\b)[\w’'-]+){{0,5}}?[ -](?P<unit>(?P<strong>{_STRONG})|{_WEAK})\b",
    re.I,
)
_UNIT_BEFORE = re.compile(
    rf"\b(?:number|total|count|tally) of (?:\w+ ){{0,3}}?(?P<unit>{_STRONG})\b[^.;]{{0,50}}$", re.I
)
_NOT_UNIT = re.compile(
    r"^[ -](?:(?:and|to|of)[ -])?(?:years?|months?|days?|weeks?|hours?|minutes?|dollars|pounds"
    r"|euros|rupees|miles|offices|branches|stores|shops"
    r"|states|countries|schools|hospitals|clinics|times|beds|jobs|other (?:firms|companies))\b",
    re.I,
)
_HEDGE = re.compile(
    r"\b(about|around|some|nearly|almost|more than|over|at least|up to|approximately|roughly|fewer"
    r" than"
    r"|less than|just over|just under|close to|as many as|an estimated|estimated)"
    r"(?: (?:an|the|a|its|estimated))? $",
    re.I,
)
_IDLE = re.compile(
    r"\b(?:employs|employing|has|have|had|serves|serving|operates|runs|founded|sells|makes|handles"
    r"|hires|with"
    r"|carries|questioned|surveyed|insures|among its|all of our|our|workforce of|population of"
    r"|supplies|treats"
    r"|looks after|home to|covers|teaches|boasts|counts)(?: \w+){0,3} $",
    re.I,
)
_OLD = re.compile(
    r"\b(?:initial(?:ly)?|at first|earlier|previous(?:ly)?|originally|original|first (?:said|put"
    r"|thought)"
    r"|up from|down from|rather than|instead of|not|wrongly|had (?:said|put)|another breach|in"
    r" 20[0-2][0-9])"
    r"\b[^.;]{0,60}$",
    re.I,
)
_CLAIM = re.compile(
    r"\b(?:claim(?:ed|ing)|claims (?:to|it|they)|boast(?:s|ed)|alleg\w+|according to the"
    r" (?:gang|group|hackers?)|the (?:gang|hackers?) sa(?:id|ys)|disputes?)\b",
    re.I,
)
_FIRM = re.compile(
    r"\b(?:revised|now (?:says|puts|said|believes)|confirmed|in all|in total|total(?:l?ing)?|the"
    r" final"
    r"|final (?:figure|tally|count)|has risen|rose to|up from|altogether|updated)\b",
    re.I,
)
_HELD = re.compile(r"\b(?:held|contain(?:ed|ing)|includ(?:ed|ing)|comprised)\b")
_ONLY = re.compile(
    r"\b(?:of (?:them|those|these|whom|which)|among them|including|as well as|plus"
    r"|also)\b[^.;]{0,50}$",
    re.I,
)


@dataclass(frozen=True)
class _Count:
    value: int
    unit: str
    hedge: str
    score: float


def records(page: Page) -> str:
    """The number of records as "about 1,200,000 patients", or Unknown."""
    found = [count for at, text in enumerate(page.all) for count in _counts(text, at)][:500]
    if not found:
        return UNKNOWN
    totals: dict[int, float] = {}
    for count in found:
        totals[count.value] = min(totals.get(count.value, 0.0) + max(count.score, 0.0) * 0.3, 2.0)
    best = max(found, key=lambda count: count.score + totals[count.value])
    if best.score < 2.0:
        return UNKNOWN
    near = [c for c in found if abs(c.value - best.value) <= 0.05 * best.value and c.score > 1.0]
    best = max(near, key=lambda count: (_digits(count.value), count.score))
    return f"{best.hedge} {best.value:,} {best.unit}".strip()


def _digits(value: int) -> int:
    return len(str(value).rstrip("0"))


def _counts(sentence: str, place: int) -> Iterator[_Count]:
    loss, attack = bool(LOSS.search(sentence)), bool(ATTACK.search(sentence))
    base = 1.5 * loss + 1.0 * attack + (1.0 if place < 3 else 0.0) + bool(_FIRM.search(sentence))
    base += 1.0 * bool(_HELD.search(sentence)) - 2.5 * bool(_CLAIM.search(sentence))
    for match in _NUMBER.finditer(sentence):
        value = _value(match)
        after, before = sentence[match.end() : match.end() + 70], sentence[: match.start()][-90:]
        unit = _UNIT.match(after)
        back = None if unit else _UNIT_BEFORE.search(before)
        if value < 3 or _NOT_UNIT.match(after) or not (unit or back) or _is_year(match, value):
            continue
        score = base + (1.5 if back or (unit and unit["strong"]) else 0.3)
        score -= 3.0 * bool(_OLD.search(before)) + 1.0 * bool(_ONLY.search(before))
        score -= 3.0 * bool(_IDLE.search(before)) + 1.0 * (value < 20)
        hedge = _HEDGE.search(before)
        noun = (unit or back)["unit"] if (unit or back) else ""  # type: ignore[index]
        yield _Count(value, noun, hedge[1].lower() if hedge else "", score)


def _is_year(match: re.Match[str], value: int) -> bool:
    return bool(match["digits"]) and "," not in match[0] and 1900 <= value <= 2100


def _value(match: re.Match[str]) -> int:
    if match["words"]:
        return _spelled(match["words"].lower())
    digits = match["digits"].replace(",", "")
    scale = _SCALES[match["scale"].strip(" -").lower()] if match["scale"] else 1
    whole, _, part = digits.partition(".")
    return int(whole) * scale + (int(part) * scale // 10 ** len(part) if part else 0)


def _spelled(words: str) -> int:
    if words.startswith("half a "):
        return _SCALES[words.rsplit(maxsplit=1)[-1]] // 2
    total, current = 0, 0
    for word in words.replace("-", " ").split():
        if word in _SCALES:
            scale = _SCALES[word]
            current = max(current, 1) * scale
            if scale >= 1_000:
                total, current = total + current, 0
        else:
            current += _ONES.get(word, 0) + _TENS.get(word, 0)
        if total + current > 10**13:
            return 0
    return total + current
