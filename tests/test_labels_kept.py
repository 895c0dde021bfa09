"""Articles that are kept from one start to the next: read anew when anything changed, and never otherwise."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path

import grimp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.breach import TASK
from slm_harness.derived import FILE, Derived, code_digest
from slm_harness.errors import LabelsError, SettingsError
from slm_harness.labels import kept, load_articles
from slm_harness.labels.folder import Listing
from slm_harness.labels.kept import LIBRARIES, MODULES, ROOM, from_json, to_json
from slm_harness.records import Article
from slm_harness.task import Task
from tests.projects import LABELS, PAGES

Write = Callable[[Path], None]

LOAD = """
import sys
from pathlib import Path
from slm_harness.breach import TASK
from slm_harness.labels import load_articles
before = set(sys.modules)
print(len(load_articles(Path("articles"), TASK, Path("store"))))
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three articles without a fault, read once, in ``articles`` beside the ``store``."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, page in PAGES.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        (folder / f"{name}.yaml").write_text(LABELS[name], encoding="utf-8")
    load(tmp_path)
    return tmp_path


def load(project: Path, task: Task = TASK) -> dict[str, Article]:
    """The articles of a project, by id, with what its store knows."""
    found = load_articles(project / "articles", task, project / "store")
    return {article.id: article for article in found}


def known(project: Path) -> int:
    """How many articles the store has for the code that runs here."""
    import sqlite3

    database = sqlite3.connect(project / "store" / FILE)
    (count,) = database.execute(f"SELECT count(*) FROM {ROOM}").fetchone()  # noqa: S608
    database.close()
    return int(count)


def test_what_is_known_needs_no_parser(project: Path) -> None:
    """Where nothing changed, neither YAML nor HTML is read, nor what reads them imported."""
    run = [sys.executable, "-c", LOAD]
    told = subprocess.run(run, cwd=project, capture_output=True, text=True, check=True).stdout
    count, imported = told.splitlines()
    assert count == "3"
    assert not {"bs4", "lxml", "trafilatura", "yaml"} & set(imported.split())


def test_what_is_known_is_what_would_be_read(project: Path) -> None:
    """Kept articles equal freshly read ones, in the same order."""
    assert list(load(project).values()) == list(load_articles(project / "articles", TASK))


def test_a_changed_label_is_read_anew(project: Path) -> None:
    """One other byte of a label is another article; the others are still known."""
    label = project / "articles" / "harbour-dental.yaml"
    label.write_text(label.read_text().replace("4120", "4121"), encoding="utf-8")
    assert load(project)["harbour-dental"].answers["records_breached"] == {
        "value": 4121,
        "unit": "patients",
    }
    assert known(project) == 4


def test_a_changed_page_is_read_anew(project: Path) -> None:
    """One other byte of a page is another text."""
    page = project / "articles" / "harbour-dental.html"
    page.write_text(page.read_text().replace("seven", "eight"), encoding="utf-8")
    assert "eight surgeries" in load(project)["harbour-dental"].text


def test_a_renamed_article_is_read_anew(project: Path) -> None:
    """The same two files under another name are no longer what their label says."""
    for end in (".html", ".yaml"):
        old = project / "articles" / f"mill-lane{end}"
        old.rename(old.with_name(f"mill-road{end}"))
    with pytest.raises(LabelsError, match="the file's stem is 'mill-road'"):
        load(project)


def test_another_task_is_checked_anew(project: Path) -> None:
    """Labels that were right for one task are looked at again for another."""
    fewer = replace(TASK, questions=TASK.questions[:-1])
    with pytest.raises(LabelsError, match="third_parties: no question of this task"):
        load(project, fewer)
    kinds = replace(TASK, article_kinds=("breach",))
    with pytest.raises(LabelsError, match="kind: has to be one of breach"):
        load(project, kinds)


