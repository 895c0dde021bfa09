"""The gate: snapshots that read back as they were written, and what counts as worse."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.errors import PolicyError, SnapshotError
from slm_harness.gate import (
    MARKS,
    GateMode,
    Line,
    Policies,
    Policy,
    Snapshot,
    folded,
    judge,
    load_policies,
    parse,
    render,
)
from slm_harness.gate.policy import Overrides
from slm_harness.gate.provenance import changed_since
from slm_harness.gate.words import word_diff
from slm_harness.records import Verdict

QUESTIONS = ("first", "second", "third")
BY_MARK = {mark: verdict for verdict, mark in MARKS.items()}
STRICT = Policy()
SIGNIFICANT = Policy(mode=GateMode.SIGNIFICANT)


def snapshot(
    outcomes: dict[str, str],
    *,
    labels: tuple[str, ...] = ("aaaa", "bbbb", "cccc"),
    text: str = "fed987",
    digest: str = "d1",
) -> Snapshot:
    """A snapshot from article id to marks, one string for each sample, as in ``{"harbour": "+-? ++?"}``."""
    return Snapshot(
        model="phi3",
        provenance={"base": "phi3", "digest": digest, "graders": "names 1"},
        questions=QUESTIONS,
        lines={
            article: Line(
                labels,
                text,
                tuple(tuple(BY_MARK[mark] for mark in sample) for sample in marks.split()),
            )
            for article, marks in outcomes.items()
        },
    )


def test_a_snapshot_is_text_that_people_can_read() -> None:
    """Rates with their intervals first, then a short line for each article."""
    text = render(snapshot({"harbour": "+-?", "mill": "++~"}))

    head, about, rates, lines = text.split("\n\n")
    assert head == "slm-harness pass rates, format 2"
    assert about.split("\n") == [
        "model     phi3",
        "base      phi3",
        "digest    d1",
        "graders   names 1",
        "articles  2",
        "samples   1",
    ]
    assert [(row.split()[:3], row.split("  ")[-1]) for row in rates.split("\n")[1:]] == [
        (["2", "2", "100.0"], "first"),
        (["1", "2", "50.0"], "second"),
        (["0", "1", "0.0"], "third"),
        (["3", "5", "60.0"], "all questions"),
    ]
    assert lines.split("\n")[1:] == [
        "harbour  aaaabbbbcccc  fed987  +-?",
        "mill     aaaabbbbcccc  fed987  ++~",
        "",
    ]


def test_large_numbers_stay_apart() -> None:
    """Ten thousand articles read back as well as ten."""
    many = snapshot({f"a{n}": "+-~" for n in range(10_000)})

    assert parse(render(many), "file") == many


ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=60)
marks = st.text("+-?~", min_size=3, max_size=3)
samples = st.integers(1, 4).flatmap(
    lambda n: st.dictionaries(
        ids, st.lists(marks, min_size=n, max_size=n).map(" ".join), min_size=1, max_size=12
    )
)


@given(samples)
def test_what_is_written_reads_back(outcomes: dict[str, str]) -> None:
    """Parsing the text of a snapshot gives the snapshot, however many samples it has."""
    before = snapshot(outcomes)

    assert parse(render(before), "file") == before


@pytest.mark.parametrize(
    ("samples_of_one", "verdict"),
    [
        ("++", Verdict.RIGHT),
        ("+-", Verdict.FLAKY),
        ("+?", Verdict.FLAKY),
        ("-?", Verdict.WRONG),
        ("??", Verdict.UNUSABLE),
        ("~~", Verdict.CONTESTED),
        ("", Verdict.NOT_MEASURED),
    ],
)
def test_the_samples_of_an_answer_have_one_verdict(samples_of_one: str, verdict: Verdict) -> None:
    """Right in all, flaky, wrong, unusable in all; nothing measured is no verdict."""
    assert folded(BY_MARK[mark] for mark in samples_of_one) is verdict
    assert folded([Verdict.RIGHT, Verdict.NOT_MEASURED]) is Verdict.NOT_MEASURED


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
        ("+++ +++", "--- +++", 0),
        ("+++ +++", "--- -++", 1),
    ],
)
def test_worse_is_a_fall_from_right_to_wrong_to_unusable(before: str, now: str, worse: int) -> None:
    """The order is right, wrong, unusable; what was contested, or is flaky, cannot fall."""
    found = judge(snapshot({"harbour": before}), snapshot({"harbour": now}), STRICT)

    assert len(found.worse) == worse
    assert found.passes == (worse == 0)


@given(
    st.dictionaries(ids, st.tuples(marks, marks), min_size=1, max_size=10),
)
def test_a_comparison_turned_round_has_the_flips_turned_round(
    outcomes: dict[str, tuple[str, str]],
) -> None:
    """What is worse one way is not worse the other way, and the differences change their sign."""
    one = snapshot({article: pair[0] for article, pair in outcomes.items()})
    other = snapshot({article: pair[1] for article, pair in outcomes.items()})

    there, back = judge(one, other, STRICT), judge(other, one, STRICT)

    assert len(there.flips) == len(back.flips) == len(there.worse) + len(back.worse)
    assert (there.whole.fell, there.whole.rose) == (back.whole.rose, back.whole.fell)
    if there.whole.difference and back.whole.difference:
        assert there.whole.difference.estimate == pytest.approx(-back.whole.difference.estimate)


def test_another_model_is_compared_and_named() -> None:
    """A changed digest is what is being compared, so it is named and not refused."""
    before, now = snapshot({"harbour": "+++"}), snapshot({"harbour": "+++"}, digest="d2")

    assert list(changed_since(before, now, None)) == ["base digest d1 -> d2"]
    assert judge(before, now, STRICT).passes


def test_a_changed_text_is_named() -> None:
    """The article is another one to read, by the same labels: compared, and said."""
    before, now = snapshot({"harbour": "+++"}), snapshot({"harbour": "+++"}, text="000")

    assert list(changed_since(before, now, None)) == ["the text of harbour"]


def test_significant_is_a_fall_that_chance_does_not_explain() -> None:
    """Of forty articles one may fall; when a question falls on ten and rises on none, the gate is red."""
    before = snapshot({f"a{n}": "+++" for n in range(40)})
    one = snapshot({f"a{n}": "-++" if n < 1 else "+++" for n in range(40)})
    ten = snapshot({f"a{n}": "-++" if n < 10 else "+++" for n in range(40)})

    assert judge(before, one, SIGNIFICANT).passes
    assert not judge(before, one, STRICT).passes
    found = judge(before, ten, SIGNIFICANT)
    assert [paired.question for paired in found.significant] == ["first", None]
    assert found.questions[0].p == pytest.approx(0.5**10)
    assert found.questions[0].adjusted == pytest.approx(4 * 0.5**10)


def test_a_fall_that_is_too_small_to_matter_passes() -> None:
    """The smallest fall that matters is set by ``drop``, over what is significant."""
    before = snapshot({f"a{n}": "+++" for n in range(40)})
    ten = snapshot({f"a{n}": "-++" if n < 10 else "+++" for n in range(40)})

    large = judge(before, ten, Policy(mode=GateMode.SIGNIFICANT, drop=0.2))
    larger = judge(before, ten, Policy(mode=GateMode.SIGNIFICANT, drop=0.3))

    assert [paired.question for paired in large.significant] == ["first"]
    assert larger.passes


def test_flaky_answers_are_judged_by_their_rate() -> None:
    """With samples a single flip tells nothing; when the flaky answers fall together, the gate is red."""
    before = snapshot({f"a{n}": "+++ +++" for n in range(12)})
    one = snapshot({f"a{n}": "-++ +++" if n < 1 else "+++ +++" for n in range(12)})
    all_ = snapshot({f"a{n}": "-++ +++" for n in range(12)})

    assert judge(before, one, STRICT).passes
    found = judge(before, all_, STRICT)
    assert (found.worse, found.wavering, found.passes) == ((), ("first",), False)


def test_flaky_answers_are_corrected_for_looking_at_every_question() -> None:
    """Five flaky answers that fell are enough for one question, and not where three questions are looked at."""
    before = snapshot({f"a{n}": "+++ +++" for n in range(12)})
    alone = snapshot({f"a{n}": "-++ +++" if n < 5 else "+++ +++" for n in range(12)})
    among = snapshot({f"a{n}": "-++ +++" if n < 5 else "+-- +++" for n in range(7)})

    assert judge(before, alone, STRICT).wavering == ("first",)
    assert judge(before, among, STRICT).wavering == ()


def test_samples_are_compared_with_as_many() -> None:
    """Three samples of an answer are more often mixed than one, which is no fall: the first of each are compared."""
    before = snapshot({f"a{n}": "+++" for n in range(20)})
    now = snapshot({f"a{n}": "+++ -++ +++" for n in range(20)})

    found = judge(before, now, STRICT)

    assert (found.wavering, found.whole.fell, found.passes) == ((), 0, True)
    assert (found.whole.before.of, found.whole.now.of) == (60, 60)


def test_an_answer_that_was_put_once_more_counts_once() -> None:
    """A second sample of some articles only makes their answers flaky, and moves no rate."""
    now = snapshot({"harbour": "-++ +++", "mill": "+++"})

    assert (now.rate().passes, now.rate().of) == (5, 6)
    assert now.verdict("harbour", "first") is Verdict.FLAKY
    assert judge(snapshot({"harbour": "+++", "mill": "+++"}), now, STRICT).passes


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [
        (Policy(floors={"first": 0.5, "all": 0.4}), []),
        (Policy(floors={"second": 0.5}), ["second"]),
        (Policy(floors={"all": 0.7}), ["all"]),
        (Policy(ceilings={"unusable": 0.1}), ["unusable"]),
        (Policy(ceilings={"contradictions": 0.5}), []),
        (Policy(ceilings={"contradictions": 0.4}), ["contradictions"]),
    ],
)
def test_floors_and_ceilings_hold_whatever_was_before(policy: Policy, beyond: list[str]) -> None:
    """A rate below its floor is red though nothing fell; so is a share above its ceiling."""
    now = snapshot({"harbour": "+-?", "mill": "+-+"})

    found = judge(now, now, policy, contradicting=1)

    assert [one.what for one in found.shortfalls] == beyond
    assert found.passes == (not beyond)


def test_a_bound_is_not_kept_by_what_was_not_measured() -> None:
    """Where nothing is scored there is no rate, and its floor is not reached."""
    now = snapshot({"harbour": "~++"})

    found = judge(now, now, Policy(floors={"first": 0.0}))

    assert [(one.what, one.rate) for one in found.shortfalls] == [("first", None)]


def test_nothing_in_common_is_no_number() -> None:
    """Two snapshots without a common article have neither a difference nor a probability."""
    found = judge(snapshot({"harbour": "+++"}), snapshot({"mill": "+++"}), STRICT)

    assert (found.articles, found.whole.p, found.whole.difference) == (0, None, None)
    assert found.unseen == (None, None)


def test_it_says_what_so_few_articles_cannot_show() -> None:
    """The smallest fall that could be significant is a matter of how many articles there are."""
    one = snapshot({f"a{n}": "+++" for n in range(12)})
    many = snapshot({f"a{n}": "+++" for n in range(120)})

    few_one, few_all = judge(one, one, STRICT).unseen
    many_one, _ = judge(many, many, STRICT).unseen
    assert few_one == pytest.approx(7 / 12)  # 0.5 ** 7 is the first below 0.05 / 4
    assert few_all == pytest.approx(7 / 36)
    assert many_one == pytest.approx(7 / 120)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format 2", "format of"),
        ("+-?", "+-"),
        ("+-?", "+-x"),
        ("+-?", "+-? +-"),
        ("articles  1", "articles  3"),
        ("samples   1", "samples   2"),
        ("    1     1  100.0", "    0     1  100.0"),
        ("model     phi3\n", ""),
        ("\n\n", "\n"),
    ],
)
def test_a_damaged_snapshot_is_refused(old: str, new: str) -> None:
    """A snapshot that was edited by hand is an error that says how to get it back."""
    text = render(snapshot({"harbour": "+-?"}))
    assert old in text

    with pytest.raises(SnapshotError, match=r"file: .*--snapshot-update"):
        parse(text.replace(old, new), "file")


def test_a_snapshot_of_another_format_says_how_to_go_on() -> None:
    """What an older version wrote is no damage: the accepted replies give the new one."""
    text = render(snapshot({"harbour": "+-?"})).replace("format 2", "format 1")

    with pytest.raises(SnapshotError, match=r"another format.*--answers=replay --snapshot-update"):
        parse(text, "file")


def test_intervals_of_another_version_are_no_damage() -> None:
    """They follow from the lines, by the method of whoever wrote them."""
    text = render(snapshot({"harbour": "+-?"}))
    other = text.replace(" to ", " to 9")

    assert parse(other, "file") == parse(text, "file")


def test_every_scored_verdict_has_a_mark() -> None:
    """What was not measured has no place in a snapshot, and flaky are several samples."""
    assert set(Verdict) - set(MARKS) == {Verdict.NOT_MEASURED, Verdict.FLAKY}


# ---------------------------------------------------------------- how strict


def policies(tmp_path: Path, text: str) -> Policies:
    """The policies of a file."""
    path = tmp_path / "gate.yaml"
    path.write_text(text, encoding="utf-8")
    return load_policies(path, QUESTIONS, ["phi3", "mistral"])


def test_a_model_has_its_own_strictness_over_that_of_all(tmp_path: Path) -> None:
    """What an entry of a model does not set is as for all; the command line is over both."""
    found = policies(
        tmp_path,
        "mode: significant\nlevel: 0.1\nfloors: {first: 0.8}\n"
        "models:\n  phi3: {mode: strict, drop: 5, floors: {second: 0.7}}\n",
    )

    assert found.of("mistral") == Policy(GateMode.SIGNIFICANT, 0.1, 0.0, {"first": 0.8})
    assert found.of("phi3") == Policy(GateMode.STRICT, 0.1, 0.05, {"first": 0.8, "second": 0.7})
    over = found.over(Overrides(GateMode.SIGNIFICANT, 0.2))
    assert over.of("phi3") == Policy(GateMode.SIGNIFICANT, 0.2, 0.05, {"first": 0.8, "second": 0.7})


def test_without_a_file_the_gate_is_as_strict_as_can_be(tmp_path: Path) -> None:
    """Nothing has to be written to be safe."""
    assert load_policies(tmp_path / "none.yaml", QUESTIONS, ["phi3"]).of("phi3") == Policy()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mode: lax", "mode: Input should be 'strict' or 'significant'"),
        ("floors: {frist: 0.8}", "no question is called 'frist' (did you mean 'first'?)"),
        ("floors: {first: 80}", "floors.first: Input should be less than or equal to 1"),
        ("ceilings: {unusible: 0.1}", "no rate is called 'unusible' (did you mean 'unusable'?)"),
        ("models: {phi: {}}", "no model is called 'phi' (did you mean 'phi3'?)"),
        ("level: 0", "level: Input should be greater than 0"),
        ("mode: strict\nmode: significant", "not YAML"),
        ("threshold: 3", "threshold: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_setting_of_the_gate_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    """One line with the file, the place and the nearest that there is."""
    with pytest.raises(PolicyError) as error:
        policies(tmp_path, text)

    assert str(tmp_path / "gate.yaml") in error.value.message
    assert complaint in error.value.message


# ---------------------------------------------------------------- what changed


def test_a_reworded_question_is_shown_word_by_word() -> None:
    """What was taken out and put in, with a few words around."""
    before = "Read it. How many records were breached?"

    assert word_diff(before, "Read it. How many people were breached?") == (
        "Read it. How many [-records-]{+people+} were breached?"
    )
    assert word_diff(before, before + " Count them.").endswith("breached? {+Count them.+}")
    assert word_diff("a b c d e f g h i j", "a b c d e f g h i k") == "... f g h i [-j-]{+k+}"


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_equal_words_show_no_difference(one: list[str], other: list[str]) -> None:
    """A difference is shown exactly where there is one."""
    shown = word_diff(" ".join(one), " ".join(other))

    assert ("[-" in shown or "{+" in shown) == (one != other)
