"""Whether an answer says a wording of a label: in other words, in another order, with the roles kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from slm_harness.grading.cause_frames import mechanisms
from slm_harness.grading.cause_reading import Word, read
from slm_harness.grading.cause_words import ACTS, COMMON, NAMES, PEOPLE
from slm_harness.grading.word_list import words_of

_ALSO = {
    "spreadsheet": "file list", "list": "file", "laptop": "device computer", "computer": "laptop device", "usb": "device drive",
    "drive": "device usb", "phone": "device", "tape": "device backup", "signin": "credential account access", "credential": "signin account",
    "account": "signin credential access", "access": "account signin", "infostealer": "malware", "vpn": "gateway remoteaccess", "gateway": "vpn",
    "remoteaccess": "vpn", "storage": "cloud bucket", "cloud": "storage", "breakin": "steal", "expose": "public", "publish": "public leak", "leak": "publish",
    "copy": "steal", "helpdesk": "employee", "attach": "send", "insider": "employee", "api": "app",
    "abuse": "snoop", "snoop": "abuse", "photograph": "copy", "page": "message", "skim": "script", "folder": "file",
    "phishing": "fake", "misconfigure": "mistake", "mistake": "wrong", "public": "expose", "lock": "encrypt", "close": "wipe", "take": "steal", "stranger": "attacker",
}  # fmt: skip
"""What a word says besides itself where a label wants it, as a spreadsheet is a file; never against an answer."""
_ALSO_SETS = {meaning: frozenset(others.split()) for meaning, others in _ALSO.items()}
_ESSENTIAL = frozenset({"former", "vendor", "known", "elsewhere"})
_ACTED_ON = frozenset({"steal", "lose", "take", "breakin"})
_OBJECTS = frozenset(
    words_of(
        "laptop computer usb drive phone device tape paper backup credential key file spreadsheet list folder"
    )
)
_GENERAL = frozenset(words_of("software file page message server device access storage input"))
_ACCESS = frozenset(words_of("account signin credential access key"))
_PREPOSITIONS = frozenset(
    words_of(
        "from by with through via using on in at of de van von d out by which that and because after"
    )
)
_PASSIVE = frozenset(words_of("was were been being is are got wurde wurden"))
_DOES_TO = frozenset({"sell", "copy", "steal", "snoop", "abuse", "photograph", "leak", "<insider>"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A wording to look for."""

    words: tuple[Word, ...]
    mechanism: str | None = None
    strict: bool = False
    """Whether it is held against an answer."""
    placeless: bool = False
    """Whether it is a fault of something that it does not name: "not patched"."""


@lru_cache(maxsize=2048)
def patterns(wording: str, *, strict: bool = False) -> tuple[Pattern, ...]:
    """The wording as its words, and as the mechanism that the most of its words come to."""
    words = read(wording)
    faults = {one.name for one in mechanisms(wording)} & _OF_PLACES
    placeless = bool(faults) and not places(words)
    found = [Pattern(words, None, strict, placeless)] if words else []
    said = [one for one in mechanisms(wording) if one.enough or not strict]
    if said:
        most = max(said, key=lambda one: len(one.words))
        others = tuple(word for word in words if word not in most.words)
        if most.name == "<orphan>":  # whoever has left is somebody
            others = tuple(word for word in others if word.meaning not in PEOPLE)
        # What it rules out is ruled out as a whole: a stolen laptop is not every theft.
        if not strict or not others:
            found.append(Pattern(others, most.name, strict, placeless))
    return tuple(found)


