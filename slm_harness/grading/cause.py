"""Grading a stated cause: every key fact in any wording, and no cause that the article rules out."""

import re
from functools import lru_cache
from itertools import pairwise

from slm_harness.grading import silence
from slm_harness.grading.cause_frames import mechanisms, names
from slm_harness.grading.cause_match import elsewhere, find, patterns, places
from slm_harness.grading.cause_reading import Word, read
from slm_harness.grading.causes_known import EXTRA_CAUSES, families
from slm_harness.grading.clauses import clause_list, denied, dismissed, hedged
from slm_harness.grading.expected import Cause, Causes, Unstated
from slm_harness.grading.reading import Answer
from slm_harness.grading.verdict import Judgement, failed, passed

_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n")
_SEGMENT = re.compile(r"[.;!?](?=\s|\Z)|\n|,|\b(?:and|while|whereas|but)\b")
_ASSERTS = re.compile(
    r"\b(?:caused by|cause was|cause is|due to|because|result of|resulted from|through|via|exploit\w*|thanks to|blamed on|stemmed from|owing to|led to|tricked|by means of|gained access|stole|using)\b",
    re.IGNORECASE,
)
_EFFECT = re.compile(
    r"\b(?:stole|copied|took|obtained|downloaded|accessed|got hold of)\b[^.;:]{0,80}?(?=\b(?:through|via|using|thanks to|because|due to)\b)",
    re.IGNORECASE,
)
_BLAMES = re.compile(r"\b(?:blames?|blaming|guess\w*|wonders?|fears?)\b", re.IGNORECASE)
"""Somebody's opinion, where the answer itself says that nothing is known."""
_APART = re.compile(
    r"\b(?i:another|other|different|separate|unrelated|earlier|previous)\s+(?:\w+\s+)?(?i:case|incident|breach|attack|company|firm|story|article|organisation|organization|victim|matter|event)s?\b|\b(?i:unrelated)\b"
    r"|\A\W*(?i:the|that|those|this)\s+(?:[\w-]+\s+){1,4}?(?i:was|were|is|happened|hit|struck|concerned|affected|took place|belongs to|came from)\s+(?:(?i:at|against|of|with|that of)\s+)?(?:the\s+)?[A-Z]"
)
"""A clause that speaks of somebody else's misfortune: the ransomware attack was at Kelmore College."""


_EXCLUDING = (
    ("<unpatched>", "<zeroday>", "zero-day"),
    ("<zeroday>", "<unpatched>", "patch not installed"),
)
"""A flaw for which there was a patch is not one that nobody knew of."""


def judge(expected: Cause | Causes | Unstated, answer: Answer) -> Judgement:
    """Judge an answer that states a cause."""
    if isinstance(expected, Unstated):
        return _unstated(expected, answer)
    if answer.empty:
        return failed("an empty answer is wrong where the article has the fact")
    causes = expected.causes if isinstance(expected, Causes) else (expected,)
    judgements = [_one(cause, answer.text) for cause in causes]
    wrong = [one for one in judgements if not one.right]
    if wrong:
        return wrong[0]
    if len(causes) > 1 and (other := _swapped(causes, answer.text)):
        return failed(f"it gives {other!r} as the cause of the other breach")
    own = " . ".join(_vocabulary(cause) for cause in causes)
    extra = _other_cause(_own_part(answer.text), own)
    if extra:
        return failed(f"{extra} is no cause that the article gives")
    return judgements[0]


@lru_cache(maxsize=512)
def _vocabulary(cause: Cause) -> str:
    return " . ".join([cause.statement, *(wording for fact in cause.key_facts for wording in fact)])


def _one(cause: Cause, text: str) -> Judgement:
    judgement = _told(cause, text)
    if judgement.right:
        return judgement
    # What was taken through the cause is no cause: "stole passwords through a flaw".
    apart = _EFFECT.sub(" ", text)
    return _told(cause, apart) if apart != text and _told(cause, apart).right else judgement


def _told(cause: Cause, text: str) -> Judgement:
    said = silence.plain(text)
    statement = silence.plain(cause.statement).strip(" .")
    if statement and statement in said:
        rest = said.replace(statement, " ")
        wrong = [wording for wording in cause.wrong if _ruled_out(wording, rest)]
        if not denied(said, said.index(statement), said.index(statement) + len(statement)):
            return (
                failed(f"it adds {wrong[0]!r}")
                if wrong
                else passed("it is the label's own statement")
            )
    own = silence.plain(_own_part(text))
    for wording in cause.wrong:
        if _ruled_out(wording, own):
            return failed(f"it gives {wording!r}, which the article does not give as the cause")
    for fact in cause.key_facts:
        whole = len(cause.key_facts) == 1
        if any(_says(wording, said, whole=whole, places=_places(cause)) for wording in fact):
            continue
        if any(_denies(wording, said) for wording in fact):
            return failed(f"it denies {fact[0]!r}")
        if silence.silent(text):
            return failed("it says Unknown where the article gives the cause")
        return failed(f"no wording of {fact[0]!r} was read")
    return passed("every key fact is there")


def _own_part(text: str) -> str:
    """``text`` without the clauses that set apart what befell somebody else."""
    clauses = clause_list(text)
    if len(clauses) < 2:
        return text
    return "".join(clause for clause in clauses if not _APART.search(clause)) or text


