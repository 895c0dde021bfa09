"""The numbers of a run, per model: counts by verdict, changes since the snapshot, time and tokens."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slm_harness.gate import Flip, Snapshot, flip
from slm_harness.records import Outcome, Verdict
from slm_harness.stats import Interval, cluster_interval, mean_pass_hat, waver

SCORED = frozenset({Verdict.RIGHT, Verdict.WRONG, Verdict.UNUSABLE})


@dataclass(frozen=True)
class Repeats:
    """What several samples tell of one question, or of all."""

    answers: int
    """How many were scored, in every sample of them."""
    interval: Interval | None
    """Of the rate of right samples, 95 %; the samples of all answers about an article are one cluster."""
    pass_hat: float | None
    """Mean chance that as many samples of an answer as there are would all be right."""
    waver: float | None
    """Share of the answers that are right in some of their samples only."""


@dataclass(frozen=True)
class Rate:
    """What became of one question, or of all, in the cases that were run."""

    counts: Mapping[Verdict, int]
    """Of samples by their verdict; ``FLAKY`` besides, of answers."""
    better: int = 0
    """Answers that rose since the snapshot."""
    worse: int = 0
    """Answers that fell since the snapshot."""
    repeats: Repeats | None = None
    """None where each answer has one sample."""

    @property
    def right(self) -> int:
        """How many answers were right, or samples of them."""
        return self.counts[Verdict.RIGHT]

    @property
    def scored(self) -> int:
        """Of how many: what was not measured, or is contested, is no number."""
        return sum(self.counts[verdict] for verdict in SCORED)


@dataclass(frozen=True)
class Tally:
    """The numbers of one model in one run."""

    model: str
    questions: Mapping[str, Rate]
    total: Rate
    tags: Mapping[str, Rate]
    """Over the articles that carry a tag, by tag."""
    articles: int
    """Articles with a reply."""
    conforming: int
    """Articles whose reply keeps to the schema to the letter."""
    contradicting: int
    """Articles whose reply contradicts itself."""
    forms: Mapping[str, tuple[int, int]]
    """Question id to answers in the form that it asks for, of how many; only where it asks for one."""
    asked: int
    """Articles that the model was asked in this run."""
    recalled: int
    """Articles whose reply was stored."""
    seconds_per_article: float | None
    """Mean wall time of the requests, as they were once asked; None where there is no reply."""
    tokens_per_second: float | None
    """Tokens of the replies over the wall time of the requests; None where the engine counts none."""
    cost_per_1000_articles: float | None = None
    """At the price of models.yaml, recalled replies included; None without a price."""
    samples: int = 1
    """Of each answer."""


def tally(
    model: str,
    questions: Sequence[str],
    outcomes: Iterable[Outcome],
    before: Snapshot | None,
    tags: Mapping[str, Sequence[str]],
    samples: int = 1,
) -> Tally:
    """Count the outcomes of one model, in one pass; ``tags`` are those of every article."""
    counting = Counting(model, questions, before, tags, samples)
    for outcome in outcomes:
        if outcome.model == model:
            counting.add(outcome)
    return counting.tally()


class Counting:
    """The numbers of one model in the making: takes outcomes one at a time, in any order, and keeps none.

    What it holds grows with the articles, by a few numbers for each.
    """

    def __init__(
        self,
        model: str,
        questions: Sequence[str],
        before: Snapshot | None,
        tags: Mapping[str, Sequence[str]],
        samples: int = 1,
    ) -> None:
        """Begin with nothing.

        Args:
            model: Whose outcomes will come.
            questions: The ids of all questions, in the order of the table.
            before: What they are compared with.
            tags: Article id to its tags, for every article.
            samples: How many of each answer count; what was put once more besides does not.
        """
        self._model = model
        self._before = before
        self._tags = tags
        self._samples = samples
        self._total = _Count(repeated=samples > 1)
        self._by_question = {question: _Count(repeated=samples > 1) for question in questions}
        self._by_tag: dict[str, _Count] = {}
        self._forms: dict[str, list[int]] = {}
        self._contradicting: set[str] = set()
        self._replied: set[str] = set()
        self._conforming = self._asked = self._recalled = 0
        self._seconds, self._tokens, self._costs = (array("d") for _ in range(3))

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        found = _flip(self._before, outcome)
        verdicts = self._counted(outcome)
        self._total.add(outcome, verdicts, found)
        self._by_question[outcome.question].add(outcome, verdicts, found)
        for tag in self._tags[outcome.article]:
            self._by_tag.setdefault(tag, _Count()).add(outcome, verdicts, found)
        if outcome.verdict is not Verdict.NOT_MEASURED and outcome.article not in self._replied:
            self._reply(outcome)
        if outcome.in_form is not None:
            kept_of = self._forms.setdefault(outcome.question, [0, 0])
            kept_of[0] += outcome.in_form
            kept_of[1] += 1
        if outcome.contradicts:
            self._contradicting.add(outcome.article)

    def _counted(self, outcome: Outcome) -> Sequence[Verdict]:
        """The verdicts of an outcome that count: where a sample was not measured, no other counts."""
        if outcome.verdict is Verdict.NOT_MEASURED:
            return [Verdict.NOT_MEASURED] * self._samples
        return outcome.samples[: self._samples] or (outcome.verdict,)

    def _reply(self, outcome: Outcome) -> None:
        """Count what all outcomes of one reply have in common."""
        self._replied.add(outcome.article)
        self._conforming += outcome.conforms is True
        self._asked += outcome.recalled is False
        self._recalled += outcome.recalled is True
        # Summed up in the end, so that many small numbers are added in one order in every run.
        for numbers, value in (
            (self._seconds, outcome.seconds),
            (self._tokens, outcome.tokens),
            (self._costs, outcome.cost),
        ):
            if value is not None:
                # That of one request: samples are told together.
                numbers.append(value / max(1, len(outcome.samples)))

    def tally(self) -> Tally:
        """The numbers of what has come so far."""
        seconds, tokens, costs = self._seconds, self._tokens, self._costs
        return Tally(
            model=self._model,
            questions={question: count.rate() for question, count in self._by_question.items()},
            total=self._total.rate(),
            tags={tag: self._by_tag[tag].rate() for tag in sorted(self._by_tag)},
            articles=len(self._replied),
            conforming=self._conforming,
            contradicting=len(self._contradicting),
            forms={
                question: (self._forms[question][0], self._forms[question][1])
                for question in self._by_question
                if question in self._forms
            },
            asked=self._asked,
            recalled=self._recalled,
            seconds_per_article=sum(seconds) / len(seconds) if seconds else None,
            tokens_per_second=sum(tokens) / sum(seconds) if tokens and sum(seconds) > 0 else None,
            cost_per_1000_articles=1000 * sum(costs) / len(costs) if costs else None,
            samples=self._samples,
        )


def _flip(before: Snapshot | None, outcome: Outcome) -> Flip | None:
    if before is None:
        return None
    return flip(before, outcome.article, outcome.question, outcome.verdict)


class _Count:
    """A rate in the making."""

    def __init__(self, *, repeated: bool = False) -> None:
        self._verdicts: Counter[Verdict] = Counter()
        self._better = self._worse = 0
        self._repeated = repeated
        self._answers: list[tuple[int, int]] = []
        """Of each scored answer how many of its samples are right, and how many it has."""
        self._articles: dict[str, tuple[int, int]] = {}
        """The same of all answers about an article together."""

    def add(self, outcome: Outcome, verdicts: Sequence[Verdict], found: Flip | None) -> None:
        for verdict in verdicts:
            self._verdicts[verdict] += 1
        if outcome.verdict is Verdict.FLAKY:
            self._verdicts[Verdict.FLAKY] += 1
        if self._repeated:
            self._sampled(outcome.article, verdicts)
        if found:
            self._worse += found.worse
            self._better += found.better

    def rate(self) -> Rate:
        counts = {verdict: self._verdicts[verdict] for verdict in Verdict}
        return Rate(counts, better=self._better, worse=self._worse, repeats=self._repeats())

    def _sampled(self, article: str, verdicts: Sequence[Verdict]) -> None:
        right, of = verdicts.count(Verdict.RIGHT), sum(one in SCORED for one in verdicts)
        if of:
            before = self._articles.get(article, (0, 0))
            self._articles[article] = before[0] + right, before[1] + of
            self._answers.append((right, of))

    def _repeats(self) -> Repeats | None:
        if not self._repeated:
            return None
        answers, fewest = self._answers, min((of for _, of in self._answers), default=1)
        return Repeats(
            answers=len(answers),
            interval=cluster_interval(list(self._articles.values())),
            pass_hat=mean_pass_hat(answers, fewest),
            waver=waver(answers),
        )
