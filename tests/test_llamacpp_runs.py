"""Whole runs on real models under llama.cpp: what no double can show. Each starts real processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from slm_harness.asking import Batch, Event, Failed, Limits, Mode, Obtained, Sources, fill
from slm_harness.breach import TASK
from slm_harness.engines import open_engine, sampled
from slm_harness.engines.llamacpp.engine import LlamaCppEngine
from slm_harness.engines.llamacpp.hub import fetched, hub_file
from slm_harness.engines.llamacpp.server import LlamaServer, Load
from slm_harness.errors import ModelUnavailable, NotMeasured, RunnerStopped, ServerFailed
from slm_harness.reading import read
from slm_harness.records import ModelSpec, Recipe, Reply, Request
from slm_harness.retrying import Patience
from slm_harness.store import Store
from tests.hub_double import hub_double
from tests.processes import is_gone, llama_children, wait_for
from tests.projects import PAGES, Project, Run, environment, lines_with
from tests.test_slow import more_articles
from tests.tiny_gguf import write_tiny

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
SYSTEM = "Answer the nine questions about the article with a JSON object. " * 6
RECIPE = Recipe(task="breach", system=SYSTEM, schema=TASK.schema)
QUICK = ("-o", "slm_pause=0.05")


def quiet(_: str) -> None:
    """Shows nothing."""


def spec_of(model: Path, concurrency: int = 1, **options: object) -> ModelSpec:
    """An entry for a file."""
    given = {"n_threads": 1, "max_tokens": 900, **options}
    return ModelSpec(
        "tiny", "llamacpp", str(model), given, timeout=60, concurrency=concurrency
    )  # fmt: skip


@contextmanager
def built(spec: ModelSpec) -> Iterator[LlamaCppEngine]:
    """An engine that is ready for its first article."""
    with closing(open_engine(spec, None)) as engine:
        assert isinstance(engine, LlamaCppEngine)
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        yield engine


def requests(count: int) -> list[Request]:
    """Short articles, each with a number of its own."""
    text = "Harbour Dental said that {} files were copied in June 2025."
    return [Request("tiny", f"article-{n}", text.format(4120 + n)) for n in range(count)]


# ---------------------------------------------------------------- an engine on its own


def test_nine_answers_keep_to_the_schema(tiny_model: Path) -> None:
    """A model of random weights cannot but answer all nine questions in their form, at any seed."""
    replies = []
    for seed in range(3):
        with built(spec_of(tiny_model, temperature=1.0, top_k=40, seed=seed)) as engine:
            replies += [engine.ask(request) for request in requests(4)]

    assert {reply.finish for reply in replies} == {"stop"}
    assert all(read(reply, TASK).conforms for reply in replies)
    assert len({reply.text for reply in replies}) > 6


def test_samples_differ_by_their_seeds_and_by_nothing_else(tiny_model: Path) -> None:
    """At 0.7 another seed gives other words and the same seed the same; with top_k 1 all would be one."""
    (request,) = requests(1)
    drawn = sampled(ModelSpec("tiny", "llamacpp", str(tiny_model)))
    with built(spec_of(tiny_model, 1, **drawn.options)) as engine:
        first, second = (engine.ask(replace(request, sample=i)).text for i in (0, 1))
        again = engine.ask(replace(request, sample=1)).text
    # Another seed by the entry, and sample 0: the same request as sample 1 of seed 0.
    with built(spec_of(tiny_model, 1, **{**drawn.options, "seed": 1})) as engine:
        elsewhere = engine.ask(request).text
    with built(spec_of(tiny_model, 1, **{**drawn.options, "top_k": 1})) as engine:
        greedy = {engine.ask(replace(request, sample=i)).text for i in (0, 1, 2)}

    assert first != second
    assert again == second == elsewhere
    assert len(greedy) == 1


def test_four_at_once_say_what_they_say_alone(tiny_model: Path) -> None:
    """Each article's answer is the same in four slots at once and one after the other."""
    articles = [Request("tiny", article, page) for article, page in PAGES.items()]
    wanted = [*articles, *requests(3)]
    with built(spec_of(tiny_model, concurrency=4)) as engine:
        alone = [engine.ask(request) for request in wanted]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(engine.ask, wanted))

    assert [reply.text for reply in together] == [reply.text for reply in alone]
    assert len({reply.text for reply in alone}) > 1


