"""``slm-harness sweep``: many wordings put to one model, ranked, and the first judged by a held-out third."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.cli import main
from slm_harness.errors import PromptError, SettingsError
from slm_harness.gate import Line, Snapshot
from slm_harness.gate.ranking import Confirmation, held_out, ranked, winner
from slm_harness.records import Article, Verdict
from slm_harness.report.ranking import Swept, lines, markdown
from slm_harness.sweeping import load_wordings, split
from tests.doubles import ollama_double
from tests.projects import RIGHT, Project
from tests.recipe_task import PROMPT
from tests.recipe_task import TASK as RECIPES

VERDICTS = {"+": Verdict.RIGHT, "-": Verdict.WRONG}


# ---------------------------------------------------------------- the third that is held out


def article(id_: str, kind: str) -> Article:
    """One that is nothing but its name and kind."""
    return Article(id_, "", {}, {}, kind=kind)


kinds = st.dictionaries(
    st.text("abcdefghij-", min_size=1, max_size=12), st.sampled_from("ab"), min_size=3, max_size=60
)


@given(kinds, st.randoms())
def test_a_third_of_each_kind_is_held_out_whatever_the_order(
    found: dict[str, str], chance: object
) -> None:
    """The same third in every order; no article is in both parts, and each kind gives a third of its own."""
    articles = [article(id_, kind) for id_, kind in found.items()]
    parts = split(articles)

    assert set(parts.held) == set(split(reversed(articles)).held)
    assert {*parts.held, *parts.ranking} == set(found)
    assert len(parts.held) + len(parts.ranking) == len(found)
    for kind in "ab":
        ids = [id_ for id_ in found if found[id_] == kind]
        held = [id_ for id_ in parts.held if found[id_] == kind]
        assert len(held) == round(len(ids) / 3) or len(parts.held) == round(len(found) / 3)


@given(kinds, st.text("klm", min_size=1))
def test_an_article_that_joins_moves_one_at_most(found: dict[str, str], name: str) -> None:
    """So that the third of last week is the third of today."""
    before = set(split([article(id_, "a") for id_ in found]).held)
    after = set(split([article(id_, "a") for id_ in (*found, name)]).held) - {name}

    assert len(before ^ after) <= 1


def test_one_article_cannot_be_split() -> None:
    """It would rank and judge by the same."""
    with pytest.raises(SettingsError, match="1 article: a sweep needs 2 at least"):
        split([article("one", "a")])


# ---------------------------------------------------------------- ranking


def snapshot(*answers: str) -> Snapshot:
    """One question, an article for each mark."""
    marks = "".join(answers)
    rows = {f"a{n}": Line(("aaaa",), "fed", ((VERDICTS[one],),)) for n, one in enumerate(marks)}
    return Snapshot("phi3", {}, ("first",), rows)


def test_the_best_comes_first_and_is_corrected_for_having_tried_many() -> None:
    """By its rise; one of three as good as chance would make it in one of eight."""
    committed = snapshot("+++---------")
    tries = {
        "worse": snapshot("++----------"),
        "good": snapshot("+++++++-----"),
        "some": snapshot("++++--------"),
    }
    found = ranked(committed, tries)

    assert [one.name for one in found] == ["good", "some", "worse"]
    assert [one.p for one in found] == [1 / 16, 1 / 2, 1.0]
    assert [one.adjusted for one in found] == [3 / 16, 1.0, 1.0]
    assert winner(found) is found[0]
    assert winner(found[2:]) is None
    assert winner(ranked(committed, {"same": committed})) is None


@pytest.mark.parametrize(
    ("before", "now", "means"),
    [
        ("------", "++++++", Confirmation.BETTER),
        ("------", "+-----", Confirmation.UNDECIDED),
        ("++----", "++----", Confirmation.NOT_BETTER),
        ("++----", "+-----", Confirmation.NOT_BETTER),
    ],
)
def test_the_held_out_third_judges_once(before: str, now: str, means: Confirmation) -> None:
    """Better where chance does not explain the rise, undecided where it may, else not better."""
    held = held_out(snapshot(before), snapshot(now), 0.05)
    first = ranked(snapshot("-"), {"<b>|x": snapshot("+")})
    swept = Swept("phi3", "old.yaml", 1, 6, first, first[0], held, (), 9, 3)

    assert held.confirmation is means
    assert swept.passes is (means is not Confirmation.NOT_BETTER)
    text = list(lines(swept))
    words = {"better": "confirmed", "undecided": "not confirmed", "not better": "contradicted"}
    assert f"; {words[means]}: " in text[0]
    assert (
        "6 articles held out: a rise of less than 83.3 points over all would not show at the "
        in text[-2]
    )
    assert ("by luck" in " ".join(text)) is (means is Confirmation.NOT_BETTER)
    assert "<code>&#60;b&#62;&#124;x</code>" in "\n".join(markdown(swept))


# ---------------------------------------------------------------- candidates


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Before anything is asked: one line for each file."""
    for name, text in {
        "old": PROMPT,
        "short": PROMPT.replace("  cook: Whose recipe is it?\n", ""),
        "none": "task: [",
        "new": PROMPT.replace("Whose", "Of whom"),
    }.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    files = [tmp_path / f"{name}.yaml" for name in ("short", "new", "none", "gone")]

    with pytest.raises(PromptError) as refused:
        load_wordings(RECIPES, files, tmp_path / "old.yaml", None, constrained=True)

    told = refused.value.message.splitlines()
    assert len(told) == 4
    assert "cook is missing" in told[0]
    assert "not YAML" in told[1]
    assert "gone.yaml" in told[2]
    assert told[3] == "nothing was asked"


