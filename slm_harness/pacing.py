"""Keeping below the tokens per minute that an account may use. Knows nothing of engines or servers.

In no minute, wherever it begins, are more tokens spent than allowed: those of the last sixty seconds are
remembered, and who would go beyond waits until enough of them are older. A server counts a request when it
comes, with all the tokens that it may take; when the reply is there, what it really took stands instead.
"""

import threading
import time
from collections.abc import Callable

MINUTE = 60.0
STEP = 1.0
"""Longest wait in one piece, in seconds: what others took turns out to be less while we wait."""

Wait = Callable[[float], bool]
"""Waits so many seconds; whether the waiting was ended before, and for good."""


class Turn:
    """The tokens that one request has taken out of its minute."""

    def __init__(self, began: float, tokens: int) -> None:
        self.began = began
        self.tokens = tokens

    def took(self, tokens: int | None) -> None:
        """Put right how many tokens it was, where the server told."""
        if tokens is not None:
            self.tokens = tokens


class Pace:
    """The tokens of the last minute, for all threads that ask one model."""

    def __init__(self, allowed: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed = allowed
        """Tokens per minute; None for as many as there are."""
        self._clock = clock
        self._lock = threading.Lock()
        self._turns: list[Turn] = []

    def turn(self, tokens: int, wait: Wait) -> Turn | None:
        """Wait until so many tokens may be spent, and take them; None where the waiting was ended.

        A request that is larger than a whole minute's allowance is let through when nothing else was
        spent in it: the server may count otherwise, and has the last word.

        Args:
            tokens: The most that the request can take.
            wait: As ``threading.Event.wait`` of an event that ends the run.
        """
        while True:
            with self._lock:
                pause = self._pause(tokens)
                if pause <= 0:
                    turn = Turn(self._clock(), tokens)
                    if self._allowed is not None:
                        self._turns.append(turn)
                    return turn
            if wait(min(pause, STEP)):
                return None

    def _pause(self, tokens: int) -> float:
        """Seconds until so many tokens fit, were nothing else to happen."""
        if self._allowed is None:
            return 0.0
        now = self._clock()
        self._turns = [turn for turn in self._turns if turn.began + MINUTE > now]
        spent = sum(turn.tokens for turn in self._turns)
        pause = 0.0
        for turn in self._turns:
            if spent + tokens <= self._allowed:
                break
            spent -= turn.tokens
            pause = turn.began + MINUTE - now
        return pause
