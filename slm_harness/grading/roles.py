"""What part an answer gives an organisation that it names: the one asked for, or another.

The position decides first. A name that heads a list entry or a sentence is asserted, unless its predicate
tells another role; a name behind a preposition, a relative pronoun or a verb is set apart, unless those
words say the very thing that was asked ("the attack on X", "hosted by X").
"""

import re
from typing import NamedTuple

from slm_harness.grading.clauses import clause_bounds, denied

_ARTICLES = r"(?:(?:the|an?|its|their|his|her|both|also|firm|company|group)\s+)*[\"'(]?\Z"
_OTHER_ROLE = (
    r"(?:unit|subsidiary|division|arm|brand|client|customer|parent|owner|member|competitor|rival|affiliate|property|newspaper|paper|magazine|broadcaster|regulator|watchdog|authority|insurer|auditor|adviser|advisor|"
    r"law firm|lawyer|forensic\w*(?: firm| company| experts?)?|investigator|researcher|police|court|union|gang|(?:ransomware|hack\w+|criminal|cyber\w*|extortion) group|hacker|attacker|intruder|criminal|thie(?:f|ve)|crew|seller|buyer|firm hired|security firm)"
)
_SUPPLY_ROLE = r"(?:suppliers?|vendors?|providers?|contractors?|subcontractors?|partners?|makers?|processors?|hosts?|operators?|developers?|couriers?|product|software|tool|platform)"
_ROLE_BEFORE = re.compile(
    rf"\b{_OTHER_ROLE}s?(?: company)?,?(?: of| to| for| at| from| called| named)?(?::\s*|,?\s+){_ARTICLES}",
    re.IGNORECASE,
)
_SUPPLIER_BEFORE = re.compile(
    rf"\b{_SUPPLY_ROLE}(?: company| firm)?,?(?: of| to| for)?(?::\s*|\s+){_ARTICLES}", re.IGNORECASE
)
_TOLD_BEFORE = re.compile(
    r"\b(?:according to|told|notified|informed|alerted|said|says|hired|engaged|retained|attributed to|(?:report|disclos|notif|complain)\w*\s+(?:[a-z]+\s+){0,4}(?:to|with|by|from|in)|published (?:by|in))\s+"
    rf"(?:[a-z-]+\s+){{0,3}}?{_ARTICLES}",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"\b(?:which|who|whose|whom|that|where|when|while|after|before|because|since|as|if|via|through|using|from|of|in|on|at|by|to|for|with|without|under|during|against|between|into|onto|near|per|about|over|"
    r"than|like|is|was|are|were|be|been|being|has|had|have|did|does|do|can|could|may|might|will|would|(?<!the )(?<!an )(?<!a )(?<!its )[a-z]+(?:ed|ing)|said|says|told|sent|lent|sold|stole|stolen|lost|found|left|made|built|ran|run|runs|"
    r"set|came|comes|got|gave|given|kept|held|holds|call|calls|hit|puts?|broke|wrote|written|qui|dont|que|chez|par|bei|von|durch|über|der|die|das|welche\w*|som|che|cui|którą?|através?|través|mediante|por|via|genom|gjennom|door|tramite|da|dal|av|af|przez)\b",
    re.IGNORECASE,
)
_AND_BEFORE = re.compile(r"(?:\b(?:and|plus|or|nor|along with|together with|alongside|as well as|in addition to|besides|und|et|y|e|og|och)|&|\+)\s+[^,;]*,?\s*\Z", re.IGNORECASE)  # fmt: skip
_CHUNK = re.compile(r".*(?:\band\b|&|\bplus\b|\bor\b|\bas well as\b|\balong with\b|\btogether with\b|\balongside\b|[,;:](?!\s*\Z)|(?-i:\b[A-Z\d][\w.'-]*),)", re.DOTALL | re.IGNORECASE)  # fmt: skip
"""Up to where the last part of a list begins; a comma behind a common noun only sets off its name."""

