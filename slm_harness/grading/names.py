"""Grading names: all that are wanted, none that is wrong, each as asserted by the answer."""

import re

from slm_harness.grading import silence
from slm_harness.grading.clauses import clause_bounds, denied
from slm_harness.grading.expected import Names, Unstated
from slm_harness.grading.known_names import Known, known
from slm_harness.grading.organisations import Mention, mentions
from slm_harness.grading.places import ORGANISATION_WORD, stands_as_place
from slm_harness.grading.reading import Answer
from slm_harness.grading.roles import Named, asserted
from slm_harness.grading.verdict import Judgement, failed, passed

MAX_NAMES = 200
"""Most names whose role is looked at; nobody tells the role of more."""
_PERSON_BEFORE = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof(?:essor)?|ceo|cto|ciso|cio|cfo|executive|officer|president|director|manager|spokes\w+|chair\w*|founder|researcher|analyst|minister|commissioner|judge|attorney general)\.?,?\s+\Z",
    re.IGNORECASE,
)


def judge(expected: Names | Unstated, answer: Answer, question_id: str) -> Judgement:
    """Judge an answer that names organisations."""
    if isinstance(expected, Unstated):
        return _nobody(expected, answer, question_id)
    if answer.empty:
        return failed("an empty answer is wrong where the article has the fact")
    index = known(expected)
    found = _mentions(answer, index)
    told = _asserted(found, question_id)
    bad = [one for one in told if one.kind in ("wrong", "stranger")]
    got = {one.index for one in told if one.kind == "wanted"}
    denials = [one for text, one in found if one.kind == "wanted" and one.index not in got]
    missing = [name.name for i, name in enumerate(expected.names) if i not in got]
    if denials:
        return failed(f"it denies {denials[0].text}")
    if bad and bad[0].kind == "wrong":
        return failed(f"it asserts {bad[0].text}, which has another role in the article")
    if missing and not bad and silence.silent(answer.text):
        return failed("it says Unknown where the article names one")
    if missing and not found:
        return failed(
            f"no name that the label has was read; a description is not a name; {missing[0]} is missing"
        )
    if missing:
        also = f" and {bad[0].text} was read" if bad else ""
        return failed(f"{', '.join(missing)} is missing{also}")
    if bad:
        return failed(f"{bad[0].text} beside the right name is neither wanted nor neutral")
    others = _others(answer, question_id)
    if others:
        return failed(f"{others!r} beside the right name is more than the label names")
    return passed("every wanted name is asserted and no other")


_NOBODY: Known = known(Names(names=({"name": "\x00none"},)))


def _nobody(expected: Unstated, answer: Answer, question_id: str) -> Judgement:
    if answer.empty:
        return passed("an empty answer is right where there is nobody to name")
    texts = answer.items if answer.items is not None else (answer.text,)
    if all(silence.bare(text) or silence.none_word(text) or text == "0" for text in texts):
        return passed("it says that there is nobody to name")
    found = [(text, one) for text, one in _mentions(answer, _NOBODY) if not silence.bare(one.text)]
    told = _asserted(found, question_id)
    if answer.items is not None and any(not _says_none(text) for text, one in found if one in told):
        return failed(f"it names {told[0].text} where the article names nobody")
    unnamed = (
        None if expected.applies or _NO_ONE.search(answer.text) else _UNNAMED.search(answer.text)
    )
    if unnamed and not denied(answer.text, *unnamed.span()):
        return failed("it speaks of somebody without a name where there is nobody")
    if not told and any(denied(text, one.start, one.end) for text, one in found):
        but = _EXCEPTED.search(answer.text)
        if but:
            return failed(f"it names {but['name']} where the article names nobody")
        return passed("it says only who was not")
    says_none = _says_none(answer.text) and not _NONE_BUT_NAME.match(answer.text)
    if says_none and not (told and _EXCEPT.search(answer.text)):
        return passed("it says that there is nobody to name")
    if told:
        return failed(f"it names {told[0].text} where the article names nobody")
    if expected.applies and _UNNAMED.search(answer.text):
        return passed("it says that somebody was, and not who")
    return failed("it neither names nobody nor says Unknown")


def _says_none(text: str) -> bool:
    return bool(silence.silent(text) or _NO_ONE.search(text))


