"""The words of the calendar in seven languages, in lower case and without accents."""

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
august aug aout agosto augustus
september sep sept septembre septiembre settembre setembro
october oct oktober okt octobre octubre ottobre ott outubro
november nov novembre noviembre novembro
december dec dezember dez decembre diciembre dic dicembre dezembro
"""
MONTHS = {
    word: number
    for number, line in enumerate(_MONTHS.strip().splitlines(), start=1)
    for word in line.split()
}

_WEEKDAYS = """
monday montag lundi lunes lunedi segunda-feira maandag mon
tuesday dienstag mardi martes martedi terca-feira dinsdag tue tues
wednesday mittwoch mercredi miercoles mercoledi quarta-feira woensdag wed
thursday donnerstag jeudi jueves giovedi quinta-feira donderdag thu thur thurs
friday freitag vendredi viernes venerdi sexta-feira vrijdag fri
saturday samstag sonnabend samedi sabado sabato zaterdag
sunday sonntag dimanche domingo domenica zondag
"""
WEEKDAYS = {
    word: number
    for number, line in enumerate(_WEEKDAYS.strip().splitlines())
    for word in line.split()
}

_UNITS = words_of("first second third fourth fifth sixth seventh eighth ninth")
ORDINALS = {word: number for number, word in enumerate(_UNITS, start=1)}
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
    for number, word in enumerate(_UNITS, start=1)
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
    "late": "late", "end": "late", "ende": "late", "fin": "late", "fine": "late", "finales": "late", "fim": "late", "final": "late", "eind": "late", "close": "late",
}  # fmt: skip


def month_days(year: int, month: int) -> tuple[date, date] | None:
    """First and last day of a month; a month past 12 is one of the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9998:
        return None
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def day(year: int, month: int, number: int) -> date | None:
    """That day, or None where the calendar has none."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def full_year(digits: str) -> int:
    """A year of four digits, or of two: 70-99 is of the last century."""
    value = int(digits)
    return value if len(digits) > 2 else value + (1900 if value >= 70 else 2000)


def part_of(earliest: date, latest: date, part: str) -> tuple[date, date]:
    """The early, middle or late third of a stretch of days; of a month: to the 10th, 11th to 20th, from the 21st."""
    length = (latest - earliest).days + 1
    third = 10 if 28 <= length <= 31 else length // 3
    if part == "early":
        return earliest, earliest + timedelta(days=third - 1)
    if part == "mid":
        return earliest + timedelta(days=third), earliest + timedelta(days=2 * third - 1)
    return earliest + timedelta(days=2 * third), latest
