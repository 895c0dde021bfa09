"""`slm-harness store`: what is stored, clearing it, moving it in one file."""

import dataclasses
import json
import os
import threading
from pathlib import Path

import pytest

from slm_harness.breach import TASK
from slm_harness.cli import main
from slm_harness.labels import load_articles
from slm_harness.plugin.filling import alone
from slm_harness.records import Recipe, Reply, Request, Stored
from slm_harness.store import Store, key_of, key_parts
from slm_harness.task import load_prompt
from tests.doubles import ROOT
from tests.test_store import IDENTITY, put_before

PROMPT = ROOT / "evals" / "prompts" / "breach.yaml"
ARTICLES = ROOT / "fixtures" / "articles"
NOW = Recipe(TASK.name, load_prompt(TASK, PROMPT).system, TASK.schema)
LONG_AGO = 10_000_000_000 // 10
"""A moment in 2001, in seconds, for files that nobody is about to need."""


def answer(
    store: Store,
    article: str = "harbour",
    model: str = "phi3",
    system: str = "Answer.",
    asked_at: str = "2026-11-24T09:30:00Z",
    prompt: str = "",
) -> tuple[Request, Stored]:
    """File an answer."""
    request = Request(model, article, prompt or f"The text on {article}.")
    recipe = dataclasses.replace(NOW, system=system)
    parts = key_parts(dataclasses.replace(IDENTITY, digest=model), recipe, request)
    reply = Reply('{"said": "Yes"}', "stop", 1.5, 9, 4)
    stored = Stored(key_of(parts), parts, reply, IDENTITY, asked_at)
    store.put(request, stored)
    return request, stored


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two models, of one of them three prompts, in the folder of a project."""
    store = Store(tmp_path / "store")
    for number, system in enumerate(("One.", "Two.", NOW.system)):
        for article in ("harbour", "meadow"):
            answer(store, article, system=system, asked_at=f"2026-0{number + 1}-10T09:30:00Z")
    answer(store, model="mistral", system="One.", asked_at="2026-01-10T09:30:00Z")
    return store


def run(store: Store, action: str, *arguments: str) -> int:
    """Run the command on a store."""
    return main(["store", action, "--store", str(store.folder), *arguments])


def files(store: Store) -> dict[str, bytes]:
    """Every file of a store but its lock."""
    return {
        str(path.relative_to(store.folder)): path.read_bytes()
        for path in store.folder.rglob("*")
        if path.is_file() and path != store.lock
    }


# ---------------------------------------------------------------- stats


def test_stats_counts_by_model_and_prompt(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """The prompts asked last stand first, and the one that is in force now is marked."""
    assert run(store, "stats", "--prompt", str(PROMPT)) == 0

    total, *rows = capsys.readouterr().out.splitlines()
    assert total.startswith(f"{store.folder}: 7 answers, ")
    assert [row.split()[0] for row in rows] == ["mistral", "phi3", "phi3", "phi3"]
    assert "1 answer   1 article " in rows[0]
    assert "2 answers  2 articles" in rows[1]
    assert rows[1].endswith("asked 2026-03-10  the prompt of now")
    assert rows[3].endswith("asked 2026-01-10")


def test_stats_for_programs(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object with the same numbers."""
    assert run(store, "stats", "--json", "--prompt", str(PROMPT)) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["format"] == "slm-harness store stats 1"
    assert (told["answers"], told["damaged"], told["verified"]) == (7, 0, False)
    assert told["bytes"] == sum(path.stat().st_size for path in store.answers.glob("??/*"))
    assert [prompt["current"] for prompt in told["prompts"]] == [False, True, False, False]
    assert told["prompts"][0]["first_asked"] == "2026-01-10T09:30:00Z"


