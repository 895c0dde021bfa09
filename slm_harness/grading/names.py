"""Grading names: all that are wanted, none that is wrong, each as asserted by the answer."""

import re

from slm_harness.grading import silence
from slm_harness.grading.clauses import clause_bounds, denied
from slm_harness.grading.common_words import REGIONS
from slm_harness.grading.expected import Names, Unstated
from slm_harness.grading.organisations import Known, Mention, known, mentions
from slm_harness.grading.reading import Answer
from slm_harness.grading.silence import plain
from slm_harness.grading.verdict import Judgement, failed, passed

_ASIDE_BEFORE = re.compile(
    r"\b(?:by|according to|told|(?:report|disclos|notif|complain)\w*\s+(?:[a-z]+\s+){0,4}(?:to|with)|reported to|reports? (?:by|from|to)|notified|informed|alerted|said|says|hired|engaged|investigators? from|attributed to|published (?:by|in)|"
    r"(?:unit|subsidiary|division|part|arm|brand|client|customer|parent|owner|member|competitor|affiliate|property)s?(?: company)?,?(?: of| to| for)?|"
    r"(?:found|discovered|spotted|noticed|detected|flagged|identified|reported|disclosed) by\s+(?:[^\W\d][\w'-]*\s+){1,5}(?:of|from|at)|"
    r"owned by|run by|on behalf of|lawyers? (?:at|from)|law firm|regulator|newspaper|gang|group|hackers?|attackers?|researchers? (?:at|from|of)|firm hired)"
    r"(?::\s*|\s+)(?:the\s+|a\s+|its\s+)?(?:(?!and\b|or\b)[a-z]+[\s-]+){0,3}[\"'(]?\Z"
)
_NO_ENTITY_BEFORE = re.compile(
    r"\b(?:via|through|using|(?:supplier|vendor|provider|contractor|partner|maker|processor|host)s?(?: company)?,?(?: of| to| for)?)(?::\s*|\s+)(?:the\s+|a\s+|its\s+)?(?:(?!and\b|or\b)[a-z]+[\s-]+){0,3}[\"'(]?\Z"
)
"""Before an organisation: it is a third party, not the one that was breached."""
_PRODUCT_AFTER = re.compile(
    r"\s+(?:servers?|software|platform|app|cloud|databases?|vulnerability|flaw|bug|account)\b"
)
_NO_THIRD_PARTY_BEFORE = re.compile(
    r"\b(?:in|of|for|to|against|on|behind|at|with|advis\w+|represent\w+|help\w+|serv(?:es|ed|ing)|suppl(?:y|ies|ied|ying))\s+(?:the\s+|a\s+)?\Z"
)
"""Before an organisation: it is the one that was breached or served, not a third party."""
_ASIDE_AFTER = re.compile(
    r"\A[\"')]*\s*(?:,?\s*(?:which|who|that)\s+)?(?:also\s+)?(?:said|says|told|wrote|reports?|reported (?:on|that|the)|claimed|claims|investigat\w+|is investigating|first reported|(?:was|were|is|are|has been|have been|had been)\s+(?:also\s+|later\s+|then\s+)?(?:hired|engaged|brought in|called in|notified|informed|alerted|retained|appointed|contacted|asked|investigating)|helped investigate|assisted|conducted|carried out the investigation|"
    r"(?:breached|attacked|hacked|hit|stole|accessed|infiltrated|compromised|targeted|exploited|broke into|breaks into)\s+(?!by\b|in\b|and\b|on\b|last\b|this\b|during\b)\w"
    r"|gang\b|hackers?\b|ransomware\b|(?:,|\()\s*(?:the|an?|its)?\s*(?:[a-z]+\s+){0,2}(?:attackers?|hackers?|gang|regulator|parent|owner|newspaper|publisher|law firm|researchers?|ransomware group)\b)"
)
_OWNED = re.compile(r"\A'?s?'\s+(?:[a-z]+[\s-]+){0,4}[a-z]+")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|near|based in|across|outside|around|headquartered in|of|location:|city:|country:|town:)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
_PERSON_BEFORE = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof(?:essor)?|ceo|cto|ciso|cio|cfo|executive|officer|president|director|manager|spokes\w+|chair\w*|founder|researcher|analyst|minister|commissioner|judge|attorney general)\.?,?\s+\Z",
    re.IGNORECASE,
)
_ORGANISATION_WORD = re.compile(
    r"\b(?:bank|university|college|council|group|hospital|trust|inc|ltd|plc|corp|company|services?|systems?|holdings?|technologies|solutions|software|health|insurance|school|district|city of|county|agency|department|ministry)\b",
    re.IGNORECASE,
)


