"""Whether the article discusses a data breach: cues weighed sentence by sentence."""

import re

from slm_harness.breach.cues import ATTACK, DATA, LOSS, NO_LOSS, NOT_REAL, PEOPLE
from slm_harness.breach.prose import Page

_NAMED = re.compile(r"\b(?:personal )?data (?:breach|leak|theft|spill)\b|\bhack(?:ed)?\b", re.I)
_GENERAL = re.compile(
    r"\b(?:might|will have to|must|minister|legislation|laws?(?! firm| enforcement)|bill"
    r"|(?:companies|firms|businesses) that"
    r"|whenever|could (?!be (?:read|seen|viewed)|read|see|not)|would|if|worry|worried|fear|risk of"
    r"|guard against|protect against|prevent\w*"
    r"|avoid|per ?cent|%)(?:\b|$)",
    re.I,
)
_MISHAP = re.compile(
    r"\b(?:wrong (?:\w+ )?(?:file|attachment|spreadsheet|recipient|address|person|people|families"
    r"|parents|patients?|customers?|inbox|list"
    r"|document)s?|by (?:mistake|accident)|human error|mix-up|without a password|open (?:internet"
    r"|to (?:anyone|the public))"
    r"|in error|accidentally|inadvertently|unencrypted|unprotected|misconfigured|publicly"
    r" accessible|security (?:hole|flaw|lapse))\b",
    re.I,
)
_AUTHORITY = re.compile(
    r"\b(?:Information Commissioner|ICO|data protection|privacy (?:regulator|commissioner)"
    r"|CERT-In)\b"
)
_ENOUGH = 3.0


def is_breach(page: Page) -> bool:
    """Say whether cues of a real breach outweigh those of a rehearsal, a survey and the like."""
    score = sum(_weigh(sentence) for sentence in page.sentences)
    return score + 1.5 * _weigh(page.title) >= _ENOUGH + 0.02 * min(len(page.sentences), 50)


def _weigh(sentence: str) -> float:
    if NOT_REAL.search(sentence):
        return -3.0
    if NO_LOSS.search(sentence):
        return -1.0
    loss = bool(DATA.search(sentence) and LOSS.search(sentence))
    attack = bool(ATTACK.search(sentence))
    people = bool(PEOPLE.search(sentence))
    score = 2.0 * (loss and attack) + 1.0 * loss + 0.5 * attack + 1.0 * (people and loss)
    score += 1.0 * bool(_MISHAP.search(sentence)) + 1.0 * bool(_AUTHORITY.search(sentence))
    score += 1.0 * bool(_NAMED.search(sentence))
    return score * (0.3 if _GENERAL.search(sentence) else 1.0)