_HIT = r"(?:breach|hack|attack|compromis|target|affect|infect|infiltrat|robb|raid|penetrat|victimi[sz]|involv|impact|implicat|expos)\w*|hit|struck|entered|broken into|the victims?|victims?|the target|among|also|too|one of|another|both"
_HIT_AFTER = re.compile(
    rf"\A[\"')]*(?:'s)?,?(?:\s+(?:which|who|whose|that))?(?:\s+(?!and\b|was\b|were\b)[a-z-]+){{0,3}}?\s+(?:"
    rf"(?:was|were|is|are|got|has been|have been|had been|being|wurden?)\s+(?:(?:also|itself|themselves|then|later|likewise|too|both|all|first|ebenfalls)\s+|\w+ly\s+)*(?:{_HIT}|gehackt|angegriffen|betroffen)\b"
    r"|(?:also\s+|too\s+)?(?:suffer\w*|fell\s+(?:victim|prey)|lost\s+(?:[a-z]+\s+){0,3}(?:data|records|files|control)|experienc\w+|sustained|had\s+(?:a|its|their)\s+(?:own\s+)?(?:[a-z]+\s+){0,3}(?:breach\w*|stolen|leaked|hack\w*|copied))"
    r"|(?:too|as well|likewise)\b)",
    re.IGNORECASE,
)
_HIT_BEFORE = re.compile(
    r"\b(?:(?:breach\w*|attacks?|hacks?|incidents?|leaks?|intrusions?|thefts?|break-?ins?|compromise|victims?|entit(?:y|ies)|target)\s+(?:[a-z]+\s+){0,2}?(?:at|of|from|on|against|in|affecting|involving|is|was|are|were)"
    r"|hit|struck|breached|hacked|attacked|affect(?:ed|ing)|target(?:ed|ing)|compromised|including|involv(?:ed|ing)|broke into|entered|infected|so (?:was|did|were|has)|as (?:was|were|did)|together with|along with|alongside|as well as)\s+"
    + _ARTICLES,
    re.IGNORECASE,
)
_HELD_BEFORE = re.compile(
    r"\b(?:data|records|files|systems?|servers?|networks?|databases?|computers?)\s+(?:[a-z]+\s+){0,2}?(?:at|of|from|on|in|held by|belonging to)\s+"
    + _ARTICLES,
    re.IGNORECASE,
)
"""Whose data they are: the victim, unless one has been named already."""
_PART_AFTER = re.compile(
    r"\A[\"')]*,?(?:\s+(?:which|who|that))?\s+(?:also\s+)?(?:(?:was|were|is|are)\s+(?:also\s+)?(?:involved|to blame|responsible|at fault|the host|the supplier|another)|hosts?\b|hosted|suppl(?:y|ies|ied)|provide[sd]?\b|maintain\w*|built|wrote|developed|had a (?:part|hand|role))",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    r"\b(?:(?:host|run|suppli|provid|maintain|develop|manag|operat|administer|outsourc|built|made|written|handl|stor|process|look)\w*\s+(?:after\s+)?(?:by|to|with|at)|through|via|using|with|including|involv(?:ed|ing)|are|were|is|was)\s+"
    + rf"(?:(?:the|an?|its|their)\s+)?(?:{_SUPPLY_ROLE}\s+)?"
    + _ARTICLES,
    re.IGNORECASE,
)
_VICTIM_AFTER = re.compile(
    r"\A[\"')]*\s+(?:(?:also|itself|only|later|then)\s+)*(?:(?:is|was|were|are)\s+(?:(?:the|an?|its|only)\s+)*(?:[a-z]+\s+)?(?:victims?|entity|breached|hit|hacked|attacked|customers?|clients?|compromised)|use[sd]?|relie[sd]|employ\w*|outsourc\w*|bought|buys|lost|suffered|had)\b"
)
_VICTIM_BEFORE = re.compile(
    r"\b(?:in|of|for|to|against|on|behind|at|with|advis\w+|represent\w+|help\w+|serv(?:es|ed|ing)|suppl(?:y|ies|ied|ying)|victims?:?|entity:?)\s+(?:the\s+|a\s+)?\Z",
    re.IGNORECASE,
)
_ROLE_AFTER = re.compile(
    r"\A[\"')]*\s*(?:(?:also|only|merely|just|later|then|simply)\s+)*(?:said|says|told|wrote|reports?|reported (?:on|that|the)|claimed|claims|investigat\w+|is investigating|first reported|"
    r"(?:was|were|is|are|has been|have been|had been)\s+(?:(?:also|later|then|only|merely|just|simply|not|never)\s+|\w+ly\s+)*(?:hired|engaged|brought in|called in|notified|informed|alerted|told|retained|appointed|contacted|asked|mentioned|named|cited|quoted|consulted|investigating|fined|warned|credited|blamed for|misused|(?:the|an?|its)\s+(?:[a-z]+\s+){0,2}"
    + _OTHER_ROLE
    + r")|helped investigate|assisted|advise[sd]?|conducted|carried out the investigation|notice[ds]?|discover\w*|found|spotted|detected|commented|complained|sued|represent\w*|restore[ds]?|recover\w*|cleaned|"
    r"(?:breached|attacked|hacked|hit|stole|accessed|infiltrated|compromised|targeted|exploited|broke into|breaks into)\s+(?!by\b|in\b|and\b|on\b|last\b|this\b|during\b)\w"
    r"|gang\b|hackers?\b|ransomware\b)"
)
_RELATIVE = re.compile(r"\A[\"')]*,?\s*(?:which|who|that)\s+")
_APPOSED = re.compile(
    r"\A[\"')]*\s*(?:,|\()\s*(?:the|an?|its)?\s*(?:[a-z]+\s+){0,2}(?:attackers?|hackers?|gang|regulator|parent|owner|newspaper|publisher|law firm|researchers?|ransomware group)\b"
)
_SUPPLIED = re.compile(
    rf"\A[\"')]*\s+(?:is|was|were|are)\s+(?:(?:only|merely|just|both|all)\s+)*(?:the\s+|an?\s+|its\s+)?(?:[a-z-]+\s+){{0,2}}?(?:third part|{_SUPPLY_ROLE})"
)
_CALLED_IN = re.compile(r"\A[\"')]*,\s+(?:hired|called in|brought in|engaged|retained|appointed)\b")
_PRODUCT_AFTER = re.compile(
    r"\s+(?:servers?|software|platform|app|cloud|databases?|vulnerability|flaw|bug|account)\b"
)
_VERB_AFTER = re.compile(r"\A[\"')]*\s+(?!(?:and|or|plus|in|of|at|on|by|for|with|from|to|too|as|both|which|who|that|whose|the|an?|respectively|all|one|two|three|each|only|qui|que|som|che|der|die|das|dont|un[ae]?|eine?|et|en|og|och|und|e|y)\b)[a-z]+")  # fmt: skip
"""A predicate, whatever it is: only names themselves and prepositional phrases make a list."""
_ACTS_AFTER = re.compile(
    r"\A[\"')]*\s+(?:(?:also|only|merely|just|later|then|has|have|had)\s+|[a-z]+ly\s+)*(?:is|was|were|are|did|does|gave|came|sent|lent|sold|left|found|lost|made|put|kept|got|took|saw|[a-z]+(?:ed|[^su\W]s))\s+\w"
)
"""A verb with something behind it."""
_CAUSAL = re.compile(r"\b(?:after|following|because of|due to|owing to|when|since|through|via|by way of|as a result of)\b")  # fmt: skip
_POSSESSED = re.compile(r"(?:'s|.s')\s+\w|..'\s+[a-z]", re.IGNORECASE)


