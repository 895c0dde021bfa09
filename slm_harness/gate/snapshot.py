"""What a model got right, case by case, and of which model, words and graders that is true."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from slm_harness.records import Verdict
from slm_harness.stats import Interval, cluster_interval, wilson

SCORED = frozenset({Verdict.RIGHT, Verdict.WRONG, Verdict.UNUSABLE})
"""The verdicts that are in a rate."""


def folded(samples: Iterable[Verdict]) -> Verdict:
    """The one verdict of the samples of an answer.

    What was not measured in one of them was not measured; what is right in some of them is flaky; what is
    right in none is unusable where all of them are, else wrong.
    """
    found = set(samples)
    if not found or Verdict.NOT_MEASURED in found:
        return Verdict.NOT_MEASURED
    if Verdict.CONTESTED in found:
        return Verdict.CONTESTED
    if found == {Verdict.RIGHT}:
        return Verdict.RIGHT
    if Verdict.RIGHT in found:
        return Verdict.FLAKY
    return Verdict.UNUSABLE if found == {Verdict.UNUSABLE} else Verdict.WRONG


@dataclass(frozen=True)
class Line:
    """One article's outcomes."""

    labels: tuple[str, ...]
    """For each question, four hex digits of what it was graded by."""
    text: str
    """Digest of the cleaned text that was read."""
    samples: tuple[tuple[Verdict, ...], ...]
    """For each sample the verdicts in the order of the questions; one sample unless it was asked for more."""

    def of(self, place: int) -> tuple[Verdict, ...]:
        """The verdicts of all samples on one question, by its place in the order."""
        return tuple(sample[place] for sample in self.samples)

    def verdict(self, place: int) -> Verdict:
        """What they come to."""
        return self.samples[0][place] if len(self.samples) == 1 else folded(self.of(place))


def _count_of(samples: Sequence[Verdict]) -> int | None:
    return samples.count(Verdict.RIGHT) if SCORED.issuperset(samples) else None


@dataclass(frozen=True)
class Rate:
    """Passes of cases. With several samples of an answer, passes of samples."""

    passes: int
    of: int
    interval: Interval | None
    """In which the rate lies with 95 % confidence; None where nothing was scored."""

    @property
    def value(self) -> float | None:
        """The rate as a fraction; None where nothing was scored."""
        return self.passes / self.of if self.of else None


def rate_of(counts: Iterable[tuple[int, int]]) -> Rate:
    """The rate of (passes, of) pairs, one for each article, whose answers have much in common."""
    pairs = [(passes, of) for passes, of in counts if of]
    passes, of = (sum(numbers) for numbers in zip(*pairs, strict=True)) if pairs else (0, 0)
    alone = of == len(pairs)
    return Rate(passes, of, wilson(passes, of) if alone else cluster_interval(pairs))


@dataclass(frozen=True)
class Snapshot:
    """The outcomes of one model."""

    model: str
    provenance: Mapping[str, str]
    """What the rates depend on besides the articles: base digest, prompt, options, graders ..."""
    questions: tuple[str, ...]
    lines: Mapping[str, Line]
    """Article id to its outcomes, sorted by id."""

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {question: place for place, question in enumerate(self.questions)}

    @cached_property
    def depth(self) -> int:
        """How many samples every answer has. Of an answer that was put once more there are others besides."""
        return min((len(line.samples) for line in self.lines.values()), default=1)

    def answer(self, article: str, question: str) -> tuple[Verdict, ...]:
        """The verdicts of all samples of one answer; none where article or question are unknown."""
        line, place = self.lines.get(article), self._places.get(question)
        return () if line is None or place is None else line.of(place)

    def verdict(self, article: str, question: str) -> Verdict | None:
        """What one answer was; None where the snapshot does not know the article or question."""
        line, place = self.lines.get(article), self._places.get(question)
        return None if line is None or place is None else line.verdict(place)

    def right(self, article: str, question: str) -> int | None:
        """How many samples of an answer are right, of ``depth``; None where it is not scored or not known."""
        line, place = self._right.get(article), self._places.get(question)
        return None if line is None or place is None else line[place]

    @cached_property
    def _right(self) -> Mapping[str, Sequence[int | None]]:
        return {
            article: [
                _count_of(samples) for samples in zip(*line.samples[: self.depth], strict=True)
            ]
            for article, line in self.lines.items()
        }

    def text(self, article: str) -> str | None:
        """Digest of an article's text; None where the snapshot does not know it."""
        line = self.lines.get(article)
        return line.text if line else None

    def rate(self, question: str | None = None, articles: Iterable[str] | None = None) -> Rate:
        """The rate of a question over articles; of all questions and over all articles unless told."""
        questions = self.questions if question is None else (question,)
        wanted = self.lines if articles is None else articles
        return rate_of([self._count(article, questions) for article in wanted])

    def count(self, question: str | None = None) -> tuple[int, int]:
        """Passes, and of how many, as in ``rate``."""
        questions = self.questions if question is None else (question,)
        counts = [self._count(article, questions) for article in self.lines]
        return sum(passes for passes, _ in counts), sum(of for _, of in counts)

    def _count(self, article: str, questions: Iterable[str]) -> tuple[int, int]:
        verdicts = [
            one for question in questions for one in self.answer(article, question)[: self.depth]
        ]
        return verdicts.count(Verdict.RIGHT), sum(one in SCORED for one in verdicts)

    def cases(self) -> Iterator[tuple[str, str, Verdict]]:
        """Every answer: article, question, verdict."""
        for article, line in self.lines.items():
            for place, question in enumerate(self.questions):
                yield article, question, line.verdict(place)

    def first(self, samples: int) -> "Snapshot":
        """The same with so many samples of every answer, or as many as there are."""
        if all(len(line.samples) <= samples for line in self.lines.values()):
            return self
        lines = {
            id_: replace(line, samples=line.samples[:samples]) for id_, line in self.lines.items()
        }
        return replace(self, lines=lines)

    def only(self, articles: Iterable[str]) -> "Snapshot":
        """The same over some of the articles."""
        wanted = set(articles)
        return replace(self, lines={id_: one for id_, one in self.lines.items() if id_ in wanted})
