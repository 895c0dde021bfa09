"""What can be compared, and how a comparison is written: pure functions, and git as it is."""

import json
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.comparing import Kind, compared, narrowed, operand
from slm_harness.comparing.results_file import MOST_BYTES, read_results
from slm_harness.comparing.revisions import Repository
from slm_harness.comparing.sides import Said, Side
from slm_harness.errors import SettingsError
from slm_harness.gate import Line, Policy, Snapshot
from slm_harness.records import Verdict
from slm_harness.report.comparison import as_json, code, lines, markdown, worded

RIGHT, WRONG, LOST = Verdict.RIGHT, Verdict.WRONG, Verdict.NOT_MEASURED
MARKS = {"+": RIGHT, "-": WRONG, ".": LOST}
NASTY = "x | y `z` <img src=x onerror=1> @team #1 [a](http://e.x) *b* \x1b[2J\u202e\n| - |"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("accepted", Kind.ACCEPTED, "accepted"),
        ("HEAD~3", Kind.REVISION, "HEAD~3"),
        ("phi3", Kind.MODEL, "phi3"),
        ("run.json", Kind.RESULTS, "run.json"),
        ("terse.yaml", Kind.PROMPT, "terse.yaml"),
        ("git:mistral", Kind.REVISION, "mistral"),
        ("model:mistral", Kind.MODEL, "mistral"),
    ],
)
def test_an_operand_is_what_there_is_of_that_name(text: str, kind: Kind, name: str) -> None:
    """The word, a revision, a model, a file; a prefix says which where a name is two things."""
    found = operand(
        text,
        models=["phi3", "mistral"],
        is_file={"run.json", "terse.yaml"}.__contains__,
        is_revision={"HEAD~3", "mistral"}.__contains__,
    )

    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "mistral",
            "mistral is a model and a git revision; say which by model:mistral or git:mistral",
        ),
        ("phi", "did you mean 'phi3'"),
        ("gone.json", "gone.json: there is no such file"),
        ("", "'' is nothing that can be compared"),
        ("git:gone", "git:gone: there is no such git revision"),
        ("model:phi", "model:phi: there is no such model (did you mean 'phi3'?)"),
    ],
)
def test_what_is_nothing_or_two_things_is_refused(text: str, why: str) -> None:
    """In one line that says what it could be."""
    with pytest.raises(SettingsError) as refused:
        operand(
            text,
            models=["phi3", "mistral"],
            is_file=lambda _: False,
            is_revision={"mistral"}.__contains__,
        )

    assert why in refused.value.message
    assert "\n" not in refused.value.message


# ---------------------------------------------------------------- git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with one commit, in a folder of which paths are read."""
    place = tmp_path / "evals"
    (place / "__snapshots__").mkdir(parents=True)
    (place / "__snapshots__" / "phi3.txt").write_text("then\n", encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)
    (place / "__snapshots__" / "phi3.txt").write_text("now\n", encoding="utf-8")
    return Repository(place)


def test_a_file_is_read_as_it_was_committed(repository: Repository) -> None:
    """By the commit's own name, beside what is in the folder now."""
    commit = repository.commit("HEAD")

    assert commit is not None
    assert repository.names(commit, "__snapshots__") == ["phi3.txt"]
    assert repository.text(commit, "__snapshots__/phi3.txt") == "then\n"
    assert repository.text(commit, "__snapshots__/gone.txt") is None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "--output=x",
            "-",
            "",
            "HEAD --output=x",
            "HEAD\n--output=x",
            "HEAD;touch x",
            "$(touch x)",
        ),
        *("HEAD:evals", "gone", "HEAD\0", "\ud800"),
    ],
)
def test_a_hostile_name_is_no_revision(repository: Repository, tmp_path: Path, name: str) -> None:
    """Nothing that looks like an option, a path or a command comes to anything."""
    before = sorted(tmp_path.rglob("*"))

    assert repository.commit(name) is None
    assert sorted(tmp_path.rglob("*")) == before


