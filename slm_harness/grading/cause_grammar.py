"""Cutting a cause into its words, and the small questions of grammar that one of them may raise."""

import re
from dataclasses import dataclass

from slm_harness.grading.cause_words import PEOPLE, concept, joined
from slm_harness.grading.word_list import words_of

NOT = "<not>"
STOP_WORDS = frozenset(
    words_of("""
    a an the this that these those it its they them their he she his her we our of in on at by to from with within into onto over under for as is are was were be been being am has have had having do does did
    and or but so which who whom whose when where while how what why there then than also just very some any all one via through after before during using used use uses due because cause caused causes
    allow allowed allowing let resulted result results led lead breach incident attack attacks yet still even up out off back down about against until upon around along s t left previously already long would could can may might should
    der die das den dem des ein eine einer eines einem im am zu von mit fur und oder auf bei durch wurde wurden war waren hatte hatten ist sind nach wegen als
    le la les un une du de au aux et ou par sur dans ete etait avait a est pour avec chez d l el los las del al y o por en fue habia ha con se su que para una il lo gli uno di da nel nella e era stato stata per
    os as um uma no na do foi com em ao het een op bij met door werd was had en som den det ett av i pa till var har hade blivit genom
    """)
)
NEGATORS = frozenset(
    words_of(
        "not no never without none nor neither cannot lack lacked lacking lacks absent absence fail failed failing fails failure failures unable omitted neglected neglecting neglect forgot forgetting skipped overlooked ignored ignoring nobody"
        " nothing noone hardly unlike excluding nicht kein keine keinen keiner keines ohne nie niemals pas sans jamais aucun aucune sin nunca non senza mai nao sem niet geen zonder nooit inte utan aldrig ej nichts nessuno personne nadie"
    )
)
LEFT_UNDONE = frozenset(
    words_of("neglected omitted forgotten skipped overlooked ignored lacking absent missing missed")
)
"""What negates the words before it where it ends its clause: the January patch had been neglected."""
NEGATIVE_PHRASES = frozenset({
    ("rather", "than"), ("instead", "of"), ("opposed", "to"), ("other", "than"), ("except", "for"), ("ruled", "out"), ("no", "one"), ("free", "of"),
})  # fmt: skip
FORGOT = frozenset(words_of("forgot forgotten forgetting"))
MAY_NEGATE = NEGATORS | LEFT_UNDONE | FORGOT | {first for first, _ in NEGATIVE_PHRASES}
STILL_SO = frozenset(
    words_of("only just merely until doubt later longer least limited simply surprisingly")
)
"""What "not" or "no" goes with without denying what follows: not only, no later than, no doubt."""
FACTIVE = frozenset(
    words_of(
        "notice noticed noticing recognise recognised recognize recognized realise realised realize realized spot spotted detect detected see seen saw know knew aware question questioned stop stopped prevent prevented suspect suspected report reported think"
    )
)
"""Who did not notice a thing does not deny it."""
UN = re.compile(
    r"un(?=patched|encrypted|authenticated|updated|locked|monitored|checked|validated|verified|changed|known|installed|repaired|fixed|closed|disabled|revoked|sani[st]i[sz]ed)"
)
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_ELISION = re.compile(r"\b([dlnsjc]|qu)'(?=\w{2})")
"""d'un, l'acces: two words."""
_ENDS = re.compile(r"[,;:()!?\n]|\.(?=\s|\Z)|\s-\s")
SCOPE_ENDS = frozenset(
    words_of(
        "and but so because which that who whom whose when while although though then therefore after until"
    )
)
PASSIVE = frozenset(words_of("was were been being is are be got getting wurde wurden"))
_AFTER_THAT = frozenset(words_of("by for in on at since and so which when because from until"))
_GONE = frozenset(
    words_of("in before earlier long last since years months two three several already and his the")
)
_HAD = frozenset(words_of("had who has since having he she they already"))
ACTS_ITSELF = frozenset(words_of("used using uses logged signed accessed downloaded"))
_PHYSICAL = frozenset(
    words_of(
        "drive laptop computer usb phone device tape paper backup file box parcel envelope letter"
    )
)
DONE_BY = frozenset(words_of("sell copy steal snoop abuse photograph leak"))
"""What counts only with the right doer: records sold by a clerk, a clerk's login stolen by others."""