def test_four_at_once_are_served_together(tmp_path: Path) -> None:
    """Four replies of equal length end together: one after the other, the first would end much earlier."""
    model = write_tiny(tmp_path / "endless.gguf", "ascii")
    ends: list[float] = []

    def asked(engine: LlamaCppEngine, request: Request) -> Reply:
        reply = engine.ask(request)
        ends.append(time.monotonic())
        return reply

    with built(spec_of(model, concurrency=4, max_tokens=300)) as engine:
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(partial(asked, engine), requests(4)))

    assert {reply.reply_tokens for reply in together} == {300}
    assert ends[0] - began > 0.5 * (ends[-1] - began)


def test_a_child_killed_while_it_reads_costs_that_try_only(tiny_model: Path) -> None:
    """The open request fails as what it is, and the next try finds a new child and the same answer."""
    failures: list[NotMeasured] = []
    (request,) = requests(1)
    with built(spec_of(tiny_model)) as engine:
        before = engine.ask(request)
        (child,) = llama_children(os.getpid())
        # Standing still, it is certain to be reading when it is killed.
        os.kill(child, signal.SIGSTOP)

        def put() -> None:
            try:
                engine.ask(request)
            except NotMeasured as error:
                failures.append(error)

        reader = threading.Thread(target=put, daemon=True)
        reader.start()
        reader.join(timeout=1)
        os.kill(child, signal.SIGKILL)
        reader.join(timeout=20)
        after = engine.ask(request)

    assert [type(failure) for failure in failures] == [RunnerStopped]
    assert "signal 9, SIGKILL" in failures[0].message
    assert after.text == before.text


def test_malformed_utf8_is_a_failure_and_never_an_answer(tmp_path: Path) -> None:
    """llama.cpp gives 500 for bytes that are no text: the engine failed, not the model."""
    noisy = write_tiny(tmp_path / "noisy.gguf", "none")
    said: list[str] = []
    with built(spec_of(noisy, temperature=1.0, top_k=0)) as engine:
        for request in requests(6):
            try:
                engine.ask(request)
            except ServerFailed as error:
                said.append(error.message)

    assert said
    assert all("(500): The model produced output that does not match" in one for one in said)


def test_a_child_that_died_is_started_anew_three_times_at_most(tiny_model: Path) -> None:
    """Each start is another process with another key; a model that always dies ends the run."""
    seen = []
    with closing(LlamaServer(Load(tiny_model, window=512, slots=1, reply=16, threads=1))) as server:
        for _ in range(3):
            served = server.served()
            assert server.death_of(served) is None
            os.kill(served.pid, signal.SIGKILL)
            assert server.death_of(served) == "signal 9, SIGKILL"
            seen.append(served)
        with pytest.raises(ModelUnavailable, match=r"ended 3 times .*signal 9, SIGKILL"):
            server.served()

    assert len({one.pid for one in seen}) == len({one.key for one in seen}) == 3
    assert llama_children(os.getpid()) == []


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_server_killed_in_the_middle_costs_what_was_open(
    tiny_model: Path, tmp_path: Path, at_once: int
) -> None:
    """Every article is obtained, and only what was open at the kill was put a second time."""
    wanted = requests(10)
    spec = spec_of(tiny_model, concurrency=at_once)
    batch = Batch("tiny", partial(open_engine, spec, None), spec, local=False, requests=wanted)
    sources = Sources(Store(tmp_path / "store"), Mode.AUTO, tmp_path)
    limits = Limits(patience=Patience(first=0.05))
    events: list[Event] = []
    served: list[int] = []
    for event in fill([batch], RECIPE, sources, threading.Event(), quiet, limits):
        events.append(event)
        if len(events) in (4, 10):
            served += llama_children(os.getpid())
        if len(events) == 4:
            os.kill(served[0], signal.SIGKILL)
    obtained = [event for event in events if isinstance(event, Obtained)]
    again = list(fill([batch], RECIPE, sources, threading.Event(), quiet, limits))

    assert not [event for event in events if isinstance(event, Failed)]
    assert sorted(one.article for one in obtained) == sorted(one.article for one in wanted)
    assert len(set(served)) == 2
    assert sum(one.tries - 1 for one in obtained) <= at_once
    assert all(isinstance(one, Obtained) and one.recalled for one in again[1:])
    assert llama_children(os.getpid()) == []


