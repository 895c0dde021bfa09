"""Grading Yes and No: what the answer says as a whole."""

import re
from dataclasses import dataclass

from slm_harness.grading import silence
from slm_harness.grading.clauses import clause_list
from slm_harness.grading.expected import Unstated, YesNo
from slm_harness.grading.reading import Answer
from slm_harness.grading.verdict import Judgement, failed, passed

_YES = (
    "yes|y|yep|yeah|yup|aye|true|affirmative|correct|indeed|certainly|definitely|absolutely|of course|oui|ja|jawohl|jep|"
    "si|sì|sí|sim|da|tak|evet|kyllä|да|はい|是|是的|ναι|oui,? tout à fait|wahr|richtig|vrai|verdadero|vero|verdadeiro|waar"
)
_NO = (
    "no|n|nope|nah|false|negative|incorrect|nein|non|não|nao|nee|nej|nie|hayır|ei|нет|いいえ|否|不|不是|όχι|falsch|faux|falso|onwaar|"
    "not really|not at all|absolutely not|definitely not|certainly not|of course not|probably not|none|nobody|no one|keine|aucune?|ninguno|ninguna|nessuno|nessuna|nenhuma?|geen"
)
_LEAD = re.compile(rf"\A\W*(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?![\w'])", re.IGNORECASE)
_NOT_LEAD = re.compile(
    r"\A\W*(?:no doubt|no question|non-|no\.\s?\d|y/n|n/a|no more than)", re.IGNORECASE
)
_LATER = re.compile(
    r"(?:[.;!?\n,/|]|\b(?:and|or|but|und|oder|et|ou|y|o|e|en|of|also|then)\b)\s*\"?(?:(?P<no>no|nein|non|nee|não|nope|false)|(?P<yes>yes|ja|oui|sí|sim|true|yep))\"?\s*(?=[.,;!?\n)/|]|\Z)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?:\b(?:answer|answer is|say|says|is|be|was|would be|therefore|so|thus|hence|think|likely|probably|clearly|simply|hell|definitely)\b|[:=,-])\s*(?:a\s+|an\s+)?[\"']?(?P<word>yes|no|true|false|oui|non|ja|nein|nee|sí|si|sim|não)[\"']?\W*\Z",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|none|never|neither|nor|without|nobody|cannot|isn't|wasn't|weren't|aren't|doesn't|didn't|don't|unknown|unclear|undetermined|unidentified|undisclosed|unconfirmed|uncertain|"
    r"nicht|kein\w*|pas|aucun\w*|ningún|ninguna|nessun\w*|não|nenhum\w*|niet|geen|nunca|unbekannt|inconnue?|desconocid\w|onbekend)\b|n't\b|under investigation",
    re.IGNORECASE,
)
_CONTRADICTING_BUT = re.compile(
    r"\b(?:but|except|although|though|however|only)\b[^.;]*\b(?:was|were|is|are|did|does|has|had)\W*(?:\w+\W+)?(?:involved|breached|known|so|hacked|compromised|responsible)?\W*\Z",
    re.IGNORECASE,
)


