"""Judging: is what a model says now worse than what was accepted, and how sure is that?

Pure: two snapshots and a policy go in. Whatever compares two things comes down to this: the gate, the
comparison of two prompts or models, stopping early, and the simulations of all of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from slm_harness.gate.flips import Flip, flips
from slm_harness.gate.policy import ALL, CONTRADICTIONS, UNUSABLE, GateMode, Policy
from slm_harness.gate.snapshot import SCORED, Rate, Snapshot, rate_of
from slm_harness.records import Verdict
from slm_harness.stats import (
    PairedDifference,
    detectable_fall,
    fewest_flips,
    holm,
    paired_difference,
    sign_flip,
)

POWER = 0.8
"""In what share of runs a fall has to show, to be called one that would be seen."""


@dataclass(frozen=True)
class Paired:
    """One question before and now, or all together, over the articles that both have."""

    question: str | None
    """None for all questions together."""
    before: Rate
    now: Rate
    fell: int
    """Answers that were right and are not, samples taken together by their rate."""
    rose: int
    p: float | None
    """How likely it is that chance alone gives such a fall or a larger one: the exact test in which each
    article's change could as well have had the other sign. For one question and one sample that is
    McNemar's. None where nothing was scored."""
    difference: PairedDifference | None
    """Now less before, as a fraction, with the interval in which it lies with 95 % confidence."""
    adjusted: float | None = None
    """``p`` corrected, by Holm, for looking at every question and at all together."""


@dataclass(frozen=True)
class Shortfall:
    """A rate that is beyond what the policy allows."""

    what: str
    """A question id, ``all``, ``unusable`` or ``contradictions``."""
    rate: float | None
    """None where nothing was scored: no measurement keeps no bound."""
    bound: float


@dataclass(frozen=True)
class Judgement:
    """What the gate makes of a snapshot beside the accepted one."""

    policy: Policy
    articles: int
    """How many articles both have."""
    whole: Paired
    questions: tuple[Paired, ...]
    flips: tuple[Flip, ...]
    incomparable: tuple[str, ...]
    """Why the two cannot be compared as they are."""
    shortfalls: tuple[Shortfall, ...]
    wavering: tuple[str, ...]
    """With several samples: the questions whose flaky answers are right less often than before."""

    @cached_property
    def worse(self) -> tuple[Flip, ...]:
        """The answers that fell."""
        return tuple(flip for flip in self.flips if flip.worse)

    @cached_property
    def better(self) -> tuple[Flip, ...]:
        """The answers that rose."""
        return tuple(flip for flip in self.flips if flip.better)

    @cached_property
    def significant(self) -> tuple[Paired, ...]:
        """What fell by more than chance explains, and by as much as matters."""
        return tuple(
            one
            for one in (*self.questions, self.whole)
            if one.adjusted is not None
            and one.adjusted <= self.policy.level
            and one.difference is not None
            and -one.difference.estimate >= self.policy.drop
        )

    @property
    def fell(self) -> bool:
        """Whether the policy takes what was found for a fall."""
        if self.policy.mode is GateMode.SIGNIFICANT:
            return bool(self.significant)
        return bool(self.worse or self.wavering)

    @property
    def passes(self) -> bool:
        """Whether the gate is green."""
        return not (self.fell or self.incomparable or self.shortfalls)

    @property
    def _first_level(self) -> float:
        """What the first of all that are looked at has to reach, by Holm."""
        looks = len(self.questions)
        return self.policy.level / (looks if looks == 1 else looks + 1)

    @cached_property
    def unseen(self) -> tuple[float | None, float | None]:
        """The smallest fall that could show at all, of one question and of all together, as fractions.

        It is that of as many answers, each in another article, as the level asks for where all of them fall
        and none rises. None where not even a fall of everything could.
        """
        needed = fewest_flips(self.articles, self._first_level)
        if needed is None:
            return None, None
        return needed / self.articles, needed / (self.articles * len(self.questions))

    @cached_property
    def seen(self) -> float | None:
        """The true fall of one question that would show in ``POWER`` of all runs; None where none would."""
        return detectable_fall(self.articles, self._first_level, POWER)


def judge(
    before: Snapshot,
    now: Snapshot,
    policy: Policy,
    *,
    incomparable: Sequence[str] = (),
    contradicting: int | None = None,
) -> Judgement:
    """Compare a snapshot with the accepted one.

    Args:
        before: The accepted one, as labels and graders of now judge it.
        now: The present one.
        policy: How strict to be.
        incomparable: Why the two cannot be compared as they are, as far as they do not tell it themselves.
        contradicting: How many articles of ``now`` have a reply that contradicts itself; None for unknown.
    """
    articles = [article for article in now.lines if article in before.lines]
    questions = [question for question in now.questions if question in before.questions]
    # Of one sample and of three, shares do not vary alike, and a test of the two would take that for a change.
    depth = min(before.depth, now.depth)
    was, is_ = before.first(depth), now.first(depth)
    each = [paired(was, is_, (question,), articles) for question in questions]
    each.append(replace(paired(was, is_, questions, articles), question=None))
    # Of a single question all together is the same, and no second look.
    probabilities = tuple(one.p for one in each)
    adjusted = probabilities if len(questions) == 1 else holm(probabilities)
    *by_question, whole = (replace(one, adjusted=p) for one, p in zip(each, adjusted, strict=True))
    return Judgement(
        policy=policy,
        articles=len(articles),
        whole=whole,
        questions=tuple(by_question),
        flips=tuple(flips(before, now)),
        incomparable=tuple(incomparable),
        shortfalls=tuple(shortfalls(now, policy, contradicting)),
        wavering=tuple(_wavering(was, is_, questions, articles, policy.level)),
    )


