"""When a model is given up: a failure that all its articles would meet, or several in a row."""

import threading

from slm_harness.asking.values import Obtained
from slm_harness.errors import GaveUp, NotMeasured


class GivingUp:
    """What became of a model's articles so far, as far as it decides on the others. Safe among threads."""

    def __init__(self, model: str, in_a_row: int) -> None:
        self._model = model
        self._most = in_a_row
        self._lock = threading.Lock()
        self._failed: set[str] = set()
        """The articles that failed in a row: several samples of one article are one."""
        self.ended: NotMeasured | None = None
        """Why nothing more is to be asked."""

    @property
    def suspects(self) -> bool:
        """Whether the server failed last, so that one more failure may be the last that is allowed."""
        return bool(self._failed)

    def note(self, article: str, result: Obtained | NotMeasured) -> None:
        """Take note of what came of asking about one article."""
        with self._lock:
            if not isinstance(result, NotMeasured):
                self._failed.clear()
                return
            if result.sick:
                self._failed.add(article)
            else:
                self._failed.clear()
            if self.ended is not None:
                return
            if result.ends_model:
                self.ended = result
            elif len(self._failed) >= self._most:
                self.ended = GaveUp(
                    f"{self._model} was given up after {len(self._failed)} failures in a row, the last on "
                    f"{article}: {result.message}"
                )
