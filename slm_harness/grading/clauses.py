"""What a sentence does with a thing it names: asserts it, denies it, or sets it apart."""

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise

_BREAK = re.compile(
    r"[;!?\n]|\.(?=\s|\Z)(?<!\b[A-Z]\.)|,?\s+\b(?:but|however|although|though|whereas|sondern|aber|mais|pero|ma|mas|maar)\b"
    r"|\s-\s|,\s+(?=not\b)|\(|\)",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(
    r"\b(?:inc|ltd|co|corp|st|mr|mrs|ms|dr|no|approx|ca|c|est|vs|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|bros|u\.s|u\.k)\Z",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def breaks(text: str) -> tuple[int, ...]:
    """The places at which one clause ends and another begins, the two ends of the text included."""
    marks = [0]
    for found in _BREAK.finditer(text):
        if found[0] == "." and _ABBREVIATED.search(text[max(0, found.start() - 6) : found.start()]):
            continue
        marks.append(found.start())
    marks.append(len(text))
    return tuple(marks)


def clause_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Beginning and end of the clause in which ``text[start:end]`` stands."""
    marks = breaks(text)
    left = marks[max(bisect_right(marks, start) - 1, 0)]
    right = marks[min(bisect_left(marks, end, lo=1), len(marks) - 1)]
    return left, max(right, end)


def clause_list(text: str) -> list[str]:
    """The clauses of ``text``, each with the word or mark that opens it."""
    marks = breaks(text)
    pieces = (text[a:b] for a, b in pairwise(marks))
    return [piece for piece in pieces if re.search(r"\w", piece)]


_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|never|nor|neither|isn't|wasn't|weren't|aren't|didn't|doesn't|rather than|instead of|as opposed to|other than|"
    r"except(?: for)?|excluding|without|unlike|nicht|kein\w*|statt|niet|geen|não|nao|ni|and not|ruled out|rules out|ruling out|denied|denies|no evidence of|(?:wrongly|mistakenly) (?:named|identified|reported|blamed|believed|thought|said|called|accused|linked|suspected|assumed|cited|described)(?: as)?)|n't)"
    r"(?P<gap>(?:\W+[\w'.&]+){0,5}?)\W*\Z",
    re.IGNORECASE,
)
_NOT_A_DENIAL = re.compile(
    r"\b(?:only|just|far|fewer|less|more|later|earlier|say|said|disclose|specify|state|comment|confirm|respond|reveal|limited|merely|until|before|exceed(?:ing)?|over|under|notice|notified|aware)\b",
    re.IGNORECASE,
)
_FIRST_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|does|do|could|would|played|plays|wurde|wurden|war|ist)\b(?P<neg>n't|\s+(?:\w+ly\s+)?(?:not|never|no (?:part|role)|nicht|niet)\b)?(?P<rest>[^.;]{0,40})",
    re.IGNORECASE,
)
_BARE_AFTER_NOT = re.compile(
    r"\A(?:\W|been\b|the\b|a\b|an\b|be\b|in any way\b)*(?:\Z|[,;.)]|involve|affect|breach|hit|hack|compromis|impact|cause|reason|entity|victim|responsible|part|target|to blame|"
    r"among|one of|at fault|correct|right|figure|number|date|day|when|how|real|true|third|the case|exploit|used|stolen|taken|attack|so\b|play|suffer)",
    re.IGNORECASE,
)
_DISMISSED = re.compile(
    r"\A\W*(?:\w+\W+){0,3}?(?:ruled out|dismissed|denied|unaffected|uninvolved|(?:is|was|are|were|being)\s+(?:\w+ly\s+)?(?:excluded|incorrect|false|wrong|a mistake|unrelated|irrelevant))\b",
    re.IGNORECASE,
)


def denied(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is named only to say that it is not so."""
    left, _ = clause_bounds(text, start, end)
    before = text[max(left, start - 90) : start]
    found = _NOT_BEFORE.search(before)
    if found and not _NOT_A_DENIAL.search(found["gap"]) and not re.search(r",\s", found["gap"]):
        return True
    return dismissed(text, start, end)


def dismissed(text: str, start: int, end: int) -> bool:
    """Whether it is said behind ``text[start:end]`` that it is not so: "X was ruled out"."""
    _, right = clause_bounds(text, start, end)
    after = text[end : min(right, end + 140)]
    if _DISMISSED.match(after):
        return True
    verb = _FIRST_VERB.search(after)
    return bool(verb and verb["neg"] and _BARE_AFTER_NOT.match(verb["rest"]))


_SUPERSEDED = re.compile(
    r"\b(?:initial(?:ly)?|original(?:ly)?|earlier(?! than)|previous(?:ly)?|at first|first (?:thought|said|reported|believed|estimated|put|feared|announced)|had (?:said|reported|put|estimated)|preliminary|"
    r"up from|down from|revised from|(?:rose|raised|corrected|updated|increased|grew|changed|upgraded|reduced|lowered) from|superseded|outdated|no longer|ursprünglich|zunächst)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\d|\b(?:later|now|to(?! (?:be|have)\b)|then|since|final(?:ly)?|actual(?:ly)?|current(?:ly)?)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:suspect\w*|may (?:have|be)|might|possib\w+|perhaps|maybe|believed|believes?|thought to|thinks?|appears?|appeared|seems?|seemed|like(?:ly|lier|liest)|probabl\w+|could (?:have|be)|presum\w+|allege\w*|"
    r"unconfirmed|not (?:yet |been |officially )*confirmed|potential\w*|speculat\w+|rumou?r\w*|hypothes\w+|theor(?:y|ies)|points? to|suggest\w*|looks like|investigating whether|whether|if|"
    r"assum\w+|apparent\w*|feared|vermut\w*|mutma\w*|möglicherweise|wahrscheinlich|peut-être|probablement|soupçonn\w*|quizás|posiblemente|forse|probabilmente|talvez|possivelmente|provavelmente|misschien|mogelijk|waarschijnlijk|vermoedelijk)\b",
    re.IGNORECASE,
)


def superseded(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is given as what was said first and no longer holds."""
    left, _ = clause_bounds(text, start, end)
    before = text[max(left, start - 60) : start]
    last = None
    for last in _SUPERSEDED.finditer(before):  # noqa: B007 - the last one counts
        pass
    return last is not None and not _NOW.search(before, last.end())


def hedged(text: str) -> bool:
    """Whether ``text`` gives what it says as a guess."""
    return bool(_HEDGE.search(text))
