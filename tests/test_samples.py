"""Samples: with which options and seeds they are asked, in which order, and what they come to together."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.asking import Batch, Event, Failed, Limits, Lines, Mode, Obtained, Sources, fill
from slm_harness.engines import check_same, sampled
from slm_harness.engines.llamacpp.options import pinned_options
from slm_harness.engines.ollama.options import sent_options as for_ollama
from slm_harness.engines.openai.options import sent_options as for_openai
from slm_harness.engines.samples import of_sample
from slm_harness.errors import AnswerTimeout, ModelsError, SnapshotError
from slm_harness.evidence import load_evidence, write_evidence
from slm_harness.folding import folded
from slm_harness.journal import FileFollower, Journal
from slm_harness.plugin.hooks import missing
from slm_harness.records import (
    ModelSpec,
    Outcome,
    Reply,
    Request,
    Verdict,
)
from slm_harness.report.tally import Counting
from slm_harness.report.wording import carried, outcome_in, properties
from slm_harness.retrying import Patience
from slm_harness.store import Store
from tests.test_asking import RECIPE, SPEC, Scripted

QUICK = Limits(patience=Patience(first=0.001, longest=0.002), look=0.0)
ENGINES = {"ollama": for_ollama, "llamacpp": pinned_options, "openai": for_openai}


# ---------------------------------------------------------------- options and seeds


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("options", "temperature", "wanted"),
    [
        ({}, None, {"temperature": 0.7, "seed": 0}),
        ({}, 0.3, {"temperature": 0.3}),
        ({"temperature": 0.5}, None, {"temperature": 0.5}),
        ({"temperature": 0, "seed": 7}, 1, {"temperature": 1.0, "seed": 7}),
        ({"top_p": 0.5}, None, {"top_p": 0.5}),
    ],
)
def test_samples_are_drawn_and_an_entry_stays_in_force(
    engine: str,
    options: Mapping[str, object],
    temperature: float | None,
    wanted: Mapping[str, object],
) -> None:
    """What would leave the likeliest word only is replaced; what the entry says is not."""
    spec = ModelSpec("m", engine, "b", options, sample_temperature=temperature)

    sent = ENGINES[engine](sampled(spec))

    assert wanted.items() <= sent.items()
    assert sent.get("top_k", 40) == 40


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"temperature": 0}, "temperature: 0 makes all samples one"),
        ({"top_k": 1}, "top_k: 1 makes all samples one"),
        ({"seed": -1}, "seed: -1 is another one each time"),
    ],
)
def test_samples_that_would_tell_nothing_are_refused(
    engine: str, options: Mapping[str, object], fault: str
) -> None:
    """Greedy options would show that nothing wavers, and a random seed what nobody could ask again."""
    with pytest.raises(ModelsError, match=f"m: options: {fault}"):
        sampled(ModelSpec("m", engine, "b", options))


@pytest.mark.parametrize("temperature", [0.5, None])
def test_only_temperature_0_measures_the_server(temperature: float | None) -> None:
    """At another temperature the samples of an ordinary run differ by their seeds."""
    check_same(SPEC)
    with pytest.raises(ModelsError, match="--measure-server is for temperature 0"):
        check_same(replace(SPEC, options={"temperature": temperature}))


@given(st.floats(0, 2), st.integers(0, 99), st.integers(0, 99))
def test_the_seed_follows_from_options_and_sample(
    temperature: float, seed: int, sample: int
) -> None:
    """Where replies are drawn it is the pinned one plus the sample; at temperature 0 it never moves."""
    options = {"temperature": temperature, "seed": seed}

    found = of_sample(options, sample)

    assert found["seed"] == (seed + sample if temperature else seed)
    assert {**found, "seed": seed} == options


# ---------------------------------------------------------------- asking


@dataclass
class Numbered(Scripted):
    """Answers with article and sample; fails for those of ``broken``."""

    put: list[tuple[str, int]] = field(default_factory=list)
    broken: frozenset[tuple[str, int]] = frozenset()

    def ask(self, request: Request) -> Reply:
        """Answer, or be late."""
        self.put.append((request.article, request.sample))
        if self.put[-1] in self.broken:
            raise AnswerTimeout("late")
        return Reply(f"{request.article} {request.sample}", "stop", 0.1)


def asked(
    engine: Numbered,
    folder: Path,
    samples: int = 1,
    *,
    articles: Sequence[str] = ("one", "two"),
    mode: Mode = Mode.AUTO,
    again: Callable[[Obtained], bool] | None = None,
    concurrency: int = 1,
) -> list[Event]:
    """Fill so many samples of each article."""
    requests = [Request("m", one, f"text of {one}", i) for one in articles for i in range(samples)]
    spec = replace(SPEC, concurrency=concurrency)
    batch = Batch("m", lambda: engine, spec, local=False, requests=requests)
    sources = Sources(Store(folder), mode, folder / "accepted")
    stop = threading.Event()
    return list(fill([batch], RECIPE, sources, stop, lambda _: None, QUICK, again))


def told(events: Sequence[Event]) -> list[tuple[str, int, str]]:
    """Article and sample of every result, with its reply, ``recalled``, or the kind of its failure."""
    return [
        (e.article, e.sample, e.kind if isinstance(e, Failed) else e.stored.reply.text)
        for e in events
        if isinstance(e, Obtained | Failed)
    ]


def test_more_samples_keep_the_earlier(tmp_path: Path) -> None:
    """Each is filed under its own key: of five those two are asked that three before did not."""
    few, more = Numbered(), Numbered()

    asked(few, tmp_path, 3)
    events = asked(more, tmp_path, 5)

    assert few.put == [("one", 0), ("one", 1), ("one", 2), ("two", 0), ("two", 1), ("two", 2)]
    assert more.put == [("one", 3), ("one", 4), ("two", 3), ("two", 4)]
    assert sorted(told(events)) == [(a, i, f"{a} {i}") for a in ("one", "two") for i in range(5)]


def test_a_sample_that_is_lost_loses_the_others_of_its_article_only(tmp_path: Path) -> None:
    """They would not count, so only the one that was ready by then is still put; the next article is asked."""
    engine = Numbered(broken=frozenset({("one", 1)}))

    events = asked(engine, tmp_path, 6)

    lost = {i for a, i, kind in told(events) if a == "one" and kind == "AnswerTimeout"}
    assert {1, 3, 4, 5} <= lost
    assert {i for a, i in engine.put if a == "one"} <= {0, 1, 2}
    assert [i for a, i, _ in told(events) if a == "two"] == list(range(6))


def test_several_lost_samples_of_one_article_are_one_failure(tmp_path: Path) -> None:
    """Four time-outs at once about one article do not end the model; three articles in a row do."""
    poison = Numbered(broken=frozenset(("one", i) for i in range(4)))
    dead = Numbered(broken=frozenset((a, i) for a in "abcdef" for i in range(4)))

    one = asked(poison, tmp_path, 4, concurrency=4)
    many = asked(dead, tmp_path, 4, articles="abcdef")

    assert sorted(i for a, i, _ in told(one) if a == "two") == [0, 1, 2, 3]
    ends = {a: {kind for b, _, kind in told(many) if a == b} for a in "abcdef"}
    assert ends["a"] == ends["b"] == {"AnswerTimeout"}
    assert ends["d"] == ends["e"] == ends["f"] == {"GaveUp"}


def test_a_reply_can_be_got_once_more_before_the_model_is_let_go(tmp_path: Path) -> None:
    """Where the caller says so, as sample 1 of the same batch; stored and recalled like any other."""
    engine, later = Numbered(), Numbered()

    def second(found: Obtained) -> bool:
        return found.article == "two"

    events = asked(engine, tmp_path, articles=["one", "two", "three"], again=second)
    recalled = asked(later, tmp_path, articles=["one", "two", "three"], again=second)

    assert sorted(engine.put) == [("one", 0), ("three", 0), ("two", 0), ("two", 1)]
    assert engine.closed == 1
    assert later.put == []
    assert sorted(told(events)) == sorted(told(recalled))
    assert ("two", 1, "two 1") in told(events)


def test_accepted_samples_are_read_as_they_were_written(tmp_path: Path) -> None:
    """One line each, in the order of articles and samples; one that is missing is told."""
    events = asked(Numbered(), tmp_path, 3)
    pairs = [
        (Request("m", e.article, f"text of {e.article}", e.sample), e.stored)
        for e in reversed(events)
        if isinstance(e, Obtained)
    ]
    identity = next(stored.identity for _, stored in pairs)
    write_evidence(tmp_path, "m", identity, RECIPE, pairs)

    found = load_evidence(tmp_path, "m")

    assert found is not None
    assert found.samples == 3
    assert [s.reply.text for s in found.all()] == [
        f"{a} {i}" for a in ("one", "two") for i in range(3)
    ]
    assert [s.reply.text for s in found.of("two")] == ["two 0", "two 1", "two 2"]
    lines = (tmp_path / "m.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "m.jsonl").write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
    with pytest.raises(SnapshotError, match="sample 2 on one does not follow the one before it"):
        load_evidence(tmp_path, "m")


# ---------------------------------------------------------------- folding and counting

OF_ONE = st.sampled_from([Verdict.RIGHT, Verdict.WRONG, Verdict.UNUSABLE])


def outcome(verdict: Verdict, sample: int = 0) -> Outcome:
    """One sample of an answer."""
    return Outcome(
        *("m", "one", "q", verdict, "wanted", f"got {sample}", f"because {sample}"),
        seconds=2.0,
        tokens=10,
        recalled=True,
        conforms=True,
    )


@given(st.lists(OF_ONE, min_size=2, max_size=6))
def test_samples_come_to_one_verdict(verdicts: list[Verdict]) -> None:
    """Right where all are, flaky where some are; else unusable where all are, and wrong where not."""
    found = folded([outcome(verdict, i) for i, verdict in enumerate(verdicts)])

    right = verdicts.count(Verdict.RIGHT)
    first = next((i for i, verdict in enumerate(verdicts) if verdict is not Verdict.RIGHT), 0)
    assert found.samples == tuple(verdicts)
    assert (found.got, found.reason) == (f"got {first}", f"because {first}")
    assert (found.seconds, found.tokens) == (2.0 * len(verdicts), 10 * len(verdicts))
    if right == len(verdicts):
        assert found.verdict is Verdict.RIGHT
    elif right:
        assert found.verdict is Verdict.FLAKY
        assert dict(properties(found))["samples"] == f"{right}/{len(verdicts)}"
    else:
        only = set(verdicts) == {Verdict.UNUSABLE}
        assert found.verdict is (Verdict.UNUSABLE if only else Verdict.WRONG)
    assert outcome_in(dict(carried(found))) == found


def test_one_sample_that_was_not_measured_takes_the_others_with_it() -> None:
    """A rate of fewer samples would be another rate; the reason is that of the missing one."""
    missing = Outcome("m", "one", "q", Verdict.NOT_MEASURED, "", "", "no server", failure="Late")

    found = folded([outcome(Verdict.RIGHT), missing, outcome(Verdict.WRONG)])
    counting = Counting("m", ["q"], None, {"one": ()}, samples=3)
    counting.add(found)

    assert (found.verdict, found.reason, found.failure) == (
        Verdict.NOT_MEASURED,
        "no server",
        "Late",
    )
    assert counting.tally().total.scored == 0
    assert counting.tally().total.counts[Verdict.NOT_MEASURED] == 3


def test_rates_are_of_samples_and_flaky_answers_are_counted_besides() -> None:
    """Two answers in four samples: six of eight are right, one answer wavers, one is always right."""
    counting = Counting("m", ["q"], None, {"one": (), "two": ()}, samples=4)
    verdicts = [Verdict.RIGHT, Verdict.WRONG, Verdict.RIGHT, Verdict.UNUSABLE]
    counting.add(folded([outcome(verdict) for verdict in verdicts]))
    steady = folded([outcome(Verdict.RIGHT)] * 4)
    counting.add(replace(steady, article="two"))

    found = counting.tally()

    rate = found.questions["q"]
    assert (rate.right, rate.scored, rate.counts[Verdict.FLAKY]) == (6, 8, 1)
    assert rate.repeats is not None
    assert rate.repeats.interval is not None
    assert (rate.repeats.answers, rate.repeats.pass_hat, rate.repeats.waver) == (2, 0.5, 0.5)
    assert rate.repeats.interval.low < 0.75 < rate.repeats.interval.high
    assert found.seconds_per_article == 2.0
    assert found.tokens_per_second == 5.0


def test_one_sample_is_folded_to_itself() -> None:
    """Without --repeats an outcome is what it was."""
    one = outcome(Verdict.WRONG)

    assert folded([one]) is one
    assert carried(one) == properties(one)


def test_what_is_still_to_be_asked_is_told_by_article() -> None:
    """Each article once, however many of its samples are missing; their number is that of the requests."""
    assert list(missing({"m": ["one", "one", "two"], "n": [], "o": ["one", "two"]})) == [
        "still to be asked of m: one, two (3 samples)",
        "still to be asked of o: one, two (2)",
    ]


def test_samples_are_told_from_process_to_process(tmp_path: Path) -> None:
    """Each is waited for by its number; what all of them share is written once for all."""
    events = asked(Numbered(), tmp_path, 3)
    lines = Lines()
    texts = [text for event in events for text in lines.of(event)]

    with closing(Journal(for_workers=True)) as journal:
        with closing(FileFollower(journal.path)) as follower:
            for event in events:
                journal.add(event)
            journal.end()
            found = [follower.wait("m", "two", sample=i) for i in range(4)]
        journal.remove()

    assert [text.startswith('["common"') for text in texts].count(True) == 1
    assert found[:3] == [e for e in events if isinstance(e, Obtained) and e.article == "two"]
    assert isinstance(found[3], Failed)
    assert found[3].sample == 3