def test_stats_names_what_is_damaged(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """With --verify the status says so too, and an old entry that shows another prompt is found."""
    request, stored = answer(store, "third")
    put_before(store, request, stored, prompt="another text")
    cut = store.path(answer(store, "fourth")[1].key)
    cut.write_bytes(cut.read_bytes()[:50])

    assert run(store, "stats") == 0
    assert "1 damaged" in capsys.readouterr().out
    assert run(store, "stats", "--verify") == 1

    seen = capsys.readouterr()
    assert "7 answers" in seen.out
    assert "2 damaged" in seen.out
    assert f"{cut}: a stored answer is damaged" in seen.err
    assert f"{store.path(stored.key)}: the prompt that it shows is not the one" in seen.err


def test_no_store_and_an_empty_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store that is not there is a mistake in one line, and is not made; an empty one is none."""
    store = Store(tmp_path / "store")
    for action in (["stats"], ["gc"], ["gc", "--yes"], ["export", str(tmp_path / "x.gz")]):
        assert run(store, *action) == 2
        assert "there is no store" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

    store.folder.mkdir()
    assert run(store, "stats") == 0
    assert capsys.readouterr().out == f"{store.folder}: no answer is stored\n"
    assert run(store, "gc", "--yes") == 0
    assert capsys.readouterr().out == f"{store.folder}: there is nothing to remove\n"
    assert run(store, "export", str(tmp_path / "x.gz")) == 0
    assert "x.gz: 0 answers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gc", "--older-than", "3 months"], "is no age; 90d are ninety days"),
        (["gc", "--keep", "-1"], "is no number of prompts"),
        (["gc", "--keep", "all"], "is no number of prompts"),
        (["export"], "the following arguments are required: FILE"),
        (["tidy"], "invalid choice: 'tidy'"),
        ([], "the following arguments are required: ACTION"),
    ],
)
def test_a_wrong_flag_is_a_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong and what is meant; nothing is done."""
    with pytest.raises(SystemExit) as ended:
        main(["store", *arguments])

    assert ended.value.code == 2
    assert message in capsys.readouterr().err


# ---------------------------------------------------------------- gc


def left(store: Store) -> list[tuple[str, str]]:
    """Model and prompt of every answer that is there."""
    entries = [store.entry(path.stem) for path in store.answers.glob("??/*.json")]
    return sorted((entry.model, str(entry.stored.parts["recipe"])) for entry in entries if entry)


@pytest.mark.parametrize(
    ("criteria", "stay"),
    [
        ([], "phi3 One. One. Two. Two. now now mistral One."),
        (["--keep", "1"], "phi3 now now mistral One."),
        (["--keep", "2"], "phi3 Two. Two. now now mistral One."),
        (["--keep", "0", "--model", "phi3"], "mistral One."),
        (["--model", "mistral"], "phi3 One. One. Two. Two. now now"),
        (["--older-than", "1d"], ""),
        (["--older-than", "9000w"], "phi3 One. One. Two. Two. now now mistral One."),
        (["--older-than", "1d", "--keep", "1"], "phi3 now now mistral One."),
        (["--older-than", "1d", "--keep", "1", "--model", "mistral"],
         "phi3 One. One. Two. Two. now now mistral One."),
    ],
)  # fmt: skip
def test_gc_removes_what_all_criteria_hold_for(
    store: Store, criteria: list[str], stay: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """First it only shows; with --yes exactly that goes, its setups and index lines too."""
    for setup in store.setups.iterdir():
        os.utime(setup, (LONG_AGO, LONG_AGO))
    before = files(store)

    assert run(store, "gc", *criteria) == 0
    shown = capsys.readouterr().out.splitlines()
    assert files(store) == before
    assert run(store, "gc", *criteria, "--yes") == 0
    done = capsys.readouterr().out.splitlines()

    want, model = [], ""
    for word in stay.split():
        if word in ("phi3", "mistral"):
            model = word
        else:
            want.append((model, NOW.system if word == "now" else word))
    assert left(store) == sorted(want)
    assert len(list(store.setups.glob("*"))) == len(set(want))
    lines = [line for path in store.asked.glob("*/*") for line in path.read_text().split()]
    assert sorted(lines) == sorted(path.stem for path in store.answers.glob("??/*.json"))
    assert done[:-1] == shown[:-1]
    if len(want) == 7:
        assert done == shown == [f"{store.folder}: there is nothing to remove"]
    else:
        assert shown[-1] == "nothing was removed; say --yes to remove it"
        assert done[-1] == "removed"


def test_gc_takes_scraps_that_nobody_needs(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half-written and empty files go once they are an hour old, index lines of nothing at once."""
    folder = next(store.answers.glob("??"))
    young, *old = folder / ".b.json.y.part", folder / ".a.json.x.part", store.path("c" * 64)
    store.path("c" * 64).parent.mkdir(exist_ok=True)
    for path in (young, *old):
        path.touch()
    for path in old:
        os.utime(path, (LONG_AGO, LONG_AGO))
    with store.index_path("phi3", "harbour").open("a", encoding="utf-8") as index:
        index.write("0" * 64 + "\n\n")
    before = len(left(store))

    assert run(store, "gc", "--yes") == 0

    assert "2 half-written or empty files" in capsys.readouterr().out
    assert young.exists()
    assert not any(path.exists() for path in old)
    assert "0" * 64 not in store.index_path("phi3", "harbour").read_text(encoding="utf-8")
    assert len(left(store)) == before


def test_gc_leaves_what_is_damaged_unless_told(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be mended, so it stays, and so does every setup that it might need."""
    for setup in store.setups.iterdir():
        os.utime(setup, (LONG_AGO, LONG_AGO))
    path = store.path(answer(store, "other", model="gone")[1].key)
    path.write_bytes(path.read_bytes()[:-20])
    setups = len(list(store.setups.iterdir()))

    assert run(store, "gc", "--older-than", "1d", "--yes") == 0
    assert "1 answer cannot be read and stay; --damaged removes such" in capsys.readouterr().out
    assert path.exists()
    assert len(list(store.setups.iterdir())) == setups
    assert store.index_path("gone", "other").exists()

    assert run(store, "gc", "--damaged", "--yes") == 0
    assert "1 damaged answer" in capsys.readouterr().out
    assert not path.exists()
    assert not store.index_path("gone", "other").exists()


def test_gc_keeps_out_of_the_way_of_a_run(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """While a run asks nothing is removed; looking is allowed."""
    before = files(store)

    with alone(store.folder, threading.Event(), print) as ours:
        assert ours
        assert run(store, "gc", "--keep", "0", "--yes") == 2
        assert "a run is asking on this store" in capsys.readouterr().err
        assert run(store, "gc", "--keep", "0") == 0

    assert files(store) == before
    assert run(store, "gc", "--keep", "0", "--yes") == 0
    assert left(store) == []


# ---------------------------------------------------------------- export, import


def test_what_is_exported_can_be_imported(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each; a second import finds all there; the same answers make the same file."""
    theirs, first, second = Store(tmp_path / "theirs"), tmp_path / "a.gz", tmp_path / "b.gz"

    assert run(store, "export", str(first)) == 0
    assert f"{first}: 7 answers, " in capsys.readouterr().out
    assert run(theirs, "import", str(first)) == 0
    assert capsys.readouterr().out == f"{first}: 7 answers: 7 filed, 0 there already\n"
    assert run(theirs, "import", str(first)) == 0
    assert capsys.readouterr().out == f"{first}: 7 answers: 0 filed, 7 there already\n"
    assert run(theirs, "export", str(second)) == 0

    assert first.read_bytes() == second.read_bytes()
    assert left(theirs) == left(store)


@pytest.mark.slow
def test_an_export_of_what_is_in_force(store: Store, tmp_path: Path) -> None:
    """--current takes the prompt and the articles of now, dated or not; --model one model."""
    article = load_articles(ARTICLES, TASK)[0]
    undated = dataclasses.replace(article, dated=False)
    kept = [
        answer(store, article.id, system=NOW.system, prompt=prompt)[1].key
        for prompt in (article.prompt, undated.prompt)
    ]
    answer(store, article.id, system="Other words.", prompt=article.prompt)
    options = ["--current", "--prompt", str(PROMPT), "--articles", str(ARTICLES)]
    theirs = Store(tmp_path / "theirs")

    assert run(store, "export", str(tmp_path / "current.gz"), *options) == 0
    assert run(theirs, "import", str(tmp_path / "current.gz")) == 0
    assert sorted(path.stem for path in theirs.answers.glob("??/*")) == sorted(kept)

    assert run(store, "export", str(tmp_path / "none.gz"), *options, "--model", "mistral") == 0
    assert run(theirs, "import", str(tmp_path / "none.gz")) == 0


def test_faults_are_named_and_make_the_status(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged answers of an export and bad lines of an import: the rest is done, the status is 1."""
    cut = sorted(store.answers.glob("??/*"))[0]
    whole = cut.read_bytes()
    cut.write_bytes(whole[:40])
    path = tmp_path / "export.gz"

    assert run(store, "export", str(path)) == 1
    seen = capsys.readouterr()
    assert "6 answers" in seen.out
    assert str(cut) in seen.err

    path.write_bytes(path.read_bytes()[:-30])
    assert run(Store(tmp_path / "theirs"), "import", str(path)) == 1
    seen = capsys.readouterr()
    assert "1 not taken" in seen.out
    assert "the file is cut off or damaged from here on" in seen.err


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("", "the export cannot be written there"),
        ("no/such/x.gz", "the export cannot be written there"),
    ],
)
def test_an_export_has_to_have_a_place(
    store: Store, tmp_path: Path, target: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder, or a file in a folder that is not there, is refused before the store is read."""
    assert run(store, "export", str(tmp_path / target)) == 2
    assert message in capsys.readouterr().err


def test_an_import_has_to_be_an_export(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another file, a missing one, a store that cannot be written: one line, nothing changed."""
    before = files(store)
    (tmp_path / "text").write_text("no gzip", encoding="utf-8")

    assert run(store, "import", str(tmp_path / "text")) == 2
    assert "it is no export of a store" in capsys.readouterr().err
    assert run(store, "import", str(tmp_path / "missing")) == 2
    assert "the export cannot be read" in capsys.readouterr().err
    assert run(Store(tmp_path / "text"), "import", str(tmp_path / "missing")) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert files(store) == before


def test_an_import_onto_a_folder_that_is_in_the_way(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be written ends the import with what to do."""
    assert run(store, "export", str(tmp_path / "x.gz")) == 0
    theirs = Store(tmp_path / "theirs")
    theirs.folder.mkdir()
    theirs.answers.write_text("a file where the folder should be", encoding="utf-8")

    assert run(theirs, "import", str(tmp_path / "x.gz")) == 2
    assert "Free the disk or mend the permissions" in capsys.readouterr().err
