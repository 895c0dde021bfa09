"""Capitalised names in the text, with the several forms of one name put together."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from slm_harness.breach.cues import DATA, PEOPLE
from slm_harness.breach.prose import Page

MAX_MENTIONS = 3000

_SAINT = r"(?:Children|Women|Men|People|Veterans|King|Queen|St\.? [A-Z]\w+)[’']s"
_CAP = (
    rf"(?:{_SAINT}|(?:[A-Z]|[a-z]{{1,2}}[A-Z]|[0-9]{{1,4}}[a-z]{{0,4}}[A-Z])\w*"
    r"(?:[.&][A-Za-z]\w*|-\w+|[’'](?!s\b)[A-Za-z]\w*)*)"
)
_NAME = re.compile(
    rf"(?<![\w’'])(?:St\.? )?{_CAP}(?: (?:(?:& |of (?:the )?|for |de )?{_CAP}|plc|gmbh))*"
    r"(?: Inc\.|"
    rf" Co\.| Ltd\.| Corp\.)?"
)
_OPENERS_TEXT = """
    the a an in on at by for from to of and but or so if as when while after before since until
    although though because with without under over this that these those it its he his she her
    they their we our you your i no not nor yes some many most all both each every few more less
    other another such one two three four five six seven eight nine ten who what where why how
    which there here then now also even only just still yet however meanwhile earlier later last
    next first second third mr mrs ms miss dr prof professor sir dame lord lady sen rep gov
    president superintendent judge detective inspector sergeant officer chief minister
    councillor monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec monday's ex former about nearly almost around personal hackers
    customers patients staff police security researchers investigators officials experts members
    anyone nobody neither none according among during between within criminals attackers data
    title unknown
"""
_OPENERS = frozenset(_OPENERS_TEXT.split())
_NOT_NAMES_TEXT = """
    IT CEO CTO CIO CISO CFO HR PR PIN PAN ID IDs DNA VPN SQL API URL PDF CSV GDPR HIPAA CCPA
    DPDP AI UK US USA U.S U.K EU UN MP MPs AGM Q1 Q2 Q3 Q4 PII SSN SSNs MFA SIM SMS USB GPS CV
    CVs WhatsApp Telegram Bitcoin Christmas Easter Covid COVID Britain England Scotland Wales
    Ireland America India China Russia Europe Australia Canada Germany France London Manchester
    Birmingham Mumbai Delhi Bengaluru Bangalore Chennai Hyderabad Kolkata Pune Dublin Paris
    Berlin Sydney Toronto Washington Texas California Florida Maine York Manila British American
    Indian Russian Chinese North South East West Aadhaar Excel Internet Web Windows Linux
    Android iPhone iOS Wi-Fi Twitter Facebook LinkedIn X Yes No Google Parliament Congress
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())
_OUTSIDE = re.compile(
    r"\b(?:Information Commissioner|ICO|Commissioner|Commission|Attorney[- ]General|Court|FBI"
    r"|Secret Service|SEC|FTC|HHS"
    r"|CISA|NCSC|CERT|CERT-In|Interpol|Europol|NCA|National Crime Agency|National Cyber|Cyber"
    r" Security Cent(?:re|er)"
    r"|Justice|Reserve Bank|RBI|SEBI|Regulator\w*|Ombudsman|Action Fraud|Data Protection|DPC|OAIC"
    r"|CNIL|Homeland|Maharashtra Cyber"
    r"|Financial Conduct|FCA|Prudential|Social Security|National Insurance|Act|Gazette|Times|Post"
    r"|Guardian|Reuters|BBC|Herald"
    r"|Tribune|Journal|Bloomberg|TechCrunch|Daily|Telegraph|Chronicle|Courier|Observer|Crime Unit"
    r"|Cyber Cell|Lawyers|LLP"
    r"|Solicitors|Stock Exchange|Crown|Senate|Union|Grand Jury|DPA|Police|Constabulary|Sheriff)\b"
)
_INSTITUTION = re.compile(
    r"(?:Universit|Bank|Port|City|Ministr|Department|College|Church|Institut|Board|Dioces|County"
    r"|Schools?$|Museum|Town"
    r"|Academ|Societ|Associat|Federat|House|Royal|State|Kingdom|Borough|Hospital|Trust|Guild"
    r"|Council|Cent|Office|Bureau"
    r"|Friends|Order|Republic|District|Chamber|Librar|Confederat|Union|Compan|Brotherhood|Village"
    r"|Foundation|Agenc|Court)"
)
_ROLE = re.compile(
    r"^,? (?:(?:[a-z]+ ){0,3}|[0-9]{2},|aged )(?:(?:the|a|an|its|their|his|her|who|whose)"
    r" )?(?:[\w’'-]+ ){0,4}?"
    r"(?:chief|director|officer|spokes\w+|head|manager|minister|analyst|researcher|president"
    r"|chair\w*|lawyer|solicitor"
    r"|professor|secretary|founder|mother|father|customer|patient|resident|expert|master"
    r"|vice-chancellor|principal|boss"
    r"|editor|barrister|consultant|leader|author|judge|led)\b"
)
_AGE = re.compile(r"^, [0-9]{2},")
_PERSON_BEFORE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Judge|Lord|Lady|Superintendent|Inspector"
    r"|Sergeant|Minister|Officer|Councillor"
    r"|executive|director|officer|spokes\w+|analyst|researcher|minister|secretary|president"
    r"|chair\w*|founder|head|manager"
    r"|vice-chancellor|boss|lawyer|named|customer|patient)\.?,? $|[,”\"’'] (?:said|says|added"
    r"|wrote) $"
)
_ORG_WORD = re.compile(
    r"\b(?:Ltd|Limited|plc|PLC|Inc|LLC|LLP|Corp\w*|Co|GmbH|AG|SA|NV|BV|AB|Pvt|Pty|Hospitals?"
    r"|University|College|Council|Bank|Group|Health\w*"
    r"|Systems|Technolog\w+|Software|Trust|Air\w*|Insurance|Schools?|District|County|City"
    r"|Department|Agency|Services?|Foundation"
    r"|Society|Clinics?|Water|Energy|Telecom\w*|Media|Solutions|Networks?|Authority|Board|Partners"
    r"|Logistics|Retail|Dental|Medical"
    r"|Pharma\w*|Labs?|Infotech|Online|Digital|Finance|Financial|Capital|Holdings|Industries"
    r"|International|Association|Institute"
    r"|Museum|Library|Hotels?|Stores?|Mobile|Motors|Foods|Care|Cent(?:re|er)|Club|Church|Charity"
    r"|Housing|Homes|Cloud|Data|Security)\b"
)


