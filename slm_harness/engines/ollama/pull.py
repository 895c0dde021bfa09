"""Fetching a base: the progress of all its layers together, a watch for stalling, resumed after a cut.

A pull that has failed half way is put again: the server keeps what it has. While it downloads it sends a
line every 60 ms whether or not anything comes in, so only growth proves that it is alive.
"""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from slm_harness.engines.ollama.border import open_client, translated
from slm_harness.engines.protocol import Report
from slm_harness.engines.statuses import one_line
from slm_harness.errors import (
    AccessDenied,
    AnswerTimeout,
    ModelUnavailable,
    NotMeasured,
    PullFailed,
    QuotaExhausted,
    Redirected,
    ReplyUnreadable,
    RequestRefused,
    ServerFailed,
)
from slm_harness.printable import shortened

PULL_STALL_SECONDS = 120.0
MOST_LINE = 2**20
"""Longest line of a pull, in bytes."""
_RATE_SECONDS = 10.0
"""Over how long the rate is taken."""
_TELL_SECONDS = 1.0
_LOOK_UP = (
    "look the name up at ollama.com/library, or write hf.co/USER/REPO-GGUF:QUANTISATION for one of Hugging "
    "Face"
)


@dataclass(frozen=True)
class PullLimits:
    """How long to go on with a pull. Seconds."""

    stall: float = PULL_STALL_SECONDS
    """Longest time in which no layer grows; the server tries a stalled part again after 30 s by itself."""
    silence: float = 600.0
    """Longest time without a word: the server reads a large file again to verify it, and says nothing."""
    tries: int = 6
    pause: float = 2.0
    """Before the second try; doubled before each further one, up to 30 s."""


_FINAL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), advice)
    for words, advice in (
        (
            # Not the bare words: they stand in addresses of repositories, and so in every message.
            r"sharded gguf|valid quantization|is not gguf|pull model manifest: 400",
            "name a repository of GGUF files in one piece, and one of its quantisations, as in "
            "hf.co/USER/REPO-GGUF:Q4_K_M",
        ),
        (
            r"unauthorized|access denied|pull model manifest: 40[13]",
            "the model is private or gated, or its name is wrong: see ollama.com/library, and give the "
            "server the right to it (`ollama signin`, or its public key at Hugging Face)",
        ),
        (r"newer version of ollama|manifest: 412", "update Ollama"),
        (r"no space left", "free space where the server keeps its models"),
        (
            r"does not exist|not found|invalid model name|manifest: 4(?!08|29)\d\d",
            _LOOK_UP,
        ),
    )
)
"""What the server says where another try would end in the same way, and what to do about it."""
_AS_THEY_ARE = (AccessDenied, Redirected, QuotaExhausted)


def pull(base: str, host: str, report: Report, limits: PullLimits, stop: threading.Event) -> None:
    """Make the server fetch a base, trying again as often as the limits allow.

    Raises:
        PullFailed: it came to no end. The message has the server's words and what to do.
        NotMeasured: the server lets us not in, or points elsewhere.
    """
    for number in range(1, limits.tries + 1):
        try:
            _once(base, host, report, limits, stop)
        except (PullFailed, *_AS_THEY_ARE):
            raise
        except (ModelUnavailable, RequestRefused) as error:
            raise _failed(base, error.message, _advice(error.message) or _LOOK_UP) from error
        except NotMeasured as error:
            if number == limits.tries or stop.is_set():
                raise _failed(
                    base,
                    f"{number} tries: {error.message}",
                    f"see the server's log and its network, then run again or try `ollama pull {base}`: "
                    "what has come is kept",
                ) from error
            pause = min(limits.pause * 2 ** (number - 1), 30.0)
            report(
                f"pulling {base}: {error.message}; on from there in {pause:.0f} s "
                f"(try {number + 1} of {limits.tries})"
            )
            stop.wait(pause)
        else:
            return


def _failed(base: str, what: str, advice: str) -> PullFailed:
    return PullFailed(f"{base} is not there and cannot be pulled: {what}; {advice}")


def _advice(said: str) -> str:
    return next((advice for words, advice in _FINAL if words.search(said)), "")


def _once(base: str, host: str, report: Report, limits: PullLimits, stop: threading.Event) -> None:
    report(f"pulling {base}")
    client = open_client(None, gap=limits.silence)
    try:
        with translated(f"pulling {base}", host), client.pulling(base) as pieces:
            _watch(base, host, steps(pieces), report, limits, stop)
    except AnswerTimeout as error:
        raise ServerFailed(f"{host} said nothing for {limits.silence:g} s") from error
    finally:
        # An open request keeps the server downloading for us.
        client.close()