_NONE_BUT_NAME = re.compile(
    r"\A\W*(?i:none|no|unknown|n/a)\s*[,;:/\n-]\s*(?:[A-Z][\w'.-]*(?:\s+|\s*&\s*)?){1,5}\W*\Z"
)
"""None and yet a name: "None, Acme"."""
_UNNAMED = re.compile(
    r"\b(?:un(?:named|identified|known|disclosed|specified)|anonymous)\s+(?:[a-z-]+\s+){0,2}?(?:firm|company|supplier|vendor|contractor|provider|organi[sz]ation|hospital|bank|partner)s?\b"
    r"|\A\W*(?!(?:the|this)\s+(?:[a-z]+\s+)?(?:article|text|report|story|source)\b)(?:[a-z-]+\s+){1,5}(?:who|whom|which|that|whose)\b",
    re.IGNORECASE,
)
"""Somebody, although not by name: "a supplier that is not named", "an unnamed supplier"."""
_NO_ONE = re.compile(
    r"\A\W*(?:no\b|none\b|there (?:was|were|is|are) (?:no|none)\b|not any\b|nobody\b|kein\w*\b|aucun\w*\b|ningun\w*\b|nessun\w*\b|nenhum\w*\b|geen\b)|\bno (?:other |outside |external )?third[- ]part(?:y|ies)|\bno (?:outside|external|entity|entities|(?:data )?breach\b)|\bso (?:none|nobody|no one)\b",
    re.IGNORECASE,
)
_EXCEPTED = re.compile(
    r"\b(?i:except|save|besides|other than|apart from|but)\s+(?i:for\s+)?(?i:the\s+)?(?P<name>[A-Z][\w'-]*)"
)
_EXCEPT = re.compile(
    r"\b(?:but|except|however|although|though|other than|apart from|besides)\b|\bonly\s+(?:the\s+|an?\s+)?(?-i:[A-Z])",
    re.IGNORECASE,
)


def _mentions(answer: Answer, index: Known) -> list[tuple[str, Mention]]:
    texts = answer.items if answer.items is not None else (answer.text,)
    return [(text, one) for text in texts for one in mentions(text, index)]


def _asserted(found: list[tuple[str, Mention]], question_id: str) -> list[Mention]:
    """What is named in the role asked for; "via Acme and Bolt" sets both apart."""
    third = "third" in question_id
    told: list[Mention] = []
    apart: tuple[str, int] | None = None
    place: tuple[str, int] | None = None
    last: tuple[str, int] = ("", 0)
    for at, (text, one) in enumerate(found):
        if at == MAX_NAMES:
            return [*told, *(rest for _, rest in found[at:])]
        before_end = last[1] if last[0] is text else 0
        last = (text, one.end)
        joined = (
            apart is not None
            and apart[0] is text
            and one.kind != "wanted"
            and _AND.fullmatch(text[apart[1] : one.start])
            and not _PREDICATE.match(text, one.end)
        )
        after_place = place is not None and place[0] is text and place[1] == before_end
        if one.kind == "stranger" and _somewhere(text, one, after_place=after_place):
            place = (text, one.end)
            continue
        if (
            joined
            or (one.kind == "wanted" and _denied(text, one, third=third))
            or (one.kind != "wanted" and not _in_role(found, at, before_end, third=third))
            or _person_of(text, one, found)
        ):
            apart = (text, one.end)
        else:
            told.append(one)
            apart = None
    return told


def _in_role(found: list[tuple[str, Mention]], at: int, before_end: int, *, third: bool) -> bool:
    """Whether a name that is not wanted is asserted in the role asked for."""
    text, one = found[at]
    if text[one.end : one.end + 1] == ":" and (
        one.kind == "stranger" or _HEADS.match(text, one.end)
    ):
        return False
    if one.kind == "stranger" and _nobody_known(text, one):
        return False
    group_end = one.end
    for other, member in found[at + 1 :]:
        if other is not text or not _LISTED.fullmatch(text[group_end : member.start]):
            break
        group_end = member.end
    _, right = clause_bounds(text, one.start, group_end)
    follows = any(
        other is text and member.kind == "wanted" and member.start < right
        for other, member in found[at + 1 : at + 4]
    )
    return asserted(Named(text, one.start, one.end, group_end, before_end, follows), third=third)


_LISTED = re.compile(r"\s*(?:,|,?\s*(?:and|&|or|nor|und|et|y|og|och))\s*(?:the\s+)?", re.IGNORECASE)


def _somewhere(text: str, one: Mention, *, after_place: bool) -> bool:
    before = text[max(0, one.start - 60) : one.start]
    return stands_as_place(text, one.start, one.end, before, after_place=after_place)


_AND = re.compile(r"\s+(?:(?:and|&)\s+(?:the\s+|its\s+)?)?")
_PREDICATE = re.compile(r"\s+(?:was|were|is|are|has|had|have|suffered)\b")
_OF = re.compile(r"(?:\s+[^\W\d_][\w.'-]+){0,2},?\s+(?:of|from|at)\s+(?:the\s+)?")


def _person_of(text: str, one: Mention, found: list[tuple[str, Mention]]) -> bool:
    """Whether an unknown name is that of somebody of a firm that is wanted: "Ann Lee of Acme"."""
    link = _OF.match(text, one.end) if one.kind == "stranger" else None
    if link is None or ORGANISATION_WORD.search(text[one.start : link.end()]):
        return False
    return any(
        other is text and mention.kind == "wanted" and mention.start == link.end()
        for other, mention in found
    )