@dataclass(frozen=True)
class Naming:
    """One occurrence of an organisation's name."""

    name: str
    """The fullest form of the name that the article uses."""
    sentence: int
    before: str
    after: str


def is_outside(name: str) -> bool:
    """Whether the name is that of police, a court, a regulator, a newspaper or a law firm."""
    return bool(_OUTSIDE.search(name))


def looks_like_organisation(name: str) -> bool:
    """Whether a word of the name is one that organisations have."""
    return bool(_ORG_WORD.search(name))


def namings(page: Page) -> list[Naming]:
    """Every occurrence of what is probably an organisation, in the body of the page."""
    raw = _raw(page)
    people = {name for name, *_, person in raw if person}
    surnames = {name.split()[-1] for name in people}
    inside = {name for name, _, _, _, opens, _ in raw if not opens}
    lower = {
        word for sentence in page.sentences for word in re.findall(r"\b[a-z]{3,20}\b", sentence)
    }
    kept = [
        (name, at, before, after)
        for name, at, before, after, opens, _ in raw
        if name not in people
        and name not in surnames
        and (
            not opens or name in inside or (name.lower() not in lower and _opens_well(name, after))
        )
    ]
    full = _full_names([name for name, *_ in kept], page)
    return [Naming(full.get(name, name), at, before, after) for name, at, before, after in kept]


_Raw = tuple[str, int, str, str, bool, bool]


def _raw(page: Page) -> list[_Raw]:
    found: list[_Raw] = []
    for at, sentence in enumerate(page.sentences):
        for name, start, end in _in_sentence(sentence):
            before, after = sentence[max(0, start - 110) : start], sentence[end : end + 150]
            words = len(name.split())
            person = words in (2, 3) and not _ORG_WORD.search(name) and _is_person(before, after)
            person = person or (
                words == 1 and bool(re.search(r"\b(?:Mr|Mrs|Ms|Dr|Professor)\.? $", before))
            )
            opens = words == 1 and not before.strip("\"'“‘([ ")
            found.append((name, at, before, after, opens, person))
            if len(found) >= MAX_MENTIONS:
                return found
    return found


def _is_person(before: str, after: str) -> bool:
    return bool(
        _PERSON_BEFORE.search(before)
        or _AGE.match(after)
        or (after[:1] == "," and _ROLE.match(after))
    )


def _opens_well(name: str, after: str) -> bool:
    return bool(re.match(r"(?:[’']s?)? [a-z]|, [a-z]", after)) and len(name) > 2


def _in_sentence(sentence: str) -> Iterator[tuple[str, int, int]]:
    for match in _NAME.finditer(sentence):
        words, start = match[0].split(" "), match.start()
        while words and words[0].strip(".").lower() in _OPENERS | {"of", "for", "&"}:
            start += len(words.pop(0)) + 1
        start += _cut_at_of(words)
        while words and words[-1].lower() in _OPENERS:
            words.pop()
        name = " ".join(words)
        if len(name) > 1 and name.strip(".") not in _NOT_NAMES and len(name) <= 120:
            yield name, start, start + len(name)


def _cut_at_of(words: list[str]) -> int:
    """Keep "University of X"; make of "Clients of X" X, and of "X Ltd of Atlanta" X Ltd.

    Returns:
        How many characters were cut off in front.
    """
    if "of" not in words or (at := words.index("of")) == 0 or _INSTITUTION.match(words[at - 1]):
        return 0
    front = words[: at + 1]
    if at == 1 and (PEOPLE.fullmatch(front[0]) or DATA.fullmatch(front[0])):
        del words[: at + 1]
        return len(" ".join(front)) + 1
    del words[at:]
    return 0


def _full_names(names: list[str], page: Page) -> dict[str, str]:
    """Short form to full form: the short one is the first words of the full one, or its letters."""
    full: dict[str, str] = {}
    counts = Counter(names)
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        words = name.split()
        for many in range(1, len(words)):
            if " ".join(words[:many]) in counts:
                full.setdefault(" ".join(words[:many]), name)
    for sentence in page.sentences:
        for match in re.finditer(r"([A-Z][\w’'& -]{3,90}) \(([A-Z][A-Za-z&]{1,9})\)", sentence):
            long = next((name for name in _suffixes(match[1]) if name in counts), None)
            if long and match[2] in counts:
                full.setdefault(match[2], long)
    return {short: full.get(long, long) for short, long in full.items()}


def _suffixes(text: str) -> Iterator[str]:
    words = text.split()
    for at in range(len(words)):
        yield " ".join(words[at:])
