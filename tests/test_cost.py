"""What a run says of cost: from the tokens of the replies and the price of now, or nothing."""

import pytest

from slm_harness.records import Outcome, Price, Reply, Verdict
from slm_harness.report.tally import Tally, tally
from slm_harness.report.terminal import table


def outcome(article: str, question: str, cost: float | None) -> Outcome:
    """A right answer to one question about an article whose request cost so much."""
    return Outcome("gpt", article, question, Verdict.RIGHT, "", "", "", seconds=1.0, cost=cost)


def counted(*costs: float | None) -> Tally:
    """The tally of articles with two questions each, whose requests cost so much."""
    outcomes = [
        outcome(f"a{number}", question, cost)
        for number, cost in enumerate(costs)
        for question in ("q", "r")
    ]
    tags = {one.article: () for one in outcomes}
    return tally("gpt", ["q", "r"], outcomes, None, tags)


@pytest.mark.parametrize(
    ("read", "said", "cost"),
    [
        (1_000_000, 0, 0.15),
        (0, 1_000_000, 0.60),
        (2000, 100, 0.00036),
        (None, 5, None),
        (5, None, None),
    ],
)
def test_a_reply_costs_what_its_tokens_do(
    read: int | None, said: int | None, cost: float | None
) -> None:
    """Prompt and reply have their own price per million; what was not counted has none."""
    reply = Reply("", "stop", 1.0, prompt_tokens=read, reply_tokens=said)

    assert Price(0.15, 0.60).of(reply) == (None if cost is None else pytest.approx(cost))


@pytest.mark.parametrize(
    ("costs", "each"),
    [((), None), ((None, None), None), ((0.002, 0.004), 3.0), ((0.002, None), 2.0), ((0.0,), 0.0)],
)
def test_an_article_is_paid_once_whatever_is_asked_about_it(
    costs: tuple[float | None, ...], each: float | None
) -> None:
    """A thousand articles cost a thousand times the mean request, not the mean answer."""
    found = counted(*costs).cost_per_1000_articles

    assert found == (None if each is None else pytest.approx(each))


def test_the_table_has_a_row_for_cost_where_a_model_has_a_price() -> None:
    """Where none has one, nothing is said of cost."""
    paid, free = counted(0.00123), counted(None)
    snapshots = {"gpt": False}

    assert "cost per 1,000 articles   1.23" in [
        "   ".join(line.split("   ")[:1] + line.split()[-1:])
        for line in table([paid], {}, snapshots)
    ]
    assert not any("cost" in line for line in table([free], {}, snapshots))
