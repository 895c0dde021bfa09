"""`slm-harness models`: what the harness has made under Ollama, what is in use, and what it removes."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import ollama
import pytest

from slm_harness.breach import TASK
from slm_harness.cli import main
from slm_harness.engines import estimated_tokens, sampled
from slm_harness.labels import load_articles
from slm_harness.records import ModelSpec, Recipe
from slm_harness.task import load_prompt
from tests.doubles import ROOT, Double, StandingDouble, ollama_double
from tests.ollama_engine import CACHE, engine_at, quiet
from tests.projects import Project
from tests.test_labels import put

PROMPT = ROOT / "evals" / "prompts" / "breach.yaml"
MODELS = """
models:
  baseline: {engine: baseline}
  phi3: {engine: ollama, base: phi3}
  phi3-hot: {engine: ollama, base: phi3, options: {temperature: 0.5}}
  other: {engine: ollama, base: mistral}
"""
OLD = "breach-analyzer-phi3:0123456789ab"
STRANGE = "breach-analyzer-gone-base:fedcba987654"
FOREIGN = (
    "breach-analyzer-phi3:latest",
    "my-analyzer-phi3:0123456789ab",
    "breach-analyzer-phi3:0123456789abc",
    "me/breach-analyzer-phi3:0123456789ab",
)
NOBODYS = "breach-analyzer-pulled:0123456789ab"
"""Named as ours are, but pulled and not made of anything."""


@dataclass(frozen=True)
class Shop:
    """A server with custom models on it, and a folder with what the commands read."""

    double: Double
    folder: Path

    def run(self, *arguments: str) -> int:
        """Run the command about them."""
        options = ("--models", "models.yaml", "--prompt", str(PROMPT), "--articles", "articles")
        return main(["models", *arguments, *options])

    def names(self) -> set[str]:
        """The models that the server has."""
        with ollama_client(self.double) as client:
            return {str(model.model) for model in client.list().models}


@contextmanager
def ollama_client(double: Double) -> Iterator[ollama.Client]:
    """The official client."""
    client = ollama.Client(double.address, timeout=5, trust_env=False)
    with closing(client._client):
        yield client


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standing_double: StandingDouble) -> Shop:
    """One old model of ours, one of no entry's, several that are not ours; mistral is not pulled."""
    (tmp_path / "articles").mkdir()
    put(tmp_path / "articles")
    (tmp_path / "models.yaml").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(CACHE))
    flags = ("--models", f"phi3,gone-base,{NOBODYS}", "--pullable", "mistral")
    double = standing_double.serve(*flags, log=tmp_path / "log")
    monkeypatch.setenv("OLLAMA_HOST", double.address)
    with ollama_client(double) as client:
        for name in (OLD, *FOREIGN):
            client.create(name, from_="phi3", system="Old")
        client.create(STRANGE, from_="gone-base", system="Old")
    return Shop(double, tmp_path)


def build(shop: Shop, monkeypatch: pytest.MonkeyPatch, **fields: object) -> str:
    """Make the model of an entry as an evaluation does; its name."""
    articles = load_articles(shop.folder / "articles", TASK)
    longest = max(estimated_tokens(article.prompt) for article in articles)
    recipe = Recipe(TASK.name, load_prompt(TASK, PROMPT).system, TASK.schema)
    with engine_at(shop.double, monkeypatch, longest=longest, **fields) as engine:  # type: ignore[arg-type]
        return engine.build(engine.identify(recipe, quiet), recipe, quiet).serves


def test_each_is_listed_with_what_it_is_and_who_uses_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, base, size, age and the entries whose recipe it is; others' models are not shown."""
    now = build(shop, monkeypatch)
    hot = build(shop, monkeypatch, options={"temperature": 0.5})

    assert shop.run() == 0

    lines = capsys.readouterr().out.splitlines()
    told = {line.partition(" ")[0]: line for line in lines}
    assert sorted(told) == sorted([now, hot, OLD, STRANGE, "other:"])
    assert " of phi3:latest, 2.0 GB, made 20" in told[now]
    assert told[now].endswith(": used by phi3")
    assert told[hot].endswith(": used by phi3-hot")
    assert told[OLD].endswith(": used by none")
    assert "other: mistral is not pulled; so all breach-analyzer-mistral:… count as used" in lines
    assert shop.double.count("/api/pull") == 0


