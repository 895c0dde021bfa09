"""Every row of the table, through engine, official client and ``fill``: its name, its tries, nothing lost."""

import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from slm_harness.asking import Batch, Event, Failed, Limits, Obtained, fill
from slm_harness.breach import TASK
from slm_harness.errors import AnswerTimeout, ServerBusy
from slm_harness.printable import printable
from slm_harness.records import Outcome, Verdict
from slm_harness.retrying import Patience
from slm_harness.session import Case, Evaluation, Settings
from tests.doubles import ROOT, StandingDouble
from tests.failures.row import Right, Row, Unusable
from tests.failures.stage import BEFALLEN, MODEL, OllamaStage, OpenAIStage, Stage
from tests.failures.table import PLAYED
from tests.projects import LABELS, PAGES

LIMITS = Limits(patience=Patience(first=0.001, longest=0.002, budget=5))
PAUSE = "; again in "
_GRADED: dict[tuple[str, str, str], Sequence[Outcome]] = {}


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """Three labelled articles and the project's own prompt, loaded once."""
    folder = tmp_path_factory.mktemp("articles")
    for article, page in PAGES.items():
        (folder / f"{article}.html").write_text(page, encoding="utf-8")
        (folder / f"{article}.yaml").write_text(LABELS[article], encoding="utf-8")
    settings = Settings(
        task=TASK,
        prompt=ROOT / "evals" / "prompts" / "breach.yaml",
        models=ROOT / "evals" / "models.yaml",
        articles=folder,
        answers=folder / "answers",
        snapshots=folder / "snapshots",
        store=folder / "store",
        reports=folder / "reports",
        limits=LIMITS,
    )
    return Evaluation.load(settings, {}, {})


@dataclass
class Played:
    """One run of all articles."""

    events: list[Event]
    told: list[str] = field(default_factory=list)
    """What was said on the way."""

    @property
    def pauses(self) -> list[str]:
        """What was said before each further try."""
        return [line for line in self.told if PAUSE in line]

    def result(self, article: str) -> Obtained | Failed:
        """What became of an article; there is one event for each."""
        (found,) = (
            e for e in self.events if isinstance(e, Obtained | Failed) and e.article == article
        )
        return found


