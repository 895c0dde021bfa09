"""Several samples of one answer."""

import math
from collections.abc import Sequence


def pass_hat(right: int, samples: int, k: int) -> float:
    """How likely ``k`` samples of a case are all right (pass^k), from ``right`` of ``samples``; without bias.

    The share of the ways to take k of the samples in which all are right: Yao et al. 2024, "tau-bench: A benchmark
    for tool-agent-user interaction in real-world domains", arXiv 2406.12045.

    Args:
        right: Samples of the case that are right.
        samples: Samples of the case.
        k: From 1 to ``samples``.
    """
    if not 0 <= right <= samples:
        raise ValueError(f"{right} of {samples} is no share of samples")
    if not 1 <= k <= samples:
        raise ValueError(f"pass^{k} cannot be told from {samples} samples")
    return math.comb(right, k) / math.comb(samples, k)


def mean_pass_hat(cases: Sequence[tuple[int, int]], k: int) -> float | None:
    """The mean of ``pass_hat`` over cases, each ``(right, samples)``; None over none."""
    if not cases:
        return None
    return math.fsum(pass_hat(right, samples, k) for right, samples in cases) / len(cases)


def waver(cases: Sequence[tuple[int, int]]) -> float | None:
    """The share of cases that are right in some of their samples and not in all.

    Args:
        cases: ``(right, samples)`` each; those with fewer than two samples cannot waver and are left out.

    Returns:
        None where no case has two samples.
    """
    for right, samples in cases:
        if not 0 <= right <= samples:
            raise ValueError(f"{right} of {samples} is no share of samples")
    repeated = [(right, samples) for right, samples in cases if samples >= 2]
    if not repeated:
        return None
    return sum(0 < right < samples for right, samples in repeated) / len(repeated)
