"""The numbers of a run, per model: counts by verdict, changes since the snapshot, time and tokens."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slm_harness.gate import Flip, Snapshot, flip
from slm_harness.records import Outcome, Verdict


@dataclass(frozen=True)
class Rate:
    """What became of one question, or of all, in the cases that were run."""

    counts: Mapping[Verdict, int]
    better: int = 0
    """Answers that rose since the snapshot."""
    worse: int = 0
    """Answers that fell since the snapshot."""

    @property
    def right(self) -> int:
        """How many answers were right."""
        return self.counts[Verdict.RIGHT]

    @property
    def scored(self) -> int:
        """Of how many: what was not measured, or is contested, is no number."""
        return sum(self.counts[v] for v in (Verdict.RIGHT, Verdict.WRONG, Verdict.UNUSABLE))


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


def tally(
    model: str,
    questions: Sequence[str],
    outcomes: Iterable[Outcome],
    before: Snapshot | None,
    tags: Mapping[str, Sequence[str]],
) -> Tally:
    """Count the outcomes of one model, in one pass; ``tags`` are those of every article."""
    counting = Counting(model, questions, before, tags)
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
    ) -> None:
        """Begin with nothing.

        Args:
            model: Whose outcomes will come.
            questions: The ids of all questions, in the order of the table.
            before: What they are compared with.
            tags: Article id to its tags, for every article.
        """
        self._model = model
        self._before = before
        self._tags = tags
        self._total = _Count()
        self._by_question = {question: _Count() for question in questions}
        self._by_tag: dict[str, _Count] = {}
        self._forms: dict[str, list[int]] = {}
        self._contradicting: set[str] = set()
        self._replied: set[str] = set()
        self._conforming = self._asked = self._recalled = 0
        self._seconds, self._tokens, self._costs = (array("d") for _ in range(3))

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        found = _flip(self._before, outcome)
        self._total.add(outcome.verdict, found)
        self._by_question[outcome.question].add(outcome.verdict, found)
        for tag in self._tags[outcome.article]:
            self._by_tag.setdefault(tag, _Count()).add(outcome.verdict, found)
        if outcome.verdict is not Verdict.NOT_MEASURED and outcome.article not in self._replied:
            self._reply(outcome)
        if outcome.in_form is not None:
            kept_of = self._forms.setdefault(outcome.question, [0, 0])
            kept_of[0] += outcome.in_form
            kept_of[1] += 1
        if outcome.contradicts:
            self._contradicting.add(outcome.article)

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
                numbers.append(value)

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
        )


def _flip(before: Snapshot | None, outcome: Outcome) -> Flip | None:
    if before is None:
        return None
    return flip(before, outcome.article, outcome.question, outcome.verdict)


class _Count:
    """A rate in the making."""

    def __init__(self) -> None:
        self._verdicts: Counter[Verdict] = Counter()
        self._better = self._worse = 0

    def add(self, verdict: Verdict, found: Flip | None) -> None:
        self._verdicts[verdict] += 1
        if found:
            self._worse += found.worse
            self._better += found.better

    def rate(self) -> Rate:
        counts = {verdict: self._verdicts[verdict] for verdict in Verdict}
        return Rate(counts, better=self._better, worse=self._worse)
