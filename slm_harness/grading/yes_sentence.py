"""Yes and No in a sentence that uses neither word: what it says about the question's subject."""

import re
from functools import lru_cache

from slm_harness.grading import silence
from slm_harness.grading.clauses import clause_list

_LIKE = {
    "breac": r"breach\w*|hack\w*|leak\w*|intrusion\w*|break-?in|cyber\w*|stolen|theft|compromis\w*|datenleck\w*|datenpanne\w*|datendieb\w*|fuite|brecha|filtraci\w*|violaci\w*|violazion\w*|vazamento|datalek|läcka|brott",
    "data": r"data|records?|information|details|daten\w*|données|datos|dati|dados|gegevens",
    "cause": r"cause[ds]?|reason|how|why|origin|root|causa|ursache|orsak\w*|årsag\w*|oorzaak|przyczyn\w*|what (?:went wrong|happened|led|let|made)",
    "known": r"known?|knows|clear|establish\w*|identif\w*|confirm\w*|determin\w*|understood|explain\w*|pinpoint\w*|settled|solved|found|stated?|states|gives?|given|says?|told|tells|bekannt|känd|connue?|conocid[oa]|conoce|not[oa]|conhecid[oa]|bekend",
    "third": r"third|outside|outsiders?|external|suppliers?|vendors?|contractors?|subcontractors?|providers?|another|other|tiers|dritt\w*|tercer\w*|terz[io]|terceir\w*|derden?|tredje\w*",
    "parti": r"part(?:y|ies)|firms?|compan(?:y|ies)|businesses|organi[sz]ations?|entit(?:y|ies)|suppliers?|vendors?|contractors?|subcontractors?|providers?|dritte\w*|tiers|terceros",
    "invol": r"involv\w*|(?:a|any|no|its|their) (?:\w+ )?(?:part|role|hand)|played|implicat\w*|to blame|at fault|responsib\w*|impliqu\w*|beteiligt|betrokken|implicad\w*|coinvolt\w*|envolvid\w*",
}
_NEGATION = re.compile(
    r"\b(?:not|no|none|never|neither|nor|without|nobody|nothing|little|cannot|isn't|wasn't|weren't|aren't|doesn't|didn't|don't|unaware|"
    r"nicht|kein\w*|pas|aucun\w*|ningún|ninguna|ninguno|nessun\w*|não|nenhum\w*|niet|geen|nunca|inte|ikke|ingen|nie)\b|n't\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:unknown|unclear|undetermined|unidentified|undisclosed|unconfirmed|uncertain|unexplained|unresolved|unsolved|unestablished|(?:still |being |under )investigat\w+|a (?:mystery|riddle|puzzle)|"
    r"in the dark|anybody's guess|to be (?:seen|determined|established|found)|unbekannt|unklar|inconnue?|desconocid\w|sconosciut\w|desconhecid\w|onbekend|okänd)\b",
    re.IGNORECASE,
)
"""Words that say that a thing is open: a No where it is asked whether it is known, else no answer."""
_SUSPECTED = re.compile(r"\b(?:suspect\w*|suspicions?|speculat\w*)\b", re.IGNORECASE)
_DOUBLE = re.compile(
    r"\b(?:not|no longer|never|hardly|isn't|wasn't|aren't)\s+(?:in (?:doubt|dispute)|(?:un(?:known|clear|certain|determined|explained|solved)|disputed|denied|a mystery|a riddle)\b)",
    re.IGNORECASE,
)
_FLIPPED = re.compile(
    r"\b(?:it(?:'s| is| was| would be)\s+)(?:not\s+(?:the case|true|so|correct|right)|false|untrue|wrong|incorrect)\s+(?:to say\s+)?that\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:may|might|maybe|perhaps|possibl[ey]|potentially|probabl[ey]|likely|could be|could have|allegedly|seems?|appears?|if|whether|vielleicht|peut-être|quizás?|forse|talvez|misschien)\b",
    re.IGNORECASE,
)
_RATHER = re.compile(r",?\s+(?:rather than|instead of|as opposed to)\s+", re.IGNORECASE)
_NOT_THAT = re.compile(r"\W*not\s+(?:an?|the|about)\b", re.IGNORECASE)
"""A clause that says what a thing is not: then only the whole subject counts, not "breach" of a contract."""
_TURN = re.compile(r"\b(?:but|however|so|thus|therefore|hence|yet|although|though|which means)\b", re.IGNORECASE)  # fmt: skip
_ELSEWHERE = re.compile(
    r"\b(?:other|others|another|else|elsewhere|parent|further)\b", re.IGNORECASE
)
_EXCEPTION = re.compile(
    r"\b(?:but|except|although|though|however|only)\b[^.;]*\b(?:was|were|is|are|did|does|has|had)\W*(?:\w+\W+)?(?:involved|breached|known|so|hacked|compromised|responsible)?\W*\Z",
    re.IGNORECASE,
)