def test_a_task_with_another_reader_is_the_same(project: Path) -> None:
    """What does not bear on labels makes nobody read them again."""
    assert load(project, replace(TASK, name="other", reader=None)) == load(project)
    assert known(project) == 3


def test_other_code_reads_anew(project: Path) -> None:
    """What another state of the code made of the same files is not taken."""
    with Derived(project / "store", ROOM, code_digest(MODULES, LIBRARIES)) as articles:
        articles.put({"mark": "of this code"})
    with Derived(project / "store", ROOM, "another") as articles:
        articles.put({"mark": "of another"})
    assert len(load(project)) == 3
    assert known(project) == 3


def test_every_fault_is_told_beside_what_is_known(project: Path) -> None:
    """Faults of several files come at once as without a store, also those of names and of missing partners."""
    folder = project / "articles"
    (folder / "mill-lane.yaml").write_text("id: mill-lane\n", encoding="utf-8")
    (folder / "county-final.html").unlink()
    (folder / "more.yml").write_text("", encoding="utf-8")
    told = []
    for store in (project / "store", project / "store", None):
        with pytest.raises(LabelsError) as caught:
            load_articles(folder, TASK, store)
        told.append(str(caught.value))
    assert told[0] == told[1] == told[2]
    assert all(name in told[0] for name in ("mill-lane.yaml", "county-final.html", "more.yml"))


def test_a_misnamed_file_is_told_where_all_else_is_known(project: Path) -> None:
    """A name that is none needs no file to be read to be a fault."""
    (project / "articles" / "more.htm").write_text("", encoding="utf-8")
    with pytest.raises(LabelsError, match=r"call it more\.html"):
        load(project)


def test_sound_articles_are_kept_beside_faulty_ones(project: Path) -> None:
    """A fault in one file does not make a run read all the others again."""
    (project / "store" / FILE).unlink()
    (project / "articles" / "mill-lane.yaml").write_text("id: mill-lane\n", encoding="utf-8")
    with pytest.raises(LabelsError):
        load(project)
    assert known(project) == 2


def test_an_emptied_folder_is_told(project: Path) -> None:
    """No article is one that is known."""
    for path in (project / "articles").iterdir():
        path.unlink()
    with pytest.raises(SettingsError, match="is empty"):
        load(project)


def test_a_damaged_store_is_replaced(project: Path) -> None:
    """The articles are read again, and kept."""
    before = load(project)
    (project / "store" / FILE).write_bytes(b"not a database" * 100)
    assert load(project) == before
    assert known(project) == 3


def test_a_store_that_cannot_be_is_done_without(project: Path) -> None:
    """A file where the folder of the store should be costs time only."""
    (project / "file").touch()
    assert len(load_articles(project / "articles", TASK, project / "file" / "store")) == 3


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """More articles than one process reads where there are several; nothing is kept of them yet."""
    monkeypatch.setattr(kept, "_EACH", 5)
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(6):
        for name, page in PAGES.items():
            id_ = f"{name}-{number}"
            (folder / f"{id_}.html").write_text(page, encoding="utf-8")
            label = LABELS[name].replace(f"id: {name}\n", f"id: {id_}\n")
            (folder / f"{id_}.yaml").write_text(label, encoding="utf-8")
    return tmp_path


