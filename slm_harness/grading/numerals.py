"""Numbers in words and figures: where they stand in a text and what they come to.

Works on text that is already in lower case without accents (``silence.plain``).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slm_harness.grading.number_words import TENS, Word, lex


class Numeral(NamedTuple):
    """A number and where it stands."""

    value: Fraction
    start: int
    end: int
    scaled: bool = False
    """Whether it was written with a word for thousands or more: the scale may belong to its neighbour too."""
    scale: int = 1
    vague: bool = False
    """Set for "hundreds of thousands": no number at all but its order."""
    plain_digits: str = ""


def numerals(text: str) -> list[Numeral]:
    """Every number of ``text``, in order."""
    words = lex(text)
    found: list[Numeral] = []
    position = 0
    while position < len(words):
        numeral, after = _phrase(text, words, position)
        if numeral is not None:
            found.append(numeral)
        position = max(after, position + 1)
    return found


def _phrase(text: str, words: list[Word], position: int) -> tuple[Numeral | None, int]:
    """The number that begins at ``position``, if one does, and where to go on."""
    first = words[position]
    if first.kind == "plural":
        return _vague(text, words, position)
    if first.kind in ("a", "an", "half", "quarter"):
        return _article(text, words, position)
    if first.kind not in ("figure", "one"):
        return None, position + 1
    return _sum(text, words, position)


def _vague(text: str, words: list[Word], position: int) -> tuple[Numeral | None, int]:
    value, end, after = words[position].value, words[position].end, position + 1
    if (
        after + 1 < len(words)
        and words[after].kind == "of"
        and words[after + 1].kind in ("plural", "scale")
    ):
        value *= words[after + 1].value
        end, after = words[after + 1].end, after + 2
    return Numeral(2 * value, words[position].start, end, vague=True), after


def _article(text: str, words: list[Word], position: int) -> tuple[Numeral | None, int]:
    """Read "a million", "half a million", "a quarter of a million", "a dozen"."""
    share, after = Fraction(1), position
    start = words[position].start
    for _ in range(5):
        if after >= len(words):
            return None, position + 1
        kind = words[after].kind
        if kind == "half":
            share = Fraction(1, 2)
        elif kind == "quarter":
            share = Fraction(1, 4)
        elif kind == "scale" and len(words[after].text) > 1:
            return _sum(text, words, after, share, start)
        elif kind not in ("a", "an", "of", "-") or (kind == "of" and share == 1):
            return None, position + 1
        after += 1
    return None, position + 1


@dataclass
class _Adding:
    """A number phrase as far as it is added up."""

    total: Fraction
    current: Fraction | None
    """What stands since the last scale word; None right after one."""
    last_scale: int = 10**30
    scaled: bool = False

    def scale(self, scale: int) -> None:
        """Take in "hundred", "thousand" and the like."""
        if self.current is None:
            self.total, self.last_scale = self.total * scale, scale
        elif scale in (12, 100):
            self.current *= scale
        else:
            if scale <= self.last_scale:
                self.total += self.current * scale
            else:
                self.total = (self.total + self.current) * scale
            self.current, self.last_scale = None, scale
        self.scaled = self.scaled or scale >= 1000

    def share(self, share: Fraction) -> None:
        """Take in "and a half" or "point two"."""
        if self.current is None:
            self.total += share * self.last_scale
        else:
            self.current += share


def _sum(
    text: str,
    words: list[Word],
    position: int,
    share: Fraction | None = None,
    start: int | None = None,
) -> tuple[Numeral | None, int]:
    """Add up a number phrase: figures, words, scales, "and", "point", "and a half"."""
    adding = _Adding(Fraction(0), share)
    end, here = words[position].end, position
    while here < len(words):
        word = words[here]
        if here > position and "\n" in text[words[here - 1].end : word.start]:
            break
        if word.kind == "scale" and _scales(text, words, here, adding, position):
            adding.scale(int(word.value))
            end, here = word.end, here + 1
        elif word.kind in ("figure", "one") and _adds(text, words, here, adding, position):
            adding.current = (adding.current or Fraction(0)) + word.value
            end, here = word.end, here + 1
        elif (joined := _joint(words, here, position)) is not None:
            if joined[0] is not None:
                adding.share(joined[0])
                end = words[joined[1] - 1].end
            here = joined[1]
        else:
            break
    first = words[position].start if start is None else start
    alone = end == words[position].end and words[position].kind == "figure"
    numeral = Numeral(
        adding.total + (adding.current or Fraction(0)),
        first,
        end,
        adding.scaled,
        adding.last_scale if adding.scaled else 1,
        plain_digits=words[position].text if alone else "",
    )
    return numeral, _index_after(words, end, here)


def _scales(text: str, words: list[Word], here: int, adding: _Adding, position: int) -> bool:
    if adding.current is None:
        return here > position and words[here].value > adding.last_scale
    return _scale_follows(text, words, here)


def _index_after(words: list[Word], end: int, here: int) -> int:
    while here > 0 and words[here - 1].start >= end:
        here -= 1
    return here


def _scale_follows(text: str, words: list[Word], here: int) -> bool:
    """Whether a scale belongs to the number before it; "5 m" of length and "3 b" are letters apart."""
    word, before = words[here], words[here - 1] if here else None
    gap = text[before.end : word.start] if before else ""
    if before is not None and before.kind == "-" and len(word.text) > 1:
        return True
    if len(word.text) == 1:
        return gap == "" or (gap == " " and word.text in "km")
    return gap.strip() == ""


def _adds(text: str, words: list[Word], here: int, adding: _Adding, position: int) -> bool:
    """Whether a figure or word goes on with the number begun, or begins another one."""
    word, current = words[here], adding.current
    if here == position:
        return True
    gap = text[words[here - 1].end : word.start]
    if gap.strip():
        return False
    if current is None:
        # After "two million" only what is less than a million goes on with it.
        return word.value < adding.last_scale and _next_scale(words, here) < adding.last_scale
    if word.kind == "figure":
        return words[here - 1].kind == "and" and current % 100 == 0 and word.value < 100
    if words[here - 1].kind == "figure":
        return False
    if current % 100 == 0 and current > 0:
        return word.value < 100
    return current % 100 >= 20 and current % 10 == 0 and 0 < word.value < 10


def _next_scale(words: list[Word], here: int) -> int:
    for word in words[here + 1 : here + 5]:
        if word.kind == "scale" and word.value >= 1000:
            return int(word.value)
        if word.kind not in ("one", "and", "-", "scale", "figure"):
            break
    return 1


def _joint(words: list[Word], here: int, position: int) -> tuple[Fraction | None, int] | None:
    """Read "and", a hyphen, "and a half" or "point two" inside a number: what it adds, and where to go on."""
    word = words[here]
    ahead = words[here + 1 : here + 5]
    kinds = [one.kind for one in ahead]
    if here == position or not ahead:
        return None
    if word.kind == "point" and kinds[0] == "one":
        decimals, after = "", here + 1
        while after < len(words) and words[after].kind == "one" and words[after].value < 10:
            decimals += str(words[after].value)
            after += 1
        return (Fraction(int(decimals), 10 ** len(decimals)), after) if decimals else None
    if word.kind == "and" and kinds[:2] == ["a", "half"]:
        return Fraction(1, 2), here + 3
    previous = words[here - 1]
    if word.text == "," and previous.kind == "scale" and kinds[:2] == ["one", "scale"]:
        # "fifty thousand, three hundred and ten": in words a comma may stand where one stands in figures.
        return (None, here + 1) if ahead[1].value == 100 and previous.value >= 1000 else None
    if word.kind == "and" and previous.kind == "scale" and kinds[0] in ("one", "figure"):
        hundreds = previous.value == 100 and ahead[0].kind == "one"
        fits = ahead[0].value < previous.value and (
            hundreds or _next_scale(words, here + 1) < previous.value
        )
        return (
            (None, here + 1) if fits and (ahead[0].kind == "one" or ahead[0].value < 1000) else None
        )
    hyphen = word.kind == "-" and word.start == previous.end and ahead[0].start == word.end
    if hyphen and previous.text in TENS and kinds[0] == "one" and ahead[0].value < 10:
        return None, here + 1
    if hyphen and previous.kind in ("one", "figure") and kinds[0] == "scale":
        return None, here + 1
    return None