# ---------------------------------------------------------------- parents that end

PARENT = """
import sys, time
from pathlib import Path
from slm_harness.engines.llamacpp.server import LlamaServer, Load
server = LlamaServer(Load(Path(sys.argv[1]), window=512, slots=1, reply=16, threads=1))
{before}
print(server.served().pid, flush=True)
time.sleep(60)
"""
HOLDS_THE_PIPE = """
import os
opened = os.popen
import subprocess
class Leaky(subprocess.Popen):
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        if os.fork() == 0:
            os.close(1)
            time.sleep(30)
            os._exit(0)
subprocess.Popen = Leaky
"""


@pytest.mark.parametrize("before", ["", HOLDS_THE_PIPE], ids=["alone", "a-sibling-holds-the-pipe"])
def test_a_child_dies_with_its_parent(tiny_model: Path, before: str) -> None:
    """After kill -9 of the parent the child is gone within 5 s, even if a fork still has the pipe open."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.format(before=before), str(tiny_model)],
        cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True,
    ) as parent:  # fmt: skip
        try:
            (child,) = wait_for(partial(llama_children, parent.pid), 20)
            assert parent.stdout is not None
            served = int(parent.stdout.readline())
            parent.kill()
            killed = time.monotonic()
            wait_for(partial(is_gone, child), 20)
            took = time.monotonic() - killed
        finally:
            os.killpg(parent.pid, signal.SIGKILL)

    assert child == served
    assert took < 5


def test_a_child_holds_no_pipe_of_its_parent(tiny_model: Path) -> None:
    """Who reads what the run prints comes to its end though the child lives, and waits for nobody."""
    before = "import os, threading; threading.Timer(20, os._exit, [0]).start()"
    ends_its_output = PARENT.format(before=before).replace(
        "time.sleep(60)", "os.close(1); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", ends_its_output, str(tiny_model)],
        cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True,
    ) as parent:  # fmt: skip
        try:
            assert parent.stdout is not None
            said = parent.stdout.read()
            alive = llama_children(parent.pid)
        finally:
            os.killpg(parent.pid, signal.SIGKILL)

    assert alive == [int(said)]


def test_a_child_dies_with_its_parent_while_it_loads(tmp_path: Path) -> None:
    """Loading holds Python's lock for as long as it takes; the end of the pipe ends it all the same."""
    model = tmp_path / "fifo.gguf"
    os.mkfifo(model)  # nobody writes to it, so that opening it takes for ever
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.format(before=""), str(model)],
        cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL,
    ) as parent:  # fmt: skip
        try:
            (child,) = wait_for(partial(llama_children, parent.pid), 20)
            # It has reached the fifo once it can be seen there.
            writer = wait_for(partial(_opened, model), 20)
            parent.kill()
            killed = time.monotonic()
            wait_for(partial(is_gone, child), 20)
            took = time.monotonic() - killed
            os.close(writer)
        finally:
            os.killpg(parent.pid, signal.SIGKILL)

    assert took < 5


def _opened(fifo: Path) -> int | None:
    """The fifo opened for writing, which works once somebody reads."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


# ---------------------------------------------------------------- whole runs


def configure(project: Project, model: Path | str, concurrency: int = 1, **options: object) -> None:
    """Give the project one model, called tiny."""
    entry = {
        "engine": "llamacpp",
        "base": str(model),
        "timeout": 60,
        "concurrency": concurrency,
        "options": {"n_threads": 1, "max_tokens": 900, **options},
    }
    models = {"models": {"baseline": {"engine": "baseline"}, "tiny": entry}}
    (project.path / "evals" / "models.yaml").write_text(json.dumps(models), encoding="utf-8")


def started(project: Project, *arguments: str) -> subprocess.Popen[bytes]:
    """Pytest on tiny in the background, leader of a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-m", "tiny", *QUICK, *arguments],
        cwd=project.path, env=environment("127.0.0.1:9"), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def stored(project: Project) -> dict[str, bytes]:
    """The stored replies so far."""
    folder = project.path / ".slm-harness" / "answers"
    return {path.name: path.read_bytes() for path in folder.glob("??/*.json")}


