"""Pulling a base: told as it goes, resumed after a cut, ended when it stalls, named when it cannot be."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import ollama
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slm_harness.engines.ollama.engine import Waits
from slm_harness.engines.ollama.pull import MOST_LINE, Progress, steps
from slm_harness.errors import NotMeasured, PullFailed, ReplyUnreadable
from tests.doubles import Double, ollama_double
from tests.ollama_engine import BRIEF, HASTY, RECIPE, engine_at, quiet


def of_layer(
    completed: int | None = None, total: int = 2000, layer: str = "a"
) -> dict[str, object]:
    """A line about a layer."""
    line: dict[str, object] = {"status": f"pulling {layer}", "digest": layer, "total": total}
    return line if completed is None else {**line, "completed": completed}


def followed(*told: tuple[float, Mapping[str, object]]) -> Progress:
    """A progress that was told lines at seconds."""
    progress = Progress(0.0)
    for now, line in told:
        progress.take(line, now)
    return progress


def waits_for(scenario: str) -> Waits:
    """Short ones only where a scenario is about waiting."""
    return HASTY if scenario in ("pull-stalled", "pull-silent") else BRIEF


def pulled(double: Double, monkeypatch: pytest.MonkeyPatch, **fields: object) -> list[str]:
    """The lines that a pull of a missing base shows."""
    lines: list[str] = []
    with engine_at(double, monkeypatch, **fields) as engine:  # type: ignore[arg-type]
        assert engine.identify(RECIPE, lines.append).digest
    return lines


# ---------------------------------------------------------------- how far it is


def test_a_line_has_share_size_rate_and_time_left() -> None:
    """Of all layers together, the rate over the last ten seconds."""
    progress = followed(
        (0, {"status": "pulling manifest"}),
        (1, of_layer(total=2_000_000_000)),
        (2, of_layer(100_000_000, 2_000_000_000)),
        (6, of_layer(500_000_000, 2_000_000_000)),
        (6, of_layer(200_000_000, 200_000_000, "b")),
    )

    line = progress.line("phi3", 6)

    assert line == "pulling phi3: 31% of 2.2 GB, 100 MB/s, 15 s left"


def test_what_was_there_before_is_no_rate() -> None:
    """A resumed layer begins with what has come, and a cached one is whole at its first line."""
    progress = followed((0, of_layer(1000)), (5, of_layer(1000)), (5, of_layer(500, 500, "b")))

    assert progress.line("phi3", 5) == "pulling phi3: 60% of 2 kB"


def test_progress_that_falls_back_is_shown_as_it_is() -> None:
    """The rate counts what has come, so it is never negative, and neither is the time left."""
    progress = followed(
        (0, of_layer()), (5, of_layer(1000_000, 2000_000)), (10, of_layer(200_000, 2000_000))
    )

    assert progress.line("phi3", 10) == "pulling phi3: 10% of 2 MB, 100 kB/s, 18 s left"


@pytest.mark.parametrize(
    "odd",
    [
        {"completed": 5000},
        {"completed": -1},
        {"completed": "1"},
        {"completed": None},
        {"total": 0},
        {"total": None},
        {"total": "2000", "completed": 1},
        {"digest": 7},
        {"digest": None},
    ],
)
def test_odd_numbers_confuse_nobody(odd: dict[str, object]) -> None:
    """More than all, less than nothing, and what is no number leave a share between 0 and 100 %."""
    progress = followed((0, of_layer(500)), (1, {**of_layer(500), **odd}), (2, of_layer(600)))

    share = int(progress.line("phi3", 2).partition("%")[0].removeprefix("pulling phi3: "))

    assert 0 <= share <= 100


def test_only_growth_counts_as_life() -> None:
    """Equal lines and falling ones leave it idle; more bytes, or another status, do not."""
    equal = followed((0, of_layer(500)), (50, of_layer(500)), (99, of_layer(400)))
    grown = followed((0, of_layer(500)), (50, of_layer(400)), (99, of_layer(401)))
    further = followed((0, of_layer(500)), (99, {"status": "verifying sha256 digest"}))

    assert [one.idle(100) for one in (equal, grown, further)] == [100, 1, 1]


def test_time_left_is_no_more_exact_than_a_guess() -> None:
    """Seconds, then minutes, then hours."""

    def left(total: int) -> str:
        told = followed((0, of_layer(total=total)), (1, of_layer(1_000_000, total)))
        return told.line("phi3", 1).rpartition(", ")[2]

    assert [left(30_000_000), left(600_000_000), left(9_000_000_000)] == [
        "29 s left", "10 min left", "2.5 h left",
    ]  # fmt: skip


def test_turning_to_and_fro_is_no_progress() -> None:
    """A server that tries the same two layers for ever has stalled; one that begins another has not."""
    to_and_fro = [(at, of_layer(5, layer="ab"[at % 2])) for at in range(100)]

    assert followed(*to_and_fro).idle(99) == 98
    assert followed(*to_and_fro, (99, of_layer(layer="c"))).idle(99) == 0


@settings(max_examples=30)
@given(st.data())
def test_lines_are_read_however_they_are_cut(data: st.DataObject) -> None:
    """Objects in their order, whatever the cuts, blank lines, glue and lines of something else."""
    texts = st.dictionaries(st.text(max_size=3), st.text(max_size=3) | st.integers(), max_size=2)
    objects = data.draw(st.lists(texts, max_size=5))
    between = st.sampled_from(["\n", "\n\n", " ", "", "\n<p>\n", "\r\n", "\nnull\n", "\n{\n"])
    stream = "".join(
        json.dumps(one, ensure_ascii=False) + data.draw(between) for one in objects
    ).encode()
    at = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pieces = [stream[a:b] for a, b in zip([0, *at], [*at, len(stream)], strict=True)]

    assert list(steps(pieces)) == objects


def test_a_line_without_an_end_is_refused() -> None:
    """Nobody reads on until memory is full."""

    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * (MOST_LINE // 4)

    with pytest.raises(ReplyUnreadable, match="more than 1048576 bytes"):
        list(steps(endless()))


# ---------------------------------------------------------------- with a server


@pytest.mark.parametrize(
    "scenario",
    ["pull-backwards", "pull-repeated", "pull-glued", "pull-split", "pull-odd-lines"],
)
def test_an_odd_stream_is_followed_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    """Lines that fall back, repeat, are glued, split or not even JSON cost no second pull."""
    log = tmp_path / "log"
    with ollama_double("--pullable", "phi3", "--scenario", scenario, log=log) as double:
        lines = pulled(double, monkeypatch)
        pulls = double.count("/api/pull")

    assert pulls == 1
    assert lines[0] == "pulling phi3"


@pytest.mark.parametrize(
    ("scenario", "why"),
    [
        ("pull-cut", r"the connection to \S+ broke"),
        ("pull-stalled", r"\S+ fetched nothing for 1 s"),
        pytest.param("pull-silent", r"\S+ said nothing for 2 s", marks=pytest.mark.slow),
        ("pull-unfinished", "ended with 'verifying sha256 digest' instead of success"),
        ("pull-midstream-error", r"max retries exceeded: unexpected EOF"),
        ("pull-no-network", r"dial tcp: lookup hf\.co: i/o timeout"),
        ("pull-digest-mismatch", r"digest mismatch, file must be downloaded again"),
    ],
)
def test_a_pull_that_breaks_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str, why: str
) -> None:
    """It is said why, and the second pull goes on from what has come."""
    log = tmp_path / "log"
    with ollama_double("--pullable", "phi3", "--scenario", f"{scenario}:1-1", log=log) as double:
        lines = pulled(double, monkeypatch, waits=waits_for(scenario))
        pulls = double.count("/api/pull")

    (again,) = (line for line in lines if "(try 2 of 3)" in line)
    assert pulls == 2
    assert re.search(why, again)


@pytest.mark.parametrize(
    "scenario", ["pull-cut", "pull-stalled", "pull-midstream-error", "pull-unfinished"]
)
def test_a_pull_that_keeps_breaking_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    """After so many tries it is named, with what to do; the engine does not begin anew."""
    log = tmp_path / "log"
    with ollama_double("--pullable", "phi3", "--scenario", scenario, log=log) as double:
        with (
            engine_at(double, monkeypatch, waits=waits_for(scenario)) as engine,
            pytest.raises(
                PullFailed, match=r"cannot be pulled: 3 tries: .*; see .*`ollama pull phi3`"
            ),
        ):
            engine.identify(RECIPE, quiet)
        pulls = double.count("/api/pull")

    assert pulls == 3


@pytest.mark.parametrize(
    ("base", "scenario", "message"),
    [
        ("nix", (), r"nix is not there and cannot be pulled: .*file does not exist; .*library"),
        ("hf.co/u/r:Q9", (), r"file does not exist; .*hf\.co/USER/REPO-GGUF:QUANTISATION"),
        ("-x", (), r"invalid model name; look the name up"),
        ("phi3", ("pull-refused",), r"Repository is not GGUF.*; name a repository of GGUF"),
        ("phi3", ("pull-unauthorized",), r"unauthorized: access denied; the model is private"),
        ("phi3", ("pull-old-server",), r"requires a newer version of Ollama.*; update Ollama"),
    ],
)
def test_what_cannot_be_pulled_is_named_at_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    base: str,
    scenario: tuple[str, ...],
    message: str,
) -> None:
    """Another try would say the same: one pull, the server's words, and what to do."""
    flags = ("--pullable", "phi3", *(f"--scenario={name}" for name in scenario))
    with ollama_double(*flags, log=tmp_path / "log") as double:
        with (
            engine_at(double, monkeypatch, base=base) as engine,
            pytest.raises(PullFailed, match=message) as caught,
        ):
            engine.identify(RECIPE, quiet)
        pulls = double.count("/api/pull")

    assert pulls == 1
    assert "\n" not in caught.value.message