_OR_BEFORE = re.compile(r"\b(?:or|oder|ou)\s+[^,;]*\Z", re.IGNORECASE)
"""An alternative is an answer, whatever it is called."""
_HEADING = re.compile(r"(?:\A|[\n;.,(])\s*(?P<word>[^\W\d_][a-z -]{2,30}):\s*\Z")
_OWN_HEADING = re.compile(
    r"entit|victim|breached|organi[sz]|company|firm|names?\b|answer|affected|target|also",
    re.IGNORECASE,
)
_THIRD_HEADING = re.compile(
    r"third|part(?:y|ies)|supplier|vendor|provider|contractor|involved|names?\b|answer|host|also|at the|for the",
    re.IGNORECASE,
)
"""Headings of what was asked for; any other heading ("Attackers:", "Source:") tells another role."""


class Named(NamedTuple):
    """An organisation that is not a wanted one, where it stands in an answer."""

    text: str
    start: int
    end: int
    group_end: int
    """Where the list ends that it is in: "X, Y and Z were third parties"."""
    after_name: int
    """Where the name before it ends; 0 if there is none."""
    wanted_follows: bool
    """Whether a wanted name follows in the same clause."""


def asserted(one: Named, *, third: bool) -> bool:
    """Whether an organisation is named in the role asked for: third party, or else breached entity."""
    text, start, end = one.text, one.start, one.group_end
    if text[end : end + 1] == ",":  # a relative clause or apposition is the last name's own
        end = one.end
    if denied(text, start, one.end) or denied(text, start, end):
        return False
    left, right = clause_bounds(text, start, end)
    before = text[max(left, start - 160) : start]
    heading = _HEADING.search(text[max(0, start - 40) : start])
    if heading and not (_THIRD_HEADING if third else _OWN_HEADING).search(heading["word"]):
        return False
    bracketed = text[left : left + 1] == "(" and bool(text[:left].strip())
    if bracketed and not before.strip(" (\"'"):
        before = text[max(0, start - 80) : left].rstrip() + " "
        return not _told_apart(before, text[end : end + 160], one, third=third)
    after = text[end : max(right, min(end + 60, len(text)))]
    if text.isupper():
        before, after = before.lower(), after.lower()
    return _in_role(one, before, after, third=third)