def test_prune_removes_what_no_entry_would_use(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old recipes go; what is in use, by samples too, and whatever is not exactly ours, stays."""
    now = build(shop, monkeypatch)
    drawn = sampled(ModelSpec("phi3", "ollama", "phi3")).options
    of_samples = build(shop, monkeypatch, options=drawn)
    before = shop.names()

    assert shop.run("prune", "--yes") == 0

    assert before - shop.names() == {OLD, STRANGE}
    assert {now, of_samples, *FOREIGN, NOBODYS} <= shop.names()
    assert of_samples != now
    assert capsys.readouterr().out.endswith("\n2 removed\n")


def test_a_dry_run_removes_nothing(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows what would go, with --yes as well."""
    before = shop.names()

    assert shop.run("prune", "--dry-run", "--yes") == 0

    shown = capsys.readouterr().out
    assert OLD in shown
    assert shown.endswith("2 would be removed\n")
    assert shop.names() == before


def test_what_a_missing_base_may_need_stays(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """While its base is not pulled nobody can say which of an entry's models it would use."""
    (shop.folder / "models.yaml").write_text(
        "models: {gone: {engine: ollama, base: gone/base}}", encoding="utf-8"
    )

    assert shop.run("prune", "--yes") == 0

    assert STRANGE in shop.names()
    assert OLD not in shop.names()
    assert "gone: gone/base is not pulled" in capsys.readouterr().out


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        """As a terminal says."""
        return True


@pytest.mark.parametrize(
    ("typed", "goes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("", False)]
)
def test_a_person_is_asked(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    goes: bool,
) -> None:
    """Only a yes removes them, and they are shown first."""
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    assert shop.run("prune") == 0

    shown = capsys.readouterr().out
    assert shown.index(OLD) < shown.index("remove 2? [y/N]")
    assert (OLD not in shop.names()) is goes
    assert shown.endswith("2 removed\n" if goes else "nothing was removed\n")


def test_without_a_person_it_wants_to_be_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script has to say --yes."""
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    assert shop.run("prune") == 2

    assert "say --yes" in capsys.readouterr().err
    assert OLD in shop.names()


def test_without_articles_nothing_can_be_told(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """The context follows from the longest: the list says so, and prune refuses."""
    (shop.folder / "articles" / "brackwater.html").unlink()

    assert shop.run() == 0
    listed = capsys.readouterr().out
    assert shop.run("prune", "--yes") == 2
    refused = capsys.readouterr().err

    assert "used by" not in listed
    assert "which models are used follows from the longest article, and" in listed
    assert "nothing was removed: which models are used" in refused
    assert OLD in shop.names()


def test_nothing_of_ours_is_said(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server without custom models gets one line, from either action."""
    with ollama_double("--models", "phi3") as empty:
        monkeypatch.setenv("OLLAMA_HOST", empty.address)
        assert shop.run() == 0
        assert shop.run("prune") == 0

    assert capsys.readouterr().out.count(f"{empty.address} has no custom model of ours") == 2


@pytest.mark.parametrize(
    ("host", "message"),
    [("127.0.0.1:9", "start it with `ollama serve`"), ("http://[bad", "is no address")],
)
def test_a_server_that_is_not_there_is_one_line(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
    message: str,
) -> None:
    """Status 2 and what to do."""
    monkeypatch.setenv("OLLAMA_HOST", host)

    assert shop.run("prune", "--yes") == 2

    caught = capsys.readouterr()
    assert message in caught.err
    assert caught.err.count("\n") == 1


def test_what_an_evaluation_made_is_in_use(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command finds the very name that a run in the same project has built."""
    with ollama_double("--models", "phi3", log=tmp_path / "log") as double:
        project.pytest("-m", "phi3", host=double.address)
        (created,) = double.bodies("/api/create")
        monkeypatch.chdir(project.path)
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        assert main(["models"]) == 0

    (line,) = (one for one in capsys.readouterr().out.splitlines() if one.endswith("by phi3"))
    assert line.startswith(f"{created['model']} of phi3:latest")


def test_each_layout_has_a_model_of_its_own(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What an evaluation in the second layout made is in use in that layout, and in no other."""
    flag = "--layout=article-first"
    with ollama_double("--models", "phi3", log=tmp_path / "log") as double:
        project.pytest("-m", "phi3", flag, host=double.address)
        monkeypatch.chdir(project.path)
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        assert main(["models", flag]) == 0
        assert main(["models"]) == 0

    used = [
        line.rpartition(": used by ")[2]
        for line in capsys.readouterr().out.splitlines()
        if " of phi3:latest" in line
    ]
    assert used == ["phi3", "none"]