def find(pattern: Pattern, text: str, *, whole: bool = True) -> tuple[Word, ...] | None:
    """The words of ``text`` that say ``pattern``, or None; ``whole`` if it is all of the cause."""
    words = read(text)
    used: list[Word] = []
    if pattern.mechanism:
        said = _saying(pattern, text)
        if said is None:
            return None
        used.extend(said)
    missing, wider = [], 0
    for wanted, word, exact in _pairs(pattern, words, text, tuple(used)):
        if word is None:
            missing.append(wanted)
        else:
            used.append(word)
            wider += not exact
    if not used or wider > max(1, len(pattern.words) // 3):
        return None
    if missing and not _may_miss(pattern, missing):
        return None
    # One liberty with a short wording is enough: something wider, or something left out.
    if wider and len(pattern.words) < _SHORT and any(w.meaning not in COMMON for w in missing):
        return None
    if _only_people(pattern) and not _acts(used, words, whole):
        return None
    return tuple(used) if _linked(used, words, text) else None


def _saying(pattern: Pattern, text: str) -> tuple[Word, ...] | None:
    """The words of ``text`` that come to the pattern's mechanism."""
    for one in mechanisms(text):
        if one.name == pattern.mechanism and (one.enough or not pattern.strict):
            return one.words
    return None


def _pairs(
    pattern: Pattern, words: tuple[Word, ...], text: str, saying: Sequence[Word]
) -> Iterable[tuple[Word, Word | None, bool]]:
    """Each word of the pattern with the word that says it, and whether that says it exactly."""
    denies = any(word.negated for word in (*pattern.words, *saying))
    meanings = {word.meaning for word in pattern.words}
    acting = not meanings.isdisjoint(_DOES_TO)
    # Whose account was misused by another is not who used his own.
    if "former" in meanings and not meanings.isdisjoint(_ACCESS):
        others = any(word.doer for word in pattern.words)
        words = tuple(word for word in words if others or not word.doer)
    # A wording that has a word twice wants it twice.
    again = len(meanings) < len(pattern.words)
    used: list[Word] = []
    for wanted in pattern.words:
        free = tuple(word for word in words if word not in used) if again else words
        word, exact = _word_for(wanted, free, denies, acting, pattern.strict)
        if word is None and wanted.meaning == "flaw" and not pattern.strict:
            word, exact = _flaw(text), False
        if word is not None:
            used.append(word)
        yield wanted, word, exact


def _flaw(text: str) -> Word | None:
    """What says a flaw without the word: a fix that was not installed is one for a flaw."""
    said = (one for one in mechanisms(text) if one.name in _FLAWS)
    return next((one.words[0] for one in said), None)


def _only_people(pattern: Pattern) -> bool:
    return not pattern.mechanism and all(
        word.meaning in PEOPLE | COMMON or word.meaning == "former" for word in pattern.words
    )


def _acts(used: Sequence[Word], words: tuple[Word, ...], whole: bool) -> bool:
    """Whether a person who is all that a wording names is the one who did it, or all that is said."""
    people = [word for word in used if word.meaning in PEOPLE]
    if not whole:
        return not any(word.owner for word in people)
    return any(word.doer for word in people) or not any(
        word.meaning in ACTS - {"former"} or word.meaning in _ACCESS for word in words
    )


def _word_for(
    wanted: Word, words: tuple[Word, ...], denies: bool, acting: bool, strict: bool
) -> tuple[Word | None, bool]:
    """The word that says ``wanted``, and whether it says it exactly."""
    for close in (False, True):
        for word in words:
            if (
                _means(word.meaning, wanted.meaning, close and not strict)
                and not (wanted.negated == "-" and not word.negated)
                and not (word.negated and not denies)
                and not (acting and wanted.doer and not word.doer)
            ):
                return word, not close
    return None, False


@lru_cache(maxsize=16384)
def _means(said: str, wanted: str, close: bool) -> bool:
    if said == wanted:
        return True
    if close and wanted in _ALSO_SETS.get(said, ()):
        return True
    return same(said, wanted)


def same(said: str, wanted: str) -> bool:
    """Equal stems, or a slip of spelling in a long one; never where there is a digit."""
    if said == wanted:
        return True
    if said in NAMES or wanted in NAMES:
        return False
    if min(len(said), len(wanted)) < 5 or any(char.isdigit() for char in said + wanted):
        return False
    if said[0] == wanted[0] and len(said) > 5 and OSA.distance(said, wanted, score_cutoff=1) <= 1:
        return True
    shorter, longer = sorted((said, wanted), key=len)
    return len(shorter) >= 6 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3


def _may_miss(pattern: Pattern, missing: Sequence[Word]) -> bool:
    """Whether what is missing was no more than circumstance: who did it, one of several things."""
    content = [w for w in pattern.words if w.meaning not in COMMON | PEOPLE]
    if pattern.strict:
        return len(content) >= 2 and all(word.meaning in COMMON for word in missing)
    kept = bool(pattern.mechanism) + sum(word not in missing for word in content)
    people = [word for word in missing if word.meaning in PEOPLE]
    things = [word for word in missing if word.meaning not in COMMON | PEOPLE]
    if any(word.meaning in ACTS | _ESSENTIAL or word.negated == "-" for word in things):
        return False
    former = any(word.meaning == "former" for word in pattern.words)
    if people and (former or things or any(word.owner for word in people)):
        return False
    taken = any(word.meaning in _ACTED_ON for word in pattern.words)
    if taken and any(word.meaning in _OBJECTS for word in things):
        return False
    if any(word.doer for word in people) and not pattern.mechanism:
        return False
    all_things = [word for word in content if word.meaning not in ACTS]
    enough_things = 2 * len(things) <= len(all_things)
    specific = [word for word in all_things if word.meaning not in _GENERAL]
    if specific and all(word in missing for word in specific):
        return False
    return kept >= (1 if pattern.mechanism else 2) and enough_things


def _linked(used: Sequence[Word], words: tuple[Word, ...], text: str) -> bool:
    """Whether what is stolen or lost is the thing wanted, not what it was stolen out of or with."""
    acts = {word.meaning for word in used if word.meaning in _ACTED_ON}
    things = [word for word in used if word.meaning in _OBJECTS]
    if not acts or not things:
        return True
    return any(
        _object_of(act, thing, words, text)
        for thing in things
        for act in words
        if act.meaning in _ACTED_ON
    )


def _object_of(act: Word, thing: Word, words: tuple[Word, ...], text: str) -> bool:
    if act.meaning == "breakin":
        return True
    if thing.start > act.start:
        between = [one for one in words_of(text[act.end : thing.start]) if one in _PREPOSITIONS]
        return not between or between[-1] in ("of", "de", "van", "von", "d")
    if set(words_of(text[thing.end : act.start])) & _PASSIVE:
        before = words_of(text[max(thing.start - 14, 0) : thing.start])[-2:]
        others = any(word.end < thing.start for word in words)
        return not (others and {"on", "from", "in", "at"} & set(before))
    return True


_PLACES = {
    meaning: kind
    for kind, meanings in (
        ("store", "server database storage cloud folder backup file list spreadsheet page app api repository portal archiv checkout plugin"),
        ("way in", "remoteaccess vpn gateway port firewall"),
        ("key", "key credential account signin"),
        ("device", "laptop computer usb drive phone device tape"),
    )
    for meaning in words_of(meanings)
}  # fmt: skip
_FLAWS = frozenset({"<unpatched>", "<zeroday>", "<injection>"})
_SHORT = 4
_OF_PLACES = frozenset({"<exposed>", "<unpatched>", "<zeroday>"})


def places(words: Sequence[Word]) -> frozenset[str]:
    """The kinds of place in a system that ``words`` name."""
    return frozenset(_PLACES[word.meaning] for word in words if word.meaning in _PLACES)


def elsewhere(pattern: Pattern, text: str, own: frozenset[str]) -> bool:
    """Whether ``text`` speaks of a weak place of a sort that the label has nothing of.

    "Not patched" is enough for a firewall that was not patched, but "an unpatched laptop" is not.
    """
    if not pattern.placeless or not own:
        return False
    there = places(read(text))
    return bool(there) and not there & own