_FIRMS = r"(?:agents?|clients|customers|companies|firms|organi[sz]ations|businesses|institutions|vendors|suppliers|partners|subsidiaries|brands|units|operators|entities|fleets)"
_OTHERS = re.compile(
    rf"(?:\b(?:and|plus|also|with)\b|,)[^.;\n]{{0,40}}?(?<!no )\bother\s+(?:[a-z\d]+\s+){{0,2}}?{_FIRMS}\b",
    re.IGNORECASE,
)
_ANONYMOUS = re.compile(rf"\A\W*\d[\d,]*\s+(?:[a-z]+\s+){{0,2}}{_FIRMS}\W*\Z")
_NAMELESS = re.compile(
    rf"(?:\b(?:and|plus)|,)\s+(?:(?:an?|another|the|one|two|its)\s+)?(?:unnamed|unidentified|unknown|undisclosed|unspecified)\s+(?:[a-z]+\s+)?(?:firm|company|supplier|vendor|(?:sub)?contractor|provider|organi[sz]ation|{_FIRMS})\b"
)
_BYSTANDERS = re.compile(
    r"(?:\A|\band\b|[&+]|,(?!\s*an?\b))\W*(?:(?:the|an?|its|their|unknown|unnamed|cyber|local|state|federal|national|data protection|[A-Z][a-z]+)\s+){0,3}"
    r"(?i:attackers?|hackers?|(?:cyber)?criminals?|thie(?:f|ves)|intruders?|police|law enforcement|regulators?|watchdog|prosecutors?|authorities|lawyers|law firm|insurers?|auditors?|patients|customers|clients|employees|staff|members|users|subscribers|victims|researchers?|journalists?|forensics? (?:firm|experts?|team))"
    r"\W*(?:\Z|[,;]|\band\b)",
)
"""Whoever is no third party by its role, as an entry of a list."""


def _others(answer: Answer, question_id: str) -> str:
    """Somebody without a name beside those that have one: "Acme and 340 other customers of Bolt"."""
    for text in answer.items if answer.items is not None else (answer.text,):
        more = _OTHERS.search(text)
        if more and not denied(text, *more.span()):
            return more[0].strip(" ,")
        if answer.items is not None and len(answer.items) > 1 and _ANONYMOUS.match(text):
            return text
        nameless = _NAMELESS.search(text)
        if nameless and not denied(text, *nameless.span()):
            return nameless[0].strip(" ,")
        role = _BYSTANDERS.search(text) if "third" in question_id else None
        if role and not denied(text, *role.span()):
            return role[0].strip(" ,")
    return ""


def _denied(text: str, one: Mention, *, third: bool) -> bool:
    """Whether the answer names a right organisation only to say that it was not, or whose supplier it has."""
    if denied(text, one.start, one.end) or _CLEARED.match(text, one.end):
        return True
    return not third and _only_a_client(text, one)


_CLEARED = re.compile(
    r"\s+(?:(?:has|have|had)\s+nothing\s+to\s+do\b|(?:was|were|is|are|has been)\s+(?:cleared|innocent|untouched|unharmed|spared)\b)"
)
"""Behind a name: it was not that one."""


_HEADS = re.compile(r":\s*(?:(?:none|no|nobody|n/a|unknown|nil|not)\b|[A-Z])", re.IGNORECASE)
"""After a known name: it is the heading of what follows, as in "At Acme: none"."""


_CLIENT_BEFORE = re.compile(
    r"\b(?:supplier|vendor|provider|contractor|processor|partner|client|customer)s?\s+(?:of|to|for)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_USER_BEFORE = re.compile(
    r"[^\W\d_]'s?\s+(?:[a-z]+[\s-]+){0,3}(?:software|product|platform|tool|service|app|system|plug-?in)s?,?\s+(?:which (?:is|was)\s+|that (?:is|was)\s+)?(?:used|licensed|bought|rented|run) by\s+(?:the\s+)?\Z"
)
"""Before the right entity: what somebody else makes and it only uses."""
_CLIENT_AFTER = re.compile(
    r"\A(?:'s)?\s+(?:[a-z]+[\s-]+){0,3}(?:supplier|vendor|provider|contractor|processor|partner|subsidiary|client|customers?,?(?=\s+(?-i:[A-Z])))s?\b(?!\s+(?!(?:of|was|is|were|has|and|in|by|that|which|who|for|called|named|company|firm)\b)(?-i:[a-z]))",
    re.IGNORECASE,
)


def _only_a_client(text: str, one: Mention) -> bool:
    """Whether the right entity is named only to say whose supplier another firm is."""
    owner = text[one.end - 2 : one.end].casefold() == "'s" or text[one.end : one.end + 2] == "'s"
    if _CLIENT_BEFORE.search(text[max(0, one.start - 40) : one.start]):
        return True
    if _USER_BEFORE.search(text[max(0, one.start - 100) : one.start]):
        return True
    return owner and bool(_CLIENT_AFTER.match(text[one.end :]))


def _nobody_known(text: str, one: Mention) -> bool:
    """Whether an unknown capitalised stretch is a person or the first word of a sentence."""
    left, _ = clause_bounds(text, one.start, one.end)
    before = text[max(left, one.start - 80) : one.start]
    if _PERSON_BEFORE.search(before):
        return True
    alone = " " not in one.text and not before.strip(" .(\"'")
    return alone and bool(
        re.match(r"\s+(?!was\b|were\b|is\b|and\b|has\b|had\b|suffered\b)[a-z]", text[one.end :])
    )
