"""The words of the calendar in a dozen languages, in lower case and without accents."""

from datetime import date, timedelta

from slm_harness.grading.word_list import words_of

_MONTHS = """
january jan januar janvier janv enero ene gennaio gen janeiro januari jaenner janner
february feb februar febr fevrier fevr febrero febbraio fevereiro fev februari
march mar marz maerz mars marzo marco maart mrt mrz
april apr avril avr abril abr aprile
may mai mayo maggio mag maio mei
june jun juni juin junio giugno giu junho
july jul juli juillet juil julio luglio lug julho
august aug aout agosto augustus augusti
september sep sept septembre septiembre settembre setembro
october oct oktober okt octobre octubre ottobre ott outubro
november nov novembre noviembre novembro
december dec dezember dez decembre diciembre dic dicembre dezembro desember
"""
_MORE_MONTHS = """
stycznia ledna ianuarie tammikuuta ocak января ιανουαριου
lutego unora februarie helmikuuta subat февраля φεβρουαριου
marca brezna martie maaliskuuta marts maret марта μαρτιου
kwietnia dubna aprilie huhtikuuta nisan апреля απριλιου
maja kvetna toukokuuta mayis maj мая μαιου
czerwca cervna iunie kesakuuta haziran июня ιουνιου
lipca cervence iulie heinakuuta temmuz июля ιουλιου
sierpnia srpna elokuuta agustos agustus августа αυγουστου
wrzesnia zari septembrie syyskuuta eylul сентября σεπτεμβριου
pazdziernika rijna octombrie lokakuuta ekim октября οκτωβριου
listopada listopadu noiembrie marraskuuta kasim ноября νοεμβριου
grudnia prosince decembrie joulukuuta aralik декабря δεκεμβριου
"""
"""Polish, Czech, Romanian, Finnish, Turkish, Russian and Greek: read beside a day or a year only, as some are names or words elsewhere."""


def _numbered(table: str) -> dict[str, int]:
    lines = enumerate(table.strip().splitlines(), start=1)
    return {word: number for number, line in lines for word in line.split()}


LONE_MONTHS = _numbered(_MONTHS)
"""Months that are read as such also where they stand alone."""
MONTHS = LONE_MONTHS | _numbered(_MORE_MONTHS)
ENGLISH_MONTHS = tuple(line.split()[0] for line in _MONTHS.strip().splitlines())

_WEEKDAYS = """
monday montag lundi lunes lunedi segunda-feira maandag mon mandag poniedzialek pondeli maanantai maanantaina
tuesday dienstag mardi martes martedi terca-feira dinsdag tue tues tirsdag tisdag wtorek utery tiistai tiistaina
wednesday mittwoch mercredi miercoles mercoledi quarta-feira woensdag wed onsdag sroda streda keskiviikko keskiviikkona
thursday donnerstag jeudi jueves giovedi quinta-feira donderdag thu thur thurs torsdag czwartek ctvrtek torstai torstaina
friday freitag vendredi viernes venerdi sexta-feira vrijdag fri fredag piatek patek perjantai perjantaina
saturday samstag sonnabend samedi sabado sabato zaterdag lordag lørdag sobota lauantai lauantaina
sunday sonntag dimanche domingo domenica zondag sondag søndag niedziela nedele sunnuntai sunnuntaina
"""
WEEKDAYS = {word: number - 1 for word, number in _numbered(_WEEKDAYS).items()}
ENGLISH_WEEKDAYS = tuple(line.split()[0] for line in _WEEKDAYS.strip().splitlines())

