"""Looking at several questions at once."""

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Adjusted probabilities: those at or below a level are false alarms in at most that share of all runs together.

    Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6. Needs
    no independence of the questions.

    Args:
        p_values: One for each question; None where it has none, which stays None and is not counted.
    """
    for p in p_values:
        if p is not None and not 0 <= p <= 1:
            raise ValueError(f"{p!r} is no probability")
    tested = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, index) in enumerate(tested):
        highest = max(highest, min(1.0, p * (len(tested) - rank)))
        adjusted[index] = highest
    return tuple(adjusted)
