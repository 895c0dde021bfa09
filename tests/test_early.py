"""Judging early: the order, the rule, and that its verdict is that of the full run."""

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import early as benchmark
from slm_harness.gate import MARKS, GateMode, Line, Policy, Snapshot, judge
from slm_harness.gate.early import Early, Hint, Plan, plan
from slm_harness.plugin.deciding import so_far
from slm_harness.records import Verdict
from slm_harness.stats import Sums, chance_of_fall, critical_fall, sign_flip

BY_MARK = {mark: verdict for verdict, mark in MARKS.items()}
QUESTIONS = ("first", "second", "third")
MANY = 40


def snapshot(outcomes: Mapping[str, str]) -> Snapshot:
    """From article id to one mark for each question."""
    lines = {
        article: Line((), "", (tuple(BY_MARK[mark] for mark in marks),))
        for article, marks in outcomes.items()
    }
    return Snapshot("phi3", {}, QUESTIONS, lines)


def policy(drop: float = 0.0) -> Policy:
    """What is significant."""
    return Policy(mode=GateMode.SIGNIFICANT, drop=drop)


def rule(before: Mapping[str, str], drop: float = 0.0) -> Early:
    """Nothing asked yet, all articles in one group."""
    return Early(snapshot(before), dict.fromkeys(before, 0), policy(drop))


def verdicts(marks: str) -> list[Verdict]:
    """What a model's answers to one article are."""
    return [BY_MARK[mark] for mark in marks]


# ---------------------------------------------------------------- the order


def hints(unsteady: int = 0) -> list[Hint]:
    """Articles of growing length, the first of which flipped before."""
    return [Hint(f"article-{i:02}", 1000 * (i + 1), i < unsteady) for i in range(MANY)]


def middle(planned: Plan, articles: list[str]) -> float:
    """At which place articles are asked, in the mean."""
    return sum(planned.order.index(article) for article in articles) / len(articles)


def test_what_flipped_before_and_what_is_short_is_asked_sooner() -> None:
    """Each article once; and within a group by lot, which falls otherwise for other words."""
    planned = plan(hints(unsteady=10), "a prompt")
    names = [hint.article for hint in hints()]

    assert sorted(planned.order) == names
    assert planned.order != plan(hints(unsteady=10), "another").order
    assert planned == plan(reversed(hints(unsteady=10)), "a prompt")
    assert middle(planned, names[:10]) < middle(planned, names[10:]) - 5
    by_length = plan(hints(), "a prompt")
    assert middle(by_length, names[:20]) < middle(by_length, names[20:]) - 2
    assert len(set(by_length.groups.values())) == 2