class Run:
    """An evaluation of one model whose replies are kept in a folder of its own."""

    def __init__(self, articles: Evaluation, row: Row, stage: Stage, folder: Path) -> None:
        settings = replace(articles.settings, store=folder / "store")
        spec = stage.spec(row)
        self.evaluation = replace(articles, settings=settings, models={MODEL: spec})
        self.address = stage.address
        self._row, self._stage = row, stage

    def play(self, limits: Limits = LIMITS) -> Played:
        """Ask for everything that is not there yet."""
        played = Played([])
        wanted = [(MODEL, article) for article in self.evaluation.articles]

        def told(line: str) -> None:
            played.told.append(line)
            if PAUSE in line and self._row.restarts:
                self._stage.mend()

        played.events += fill(
            [self._padded(batch) for batch in self.evaluation.batches(wanted, {})],
            self.evaluation.recipe,
            self.evaluation.sources,
            threading.Event(),
            told,
            limits,
        )
        return played

    def _padded(self, batch: Batch) -> Batch:
        longer = "\nThe rest of the page is about other things." * (self._row.padding // 44)
        return replace(
            batch,
            requests=[
                replace(one, prompt=one.prompt + longer) if one.article == BEFALLEN else one
                for one in batch.requests
            ],
        )

    def verdicts(self, result: Obtained | Failed) -> dict[Verdict, int]:
        """How often each verdict comes out of the grading of one article."""
        return Counter(one.verdict for one in self._outcomes(result))

    def reasons(self, result: Obtained | Failed) -> list[str]:
        """Why the answers about one article that are unusable are so."""
        return [o.reason for o in self._outcomes(result) if o.verdict is Verdict.UNUSABLE]

    def _outcomes(self, result: Obtained | Failed) -> Sequence[Outcome]:
        """The grades of one article. The same words are graded once for all rows, which most have."""
        if isinstance(result, Failed):
            return self._grade(result)
        words = (result.article, result.stored.reply.finish, result.stored.reply.text)
        if words not in _GRADED:
            _GRADED[words] = self._grade(result)
        return _GRADED[words]

    def _grade(self, result: Obtained | Failed) -> Sequence[Outcome]:
        cases = (Case(MODEL, result.article, question) for question in TASK.ids)
        return tuple(self.evaluation.outcome(case, result) for case in cases)


@pytest.fixture
def ollama_stage(standing_double: StandingDouble, tmp_path: Path) -> OllamaStage:
    """Where rows of the engine ``ollama`` are played."""
    return OllamaStage(standing_double, tmp_path)


@pytest.fixture
def openai_stage(standing_openai: StandingDouble, tmp_path: Path) -> OpenAIStage:
    """Where rows of the engine ``openai`` are played."""
    return OpenAIStage(standing_openai, tmp_path)


@pytest.mark.parametrize("row", PLAYED, ids=lambda row: row.id)
def test_every_failure_has_its_name_and_costs_no_answer(
    row: Row,
    articles: Evaluation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """The named outcome after so many tries; nothing else lost, nothing wrong; then all is right."""
    stage: Stage = request.getfixturevalue(f"{row.engine}_stage")
    stage.play(row)
    enter(stage, monkeypatch)
    run = Run(articles, row, stage, tmp_path)

    first = run.play()

    result = first.result(BEFALLEN)
    check_outcome(row, run, result)
    assert (result.tries if row.phase == "answer" else 1 + len(first.pauses)) == row.tries
    assert stage.befallen(row) == (row.tries if row.reached is None else row.reached)
    check_others(row, run, first)
    check_secrets(stage, first, tmp_path / "store")
    asked_before = len(stage.prompts())
    stage.mend()

    second = run.play()

    missing = [e.article for e in first.events if isinstance(e, Failed)]
    fresh = [e.article for e in second.events if isinstance(e, Obtained) and not e.recalled]
    assert sorted(fresh) == sorted(missing)
    assert len(stage.prompts()) - asked_before == len(missing)
    for article in run.evaluation.articles:
        if article != BEFALLEN or not isinstance(row.outcome, Unusable):
            assert run.verdicts(second.result(article)) == {Verdict.RIGHT: 9}


def test_a_sick_server_is_left_alone(
    articles: Evaluation, ollama_stage: OllamaStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some failures in a row the rest is not asked, and the line names the last of them."""
    row = Row("busy-503", "", ServerBusy, requests="2-")
    ollama_stage.play_for_all(row)
    enter(ollama_stage, monkeypatch)

    played = Run(articles, row, ollama_stage, tmp_path).play(replace(LIMITS, in_a_row=2))

    failed = [event for event in played.events if isinstance(event, Failed)]
    assert [(one.kind, one.tries, one.ends_model) for one in failed] == [
        ("ServerBusy", 6, False),
        ("ServerBusy", 6, True),
        ("GaveUp", 0, True),
    ]
    assert "server busy" in failed[-1].message


def test_a_run_ends_when_its_time_is_over(
    articles: Evaluation, ollama_stage: OllamaStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is open is not waited for, and what has not begun is not begun; both are TimeUp."""
    row = Row("slow-first-byte", "", AnswerTimeout, delay=30)
    ollama_stage.play(row)
    enter(ollama_stage, monkeypatch)

    played = Run(articles, row, ollama_stage, tmp_path).play(replace(LIMITS, seconds=1))

    after = [played.result(article) for article in (BEFALLEN, "mill-lane")]
    assert [one.kind for one in after if isinstance(one, Failed)] == ["TimeUp", "TimeUp"]


def enter(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine find the stage's server."""
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)


def test_a_model_is_loaded_once(
    articles: Evaluation,
    ollama_stage: OllamaStage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Load, proof and articles have the same options, so that no request makes the server load anew."""
    row = Row("glued-chunks", "", Right())
    ollama_stage.play(row)
    enter(ollama_stage, monkeypatch)

    Run(articles, row, ollama_stage, tmp_path).play()

    assert ollama_stage.loads() == 1


def check_outcome(row: Row, run: Run, result: Obtained | Failed) -> None:
    """What became of the article that the fault befell."""
    verdicts = run.verdicts(result)
    if isinstance(row.outcome, Right):
        assert verdicts == {Verdict.RIGHT: 9}, result
    elif isinstance(row.outcome, Unusable):
        expected = {
            Verdict.UNUSABLE: row.outcome.questions,
            Verdict.RIGHT: 9 - row.outcome.questions,
        }
        assert verdicts == Counter(expected), result
        assert all(row.outcome.problem in reason for reason in run.reasons(result))
    else:
        assert isinstance(result, Failed)
        assert (result.kind, result.ends_model) == (row.outcome.__name__, row.ends), result.message
        assert verdicts == {Verdict.NOT_MEASURED: 9}
        assert printable(result.message) == result.message
        assert len(result.message) < 700
        assert re.search(row.says, result.message)
        # What is the model's alone, such as its template, names the model.
        assert run.address in result.message or MODEL in result.message


def check_others(row: Row, run: Run, played: Played) -> None:
    """The articles before it are right; those after it too, unless the model's run was ended."""
    ids = list(run.evaluation.articles)
    for article in ids:
        if article == BEFALLEN:
            continue
        result = played.result(article)
        before = row.phase == "answer" and ids.index(article) < ids.index(BEFALLEN)
        if before or not row.ends:
            assert run.verdicts(result) == {Verdict.RIGHT: 9}, result
        else:
            assert isinstance(result, Failed)
            assert result.kind == played.result(BEFALLEN).kind  # type: ignore[union-attr]
            assert result.tries == 0


def check_secrets(stage: Stage, played: Played, store: Path) -> None:
    """No event, line or stored answer has a key in it."""
    if not stage.secrets:
        return
    stored = [path.read_text(encoding="utf-8") for path in store.rglob("*") if path.is_file()]
    shown = repr((played.events, played.told, stored))
    for secret in stage.secrets:
        assert secret not in shown
