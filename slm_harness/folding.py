"""Folding: what the samples of one answer come to together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from slm_harness import gate
from slm_harness.records import Outcome, Verdict


def folded(samples: Sequence[Outcome]) -> Outcome:
    """One outcome of those of all samples of an answer, in their order; that of the only one as it is.

    What is shown of it is the first sample that is not right, the first of all where every one is. Where one
    was not measured, none counts: a rate would be one of fewer samples than the others'.
    """
    first = samples[0]
    if len(samples) == 1:
        return first
    verdicts = tuple(sample.verdict for sample in samples)
    verdict = gate.folded(verdicts)
    if verdict is Verdict.NOT_MEASURED:
        shown = next(sample for sample in samples if sample.verdict is verdict)
        return replace(shown, samples=verdicts)
    shown = next((sample for sample in samples if sample.verdict is not Verdict.RIGHT), first)
    forms = [sample.in_form for sample in samples if sample.in_form is not None]
    return replace(
        shown,
        verdict=verdict,
        samples=verdicts,
        seconds=_sum(sample.seconds for sample in samples),
        tokens=_whole(_sum(sample.tokens for sample in samples)),
        cost=_sum(sample.cost for sample in samples),
        recalled=all(sample.recalled for sample in samples),
        key=first.key,
        conforms=all(sample.conforms for sample in samples),
        in_form=all(forms) if forms else None,
        contradicts=next((s.contradicts for s in samples if s.contradicts), ""),
    )


def by_sample(answers: Iterable[Outcome]) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts on all answers about an article, sample by sample; every answer has as many."""
    return tuple(zip(*(one.samples or (one.verdict,) for one in answers), strict=True))


def _sum(numbers: Iterable[float | None]) -> float | None:
    """The sum; None where one of them is not known."""
    total = 0.0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
