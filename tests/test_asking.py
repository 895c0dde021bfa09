"""Asking: every reply once, from the store where it is there; failures never stored."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from slm_harness.asking import (
    Batch,
    Event,
    Failed,
    Limits,
    Mode,
    Obtained,
    Prepared,
    Sources,
    Unreached,
    fill,
)
from slm_harness.engines import Presence, Report
from slm_harness.errors import (
    AnswerTimeout,
    ConnectionBroken,
    ModelUnavailable,
    NotMeasured,
    PromptTooLong,
    ServerBusy,
    ServerFailed,
    ServerUnreachable,
)
from slm_harness.evidence import load_evidence, write_evidence
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request, Stored
from slm_harness.retrying import Patience
from slm_harness.store import Store

RECIPE = Recipe(task="t", system="Answer.", schema={})
SPEC = ModelSpec(name="m", engine="scripted", base="b")
ARTICLES = ["one", "two", "three"]
QUICK = Limits(patience=Patience(first=0.001, longest=0.002), look=0.0)


@dataclass
class Scripted:
    """An engine that answers, or fails, as the test says."""

    takes_turns: bool = False
    failures: Mapping[str, NotMeasured | list[NotMeasured]] = field(default_factory=dict)
    """For ever, or so many times."""
    unavailable: NotMeasured | None = None
    unbuildable: NotMeasured | None = None
    server: str = "1"
    asked: list[str] = field(default_factory=list)
    built: int = 0
    closed: int = 0
    then: Callable[[], None] = lambda: None
    on_identify: Callable[[], None] = lambda: None
    on_build: Callable[[], None] = lambda: None

    def presence(self) -> Presence:
        """It is there."""
        return Presence(pulled=True)

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """Tell who answers, unless it is to be unavailable."""
        self.on_identify()
        if self.unavailable:
            raise self.unavailable
        return Identity(engine="scripted", server=self.server, base="b", digest="d")

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """Count how often it was built."""
        self.built += 1
        self.on_build()
        if self.unbuildable:
            raise self.unbuildable
        return identity

    def ask(self, request: Request) -> Reply:
        """Answer with the article's id."""
        self.asked.append(request.article)
        self.then()
        failure = self.failures.get(request.article, [])
        if isinstance(failure, NotMeasured):
            raise failure
        if failure:
            raise failure.pop()
        return Reply(text=request.article, finish="stop", seconds=0.1)

    def close(self) -> None:
        """Count how often it was closed."""
        self.closed += 1


def run(
    engine: Scripted,
    folder: Path,
    *,
    mode: Mode = Mode.AUTO,
    recipe: Recipe = RECIPE,
    stop: threading.Event | None = None,
    evidence: bool = False,
    problem: Unreached | None = None,
    spec: ModelSpec = SPEC,
    limits: Limits = QUICK,
    articles: Sequence[str] = ARTICLES,
    store: Store | None = None,
    explain: bool = True,
    enough: threading.Event | None = None,
) -> list[Event]:
    """Fill three articles of one model from a store in ``folder``."""
    batch = Batch(
        model="m",
        open_engine=lambda: engine,
        spec=spec,
        local=False,
        requests=[Request("m", article, f"text of {article}") for article in articles],
        evidence=load_evidence(folder / "accepted", "m") if evidence else None,
        problem=problem,
        enough=enough or threading.Event(),
    )
    sources = Sources(store or Store(folder), mode, folder / "accepted", explain=explain)
    return list(fill([batch], recipe, sources, stop or threading.Event(), lambda _: None, limits))


def obtained(events: list[Event]) -> dict[str, bool]:
    """Article id to whether its reply was recalled."""
    return {e.article: e.recalled for e in events if isinstance(e, Obtained)}


def test_each_article_is_asked_once_and_never_again(tmp_path: Path) -> None:
    """The second run recalls everything, and builds no model."""
    first, second = Scripted(), Scripted()

    assert obtained(run(first, tmp_path)) == dict.fromkeys(ARTICLES, False)
    assert obtained(run(second, tmp_path)) == dict.fromkeys(ARTICLES, True)
    assert (first.asked, first.built, first.closed) == (ARTICLES, 1, 1)
    assert (second.asked, second.built, second.closed) == ([], 0, 1)


