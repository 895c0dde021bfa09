"""Yes and No in a word, in the languages of small models, with a slip of spelling."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

YES = (
    "yes|y|yep|yeah|yup|yea|aye|true|affirmative|correct|indeed|certainly|definitely|absolutely|undoubtedly|unquestionably|of course|oui|ja|jawohl|jep|"
    "si|sì|sí|sim|da|tak|evet|kyllä|jah|ano|áno|igen|taip|jā|já|ya|bai|iva|ndiyo|oo|да|так|да|ναι|はい|是的|是|有|네|예|نعم|بله|כן|हाँ|हां|হ্যাঁ|ஆம்|có|ใช่|კი|այո|"
    "oui,? tout à fait|wahr|richtig|stimmt|vrai|verdadero|vero|verdadeiro|waar"
)
"""Words for Yes, as alternatives of a pattern."""
NO = (
    "no|n|nope|nah|false|negative|incorrect|nein|non|não|nao|nee|nej|nei|nie|ne|nē|nem|hayır|hayir|ei|ez|tidak|hapana|hindi|не|нет|ні|όχι|いいえ|否|不是|不|没有|아니요|아니오|لا|خیر|לא|नहीं|না|இல்லை|không|ไม่|არა|ոչ|"
    r"falsch|faux|falso|onwaar|not really|not at all|not yet|not so|not that|not as far as|not(?=\W*\Z)|absolutely not|definitely not|certainly not|of course not|probably not|none|nobody|no one|neither|keine|aucune?|ninguno|ninguna|nessuno|nessuna|nenhuma?|geen"
)
"""Words for No, as alternatives of a pattern."""
_FIRST_WORD = re.compile(r"\A\W*(?P<word>[^\W\d_]{2,8})(?=\s*(?:[.,;:!)(\n-]|\Z))")
_REAL = frozenset(("yet", "eyes", "byes", "dyes", "des", "les", "res", "es", "ties", "lies"))
_REPEATED = re.compile(r"(\w)\1+")
_LONG = (("true", "yes"), ("yeah", "yes"), ("false", "no"), ("nope", "no"))


def slipped(text: str) -> tuple[int, str] | None:
    """Where a misspelt Yes or No that opens ``text`` ends, and what it is: "Yess", "Noo", "Flase"."""
    found = _FIRST_WORD.match(text)
    word = _meant(found["word"].casefold()) if found else None
    return (found.end(), word) if found and word else None


@lru_cache(maxsize=1024)
def _meant(word: str) -> str | None:
    if word in _REAL:
        return None
    once = _REPEATED.sub(r"\1", word)
    if once in ("yes", "no"):
        return once
    if word[0] in "yes" and "y" in word[:2] and OSA.distance(word, "yes") <= 1:
        return "yes"
    return next((means for full, means in _LONG if OSA.distance(word, full) <= 1), None)