_ORDINAL_UNITS = words_of("first second third fourth fifth sixth seventh eighth ninth")
ORDINALS = {word: number for number, word in enumerate(_ORDINAL_UNITS, start=1)}
ORDINALS |= {
    word: number
    for number, word in enumerate(
        words_of(
            "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ),
        start=10,
    )
}
ORDINALS |= {
    f"twenty{mark}{word}": 20 + number
    for number, word in enumerate(_ORDINAL_UNITS, start=1)
    for mark in "- "
}
ORDINALS |= {
    "thirtieth": 30,
    "thirty-first": 31,
    "thirty first": 31,
    "premier": 1,
    "primero": 1,
    "primo": 1,
    "primeiro": 1,
}

SMALL = {
    word: number
    for number, word in enumerate(
        words_of(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        )
    )
} | {"a": 1, "an": 1, "couple": 2, "several": 0}

UNITS = {word: number for word, number in SMALL.items() if 1 <= number <= 9 and len(word) > 2}
"""One to nine, as they stand in "twenty twenty-four"."""
UNITS.pop("couple")

SEASONS = {
    "spring": (3, 5), "fruhjahr": (3, 5), "fruhling": (3, 5), "printemps": (3, 5), "primavera": (3, 5), "voorjaar": (3, 5),
    "summer": (6, 8), "sommer": (6, 8), "ete": (6, 8), "verano": (6, 8), "estate": (6, 8), "zomer": (6, 8),
    "autumn": (9, 11), "fall": (9, 11), "herbst": (9, 11), "automne": (9, 11), "otono": (9, 11), "autunno": (9, 11), "herfst": (9, 11),
    "winter": (12, 14), "hiver": (12, 14), "invierno": (12, 14), "inverno": (12, 14),
}  # fmt: skip
"""First and last month; past 12 is the next year."""

PARTS = {
    "early": "early", "beginning": "early", "start": "early", "anfang": "early", "debut": "early", "inizio": "early", "inizi": "early",
    "comienzos": "early", "principios": "early", "inicio": "early", "begin": "early",
    "mid": "mid", "middle": "mid", "mitte": "mid", "mi": "mid", "meta": "mid", "mediados": "mid", "meados": "mid", "midden": "mid", "half": "mid", "medio": "mid",
    "late": "late", "latter": "late", "later": "late", "end": "late", "ende": "late", "fin": "late", "fine": "late", "finales": "late", "fim": "late", "final": "late", "eind": "late", "close": "late",
}  # fmt: skip


def month_days(year: int, month: int) -> tuple[date, date] | None:
    """First and last day of a month; a month past 12 is one of the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9998:
        return None
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def day(year: int, month: int, number: int) -> date | None:
    """That day, or None where the calendar has none, or none that a text of today could mean."""
    if not 1000 <= year <= 9000:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def full_year(digits: str) -> int:
    """A year of four digits, or of two: 40-99 is of the last century."""
    value = int(digits)
    return value if len(digits) > 2 else value + (1900 if value >= 40 else 2000)


def part_of(earliest: date, latest: date, part: str) -> tuple[date, date]:
    """The early, middle or late third of a stretch of days.

    Of a month: to the 10th, 11th to 20th, from the 21st; of a year: to April, May to August, from September.
    """
    length = (latest - earliest).days + 1
    third = 10 if 28 <= length <= 31 else length // 3
    borders = earliest + timedelta(days=third), earliest + timedelta(days=2 * third)
    if length > 360:
        borders = earliest.replace(month=5), earliest.replace(month=9)
    if part == "early":
        return earliest, borders[0] - timedelta(days=1)
    if part == "mid":
        return borders[0], borders[1] - timedelta(days=1)
    return borders[1], latest


def nth_of(earliest: date, latest: date, unit: str, number: int) -> tuple[date, date] | None:
    """The first, second, ... or last (-1) week, weekend, half, day or weekday of a stretch of days.

    Weeks of a month are its seven days each, weeks of a year those of the calendar (ISO 8601).
    """
    if unit == "half":
        middle = earliest + timedelta(days=14)
        return (earliest, middle) if number == 1 else (middle + timedelta(days=1), latest)
    if unit in ("week", "days") and (latest - earliest).days > 360:
        weeks = date(earliest.year, 12, 28).isocalendar().week
        first = date.fromisocalendar(earliest.year, weeks if number < 0 else number, 1)
        return first, first + timedelta(days=6)
    step, length = (1, 1) if unit == "day" else (7, 7 if unit in ("week", "days") else 1)
    if unit.endswith(" days"):
        step = length = int(unit.removesuffix(" days"))
    first, last = earliest, latest - timedelta(days=length - 1)
    weekday = 5 if unit == "weekend" else WEEKDAYS.get(unit)
    if weekday is not None:
        first += timedelta(days=(weekday - first.weekday()) % 7)
        last -= timedelta(days=(last.weekday() - weekday) % 7)
    begin = last if number < 0 else first + timedelta(days=step * (number - 1))
    end = begin + timedelta(days=1 if unit == "weekend" else length - 1)
    return (begin, end) if begin <= last else None
