"""The numbers of a run, per model: counts by verdict, changes since the snapshot, time and tokens."""

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
    total, replies = _Count(), dict[str, Outcome]()
    by_question = {question: _Count() for question in questions}
    by_tag: dict[str, _Count] = {}
    forms: dict[str, list[bool]] = {}
    contradicting: set[str] = set()
    for outcome in outcomes:
        if outcome.model != model:
            continue
        found = _flip(before, outcome)
        mine = [total, by_question[outcome.question]]
        mine += [by_tag.setdefault(tag, _Count()) for tag in tags[outcome.article]]
        for count in mine:
            count.add(outcome.verdict, found)
        if outcome.verdict is not Verdict.NOT_MEASURED:
            replies[outcome.article] = outcome
        if outcome.in_form is not None:
            forms.setdefault(outcome.question, []).append(outcome.in_form)
        if outcome.contradicts:
            contradicting.add(outcome.article)
    seconds = [o.seconds for o in replies.values() if o.seconds is not None]
    tokens = [o.tokens for o in replies.values() if o.tokens is not None]
    costs = [o.cost for o in replies.values() if o.cost is not None]
    return Tally(
        model=model,
        questions={question: count.rate() for question, count in by_question.items()},
        total=total.rate(),
        tags={tag: by_tag[tag].rate() for tag in sorted(by_tag)},
        articles=len(replies),
        conforming=sum(o.conforms is True for o in replies.values()),
        contradicting=len(contradicting),
        forms={q: (sum(forms[q]), len(forms[q])) for q in questions if q in forms},
        asked=sum(o.recalled is False for o in replies.values()),
        recalled=sum(o.recalled is True for o in replies.values()),
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
            self._better += not found.worse

    def rate(self) -> Rate:
        counts = {verdict: self._verdicts[verdict] for verdict in Verdict}
        return Rate(counts, better=self._better, worse=self._worse)
