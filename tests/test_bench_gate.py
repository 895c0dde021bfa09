"""The simulation of the gate: its histories are what they say, and a broken promise is told."""

from random import Random

import pytest

from benchmarks.gate import Coverage, Share, main
from benchmarks.histories import World, snapshot


@pytest.mark.parametrize("shared", [0.0, 0.5, 1.0])
def test_truth_of_histories(shared: float) -> None:
    """Rates, and what falls from them, are those that were asked for, however answers hang together."""
    rates, falls = [0.9, 0.6, 0.8] * 3, (0.0, 0.1, 0.3) * 3
    before, now = World(shared, 0.2, falls).draw(6000, rates, Random(7))
    for place, (rate, fall) in enumerate(zip(rates, falls, strict=True)):
        assert sum(row[place] is True for (row,) in before) / 6000 == pytest.approx(rate, abs=0.03)
        assert sum(row[place] is True for (row,) in now) / 6000 == pytest.approx(
            rate - fall, abs=0.03
        )


def test_answers_that_hang_together() -> None:
    """Shared difficulties make an article's answers alike, and contested ones are in no rate."""
    before, _ = World(shared=1.0).draw(200, [0.7] * 9, Random(7))
    assert {len(set(row)) for (row,) in before} == {1}
    before, _ = World(unscored=0.5).draw(200, [0.7] * 9, Random(7))
    assert snapshot(before).rate().of == sum(one is not None for (row,) in before for one in row)


def test_promises(capsys: pytest.CaptureFixture[str]) -> None:
    """A quick run has a row for each size and world, and finds nothing broken."""
    assert main(["--quick"]) == 0
    shown = capsys.readouterr().out
    assert "| 12 | rare flips, each on its own |" in shown
    assert "| 6 | any fall | never | none | - |" in shown
    assert "| 12 | 66.7 points | never |" in shown
    assert "Broken" not in shown


def test_broken_promise() -> None:
    """An interval that covers in 90 of 100 runs does not promise 95 % unnoticed; one in 94 of 100 is luck."""
    covered = Share(950, 1000)
    short = Coverage(wilson=covered, rate=covered, difference=Share(900, 1000))
    assert list(short.broken()) == ["difference covered in 90.0 %"]
    assert not list(Coverage(wilson=covered, rate=covered, difference=Share(940, 1000)).broken())