def judge(expected: Names | Unstated, answer: Answer, question_id: str) -> Judgement:
    """Judge an answer that names organisations."""
    if isinstance(expected, Unstated):
        return _nobody(answer, question_id)
    if answer.empty:
        return failed("an empty answer is wrong where the article has the fact")
    index = known(expected)
    found = _mentions(answer, index)
    asserted = _asserted(found, question_id)
    bad = [one for one in asserted if one.kind in ("wrong", "stranger")]
    got = {one.index for one in asserted if one.kind == "wanted"}
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


def _nobody(answer: Answer, question_id: str) -> Judgement:
    if answer.empty:
        return passed("an empty answer is right where there is nobody to name")
    texts = answer.items if answer.items is not None else (answer.text,)
    if all(silence.bare(text) or silence.none_word(text) for text in texts):
        return passed("it says that there is nobody to name")
    found = [(text, one) for text, one in _mentions(answer, _NOBODY) if not silence.bare(one.text)]
    asserted = _asserted(found, question_id)
    if answer.items is not None and any(
        not _says_none(text) for text, one in found if one in asserted
    ):
        return failed(f"it names {asserted[0].text} where the article names nobody")
    says_none = _says_none(answer.text) and not _NONE_BUT_NAME.match(answer.text)
    if says_none and not (asserted and _EXCEPT.search(answer.text)):
        return passed("it says that there is nobody to name")
    if asserted:
        return failed(f"it names {asserted[0].text} where the article names nobody")
    return failed("it neither names nobody nor says Unknown")


def _says_none(text: str) -> bool:
    return bool(silence.silent(text) or _NO_ONE.search(text))


_NONE_BUT_NAME = re.compile(
    r"\A\W*(?i:none|no|unknown|n/a)\s*[,;:/\n-]\s*(?:[A-Z][\w'.-]*(?:\s+|\s*&\s*)?){1,5}\W*\Z"
)
"""None and yet a name: "None, Acme"."""
_NO_ONE = re.compile(
    r"\A\W*(?:no\b|none\b|there (?:was|were|is|are) (?:no|none)\b|not any\b|nobody\b|kein\w*\b|aucun\w*\b|ningun\w*\b|nessun\w*\b|nenhum\w*\b|geen\b)|\bno (?:other |outside |external )?third[- ]part(?:y|ies)|\bno (?:outside|external)",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:but|except|however|although|though|other than|apart from|besides|only)\b", re.IGNORECASE
)


def _mentions(answer: Answer, index: Known) -> list[tuple[str, Mention]]:
    texts = answer.items if answer.items is not None else (answer.text,)
    return [(text, one) for text in texts for one in mentions(text, index)]


def _asserted(found: list[tuple[str, Mention]], question_id: str) -> list[Mention]:
    """What is named in the role asked for; "via Acme and Bolt" sets both apart."""
    asserted: list[Mention] = []
    apart: tuple[str, int] | None = None
    for text, one in found:
        joined = (
            apart is not None
            and apart[0] is text
            and one.kind != "wanted"
            and _AND.fullmatch(text[apart[1] : one.start])
            and not _PREDICATE.match(text, one.end)
        )
        if joined or _set_apart(text, one, question_id) or _person_of(text, one, found):
            apart = (text, one.end)
        else:
            asserted.append(one)
            apart = None
    return asserted


