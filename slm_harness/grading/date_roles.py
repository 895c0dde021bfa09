"""What a date is said to be the date of: the breach, its discovery, its disclosure, or something else."""

import re
from collections.abc import Sequence

from slm_harness.grading.spot import Spot

_ROLES = (
    ("discovered", r"discover\w*|detect\w*|notic(?:ed|ing)|found|spotted|un(?:noticed|detected|discovered)|identified|identification|learn(?:ed|t)|aware|came to light|uncovered|reali[sz]ed|flagged|alerted|observed|picked up|stumbled|entdeckt|bemerkt|decouver\w+|descubi\w+|scopert\w+|ontdekt|descobert\w+|upptack\w+|opdaget|oppdaget|odkry\w+"),
    ("occurred", r"occur\w*|happened|took place|taken place|beg[au]n|started|breached|accessed|infiltrated|stole|stolen|hacked|attacked|entered|broke in(?:to)?|got in(?:to)?|gained (?:unauthori[sz]ed )?access|compromised|exfiltrated|copied|(?:attack|breach|hack|theft|raid|operation|it)\s+(?:was|is|were)\s+carried out|intrusion|lasted|breach (?:date|occurred)|date of (?:the )?breach|breach\s*:|ereignete|geschah"),
    ("disclosed", r"publish\w*|publication|announc\w*|disclos\w*|notif\w+|notices?|reported|statement|dated|told|posted|informed|article|filed|filing|revealed|confirmed|wrote|letters?|arrest\w*|made public|said|closed|fixed|patched|secured|shut|contained|remediated|taken offline"),
)  # fmt: skip
_ROLE = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _ROLES))
ROLE_BUT_BREACH = re.compile(rf"\b(?:{_ROLES[0][1]}|{_ROLES[2][1]}|sent|mailed)\b")
_EVENT_OF = re.compile(
    r"\b(?:breach|(?:cyber)?-?attack|hack|intrusion|theft|incident|break-?in|burglary|raid|leak|compromise)\s+(?P<of>of|on|from|in|dated)\s+(?:[a-z]+day,?\s+)?(?:the\s+)?\Z"
)
"""An event named by its day: "the breach of 9 February"."""
_DONE_ON = re.compile(
    r"\b(?:encrypted|locked|deleted|wiped|downloaded|extracted|siphoned|harvested|scraped|taken(?! offline| down))(?:\s+(?:on|at|in|by|since|from)\b)?\s+(?:[a-z]+day,?\s+)?(?:the\s+)?\Z"
)
"""What only directly before a date says that the breach was then; elsewhere it may be how it was noticed."""
_ALIKE = re.compile(
    r"(?:,|\s+and|,\s+and)\s+(?:the\s+)?[a-z'-]+(?:\s[a-z'-]+)?\s+(?:on|in)\s+(?:the\s+)?"
)
"""A further date that shares the verb of the one before: "the regulator was told on 8 May, customers on 2 June"."""
_ATTRIBUTE = re.compile(
    r"(?s:.){0,5}?\b(?:the|an?|its|their)\s(?:stolen|copied|hacked|compromised|breached|accessed)\s(?!on\b|in\b|at\b|by\b|from\b|the\b|\d)[a-z]"
)
"""What only describes a thing: "the stolen laptop was recovered on 25 June"."""
_GOVERNED = re.compile(
    r"\b(?:after|before|since|following|prior to|(?:the\s+)?same day(?:\s+(?:as|that))?)\s+(?:[\w'-]+\s+){0,3}\Z"
)
"""What makes an event only the thing to count from: "three days after the intrusion"."""
_OTHER_VERB = re.compile(
    r"\b(?:(?!(?:again|also)\b)[a-z]{2,}(?<!ne)(?<!in)(?<!e)ed|sent|sold|left|quit|fled|paid|went|came|gave|given|held|lost|made|won|met|bought|built|died|taken|thrown|brought|cut|due|deadline|hearing|trial|court|sentence|patch|fix|opened|notes?|(?:for|on) sale|back)\b"
)
_AGAIN = re.compile(
    r"\b(?:again|also|another|second time|once more|continu\w+|still|came back)\b"
    r"|\b(?:hackers?|attackers?|thie(?:f|ves)|intruders?|burglars?|gang|(?:cyber ?)?criminals?|culprits?)\s+(?!(?:had\s+|then\s+|later\s+)*(?:demand|ask|offer|sold|post|publish|claim|threaten|contact|boast|list|add|leak|releas|charg|sentenc|convict|jail|nam)\w*)"
)
"""What makes it the breach after all: a further time, or the doing of those who did it."""
_CLAUSE = re.compile(r"[,;.(\n]\s|\(|\band\b|\bbut\b|\bwhile\b")
_ASIDE = re.compile(r"[.;!?\n(](?=\s|\w|\Z)|\bbut\b")
_ASIDE_COMMA = re.compile(_ASIDE.pattern + "|,")
_ASIDE_AND = re.compile(
    _ASIDE.pattern + r"|,?\s+and\b(?!\s+(?:was|is|it)\b)|,\s+(?!when|which|the day|as\b)"
)
"""Where another date follows, what stands behind an "and" or a comma belongs to that one."""
_LEADS_ON = re.compile(
    r"\s*(?:(?:on|in|at|by|since|around|about|only|later|was|is|date|and)\b|[:-])?\s*(?:(?:on|in|the)\s*)?"
)
_IN_BRACKETS = re.compile(
    r"\s*\((?:the\s+|its\s+|date of\s+|day of\s+|when\s+|it\s+|was\s+|they\s+|breach\s+)*(?:(?P<discovered>discover\w+|detect\w+|noticed|found)|(?P<occurred>breach|theft|attack|intrusion|occurred|happened)|(?P<disclosed>publi\w+|announce\w*|disclos\w+|notif\w+|report\w*|letters?|notices?|arrest\w*|statement))\b[^()\d]{0,30}\)"
)
STOP = re.compile(r"[.;!?\n](?=\s|\Z)")


