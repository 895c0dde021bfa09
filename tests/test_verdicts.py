"""The graders against an editor, on 2,085 judged answers; tests/verdicts/README.md says whose they are."""

import hashlib
import json
from collections import Counter
from functools import cache

import pytest

from benchmarks.agreement import FOLDER, Judged, judged, sets
from slm_harness.breach import TASK
from slm_harness.grading import VERSIONS

MENDED_ON = ("first", "second", "third", "fourth")
HELD_OUT = ("heldout", "unseen")
KNOWN = FOLDER / "grades.json"


@cache
def found(name: str) -> tuple[Judged, ...]:
    """The answers of one set, graded."""
    return tuple(judged(FOLDER, name))


def test_the_sets_are_large_and_even() -> None:
    """900 answers and more, 80 and more a question with both verdicts often enough, a third held out."""
    everything = [one for name in sets(FOLDER) for one in found(name)]
    held = [one for name in HELD_OUT for one in found(name)]
    counts = Counter((one.question, one.right) for one in everything)

    assert sorted(sets(FOLDER)) == sorted((*MENDED_ON, *HELD_OUT))
    assert len(everything) >= 900
    assert len(held) * 3 >= len(everything) * 0.99
    for question in TASK.ids:
        right, wrong = counts[question, True], counts[question, False]
        assert right + wrong >= 80
        assert 0.4 <= right / (right + wrong) <= 0.6


@pytest.mark.parametrize(("names", "share"), [(MENDED_ON, 0.99), (HELD_OUT, 0.98)])
def test_graders_agree_with_the_editor(names: tuple[str, ...], share: float) -> None:
    """On what they were mended on, and on what they never saw; 1 in 100 wrong answers is let through at most."""
    mine = [one for name in names for one in found(name)]
    agreed = sum(one.right == one.passed for one in mine)
    wrong = [one for one in mine if not one.right]
    let_through = sum(one.passed for one in wrong)

    assert agreed / len(mine) >= share
    assert let_through / len(wrong) <= 0.01


@pytest.mark.parametrize("point", range(1, 10))
def test_each_point_of_the_policy_is_kept(point: int) -> None:
    """On the answers of every set that the point decides, right ones and wrong ones: 94 % and more."""
    mine = [one for name in sets(FOLDER) for one in found(name) if one.policy == point]
    agreed = sum(one.right == one.passed for one in mine)

    assert len(mine) >= 50
    assert {one.right for one in mine} == {True, False}
    assert agreed / len(mine) >= 0.94


def test_no_verdict_turns_without_a_new_version() -> None:
    """Accepted pass rates rest on the graders' versions: a changed verdict needs a higher one.

    Where this fails raise the kind's number in ``VERSIONS``, then write what the failure shows into
    grades.json.
    """
    grades: dict[str, list[str]] = {}
    for name in sorted(sets(FOLDER)):
        for one in found(name):
            kind = TASK.question(one.question).kind.value
            grades.setdefault(kind, []).append(f"{name}:{one.line}:{one.passed:d}")
    now = {
        kind: {
            "version": VERSIONS[kind],
            "verdicts": hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16],
        }
        for kind, lines in sorted(grades.items())
    }

    assert json.loads(KNOWN.read_text(encoding="utf-8")) == now
