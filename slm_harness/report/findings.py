"""What the gate found, in words: what fell, how sure that is, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from slm_harness.gate import Flip, GateMode, Judgement, Paired, Shortfall
from slm_harness.gate.early import Decided
from slm_harness.gate.judging import POWER
from slm_harness.gate.provenance import listed
from slm_harness.records import Outcome
from slm_harness.report.numbers import percent, points, probability, share

WHOLE = "all questions"
_SHOWN = 40
"""Most flips that are told one by one; results.json has all."""


@dataclass(frozen=True)
class Heading:
    """What stands around a judgement in its first lines."""

    model: str
    """What is judged, as it is named to the reader."""
    other: str
    """What it is compared with."""
    compared: bool
    """Whether there is a snapshot to compare with."""
    changed: tuple[str, ...]
    """What is another model, prompt or setting than before, in a few words each."""
    rewordings: tuple[str, ...]
    """What differs in the words of the prompt, a line for each question."""
    regraded: tuple[str, ...]
    """Why what was accepted was graded again, in a few words each."""
    decided: Decided | None = field(default=None, kw_only=True)
    """What less than all articles decided; None where the judgement is over all."""


@dataclass(frozen=True)
class Background(Heading):
    """What is known around the judgement of a gate."""

    outcome: Callable[[Flip], Outcome]
    """Gives the present outcome of an answer that is judged otherwise than before."""
    said_before: Callable[[Flip], str | None]
    """Gives what the model said before; None where that is not known."""
    look: str
    """The command that looks closer."""
    accept: str
    """The command that accepts the present outcomes; empty where nothing is to be accepted."""


def passes(found: Judgement, about: Heading) -> bool:
    """Whether a gate is green.

    Where less than all articles decided, it is what all of them would come to, and not what those few do.
    """
    if about.decided is not None:
        return not (about.decided.standing.worse or found.incomparable)
    return about.compared and found.passes


def verdict(found: Judgement, about: Heading) -> str:
    """The gate in one line: what it comes to, and what changed."""
    changed = f"; changed: {', '.join(about.changed)}" if about.changed else ""
    again = f"; graded again on both sides: {', '.join(about.regraded)}" if about.regraded else ""
    return f"{about.model}{_standing(found, about)}{changed}{again}"


def _standing(found: Judgement, about: Heading) -> str:
    if not about.compared:
        return " has no accepted snapshot, so there is nothing to compare with"
    counts = f"{_count(len(found.worse))} fell, {len(found.better)} rose"
    flaky = sum(flip.flaky for flip in found.flips)
    if flaky:
        counts += f", {flaky} flaky"
    if found.incomparable:
        return f" cannot be compared with {about.other} as it is; where it can, {counts}"
    if about.decided is not None:
        return _decided(found, about, about.decided, counts)
    if not found.fell:
        if found.policy.mode is GateMode.SIGNIFICANT:
            return (
                f" is not found worse than {about.other}: {counts}, p {probability(found.whole.p)}"
            )
        return f" is not worse than {about.other}: {counts}"
    if found.policy.mode is GateMode.SIGNIFICANT:
        where = ", ".join(one.question or WHOLE for one in found.significant)
        return f" is worse than {about.other} at {where}: {counts}, p {probability(found.whole.p)}"
    if not found.worse:
        return f" is worse than {about.other} at flaky answers to {', '.join(found.wavering)}: {counts}"
    return f" is worse than {about.other}: {counts}"


def _decided(found: Judgement, about: Heading, decided: Decided, counts: str) -> str:
    """What less than all articles decided, and how sure that is."""
    asked, of, worse, bound, _ = decided.standing
    where = ", ".join(one.question or WHOLE for one in found.significant)
    at = f" at {where}" if worse and where else ""
    verdict = f"worse than {about.other}{at}" if worse else f"not found worse than {about.other}"
    sure = (
        f"a full run would say otherwise in at most {100 * bound:g} of 100"
        if bound
        else "a full run would say the same, whatever the others were"
    )
    lost = f"; not measured: {listed(list(decided.lost))}" if decided.lost else ""
    return (
        f" was decided after {asked} of {of} articles: {verdict}: {counts}, p {probability(found.whole.p)}; "
        f"{sure}{lost}"
    )


def _count(answers: int) -> str:
    return f"{answers} answer{'' if answers == 1 else 's'}"


def findings(found: Judgement, about: Background) -> Iterator[str]:
    """Why the gate of a model does not pass, and what to do, line by line."""
    yield verdict(found, about)
    if about.compared:
        yield from _compared(found, about)
    yield from map(shortfall_line, found.shortfalls)
    if about.look:
        yield f"look closer:  {about.look}"
    if about.accept:
        yield f"accept:       {about.accept}"


def _compared(found: Judgement, about: Background) -> Iterator[str]:
    for reason in found.incomparable:
        yield f"not compared: {reason}"
    yield from (f"reworded: {line}" for line in about.rewordings)
    told = 0
    for one in found.questions:
        flips = [flip for flip in found.flips if flip.question == one.question]
        if flips or one in found.significant:
            yield paired_line(one)
            yield from (f"  {_flip(flip, about)}" for flip in flips[: max(0, _SHOWN - told)])
            told += len(flips)
    if told > _SHOWN:
        yield f"  and {told - _SHOWN} more flips, all of them in results.json"
    yield paired_line(found.whole)
    if about.decided is None:
        yield unseen_line(found)


def paired_line(one: Paired) -> str:
    """One question before and now, with what chance has to do with it."""
    line = f"{one.question or WHOLE}: {share(one.before)} before, {share(one.now)} now"
    if one.difference is None:
        return f"{line}: nothing to compare"
    low, high = (points(end) for end in (one.difference.low, one.difference.high))
    return (
        f"{line}: {points(one.difference.estimate)} points (95 %: {low} to {high}), {one.fell} fell, "
        f"{one.rose} rose, p {probability(one.p)}, corrected {probability(one.adjusted)}"
    )


def unseen_line(found: Judgement) -> str:
    """What the articles are too few to show."""
    of_one, of_all = found.unseen
    articles = f"{found.articles} article{'' if found.articles == 1 else 's'}"
    level = f"at the level of {found.policy.level:g}"
    if of_one is None or of_all is None:
        return f"{articles}: no fall could show {level}; label more of them"
    line = (
        f"{articles}: {level} a fall of less than {percent(of_one)} points of one question, or of "
        f"{percent(of_all)} over all, would not show"
    )
    if found.seen is None:
        return line
    return f"{line}; one of {percent(found.seen)} points of a question would in {POWER:.0%} of runs"


@dataclass(frozen=True)
class Told:
    """What is known of an answer that flipped; None for what is not."""

    expected: str | None = None
    before: str | None = None
    """What was said."""
    now: str | None = None
    """What is said."""
    reason: str = ""
    """Why that is judged as it is."""


def flip_words(flip: Flip, told: Told) -> str:
    """What became of an answer, and what was said before and is now."""
    words = []
    if told.expected is not None:
        words.append(f"expected {told.expected!r}")
    if told.before is not None:
        words.append(f"said {told.before!r} before")
    if told.now is not None:
        words.append(f"got {told.now!r}" if told.before is None else f"says {told.now!r} now")
    line = f"{flip.before} -> {flip.now}"
    if words:
        line += f"; {', '.join(words)}"
    return f"{line}: {told.reason}" if told.reason else line


def _flip(flip: Flip, about: Background) -> str:
    outcome = about.outcome(flip)
    told = Told(outcome.expected, about.said_before(flip), outcome.got, outcome.reason)
    return f"{flip.article}: {flip_words(flip, told)}"


def shortfall_line(one: Shortfall) -> str:
    """A rate that is beyond its bound."""
    bound = f"{100 * one.bound:g} %"
    if one.rate is None:
        return f"{one.what}: not measured, where {bound} is the bound"
    side = "the most" if one.what in ("unusable", "contradictions") else "the least"
    return f"{one.what}: {100 * one.rate:.1f} %, where {bound} is {side} that is allowed"
