"""What a model server did: how often it was asked, how often it loaded, and what share of its time it worked."""

from collections import Counter
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Counts:
    """Between a reset and now. Only requests about articles count, but for ``loads``. Times: monotonic seconds."""

    asked: int
    distinct: int
    """Requests that differ in the model or in any byte."""
    loads: int
    """How often a model was put into memory."""
    served: float
    """Sum of the times for which a slot was taken, in seconds."""
    slots: int
    first_start: float | None
    """When the first of them began to be worked at; None where nobody asked."""
    last_end: float | None

    @property
    def busy(self) -> float | None:
        """Share of the slots that were taken between first start and last end; None where that is no time."""
        if self.first_start is None or self.last_end is None:
            return None
        span = self.slots * (self.last_end - self.first_start)
        return self.served / span if span > 0 else None

    def fields(self) -> dict[str, object]:
        """For JSON; ``Counts(**fields)`` is the same again."""
        return asdict(self)


class Ledger:
    """Counts what happens."""

    def __init__(self) -> None:
        self._asked: Counter[tuple[str, bytes]] = Counter()
        self._served = 0.0
        self._first: float | None = None
        self._last: float | None = None
        self.loads = 0

    def asked(self, model: str, digest: bytes) -> None:
        """A request about an article came in."""
        self._asked[model, digest] += 1

    def worked(self, start: float, end: float) -> None:
        """A request about an article had a slot for so long."""
        self._first = start if self._first is None else min(self._first, start)
        self._last = end if self._last is None else max(self._last, end)
        self._served += end - start

    def counts(self, slots: int) -> Counts:
        """All so far."""
        return Counts(
            asked=self._asked.total(),
            distinct=len(self._asked),
            loads=self.loads,
            served=self._served,
            slots=slots,
            first_start=self._first,
            last_end=self._last,
        )
