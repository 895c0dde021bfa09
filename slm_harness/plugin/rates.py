"""Pass rates as a test sees them, and the syrupy extension that keeps them as a text per model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from slm_harness.gate import Snapshot, render
from slm_harness.gating import Gated


@dataclass(frozen=True, eq=False)
class PassRates:
    """What a model gets right now, beside what was accepted."""

    snapshot: Snapshot
    gated: Gated

    @property
    def passes(self) -> bool:
        """Whether the gate is green."""
        return self.gated.passes

    @property
    def findings(self) -> str:
        """Why the gate does not pass, and what to do: several lines."""
        return self.gated.findings


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


class GatedExtension(PassRatesExtension):
    """Compares by the gate. Not for writing: it would keep no improvement."""

    passes = False

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:  # noqa: ANN401 - syrupy's own
        """Whether the gate is green: judged against what was on disk when the run began."""
        return self.passes


def extension(folder: Path, *, updating: bool, passes: bool) -> type[PassRatesExtension]:
    """The extension for one run: exact when it writes, the gate when it compares."""
    base = PassRatesExtension if updating else GatedExtension
    return type(base.__name__, (base,), {"folder": folder, "passes": passes})
