"""Who was breached, and which outside firms had a part in it."""

import re

from slm_harness.breach.cues import ATTACK, DATA, LOSS, NO_LOSS
from slm_harness.breach.names import Naming, is_outside, looks_like_organisation, namings
from slm_harness.breach.prose import Page

UNKNOWN = "Unknown"
MAX_NAME = 160
_MAX_THIRD = 8

_SKIP = (
    r"^(?:[’']s?)?(?:,[^,;]{0,110},| \([^)]{0,40}\))? "
    r"(?:(?:has|have|had|also|later|officials|today|on \w+|is|was|were|been|itself) )*"
)
_HOLDINGS = (
    r"(?:systems?|networks?|servers?|customers?|databases?|records|patients|website|users?|members"
    r"|data|clients"
    r"|app|passengers|guests|students|subscribers|borrowers|shoppers|employees|computers?|portal"
    r"|mortgage portal)"
)
_GOOD_AFTER: tuple[tuple[re.Pattern[str], float], ...] = (
    (
        re.compile(
            _SKIP + r"(?:hacked|breached|hit by|compromised|attacked|targeted|suffer\w*"
            r"|fell victim|expos\w+|left|lost|loses|leaked|emailed"
            r"|apologi[sz]\w+|sent|fined)\b"
        ),
        4.0,
    ),
    (
        re.compile(
            _SKIP + r"(?:said|says|confirm\w*|admit\w*|disclos\w+|notif\w+"
            r"|told|announc\w+|reveal\w*|acknowledg\w+|warn\w*|discover\w*"
            r"|detect\w*|learn\w*|became|becomes|noticed|investigat\w+|writing|wrote|reported)\b"
        ),
        1.5,
    ),
    (re.compile(rf"^[’']s? (?:\w+ ){{0,3}}{_HOLDINGS}\b"), 2.0),
    (re.compile(rf"^ {_HOLDINGS}\b"), 1.5),
    (re.compile(r"^ (?:data |security |cyber )?(?:breach|hack|leak|attack|theft|incident)\b"), 3.0),
)
_GOOD_BEFORE: tuple[tuple[re.Pattern[str], float], ...] = (
    (
        re.compile(
            r"\b(?:breach|hack|attack|intrusion|leak|theft|incident|break-in)(?: \w+){0,3} (?:at|of"
            r"|on|by|in|from|affecting|involving)"
            r" (?:the )?(?:[\w-]+ ){0,4}$"
        ),
        3.5,
    ),
    (
        re.compile(
            r"\b(?:[Hh]ackers?|attackers?|intruders?|criminals?|thieves|gang|group)\b[^.,;]{0,45}"
            r" (?:into|at|from|hit|hacked"
            r"|breached|targeted|attacked|of|on) (?:the )?(?:[a-z-]+ ){0,3}$"
        ),
        3.0,
    ),
    (
        re.compile(
            r"\b(?:stolen|stole|taken|copied|leaked|exfiltrated|missing|obtained)\b[^.,;]{0,40}"
            r" from (?:the )?(?:[a-z-]+ ){0,3}$"
        ),
        3.0,
    ),
    (
        re.compile(
            rf"\b(?:{_HOLDINGS}|details|files|information|page|site) (?:of|at|held by|belonging to)"
            rf" (?:the )?(?:[a-z-]+ ){{0,3}}$"
        ),
        1.5,
    ),
    (
        re.compile(
            r"\b(?:employee|handler|worker|[Ss]taff|official|manager|clerk|nurse)s? (?:at|of)"
            r" (?:the )?$"
        ),
        2.0,
    ),
)
_ATTACKER_BEFORE = re.compile(
    r"\b(?:calling (?:itself|himself|themselves)|known as|gang|group|collective|crew|ransomware"
    r"|hackers?|hacker|nicknamed|alias|outfit)"
    r"(?: (?:called|named|known as|dubbed))?,? (?:the )?$"
)
_ATTACKER_AFTER = re.compile(
    r"^,? (?:ransomware|gang|group[’' ](?:s|has|said|claimed)|hackers|extortion|claimed"
    r" responsibility|has claimed|(?:a|an|the) [^,.]{0,40}"
    r"(?:gang|hackers?|hacking|ransomware|extortion|criminal|cyber-?crime))\b"
)
_EXPERT = re.compile(
    r"\b(?:researchers?|analysts?|security (?:company|firm|researcher|group)|cyber-?security"
    r" (?:company|firm)|forensics?(?: \w+)?|experts?"
    r"|consultants?|lawyers?|law firm|insurer|charity|union|credit[- ]monitoring|identity[- ]\w+"
    r"|incident[- ]response)[^.,;]{0,15}"
    r"(?: (?:at|from|with|by|called))?,? (?:the )?$|\b(?:told|reported by|spoke to|interview with"
    r"|acquired by|owned by|rival) (?:the )?$"
)
_HELPERS = re.compile(
    r"\b(?:(?:has|have|had|it|and|also|company|firm|bank|trust|council|university|we) (?:hired"
    r"|brought in|called in"
    r"|engag(?:ed|ing)|retained|appointed)|forensics?|credit[- ]monitoring|identity[- ](?:theft"
    r"|protection)"
    r"|identity protection|incident[- ]response|first reported)\b"
)
_UNINVOLVED = re.compile(
    r"\b(?:(?:was|were|are|is) (?:not|never) (?:\w+ )?(?:affected|involved|touched|compromised"
    r"|breached|part)|not affected|unaffected"
    r"|unrelated|no (?:connection|part|role)|had nothing to do|competitor|rival|switch(?:ed|ing) to"
    r"|replaced by|moved to)\b"
)
_TRADE = (
    r"(?:software|hosting|cloud|web|billing|payroll|marketing|mailing|IT|technology|tech|data"
    r"|storage|logistics|courier|delivery|call-cent(?:re|er)"
    r"|transcription|print(?:ing)?|support|debt-collection|collections|recruitment|outsourcing"
    r"|outsourced|catering|cleaning|survey|ticketing|booking|payments?"
    r"|analytics|chat|email|communications|security-guard|shredding|disposal|recycling|archiving"
    r"|claims|HR)"
)
_PARTNER = (
    r"(?:sub-?contractors?|contractors?|suppliers?|vendors?|providers?|processors?|outsourcers?"
    r"|consultancy|bureau|integrator|administrator"
    rf"|start-?up|{_TRADE}(?: \w+)? (?:company|firm|business|group|house|giant|start-?up|makers?"
    rf"|specialists?|services?|agency|partner|host|platform))"
)
_THIRD_BEFORE = re.compile(
    rf"\b{_PARTNER}(?:,| called| named| known as|, (?:a|an|the) [^,.]{{0,40}} called)? $"
    r"|\b(?:hosted|run|operated|managed|maintained|supplied|made|developed|built|provided|carried"
    r" out|handled|processed|written|administered"
    r"|stored|held|set up|configured|installed|serviced|printed|sold)(?: on \w+ \w+)? (?:by|with)"
    r" (?:the |an? |its )?(?:[a-z-]+ ){0,4}$"
    r"|\b(?:software|program|tool|widget|plug-?in|platform|product|portal|service|system|app)"
    r" (?:from|of|by) (?:the )?(?:[a-z-]+ ){0,3}$"
    r"|\b(?:outsourced|contracted(?: out)?|subcontracted|entrusted|handed over) (?:\w+ )?to (?:the"
    r" )?(?:[a-z-]+ ){0,3}$"
)
_THIRD_AFTER = re.compile(
    r"^,? (?:which|that|who) (?:\w+ ){0,2}(?:provides?|provided|runs?|ran|hosts?|hosted|manages?"
    r"|managed|process(?:es|ed)|supplies|supplied"
    r"|handles?|handled|stores?|stored|operates?|operated|makes|maintains?|maintained|prints?"
    r"|printed|administers?|looks after|built)\b"
    rf"|^,? (?:an?|the|its|their|one of its|another) (?:[\w’'-]+ ){{0,4}}?{_PARTNER}\b"
    r"|^, (?:an?|the|its) (?:[\w’'-]+ ){0,4}(?:company|firm|business) (?:that|which|in|based|hired"
    r"|used|employed|paid)\b"
)
_UNNAMED = re.compile(
    r"\b(?:third[- ]party|outside|external) (?:\w+ ){0,2}(?:vendor|supplier|provider|contractor"
    r"|processor|service|company|firm|platform)\b",
    re.I,
)


