"""Grading names: all that are wanted, none that is wrong, each as asserted by the answer."""

import re

from slm_harness.grading import silence
from slm_harness.grading.clauses import clause_bounds, denied
from slm_harness.grading.expected import Names, Unstated
from slm_harness.grading.organisations import Known, Mention, known, mentions
from slm_harness.grading.reading import Answer
from slm_harness.grading.verdict import Judgement, failed, passed

_ASIDE_BEFORE = re.compile(
    r"\b(?:by|according to|told|(?:report|disclos|notif|complain)\w*\s+(?:[a-z]+\s+){0,4}(?:to|with)|reported to|reports? (?:by|from|to)|notified|informed|alerted|said|says|hired|engaged|investigators? from|attributed to|published (?:by|in)|"
    r"(?:unit|subsidiary|division|part|arm|brand|client|customer|parent|owner|member|competitor|affiliate|property)s?(?: company)?,?(?: of| to| for)?|"
    r"owned by|run by|on behalf of|lawyers? (?:at|from)|law firm|regulator|newspaper|gang|group|hackers?|attackers?|researchers? (?:at|from|of)|firm hired)"
    r"\s+(?:the\s+|a\s+|its\s+)?(?:(?!and\b|or\b)[a-z]+[\s-]+){0,3}[\"'(]?\Z"
)
_NO_ENTITY_BEFORE = re.compile(
    r"\b(?:via|through|using|(?:supplier|vendor|provider|contractor|partner|maker|processor|host)s?(?: company)?,?(?: of| to| for)?)\s+(?:the\s+|a\s+|its\s+)?(?:(?!and\b|or\b)[a-z]+[\s-]+){0,3}[\"'(]?\Z"
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
    asserted = [one for text, one in found if not _set_apart(text, one, question_id)]
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
    return passed("every wanted name is asserted and no other")


_NOBODY: Known = known(Names(names=({"name": "\x00none"},)))


def _nobody(answer: Answer, question_id: str) -> Judgement:
    if answer.empty:
        return passed("an empty answer is right where there is nobody to name")
    texts = answer.items if answer.items is not None else (answer.text,)
    if all(silence.bare(text) or silence.none_word(text) for text in texts):
        return passed("it says that there is nobody to name")
    found = [(text, one) for text, one in _mentions(answer, _NOBODY) if not silence.bare(one.text)]
    asserted = [one for text, one in found if not _set_apart(text, one, question_id)]
    says_none = silence.silent(answer.text) or _NO_ONE.search(answer.text)
    if says_none and not (asserted and _EXCEPT.search(answer.text)):
        return passed("it says that there is nobody to name")
    if asserted:
        return failed(f"it names {asserted[0].text} where the article names nobody")
    return failed("it neither names nobody nor says Unknown")


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
_CLIENT_AFTER = re.compile(
    r"\A(?:'s)?\s+(?:[a-z]+[\s-]+){0,3}(?:supplier|vendor|provider|contractor|processor|partner|subsidiary|client)s?\b(?!\s+(?:data|portal|records|list))",
    re.IGNORECASE,
)


def _only_a_client(text: str, one: Mention) -> bool:
    """Whether the right entity is named only to say whose supplier another firm is."""
    owner = text[one.end - 2 : one.end].casefold() == "'s" or text[one.end : one.end + 2] == "'s"
    if _CLIENT_BEFORE.search(text[max(0, one.start - 40) : one.start]):
        return True
    return owner and bool(_CLIENT_AFTER.match(text[one.end :]))


def _no_organisation(text: str, one: Mention, before: str) -> bool:
    """Whether an unknown capitalised stretch is a place, a person, or the first word of a sentence."""
    if _PERSON_BEFORE.search(before):
        return True
    if _PLACE_BEFORE.search(before) and not _ORGANISATION_WORD.search(one.text):
        return True
    if text[one.end : one.end + 1] == ":":
        return True
    alone = " " not in one.text and not before.strip(" .(\"'")
    return alone and bool(
        re.match(r"\s+(?!was\b|were\b|is\b|and\b|has\b|had\b|suffered\b)[a-z]", text[one.end :])
    )