def role_of(low: str, start: int, end: int, found: Sequence[Spot], *, bound: bool = False) -> str:
    """The role of the date at ``low[start:end]`` among all that were ``found``; empty where nothing is said.

    The last verb before it decides, or else the first after it; of a ``bound`` or the end of a span ("before 5 May, when it
    was found") what follows behind a comma says nothing.
    """
    left = max([one.end for one in found if one.end <= start], default=0)
    first = left == 0
    labelled = _IN_BRACKETS.match(low, left) if left else None
    left = labelled.end() if labelled else left
    stops = [match.end() for match in STOP.finditer(low, left, start)]
    left = max([left, *stops])
    event = _EVENT_OF.search(low, max(left, start - 50), start)
    if event and event["of"] == "of":
        return "occurred"
    if _DONE_ON.search(low, max(left, start - 50), start):
        return "occurred"
    before = _before(low, left, start)
    if before:
        return before
    if not first and of_something_else(low, left, start):
        return "other"
    if _ALIKE.fullmatch(low, left, start):
        earlier = max(
            [one for one in found if one.end <= start], key=lambda one: one.end, default=None
        )
        begin = max([one.end for one in found if earlier and one.end <= earlier.start], default=0)
        if earlier and (shared := _before(low, begin, earlier.start)):
            return shared
    if event:
        return "occurred"
    return _after(low, end, found, bound=bound)


def _before(low: str, left: int, start: int) -> str:
    role = ""
    reach = left
    for match in _ROLE.finditer(low, left, start):
        counted_from = _GOVERNED.search(low, max(reach, match.start() - 60), match.start())
        reach = match.end()
        if _ATTRIBUTE.match(low, max(match.start() - 6, left), match.end() + 8):
            continue
        if counted_from and ("," in low[match.end() : start] or "(" in low[match.end() : start]):
            continue
        role = match.lastgroup or ""
    return role


def _after(low: str, end: int, found: Sequence[Spot], *, bound: bool) -> str:
    right = min([one.start for one in found if one.start >= end], default=len(low))
    bracket = _IN_BRACKETS.match(low, end)
    if bracket and (len(found) > 1 or low[bracket.end(bracket.lastgroup or 0)] == ")"):
        return bracket.lastgroup or ""
    aside = _ASIDE_COMMA if bound else _ASIDE if right == len(low) else _ASIDE_AND
    stop = aside.search(low, end, right)
    for after in _ROLE.finditer(low, end, stop.start() if stop else right):
        if _GOVERNED.search(low, max(end, after.start() - 60), after.start()):
            continue
        if right < len(low) and _LEADS_ON.fullmatch(low, after.end(), right):
            return ""
        return after.lastgroup or ""
    return ""


def of_something_else(low: str, left: int, start: int) -> bool:
    """Whether a date has a verb of its own that is none of the breach: "he was dismissed on 6 May"."""
    clause = left
    for mark in _CLAUSE.finditer(low, left, start):
        clause = mark.end()
    own = low[clause:start]
    return bool(_OTHER_VERB.search(own)) and not _AGAIN.search(own)
