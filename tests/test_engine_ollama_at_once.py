"""Several runs at once on one Ollama server: what one of them makes, the others use."""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from slm_harness.engines.ollama.border import address, open_client
from slm_harness.engines.ollama.engine import OllamaEngine
from slm_harness.engines.ollama.shelf import changing, lock
from slm_harness.errors import ModelUnavailable
from tests.doubles import ROOT, Double, ollama_double
from tests.ollama_engine import BRIEF, CACHE, RECIPE, ask, engine_at, quiet

BUILD = """
from contextlib import closing
from slm_harness.engines.ollama.engine import OllamaEngine
from slm_harness.records import ModelSpec
from tests.ollama_engine import ask
with closing(OllamaEngine(ModelSpec("phi3", "ollama", "phi3"), 0)) as engine:
    print(ask(engine).finish)
"""
HOLD = """
import sys, threading, time
from slm_harness.engines.ollama.shelf import changing, lock
with changing(sys.argv[1], threading.Event(), print):
    print("held", flush=True)
    time.sleep(60)
"""
SECONDS = 30.0
"""Longest wait for another process."""


@contextmanager
def python(code: str, *arguments: str, host: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs code of ours, and has ended afterwards."""
    environment = {**os.environ, "OLLAMA_HOST": host, "XDG_CACHE_HOME": str(CACHE)}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask_twice_at_once(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two engines, each in a thread of its own; a lock is between open files, so it parts them too."""
    with (
        ThreadPoolExecutor(2) as pool,
        engine_at(double, monkeypatch) as first,
        engine_at(double, monkeypatch) as second,
    ):
        done = [pool.submit(ask, engine) for engine in (first, second)]
        assert all(one.result(SECONDS).finish == "stop" for one in done)


def test_two_runs_at_once_create_one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits, looks again, and finds what the first has made."""
    flags = ("--models", "phi3", "--scenario", "create-slow")
    with ollama_double(*flags, log=tmp_path / "log") as double:
        ask_twice_at_once(double, monkeypatch)
        creations = double.count("/api/create")

    assert creations == 1


def test_two_runs_at_once_pull_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes hours is not begun twice."""
    flags = ("--pullable", "phi3", "--scenario", "pull-slow")
    with ollama_double(*flags, log=tmp_path / "log") as double:
        ask_twice_at_once(double, monkeypatch)
        counts = double.count("/api/pull"), double.count("/api/create")

    assert counts == (1, 1)


@contextmanager
def built_while_locked(
    double: Double, monkeypatch: pytest.MonkeyPatch, seconds: float = 20.0
) -> Iterator[tuple[OllamaEngine, Future[object], threading.Event]]:
    """An engine that builds in a thread while the lock is ours; and what is set when it has waited."""
    waits, waited = replace(BRIEF, lock=seconds), threading.Event()

    def report(line: str) -> None:
        if line.startswith("waiting for another run"):
            waited.set()

    with engine_at(double, monkeypatch, waits=waits) as engine, ThreadPoolExecutor(1) as pool:
        found = engine.identify(RECIPE, quiet)
        with changing(double.address, threading.Event(), quiet):
            done: Future[object] = pool.submit(engine.build, found, RECIPE, report)
            yield engine, done, waited
            wait([done], SECONDS)


@pytest.mark.parametrize(("seconds", "closes"), [(0.2, False), (20.0, True)])
def test_a_wait_for_another_run_ends(
    monkeypatch: pytest.MonkeyPatch, seconds: float, closes: bool
) -> None:
    """By its limit, and when the engine is closed; it is told what is waited for."""
    with ollama_double("--models", "phi3") as double:
        with built_while_locked(double, monkeypatch, seconds) as (engine, done, waited):
            assert waited.wait(SECONDS)
            if closes:
                engine.close()
        with pytest.raises(ModelUnavailable, match="another run has been pulling or making"):
            done.result(0)


def test_without_a_place_for_locks_it_is_built_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that cannot be written to is no reason not to measure."""
    (tmp_path / "file").write_text("")
    with ollama_double("--models", "phi3") as double, engine_at(double, monkeypatch) as engine:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        assert ask(engine).finish == "stop"


def test_one_server_has_one_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ways to write this machine are one server, two ports are two."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(CACHE))
    found = []
    for host in ("localhost:9", "127.0.0.1:9", "0.0.0.0:9", "127.0.0.1:10"):
        monkeypatch.setenv("OLLAMA_HOST", host)
        with closing(open_client(1)) as client:
            found.append(lock(address(client)))

    assert len({*found[:3]}) == 1
    assert found[3] not in found[:3]


@pytest.mark.slow
def test_two_processes_at_once_create_one_model(tmp_path: Path) -> None:
    """Two real runs, begun together: one create, two answers."""
    flags = ("--models", "phi3", "--scenario", "create-slow")
    with (
        ollama_double(*flags, log=tmp_path / "log") as double,
        python(BUILD, host=double.address) as one,
        python(BUILD, host=double.address) as other,
    ):
        outputs = [process.communicate(timeout=SECONDS)[0] for process in (one, other)]
        creations = double.count("/api/create")

    assert outputs == ["stop\n", "stop\n"]
    assert creations == 1


@pytest.mark.slow
def test_a_lock_dies_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill -9 of the run that has it lets the waiting one go on."""
    waited = threading.Event()

    def report(line: str) -> None:
        if line.startswith("waiting for another run"):
            waited.set()

    with (
        ollama_double("--models", "phi3") as double,
        engine_at(double, monkeypatch) as engine,
        python(HOLD, double.address, host=double.address) as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        assert holder.stdout is not None
        assert select.select([holder.stdout], [], [], SECONDS)[0]
        found = engine.identify(RECIPE, quiet)
        done = pool.submit(engine.build, found, RECIPE, report)
        assert waited.wait(SECONDS)
        assert not done.done()
        holder.kill()
        assert done.result(SECONDS).serves == found.serves
