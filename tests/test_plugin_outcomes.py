"""What pytest makes of answers: right, known, worse, better, unusable, never a wrong answer unasked."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.doubles import ollama_double, write_answers
from tests.projects import RIGHT, Project, Run, lines_with, rules

WRONG_DATE = {"harbour_dental": {"breach_date": "05-Jun-2025"}}
CASE = "test_answer[phi3-harbour-dental-breach_date]"


def one(run: Run, name: str) -> Mapping[str, str]:
    """The case of that name."""
    return next(case for case in run.cases if case["name"] == name)


def test_twenty_seven_right_answers_are_green_and_asked_once(
    project: Project, tmp_path: Path
) -> None:
    """Three articles, nine questions, one request each, one model built, also with two workers."""
    log = tmp_path / "log"
    with ollama_double("--pullable", "phi3", log=log, answers=rules(), folder=tmp_path) as double:
        accepted = project.pytest("-m", "phi3", "-n", "2", "--snapshot-update", host=double.address)
        run = project.pytest("-m", "phi3", host=double.address)
        prompts = double.prompts()
        counts = [double.count(path) for path in ("/api/pull", "/api/create")]

    assert (accepted.code, run.code) == (0, 0), run.output
    assert run.verdicts() == {"right": 27}
    assert counts == [1, 1]
    assert len(prompts) == len(RIGHT)
    assert "27/27" in run.output
    assert lines_with(run.output, "articles asked", "0")
    assert lines_with(run.output, "articles recalled", "3")


@pytest.mark.slow
def test_a_run_with_workers_is_a_run_without(project: Project, tmp_path: Path) -> None:
    """Cases, verdicts, snapshot and accepted replies do not depend on ``-n``."""
    answers = rules(**WRONG_DATE)
    with ollama_double("--models", "phi3", answers=answers, folder=tmp_path) as double:
        alone = project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        kept = project.files("evals/__snapshots__"), project.files("evals/answers")
        spread = project.pytest("-m", "phi3", "-n", "2", "--snapshot-update", host=double.address)

    def comparable(run: Run) -> list[tuple[str, str, str]]:
        return sorted((c["name"], c["outcome"], c.get("verdict", "")) for c in run.cases)

    assert kept == (project.files("evals/__snapshots__"), project.files("evals/answers"))
    assert comparable(alone) == comparable(spread)
    assert alone.verdicts() == spread.verdicts() == {"right": 26, "wrong": 1}


def test_a_first_run_fails_for_each_wrong_answer_and_says_how_to_accept(
    project: Project, tmp_path: Path
) -> None:
    """Without a snapshot nothing is known; the line names article, question, both sides and why."""
    answers = rules(**WRONG_DATE)
    with ollama_double("--models", "phi3", answers=answers, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.code == 1
    assert one(run, CASE)["outcome"] == "failure"
    assert lines_with(
        run.output, "phi3 on harbour-dental, breach_date: wrong", "03-Jun-2025", "05-Jun-2025"
    )
    assert lines_with(run.output, "phi3 has no accepted snapshot", "--snapshot-update")
    assert not (project.path / "evals" / "__snapshots__" / "phi3.txt").exists()


def test_what_is_known_is_not_news_and_what_got_worse_is(project: Project, tmp_path: Path) -> None:
    """A known wrong answer is XFAIL; another that fell since is FAILED, and the gate says which."""
    with ollama_double("--models", "phi3", answers=rules(**WRONG_DATE), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        known = project.pytest("-m", "phi3", host=double.address)
        write_answers(tmp_path, rules(**WRONG_DATE, mill_lane={"third_parties": ["Acme Ltd"]}))
        worse = project.pytest("-m", "phi3", "--answers=fresh", host=double.address)

    assert known.code == 0, known.output
    assert (one(known, CASE)["outcome"], one(known, CASE)["verdict"]) == ("skipped", "wrong")
    assert worse.code == 1
    assert one(worse, CASE)["outcome"] == "skipped"
    assert one(worse, "test_answer[phi3-mill-lane-third_parties]")["outcome"] == "failure"
    gate = one(worse, "test_pass_rates[phi3]")
    assert gate["outcome"] == "failure"
    verdict = "phi3 is worse than its snapshot: 1 answer fell, 0 rose"
    assert gate["gate"] == verdict
    assert verdict in worse.output
    assert lines_with(worse.output, "third_parties: 3/3 before, 2/3 now: -33.3 points", "p 0.500")
    assert lines_with(
        worse.output,
        "mill-lane: right -> wrong; expected 'Postwright', said 'Postwright' before, says 'Acme Ltd' now: ",
    )
    assert lines_with(worse.output, "3 articles: no fall could show at the level of 0.05")
    assert lines_with(worse.output, "look closer:", "slm-harness compare accepted")
    assert lines_with(worse.output, "accept:", "pytest -m phi3 --snapshot-update")


def test_what_got_better_is_green_and_can_be_accepted(project: Project, tmp_path: Path) -> None:
    """An improvement passes, is told, and is written when it is accepted."""
    snapshot = project.path / "evals" / "__snapshots__" / "phi3.txt"
    with ollama_double("--models", "phi3", answers=rules(**WRONG_DATE), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        before = snapshot.read_text(encoding="utf-8")
        write_answers(tmp_path, rules())
        better = project.pytest("-m", "phi3", "--answers=fresh", host=double.address)
        untouched = snapshot.read_text(encoding="utf-8")
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)

    after = snapshot.read_text(encoding="utf-8")
    assert better.code == 0, better.output
    assert lines_with(better.output, "breach_date", "3/3 +1")
    assert lines_with(better.output, "phi3: 1 answer is better", "accept them with")
    assert before == untouched
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line.split()[0] for line in changed] == ["3", "27", "harbour-dental"], after


def test_all_wrong_answers_can_be_made_to_fail(project: Project, tmp_path: Path) -> None:
    """--all-wrong-fail and --runxfail turn a known wrong answer into a failure."""
    with ollama_double("--models", "phi3", answers=rules(**WRONG_DATE), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        strict = project.pytest("-m", "phi3", "--all-wrong-fail", host=double.address)
        runxfail = project.pytest("-m", "phi3", "--runxfail", host=double.address)

    assert [strict.code, runxfail.code] == [1, 1]
    assert one(strict, CASE)["outcome"] == one(runxfail, CASE)["outcome"] == "failure"


@pytest.mark.parametrize("scenario", ["length", "loop", "empty-response", "not-a-fault"])
def test_a_reply_without_answers_is_unusable_and_not_passed(
    project: Project, tmp_path: Path, scenario: str
) -> None:
    """Cut off, looped, empty or no JSON: the model's, under its own name, never an ERROR."""
    text = (
        [{"contains": "Title:", "text": "I would rather not say."}]
        if scenario == "not-a-fault"
        else rules()
    )
    flags = [] if scenario == "not-a-fault" else ["--scenario", f"{scenario}:2"]
    with ollama_double("--models", "phi3", *flags, answers=text, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.code == 1
    assert run.verdicts() == {"unusable": 27}
    assert {case["outcome"] for case in run.cases} == {"failure"}
    assert lines_with(run.output, "unusable", "27")


def test_a_contested_answer_is_shown_and_never_scored(project: Project, tmp_path: Path) -> None:
    """Where two careful editors could differ, the answer is skipped by name and out of the rates."""
    project.edit(
        "fixtures/articles/mill-lane.yaml", "kind: breach", "kind: breach\ncontested: [cause_known]"
    )
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", "--snapshot-update", host=double.address)

    contested = one(run, "test_answer[phi3-mill-lane-cause_known]")
    assert run.code == 0, run.output
    assert (contested["outcome"], contested["verdict"]) == ("skipped", "contested")
    assert lines_with(run.output, "cause_known", "2/2")


def test_a_label_flipped_by_hand_is_red(project: Project, tmp_path: Path) -> None:
    """The line names article, question, expected, got and why; the gate names the label and compares the model."""
    with ollama_double("--models", "phi3", answers=rules(**WRONG_DATE), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        project.edit("fixtures/articles/mill-lane.yaml", 'cause_known: "No"', 'cause_known: "Yes"')
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.code == 1
    assert lines_with(run.output, "phi3 on mill-lane, cause_known: wrong: expected 'Yes', got 'No'")
    assert lines_with(
        run.output,
        "phi3 is not worse than its snapshot: 0 answers fell, 0 rose",
        "graded again on both sides: the label of mill-lane cause_known",
    )
    assert lines_with(run.output, "renew it", "pytest -m phi3 --answers=replay --snapshot-update")


def test_a_label_flipped_in_favour_of_the_model_is_no_improvement(
    project: Project, tmp_path: Path
) -> None:
    """The same words of the model are right on both sides, and the gate says that it graded both again."""
    with ollama_double("--models", "phi3", answers=rules(**WRONG_DATE), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        project.edit(
            "fixtures/articles/harbour-dental.yaml",
            "breach_date: {earliest: 2025-06-03, latest: 2025-06-03}",
            "breach_date: {earliest: 2025-06-05, latest: 2025-06-05}",
        )
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.code == 0, run.output
    assert one(run, CASE)["outcome"] == "passed"
    assert lines_with(
        run.output,
        "0 answers fell, 0 rose",
        "graded again on both sides: the label of harbour-dental breach_date",
    )


def test_a_hostile_reply_cannot_write_to_the_terminal(project: Project, tmp_path: Path) -> None:
    """Escape sequences and direction overrides of a reply reach neither terminal nor JUnit."""
    hostile = rules(
        harbour_dental={"breached_entity": "\x1b[2J\x1b]0;owned\x07 \u202eEvil <b>Corp</b>"}
    )
    with ollama_double("--models", "phi3", answers=hostile, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    junit = (project.path / "reports" / "junit.xml").read_text(encoding="utf-8")
    assert run.verdicts()["wrong"] == 1
    assert "Evil" in run.output
    for bad in ("\x1b]0;", "\x1b[2J", "\x07", "\u202e"):
        assert bad not in run.output
        assert bad not in junit


# ---------------------------------------------------------------- tags, and the date in the prompt


def label_with(project: Project, article: str, lines: str) -> None:
    """Put lines at the top of a label."""
    path = project.path / "fixtures" / "articles" / f"{article}.yaml"
    path.write_text(lines + path.read_text(encoding="utf-8"), encoding="utf-8")


def test_pass_rates_by_tag(project: Project, tmp_path: Path) -> None:
    """With --by-tag each tag has its own rate, over the articles that carry it; without, no line."""
    label_with(project, "harbour-dental", "tags: [exact-day, weak-password]\n")
    label_with(project, "mill-lane", "tags: [exact-day]\n")
    answers = rules(**WRONG_DATE)
    with ollama_double("--models", "phi3", answers=answers, folder=tmp_path) as double:
        plain = project.pytest("-m", "phi3", host=double.address)
        tagged = project.pytest("-m", "phi3", "--by-tag", host=double.address)

    assert lines_with(tagged.output, "exact-day", "2", "17/18")
    assert lines_with(tagged.output, "weak-password", "1", "8/9")
    assert "weak-password" not in plain.output
    tags = plain.results["models"]["phi3"]["tags"]
    assert {tag: rate["right"] for tag, rate in tags.items()} == {
        "exact-day": 17,
        "weak-password": 8,
    }


def test_publication_date_can_be_left_out(project: Project, tmp_path: Path) -> None:
    """With --no-date the models are not told it, the graders still are, and the gate compares."""
    label_with(project, "mill-lane", "published: 2025-02-21\n")
    log = tmp_path / "log"
    last = {"mill_lane": {"discovery_date": "last Sunday"}}
    with ollama_double(
        "--models", "phi3", log=log, answers=rules(**last), folder=tmp_path
    ) as double:
        accepted = project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        run = project.pytest("-m", "phi3", "--no-date", host=double.address)
        prompts = double.prompts()

    assert accepted.code == 0, accepted.output
    assert run.verdicts() == {"right": 27}
    dated = [prompt for prompt in prompts if "Published: 2025-02-21" in str(prompt)]
    assert len(dated) == 1
    assert len(prompts) == len(RIGHT) + 1
    assert str(dated[0]).replace("Published: 2025-02-21\n", "") in prompts


def test_a_look_without_the_date_accepts_nothing(project: Project, tmp_path: Path) -> None:
    """It is compared with what was accepted, says what it is, and cannot be taken for a new acceptance."""
    label_with(project, "mill-lane", "published: 2025-02-21\n")
    told = {"contains": "Published: 2025-02-21", "reply": RIGHT["mill-lane"]}
    with ollama_double(
        "--models", "phi3",
        answers=[told, *rules(mill_lane={"discovery_date": "Unknown"})], folder=tmp_path,
    ) as double:  # fmt: skip
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        run = project.pytest("-m", "phi3", "--no-date", host=double.address)
        refused = project.pytest(
            "-m", "phi3", "--no-date", "--snapshot-update", host=double.address
        )

    assert run.verdicts() == {"right": 26, "wrong": 1}
    assert lines_with(run.output, "phi3 is worse", "changed: publication-date none -> not told")
    assert lines_with(run.output, "--no-date: a look at what the models make of it")
    assert "--snapshot-update" not in run.output
    assert refused.code == 4
    assert "it cannot go with --snapshot-update" in refused.output


# ---------------------------------------------------------------- beside the verdicts


def test_contradictions_and_forms_have_rates_of_their_own(project: Project, tmp_path: Path) -> None:
    """A reply that contradicts itself is counted, so is a day in another form; no verdict changes."""
    answers = rules(
        harbour_dental={"third_parties_involved": "No", "third_parties": ["Postwright"]},
        mill_lane={"breach_date": "14 February 2025"},
    )
    with ollama_double("--models", "phi3", answers=answers, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.verdicts() == {"right": 26, "wrong": 1}
    assert lines_with(run.output, "contradict themselves", "1/3")
    assert lines_with(run.output, "in the form asked for", "11/12")
    model = run.results["models"]["phi3"]
    assert model["contradicting"] == 1
    assert model["forms"]["breach_date"] == {"kept": 2, "of": 3}
    case = one(run, "test_answer[phi3-harbour-dental-third_parties_involved]")
    assert case["contradicts"] == "it is No, and third_parties has an answer"
    assert case["verdict"] == "right"


@pytest.mark.slow
def test_a_judge_is_asked_once_and_changes_nothing(project: Project, tmp_path: Path) -> None:
    """Its opinion on free text is shown where it differs, kept in results.json, and stored."""
    log = tmp_path / "log"
    answers = [
        {"contains": ["Fact:", "password was guessed"], "reply": {"same_fact": "No"}},
        *rules(harbour_dental={"cause": "The password was guessed"}),
    ]
    models = "phi3,mistral"
    with ollama_double("--models", models, log=log, answers=answers, folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        arguments = ("-m", "phi3", "--judge", "mistral")
        run = project.pytest(*arguments, host=double.address)
        again = project.pytest(*arguments, host=double.address)
        asked = [b for b in double.bodies("/api/generate") if "Fact:" in str(b["prompt"])]

    assert run.verdicts() == again.verdicts() == {"right": 27}
    assert run.code == again.code == 0
    assert len(asked) == 1
    for output in (run.output, again.output):
        assert lines_with(output, "second opinion of mistral", "with the graders on 0 of 1")
        assert lines_with(
            output, "phi3-harbour-dental-cause: graded right, mistral holds it to be wrong"
        )
    (opinion,) = again.results["opinions"]
    assert (opinion["case"], opinion["agrees"]) == ("phi3-harbour-dental-cause", False)


def test_a_judge_without_a_server_is_no_failure(project: Project) -> None:
    """What it would have said is not known, which is one line."""
    project.pytest("-m", "baseline", "--snapshot-update")
    run = project.pytest("-m", "baseline", "--judge", "mistral")

    assert run.code == 0, run.output
    assert lines_with(run.output, "no opinion on 1: no Ollama server answers at http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("judge", "why"),
    [("mistrall", "did you mean 'mistral'?"), ("baseline", "is no language model")],
)
def test_a_judge_that_is_none_is_refused(project: Project, judge: str, why: str) -> None:
    """A misspelt model and the rule-based reader are one line before anything is asked."""
    run = project.pytest("-m", "baseline", "--judge", judge)

    assert run.code == 4
    assert why in run.output