def test_changed_words_are_asked_and_named(tmp_path: Path) -> None:
    """After a change of the prompt everything is asked again, because of the recipe."""
    run(Scripted(), tmp_path)
    changed = Recipe(task="t", system="Answer!", schema={})

    events = run(Scripted(), tmp_path, recipe=changed)

    why = {event.why for event in events if isinstance(event, Obtained)}
    assert why == {"recipe (preamble) changed since the nearest stored answer"}


def test_a_failure_of_one_article_leaves_the_others(tmp_path: Path) -> None:
    """A time-out is told with its kind, is not stored, and is tried again in the next run."""
    late = AnswerTimeout("no reply in time")

    events = run(Scripted(failures={"two": late}), tmp_path)
    again = Scripted()

    assert Failed("m", "two", "AnswerTimeout", "no reply in time", tries=1) in events
    assert set(obtained(events)) == {"one", "three"}
    assert obtained(run(again, tmp_path)) == {"one": True, "two": False, "three": True}


def test_a_dead_server_ends_the_batch_without_trying_on(tmp_path: Path) -> None:
    """After a few tries what comes after is told as failed at once, with the same line."""
    engine = Scripted(failures={"two": ServerUnreachable("nobody answers")})

    events = run(engine, tmp_path)

    assert Counter(engine.asked) == {"one": 1, "two": ServerUnreachable.tries}
    failed = [(e.article, e.message) for e in events if isinstance(e, Failed)]
    assert failed == [("two", "nobody answers"), ("three", "nobody answers")]


def test_a_server_that_dies_costs_nothing_that_is_stored(tmp_path: Path) -> None:
    """What is asked in vain is not measured; what an earlier run stored is recalled, before and after."""
    run(Scripted(), tmp_path, articles=["one", "three"])
    engine = Scripted(failures={"two": ServerUnreachable("nobody answers")})

    events = run(engine, tmp_path)

    assert obtained(events) == {"one": True, "three": True}
    assert [e.article for e in events if isinstance(e, Failed)] == ["two"]


def test_a_model_that_cannot_be_had_fails_every_article(tmp_path: Path) -> None:
    """Nothing is asked; each article has the reason; the engine is closed."""
    engine = Scripted(unavailable=ModelUnavailable("no such model"))

    events = run(engine, tmp_path)

    assert [e.message for e in events if isinstance(e, Failed)] == ["no such model"] * 3
    assert (engine.asked, engine.closed) == ([], 1)


@pytest.mark.parametrize("error", [ServerFailed("broken"), ModelUnavailable("no such template")])
def test_a_model_that_cannot_be_built_is_not_built_for_every_article(
    tmp_path: Path, error: NotMeasured
) -> None:
    """A load that fails takes minutes; it is repeated as often as its kind is worth, and no more."""
    engine = Scripted(unbuildable=error)

    events = run(engine, tmp_path)

    assert [e.message for e in events if isinstance(e, Failed)] == [error.message] * 3
    assert engine.built == error.tries


def test_a_request_that_recovers_is_one_reply_after_several_tries(tmp_path: Path) -> None:
    """A busy server is asked again, and the number of tries is told."""
    engine = Scripted(failures={"two": [ServerBusy("busy"), ServerBusy("busy")]})

    events = run(engine, tmp_path)

    assert obtained(events) == dict.fromkeys(ARTICLES, False)
    assert {e.article: e.tries for e in events if isinstance(e, Obtained)} == {
        "one": 1, "two": 3, "three": 1,
    }  # fmt: skip


def test_a_sick_server_is_given_up_after_a_few_articles(tmp_path: Path) -> None:
    """Three time-outs in a row end the model's run with one reason, not forty-eight time-outs."""
    many = [f"article-{number}" for number in range(48)]
    engine = Scripted(failures=dict.fromkeys(many, AnswerTimeout("no reply in time")))

    events = run(engine, tmp_path, articles=many)

    failed = [e for e in events if isinstance(e, Failed)]
    assert engine.asked == many[:3]
    assert [e.kind for e in failed] == ["AnswerTimeout"] * 3 + ["GaveUp"] * 45
    assert [e.ends_model for e in failed] == [False] * 2 + [True] * 46
    assert (
        "after 3 failures in a row, the last on article-2: no reply in time" in failed[-1].message
    )


