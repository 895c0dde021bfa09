"""The numbers of a run, per model: counts by verdict, changes since the snapshot, time and tokens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slm_harness.gate import Snapshot, flip
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
    """Count the outcomes of one model; ``tags`` are those of every article."""
    mine = [outcome for outcome in outcomes if outcome.model == model]
    replies = {o.article: o for o in mine if o.verdict is not Verdict.NOT_MEASURED}
    tagged: dict[str, list[Outcome]] = {}
    for outcome in mine:
        for tag in tags[outcome.article]:
            tagged.setdefault(tag, []).append(outcome)
    seconds = [o.seconds for o in replies.values() if o.seconds is not None]
    tokens = [o.tokens for o in replies.values() if o.tokens is not None]
    costs = [o.cost for o in replies.values() if o.cost is not None]
    return Tally(
        model=model,
        questions={q: _rate([o for o in mine if o.question == q], before) for q in questions},
        total=_rate(mine, before),
        tags={tag: _rate(tagged[tag], before) for tag in sorted(tagged)},
        articles=len(replies),
        conforming=sum(o.conforms is True for o in replies.values()),
        contradicting=len({o.article for o in mine if o.contradicts}),
        forms={
            q: (sum(o.in_form is True for o in told), len(told))
            for q in questions
            if (told := [o for o in mine if o.question == q and o.in_form is not None])
        },
        asked=sum(o.recalled is False for o in replies.values()),
        recalled=sum(o.recalled is True for o in replies.values()),
        seconds_per_article=sum(seconds) / len(seconds) if seconds else None,
        tokens_per_second=sum(tokens) / sum(seconds) if tokens and sum(seconds) > 0 else None,
        cost_per_1000_articles=1000 * sum(costs) / len(costs) if costs else None,
    )


def _rate(outcomes: Sequence[Outcome], before: Snapshot | None) -> Rate:
    counts = {verdict: sum(o.verdict is verdict for o in outcomes) for verdict in Verdict}
    flips = [
        found
        for o in outcomes
        if before is not None and (found := flip(before, o.article, o.question, o.verdict))
    ]
    worse = sum(found.worse for found in flips)
    return Rate(counts, better=len(flips) - worse, worse=worse)