def test_two_files_with_the_same_words_are_one_candidate(tmp_path: Path) -> None:
    """And one with the committed words is none; both are said."""
    new = PROMPT.replace("Whose", "Of whom")
    for name, text in {"old": PROMPT, "a": new, "b": f"# other\n{new}", "c": PROMPT}.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    old, a, b, c = (tmp_path / f"{name}.yaml" for name in ["old", "a", "b", "c"])

    found = load_wordings(RECIPES, [a, b, c], old, None, constrained=True)

    assert [one.name for one in found.candidates] == [str(a)]
    assert found.notes == (
        f"{b} has the words of {a}, and is the same candidate",
        f"{c} has the words of the committed {old}, and is no candidate",
    )
    with pytest.raises(SettingsError, match="is no candidate"):
        load_wordings(RECIPES, [c], old, None, constrained=True)


# ---------------------------------------------------------------- a whole sweep


@pytest.fixture
def folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project of nine articles, three of each page, and three candidates."""
    place = project.path / "fixtures" / "articles"
    for name in ("harbour-dental", "mill-lane", "county-final"):
        page, label = ((place / f"{name}.{end}").read_text("utf-8") for end in ("html", "yaml"))
        for number in (2, 3):
            other = page.replace("</article>", f"<p>This is report number {number}.</p></article>")
            (place / f"{name}-{number}.html").write_text(other, "utf-8")
            text = label.replace(f"id: {name}", f"id: {name}-{number}")
            (place / f"{name}-{number}.yaml").write_text(text, "utf-8")
    words = (project.path / "evals/prompts/breach.yaml").read_text("utf-8")
    for word in ("tersely", "soberly", "wildly"):
        text = words.replace("state it", f"state it {word}")
        (project.path / f"{word}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(project.path)
    return project


def by_words(better: str, worse: str) -> list[dict[str, object]]:
    """Reply rules: all right by one wording, more wrong than usual by another, causes wrong by all others."""
    marks = {
        "harbour-dental": "Harbour Dental",
        "mill-lane": "Postwright",
        "county-final": "tie-break",
    }
    wrong = {"cause": "weather"}
    found: list[dict[str, object]] = []
    for id_, mark in marks.items():
        right = dict(RIGHT[id_])
        found += [
            {"contains": [mark, better], "reply": right},
            {"contains": [mark, worse], "reply": {**right, **wrong, "data_breach": "No"}},
            {"contains": mark, "reply": {**right, **wrong}},
        ]
    return found


def test_a_sweep_asks_what_it_needs_once_and_ranks(
    folder: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Six articles of each wording, three more of the first and the committed one; the next sweep asks nothing."""
    log, file = tmp_path / "log", tmp_path / "sweep.md"
    command = ["sweep", "soberly.yaml", "tersely.yaml", "wildly.yaml", "-m", "phi3"]
    answers = by_words("tersely", "wildly")
    with ollama_double("--models", "phi3", answers=answers, log=log, folder=tmp_path) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        status = main([*command, "--markdown", str(file)])
        asked = len(double.prompts())
        out = capsys.readouterr().out
        again = main(command), len(double.prompts())
    told = capsys.readouterr().out

    assert status == 0, out
    assert asked == 4 * 6 + 2 * 3
    assert again == (0, asked)
    first = out.splitlines()[0]
    assert first.startswith("phi3: tersely.yaml ranks first of 3 candidates: +")
    assert "over the 6 articles that rank, p 0.016, corrected 0.047" in first
    assert "; not confirmed: +" in first
    assert [line.split()[0] for line in out.splitlines() if re.match(r"\w+\.yaml ", line)] == [
        "tersely.yaml",
        "soberly.yaml",
        "wildly.yaml",
    ]
    assert "3 articles held out: no rise could show at the level of 0.05; label more" in out
    assert "asked 30 times, 0 recalled; about the 3 articles held out only the first and the" in out
    assert "asked 0 times, 30 recalled" in told
    assert (
        "a candidate: tersely.yaml; nothing of it is accepted; to take it over, copy it to "
        "evals/prompts/breach.yaml and run pytest -m phi3 --snapshot-update" in out
    )
    assert "look closer: slm-harness compare evals/prompts/breach.yaml tersely.yaml -m phi3" in out
    assert file.read_text("utf-8").startswith("### `phi3`: 3 candidates beside `evals/prompts/")
    assert not (folder.path / "evals" / "answers").exists()

    words = out[out.index("look closer: slm-harness ") :].splitlines()[0].split()[3:]
    assert main([*words, "--json"]) == 0
    (compared,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert compared["questions"]["cause"]["now"]["passes"] == 9


def test_what_was_not_measured_is_red(
    folder: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody answers: nothing is ranked, and it is told once."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")

    assert main(["sweep", "soberly.yaml", "tersely.yaml", "-m", "phi3"]) == 1
    out = capsys.readouterr().out
    assert out.startswith(
        "phi3: nothing was ranked\nnot measured: evals/prompts/breach.yaml: about "
    )
    assert out.count("not measured") == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["tersely.yaml", "-m", "baseline"], "-m baseline: this is no language model"),
        (["tersely.yaml", "-m", "phi4"], "no model is called phi4 (did you mean 'phi3'?)"),
        (["gone.yaml", "tersely.yaml", "-m", "phi3"], "gone.yaml: the prompt file cannot be read"),
        (["evals/prompts/breach.yaml", "-m", "phi3"], "is no candidate"),
    ],
)
def test_wrong_settings_are_refused(
    folder: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    """Status 2, before anybody is asked."""
    assert main(["sweep", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, why in err) == ("", True), err