_SAVE = re.compile(r"\W*(?:except|save|apart from|other than|with the exception)(?:\s+[\w'-]+){1,4}\W*\Z", re.IGNORECASE)  # fmt: skip
"""An exception that is all that follows a No."""
_IT_IS_NOT = re.compile(r"[\s,]*(?:it|this|that|they|there)\s+(?:is|was|does|did|has|were|are)(?:n't|\s+not)\b(?:\s+(?:known|involved|discuss\w*|been known|any|so))?\W*\Z", re.IGNORECASE)  # fmt: skip
_ONE_CASE = re.compile(r"\s+(?:for|at|in the case of|as to|regarding)\s", re.IGNORECASE)
"""A Yes for one of several breaches."""


@lru_cache(maxsize=64)
def _patterns(subject: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """For each word of the subject: the word itself, and it or what stands for it."""
    return tuple(
        (
            re.compile(rf"\b(?:un)?{re.escape(stem)}", re.IGNORECASE),
            re.compile(rf"\b(?:(?:un)?{re.escape(stem)}\w*|{_LIKE.get(stem, stem)})(?!\w)", re.I),
        )
        for stem in subject
    )


def sentence(text: str, subject: tuple[str, ...]) -> str:
    """What a sentence says about ``subject``: yes, no, both, silent or unclear."""
    pieces = _RATHER.split(text, maxsplit=1)
    if len(pieces) == 2:
        text = f"{pieces[0]}, not {pieces[1]}"
    clauses = clause_list(text)
    literal = {_polarity(clause, subject, whole=True, plain=True) for clause in clauses}
    if len(literal & {"yes", "no"}) == 1 and "silent" not in literal:
        return (literal & {"yes", "no"}).pop()
    contrast = any(_NOT_THAT.match(clause) and "breac" in subject for clause in clauses[1:])
    said = {_polarity(clause, subject, whole=contrast) for clause in clauses}
    clear = said - {"unclear", "silent"}
    if not clear and subject[-1] == "known" and _left_open(text, subject):
        return "no"
    if "silent" in said or not clear:
        return "silent" if "silent" in said or silence.silent(text) else "unclear"
    return clear.pop() if len(clear) == 1 else "both"


def _left_open(text: str, subject: tuple[str, ...]) -> bool:
    """Whether an answer without the subject's words says that it is not known: "Under investigation"."""
    bare = _DOUBLE.sub(" ", text)
    known = _patterns(subject)[-1][1]
    return bool(_OPEN.search(bare) or (_NEGATION.search(bare) and known.search(bare)))


def takes_back(
    rest: str, word: str, subject: tuple[str, ...], *, in_sentence: bool = False
) -> bool:
    """Whether what follows a leading Yes or No says the opposite."""
    if word == "no":
        if _SAVE.match(rest):
            return True
        but = _EXCEPTION.search(rest)
        if but and not _NEGATION.search(but[0]):
            return True
    if in_sentence:
        return False
    clauses = clause_list(rest)
    first = _polarity(clauses[0], subject, whole=True, plain=True) if clauses else "unclear"
    if word == "yes" and (first == "no" or _IT_IS_NOT.match(rest)):
        return True
    if word == "no" and first == "yes" and not _NEGATION.search(rest):
        return True
    if word == "no":
        return False
    if _ONE_CASE.match(rest) and any(_polarity(one, subject) == "no" for one in clauses[1:]):
        return True
    turned = [clause for piece in clauses for clause in _TURN.split(piece)[1:]]
    return any(
        _polarity(clause, subject, whole=True, plain=True) == "no"
        for clause in turned
        if not _ELSEWHERE.search(clause)
    )


def _polarity(
    clause: str, subject: tuple[str, ...], *, whole: bool = False, plain: bool = False
) -> str:
    """What one clause says about the subject: yes, no, silent, or nothing to it.

    ``whole`` wants every word of the subject, ``plain`` the words themselves and nothing that stands for one.
    """
    if not _touches(clause, subject, whole=whole, plain=plain):
        return "unclear"
    asks_known = subject[-1] == "known"
    flipped = _FLIPPED.search(clause)
    bare = _DOUBLE.sub(" ", _FLIPPED.sub(" ", clause))
    if _OPEN.search(bare) or (asks_known and _SUSPECTED.search(bare)):
        return ("yes" if flipped else "no") if asks_known else "silent"
    negated = bool(_NEGATION.search(bare)) != bool(flipped)
    if _PERHAPS.search(bare) and not (negated and asks_known):
        return "silent" if negated else "unclear"
    return "no" if negated else "yes"


def _touches(clause: str, subject: tuple[str, ...], *, whole: bool, plain: bool) -> bool:
    """Whether a clause is about the subject: all but one of its words, or the last and telling one."""
    patterns = _patterns(subject)
    said = [bool(word.search(clause)) for word, _ in patterns]
    like = said if plain else [bool(meant.search(clause)) for _, meant in patterns]
    if subject[-1] == "known" and not plain:
        like[-1] = like[-1] or bool(_OPEN.search(clause))
    if whole or len(subject) == 1:
        return all(like)
    if len(subject) == 2:
        first = subject[1] == "known" or bool(_NEGATION.search(clause))
        return all(like) or said[1] or (first and said[0]) or (subject[1] != "known" and like[1])
    return sum(like) >= len(subject) - 1 or said[-1]