def paired(
    before: Snapshot, now: Snapshot, questions: Sequence[str], articles: Iterable[str]
) -> Paired:
    """Some questions together, article by article, over the answers that are scored on both sides."""
    of_before, of_now = before.depth, now.depth
    pairs = _pairs(before, now, questions, articles)
    changes = [_change(before, now, answer) for one in pairs for answer in one]
    was = [sum(right for right, _ in one) for one in pairs]
    is_ = [sum(right for _, right in one) for one in pairs]
    return Paired(
        question=questions[0] if len(questions) == 1 else None,
        before=rate_of(
            [(right, of_before * len(one)) for right, one in zip(was, pairs, strict=True)]
        ),
        now=rate_of([(right, of_now * len(one)) for right, one in zip(is_, pairs, strict=True)]),
        fell=sum(change < 0 for change in changes),
        rose=sum(change > 0 for change in changes),
        p=_chance(before, now, pairs),
        difference=paired_difference(
            [right / of_before for right in was],
            [right / of_now for right in is_],
            [len(one) for one in pairs],
        ),
    )


def _pairs(
    before: Snapshot, now: Snapshot, questions: Sequence[str], articles: Iterable[str]
) -> list[list[tuple[int, int]]]:
    """The answers of each article that has any."""
    return [one for article in articles if (one := _answers(before, now, article, questions))]


def _change(before: Snapshot, now: Snapshot, answer: tuple[int, int]) -> int:
    """Now less before in whole numbers: the shares of both sides over their common denominator."""
    was, right = answer
    return right * before.depth - was * now.depth


def _chance(
    before: Snapshot, now: Snapshot, pairs: Iterable[Iterable[tuple[int, int]]]
) -> float | None:
    test = sign_flip([sum(_change(before, now, answer) for answer in one) for one in pairs])
    return test.worse if test else None


def _answers(
    before: Snapshot, now: Snapshot, article: str, questions: Iterable[str]
) -> list[tuple[int, int]]:
    """How many samples of each answer are right, before and now; of those that both sides score."""
    return [
        (was, right)
        for question in questions
        if (was := before.right(article, question)) is not None
        and (right := now.right(article, question)) is not None
    ]


def _wavering(
    before: Snapshot,
    now: Snapshot,
    questions: Sequence[str],
    articles: Sequence[str],
    level: float,
) -> Iterator[str]:
    """The questions whose flaky answers fell by more than chance explains, corrected for looking at all.

    No single sample of a flaky answer tells anything, so it is their rate that is looked at. Which answers are
    flaky is asked of both sides alike, with the same number of samples, or the choice itself would be a fall.
    """
    if before.depth == now.depth == 1:
        return
    chances: list[float | None] = []
    for question in questions:
        flaky = [
            article
            for article in articles
            if Verdict.FLAKY in (before.verdict(article, question), now.verdict(article, question))
        ]
        chances.append(_chance(before, now, _pairs(before, now, (question,), flaky)))
    for question, p in zip(questions, holm(chances), strict=True):
        if p is not None and p <= level:
            yield question


def shortfalls(now: Snapshot, policy: Policy, contradicting: int | None) -> Iterator[Shortfall]:
    """The rates of a snapshot that are beyond what the policy allows.

    Args:
        now: The snapshot.
        policy: With its floors and ceilings.
        contradicting: How many articles have a reply that contradicts itself; None for unknown.
    """
    for question, floor in policy.floors.items():
        rate = now.rate(None if question == ALL else question).value
        if rate is None or rate < floor:
            yield Shortfall(question, rate, floor)
    shares = {
        UNUSABLE: _unusable(now),
        CONTRADICTIONS: contradicting / len(now.lines)
        if contradicting is not None and now.lines
        else None,
    }
    for what, ceiling in policy.ceilings.items():
        share = shares[what]
        if share is None or share > ceiling:
            yield Shortfall(what, share, ceiling)


def _unusable(now: Snapshot) -> float | None:
    samples = [
        one
        for line in now.lines.values()
        for sample in line.samples[: now.depth]
        for one in sample
        if one in SCORED
    ]
    return samples.count(Verdict.UNUSABLE) / len(samples) if samples else None