def test_what_lies_in_the_articles_is_no_sickness_of_the_server(tmp_path: Path) -> None:
    """Any number of articles that do not fit leaves the others their turn."""
    many = [f"article-{number}" for number in range(9)]
    engine = Scripted(failures=dict.fromkeys(many[:8], PromptTooLong("too long")))

    events = run(engine, tmp_path, articles=many)

    assert engine.asked == many
    assert obtained(events) == {"article-8": False}


def test_a_good_reply_clears_the_server_of_suspicion(tmp_path: Path) -> None:
    """Failures count only in a row."""
    many = [f"article-{number}" for number in range(9)]
    bad = [name for number, name in enumerate(many) if number % 3 != 2]
    engine = Scripted(failures=dict.fromkeys(bad, AnswerTimeout("late")))

    events = run(engine, tmp_path, articles=many)

    assert len(obtained(events)) == 3
    assert {e.kind for e in events if isinstance(e, Failed)} == {"AnswerTimeout"}


def test_as_many_are_asked_at_once_as_the_entry_says(tmp_path: Path) -> None:
    """Four requests are open together, never five, and each article is asked once."""
    many = [f"article-{number}" for number in range(12)]
    barrier = threading.Barrier(4, timeout=20)
    engine = Scripted(then=lambda: void(barrier.wait()))
    spec = replace(SPEC, concurrency=4)

    events = run(engine, tmp_path, spec=spec, articles=many)

    assert sorted(engine.asked) == sorted(many)
    assert len(obtained(events)) == 12


def test_the_first_question_waits_for_no_other_look_up(tmp_path: Path) -> None:
    """Asking begins with the first miss, and only a few of what follows are looked up before their turn."""
    many = [f"article-{number}" for number in range(100)]
    looked: list[int] = []

    class Counting(Store):
        count = 0

        def get(self, key: str) -> Stored | None:
            self.count += 1
            return super().get(key)

    store = Counting(tmp_path)
    engine = Scripted(then=lambda: looked.append(store.count))

    events = run(engine, tmp_path, articles=many, store=store)

    assert len(obtained(events)) == 100
    assert engine.asked == many
    assert looked[0] <= 5
    assert all(count <= number + 6 for number, count in enumerate(looked))


def test_replies_share_what_is_equal_in_them(tmp_path: Path) -> None:
    """Thousands of stored replies are not to hold the prompt and the identity once each."""
    run(Scripted(), tmp_path)

    events = run(Scripted(), tmp_path)

    stored = [event.stored for event in events if isinstance(event, Obtained)]
    assert len(stored) == 3
    assert len({id(one.identity) for one in stored}) == 1
    assert {id(one.parts["recipe"]) for one in stored} == {id(RECIPE.system)}


def test_nobody_reads_old_replies_to_explain_what_nobody_asked_for(tmp_path: Path) -> None:
    """Why the store had none is found out for --explain-asks, and for an error that says so."""
    run(Scripted(), tmp_path)
    changed = Recipe(task="t", system="Answer!", schema={})

    events = run(Scripted(), tmp_path, recipe=changed, explain=False)

    assert {event.why for event in events if isinstance(event, Obtained)} == {""}


def test_the_interval_of_threads_is_that_of_before_afterwards(tmp_path: Path) -> None:
    """It is shorter while a model is asked, since replies wait for it."""
    usual, while_asking = sys.getswitchinterval(), []
    engine = Scripted(then=lambda: while_asking.append(sys.getswitchinterval()))

    run(engine, tmp_path)

    assert max(while_asking) < usual
    assert sys.getswitchinterval() == usual


def test_the_time_of_a_run_ends_it(tmp_path: Path) -> None:
    """What was open and what was not begun is not measured, and says so; what came is kept."""
    release = threading.Event()
    engine = Scripted(then=lambda: void(len(engine.asked) < 2 or release.wait(20)))

    events = run(engine, tmp_path, limits=replace(QUICK, seconds=1.5))
    release.set()

    failed = [e for e in events if isinstance(e, Failed)]
    assert obtained(events) == {"one": False}
    assert [(e.article, e.kind) for e in failed] == [("two", "TimeUp"), ("three", "TimeUp")]
    assert "the 1.5 s of this run are over" in failed[0].message


