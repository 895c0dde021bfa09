"""Made-up answers to nine questions, before and now, of which the truth is known: for simulations of the gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from slm_harness.gate import Line, Snapshot
from slm_harness.records import Verdict

QUESTIONS = tuple(f"question_{number}" for number in range(1, 10))
_VERDICTS = {True: Verdict.RIGHT, False: Verdict.WRONG, None: Verdict.CONTESTED}

Answers = tuple[tuple[bool | None, ...], ...]
"""One article's answers, right, not right or not scored: for each sample those to all questions."""


@dataclass(frozen=True)
class World:
    """How answers come about. Articles are independent of each other, the answers of one are not.

    Every answer has a difficulty, uniform on [0, 1], and is right where that is below the rate of its question. With
    probability ``shared`` an answer takes the difficulty of its article, else one of its own. With probability
    ``churn`` a difficulty is drawn anew between before and now, that of the article for all its answers at once.
    What ``falls`` takes from the rate of a question is its true fall.
    """

    shared: float = 0.0
    """0: nine answers tell nine times as much as one. 1: they stand and fall together."""
    churn: float = 0.02
    falls: tuple[float, ...] = (0.0,) * len(QUESTIONS)
    unscored: float = 0.0
    """Share of answers that are contested."""
    samples: int = 1
    waver: float = 0.0
    """Share of samples for which a difficulty is drawn that says nothing of the others."""

    def draw(
        self, articles: int, rates: Sequence[float], random: Random
    ) -> tuple[list[Answers], list[Answers]]:
        """Answers of so many articles, before and now, to questions of these rates."""
        pairs = [self._article(rates, random) for _ in range(articles)]
        return [before for before, _ in pairs], [now for _, now in pairs]

    def _article(self, rates: Sequence[float], random: Random) -> tuple[Answers, Answers]:
        common = random.random()
        again = random.random() if random.random() < self.churn else common
        before: list[list[bool | None]] = []
        now: list[list[bool | None]] = []
        for rate, fall in zip(rates, self.falls, strict=True):
            first, second = common, again
            if random.random() >= self.shared:
                first = second = random.random()
                if random.random() < self.churn:
                    second = random.random()
            scored = random.random() >= self.unscored
            before.append(self._sampled(first, rate, random) if scored else [None] * self.samples)
            now.append(
                self._sampled(second, rate - fall, random) if scored else [None] * self.samples
            )
        return tuple(zip(*before, strict=True)), tuple(zip(*now, strict=True))

    def _sampled(self, difficulty: float, rate: float, random: Random) -> list[bool | None]:
        return [
            (random.random() if self.waver and random.random() < self.waver else difficulty) < rate
            for _ in range(self.samples)
        ]


def one_question(
    articles: int, fall: float, churn: float, random: Random
) -> tuple[list[Answers], list[Answers]]:
    """The first question falls, with ``churn`` of its answers flipping to right; the others stay as they are."""
    before: list[Answers] = []
    now: list[Answers] = []
    rest = (True,) * (len(QUESTIONS) - 1)
    for _ in range(articles):
        drawn = random.random()
        to_right, to_wrong = drawn < churn, churn <= drawn < fall + 2 * churn
        before.append(((not to_right, *rest),))
        now.append(((not to_wrong, *rest),))
    return before, now


def snapshot(answers: Sequence[Answers]) -> Snapshot:
    """Such answers as the gate gets to see them."""
    labels = ("0000",) * len(QUESTIONS)
    lines = {
        f"article-{number:05}": Line(
            labels, "0", tuple(tuple(_VERDICTS[one] for one in sample) for sample in samples)
        )
        for number, samples in enumerate(answers)
    }
    return Snapshot("made-up", {}, QUESTIONS, lines)
