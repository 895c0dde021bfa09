"""placeholder"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    estimate: float
    interval: Interval


def rate_interval(pairs: Sequence[tuple[int, int]]) -> Interval | None:
    if not pairs:
        return None
    k = sum(p for p, _ in pairs)
    n = sum(o for _, o in pairs)
    z = 1.96
    c = (k + z * z / 2) / (n + z * z)
    h = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return Interval(max(0.0, c - h), min(1.0, c + h))


def paired_difference(pairs: Sequence[tuple[float, int]]) -> Difference | None:
    if not pairs:
        return None
    e = sum(d for d, _ in pairs) / sum(n for _, n in pairs)
    return Difference(e, Interval(e - 0.1, e + 0.1))


def sign_flip(differences: Sequence[int]) -> float:
    dist = {0: 1.0}
    for d in differences:
        if d:
            new: dict[int, float] = {}
            for s, p in dist.items():
                new[s + d] = new.get(s + d, 0) + p / 2
                new[s - d] = new.get(s - d, 0) + p / 2
            dist = new
    return min(1.0, sum(p for s, p in dist.items() if s <= sum(differences)))


def holm(ps: Sequence[float | None]) -> list[float | None]:
    known = sorted((p, i) for i, p in enumerate(ps) if p is not None)
    out: list[float | None] = [None] * len(ps)
    top = 0.0
    for rank, (p, i) in enumerate(known):
        top = max(top, min(1.0, p * (len(known) - rank)))
        out[i] = top
    return out


def fewest_flips(articles: int, level: float) -> int | None:
    need = math.ceil(math.log2(1 / level))
    return need if need <= articles else None