def failures(run: Run) -> Sequence[dict[str, object]]:
    """The articles that were not measured."""
    found = run.results["failures"]
    assert isinstance(found, list)
    return found


def test_a_run_on_a_file_measures_every_answer(project: Project, tiny_model: Path) -> None:
    """Nine answers to each article are graded; a second run asks for nothing and loads nothing."""
    configure(project, tiny_model)

    first = project.pytest("-m", "tiny", *QUICK)
    second = project.pytest("-m", "tiny", "--explain-asks", *QUICK)
    model = first.results["models"]["tiny"]

    assert set(first.verdicts()) <= {"right", "wrong"}
    assert sum(first.verdicts().values()) == 9 * len(PAGES)
    assert (model["conforming"], model["asked"]) == (len(PAGES), len(PAGES))
    assert model["identity"]["server"].startswith("xllamacpp 20")
    assert model["identity"]["machine"]["slots"] == 1
    assert second.verdicts() == first.verdicts()
    assert second.results["models"]["tiny"]["recalled"] == len(PAGES)
    assert "nothing was asked" in second.output


def test_a_model_of_the_command_line_is_enough(project: Project, tmp_path: Path) -> None:
    """``--model tiny=llamacpp:FILE`` is all that it takes, the file named from the project's folder."""
    write_tiny(project.path / "tiny.gguf")

    run = project.pytest(
        "-m", "tiny", "-k", "harbour", "--model", "tiny=llamacpp:tiny.gguf", *QUICK
    )

    assert sum(run.verdicts().values()) == 9
    assert "not-measured" not in run.verdicts()