def test_of_every_group_some_are_asked_at_any_time() -> None:
    """Those that were asked stand for the rest: none of the groups is kept for the end."""
    planned = plan(hints(unsteady=12), "a prompt")
    half = planned.order[: MANY // 2]

    for group in set(planned.groups.values()):
        members = [article for article in planned.order if planned.groups[article] == group]
        assert 0.25 * len(members) < sum(article in half for article in members)


# ---------------------------------------------------------------- the verdict of the full run

marks = st.sampled_from(["+++", "++-", "+-?", "---", "+~-", "-++", "--+"])
histories = st.lists(st.tuples(marks, marks), min_size=9, max_size=24)


@settings(max_examples=20)
@given(histories, st.sampled_from([0.0, 0.1, 0.4]), st.integers(0, 24), st.randoms())
def test_what_nothing_can_change_is_what_the_full_run_says(
    found: list[tuple[str, str]], drop: float, asked: int, chance: random.Random
) -> None:
    """Once it is sure, and after all articles always, the verdict is that of ``judge`` over all."""
    before = {f"article-{i:02}": was for i, (was, _) in enumerate(found)}
    # What is contested is so by its label, on both sides.
    now = {
        article: "".join("~" if old == "~" else new.replace("~", "-") for old, new in zip(*pair, strict=True))
        for article, pair in zip(before, found, strict=True)
    }  # fmt: skip
    full = judge(snapshot(before), snapshot(now), policy(drop)).fell
    early = rule(before, drop)
    order = chance.sample(list(now), len(now))
    for place, article in enumerate(order):
        standing = early.standing()
        if place <= asked and standing.worse is not None and standing.bound == 0:
            assert standing.worse is full
        early.add(article, verdicts(now[article]))

    assert early.standing() == (len(found), len(found), full, 0.0, (float(full), float(full)))


def test_it_is_decided_as_soon_as_nothing_can_change_it() -> None:
    """Eight falls and nothing that could rise; and nothing while there is room for eight falls."""
    falling = rule({f"article-{i}": "+++" for i in range(12)})
    steady = rule({f"article-{i}": "+++" for i in range(12)})
    told = []
    for i in range(8):
        falling.add(f"article-{i}", verdicts("-++"))
        steady.add(f"article-{i}", verdicts("+++"))
        told.append((falling.standing().worse, steady.standing().worse))

    # Four tests at a level of 0.05: 0.5 ** 7 is below 0.0125, as many more would have to fall, of 12.
    assert told == [(None, None)] * 5 + [(None, False), (True, False), (True, False)]
    assert falling.standing().bound == 0


def test_a_strong_fall_is_decided_by_probability() -> None:
    """Four in ten of all right answers fall, and the others could still rise; the bound says how sure that is."""
    chance = random.Random(4)
    before = {
        f"article-{i:03}": "".join("+" if chance.random() < 0.7 else "-" for _ in QUESTIONS)
        for i in range(100)
    }
    early = rule(before)
    standing = early.standing()
    for article, was in before.items():
        early.add(
            article, verdicts("".join("-" if chance.random() < 0.4 else mark for mark in was))
        )
        standing = early.standing()
        if standing.worse is not None:
            break

    assert standing.worse is True
    assert 8 <= standing.asked < 34
    assert standing.bound == 0.01


def test_where_no_fall_could_show_there_is_nothing_to_decide() -> None:
    """Three articles, or nothing that was right before."""
    assert rule({f"article-{i}": "+++" for i in range(3)}).hopeless
    assert rule({f"article-{i}": "---" for i in range(90)}).hopeless
    assert not rule({f"article-{i}": "+++" for i in range(90)}).hopeless


def test_how_sure_it_is_by_now_is_told_in_a_few_words() -> None:
    """Never quite sure before it is decided."""
    early = rule({f"article-{i:02}": "++-" for i in range(40)})
    for i in range(6):
        early.add(f"article-{i:02}", verdicts("---"))

    assert so_far(early.standing()).startswith("worse so far, ")
    assert so_far(rule({"article": "+++"}).standing()._replace(chance=(0.0, 0.2))) == (
        "not worse so far, 80 % sure"
    )


# ---------------------------------------------------------------- what is foretold


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 6), min_size=12, max_size=40), st.sampled_from([0.05, 0.0125, 0.005])
)
def test_the_critical_fall_is_within_an_answer_or_two_of_the_exact_test(
    sizes: list[int], level: float
) -> None:
    """A fall that is two answers larger reaches the level, one that is three smaller does not."""
    needed = critical_fall(sum(s**2 for s in sizes), sum(s**4 for s in sizes), level)

    for wanted, reaches in ((needed + 2, True), (needed - 3, False)):
        # Signs such that the sum comes nearest to what is wanted: large ones first.
        total, changes = -sum(sizes), [-size for size in sizes]
        for place in sorted(range(len(sizes)), key=lambda place: -sizes[place]):
            if total + 2 * sizes[place] <= -wanted:
                changes[place] = sizes[place]
                total += 2 * sizes[place]
        off = abs(total + wanted)
        found = sign_flip(changes)
        assert found is not None
        if off <= 1:
            assert (found.worse <= level) is reaches


def test_what_was_seen_of_all_is_certain() -> None:
    """With every article seen the probability is 0 or 1."""
    fallen = Sums(10, 10, -10, 10, 10)
    steady = Sums(10, 10, 0, 0, 0)

    assert chance_of_fall([fallen], 0.005, least=0, typical=0.1, sceptics=0.1) == 1
    assert chance_of_fall([steady], 0.005, least=0, typical=0.1, sceptics=0.1) == 0
    assert chance_of_fall([fallen], 0.005, least=11, typical=0.1, sceptics=0.1) == 0


def test_sceptics_temper_a_fall_that_comes_early() -> None:
    """The same few falls are less likely to last, and less so the stronger the prior."""
    chances = [
        chance_of_fall([Sums(100, 10, -3, 3, 3)], 0.005, least=0, typical=0.1, sceptics=share)
        for share in (0.0, 0.1, 0.3)
    ]

    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[2] + 0.1


# ---------------------------------------------------------------- the simulation


def test_the_simulation_runs() -> None:
    """A few histories; what it came to with many is in docs/early.md."""
    worse = next(kind for kind in benchmark.KINDS if kind.name == "worse by ten points")
    found = [benchmark.figures(benchmark.Sort(48, worse, known), 3) for known in ("none", "useful")]

    assert [one.worse for one in found] == [1, 1]
    assert all(0 < one.asked <= 1 and one.agreed == 1 for one in found)
    assert len(list(benchmark.table(found))) == 4


def test_a_history_has_its_truth() -> None:
    """Ten points fewer right answers in the mean; and the same history again from the same seed."""
    worse = next(kind for kind in benchmark.KINDS if kind.name == "worse by ten points")
    sort = benchmark.Sort(500, worse, "none")
    found = benchmark.history(sort, "seed")
    before, now = (one.rate().value for one in (found.before, found.now))

    assert before is not None
    assert now is not None
    assert before - now == pytest.approx(0.1, abs=0.03)
    assert benchmark.history(sort, "seed") == found
