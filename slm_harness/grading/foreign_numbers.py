"""Number words of German, Dutch, Italian, Spanish, French and Portuguese, for ``number_words``.

German, Dutch and Italian write a number as one word ("zwolftausendvierhundert"), the others in several
("doce mil cuatrocientos"). Words are in lower case without accents, as all that the graders read.
"""

from functools import lru_cache

from slm_harness.grading.word_list import words_of


def _listed(start: int, step: int, names: str) -> dict[str, int]:
    return {
        word: start + step * position
        for position, names_of_one in enumerate(words_of(names))
        for word in names_of_one.split("/")
    }


def _inverted(ones: dict[str, int], tens: dict[str, int], joint: str) -> dict[str, int]:
    """Twenty-one as "one and twenty"."""
    joined = {
        f"{one}{joint}{ten}": value + tens[ten]
        for ten in tens
        for one, value in ones.items()
        if 0 < value < 10
    }
    return ones | tens | joined


_GERMAN = _inverted(
    _listed(
        1,
        1,
        "ein/eins/eine zwei drei vier funf/fuenf sechs sieben acht neun zehn elf zwolf/zwoelf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn",
    ),
    _listed(20, 10, "zwanzig dreissig vierzig funfzig/fuenfzig sechzig siebzig achtzig neunzig"),
    "und",
)
_DUTCH = _inverted(
    _listed(
        1,
        1,
        "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
    ),
    _listed(20, 10, "twintig dertig veertig vijftig zestig zeventig tachtig negentig"),
    "en",
)
_ITALIAN_ONES = _listed(1, 1, "un/uno/una due tre quattro cinque sei sette otto nove")
_ITALIAN_TENS = _listed(20, 10, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_ITALIAN = (
    _ITALIAN_ONES
    | _listed(
        10,
        1,
        "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
    )
    | _ITALIAN_TENS
    | {
        (ten[:-1] if one in ("un", "uno", "otto") else ten) + one: _ITALIAN_TENS[ten] + value
        for ten in _ITALIAN_TENS
        for one, value in _ITALIAN_ONES.items()
    }
)
_COMPOUNDING = (
    (_GERMAN, ("tausend",), ("hundert",), "und"),
    (_DUTCH, ("duizend",), ("honderd",), "en"),
    (_ITALIAN, ("mila", "mille"), ("cento",), ""),
)
_SPACED = (
    _listed(
        1,
        1,
        "uno/una dos/deux/dois/duas tres/trois cuatro/quatre/quatro cinco/cinq seis/six siete/sept/sete ocho/huit/oito nueve/neuf/nove diez/dix/dez once/onze doce/douze/doze trece/treize/treze catorce/quatorze quince/quinze dieciseis/seize/dezesseis/dezasseis diecisiete/dezessete/dezassete dieciocho/dezoito diecinueve/dezenove/dezanove",
    )
    | _listed(
        20,
        10,
        "veinte/vingt/vingts/vinte treinta/trente/trinta cuarenta/quarante/quarenta cincuenta/cinquante/cinquenta sesenta/soixante/sessenta setenta/septante ochenta/octante/oitenta noventa/nonante",
    )
    | _listed(
        21,
        1,
        "veintiuno/veintiun/veintiuna veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve",
    )
    | _listed(
        100,
        100,
        "cien/ciento/cent/cents/cem/cento doscientos/doscientas/duzentos/duzentas trescientos/trescientas/trezentos/trezentas cuatrocientos/cuatrocientas/quatrocentos/quatrocentas quinientos/quinientas/quinhentos/quinhentas seiscientos/seiscientas/seiscentos/seiscentas setecientos/setecientas/setecentos/setecentas ochocientos/ochocientas/oitocentos/oitocentas novecientos/novecientas/novecentos/novecentas",
    )
)
HALVES = frozenset(words_of("halbe halben demi medio mezzo meio halve"))
ARTICLES = frozenset(words_of("un une una uno ein eine einer einen een um uma"))
"""Words for "a" that make a number of the scale after them: "un million"."""
JOINTS = frozenset(words_of("y e et und en"))
THOUSANDS = frozenset(words_of("mil mille tausend duizend"))
_MAX_LETTERS = 60


def _below_hundred(word: str, small: dict[str, int], joint: str) -> int | None:
    if not word:
        return 0
    return small.get(word, small.get(word.removeprefix(joint)) if joint else None)


def _part(
    word: str, small: dict[str, int], marks: tuple[str, ...], joint: str
) -> tuple[str, str] | None:
    for mark in marks:
        if mark in word:
            head, _, tail = word.partition(mark)
            return head, tail
    return None


def _hundreds(word: str, small: dict[str, int], marks: tuple[str, ...], joint: str) -> int | None:
    parts = _part(word, small, marks, joint)
    if parts is None:
        return _below_hundred(word, small, joint)
    head = small.get(parts[0]) if parts[0] else 1
    tail = _below_hundred(parts[1], small, joint)
    return None if head is None or head > 9 or tail is None else 100 * head + tail


@lru_cache(maxsize=2048)
def value(word: str) -> int | None:
    """What a word of a number, or a number written as one word, comes to; None for any other word."""
    return _SPACED.get(word) or _compound(word)


def _compound(word: str) -> int | None:
    if len(word) > _MAX_LETTERS or word in ARTICLES or word in THOUSANDS:
        return None
    for small, thousands, hundreds, joint in _COMPOUNDING:
        parts = _part(word, small, thousands, joint)
        head, tail = parts if parts else ("", word)
        left = _hundreds(head, small, hundreds, joint) if head else int(parts is not None)
        right = _hundreds(tail, small, hundreds, joint)
        if left is not None and right is not None and left + right > 0:
            return 1000 * left + right
    return None


def folded(values: list[int]) -> int:
    """What several such words come to: "quatre-vingt-dix", "deux cent trente", "mille deux cents"."""
    thousands = total = 0
    for value in values:
        if value >= 1000:
            thousands += value
        elif value == 100 and 1 < total < 10:
            total *= value
        elif value == 20 and total % 100 == 4:
            total += 76
        else:
            total += value
    return thousands + total


def stands_alone(word: str, value: int) -> bool:
    """Whether one such word is surely a number: "once" and "due" are other words too, and "per cent"."""
    return value >= 20 and word not in ("cent", "cents")