@pytest.mark.parametrize("slow", ["on_identify", "on_build"])
def test_the_time_of_a_run_counts_before_the_first_article(tmp_path: Path, slow: str) -> None:
    """A pull, or a load, that takes longer than the run may is not waited for, and nothing is asked."""
    release = threading.Event()
    engine = Scripted(**{slow: lambda: void(release.wait(20))})  # type: ignore[arg-type]

    events = run(engine, tmp_path, limits=replace(QUICK, seconds=0.2))
    release.set()

    assert [e.kind for e in events if isinstance(e, Failed)] == ["TimeUp"] * 3
    assert (engine.asked, engine.closed) == ([], 1)


def test_what_is_stored_is_recalled_when_the_time_is_over(tmp_path: Path) -> None:
    """Finding out who answers costs a moment, and no answer that is there is lost for it."""
    run(Scripted(), tmp_path)

    events = run(Scripted(), tmp_path, limits=Limits(seconds=1e-9))

    assert obtained(events) == dict.fromkeys(ARTICLES, True)


@pytest.mark.parametrize("slow", ["on_identify", "on_build"])
def test_stopping_waits_for_no_pull_and_no_load(tmp_path: Path, slow: str) -> None:
    """Both can take minutes; nobody is asked anything afterwards."""
    stop, release = threading.Event(), threading.Event()

    def pull() -> None:
        stop.set()
        release.wait(20)

    engine = Scripted(**{slow: pull})  # type: ignore[arg-type]

    events = run(engine, tmp_path, stop=stop)
    release.set()

    assert {e.kind for e in events if isinstance(e, Failed)} == {"NotAsked"}
    assert (engine.asked, engine.closed) == ([], 1)


def test_enough_of_a_model_lets_finish_what_is_open(tmp_path: Path) -> None:
    """It is stored and told; the others are neither asked nor told of as failed."""
    enough = threading.Event()

    events = run(engine := Scripted(then=enough.set), tmp_path, enough=enough)

    assert engine.asked == ["one"]
    assert obtained(events) == {"one": False}
    assert not [event for event in events if isinstance(event, Failed)]


def test_enough_waits_for_no_load(tmp_path: Path) -> None:
    """Where what was stored did, the model need not be built."""
    enough, release = threading.Event(), threading.Event()
    run(Scripted(), tmp_path, articles=ARTICLES[:1])

    def load() -> None:
        enough.set()
        release.wait(20)

    events = run(engine := Scripted(on_build=load), tmp_path, enough=enough)
    release.set()

    assert engine.asked == []
    assert obtained(events) == {"one": True}
    assert not [event for event in events if isinstance(event, Failed)]


def void(_: object) -> None:
    """Nothing, whatever came."""


