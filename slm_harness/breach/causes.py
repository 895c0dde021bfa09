"""How it came about: the sentence that tells it, and whether it is told as a fact."""

import re

from slm_harness.breach.cues import ADVICE, NOT_REAL
from slm_harness.breach.prose import Page

UNKNOWN = "Unknown"
MAX_CAUSE = 400
_ENOUGH = 2.5
_NEIGHBOUR = 1.2

_MEANS = re.compile(
    r"\b(?:phish\w*|spear-?phish\w*|social engineering|fake (?:\w+[ -]){0,3}(?:page|site|email"
    r"|login|invoice)"
    r"|tricked|duped|impersonat\w+|posing as|pretending to be|phone call|smish\w*|vish\w*|sim[-"
    r" ]swap\w*"
    r"|(?:stolen|compromised|reused|leaked|weak|default|shared|guessed|old|hijacked|former) (?:\w+"
    r" ){0,2}"
    r"(?:passwords?|credentials?|logins?|accounts?|keys?|tokens?)|(?:password|credentials?"
    r"|log-?ins?|api key"
    r"|access key|token)s? (?:of|belonging|that|stolen|taken|left|leaked|reused|for|had been|from)"
    r"|credential stuffing|brute[- ]force\w*|multi-?factor|two-factor"
    r"|(?:un|not |never )patched|vulnerabilit\w+|zero-day|flaws?|bug|sql injection|loophole"
    r"|security hole"
    r"|outdated|out-of-date|back ?door|exploit\w*|misconfigur\w+|wrongly configured|configuration"
    r" error"
    r"|(?:set to|left|made) (?:\w+ )?(?:public|open|unprotected|unsecured|exposed|accessible)"
    r"|without (?:a )?password|no password|unprotected|unsecured|coding error|software error|human"
    r" error"
    r"|by mistake|by accident|accidentally|inadvertently|mistakenly|in error|wrong (?:\w+ ){0,2}"
    r"(?:file|attachment|address|spreadsheet|recipient|person|people|list|envelope)\w*|redact\w*"
    r"|unencrypted|(?:laptop|usb stick|memory stick|hard drive|briefcase|tablet|device|phone|backup"
    r" tapes?|paper files)"
    r"|(?:former|ex|disgruntled|rogue|dishonest|current)[- ](?:employee|worker|contractor|claims"
    r" handler|member of staff"
    r"|staff member|manager|nurse|clerk|temp|official|engineer|administrator|agent|officer|\w+"
    r" (?:manager|worker|clerk))"
    r"|insider|bribed|malware|malicious (?:code|software|attachment|link|script|update)|trojan"
    r"|keylogger|skimm\w+"
    r"|ransomware|infected \w+|attachment|mix-up|mail[- ]merge|remote[- ](?:access|desktop)"
    r"|supply[- ]chain|firewall|vpn|dumped|skip"
    r"|burgl\w+)\b",
    re.I,
)
_DEFINITE = re.compile(
    r"\b(?:(?:no|without|not protected by|lacked) (?:two|multi)-factor|mix-up|credential stuffing"
    r"|zero-day|misconfigur\w+|human error|default password|by (?:mistake"
    r"|accident)|unpatched|unencrypted"
    r"|sql injection|root cause|inadvertently|accidentally)\b",
    re.I,
)
_LINK = re.compile(
    r"\b(?:caused by|because|due to|as a result of|result of|owing to|after (?:an?|one|the|its"
    r"|being|having)"
    r"|by (?:using|exploiting|means of|tricking|guessing|calling|sending)|exploit(?:ed|ing)|us(?:ed"
    r"|ing) (?:an?|the|stolen)"
    r"|trac(?:ed|es) (?:\w+ )?(?:back )?to|blamed on|attributed to|stemmed from|began (?:when|with)"
    r"|started (?:when|with)|gained (?:\w+ )?access"
    r"|got in(?:to)? (?:\w+ )?(?:through|via|by|using|with)|through (?:an?|the|its)|via (?:an?|the"
    r"|its)|when (?:an?|one|somebody|someone|staff)|clicked"
    r"|opened (?:an?|the)|entered (?:her|his|their)|typed|handed over|gave away|failed to|failure"
    r" to|forgot\w*|should have been"
    r"|ought to have|had been (?:set|left|stolen|tricked)|was stolen|were stolen from|attached|with"
    r" (?:the|an?|stolen|default|leaked|reused) (?:\w+ )?(?:passwords?|credentials?|logins?)|had"
    r" left|left (?:an?|the)"
    r"|signed in|logged in|log in|root cause|cause (?:of the \w+ )?was|copied|slipped in|selling"
    r"|sold|abus(?:ed|ing)|misus(?:ed|ing)|planted|sat in|passed them)\b",
    re.I,
)
_SUSPECTED = re.compile(
    r"\b(?:suspect(?:s|ed)?|believed|thought to|may have|might have|could have|possibl[ey]"
    r"|probabl[ey]|likely"
    r"|appears? to|theory|theories|speculat\w+|rumou?r\w*|unconfirmed|not (?:yet )?(?:been"
    r" )?confirmed|whether|claims? that)\b",
    re.I,
)
_NOT_KNOWN = re.compile(
    r"\b(?:(?:cause|how (?:the|it|they|he|she|hackers|intruders|attackers|thieves|somebody|someone"
    r"|criminals)\b[^.]{0,60})"
    r" (?:\w+ ){0,3}(?:unknown|unclear|not known|not yet|remains?|under investigation|being"
    r" investigated)"
    r"|(?:not (?:yet )?(?:\w+ )?(?:known|clear|established|determined|said|disclosed|explained|say"
    r"|saying|revealed|identified)|unclear|unknown"
    r"|declin\w+ to say|refus\w+ to say|would not say|could not say|investigating|trying to"
    r" (?:establish|find out|work out|determine)"
    r"|to (?:establish|determine)|have yet to|has yet to|too early|too soon|did not say|no (?:word"
    r"|details|explanation) (?:on|of|about))"
    r"[^.]{0,80}\b(?:cause|how\b(?! (?:many|much|long|few))|speculat\w+|method|way in|what"
    r" (?:happened|went wrong)|point of entry|entry point))",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:(?:was|were) not (?!protected|patched|encrypted|secured|updated|changed|closed|revoked"
    r"|enabled)|not (?:the result of|caused by|due to)|no (?:evidence|sign|indication"
    r"|suggestion) (?:of|that)|ruled out|denied|rather than)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:another (?:breach|attack|incident)|unrelated|separate (?:breach|attack|incident)|in (?:a"
    r"|an) (?:earlier|previous) "
    r"|last year[’']s|not affected|hashed|reset|has since|have since|from now on|in future|new"
    r" measures|training for|will (?:now )?(?:be|introduce|require))\b",
    re.I,
)
_WEAK_MEANS = re.compile(
    r"^(?:ransomware|malware|firewall|vpn|phone|exploit\w*|laptop|device|tablet|dumped"
    r"|multi-?factor|two-factor|infected)$",
    re.I,
)


def cause(page: Page) -> tuple[str, str]:
    """Whether the cause is known, Yes or No, and the sentence or two that state it, or Unknown."""
    scores = [_weigh(sentence) for sentence in page.sentences]
    best = max(range(len(scores)), key=lambda at: (scores[at], -at), default=-1)
    if best < 0 or scores[best] < _ENOUGH + (1.5 if _open_question(page) else 0.0):
        return "No", UNKNOWN
    return "Yes", _text(page, scores, best)


def _open_question(page: Page) -> bool:
    return any(_NOT_KNOWN.search(sentence) for sentence in page.sentences)


def _text(page: Page, scores: list[float], best: int) -> str:
    """The best sentence, with a neighbour that tells of the cause as well, if both fit."""
    first, last = best, best
    for at in (best + 1, best - 1):
        if 0 <= at < len(scores) and scores[at] >= _NEIGHBOUR:
            first, last = min(first, at), max(last, at)
            break
    both = " ".join(page.sentences[first : last + 1])
    text = both if len(both) <= MAX_CAUSE else page.sentences[best]
    if len(text) <= MAX_CAUSE:
        return text
    means = _MEANS.search(text)
    start = min(max(0, (means.start() if means else 0) - 200), len(text) - MAX_CAUSE)
    return text[start : start + MAX_CAUSE].strip()


def _weigh(sentence: str) -> float:
    if ADVICE.search(sentence) or NOT_REAL.search(sentence) or _NOT_KNOWN.search(sentence):
        return 0.0
    means = {match[0].lower() for match in _MEANS.finditer(sentence)}
    links = len({match[0].lower() for match in _LINK.finditer(sentence)})
    if not means:
        return min(0.6 * links, 1.2)
    strong = sum(not _WEAK_MEANS.match(word) for word in means)
    score = min(1.5 * strong + 0.5 * (len(means) - strong), 3.5)
    score += min(1.2 * links, 2.4)
    score += 1.0 * bool(_DEFINITE.search(sentence))
    score -= 2.5 * bool(_SUSPECTED.search(sentence)) + 2.0 * bool(_DENIED.search(sentence))
    return score - 2.0 * bool(_ELSEWHERE.search(sentence))