@dataclass(slots=True)
class Raw:
    """A word as it stands, hyphenated ones in their parts unless they are one word."""

    text: str
    start: int
    end: int
    owner: bool
    opens: bool
    """Whether a mark that ends a phrase stands before it."""


def raw_words(low: str) -> list[Raw]:
    """The words of ``low``, which is in lower case without accents."""
    found: list[Raw] = []
    last = 0
    low = _ELISION.sub(r"\1 ", low)
    for match in _WORD.finditer(low):
        opens = bool(_ENDS.search(low, last, match.start()))
        text, owner = match[0], False
        if text.endswith("n't") and len(text) > 4:
            found.append(Raw("not", match.start(), match.end(), False, opens))
            last = match.end()
            continue
        if text.endswith(("'s", "s'")):
            text, owner = text.removesuffix("'s").removesuffix("'"), True
        elif low[match.end() : match.end() + 1] == "'" and text.endswith("s"):
            owner = True
        whole = text.replace("-", "").replace("'", "")
        split = "-" in text and not joined(whole, text.partition("-")[0])
        parts = text.split("-") if split else [whole]
        at = match.start()
        for number, part in enumerate(parts):
            last_part = number == len(parts) - 1
            end = match.end() if last_part else at + len(part)
            found.append(
                Raw(part.replace("'", ""), at, end, owner and last_part, opens and not number)
            )
            at = end + 1
        last = match.end()
    return found


def ends_clause(raws: list[Raw], at: int) -> bool:
    """Whether nothing that it could govern follows: "was missing", "had been neglected for weeks"."""
    if at == 0 or at + 1 == len(raws) or raws[at + 1].opens:
        return at > 0
    return raws[at - 1].text in PASSIVE and raws[at + 1].text in _AFTER_THAT


def is_actor(texts: list[str], at: int) -> bool:
    """Whether the word at ``at`` goes with a person: an unknown intruder."""
    return at + 1 < len(texts) and (
        concept(texts[at + 1]) in PEOPLE or texts[at + 1] in ("person", "persons", "party")
    )


def left_behind(texts: list[str], at: int) -> bool:
    """Whether a thing was left or forgotten somewhere on the way: "forgot a folder on a bus"."""
    if (texts[at] != "left" and texts[at] not in FORGOT) or texts[at + 1 : at + 2] == ["to"]:
        return False
    return any(concept(word) == "transport" for word in texts[at + 1 : at + 9])


def has_left(texts: list[str], at: int) -> bool:
    """Whether "left" is what a person did: "a man who had left in 2019"."""
    if at == 0 or texts[at - 1] not in _HAD:
        return False
    following = texts[at + 1 : at + 3]
    if not following:
        return True
    if following[0] in ("the", "his", "her", "their", "its"):
        return following[-1] in ("company", "firm", "job", "council", "organisation", "service", "staff", "trust", "bank", "business", "employer")  # fmt: skip
    return following[0] in _GONE or following[0].isdigit()


def missing(texts: list[str], at: int) -> str:
    """Lost, where it is said of what can be carried; "no", of what ought to have been done."""
    around = texts[at + 1 : at + 4] or texts[max(at - 3, 0) : at]
    if at + 1 < len(texts) and texts[at + 1] in ("from", "in", "on", "since", "and", "after"):
        around = texts[max(at - 3, 0) : at]
    return "lose" if any(concept(word) in _PHYSICAL for word in around) else NOT


def list_goes_on(texts: list[str], at: int) -> bool:
    """Whether a comma only goes on with a list of what is denied: "no phishing, malware or theft"."""
    for number in range(at, min(at + 8, len(texts))):
        if number > at and texts[number] in ("or", "nor"):
            return True
        if texts[number] in PASSIVE or texts[number] in SCOPE_ENDS or texts[number] == "it":
            return False
    return False