def test_a_mistake_in_an_engine_is_no_failure_of_a_server(tmp_path: Path) -> None:
    """It ends the asking with its own traceback; nobody waits for ever for its reply."""
    engine = Scripted(then=lambda: void(1 // 0))

    with pytest.raises(ZeroDivisionError):
        run(engine, tmp_path)


def test_a_broken_connection_costs_no_reply(tmp_path: Path) -> None:
    """The article is asked again, the others as ever."""
    engine = Scripted(failures={"one": [ConnectionBroken("reset")]})

    assert obtained(run(engine, tmp_path)) == dict.fromkeys(ARTICLES, False)
    assert Counter(engine.asked) == {"one": 2, "two": 1, "three": 1}


def test_a_store_that_cannot_keep_a_reply_ends_the_asking(tmp_path: Path) -> None:
    """Nothing more is asked that would be lost."""
    (tmp_path / "asked").write_text("a file where the folder should be", encoding="utf-8")
    engine = Scripted()

    events = run(engine, tmp_path)

    assert [e.kind for e in events if isinstance(e, Failed)] == ["StoreDamaged"] * 3
    assert engine.asked == ["one"]


def test_a_known_problem_opens_no_engine(tmp_path: Path) -> None:
    """A server that was found dead before is not spoken to again."""
    engine = Scripted()

    events = run(engine, tmp_path, problem=Unreached("ServerUnreachable", "nobody answers"))

    assert {(e.kind, e.message) for e in events if isinstance(e, Failed)} == {
        ("ServerUnreachable", "nobody answers")
    }
    assert engine.closed == 0


def test_fresh_asks_again(tmp_path: Path) -> None:
    """--answers=fresh takes nothing from the store."""
    run(Scripted(), tmp_path)
    engine = Scripted()

    assert obtained(run(engine, tmp_path, mode=Mode.FRESH)) == dict.fromkeys(ARTICLES, False)
    assert engine.asked == ARTICLES


def test_stopping_ends_after_the_open_request(tmp_path: Path) -> None:
    """What came is kept; what was not begun is not asked."""
    stop = threading.Event()
    engine = Scripted(then=stop.set)

    events = run(engine, tmp_path, stop=stop)

    assert obtained(events) == {"one": False}
    assert engine.asked == ["one"]


def accept(folder: Path) -> None:
    """Ask, and keep the replies as accepted."""
    events = run(Scripted(), folder)
    identity = next(e.identity for e in events if isinstance(e, Prepared))
    pairs = [
        (Request("m", e.article, f"text of {e.article}"), e.stored)
        for e in events
        if isinstance(e, Obtained)
    ]
    write_evidence(folder / "accepted", "m", identity, RECIPE, pairs)


def test_a_replay_needs_no_engine(tmp_path: Path) -> None:
    """Identity and replies come from what was accepted."""
    accept(tmp_path)
    engine = Scripted(unavailable=ServerUnreachable("there is no server"))

    events = run(engine, tmp_path, mode=Mode.REPLAY, evidence=True)

    assert obtained(events) == dict.fromkeys(ARTICLES, True)
    assert engine.closed == 0


def test_a_replay_of_other_words_says_that_nobody_asked(tmp_path: Path) -> None:
    """A prompt that was never put to the model is not answered by what it said to another."""
    accept(tmp_path)
    changed = Recipe(task="t", system="Answer!", schema={})

    events = run(Scripted(), tmp_path, mode=Mode.REPLAY, evidence=True, recipe=changed)

    failed = [e for e in events if isinstance(e, Failed)]
    assert [e.kind for e in failed] == ["NeverAsked"] * 3
    assert all("nobody has asked m this prompt" in e.message for e in failed)
    assert all("recipe (preamble) changed" in e.message for e in failed)


def test_a_replay_without_accepted_replies_says_how_to_get_them(tmp_path: Path) -> None:
    """A model that nobody accepted cannot be replayed."""
    events = run(Scripted(), tmp_path, mode=Mode.REPLAY)

    assert all(isinstance(e, Failed) and "m has no accepted replies" in e.message for e in events)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ModelSpec(name="m", engine="other", base="b"), "its engine is other"),
        (ModelSpec(name="m", engine="scripted", base="b"), ""),
    ],
)
def test_a_replay_is_of_the_model_that_is_configured(
    tmp_path: Path, spec: ModelSpec, reason: str
) -> None:
    """Replies of another engine, base or options than models.yaml has are no replies of this one."""
    accept(tmp_path)

    events = run(Scripted(), tmp_path, mode=Mode.REPLAY, evidence=True, spec=spec)

    failed = [e.message for e in events if isinstance(e, Failed)]
    assert all(reason in message for message in failed)
    assert len(failed) == (3 if reason else 0)


def test_accepted_replies_answer_a_run_with_an_empty_store(tmp_path: Path) -> None:
    """On a fresh clone whose server has the same model nothing is asked."""
    accept(tmp_path / "a")
    (tmp_path / "a" / "accepted").rename(tmp_path / "accepted")
    engine = Scripted()

    assert obtained(run(engine, tmp_path, evidence=True)) == dict.fromkeys(ARTICLES, True)
    assert engine.asked == []


def test_another_server_version_is_asked_anew(tmp_path: Path) -> None:
    """A reply of another server version is no answer of this one."""
    run(Scripted(), tmp_path)

    events = run(Scripted(server="2"), tmp_path)

    why = {event.why for event in events if isinstance(event, Obtained)}
    assert why == {"server changed since the nearest stored answer"}


@pytest.mark.parametrize("share", [0.5])
def test_a_damaged_entry_costs_its_article_only(tmp_path: Path, share: float) -> None:
    """It is told as not measured with the file's name; the others are recalled."""
    run(Scripted(), tmp_path)
    path = sorted((tmp_path / "answers").rglob("*.json"))[0]
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    events = run(Scripted(), tmp_path)

    failed = [e for e in events if isinstance(e, Failed)]
    assert [e.kind for e in failed] == ["StoreDamaged"]
    assert path.name in failed[0].message
    assert len(obtained(events)) == 2
