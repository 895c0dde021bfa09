"""Grading a stated cause: every key fact in any wording, and no cause that the article rules out."""

import re
from collections import Counter
from functools import lru_cache

from rapidfuzz.distance import OSA

from slm_harness.grading import silence
from slm_harness.grading.causes_known import EXTRA_CAUSES, families
from slm_harness.grading.clauses import clause_list, denied, hedged
from slm_harness.grading.expected import Cause, Causes, Unstated
from slm_harness.grading.reading import Answer
from slm_harness.grading.stems import NOT, stems
from slm_harness.grading.verdict import Judgement, failed, passed

_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n")
_ASSERTS = re.compile(
    r"\b(?:caused by|cause was|cause is|due to|because|result of|resulted from|through|via|exploit\w*|thanks to|blamed on|stemmed from|owing to|led to|tricked|by means of|gained access|stole|using)\b",
    re.IGNORECASE,
)


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
    own = " . ".join(_vocabulary(cause) for cause in causes)
    extra = _other_cause(answer.text, own)
    if extra:
        return failed(f"{extra} is no cause that the article gives")
    return judgements[0]


@lru_cache(maxsize=512)
def _vocabulary(cause: Cause) -> str:
    return " . ".join([cause.statement, *(wording for fact in cause.key_facts for wording in fact)])


def _one(cause: Cause, text: str) -> Judgement:
    if _restates(cause, text):
        text = text.replace(cause.statement, " ")
        wrong = [wording for wording in cause.wrong if text.strip() and _asserted(wording, text)]
        return (
            failed(f"it adds {wrong[0]!r}") if wrong else passed("it is the label's own statement")
        )
    for wording in cause.wrong:
        if _asserted(wording, text, scattered=False):
            return failed(f"it gives {wording!r}, which the article does not give as the cause")
    for fact in cause.key_facts:
        found = [wording for wording in fact if _asserted(wording, text)]
        if not found:
            if any(_said(wording, text) for wording in fact):
                return failed(f"it denies {fact[0]!r}")
            if silence.silent(text):
                return failed("it says Unknown where the article gives the cause")
            return failed(f"no wording of {fact[0]!r} was read")
    return passed("every key fact is there")


def _restates(cause: Cause, text: str) -> bool:
    """Whether ``text`` holds the label's own statement, word for word but for inflection."""
    said, own = stems(text), stems(cause.statement)
    for at in range(len(said) - len(own) + 1):
        if said[at : at + len(own)] == own:
            return bool(own) and (at == 0 or said[at - 1] != NOT)
    return not own and text.strip() == cause.statement.strip()


def _said(wording: str, text: str) -> bool:
    wanted = Counter(stem for stem in stems(wording) if stem != NOT)
    return any(_holds(wanted, Counter(stems(sentence))) for sentence in _sentences(text))


def _asserted(wording: str, text: str, *, scattered: bool = True) -> bool:
    """Whether ``text`` says ``wording``, in whatever order and inflection, and does not deny it.

    Unless ``scattered``, the words that are strewn over the clauses of a sentence with a "no" in it
    do not make the wording: "no password, so anyone could steal".
    """
    wanted = Counter(stems(wording))
    if not wanted:
        return wording.casefold() in text.casefold()
    negations = wanted.pop(NOT, 0)
    for sentence in _sentences(text):
        if not _holds(wanted, Counter(stems(sentence))):
            continue
        carrying = [
            clause for clause in clause_list(sentence) if _holds(wanted, Counter(stems(clause)))
        ]
        if not carrying and (scattered or NOT not in stems(sentence)):
            carrying = [sentence]
        if any(_stands(clause, wanted, negations) for clause in carrying):
            return True
    return False


_NO_SUCH = re.compile(r"\b(?:no|without)\s+(?:(?!doubt|question)\w+\s+)?\Z", re.IGNORECASE)


def _stands(clause: str, wanted: Counter[str], negations: int) -> bool:
    if negations:
        return Counter(stems(clause))[NOT] == negations
    places = _places(clause, wanted)
    if not places:
        return True
    start, end = min(a for a, _ in places), max(b for _, b in places)
    if _NO_SUCH.search(clause[:start]):
        return False
    return not denied(clause, start, end) and not denied(clause, *places[-1])


def _places(clause: str, wanted: Counter[str]) -> list[tuple[int, int]]:
    return [
        match.span()
        for match in re.finditer(r"[^\W_]+(?:[-'][^\W_]+)*", clause)
        if any(_same(stem, key) for stem in stems(match[0]) for key in wanted)
    ]


def _sentences(text: str) -> list[str]:
    return [piece for piece in _SENTENCE.split(text) if piece.strip()]


def _holds(wanted: Counter[str], said: Counter[str]) -> bool:
    return all(key in said or any(_same(word, key) for word in said) for key in wanted)


def _same(said: str, wanted: str) -> bool:
    """Equal stems, or a slip of spelling in a long one; never where there is a digit."""
    if said == wanted:
        return True
    if min(len(said), len(wanted)) < 5 or any(char.isdigit() for char in said + wanted):
        return False
    if said[0] == wanted[0] and len(said) > 5 and OSA.distance(said, wanted, score_cutoff=1) <= 1:
        return True
    shorter, longer = sorted((said, wanted), key=len)
    return len(shorter) >= 6 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3


def _other_cause(text: str, own: str) -> str | None:
    """A cause of a sort that the label has nothing of, asserted in ``text``."""
    allowed = families(own)
    for name, pattern in EXTRA_CAUSES:
        if name in allowed:
            continue
        for match in pattern.finditer(text):
            if not denied(text, *match.span()):
                return match[0]
    return None


def _unstated(expected: Unstated, answer: Answer) -> Judgement:
    text = answer.text
    if answer.empty or silence.bare(text) or text.strip(" .!").casefold() == "no":
        return passed("it says that nothing is known or applies")
    asserted = [
        clause
        for clause in clause_list(text)
        if _gives_cause(clause) and not hedged(clause) and not silence.silent(clause)
    ]
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