def _stretches(said: str) -> list[str]:
    """The sentences of ``said``, then each two that follow one another."""
    sentences = [piece for piece in _SENTENCE.split(said)[:40] if piece.strip()]
    return [*sentences, *(f"{first} {second}" for first, second in pairwise(sentences))]


@lru_cache(maxsize=512)
def _places(cause: Cause) -> frozenset[str]:
    return places(read(silence.plain(_vocabulary(cause))))


def _says(wording: str, said: str, *, whole: bool, places: frozenset[str]) -> bool:
    """Whether ``said`` says ``wording``, in whatever words and order, and does not deny it."""
    return any(_stands(wording, one, whole=whole, places=places) for one in _stretches(said))


def _stands(
    wording: str, stretch: str, *, whole: bool = False, places: frozenset[str] = frozenset()
) -> bool:
    for pattern in patterns(silence.plain(wording)):
        if elsewhere(pattern, stretch, places):
            continue
        found = find(pattern, stretch, whole=whole)
        if found and not _dismissed(found, stretch):
            return True
    return False


def _denies(wording: str, said: str) -> bool:
    words = {word.meaning for word in read(said)}
    wanted = {word.meaning for word in read(silence.plain(wording))}
    return bool(wanted) and wanted <= words


def _dismissed(found: tuple[Word, ...], stretch: str) -> bool:
    """Whether it is said behind it that it was not so: "phishing was ruled out"."""
    start, end = min(word.start for word in found), max(word.end for word in found)
    return dismissed(stretch, start, end)


def _ruled_out(wording: str, said: str) -> bool:
    """Whether ``said`` asserts a cause that the label rules out; words strewn about do not make it."""
    wording = silence.plain(wording)
    for sentence in _SENTENCE.split(said):
        if not sentence.strip():
            continue
        clauses = clause_list(sentence)
        scattered = not any(word.negated for word in read(sentence))
        for piece in [*clauses, sentence] if scattered else clauses:
            for pattern in patterns(wording, strict=True):
                found = find(pattern, piece)
                if found and not _dismissed(found, piece):
                    return True
    return False


def _swapped(causes: tuple[Cause, ...], text: str) -> str | None:
    """A fact that is said of what only another cause of the label speaks of."""
    said = silence.plain(text)
    marks = [_marks(cause) for cause in causes]
    for segment in _SEGMENT.split(said):
        there = {word.meaning for word in read(segment)}
        saying = [
            at
            for at, cause in enumerate(causes)
            if any(_stands(wording, segment) for fact in cause.key_facts for wording in fact)
        ]
        if len(saying) != 1:
            continue
        own = saying[0]
        others = set().union(*(mark for at, mark in enumerate(marks) if at != own)) - marks[own]
        if others & there and not marks[own] & there:
            return causes[own].key_facts[0][0]
    return None


@lru_cache(maxsize=512)
def _marks(cause: Cause) -> frozenset[str]:
    """The words of the statement that are no part of the fact: whose breach it was, and where."""
    of_facts = {
        word.meaning
        for fact in cause.key_facts
        for wording in fact
        for word in read(silence.plain(wording))
    }
    return frozenset(
        word.meaning
        for word in read(silence.plain(cause.statement))
        if word.meaning not in of_facts
    )


def _other_cause(text: str, own: str) -> str | None:
    """A cause of a sort that the label has nothing of, asserted in ``text``."""
    allowed, low = families(own), silence.plain(text)
    there = names(mechanisms(silence.plain(own)))
    for known, other, wording in _EXCLUDING:
        excluded = known in there and other not in there
        if excluded and _ruled_out(wording, low):
            return wording
    for name, pattern in EXTRA_CAUSES:
        if name in allowed:
            continue
        for match in pattern.finditer(low):
            if not denied(low, *match.span()) and not _negated(low, *match.span()):
                return match[0]
    return None


def _negated(low: str, start: int, end: int) -> bool:
    """Whether the words at the place are negated, if only as one of a list of such."""
    return any(word.negated for word in read(low) if word.start < end and start < word.end)


def _unstated(expected: Unstated, answer: Answer) -> Judgement:
    text = answer.text
    if answer.empty or silence.bare(text) or text.strip(" .!").casefold() == "no":
        return passed("it says that nothing is known or applies")
    asserted = [
        clause
        for clause in clause_list(text)
        if _gives_cause(clause) and not hedged(clause) and not silence.silent(clause)
    ]
    if silence.silent(text):
        asserted = [clause for clause in asserted if not _BLAMES.search(clause)]
    asserted = [clause for clause in asserted if not _all_denied(clause)]
    guess = any(hedged(clause) and _gives_cause(clause) for clause in clause_list(text))
    if asserted:
        return failed(f"it gives a cause as known: {asserted[0].strip(' ,.;-')[:60]}")
    if guess and not expected.applies:
        return failed("it gives a suspicion where there was no breach")
    if silence.silent(text):
        return passed("it says that the cause is not known")
    if guess or hedged(text):
        return passed("it gives a suspicion as a suspicion")
    return failed("it neither says Unknown nor gives its cause as a suspicion")


def _gives_cause(clause: str) -> bool:
    return bool(_ASSERTS.search(clause)) or any(
        pattern.search(clause) for _, pattern in EXTRA_CAUSES
    )


def _all_denied(clause: str) -> bool:
    places = [match.span() for _, pattern in EXTRA_CAUSES for match in pattern.finditer(clause)]
    return bool(places) and all(denied(clause, *place) for place in places)