_ELLIPSIS = re.compile(
    r"\A\W*(?:it|(?:the|this) \w+|there|they|this)\s+(?:does|did|is|was|were|are|do|has|doesn|isn|wasn|weren|aren|hasn)(?P<neg>'t|\s+not)?\W*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Said:
    word: str
    """yes, no, both, silent, unclear or nothing."""
    how: str


def judge(expected: YesNo | Unstated, answer: Answer, question_id: str) -> Judgement:
    """Judge an answer to a yes/no question."""
    said = _reading(answer, question_id)
    if said.word == "nothing":
        return failed("an empty answer is wrong on every yes/no")
    if isinstance(expected, Unstated):
        if said.word == "silent" or silence.bare(answer.text):
            return passed("it says that nothing is known or applies")
        if said.word == "no" and not expected.applies:
            return passed("where the question does not apply, No is right")
        return failed(f"it says {said.word} where the article gives no answer")
    wanted = "yes" if expected.yes else "no"
    if said.word == wanted:
        return passed(said.how)
    if said.word in ("yes", "no"):
        return failed(f"it says {said.word.capitalize()}")
    return failed(
        {"both": "it says both Yes and No", "silent": "Unknown is neither Yes nor No"}.get(
            said.word, "it says neither Yes nor No"
        )
    )


def _reading(answer: Answer, question_id: str) -> _Said:
    if answer.empty:
        return _Said("nothing", "")
    if answer.items is not None and len(answer.items) > 1:
        words = {_reading(Answer(item), question_id).word for item in answer.items}
        return _Said(words.pop() if len(words) == 1 else "both", "its entries say the same")
    subject = _subject(question_id)
    text = answer.text
    lead = None if _NOT_LEAD.match(text) else _LEAD.match(text)
    if lead:
        return _after_lead(text, lead, subject)
    if silence.plain(text).strip(" .!") in ("unknown", "unclear"):
        return _Said("silent", "")
    short = _ELLIPSIS.match(text)
    if short:
        return _Said("no" if short["neg"] else "yes", "a short sentence")
    ending = _ENDS.search(text)
    if ending:
        word = (
            "yes"
            if ending["word"].casefold() in ("yes", "true", "oui", "ja", "sí", "si", "sim")
            else "no"
        )
        return _Said(word, f"it ends in {ending['word']}")
    return _sentence(text, subject)


def _after_lead(text: str, lead: re.Match[str], subject: tuple[str, ...]) -> _Said:
    word = "no" if lead["no"] else "yes"
    rest = text[lead.end() :]
    for later in _LATER.finditer(text, lead.end()):
        if bool(later["no"]) != (word == "no"):
            return _Said("both", "")
    contrast = _CONTRADICTING_BUT.search(rest) if word == "no" else None
    if contrast and not _NEGATION.search(contrast[0]):
        return _Said("both", "")
    if word == "no" and lead["no"].casefold() == "no" and re.match(r"\s+\w", rest):
        # "No third parties were involved": the No belongs to the sentence.
        return _Said("no", "a sentence that says No")
    stated = [_polarity(clause, subject, whole=True) for clause in clause_list(rest)[:1]]
    if word == "yes" and "no" in stated:
        return _Said("both", "")
    if word == "no" and stated and stated[0] == "yes" and not _NEGATION.search(rest):
        return _Said("both", "")
    return _Said(word, f"it begins with {lead[0].strip()}")


def _subject(question_id: str) -> tuple[str, ...]:
    """The words that a question's id is about, cut to their stems: cause, known; third, part, involv."""
    return tuple(part[:5] for part in question_id.casefold().split("_"))


def _polarity(clause: str, subject: tuple[str, ...], *, whole: bool = False) -> str:
    """What one clause says about the subject: yes, no, or nothing to it."""
    words = re.findall(r"[a-z]+", clause.casefold())
    touched = {
        stem for stem in subject if any(word.startswith((stem, "un" + stem)) for word in words)
    }
    enough = len(subject) if whole else max(1, len(subject) - 1)
    if len(touched) < enough and (whole or subject[-1] not in touched):
        return "unclear"
    return "no" if _NEGATION.search(clause) else "yes"


_RATHER = re.compile(r",?\s+(?:rather than|instead of|as opposed to)\s+", re.IGNORECASE)
_NOT_THAT = re.compile(r"\W*not\s+(?:an?|the|about)\b", re.IGNORECASE)
"""A clause that says what a thing is not: then only the whole subject counts, not "breach" of a contract."""


def _sentence(text: str, subject: tuple[str, ...]) -> _Said:
    pieces = _RATHER.split(text, maxsplit=1)
    if len(pieces) == 2:
        text = f"{pieces[0]}, not {pieces[1]}"
    clauses = clause_list(text)
    contrast = any(_NOT_THAT.match(clause) and "breac" in subject for clause in clauses[1:])
    said = [_polarity(clause, subject, whole=contrast) for clause in clauses]
    clear = {word for word in said if word != "unclear"}
    if len(clear) == 1:
        return _Said(clear.pop(), "a sentence that says so")
    if len(clear) == 2:
        return _Said("both", "")
    if silence.silent(text):
        return _Said("silent", "")
    return _Said("unclear", "")