def test_without_git_nothing_is_a_revision(tmp_path: Path) -> None:
    """Outside of a repository, and in a folder that is not there."""
    assert Repository(tmp_path).commit("HEAD") is None
    assert Repository(tmp_path / "gone").commit("HEAD") is None


# ---------------------------------------------------------------- results of others

_CASE = {"model": "phi3", "article": "mill", "question": "cause", "verdict": "right"}
_GOOD = {
    "format": "slm-harness results 1",
    "models": {"phi3": {"identity": None}},
    "cases": [_CASE],
}


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        ({**_GOOD, "format": "slm-harness results 9"}, "its format is 'slm-harness results 9'"),
        ({**_GOOD, "cases": {"a": 1}}, "cases"),
        ({**_GOOD, "cases": [{**_CASE, "verdict": "splendid"}]}, "cases.0.verdict"),
        ({**_GOOD, "cases": [{**_CASE, "verdict": 1}]}, "cases.0.verdict"),
        ({**_GOOD, "cases": [{**_CASE, "article": "x" * 5000}]}, "cases.0.article"),
        ({**_GOOD, "cases": [_CASE, _CASE]}, "it has an answer twice: phi3-mill-cause"),
        ({**_GOOD, "models": {"phi3": {"identity": {"engine": 1}}}}, "no results file"),
        ({**_GOOD, "models": []}, "models"),
        (
            {**_GOOD, "models": {"phi3": {"identity": {"options": {"t": math.nan}}}}},
            "a number in it",
        ),
        (
            {**_GOOD, "replies": [{"model": "m", "article": "a", "text": "", "finish": "?"}]},
            "finish",
        ),
        ([], "no results file"),
    ],
)
def test_a_results_file_that_is_none_is_refused(tmp_path: Path, wire: object, why: str) -> None:
    """Wrong format, wrong types, twice the same: one line, with the place."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps(wire), encoding="utf-8")

    with pytest.raises(SettingsError) as refused:
        read_results(path)

    assert why in refused.value.message
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 600


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[" * 100_000, b'{"format": "\\ud800"}', b"NaN"])
def test_what_is_no_json_is_refused(tmp_path: Path, raw: bytes) -> None:
    """Empty, no text, deeper than any file of ours, half a character."""
    path = tmp_path / "run.json"
    path.write_bytes(raw)

    with pytest.raises(SettingsError, match="no results file of slm-harness"):
        read_results(path)


def test_a_file_larger_than_any_of_ours_is_not_read(tmp_path: Path) -> None:
    """Refused by its size, before a byte of it is in memory."""
    path = tmp_path / "run.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)

    with pytest.raises(SettingsError, match="are more than a results file has"):
        read_results(path)


# ---------------------------------------------------------------- tables


def side(name: str, model: str = "phi3", **marks: str) -> Side:
    """A side of two questions, from article id to marks."""
    lines_of = {
        article: Line(("aaaa", "bbbb"), "fed", (tuple(MARKS[one] for one in some),))
        for article, some in marks.items()
    }
    snapshot = Snapshot(model, {"digest": name}, ("first", "second"), lines_of)
    return Side(
        name, snapshot, f'words\n- "first": {name}?\n', lambda *_: Said(NASTY, NASTY, NASTY)
    )


ALL = {f"a{number}": "++" for number in range(6)}
TAGS = {"a0": ("long", NASTY), "a1": ("long",)}


def test_the_verdict_is_the_gates_and_names_both_sides() -> None:
    """Strict: one answer that fell is worse; what changed is in the first line, the words below it."""
    found = compared(side("old", **ALL), side("new", **{**ALL, "a0": "+-"}), Policy(), TAGS)
    text = list(lines(found, by_tag=False))

    assert not found.passes
    assert text[0] == (
        "phi3: new is worse than old: 1 answer fell, 0 rose; changed: base digest old -> new"
    )
    assert text[1] == "reworded: first: [-old?-]{+new?+}"
    row = next(line.split() for line in text if line.startswith("second "))
    assert row[:4] + row[-4:] == ["second", "6/6", "5/6", "-16.7", "1", "0", "0.500", "1.000"]
    assert text[-1].startswith(
        "6 articles: at the level of 0.05 a fall of less than 100 points of one question"
    )


def test_a_table_has_the_tags_that_flipped_and_all_if_wanted() -> None:
    """Rates and flips over the articles that carry a tag."""
    tags = {"a0": ("long",), "a1": ("long", "short")}
    found = compared(side("old", **ALL), side("new", **{**ALL, "a0": "+-"}), Policy(), tags)

    few, every = (list(lines(found, by_tag=one)) for one in (False, True))
    assert not [line for line in few if line.startswith("short ")]
    assert [line.split()[:4] for line in every if line.startswith(("long ", "short "))] == [
        ["long", "2", "4/4", "3/4"],
        ["short", "1", "2/2", "2/2"],
    ]


def test_one_question_alone_is_not_corrected() -> None:
    """Who looks at one question looks once."""
    before, now = side("old", **ALL), side("new", **{**ALL, "a0": "+-"})
    whole = compared(before, now, Policy(), {})
    one = compared(_narrowed(before), _narrowed(now), Policy(), {})

    assert [row.question for row in one.judgement.questions] == ["second"]
    assert one.judgement.whole.adjusted == one.judgement.whole.p == 0.5
    assert whole.judgement.questions[1].adjusted == 1.0


def _narrowed(one: Side) -> Side:
    return replace(one, snapshot=narrowed(one.snapshot, "second"))


def test_what_was_not_measured_is_no_number_and_no_pass() -> None:
    """It is left out of the rates, and the status is not that of a whole comparison."""
    now = replace(side("new", **{**ALL, "a0": "+."}), missing=("new: a0 was not measured",))
    found = compared(side("old", **ALL), now, Policy(), {})

    assert found.judgement.questions[1].now.of == 5
    assert not found.passes
    assert "not measured: new: a0 was not measured" in list(lines(found, by_tag=False))


def test_bounds_of_the_policy_hold_where_they_can_be_judged() -> None:
    """A floor makes it worse; of contradictions a snapshot tells nothing, which is said."""
    ceilings = {"contradictions": 0.1}
    free = compared(side("old", **ALL), side("new", **ALL), Policy(ceilings=ceilings), {})
    floor = Policy(floors={"second": 0.9})
    low = {**ALL, "a0": "+-"}
    kept = compared(side("old", **low), side("new", **low), floor, {})

    assert free.passes
    assert (
        "note: new: contradictions are not told there, so their bound is left out" in free.remarks
    )
    assert not kept.passes
    assert "second: 83.3 %, where 90 % is the least that is allowed" in kept.remarks


def test_nothing_in_a_table_of_github_can_be_more_than_words() -> None:
    """Pipes, HTML, code, mentions, links and control characters of articles and models stand for themselves."""
    found = compared(
        side(NASTY, **ALL, **{NASTY: "++"}),
        side("new", **ALL, **{NASTY: "--"}),
        Policy(),
        {NASTY: (NASTY,)},
    )
    text = "\n".join(markdown([found]))

    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 3 + 2 + 2 + 2 + 1
    assert {line.count("|") for line in rows} == {10, 9}
    for sign in ("<img", "`z`", "@team", "](", "\x1b", "\u202e", "*b*", "http://"):
        assert sign not in text
    terminal = "\n".join(lines(found, by_tag=True))
    assert "\x1b" not in terminal
    assert "\u202e" not in terminal
    assert (
        json.loads(json.dumps(as_json([found])))["comparisons"][0]["flips"][0]["says_now"] == NASTY
    )


@given(st.text(max_size=60))
def test_no_text_ends_its_cell(text: str) -> None:
    """Whatever it is, it has no pipe, no line end, no tag and no code of its own."""
    for told in (worded(text), code(text).removeprefix("<code>").removesuffix("</code>")):
        assert not set("|\n\r<>") & set(told)
        assert told.strip("`").count("`") == 0
