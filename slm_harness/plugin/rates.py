"""Pass rates as a test sees them, and the syrupy extension that keeps them as a text per model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from slm_harness.gate import Comparison, Flip, Snapshot, compare, parse, render
from slm_harness.records import Outcome
from slm_harness.session import Case


@dataclass(frozen=True, eq=False)
class PassRates:
    """What a model gets right now, beside what was accepted."""

    snapshot: Snapshot
    before: Snapshot | None
    outcomes: Mapping[str, Outcome]
    """Case id to outcome."""
    accepting: str
    """The command that accepts them."""

    @property
    def findings(self) -> str:
        """Why the gate does not pass, and what to do: one line each."""
        model = self.snapshot.model
        accept = [f"accept:  {self.accepting}"] if self.accepting else []
        if self.before is None:
            return "\n".join(
                [f"{model} has no accepted snapshot, so there is nothing to compare with.", *accept]
            )
        found = compare(self.before, self.snapshot)
        return "\n".join([*self._lines(found), *accept])

    def _lines(self, found: Comparison) -> Iterator[str]:
        model, before = self.snapshot.model, self.before
        for reason in found.incomparable:
            yield f"{model} cannot be compared with its snapshot as it is: {reason}"
        if found.worse:
            count = sum(len(line.verdicts) for line in self.snapshot.lines.values())
            now = "as graded now, " if found.incomparable else ""
            yield f"{now}{model} is worse on {len(found.worse)} of {count} answers than its snapshot:"
        if found.changed:
            yield f"changed since the snapshot: {'; '.join(found.changed)}"
        for question in self.snapshot.questions:
            flips = [flip for flip in found.flips if flip.question == question]
            if flips and before is not None:
                was, is_ = before.rate(question), self.snapshot.rate(question)
                yield f"{question}: {was[0]} of {was[1]} right before, {is_[0]} of {is_[1]} now"
                yield from (f"  {self._flip(flip)}" for flip in flips)

    def _flip(self, flip: Flip) -> str:
        outcome = self.outcomes[Case(self.snapshot.model, flip.article, flip.question).id]
        return (
            f"{flip.article}: {flip.before} -> {flip.now}; expected {outcome.expected!r}, "
            f"got {outcome.got!r}: {outcome.reason}"
        )


class PassRatesExtension(SingleFileSnapshotExtension):
    """One text file per model, named after it."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT
    folder = Path()

    def serialize(self, data: Any, **_: Any) -> str:  # noqa: ANN401 - syrupy's own signature
        """The text of the pass rates."""
        return render(data.snapshot)

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:  # noqa: ANN401 - syrupy's own signature
        """The folder of the settings, whatever file the test is in."""
        return str(cls.folder)

    @classmethod
    def get_file_basename(cls, *, test_location: Any, index: Any) -> str:  # noqa: ANN401 - syrupy's own
        """The model's name: what stands in the brackets of the test's."""
        return str(test_location.nodename).partition("[")[2].removesuffix("]")

    @classmethod
    def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:  # noqa: ANN401
        """A snapshot is the test's when it is where the test would write it."""
        return Path(snapshot_location) == Path(
            cls.get_location(test_location=test_location, index=0)
        )


class StrictExtension(PassRatesExtension):
    """Compares by the gate: nothing may be worse. Not for writing: it would keep no improvement."""

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:  # noqa: ANN401 - syrupy's own
        """Whether no answer fell."""
        return compare(parse(snapshot_data, "snapshot"), parse(serialized_data, "now")).passes


def extension(folder: Path, *, updating: bool) -> type[PassRatesExtension]:
    """The extension for one run: exact when it writes, the gate when it compares."""
    base = PassRatesExtension if updating else StrictExtension
    return type(base.__name__, (base,), {"folder": folder})
