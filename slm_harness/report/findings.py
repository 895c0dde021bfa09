"""What the gate found, in words: what fell, and what to do about it."""

from collections.abc import Callable, Iterator

from slm_harness.gate import Comparison, Flip, Snapshot, compare
from slm_harness.records import Outcome


def findings(
    before: Snapshot | None,
    now: Snapshot,
    outcome: Callable[[Flip], Outcome],
    accepting: str,
) -> Iterator[str]:
    """Why the gate of a model does not pass, and what to do, line by line.

    Args:
        before: The accepted snapshot, if there is one.
        now: The present one.
        outcome: Gives the present outcome of an answer that is judged otherwise than before.
        accepting: The command that accepts the present one; empty where nothing is to be accepted.
    """
    if before is None:
        yield f"{now.model} has no accepted snapshot, so there is nothing to compare with."
    else:
        yield from _lines(before, now, compare(before, now), outcome)
    if accepting:
        yield f"accept:  {accepting}"


def _lines(
    before: Snapshot, now: Snapshot, found: Comparison, outcome: Callable[[Flip], Outcome]
) -> Iterator[str]:
    model = now.model
    for reason in found.incomparable:
        yield f"{model} cannot be compared with its snapshot as it is: {reason}"
    if found.worse:
        count = sum(len(line.verdicts) for line in now.lines.values())
        graded = "as graded now, " if found.incomparable else ""
        yield f"{graded}{model} is worse on {len(found.worse)} of {count} answers than its snapshot:"
    if found.changed:
        yield f"changed since the snapshot: {'; '.join(found.changed)}"
    for question in now.questions:
        flips = [flip for flip in found.flips if flip.question == question]
        if flips:
            was, is_ = before.rate(question), now.rate(question)
            yield f"{question}: {was[0]} of {was[1]} right before, {is_[0]} of {is_[1]} now"
            yield from (f"  {_flip(flip, outcome(flip))}" for flip in flips)


def _flip(flip: Flip, outcome: Outcome) -> str:
    return (
        f"{flip.article}: {flip.before} -> {flip.now}; expected {outcome.expected!r}, "
        f"got {outcome.got!r}: {outcome.reason}"
    )
