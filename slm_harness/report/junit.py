"""``junit.xml`` of a run without pytest: the same names, properties and endings as pytest's own file."""

import platform
import time
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from slm_harness.records import Outcome, Verdict
from slm_harness.report.spool import Spool
from slm_harness.report.wording import (
    elements,
    escaped,
    flaky,
    not_measured,
    properties,
    told,
)

CLASSNAME = "evals.test_breach"
"""The tests that these cases stand for."""


class _Count(StrEnum):
    """What the head of the file counts."""

    TESTS = "tests"
    ERRORS = "errors"
    FAILURES = "failures"
    SKIPPED = "skipped"


class JUnit:
    """Takes one case at a time and holds none of them."""

    def __init__(self, folder: Path) -> None:
        """Begin an empty file; what waits for its head waits in ``folder``.

        Raises:
            OSError: nothing can be written there.
        """
        self._spool = Spool(folder)
        self._counts: Counter[_Count] = Counter()
        self._began = time.time()
        self._start = self._last = time.perf_counter()

    def close(self) -> None:
        """Let go of the cases."""
        self._spool.close()

    def answer(self, outcome: Outcome, *, known: bool) -> None:
        """Add the case of an answer; ``known`` is whether the snapshot has it as not passed."""
        name = f"test_answer[{outcome.model}-{outcome.article}-{outcome.question}]"
        self._case(name, properties(outcome), self._ending(outcome, known=known))

    def gate(self, model: str, verdict: str = "", failure: str = "", error: str = "") -> None:
        """Add the gate of a model: what it came to, why it failed, or why it came to nothing."""
        ending = ""
        if error:
            ending = self._error(error)
        elif failure:
            ending = self._failure(failure)
        facts: list[tuple[str, object]] = [("model", model)]
        facts += [("gate", verdict)] * bool(verdict)
        self._case(f"test_pass_rates[{model}]", facts, ending)

    def _ending(self, outcome: Outcome, *, known: bool) -> str:
        match outcome.verdict:
            case Verdict.RIGHT:
                return ""
            case Verdict.NOT_MEASURED:
                return self._error(not_measured(outcome.reason))
            case Verdict.CONTESTED:
                return self._skipped("pytest.skip", f"contested, never scored: {told(outcome)}")
            case Verdict.FLAKY:
                return self._skipped("pytest.xfail", flaky(outcome))
            case Verdict.WRONG | Verdict.UNUSABLE if known:
                return self._skipped("pytest.xfail", f"known: {told(outcome)}")
            case Verdict.WRONG | Verdict.UNUSABLE:
                return self._failure(told(outcome))

    def _skipped(self, kind: str, message: str) -> str:
        self._counts[_Count.SKIPPED] += 1
        return f'<skipped type="{kind}" message="{escaped(message)}" />'

    def _failure(self, message: str) -> str:
        self._counts[_Count.FAILURES] += 1
        text = escaped(message)
        return f'<failure message="Failed: {text}">{text}</failure>'

    def _error(self, message: str) -> str:
        self._counts[_Count.ERRORS] += 1
        text = escaped(message)
        return f'<error message="failed on setup with &quot;Failed: {text}&quot;">{text}</error>'

    def _case(self, name: str, facts: list[tuple[str, object]], ending: str) -> None:
        self._counts[_Count.TESTS] += 1
        now = time.perf_counter()
        took, self._last = now - self._last, now
        self._spool.put(
            f'<testcase classname="{CLASSNAME}" name="{escaped(name)}" time="{took:.3f}">'
            f"<properties>{elements(facts)}</properties>{ending}</testcase>"
        )

    def pieces(self) -> Iterator[str]:
        """The text of the file."""
        counts = " ".join(f'{one}="{self._counts[one]}"' for one in _Count)
        began = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self._began))
        yield (
            '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">'
            f'<testsuite name="pytest" {counts} time="{self._last - self._start:.3f}" '
            f'timestamp="{began}" hostname="{escaped(platform.node())}">'
        )
        yield from self._spool
        yield "</testsuite></testsuites>"
