"""Made-up answers to nine questions, before and now, of which the truth is known: for simulations of the gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from slm_harness.gate import Line, Snapshot
from slm_harness.records import Verdict

QUESTIONS = tuple(f"question_{number}" for number in range(1, 10))
_VERDICTS = {True: Verdict.RIGHT, False: Verdict.WRONG, None: Verdict.CONTESTED}

Answers = tuple[bool | None, ...]
"""One article's answers: right, not right, or not scored."""


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

    def draw(
        self, articles: int, rates: Sequence[float], random: Random
    ) -> tuple[list[Answers], list[Answers]]:
        """Answers of so many articles, before and now, to questions of these rates."""
        pairs = [self._article(rates, random) for _ in range(articles)]
        return [before for before, _ in pairs], [now for _, now in pairs]

    def _article(self, rates: Sequence[float], random: Random) -> tuple[Answers, Answers]:
        before: list[bool | None] = []
        now: list[bool | None] = []
        common = random.random()
        again = random.random() if random.random() < self.churn else common
        for rate, fall in zip(rates, self.falls, strict=True):
            if random.random() < self.unscored:
                before.append(None)
                now.append(None)
                continue
            first, second = common, again
            if random.random() >= self.shared:
                first = second = random.random()
                if random.random() < self.churn:
                    second = random.random()
            before.append(first < rate)
            now.append(second < rate - fall)
        return tuple(before), tuple(now)


def one_question(
    articles: int, fall: float, churn: float, random: Random
) -> tuple[list[Answers], list[Answers]]:
    """The first question falls, with ``churn`` of its answers flipping to right; the others stay as they are."""
    before, now = [], []
    rest: Answers = (True,) * (len(QUESTIONS) - 1)
    for _ in range(articles):
        drawn = random.random()
        to_right, to_wrong = drawn < churn, churn <= drawn < fall + 2 * churn
        before.append((not to_right, *rest))
        now.append((not to_wrong, *rest))
    return before, now


def snapshot(answers: Sequence[Answers]) -> Snapshot:
    """Such answers as the gate gets to see them."""
    labels = ("0000",) * len(QUESTIONS)
    lines = {
        f"article-{number:05}": Line(labels, "0", (tuple(_VERDICTS[one] for one in row),))
        for number, row in enumerate(answers)
    }
    return Snapshot("made-up", {}, QUESTIONS, lines)
