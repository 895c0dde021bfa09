"""Grading Yes and No: what the answer says as a whole."""

import re
from dataclasses import dataclass

from slm_harness.grading import silence
from slm_harness.grading.expected import Unstated, YesNo
from slm_harness.grading.reading import Answer
from slm_harness.grading.verdict import Judgement, failed, passed
from slm_harness.grading.yes_sentence import sentence, takes_back
from slm_harness.grading.yes_words import NO, YES, slipped

_LEAD = re.compile(rf"\A\W*(?:(?P<no>{NO})|(?P<yes>{YES}))(?![\w'])", re.IGNORECASE)
_NOT_LEAD = re.compile(
    r"\A\W*(?:non-|no\.\s?\d|y/n|n/a|no more than|not yet (?:known|clear|established|determined|confirmed|identified))",
    re.IGNORECASE,
)
_SIGH = re.compile(r"\A\W*(?:unfortunately|sadly|alas|apparently|regrettably|luckily|fortunately|well|so far|as far as (?:we know|is known))\s*,?\s+(?=(?:yes|no|not)\b)", re.IGNORECASE)  # fmt: skip
_WORD = r"(?:(?P<no>no|nein|non|nee|nej|nei|não|nope|false)|(?P<yes>yes|ja|oui|sí|sim|true|yep))"
_LATER = re.compile(
    rf"(?:[.;:!?\n,/|(]|\b(?:and|or|but|und|oder|et|ou|y|o|e|en|of|och|og|also|then)\b)\s*\"?{_WORD}\"?\s*"
    r"(?=[.,;:!?\n)/|]|\s-\s|\Z|(?:for|at|in|to|as (?:to|for|regards)|regarding|on|with (?:regard|respect)|concerning|if|when|depending|where|für|pour|para|per)\b)",
    re.IGNORECASE,
)
"""Another Yes or No behind the first, as a word of its own or for a case of its own."""
_FINAL = re.compile(
    rf"(?:\b(?:answer|answer is|answer (?:here|therefore|thus) is|say|says|is|be|was|would be|therefore|so|thus|hence|think|likely|probably|clearly|simply|hell|definitely|nevertheless|nonetheless|still|actually|rather|instead)\b|[:=,]|\s-)\s*(?:a\s+|an\s+)?[\"']?{_WORD}[\"']?\W*\Z",
    re.IGNORECASE,
)
"""The verdict at the end of a reasoned answer; it outweighs what goes before."""
_INSTRUCTION = re.compile(
    r"(?:\s-\s|[\s(])?\b(?:please\s+)?(?:answer|reply|respond)\s+(?:only\s+)?(?:with\s+)?(?:only\s+)?[\"']?yes[\"']?\s+or\s+[\"']?no[\"']?(?:\s+only)?\W*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\A\W*(?:does|do|did|is|are|was|were|has|have)\s+(?:the|there|any|it|this|an?)\b[^?:\n]{0,160}?(?:[?:\n]|\s-\s|\Z)",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"\A\W*(?:that\s+|and\s+)?(?:it|(?:the|this) \w+|there|they|this|some|one|two|(?:it|that|they|there))(?:\s+(?:most|indeed|really|[a-z]+ly))*\s+(?:does|did|is|was|were|are|do|has|doesn|isn|wasn|weren|aren|hasn|didn|don)"
    r"(?P<neg>'t|\s+(?:not|none|nobody|nothing))?(?:\s+(?:any|some|one|two|three|several|indeed|so|certainly|clearly|discuss(?:ed)? one|known|involved))?\s*(?:[:,;.!(-]|\Z)",
    re.IGNORECASE,
)
_NO_DOUBT = re.compile(
    r"\b(?:there(?:'s| is| can be| was)\s+)?(?:no|without(?: any| a)?|beyond(?: any| a)?|hardly any|little|not the (?:least|slightest))\s+(?:doubt|question|denying|dispute)(?:\s+(?:about (?:it|that)|at all))?(?:\s+(?:that|but that))?\s*[:,-]?"
    r"|\b(?:nobody|no one) (?:doubts|disputes|denies|questions)(?: that)?|\b(?:it )?(?:cannot|can't|can not) be (?:denied|doubted|disputed)(?: that)?|\bnot only\b",
    re.IGNORECASE,
)
"""Negative words that affirm."""


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
    text = _INSTRUCTION.sub(" - ", answer.text)
    text = _QUESTION.sub("", text, count=1) if not _ELLIPSIS.match(text) else text
    text = _SIGH.sub("", text, count=1)
    affirmed = _NO_DOUBT.search(text)
    if affirmed:
        text = _NO_DOUBT.sub(" ", text)
    if not re.search(r"\w", text):
        return _Said("yes", "it affirms") if affirmed else _Said("unclear", "")
    lead = None if _NOT_LEAD.match(text) else _LEAD.match(text)
    if lead:
        return _after_lead(text, lead.end(), "no" if lead["no"] else "yes", subject)
    if silence.plain(text).strip(" .!") in ("unknown", "unclear"):
        return _Said("silent", "")
    meant = slipped(text)
    if meant:
        return _after_lead(text, meant[0], meant[1], subject)
    final = _FINAL.search(text)
    if final:
        word = "no" if final["no"] else "yes"
        return _Said(word, f"it ends in {final['no'] or final['yes']}")
    short = _ELLIPSIS.match(text)
    if short:
        return _Said("no" if short["neg"] else "yes", "a short sentence")
    return _Said(sentence(text, subject), "a sentence that says so")


def _after_lead(text: str, end: int, word: str, subject: tuple[str, ...]) -> _Said:
    """What an answer that begins with Yes or No says as a whole."""
    rest = text[end:]
    for later in (*_LATER.finditer(text, end), *_FINAL.finditer(text, end)):
        if bool(later["no"]) != (word == "no"):
            return _Said("both", "")
    part_of_sentence = re.search(r"\w\Z", text[:end]) and re.match(r"\s+\w", rest)
    if word == "no" and part_of_sentence and not re.match(r"\s+(?:for|in|at|as|since)\b", rest):
        # "No third parties were involved": the No belongs to the sentence.
        return _Said("both" if takes_back(rest, word, subject, in_sentence=True) else "no", "a sentence that says No")  # fmt: skip
    if takes_back(rest, word, subject):
        return _Said("both", "")
    return _Said(word, f"it begins with {text[:end].strip()}")


def _subject(question_id: str) -> tuple[str, ...]:
    """The words that a question's id is about, cut to their stems: cause, known; third, parti, invol."""
    return tuple(part[:5] for part in question_id.casefold().split("_"))
