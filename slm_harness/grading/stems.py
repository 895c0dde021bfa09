"""Bringing English words to a common stem, so that they compare whatever their inflection."""

from functools import lru_cache

_ENDINGS = (
    ("ational", "at"), ("ization", "iz"), ("isation", "iz"), ("fulness", ""), ("ously", ""), ("ations", "at"), ("ation", "at"), ("ments", ""), ("ment", ""), ("ingly", ""), ("edly", ""),
    ("ities", ""), ("ity", ""), ("ising", "iz"), ("izing", "iz"), ("ised", "iz"), ("ized", "iz"), ("ions", ""), ("ion", ""), ("ings", ""), ("ing", ""), ("ies", "y"), ("ied", "y"), ("ers", ""), ("er", ""),
    ("ed", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The stem of an English word that is in lower case without accents."""
    if any(char.isdigit() for char in word) or len(word) < 4:
        return word
    for ending, other in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)] + other
            if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "lse":
                cut = cut[:-1]
            return cut
    return word