def in_three_processes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let three processors be there; how many articles this process reads at once is noted."""
    shares: list[int] = []
    look_into = kept._look_into

    def noting(listing: Listing, stems: Sequence[str], task: Task, store: Path | None) -> object:
        shares.append(len(stems))
        return look_into(listing, stems, task, store)

    monkeypatch.setattr(kept, "_look_into", noting)
    monkeypatch.setattr(kept, "processors", lambda: 3)
    return shares


@pytest.mark.forks
def test_what_several_read_is_what_one_would_read(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a share, and nobody reads what another has read."""
    alone = {one.id: one for one in load_articles(many / "articles", TASK)}
    shares = in_three_processes(monkeypatch)

    assert load(many) == alone
    assert (shares, known(many)) == ([len(alone) // 3], len(alone))


@pytest.mark.forks
def test_every_fault_is_told_by_whoever_it_was_met(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words and the order of one process; what has no fault is kept all the same."""
    for number in (1, 2, 4, 5):
        (many / f"articles/mill-lane-{number}.yaml").write_text("id: [", encoding="utf-8")
    with pytest.raises(LabelsError) as alone:
        load_articles(many / "articles", TASK)
    in_three_processes(monkeypatch)

    with pytest.raises(LabelsError) as several:
        load(many)
    assert str(several.value) == str(alone.value)
    assert known(many) == 6 * len(PAGES) - 4


def test_all_code_that_reads_an_article_is_in_its_digest() -> None:
    """Every module of ours that reading can reach counts, be it imported there or further down."""
    graph = grimp.build_graph("slm_harness", cache_dir=None)
    start = {"slm_harness.labels.load", "slm_harness.labels.files", kept.__name__}
    reached = start.union(*map(graph.find_upstream_modules, start))
    counted = tuple(f"slm_harness.{name}" for name in MODULES)
    missing = {name for name in reached if not any(f"{name}.".startswith(f"{c}.") for c in counted)}
    assert missing == set()


NO_MATTER = {"certifi", "pytz", "typing-extensions", "typing-inspection", "annotated-types"} | {
    "urllib3",
    "tzdata",
    "tzlocal",
    "six",
}
"""Needed by the others for what cleaning a page does not do: the network, the time of day, types."""


def test_every_library_that_decides_is_in_the_digest() -> None:
    """What the parsers require counts as well, but for what no text depends on."""
    import re

    found: set[str] = set()
    waiting = {"trafilatura", "beautifulsoup4", "lxml", "pyyaml", "pydantic"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        for line in metadata.requires(name) or ():
            match = re.match(r"[\w.-]+", line)
            if match and "extra ==" not in line and "sys_platform" not in line:
                required = match[0].lower().replace("_", "-")
                if required not in found and "python_version" not in line:
                    waiting.add(required)
    assert found - NO_MATTER <= set(LIBRARIES)


texts = st.text()
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC)).map(lambda time: time.replace(fold=0)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
articles = st.builds(
    Article,
    id=texts,
    text=texts,
    answers=st.dictionaries(texts, values, max_size=4),
    label_digests=st.dictionaries(texts, texts, max_size=4),
    kind=texts,
    title=st.none() | texts,
    published=st.none() | st.dates(),
    tags=st.lists(texts, max_size=3).map(tuple),
    contested=st.frozensets(texts, max_size=3),
    dated=st.booleans(),
)


@given(articles)
def test_an_article_comes_back_as_it_was(article: Article) -> None:
    """Every value, its type and the order of its keys; what JSON cannot tell is not kept."""
    text = to_json(article)
    if text is not None:
        assert _told(from_json(text)) == _told(article)


def _told(article: Article) -> str:
    return f"{replace(article, contested=frozenset())!r} {sorted(article.contested)}"


def test_usual_values_are_kept() -> None:
    """Whatever a label file can hold: texts with line breaks, days, times, numbers, and what nests them."""
    answers: dict[str, object] = {
        "text": "é\n“x” \ud800",
        "many": [1, 2.5, True, None, date(2025, 6, 3), datetime(2025, 6, 3, 9, 30)],  # noqa: DTZ001
        "nested": {"day": {"day": "2025-06-03"}, "": {}},
    }
    text = to_json(Article("a", "t", answers, {}))
    assert text is not None
    assert repr(from_json(text).answers) == repr(answers)


def test_what_json_cannot_tell_is_not_kept() -> None:
    """It is read from its file each time."""
    for value in (float("nan"), object(), "\ud800\udc00", {1: "x"}, 10**5_000):
        assert to_json(Article("a", "t", {"q": value}, {})) is None