def entity_and_third_parties(page: Page) -> tuple[str, str, list[str]]:
    """Who was breached, whether third parties were involved (Yes or No), and their names."""
    found = namings(page)
    scores, first = _scores(page, found)
    entity = max(scores, key=lambda name: (scores[name], -first[name]), default="")
    third = _third_parties(page, found, entity)
    names = entity[:MAX_NAME] if entity and scores[entity] > 0 else _from_title(page.title)
    return names, "Yes" if third or _unnamed(page) else "No", third


def _unnamed(page: Page) -> bool:
    return any(
        _UNNAMED.search(text)
        and (LOSS.search(text) or ATTACK.search(text))
        and not _UNINVOLVED.search(text)
        for text in page.all
    )


def _scores(page: Page, found: list[Naming]) -> tuple[dict[str, float], dict[str, int]]:
    scores: dict[str, float] = {}
    first: dict[str, int] = {}
    for place, naming in enumerate(found):
        if naming.name not in first:
            first[naming.name] = place
            scores[naming.name] = _standing(page, naming)
        if scores[naming.name] < 30:
            scores[naming.name] += _weigh(naming, page.sentences[naming.sentence])
    return scores, first


def _standing(page: Page, naming: Naming) -> float:
    """What the name itself, its place and the title say for it."""
    score = 2.0 if naming.sentence == 0 else 1.0 if naming.sentence < 3 else 0.0
    score += 1.0 * looks_like_organisation(naming.name) - 6.0 * is_outside(naming.name)
    title = page.title
    words = naming.name.split()
    short = next((w for n in range(len(words), 0, -1) if (w := " ".join(words[:n])) in title), None)
    if not short or (len(short) < 4 and short != naming.name):
        return score
    at = title.index(short)
    score += 2.5 + 1.5 * (at == 0)
    return score + _clues(title[:at], title[at + len(short) :])


