"""Judging early: in which order to ask, and from when on the rest would not change the verdict.

Pure. The verdict is that of ``judge`` over all articles with a gate that looks for a significant fall. It is
decided where nothing that the rest can say would change it, or where that is improbable enough. How improbable
that has to be was found by simulation (``benchmarks/early.py``): among histories of each kind that was tried, also
among those on the edge, the full run says the same in at least 99 of 100.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from slm_harness.gate.policy import Policy
from slm_harness.gate.snapshot import SCORED, Snapshot
from slm_harness.records import Verdict
from slm_harness.stats import Sums, chance_of_fall, critical_fall, holm, mcnemar, sign_flip

BOUND = 0.01
"""In at most this share of histories a full run says otherwise than what was decided by probability."""
_FEW = 100
_DOUBT_WORSE = {True: 0.03, False: 0.01}
"""*Worse* is decided once the predictive probability that the full run does not find it is no larger. With fewer
articles than ``_FEW`` (yes or no) it may be: what is made of the spread of a few changes is cautious already."""
_DOUBT_NOT_WORSE = {True: 0.001, False: 0.003}
"""The same for *not worse*: that the full run does find it. Ten tests together decide on it, and that nothing was seen
of a question in a few articles tells little of the others; and there is less to be gained by it."""
_SCEPTICS = 0.1
"""Articles without a change that are thought to be among those that were asked, as a share of all, where it is
about *worse*: the first few are not to decide by a run of bad luck."""
_FEWEST = 8
_EARLIEST = 0.1
"""So many articles, and this share of all, are asked before anything is decided by probability."""
_LATEST = {True: 1.0, False: 0.75}
"""*Worse* is decided by probability no later than after this share of all, with few articles and with many: near the
end there is little to be saved, and what the spread of rare flips in a steady group leaves out tells.
"""
_LOOKS = 48
"""About so often it is looked whether it is decided; with fewer articles after each."""
_LITTLE = 0.02
"""The mean square of a change of one answer where none was seen."""
_SEEN = 3
"""Of each group so many articles are asked before anything is decided by probability."""

# ---------------------------------------------------------------- the order

_UNSTEADY = 2.0
"""Articles that flipped before are asked this much sooner than the others: their changes vary more."""
_MOST_SHORT = 1.5
"""Short ones are asked sooner than long ones by no more than this."""
_SPLIT = 40
"""A group of fewer articles is not parted by length: there would be too few of either to tell what they are like."""


class Hint(NamedTuple):
    """What is known of an article before it is asked."""

    article: str
    length: int
    """Of its text, in characters."""
    unsteady: bool
    """Whether some answer of the model to it was judged otherwise under another prompt."""


@dataclass(frozen=True)
class Plan:
    """In which order to ask."""

    order: tuple[str, ...]
    groups: Mapping[str, int]
    """Article to its group. Within a group the order is by lot, so that those that were asked stand for the rest."""


class _Member(NamedTuple):
    when: float
    article: str


def plan(hints: Iterable[Hint], salt: str) -> Plan:
    """Ask first what tells most for its time, and still by lot.

    Groups are sampled at different speed: the best allocation of a stratified sample takes of each in proportion
    to how much its members vary, and inversely to the root of what one costs (Cochran 1977, "Sampling Techniques", 5.5).

    Args:
        hints: What is known of the articles.
        salt: Draws the lots. Of the words of the prompt: the next candidate is not to be tuned on the same few.
    """
    members: list[_Member] = []
    groups: dict[str, int] = {}
    for number, (hinted, speed) in enumerate(_groups(hints)):
        drawn = sorted(hinted, key=lambda hint: _lot(salt, hint.article))
        for place, hint in enumerate(drawn):
            groups[hint.article] = number
            members.append(_Member((place + 0.5) / len(drawn) / speed, hint.article))
    return Plan(tuple(member.article for member in sorted(members)), groups)


def _groups(hints: Iterable[Hint]) -> Iterable[tuple[list[Hint], float]]:
    """The groups with the speed at which each is asked."""
    known = sorted(hints, key=attrgetter("unsteady", "length", "article"))
    for unsteady, found in groupby(known, key=attrgetter("unsteady")):
        members, speed = list(found), _UNSTEADY if unsteady else 1.0
        middle = len(members) // 2
        if len(members) < _SPLIT:
            yield members, speed
            continue
        short, long = members[:middle], members[middle:]
        ratio = _mean_length(long) / max(1.0, _mean_length(short))
        yield short, speed * min(_MOST_SHORT, math.sqrt(ratio))
        yield long, speed


def _mean_length(hints: Sequence[Hint]) -> float:
    return sum(hint.length for hint in hints) / len(hints)


def _lot(salt: str, article: str) -> str:
    return hashlib.sha256(f"{salt}\0{article}".encode()).hexdigest()


# ---------------------------------------------------------------- the rule


class Standing(NamedTuple):
    """How far it is decided."""

    asked: int
    of: int
    worse: bool | None
    """The verdict of a full run; None as long as it is open."""
    bound: float
    """In which share of histories a full run would say otherwise, at most; 0 where nothing could change it."""
    chance: tuple[float, float]
    """Between which two probabilities the one lies that the full run finds a fall, by what came so far."""


@dataclass(frozen=True)
class _Open:
    """What an article was before, by the places of its questions."""

    group: int
    right: frozenset[int]
    wrong: frozenset[int]

    @property
    def scored(self) -> frozenset[int]:
        return self.right | self.wrong


class Decided(NamedTuple):
    """What came of asking until it was decided, or until all was asked."""

    standing: Standing
    articles: tuple[str, ...]
    """Those that were measured."""
    lost: tuple[str, ...]
    """Those that were not measured. They count as not asked: they could say anything."""

    @property
    def early(self) -> bool:
        """Whether it is decided by less than all."""
        return self.standing.worse is not None and self.standing.asked < self.standing.of


class Early:
    """The rule: takes one article after the other, and says whether it is decided."""

    def __init__(self, before: Snapshot, groups: Mapping[str, int], policy: Policy) -> None:
        """Begin with nothing asked.

        Args:
            before: The accepted snapshot, of one sample, as labels and graders of now judge it.
            groups: The articles of the full run, with their groups (``Plan.groups``).
            policy: What is significant.
        """
        self._policy = policy
        self._places = range(len(before.questions))
        self._of_tests = range(len(before.questions) + 1)
        self._open = {article: _open(before, article, group) for article, group in groups.items()}
        self._of = len(self._open)
        self._fell = [0 for _ in self._places]
        self._rose = [0 for _ in self._places]
        self._changes: list[int] = []
        self._may_fall = [sum(q in one.right for one in self._open.values()) for q in self._places]
        self._may_rise = [sum(q in one.wrong for one in self._open.values()) for q in self._places]
        counts = [sum(q in one.scored for one in self._open.values()) for q in self._places]
        self._answers = [*counts, sum(counts)]
        """How many answers each test is over: those of the questions, then that of all together."""
        self._tests = [place for place, answers in enumerate(self._answers) if answers]
        self._level = policy.level / max(1, len(self._tests))
        self._sums = {
            group: [Sums(self._scored(group, place), 0, 0, 0, 0) for place in self._of_tests]
            for group in sorted(set(groups.values()))
        }
        self._step = max(1, self._of // _LOOKS)

    def _scored(self, group: int, place: int) -> int:
        """How many articles of a group a test is over."""
        whole = place == len(self._places)
        return sum(
            one.group == group and bool(one.scored if whole else place in one.scored)
            for one in self._open.values()
        )

    @property
    def hopeless(self) -> bool:
        """Whether no fall could show: then there is nothing to decide."""
        return not any(self._possible(place) for place in self._tests)

    def add(self, article: str, now: Sequence[Verdict]) -> None:
        """Take the verdicts on one article, in the order of the questions. One that is unknown, or was taken, changes nothing."""
        was = self._open.pop(article, None)
        if was is None:
            return
        right = {place for place in self._places if now[place] is Verdict.RIGHT}
        scored = {place for place in self._places if now[place] in SCORED}
        fell, rose = (was.right & scored) - right, was.wrong & right
        sums = self._sums[was.group]
        for place in was.scored:
            self._may_fall[place] -= place in was.right
            self._may_rise[place] -= place in was.wrong
            change = (place in rose) - (place in fell)
            self._fell[place] += change < 0
            self._rose[place] += change > 0
            sums[place] = _with(sums[place], change)
        if was.scored:
            change = len(rose) - len(fell)
            self._changes.append(change)
            sums[-1] = _with(sums[-1], change)

    @property
    def asked(self) -> int:
        """How many articles were taken."""
        return self._of - len(self._open)

    @property
    def looks(self) -> bool:
        """Whether it is worth while to look now whether it is decided."""
        return self.asked % self._step == 0 or not self._open

    def standing(self) -> Standing:
        """How far it is decided. Costs little, except near the end of thousands of articles."""
        sure = self._sure()
        if sure is not None:
            return Standing(self.asked, self._of, sure, 0.0, (float(sure), float(sure)))
        plain = self._chances(0.0)
        worse, few = None, self._of < _FEW
        if self._due():
            early = self.asked <= _LATEST[few] * self._of
            if early and self._chances(_SCEPTICS).least >= 1 - _DOUBT_WORSE[few]:
                worse = True
            elif plain.most <= _DOUBT_NOT_WORSE[few]:
                worse = False
        return Standing(self.asked, self._of, worse, BOUND, (plain.least, plain.most))

    def _due(self) -> bool:
        """Whether it may be decided by probability now."""
        enough = self.asked >= max(_FEWEST, _EARLIEST * self._of) and self.looks
        return enough and all(
            sums[-1].seen >= min(_SEEN, sums[-1].of) for sums in self._sums.values()
        )

    # ------------------------------------------------------------ by probability

    def _chances(self, sceptics: float) -> "_Chances":
        drop, laxer = self._policy.drop, self._policy.level
        typical = self._typical()
        reached = [
            self._chance(place, self._level, drop, typical, sceptics) for place in self._tests
        ]
        besides = 0.0
        if drop:
            # A fall is significant by its own test; or, where one that is too small to matter opened the way
            # for it (Holm), by a laxer one.
            opened = sum(self._chance(q, self._level, 0.0, typical, sceptics) for q in self._tests)
            followed = sum(self._chance(q, laxer, drop, typical, sceptics) for q in self._tests)
            besides = min(opened, followed)
        return _Chances(max(reached, default=0.0), min(1.0, sum(reached) + besides))

    def _chance(
        self, place: int, level: float, drop: float, typical: Sequence[float], sceptics: float
    ) -> float:
        groups = [sums[place] for sums in self._sums.values() if sums[place].of]
        least = drop * self._answers[place]
        return chance_of_fall(groups, level, least=least, typical=typical[place], sceptics=sceptics)

    def _typical(self) -> list[float]:
        """The mean square of a change in each test, and a little more; of a question no less than of all answers."""
        groups = self._sums.values()
        seen = [sum(sums[place].seen for sums in groups) for place in self._of_tests]
        squares = [sum(sums[place].second for sums in groups) for place in self._of_tests]
        means = [square / of if of else 1.0 for square, of in zip(squares, seen, strict=True)]
        single = sum(squares[:-1]) / max(1, sum(seen[:-1]))
        questions = [max(single, mean) + _LITTLE for mean in means[:-1]]
        return [*questions, means[-1] + _LITTLE * len(self._places)]

    # ------------------------------------------------------------ for sure

    def _sure(self) -> bool | None:
        """The verdict where nothing that the rest can say would change it; None where something could."""
        if not self._open:
            return self._found()
        if any(self._certain(place) for place in self._tests):
            return True
        if not any(self._possible(place) for place in self._tests):
            return False
        return None

    def _found(self) -> bool:
        """The verdict over all articles, as ``judge`` has it."""
        exact = sign_flip(self._changes)
        p_values = [
            mcnemar(fell, rose).worse for fell, rose in zip(self._fell, self._rose, strict=True)
        ]
        p_values.append(exact.worse if exact else 1.0)
        totals = [rose - fell for fell, rose in zip(self._fell, self._rose, strict=True)]
        totals.append(sum(self._changes))
        adjusted = holm([p_values[place] for place in self._tests])
        return any(
            p is not None and p <= self._policy.level and self._drops(place, totals[place])
            for place, p in zip(self._tests, adjusted, strict=True)
        )

    def _certain(self, place: int) -> bool:
        """Whether a test is reached even if every answer that can rise does.

        Among all that the rest can say that makes its probability largest: with an article that changes by k more
        it is P(S <= s)/2 + P(S <= s + 2k)/2, S being the sum of the others with random signs, which grows with k.
        """
        return self._reaches(place, self._level, rise=True)

    def _possible(self, place: int) -> bool:
        """Whether a test may be reached: it would be if every answer that can fall did."""
        level = self._policy.level if self._policy.drop else self._level
        return self._reaches(place, level, rise=False)

    def _reaches(self, place: int, level: float, *, rise: bool) -> bool:
        """Whether a test is reached if every answer that can rise does, or every one that can fall."""
        if place < len(self._places):
            fell = self._fell[place] + (0 if rise else self._may_fall[place])
            rose = self._rose[place] + (self._may_rise[place] if rise else 0)
            if rose >= fell or not self._drops(place, rose - fell):
                return False
            return mcnemar(fell, rose).worse <= level
        rest = [one.wrong if rise else one.right for one in self._open.values()]
        changes = [*self._changes, *(len(one) if rise else -len(one) for one in rest)]
        total = sum(changes)
        if total >= 0 or not self._drops(place, total):
            return False
        # The exact test takes its time with many articles. Far from its border it can be told without, as far as
        # that leaves things open.
        needed = critical_fall(sum(c**2 for c in changes), sum(c**4 for c in changes), level)
        if rise and -total < 0.8 * needed - 2:
            return False
        if not rise and -total > 1.25 * needed + 2:
            return True
        return self._exactly(changes, level)

    @staticmethod
    def _exactly(changes: Sequence[int], level: float) -> bool:
        found = sign_flip(changes)
        return found is not None and found.worse <= level

    def _drops(self, place: int, total: int) -> bool:
        return -total / self._answers[place] >= self._policy.drop


class _Chances(NamedTuple):
    least: float
    """That some test finds a fall, at least: that the likeliest of them does."""
    most: float
    """The same, at most."""


def _open(before: Snapshot, article: str, group: int) -> _Open:
    verdicts = before.lines[article].samples[0]
    right = frozenset(i for i, one in enumerate(verdicts) if one is Verdict.RIGHT)
    scored = frozenset(i for i, one in enumerate(verdicts) if one in SCORED)
    return _Open(group, right, scored - right)


def _with(sums: Sums, change: int) -> Sums:
    return Sums(
        sums.of,
        sums.seen + 1,
        sums.first + change,
        sums.second + change**2,
        sums.fourth + change**4,
    )