_AND = re.compile(r"\s+(?:(?:and|&)\s+(?:the\s+|its\s+)?)?")
_PREDICATE = re.compile(r"\s+(?:was|were|is|are|has|had|have|suffered)\b")
_OF = re.compile(r"(?:\s+[^\W\d_][\w.'-]+){0,2},?\s+(?:of|from|at)\s+(?:the\s+)?")


def _person_of(text: str, one: Mention, found: list[tuple[str, Mention]]) -> bool:
    """Whether an unknown name is that of somebody of a firm that is wanted: "Ann Lee of Acme"."""
    link = _OF.match(text, one.end) if one.kind == "stranger" else None
    if link is None or _ORGANISATION_WORD.search(text[one.start : link.end()]):
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
_ATTACKERS = re.compile(
    r"(?:\A|\band\b|,|&)\W*(?:(?:the|an?|unknown|unnamed|cyber)\s+)*(?:attackers?|hackers?|(?:cyber)?criminals?|thie(?:f|ves)|intruders?)\W*(?:\Z|[,;]|\band\b)",
    re.IGNORECASE,
)


def _others(answer: Answer, question_id: str) -> str:
    """Somebody without a name beside those that have one: "Acme and 340 other customers of Bolt"."""
    for text in answer.items if answer.items is not None else (answer.text,):
        more = _OTHERS.search(text)
        if more and not denied(text, *more.span()):
            return more[0].strip(" ,")
        if answer.items is not None and len(answer.items) > 1 and _ANONYMOUS.match(text):
            return text
        role = _ATTACKERS.search(text) if "third" in question_id else None
        if role and not denied(text, *role.span()):
            return role[0].strip(" ,")
    return ""


def _set_apart(text: str, one: Mention, question_id: str) -> bool:
    """Whether the answer names the organisation in another role than the one asked for, or denies it."""
    if denied(text, one.start, one.end):
        return True
    if one.kind == "wanted":
        return "third" not in question_id and _only_a_client(text, one)
    left, _ = clause_bounds(text, one.start, one.end)
    before, after = text[max(left, one.start - 80) : one.start], text[one.end : one.end + 80]
    if text[:left].strip() and text[left : left + 1] == "(" and not before.strip(" ("):
        before = text[max(0, one.start - 80) : one.start]
    if text.isupper():
        before, after = before.lower(), after.lower()
    if _ASIDE_BEFORE.search(before) or _ASIDE_AFTER.search(after):
        return True
    role = _NO_THIRD_PARTY_BEFORE if "third" in question_id else _NO_ENTITY_BEFORE
    if role.search(before) or ("third" not in question_id and _PRODUCT_AFTER.match(after)):
        return True
    if text[one.end - 2 : one.end].casefold() == "'s" and re.match(r"\s+[a-z]", after):
        return True
    if one.kind == "stranger":
        return _no_organisation(text, one, before)
    return False


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


_TOWN_AFTER = re.compile(r",\s+(?P<place>[A-Z][\w]+\.?)\W*(?:\Z|[);,\n])")


def _no_organisation(text: str, one: Mention, before: str) -> bool:
    """Whether an unknown capitalised stretch is a place, a person, or the first word of a sentence."""
    if _PERSON_BEFORE.search(before):
        return True
    if _PLACE_BEFORE.search(before) and not _ORGANISATION_WORD.search(one.text):
        return True
    if text[one.end : one.end + 1] == ":":
        return True
    state = None if _ORGANISATION_WORD.search(one.text) else _TOWN_AFTER.match(text[one.end :])
    if state and plain(state["place"]).strip(".") in REGIONS:
        return True
    alone = " " not in one.text and not before.strip(" .(\"'")
    return alone and bool(
        re.match(r"\s+(?!was\b|were\b|is\b|and\b|has\b|had\b|suffered\b)[a-z]", text[one.end :])
    )
