"""The gate: snapshots that read back as they were written, and what counts as worse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.errors import SnapshotError
from slm_harness.gate import MARKS, Line, Snapshot, compare, on_same_labels, parse, render
from slm_harness.records import Verdict

QUESTIONS = ("first", "second", "third")
VERDICTS = list(MARKS)


def snapshot(
    outcomes: dict[str, str],
    *,
    labels: tuple[str, ...] = ("aaaa", "bbbb", "cccc"),
    text: str = "fed987",
    graders: str = "names 1",
    digest: str = "d1",
) -> Snapshot:
    """A snapshot from article id to marks, as in ``{"harbour": "+-?"}``."""
    by_mark = {mark: verdict for verdict, mark in MARKS.items()}
    return Snapshot(
        model="phi3",
        provenance={"base": "phi3", "digest": digest, "graders": graders},
        questions=QUESTIONS,
        lines={
            article: Line(labels, text, tuple(by_mark[mark] for mark in marks))
            for article, marks in outcomes.items()
        },
    )


def test_a_snapshot_is_text_that_people_can_read() -> None:
    """Rates first, then a short line for each article."""
    text = render(snapshot({"harbour": "+-?", "mill": "++~"}))

    assert (
        text
        == """\
slm-harness pass rates, format 1

model     phi3
base      phi3
digest    d1
graders   names 1
articles  2

    2 of     2  first
    1 of     2  second
    0 of     1  third

article, digests of labels and text, answers in the order of the questions: + right, - wrong, ? unusable, ~ contested
harbour  aaaabbbbcccc  fed987  +-?
mill     aaaabbbbcccc  fed987  ++~
"""
    )


ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=60)
marks = st.text("+-?~", min_size=3, max_size=3)


@given(st.dictionaries(ids, marks, min_size=1, max_size=20))
def test_what_is_written_reads_back(outcomes: dict[str, str]) -> None:
    """Parsing the text of a snapshot gives the snapshot."""
    before = snapshot(outcomes)

    assert parse(render(before), "file") == before


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [
        ("+++", "+++", 0),
        ("+++", "+-+", 1),
        ("+++", "+?+", 1),
        ("---", "-?-", 1),
        ("???", "-+?", 0),
        ("---", "+++", 0),
        ("+~+", "+-+", 0),
    ],
)
def test_worse_is_a_fall_from_right_to_wrong_to_unusable(before: str, now: str, worse: int) -> None:
    """The order is right, wrong, unusable; what was contested cannot fall."""
    found = compare(snapshot({"harbour": before}), snapshot({"harbour": now}))

    assert len(found.worse) == worse
    assert found.passes == (worse == 0)


@given(
    st.dictionaries(ids, st.tuples(marks, marks), min_size=1, max_size=10),
)
def test_a_comparison_turned_round_has_the_flips_turned_round(
    outcomes: dict[str, tuple[str, str]],
) -> None:
    """What is worse one way is not worse the other way."""
    one = snapshot({article: pair[0] for article, pair in outcomes.items()})
    other = snapshot({article: pair[1] for article, pair in outcomes.items()})

    there, back = compare(one, other), compare(other, one)
    assert len(there.flips) == len(back.flips) == len(there.worse) + len(back.worse)


def test_another_model_is_compared_and_named() -> None:
    """A changed digest is what is being compared, so it is named and not refused."""
    found = compare(snapshot({"harbour": "+++"}), snapshot({"harbour": "+++"}, digest="d2"))

    assert found.changed == ("digest changed",)
    assert found.passes


def test_a_changed_text_is_named() -> None:
    """The article is another one to read, by the same labels: compared, and said."""
    found = compare(snapshot({"harbour": "+++"}), snapshot({"harbour": "+++"}, text="000"))

    assert found.changed == ("the text of harbour changed",)


def test_other_labels_say_nothing_about_an_answer() -> None:
    """An answer whose label changed is left out of what is compared; the others stay known."""
    before = snapshot({"harbour": "---", "mill": "---"})
    now = {"harbour": {"first": "aaaa", "second": "0000", "third": "cccc"}}

    found = on_same_labels(before, now)

    wrong, unknown = Verdict.WRONG, Verdict.NOT_MEASURED
    assert found.lines["harbour"].verdicts == (wrong, unknown, wrong)
    assert found.lines["mill"].verdicts == (unknown, unknown, unknown)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (snapshot({"harbour": "+++", "mill": "+++"}), "mill joined"),
        (snapshot({"mill": "+++"}), "harbour left"),
        (
            snapshot({"harbour": "+++"}, labels=("aaaa", "0000", "cccc")),
            "the label of harbour second changed",
        ),
        (snapshot({"harbour": "+++"}, graders="names 2"), "the graders changed"),
    ],
)
def test_other_ground_is_refused_with_the_reason(now: Snapshot, reason: str) -> None:
    """Other articles, labels or graders cannot be compared, even where nothing fell."""
    found = compare(snapshot({"harbour": "+++"}), now)

    assert not found.passes
    assert any(reason in why for why in found.incomparable)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format 1", "format 9"),
        ("+-?", "+-"),
        ("+-?", "+-x"),
        ("articles  1", "articles  3"),
        ("    1 of     1  first", "    0 of     1  first"),
        ("model     phi3\n", ""),
        ("\n\n", "\n"),
    ],
)
def test_a_damaged_snapshot_is_refused(old: str, new: str) -> None:
    """A snapshot that was edited by hand is an error that says how to get it back."""
    text = render(snapshot({"harbour": "+-?"})).replace(old, new)

    with pytest.raises(SnapshotError, match=r"file: .*restore it from version control"):
        parse(text, "file")


def test_every_scored_verdict_has_a_mark() -> None:
    """Only what was not measured has no place in a snapshot."""
    assert set(Verdict) - set(MARKS) == {Verdict.NOT_MEASURED}
