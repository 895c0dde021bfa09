"""What became of each answer since the accepted snapshot."""

from collections.abc import Iterator
from dataclasses import dataclass

from slm_harness.gate.snapshot import Snapshot
from slm_harness.records import Verdict

_RANK = {Verdict.RIGHT: 2, Verdict.WRONG: 1, Verdict.UNUSABLE: 0}
_COMPARED = frozenset({*_RANK, Verdict.FLAKY})


@dataclass(frozen=True)
class Flip:
    """One answer that is judged otherwise than before."""

    article: str
    question: str
    before: Verdict
    now: Verdict

    @property
    def flaky(self) -> bool:
        """Whether it is right in some samples only, before or now: no single one of them tells anything."""
        return Verdict.FLAKY in (self.before, self.now)

    @property
    def worse(self) -> bool:
        """Whether it fell, in the order right, wrong, unusable."""
        return not self.flaky and _RANK[self.now] < _RANK[self.before]

    @property
    def better(self) -> bool:
        """Whether it rose."""
        return not self.flaky and not self.worse


def flip(before: Snapshot, article: str, question: str, now: Verdict) -> Flip | None:
    """What became of one answer since ``before``; None where it is as it was, or cannot be compared."""
    was = before.verdict(article, question)
    if was is None or was is now or not {was, now} <= _COMPARED:
        return None
    return Flip(article, question, was, now)


def flips(before: Snapshot, now: Snapshot) -> Iterator[Flip]:
    """Every answer of ``now`` that is judged otherwise than before."""
    for article, question, verdict in now.cases():
        found = flip(before, article, question, verdict)
        if found:
            yield found


def known(before: Snapshot | None, article: str, question: str, now: Verdict) -> bool:
    """Whether the snapshot has an answer as not passed, and it did not become worse still.

    ``before`` is as the labels and graders of now judge it.
    """
    if before is None:
        return False
    found = flip(before, article, question, now)
    was = before.verdict(article, question)
    not_passed = (Verdict.WRONG, Verdict.UNUSABLE, Verdict.FLAKY)
    return was in not_passed and not (found and found.worse)
