"""Many candidates beside one prompt: who ranks first, and what articles say of it that ranked nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from slm_harness.gate.judging import Paired, paired
from slm_harness.gate.snapshot import Snapshot
from slm_harness.stats import fewest_flips, holm


@dataclass(frozen=True)
class Ranked:
    """One candidate beside the committed prompt, over all questions of the articles that rank."""

    name: str
    paired: Paired
    """Before is the committed prompt, now the candidate. Its ``p`` is that of a fall."""
    p: float | None
    """How likely it is that chance alone gives such a rise or a larger one."""
    adjusted: float | None
    """``p`` corrected, by Holm, for having tried every candidate."""

    @property
    def rise(self) -> float:
        """In rate; below 0 for a fall."""
        return self.paired.difference.estimate if self.paired.difference else 0.0


def ranked(committed: Snapshot, candidates: Mapping[str, Snapshot]) -> tuple[Ranked, ...]:
    """The candidates, the best first; those that are equal in the order in which they were given."""
    pairs = {name: _pair(committed, one) for name, one in candidates.items()}
    risen = [_risen(committed, one) for one in candidates.values()]
    found = [
        Ranked(name, pair, p, adjusted)
        for (name, pair), p, adjusted in zip(pairs.items(), risen, holm(risen), strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.rise))


def winner(found: tuple[Ranked, ...]) -> Ranked | None:
    """The first, if it is better than the committed prompt at all."""
    return found[0] if found and found[0].rise > 0 else None


class Confirmation(StrEnum):
    """What the held-out articles say of the winner."""

    BETTER = "better"
    """A rise that chance does not explain."""
    UNDECIDED = "undecided"
    """A rise, and too few articles or too small."""
    NOT_BETTER = "not better"
    """No rise."""


@dataclass(frozen=True)
class Held:
    """The winner beside the committed prompt on the articles that ranked nothing."""

    paired: Paired
    p: float | None
    """Of such a rise by chance. Looked at once, so it is not corrected."""
    level: float
    articles: int
    questions: int

    @property
    def confirmation(self) -> Confirmation:
        """What that comes to."""
        difference = self.paired.difference
        if difference is None or difference.estimate <= 0:
            return Confirmation.NOT_BETTER
        better = self.p is not None and self.p <= self.level
        return Confirmation.BETTER if better else Confirmation.UNDECIDED

    @property
    def unseen(self) -> float | None:
        """The smallest rise over all questions that could show, as a fraction; None where none could."""
        needed = fewest_flips(self.articles, self.level)
        return None if needed is None else needed / (self.articles * self.questions)


def held_out(committed: Snapshot, candidate: Snapshot, level: float) -> Held:
    """Judge the winner, once.

    Args:
        committed: The committed prompt on the held-out articles.
        candidate: The winner on the same.
        level: How often a rise may be found though there is none.
    """
    return Held(
        _pair(committed, candidate),
        _risen(committed, candidate),
        level,
        len(committed.lines),
        len(committed.questions),
    )


def _pair(before: Snapshot, now: Snapshot) -> Paired:
    return paired(before, now, before.questions, before.lines)


def _risen(before: Snapshot, now: Snapshot) -> float | None:
    """The test of a fall, the other way round."""
    return _pair(now, before).p
