"""The line of progress: what is done of a model, at which pace, and what is to come."""

import pytest

from slm_harness.asking import Failed, Obtained
from slm_harness.progress import Progress
from slm_harness.records import Identity, Reply, Stored

IDENTITY = Identity(engine="e", server="1", base="b", digest="d")


def reply(number: int, seconds: float, *, recalled: bool = False) -> Obtained:
    """A reply of 50 tokens that took so long."""
    said = Reply("", "stop", seconds, 100, 50, seconds)
    return Obtained("phi3", str(number), Stored("", {}, said, IDENTITY), recalled=recalled)


class Shown:
    """What is shown, and a clock that a test moves."""

    def __init__(self, **models: tuple[int, int]) -> None:
        self.lines: list[str] = []
        self.now = 1000.0
        self.progress = Progress(models, self.lines.append, lambda: self.now)


def test_the_time_left_is_that_of_all_that_is_asked_at_once() -> None:
    """Four at once, ten seconds each: forty articles take a hundred seconds and not four hundred."""
    shown = Shown(phi3=(40, 4), mistral=(40, 4))
    for round_ in range(5):
        shown.now += 10
        for slot in range(4):
            shown.progress.add(reply(4 * round_ + slot, 10.0))

    assert shown.lines[0] == (
        "phi3: 1 asked, 0 recalled, 39 left, 20 tokens/s, about 1 min 38 s to go; then mistral"
    )
    assert len(shown.lines) == 5
    left = shown.lines[-1].partition("about ")[2]
    assert left.startswith(("1 min", "57 s", "58 s", "59 s", "50 s"))


def test_what_is_recalled_is_shown_with_the_next_reply_that_is_asked_for() -> None:
    """Thousands of recalled answers are no news; a failure is told with its count."""
    shown = Shown(phi3=(10, 1))
    for number in range(6):
        shown.progress.add(reply(number, 5.0, recalled=True))
    shown.progress.add(Failed("phi3", "6", "AnswerTimeout", "late"))

    assert shown.lines == []

    shown.progress.add(reply(7, 2.0))

    assert shown.lines == [
        "phi3: 1 asked, 6 recalled, 1 failed, 2 left, 25 tokens/s, about 4 s to go"
    ]


def test_a_line_a_second_and_one_for_the_end() -> None:
    """Fast replies do not flood the terminal, and how it ended is told at any time."""
    shown = Shown(phi3=(3, 1))
    for number in range(3):
        shown.now += 0.2
        shown.progress.add(reply(number, 0.2))

    assert [line.partition(", 0 recalled")[0] for line in shown.lines] == [
        "phi3: 1 asked",
        "phi3: 3 asked",
    ]
    assert shown.lines[-1].endswith("0 left, 250 tokens/s, done in 1 s")


@pytest.mark.parametrize("recalled", [True])
def test_a_model_of_which_nothing_is_asked_is_not_told_of(recalled: bool) -> None:
    """An unchanged run is over before anybody could read it."""
    shown = Shown(phi3=(1, 1))

    shown.progress.add(reply(0, 1.0, recalled=recalled))

    assert shown.lines == []