def test_a_pull_ends_with_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server downloads for nobody, and the lock of the server is free for the next model."""
    with ollama_double(
        "--pullable", "phi3", "--scenario=pull-stalled", log=tmp_path / "log"
    ) as double:
        with (
            engine_at(double, monkeypatch, waits=Waits()) as engine,
            pytest.raises(PullFailed, match="1 tries: the run ended"),
        ):
            engine.identify(RECIPE, lambda _: engine.close())
        double.rest()
        pulls = double.count("/api/pull")

    assert pulls == 1


def test_the_double_keeps_what_has_come_of_a_pull() -> None:
    """As the real server does: a second pull begins where the first was cut."""
    with ollama_double("--pullable", "phi3", "--scenario", "pull-cut:1-1") as double:
        client = ollama.Client(double.address, timeout=5, trust_env=False)
        with closing(client._client):
            with pytest.raises(httpx.RemoteProtocolError):
                list(client.pull("phi3", stream=True))
            again = [step for step in client.pull("phi3", stream=True) if step.total]

    size = again[0].total or 0
    first = [step.completed for step in again if step.digest == again[0].digest]
    assert first == [size // 2, size]


def test_a_base_of_no_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that answers for the registry leaves a model that is listed, and empty."""
    with (
        ollama_double("--pullable", "phi3", "--scenario", "pull-zero-size") as double,
        engine_at(double, monkeypatch) as engine,
        pytest.raises(PullFailed, match=r"with 0 bytes: a proxy .*`ollama rm phi3`"),
    ):
        engine.identify(RECIPE, quiet)


def test_a_server_that_dies_while_it_pulls_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for as often as a pull is tried."""
    with (
        ollama_double("--pullable", "phi3", "--scenario", "pull-dies") as double,
        engine_at(double, monkeypatch) as engine,
        pytest.raises(PullFailed, match=r"3 tries: no Ollama server answers at"),
    ):
        engine.identify(RECIPE, quiet)


def test_a_failed_pull_is_not_measured() -> None:
    """It ends the model's run, and is never a wrong answer."""
    assert issubclass(PullFailed, NotMeasured)
    assert PullFailed.ends_model