def _told_apart(before: str, after: str, one: Named, *, third: bool) -> bool:
    """Whether the words next to a name tell another role than the one asked for."""
    if _OR_BEFORE.search(before):
        return False
    if _ROLE_AFTER.match(after) or _TOLD_BEFORE.search(before):
        return True
    role = _ROLE_BEFORE.search(before)
    relative = _RELATIVE.match(after)
    apposed = _APPOSED.match(after) or _CALLED_IN.match(after)
    apposed = apposed or (relative and _ROLE_AFTER.match(after[relative.end() - 1 :]))
    if third:
        # An entry in a list of third parties claims to be one, whatever it is called there.
        own_sentence = one.after_name and _heads(before)
        listed = _AND_BEFORE.search(before) or not own_sentence
        return bool(
            (role and (":" in role[0] or not _AND_BEFORE.search(before)))
            or (apposed and not listed)
            or _VICTIM_AFTER.match(after)
            or (
                (one.wanted_follows or own_sentence) and _heads(before) and _ACTS_AFTER.match(after)
            )
        )
    return bool(
        apposed
        or role
        or _SUPPLIER_BEFORE.search(before)
        or _PRODUCT_AFTER.match(after)
        or _SUPPLIED.match(after)
    )


def _heads(before: str) -> bool:
    """Whether nothing but an article stands before a name in its sentence."""
    return before.strip(" .;:\n").casefold() in ("", "the")


def _in_role(one: Named, before: str, after: str, *, third: bool) -> bool:
    if (_PART_AFTER if third else _HIT_AFTER).match(after):
        return True
    if _POSSESSED.match(one.text, one.end - 2) or _told_apart(before, after, one, third=third):
        return False
    if third and _VICTIM_BEFORE.search(before):
        return False
    asked = (_PART_BEFORE if third else _HIT_BEFORE).search(before)
    if asked and (third or not _CAUSAL.search(before)):
        return True
    if not third and not one.after_name and _HELD_BEFORE.search(before):
        return True
    near = before[max(0, one.after_name - (one.start - len(before))) :]
    cut = _CHUNK.match(near)
    lead = near[cut.end() :] if cut else near
    if _SUBORDINATE.search(lead):
        return False
    closes = before.rstrip().endswith(",") and after.startswith(", ")
    return third or not _VERB_AFTER.match(after[1:] if closes else after)
