"""Which date is which: of the breach, of its discovery, or of something else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from slm_harness.breach.date_patterns import Frame
from slm_harness.breach.dates import Mention, mentions, show
from slm_harness.breach.prose import Page

UNKNOWN = "Unknown"
_MAX_MENTIONS = 400


class _Role(Enum):
    BREACH = "breach"
    DISCOVERY = "discovery"
    OTHER = "other"


_CUES = re.compile(
    r"\b(?:(?P<discovery>(?:was |were |only )?(?:discover(?:ed|y|s)?|detect(?:ed|ion|s)?|notic(?:ed"
    r"|ing)"
    r"|learn(?:ed|t|s) (?:of|about|that)|spotted|became aware|aware|alert(?:ed|s)|flagged|realised"
    r"|realized|came (?:to light|across)|first knew|uncovered|raised the alarm|tipped off|found(?!"
    r" that)|reported it"
    r"|identified(?! as)|picked up|come to light|stumbled|tip-off))"
    r"|(?P<breach>occurred|took place|happened|began|begun|started|dat(?:es|ing) back|lasted"
    r"|accessed"
    r"|gained (?:\w+ )?access|had access|unauthori[sz]ed access|intrusion|intruders?|attack(?:ed"
    r"|ers?)?"
    r"|stole|stolen|theft|breach(?:ed)?|hack(?:ed|ers?)?|broke in(?:to)?|break-in|compromised"
    r"|copied"
    r"|downloaded|exfiltrated|entered|got in|got into|infiltrated|logged in|signed in|log in"
    r"|exposed"
    r"|was live|left (?:open|public|unprotected)|emailed|mailed|went missing|lost|leaked|ransomware"
    r"|inside (?:its|the|their)|exploited|clicked|posted|planted|taken|misconfigured|visible"
    r"|harvested"
    r"|encrypted|incident|introduced|went online|went out|(?:was|were) (?:sent|made)|active|roamed"
    r"|access began)"
    r"|(?P<other>said|says?|told|announced|notif(?:ied|y|ying|ication)|disclosed|disclosure"
    r"|published"
    r"|statement|filed|filing|dated|wrote|letters?|confirmed|admitted|sentenced|jailed|fined|court"
    r"|hired"
    r"|founded|launched|patch(?:ed)?|fix|acquired|meeting|shares|due|deadline|hearing|appeared"
    r"|arrested"
    r"|announcement|reported|revealed|informed|restored|reopened|since the|closed|migration|last"
    r" year"
    r"|poster?|engaged|ordered|resigned|available|released|issued|apologised|apologized|concluded"
    r"|complet(?:ed|ion)|contract))\b",
    re.I,
)
_BREAK = re.compile(r"[,;:—–]| and | but | while | which | when ")
_OPEN_START = re.compile(
    r"\b(?:since|from|as early as|as far back as|began (?:on|in))(?: at least| about|"
    r" around)?(?: the)? ?$",
    re.I,
)
_OPEN_END = re.compile(r"\b(?:before|prior to|until|by)(?: about| around)?(?: the)? ?$", re.I)
_WHEN = re.compile(
    r"^(?: (?:morning|afternoon|evening|night))?,? (?:when|after) [^,.;]{0,60}(?:discover|detect"
    r"|notic|spott|found|alert|learn|reali[sz]ed"
    r"|rang|complain|cut off|shut|stumbled)"
)
_OBJECT = re.compile(
    r"breach|hack|attack|incident|intrusion|theft|unauthori[sz]ed access|break-in|ransomware"
    r"|intruders?$",
    re.I,
)
_WHOLE = re.compile(r"occurred|took place|happened|began|had access|accessed|inside", re.I)


@dataclass(frozen=True)
class _Dated:
    mention: Mention
    role: _Role
    score: float
    before: str
    """The words in front of it."""


def breach_and_discovery(page: Page) -> tuple[str, str]:
    """The date of the breach and that of its discovery, each as asked for, or Unknown."""
    dated = list(_dated(page))
    breach = _best(dated, _Role.BREACH, ranges=True)
    found = _best(dated, _Role.DISCOVERY, ranges=False)
    discovery = show(found.mention.earliest, found.mention.latest) if found else UNKNOWN
    if breach is None:
        return UNKNOWN, discovery
    earliest, latest = breach.mention.earliest, breach.mention.latest
    if found and _OPEN_START.search(breach.before) and found.mention.latest > latest:
        latest = found.mention.latest
    elif _OPEN_END.search(breach.before):
        return f"before {show(latest, latest)}", discovery
    return show(earliest, latest), discovery


def _best(dated: list[_Dated], role: _Role, *, ranges: bool) -> _Dated | None:
    best, best_score = None, 0.0
    for place, candidate in enumerate(entry for entry in dated if entry.role is role):
        score = candidate.score - 0.2 * min(place, 10) + _precision(candidate.mention, ranges)
        if best is None or score > best_score:
            best, best_score = candidate, score
    return _narrowed(best, dated) if best else None


def _narrowed(best: _Dated, dated: list[_Dated]) -> _Dated:
    """A day within the rough span found ("last month"), where there is one for the same role."""
    span = best.mention
    if span.joined or span.days < 6:
        return best
    inside = (
        entry
        for entry in dated
        if entry.role is best.role
        and entry.mention.days < span.days
        and span.earliest <= entry.mention.earliest
        and entry.mention.latest <= span.latest
    )
    return max(inside, key=lambda entry: entry.score, default=best)


def _precision(mention: Mention, ranges: bool) -> float:
    if mention.days == 1:
        return 2.0
    if mention.days > 300:
        return -3.0
    return (2.5 if mention.joined else 1.0) if ranges else 0.0


def _dated(page: Page) -> Iterator[_Dated]:
    frame = Frame(page.published or _reference(page), None)
    many = 0
    for sentence in page.all:
        if many > _MAX_MENTIONS:
            return
        for mention in mentions(sentence, frame):
            many += 1
            role, score = _role(sentence, mention)
            yield _Dated(mention, role, score, sentence[max(0, mention.start - 40) : mention.start])
            if role is not _Role.DISCOVERY and _WHEN.match(sentence[mention.end :]):
                last = replace(mention, earliest=mention.latest)
                yield _Dated(last, _Role.DISCOVERY, score, "")
            fixed = mention.days == 1 or role is _Role.BREACH
            if fixed and 1960 < mention.latest.year < 2110:
                frame = replace(frame, anchor=mention.latest)


def _reference(page: Page) -> date | None:
    """Where the page has no date of its own: the latest full date in the text."""
    empty = Frame(None, None)
    days = (
        mention.latest
        for sentence in page.sentences[:200]
        for mention in mentions(sentence, empty)
        if mention.days == 1
    )
    return max(days, default=None)


def _role(sentence: str, mention: Mention) -> tuple[_Role, float]:
    """The role of the cue nearest to the date; a clause boundary in between counts as distance."""
    best, nearest = _Role.OTHER, 130.0
    strong, last_end, last_role = False, -99, _Role.OTHER
    for cue in _CUES.finditer(sentence):
        role = _Role(cue.lastgroup)
        close = cue.start() - last_end < 25 and not _BREAK.search(sentence[last_end : cue.start()])
        if close and _OBJECT.fullmatch(cue[0]) and last_role is not _Role.BREACH:
            role = last_role  # "detected the intrusion on", "told of the breach on"
        last_end, last_role = cue.end(), role
        far = _distance(sentence, mention, cue.start(), cue.end())
        if far < nearest:
            nearest, best = far, role
            strong = bool(_WHOLE.search(cue[0]))
    return best, 5.0 - nearest / 20 + 1.5 * strong


def _distance(sentence: str, mention: Mention, start: int, end: int) -> float:
    if end <= mention.start:
        gap = sentence[end : mention.start]
        extra = 0
    elif start >= mention.end:
        gap = sentence[mention.end : start]
        leads = not sentence[: mention.start].strip("\"'“‘ ") or _LEADS.search(
            sentence[max(0, mention.start - 25) : mention.start]
        )
        extra = 0 if leads else 25
    else:
        return 999.0
    breaks = len(_BREAK.findall(gap))
    return (
        len(gap) + extra + 15 * max(0, breaks - (1 if extra == 0 and start >= mention.end else 0))
    )


_LEADS = re.compile(
    r"(?:^|[,;:—–“\"] ?|\band |\bbut |\bthat )(?:on |in |it was (?:on |in )?|between |by )?(?:the"
    r" )?$",
    re.I,
)
