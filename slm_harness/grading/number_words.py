"""The words and figures that numbers are made of."""

import re
from fractions import Fraction
from typing import NamedTuple

from slm_harness.grading.word_list import words_of

_SMALL = {
    word: number
    for number, word in enumerate(
        words_of(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
        )
    )
} | {"nought": 0, "naught": 0, "nil": 0, "couple": 2, "forteen": 14, "fourty": 40}
TENS = {
    word: 10 * number
    for number, word in enumerate(
        words_of("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
} | {"fourty": 40}
_ONES = _SMALL | TENS
_SCALES: dict[str, int] = {}
for _words, _scale in (
    ("thousand thousands k tsd tausend mille mila mil duizend thsd", 10**3),
    (
        "million millions m mn mio mln mill millionen millones millon milioni milione milhoes milhao miljoen",
        10**6,
    ),
    (
        "billion billions bn b miljard milliard milliards milliarden milliarde miliardi miliardo",
        10**9,
    ),
    ("trillion trillions tn", 10**12),
    ("quadrillion", 10**15),
    ("quintillion", 10**18),
    ("sextillion", 10**21),
    ("lakh lakhs lac lacs lkh lkhs", 10**5),
    ("crore crores cr", 10**7),
    ("dozen dozens", 12),
    ("hundred hundreds hundert", 100),
):
    for _word in _words.split():
        _SCALES[_word] = _scale
_PLURAL = {
    "hundreds": 100,
    "thousands": 10**3,
    "tens": 10,
    "dozens": 12,
    "millions": 10**6,
    "billions": 10**9,
    "scores": 20,
    "lakhs": 10**5,
    "crores": 10**7,
}

_FIGURE = (
    r"\d{1,3}(?:,\d{2})+,\d{3}(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?P<sep>[,.' ])\d{3}(?:(?P=sep)\d{3})*(?![\d])(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:[.,]\d+)?|\.\d+"
)
_TOKEN = re.compile(rf"(?P<figure>(?<![\w]){_FIGURE})|(?P<word>[a-z]+)|(?P<other>\S)")
_MAX_FIGURE = 300


class Word(NamedTuple):
    """A word, figure or mark, with what it may do in a number."""

    kind: str
    value: Fraction
    start: int
    end: int
    text: str


def lex(text: str) -> list[Word]:
    """Every word, figure and mark of ``text``, in order."""
    words = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        word = match["word"]
        if match["figure"]:
            value = _figure(match["figure"])
            words.append(
                Word(
                    "figure" if value is not None else "other",
                    value or Fraction(0),
                    start,
                    end,
                    match["figure"],
                )
            )
        elif word in _PLURAL and not (words and words[-1].kind in ("figure", "one", "scale")):
            words.append(Word("plural", Fraction(_PLURAL[word]), start, end, word))
        elif word in _ONES:
            words.append(Word("one", Fraction(_ONES[word]), start, end, word))
        elif word in _SCALES:
            words.append(Word("scale", Fraction(_SCALES[word]), start, end, word))
        elif word in ("and", "a", "an", "half", "quarter", "point", "of"):
            words.append(Word(word, Fraction(0), start, end, word))
        elif match["other"] == "-":
            words.append(Word("-", Fraction(0), start, end, "-"))
        else:
            words.append(Word("other", Fraction(0), start, end, word or match["other"] or ""))
    return words


def _figure(figure: str) -> Fraction | None:
    """What a number in figures comes to, in any usual way of grouping."""
    if len(figure) > _MAX_FIGURE:
        return None
    marks = [char for char in figure if not char.isdigit()]
    if not marks:
        return Fraction(int(figure))
    last = figure.rfind(marks[-1])
    tail = len(figure) - last - 1
    single = len(marks) == 1
    grouping = tail == 3 and not (
        single and (figure.startswith("0") or (marks[0] == "." and len(figure) < 5))
    )
    if single and marks[0] in ",.":
        grouping = tail == 3 and not figure.startswith("0") and last > 0
    elif not single:
        grouping = tail == 3 and marks[-1] == marks[0]
    digits = "".join(char for char in figure if char.isdigit())
    if grouping:
        return Fraction(int(digits))
    if marks[-1] not in ",." or not tail:
        return None
    return Fraction(int(digits), 10**tail)
