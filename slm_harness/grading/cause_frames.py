"""What several words together come to: a fix that was not installed, a message that was not genuine.

A mechanism is said by any one of its readings; of a reading every part has to be there. ``a/b`` is
either, ``-a`` a negated word (``!a`` itself, not only what is said of it), ``^a`` one that may not be there, ``@a`` a person as the doer, ``=a`` a
word that is wanted but keeps its own meaning beside the mechanism. Readings behind ``~`` are enough for
what a label wants, not to hold against an answer what the label rules out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from slm_harness.grading.cause_reading import Word, read

_STORES = "server/database/storage/cloud/folder/backup/api/app/archiv/port/remoteaccess/file/page/portal/spreadsheet/system/gateway/checkout/software"
_MECHANISMS = {
    "<phishing>": "phishing; fake message/page; fake signin/credential ^call ^helpdesk; trick message/page/link/click; trick credential/signin give ^call ^helpdesk; give credential fake ~ click message; click credential; trick credential ^call ^helpdesk; give credential/signin message; trick signin ^call ^helpdesk",
    "<unchecked>": "-check give/input",
    "<injection>": "injection; command database/give/input; inject command ~ -check give/input",
    "<stuffing>": "stuffing; reuse credential/signin; credential/leak/steal/signin elsewhere; leak reuse ~ reuse; credential leak tried",
    "<insider>": "insider; insider steal/abuse/sell/hacking; insider employee/former; @employee sell/steal/snoop/abuse/photograph ~ @employee copy; employee abuse/snoop; employee steal/sell data ^attacker ^stranger ^credential ^signin ^account",
    "<orphan>": "former account/signin/credential/access ^@employee; dormant account/signin/credential; -close account/signin/credential/access; active account/signin/credential/access",
    "<default>": "default credential; default credential/signin/account admin; credential -change; credential admin -change",
    "<keyleak>": "key public/expose/leak/publish/repository; key public/publish/leak/expose repository; credential repository; credential publish/public/leak/expose repository",
    "<zeroday>": "zeroday; zeroday flaw; !known flaw; !patch exist; patch !exist",
    "<unpatched>": "-patch ^exist; -install patch; patch -install/-arrive; outdated; flaw -patch; patch delay; patch install delay; -install patch flaw; -use patch ~ known flaw; patch flaw ^tamper ^backdoor",
    "<exposed>": f"public ={_STORES}; misconfigure; misconfigure public; expose ={_STORES} internet; wrong setting; setting public; public -credential; -credential ={_STORES}; -check access/authentication/permission/stranger/ask/identity ~ public ^key; anyone ^key; expose ={_STORES}; expose internet ^key; setting mistake; setting -close; mistake public; -credential; blank credential; -signin; -authentication; -protect; -secure; -lock; -private; -access -check",
    "<ransomware>": "ransomware; encrypt/lock ransom; encrypt malware; malware ransom; encrypt/lock gang; lock malware ~ ransom",
    "<misdirected>": "misdirect; misdirect message; send/attach/publish wrong; wrong person; wrong file/attach/spreadsheet/message/list; send wrong person/file; wrong attach file; attach message wrong file ~ send/attach mistake",
    "<skimmer>": "skim; skim card; script card; script checkout/page; script form; malware checkout; skim script",
    "<supplychain>": "supplychain; tamper/malware/backdoor/compromise patch; backdoor software; tamper/malware/compromise script patch; backdoor tamper software; compromise software",
    "<credtheft>": "credential/signin steal; credential/signin/account compromise; credential/signin =infostealer ~ =key steal; =key compromise; credential leak; infostealer; malware credential; signin/account abuse; account steal",
}


@dataclass(frozen=True, slots=True)
class _Part:
    meanings: frozenset[str]
    negated: bool = False
    itself: bool = False
    absent: bool = False
    doer: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    parts: tuple[_Part, ...]
    enough: bool
    """Whether it holds against an answer too."""
    denies: bool


def _part(text: str) -> _Part:
    meanings = text.lstrip("-!^@=")
    marks = text[: len(text) - len(meanings)]
    names = frozenset(one.lstrip("-") for one in meanings.split("/"))
    return _Part(names, "-" in marks or "!" in marks, "!" in marks, "^" in marks, "@" in marks, "=" in marks)  # fmt: skip


def _readings() -> Iterable[_Reading]:
    for name, text in _MECHANISMS.items():
        for number, group in enumerate(text.split(" ~ ")):
            for reading in group.split(";"):
                parts = tuple(_part(part) for part in reading.split())
                yield _Reading(name, parts, not number, any(part.negated for part in parts))


_READINGS = tuple(_readings())


@dataclass(frozen=True, slots=True)
class Said:
    """A mechanism that is said, and the words that say it."""

    name: str
    words: tuple[Word, ...]
    enough: bool


def _found(part: _Part, denies: bool, words: Sequence[Word]) -> Word | None:
    for word in words:
        if word.meaning not in part.meanings or (part.doer and not word.doer):
            continue
        if word.owner and word.meaning == "employee" and not part.absent:
            continue
        if part.itself and word.negated != "-":
            continue
        if bool(word.negated) if part.negated else (denies or not word.negated):
            return word
    return None


def _says(reading: _Reading, words: Sequence[Word]) -> tuple[Word, ...] | None:
    used: list[Word] = []
    for part in reading.parts:
        word = _found(part, reading.denies, words)
        if part.absent:
            if word is not None:
                return None
            continue
        if word is None:
            return None
        if not part.kept:
            used.append(word)
    return tuple(used)


@lru_cache(maxsize=4096)
def mechanisms(low: str) -> tuple[Said, ...]:
    """The mechanisms that ``low`` comes to, each in every reading that is there."""
    words = read(low)
    there = {word.meaning for word in words}
    return tuple(
        Said(reading.name, used, reading.enough)
        for reading in _READINGS
        if all(part.absent or not part.meanings.isdisjoint(there) for part in reading.parts)
        and (used := _says(reading, words)) is not None
    )


def names(said: Collection[Said]) -> frozenset[str]:
    """The names of the mechanisms in ``said``."""
    return frozenset(one.name for one in said)