def _watch(
    base: str,
    host: str,
    told: Iterator[Mapping[str, object]],
    report: Report,
    limits: PullLimits,
    stop: threading.Event,
) -> None:
    """Follow a pull to its success."""
    progress, shown = Progress(time.monotonic()), 0.0
    for step in told:
        if stop.is_set():
            raise ServerFailed(f"the run ended while {host} was fetching")
        now = time.monotonic()
        if step.get("error"):
            said = one_line(step["error"])
            advice = _advice(said)
            raise (
                _failed(base, f"{host}: {said}", advice)
                if advice
                else ServerFailed(f"{host}: {said}")
            )
        progress.take(step, now)
        if progress.status == "success":
            return
        if progress.idle(now) > limits.stall:
            raise ServerFailed(f"{host} fetched nothing for {limits.stall:g} s")
        if now - shown >= _TELL_SECONDS:
            shown = now
            report(progress.line(base, now))
    raise ServerFailed(f"{host} ended with {progress.status!r} instead of success")


# ---------------------------------------------------------------- the stream


def steps(pieces: Iterable[bytes]) -> Iterator[Mapping[str, object]]:
    """The objects of a stream of lines, however its bytes were cut or its lines glued.

    What is no object is passed over: only ``success`` ends a pull, so nothing is lost by it.

    Raises:
        ReplyUnreadable: a line has no end.
    """
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield from _objects(line)
        if len(rest) > MOST_LINE:
            raise ReplyUnreadable(f"a line of a pull has more than {MOST_LINE} bytes")
    yield from _objects(rest)


def _objects(line: bytes) -> Iterator[Mapping[str, object]]:
    decoder = json.JSONDecoder()
    text = line.decode("utf-8", "replace").strip()
    while text:
        try:
            found, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            return
        if isinstance(found, dict):
            yield found
        text = text[end:].lstrip()


# ---------------------------------------------------------------- how far it is


class Progress:
    """How far one try of a pull is. Layers come one after another, and a layer can fall back."""

    def __init__(self, now: float) -> None:
        self.status = ""
        """What the server said last, printable."""
        self._seen: set[str] = set()
        self._moved = self._began = now
        self._total: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._gains: deque[tuple[float, int]] = deque()

    def take(self, step: Mapping[str, object], now: float) -> None:
        """Take one object of the stream, at ``now`` in seconds."""
        status = step.get("status")
        status = shortened(status, 80) if isinstance(status, str) else self.status
        if status not in self._seen:
            # Coming back to what it did before is no progress: two layers can be stuck in turn.
            self._seen.add(status)
            self._moved = now
        self.status = status
        layer, total = step.get("digest"), step.get("total")
        if not (isinstance(layer, str) and isinstance(total, int) and total > 0):
            return
        completed = step.get("completed")
        done = min(completed, total) if isinstance(completed, int) and completed > 0 else 0
        if layer not in self._total and not self._total:
            self._began = now
        # What a layer has at first was there before: no part of the rate.
        gained = done - self._done.get(layer, done)
        self._total[layer], self._done[layer] = total, done
        if gained > 0:
            self._moved = now
            self._gains.append((now, gained))
        while self._gains and self._gains[0][0] < now - _RATE_SECONDS:
            self._gains.popleft()

    def idle(self, now: float) -> float:
        """Seconds since anything grew, or the server turned to something new."""
        return now - self._moved

    def line(self, base: str, now: float) -> str:
        """One line for a person: share and size of all layers so far, rate, time left."""
        total, done = sum(self._total.values()), sum(self._done.values())
        if not total or not self.status.startswith("pulling"):
            return f"pulling {base}: {self.status}"
        told = [f"pulling {base}: {100 * done // total}% of {_size(total)}"]
        span = min(now - self._began, _RATE_SECONDS)
        rate = (
            sum(gain for at, gain in self._gains if at >= now - _RATE_SECONDS) / span
            if span
            else 0.0
        )
        if rate >= 1:
            told += [f"{_size(rate)}/s", f"{_duration((total - done) / rate)} left"]
        return ", ".join(told)


def _size(number: float) -> str:
    """``2200000000`` as ``2.2 GB``."""
    if number >= 1e9:
        return f"{number / 1e9:.1f} GB"
    return f"{number / 1e6:.0f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"


def _duration(seconds: float) -> str:
    """``95`` as ``2 min``: no more exact than a guess is."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