def test_a_file_of_the_hub_is_fetched_and_measured(
    project: Project, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is not there, is fetched once, and later runs need no Hub."""
    configure(project, f"hf.co/tiny/Tiny-GGUF/q/{tiny_model.name}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with hub_double(tiny_model) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        first = project.pytest("-m", "tiny", "-k", "harbour", *QUICK)
        downloads = len(hub.downloads())
    second = project.pytest("-m", "tiny", "-k", "harbour", "--answers=fresh", *QUICK)

    assert downloads == 1
    assert sum(first.verdicts().values()) == sum(second.verdicts().values()) == 9
    assert "not-measured" not in {*first.verdicts(), *second.verdicts()}


def test_a_hub_that_is_not_there_is_one_line(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline and nothing in the cache: not measured, with what to do, and no traceback."""
    configure(project, "hf.co/tiny/Tiny-GGUF/q/tiny.gguf")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    run = project.pytest("-m", "tiny", *QUICK)

    assert run.code == 1
    assert lines_with(run.output, "the Hub cannot be reached", "HF_HUB_OFFLINE")
    assert "Traceback" not in run.output
    assert {failure["kind"] for failure in failures(run)} == {"PullFailed"}


def test_a_broken_download_goes_on_where_it_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request asks for the rest only, and the file is whole."""
    large = tmp_path / "large.gguf"
    large.write_bytes(os.urandom(2**20) * 24)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with hub_double(large) as hub:
        hub.cut_after = 15 * 2**20
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        path = fetched(hub_file("hf.co/tiny/Tiny-GGUF/q/large.gguf"), quiet, tmp_path / "hub")
        first, second = hub.downloads()

    assert "range" not in first
    assert second["range"].startswith("bytes=10")
    assert path.read_bytes() == large.read_bytes()


def test_replies_that_are_cut_off_are_unusable(project: Project, tmp_path: Path) -> None:
    """A model that never ends is cut at its limit of tokens: unusable, neither wrong nor a failure."""
    configure(project, write_tiny(tmp_path / "endless.gguf", "ascii"), max_tokens=60)

    run = project.pytest("-m", "tiny", *QUICK)

    assert run.verdicts() == {"unusable": 9 * len(PAGES)}
    assert {reply["finish"] for reply in run.results["replies"]} == {"length"}
    assert failures(run) == []


def test_an_article_that_does_not_fit_is_not_measured(project: Project, tmp_path: Path) -> None:
    """The one that is too long is named with the numbers, the others are measured."""
    configure(project, write_tiny(tmp_path / "small.gguf", context=4096))
    page = project.path / "fixtures" / "articles" / "mill-lane.html"
    said = "<p>On day {} the credit union repeated what it had said on day {}.</p>"
    more = "".join(said.format(day, day - 1) for day in range(1, 400))
    page.write_text(page.read_text().replace("</article>", f"{more}</article>"))

    run = project.pytest("-m", "tiny", *QUICK)
    (failure,) = failures(run)

    assert (failure["article"], failure["kind"]) == ("mill-lane", "PromptTooLong")
    assert "4096" in str(failure["message"])
    assert run.verdicts()["not-measured"] == 9
    assert sum(run.verdicts().values()) == 9 * len(PAGES)


def test_a_killed_server_is_started_anew_in_the_same_run(
    project: Project, tiny_model: Path
) -> None:
    """After kill -9 of the child the run ends with every answer, and what was stored is not asked again."""
    more_articles(project, 3)
    configure(project, tiny_model, concurrency=2)
    with started(project) as run:
        try:
            before = wait_for(lambda: stored(project) if len(stored(project)) > 2 else None)
            (child,) = llama_children(run.pid)
            os.kill(child, signal.SIGKILL)
            code = run.wait(timeout=120)
        finally:
            run.kill()
    after = stored(project)
    again = project.pytest("-m", "tiny", *QUICK)

    assert code == 1  # a model of random weights is wrong somewhere
    assert len(after) == 4 * len(PAGES)
    assert {name: after[name] for name in before} == before
    assert "not-measured" not in again.verdicts()
    assert again.results["models"]["tiny"]["recalled"] == 4 * len(PAGES)


def test_an_interrupted_run_leaves_no_process(project: Project, tiny_model: Path) -> None:
    """Ctrl-C: exit 2, the child is gone with its parent, and what has come is kept."""
    more_articles(project, 20)
    configure(project, tiny_model, concurrency=2)
    with started(project) as run:
        try:
            wait_for(lambda: len(stored(project)) > 2)
            (child,) = llama_children(run.pid)
            run.send_signal(signal.SIGINT)
            code = run.wait(timeout=30)
            ended = time.monotonic()
            wait_for(partial(is_gone, child), 10)
            took = time.monotonic() - ended
        finally:
            run.kill()

    assert code == 2
    assert took < 5
    assert len(stored(project)) > 2


def test_workers_share_one_server(project: Project, tiny_model: Path) -> None:
    """Under ``-n 2`` the controlling process alone serves the model, and every case has its answer."""
    configure(project, tiny_model)

    run = project.pytest("-m", "tiny", "-n", "2", *QUICK)

    assert sum(run.verdicts().values()) == 9 * len(PAGES)
    assert "not-measured" not in run.verdicts()
    assert run.results["models"]["tiny"]["asked"] == len(PAGES)


def test_a_spoilt_file_ends_the_model_with_one_line(project: Project, tmp_path: Path) -> None:
    """A file that does not load is asked for once, and every case says why it was not measured."""
    spoilt = tmp_path / "spoilt.gguf"
    spoilt.write_bytes(write_tiny(tmp_path / "whole.gguf").read_bytes()[:-100_000])
    configure(project, spoilt)

    run = project.pytest("-m", "tiny", *QUICK)

    assert run.code == 1
    assert run.verdicts().keys() == {"not-measured"}
    assert lines_with(run.output, "spoilt.gguf", "fetch it again")
    assert replace(spec_of(spoilt)).base == str(spoilt)
