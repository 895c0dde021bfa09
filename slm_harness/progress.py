"""How far the asking is, as one line: asked, recalled and left of a model, its pace, the time left."""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slm_harness.asking import Event, Failed, Obtained

EVERY_SECONDS = 1.0
_LAST = 40
"""Over how many replies the pace is taken."""


@dataclass
class _Model:
    """What was told of one model."""

    total: int
    at_once: int
    count: Counter[str] = field(default_factory=Counter)
    """``asked``, ``recalled`` and ``failed`` articles."""
    first: float = 0.0
    """When its first reply came that was asked for."""
    came: deque[tuple[float, float, int | None]] = field(
        default_factory=lambda: deque(maxlen=_LAST)
    )
    """Of the last replies that were asked for: when it came, how long it took, its tokens."""
    words: str = ""
    """What there is to be told besides."""

    @property
    def left(self) -> int:
        return self.total - self.count.total()

    def pace(self) -> float:
        """Seconds of wall time from one reply to the next."""
        if len(self.came) > 2 * self.at_once:
            return (self.came[-1][0] - self.came[0][0]) / (len(self.came) - 1)
        # Replies to what was asked at the same time come at the same time: of so few the gaps tell nothing.
        return sum(took for _, took, _ in self.came) / len(self.came) / self.at_once

    def tokens_per_second(self) -> float | None:
        """Of all that is asked at once together; None where the server does not count tokens."""
        counts = [tokens for _, _, tokens in self.came if tokens is not None]
        pace = self.pace()
        return sum(counts) / len(counts) / pace if counts and pace else None


class Progress:
    """Counts what comes, and shows a line about it at most once a second."""

    def __init__(
        self,
        models: Mapping[str, tuple[int, int]],
        show: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin.

        Args:
            models: Model to how many replies are wanted of it, and how many of them at once.
            show: Takes lines.
            clock: Seconds from any point in time.
        """
        self._models = {name: _Model(total, at_once) for name, (total, at_once) in models.items()}
        self._show = show
        self._clock = clock
        self._shown = float("-inf")

    def busy(self, line: str) -> None:
        """Tell what an engine is busy with."""
        now = self._clock()
        if now - self._shown >= EVERY_SECONDS:
            self._shown = now
            self._show(line)

    def more(self, model: str) -> None:
        """Count in one reply more than was wanted of a model at first."""
        self._models[model].total += 1

    def tell(self, model: str, words: str) -> None:
        """Show some words in the lines about a model from now on."""
        self._models[model].words = words

    def add(self, event: Event) -> None:
        """Count an event; tell of a reply that was asked for, and of the end of a model that was asked."""
        if not isinstance(event, Obtained | Failed):
            return
        model = self._models[event.model]
        if isinstance(event, Failed):
            model.count["failed"] += 1
        elif event.recalled:
            model.count["recalled"] += 1
        else:
            now, reply = self._clock(), event.stored.reply
            if not model.came:
                model.first = now - reply.seconds
            model.count["asked"] += 1
            model.came.append((now, reply.seconds, reply.reply_tokens))
        if not model.came:
            return
        if not model.left:
            self._show(self._line(event.model, model))
        elif isinstance(event, Obtained) and not event.recalled:
            self.busy(self._line(event.model, model))

    def _line(self, name: str, model: _Model) -> str:
        facts = [f"{model.count[what]} {what}" for what in ("asked", "recalled")]
        if model.count["failed"]:
            facts.append(f"{model.count['failed']} failed")
        facts.append(f"{model.left} left")
        rate = model.tokens_per_second()
        if rate is not None:
            facts.append(f"{rate:.0f} tokens/s")
        if model.left:
            facts.append(f"about {duration(model.pace() * model.left)} to go")
        else:
            facts.append(f"done in {duration(self._clock() - model.first)}")
        if model.words:
            facts.append(model.words)
        names = list(self._models)
        coming = names[names.index(name) + 1 :]
        then = f"; then {', '.join(coming)}" if coming else ""
        return f"{name}: {', '.join(facts)}{then}"


def duration(seconds: float) -> str:
    """``95`` as ``1 min 35 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
