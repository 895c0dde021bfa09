"""The words and figures that numbers are made of."""

import re
from fractions import Fraction
from typing import NamedTuple

from slm_harness.grading import foreign_numbers
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
    ("thousand thousands k tsd tausend mille mila mil duizend thsd tys tis tusen tusind", 10**3),
    (
        "million millions m mn mio mln mill millionen millones millon miljon miljoner millioner milion miliony milionow milioni milione milhoes milhao miljoen",
        10**6,
    ),
    (
        "billion billions bn b miljard milliard milliards milliarden milliarde miliardi miliardo mrd mld",
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
    words: list[Word] = []
    foreign = False
    for match in _TOKEN.finditer(text):
        kind, value = _kind(match, words[-1].kind if words else "")
        foreign = foreign or kind in ("foreign", "article")
        words.append(Word(kind, value, match.start(), match.end(), match[0]))
    return _foreign_joined(words) if foreign else words


def _kind(match: re.Match[str], last: str) -> tuple[str, Fraction]:
    """What a word, figure or mark may do in a number, and its value."""
    word = match["word"]
    if match["figure"]:
        figure = _figure(match["figure"])
        return ("other", Fraction(0)) if figure is None else ("figure", figure)
    if word in _PLURAL and last not in ("figure", "one", "scale", "foreign"):
        return "plural", Fraction(_PLURAL[word])
    if word in _ONES:
        return "one", Fraction(_ONES[word])
    if word in _SCALES:
        return "scale", Fraction(_SCALES[word])
    if word in ("and", "a", "an", "half", "quarter", "point", "of"):
        return word, Fraction(0)
    if word is None:
        return ("-" if match[0] == "-" else "other"), Fraction(0)
    if word in foreign_numbers.HALVES:
        return "half", Fraction(0)
    if word in foreign_numbers.ARTICLES:
        return "article", Fraction(0)
    value = foreign_numbers.value(word)
    return ("other", Fraction(0)) if value is None else ("foreign", Fraction(value))


def _foreign_joined(words: list[Word]) -> list[Word]:
    """Foreign number words that stand in a row as one; those that are likely other words as such."""
    joined: list[Word] = []
    here = 0
    while here < len(words):
        word = words[here]
        following = words[here + 1] if here + 1 < len(words) else None
        if word.kind == "article":
            counts = following is not None and following.kind in ("scale", "half")
            joined.append(word._replace(kind="a" if counts else "other"))
        elif (end := _run(words, here)) > here:
            joined.append(_one_of(words[here:end], words[end : end + 1], joined[-1:]))
            here = end
            continue
        elif word.text in foreign_numbers.JOINTS and _goes_on(joined, following):
            joined.append(word._replace(kind="and"))
        else:
            joined.append(word)
        here += 1
    return joined


def _goes_on(joined: list[Word], following: Word | None) -> bool:
    return bool(joined) and joined[-1].kind == "scale" and following is not None and following.kind == "foreign"  # fmt: skip


def _run(words: list[Word], here: int) -> int:
    """Where the row of number words ends that begins here; ``here`` where none of them is foreign."""
    end, foreign, position = here, False, here
    while position < len(words):
        word = words[position]
        thousand = position == here and word.text in foreign_numbers.THOUSANDS
        if word.kind in ("foreign", "one") or (thousand and not _follows_number(words, here)):
            foreign = foreign or word.kind == "foreign"
            position += 1
            end = position
        elif position > here and (word.kind == "-" or word.text in foreign_numbers.JOINTS):
            position += 1
        else:
            break
    return end if foreign else here


def _follows_number(words: list[Word], here: int) -> bool:
    return here > 0 and words[here - 1].kind in ("figure", "one", "scale", "foreign")


def _one_of(run: list[Word], following: list[Word], before: list[Word]) -> Word:
    numbers = [word for word in run if word.kind in ("foreign", "one", "scale")]
    total = foreign_numbers.folded([int(word.value) for word in numbers])
    scaled = any(word.kind == "scale" for word in (*following, *before))
    sure = len(numbers) > 1 or scaled or foreign_numbers.stands_alone(run[0].text, total)
    last = run[-1]
    return Word("one" if sure else "other", Fraction(total), run[0].start, last.end, run[0].text)


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
