"""Reading a cause word by word: what each word means, whether it is negated, and who does it to what."""

from dataclasses import dataclass, replace
from functools import lru_cache

from slm_harness.grading.cause_grammar import (
    ACTS_ITSELF,
    DONE_BY,
    FACTIVE,
    FORGOT,
    LEFT_UNDONE,
    MAY_NEGATE,
    NEGATIVE_PHRASES,
    NEGATORS,
    NOT,
    PASSIVE,
    SCOPE_ENDS,
    STILL_SO,
    STOP_WORDS,
    UN,
    Raw,
    ends_clause,
    has_left,
    is_actor,
    left_behind,
    list_goes_on,
    missing,
    raw_words,
)
from slm_harness.grading.cause_words import PEOPLE, concept, phrase_at
from slm_harness.grading.stems import stem

_ARTICLES = frozenset({"the", "a", "an", "any", "this", "that", "of"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries meaning."""

    meaning: str
    """Its concept, or its stem where it has none."""
    negated: str
    """``-`` right behind a negation, ``~`` further on in what it governs, else empty."""
    start: int
    end: int
    doer: bool = False
    """Whether a person who does what is done, not one it is done to or whose thing it is."""
    owner: bool = False
    """Whether a person whose thing it is: a clerk's login."""


@dataclass(frozen=True, slots=True)
class _Placed:
    word: Word
    first: int
    last: int


class _Reader:
    """One pass over the raw words; ``scope`` is how far the last negation has got."""

    def __init__(self, raws: list[Raw]) -> None:
        self.raws = raws
        self.texts = [raw.text for raw in raws]
        self.found: list[_Placed] = []
        self.scope = ""

    def read(self) -> list[_Placed]:
        at = 0
        while at < len(self.raws):
            if self.raws[at].opens and not list_goes_on(self.texts, at):
                self.scope = ""
            at += self._negation(at) or self._word(at)
        return self.found

    def _negation(self, at: int) -> int:
        """How many words at ``at`` are a negation."""
        texts, text = self.texts, self.texts[at]
        if text not in MAY_NEGATE:
            return 0
        following = texts[at + 1] if at + 1 < len(texts) else ""
        if (text, following) in NEGATIVE_PHRASES:
            if text in ("instead", "rather"):
                self._add(Word("wrong", "", self.raws[at].start, self.raws[at + 1].end), at, at + 1)
            self.scope = "-"
            return 2
        if phrase_at(texts, at):
            return 0
        undone = text != "missing" or missing(texts, at) == NOT
        if text in LEFT_UNDONE and undone and ends_clause(self.raws, at):
            self._negate_before(at)
            return 1
        if left_behind(texts, at) or not (
            text in NEGATORS or (text in FORGOT and following == "to")
        ):
            return 0
        if text in ("not", "never") and self._last_said(at):
            self._negate_before(at)
            return 1
        if following in STILL_SO:
            return 2
        self.scope = "-"
        return 1

    def _last_said(self, at: int) -> bool:
        """Whether nothing that carries meaning follows in the clause: "BCC was not used"."""
        if at == 0 or self.raws[at].opens:
            return False
        for number in range(at + 1, len(self.raws)):
            if self.raws[number].opens or self.texts[number] in SCOPE_ENDS:
                break
            if self.texts[number] not in STOP_WORDS:
                return False
        return True

    def _negate_before(self, at: int) -> None:
        since = at
        while since > 0 and not self.raws[since].opens:
            since -= 1
        self.found = [
            replace(one, word=replace(one.word, negated=one.word.negated or "~"))
            if one.first >= since and one.word.meaning not in PEOPLE
            else one
            for one in self.found
        ]

    def _word(self, at: int) -> int:
        """Read one word or phrase; returns of how many words it is."""
        text, negated = self.texts[at], self.scope
        gone = text == "left" and has_left(self.texts, at)
        phrase = None if gone else phrase_at(self.texts, at)
        if phrase is None and text in STOP_WORDS and text != "left":
            if text in SCOPE_ENDS:
                self.scope = ""
            return 1
        if phrase:
            meaning, size = phrase
        else:
            size = 1
            cut = UN.match(text)
            if cut and not (text == "unknown" and is_actor(self.texts, at)):
                negated, text = ("~" if self.scope == "-" else "-"), text[2:]
            meaning = self._meaning(text, at)
        if meaning == NOT:
            self.scope = "-"
        elif meaning:
            last = at + size - 1
            owner = self.raws[at].owner or self.raws[last].owner
            word = Word(meaning, negated, self.raws[at].start, self.raws[last].end, False, owner)
            self._add(word, at, last)
            if self.scope == "-":
                self.scope = "" if text in FACTIVE else "~"
        return size

    def _meaning(self, text: str, at: int) -> str:
        if text == "left" and has_left(self.texts, at):
            return "former"
        if text == "left" or text in FORGOT:
            if left_behind(self.texts, at):
                return "lose"
            return "dormant" if text == "forgotten" else ""
        if text == "missing":
            return missing(self.texts, at)
        meaning = concept(text)
        if meaning is None and self.found and text.isalpha():
            # Whoever is a former anything is a person.
            return "employee" if self.found[-1].word.meaning == "former" else stem(text)
        return meaning or stem(text)

    def _add(self, word: Word, first: int, last: int) -> None:
        self.found.append(_Placed(word, first, last))


@lru_cache(maxsize=4096)
def read(low: str) -> tuple[Word, ...]:
    """The words of ``low`` (in lower case without accents) that carry meaning, in order."""
    raws = raw_words(low)
    found = _Reader(raws).read()
    return tuple(
        replace(one.word, doer=True)
        if one.word.meaning in PEOPLE and _does(raws, found, at)
        else one.word
        for at, one in enumerate(found)
    )


def _does(raws: list[Raw], words: list[_Placed], at: int) -> bool:
    """Whether the person ``words[at]`` is the one who acts: before an active verb, or behind "by"."""
    first, last = words[at].first, words[at].last
    if words[at].word.owner:
        return False
    before = [raw.text for raw in raws[max(first - 3, 0) : first]]
    if "by" in before:
        return any(one.word.meaning in DONE_BY for one in words[max(at - 5, 0) : at])
    if not {"of", "from", "belonging"}.isdisjoint(before):
        return False
    if last + 1 < len(raws) and not raws[last + 1].opens:
        following = [raw.text for raw in raws[last + 1 : last + 3]]
        if not ACTS_ITSELF.isdisjoint(following) and following[0] not in PASSIVE:
            return True
    for one in words[at + 1 : at + 12]:
        if one.word.meaning in DONE_BY:
            if raws[one.first - 1].text in _ARTICLES:
                return (
                    False  # what is done to a theft is no theft: "the cashier reported the theft"
                )
            verb = range(max(one.first - 2, last), one.first)
            return PASSIVE.isdisjoint(raws[number].text for number in verb)
        if one.word.meaning in ("attacker", "stranger"):
            return False
    return False