def _weigh(naming: Naming, sentence: str) -> float:
    breach = bool(ATTACK.search(sentence) or (DATA.search(sentence) and LOSS.search(sentence)))
    score = 0.4 + _clues(naming.before, naming.after) * (1.0 if breach else 0.4)
    if _ATTACKER_BEFORE.search(naming.before) or _ATTACKER_AFTER.match(naming.after):
        score -= 6.0
    if _EXPERT.search(naming.before):
        score -= 3.0
    if _is_third(naming):
        score -= 1.5
    return score - 2.0 * bool(NO_LOSS.search(sentence) or _UNINVOLVED.search(sentence))


def _clues(before: str, after: str) -> float:
    good = max((weight for pattern, weight in _GOOD_AFTER if pattern.match(after)), default=0.0)
    return good + max(
        (weight for pattern, weight in _GOOD_BEFORE if pattern.search(before)), default=0.0
    )


def _is_third(naming: Naming) -> bool:
    return bool(_THIRD_BEFORE.search(naming.before) or _THIRD_AFTER.match(naming.after))


def _third_parties(page: Page, found: list[Naming], entity: str) -> list[str]:
    third: list[str] = []
    for naming in found:
        name, sentence = naming.name, page.sentences[naming.sentence]
        if name == entity or name in third or is_outside(name) or not _is_third(naming):
            continue
        if (
            _HELPERS.search(sentence)
            or _UNINVOLVED.search(sentence)
            or _EXPERT.search(naming.before)
        ):
            continue
        if not (_ATTACKER_BEFORE.search(naming.before) or _ATTACKER_AFTER.match(naming.after)):
            third.append(name)
    return [name[:MAX_NAME] for name in third[:_MAX_THIRD]]


_TITLE_VERB = re.compile(
    r"^(.{2,80}?)(?:[’']s?)? (?:says|confirms|admits|warns|discloses|hit|suffers|notifies|loses"
    r"|fined|apologi[sz]es|reveals|reports"
    r"|hacked|breached|data|customers|breach|hack|investigates|probes)\b"
)


def _from_title(title: str) -> str:
    match = _TITLE_VERB.match(title)
    return match[1] if match else UNKNOWN
