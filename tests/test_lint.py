"""Lint: what it finds in labels that load, each fault with its line; and what it lets pass."""

import time
from datetime import date
from pathlib import Path

import pytest

from slm_harness.breach import TASK
from slm_harness.errors import SettingsError
from slm_harness.grading.expected import Number, Span
from slm_harness.labels import load_articles
from slm_harness.labels.lint import lint
from slm_harness.labels.support import unsupported
from tests import recipe_task
from tests.test_labels import LABEL, NO_BREACH, PAGE, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one sound article in it, in a folder of its own."""
    path = tmp_path / "articles"
    path.mkdir()
    return put(path)


def found(folder: Path) -> list[str]:
    """What lint finds, without the folder before it."""
    return [str(one).removeprefix(f"{folder}/") for one in lint(folder, TASK).findings]


def changed(old: str, new: str) -> str:
    """The sound label with one change."""
    assert LABEL.count(old) == 1, old
    return LABEL.replace(old, new)


def test_sound_label_has_no_fault(folder: Path) -> None:
    """Nothing is found in a label that is in order."""
    assert lint(folder, TASK).articles == 1
    assert found(folder) == []


LISTED = [
    # answers against each other
    (
        'third_parties_involved: "No"\n  third_parties: none',
        'third_parties_involved: "No"\n  third_parties: {names: [{name: Tarbert Cloud}]}',
        "22: answers.third_parties_involved: is No, but third_parties has an answer",
    ),
    (
        'third_parties_involved: "No"',
        'third_parties_involved: "Yes"',
        "22: answers.third_parties_involved: is Yes, but third_parties is none; say what it is, or unknown",
    ),
    (
        'cause_known: "Yes"\n  cause:\n    statement: Somebody guessed a password.\n'
        "    key_facts:\n      - [guessed password, weak password]\n",
        'cause_known: "Yes"\n  cause: none\n',
        "17: answers.cause_known: is Yes, but cause is none; say what it is, or unknown",
    ),
    (
        "discovery_date: {earliest: 2024-06-03, latest: 2024-06-03, wrong: [2024-06-02]}",
        "discovery_date: {earliest: 2024-06-01, latest: 2024-06-01}",
        "16: answers.discovery_date: ends on 2024-06-01, before breach_date begins on 2024-06-02",
    ),
    (
        "discovery_date: {earliest: 2024-06-03, latest: 2024-06-03, wrong: [2024-06-02]}",
        "discovery_date: {earliest: 2042-06-03, latest: 2042-06-03}",
        "16: answers.discovery_date: 2042-06-03 is after the article was published (2024-06-11)",
    ),
    (
        'third_parties_involved: "No"\n  third_parties: none',
        'third_parties_involved: "Yes"\n  third_parties: {names: [{name: Brackwater Ferries}]}',
        "23: answers.third_parties: 'Brackwater Ferries' is a name under breached_entity too; "
        "it can be one of them",
    ),
    # one answer against itself
    (
        "wrong: [Tidewater Press]",
        "wrong: [brackwater]",
        "10: answers.breached_entity: 'brackwater' is a right name and a wrong or neutral one",
    ),
    (
        "unit: passengers}",
        "unit: passengers, wrong: [23500]}",
        "14: answers.records_breached: 23500 is wrong, and lies within what is right (23000 to 24000)",
    ),
    (
        "unit: passengers}",
        "unit: passengers, claimed: [23417]}",
        "14: answers.records_breached: 23417 is the right count and a mere claim",
    ),
    (
        "wrong: [2024-06-02]",
        "wrong: [2024-06-03]",
        "16: answers.discovery_date: 2024-06-03 is the right day and a wrong one",
    ),
    (
        "      - [guessed password, weak password]\n",
        "      - [guessed password, weak password]\n    wrong: [Weak password]\n",
        "18: answers.cause: 'Weak password' is a key fact and wrong",
    ),
    (
        "      - [guessed password, weak password]\n",
        "      - [Somebody guessed a password.]\n",
        "18: answers.cause: a key fact has no short wording; give the ways in which a model may put it",
    ),
    # answers against evidence
    (
        "value: 23417, low: 23000, high: 24000",
        "value: 23471, low: 23000, high: 24000",
        "25: evidence.records_breached: does not give 23,471; it has 23,417",
    ),
    (
        "the bookings of 23,417 passengers",
        "noticed an odd log-in",
        "25: evidence.records_breached: does not give 23,417; it has no figure",
    ),
    (
        "  cause: Somebody had",
        "  breach_date: noticed an odd log-in on 3 June\n  cause: Somebody had",
        "26: evidence.breach_date: does not give 2024-06-02; it has 3 june",
    ),
    (
        "  cause: Somebody had",
        "  breached_entity: The company’s chief engineer\n  cause: Somebody had",
        "26: evidence.breached_entity: does not name 'Brackwater Ferries', nor by an alias",
    ),
    (
        "Somebody had guessed a password",
        "noticed an odd log-in",
        "26: evidence.cause: has no word in common with the cause (Somebody guessed a password.)",
    ),
    # the page, the editor's text, tags, drafts
    (
        "  - Published by Tidewater Press",
        "  - chief engineer",
        "28: furniture[0]: 'chief engineer' is still in the cleaned text",
    ),
    (
        "  - Published by Tidewater Press",
        "  - Published by Tidewater Pres.",
        "28: furniture[0]: 'Published by Tidewater Pres.' is not on the page; copy it from there, or take "
        "it out",
    ),
    (
        "contested: [cause_known]",
        "text: Somebody had guessed a password, and so on.",
        "25: evidence.records_breached: 'the bookings of 23,417 passengers' is not in the editor's text; "
        "mend one of the two",
    ),
    (
        "tags: [exact-day]",
        "tags: [exact-dat]",
        "7: tags[0]: 'exact-dat' is not in tags.yaml (did you mean 'exact-day'?)",
    ),
    (
        "contested: [cause_known]",
        "draft: true",
        "29: draft: still a draft, which an evaluation refuses; check it, take the line out",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fault"), LISTED, ids=[row[2][:60] for row in LISTED])
def test_fault_is_listed(folder: Path, old: str, new: str, fault: str) -> None:
    """Each names the file, the line and the place, and is the only one."""
    (folder.parent / "tags.yaml").write_text("dates: {exact-day: a day is given}\n")
    label = changed(old, new).replace("contested: [cause_known]\n", "")
    put(folder, label)

    assert found(folder) == [f"brackwater.yaml:{fault}"]


PASSED = [
    # a contested answer may contradict another
    ('cause_known: "Yes"', 'cause_known: "No"'),
    # a party that the article does not name
    (
        'third_parties_involved: "No"\n  third_parties: none',
        'third_parties_involved: "Yes"\n  third_parties: unknown',
    ),
    # a date that the evidence tells in words that no machine can read
    ("  cause: Somebody had", "  discovery_date: noticed an odd log-in\n  cause: Somebody had"),
    (
        "  cause: Somebody had",
        "  discovery_date: [on 2 June, log-in on 3 June]\n  cause: Somebody had",
    ),
    # several quotations of which one gives the figure
    (
        "records_breached: the bookings of 23,417 passengers",
        "records_breached: [passengers on 2 June, 'the bookings of 23,417 passengers']",
    ),
]


@pytest.mark.parametrize(("old", "new"), PASSED)
def test_no_fault_is_made_up(folder: Path, old: str, new: str) -> None:
    """What may be right is let pass."""
    put(folder, changed(old, new))

    assert found(folder) == []


def test_an_evaluation_refuses_less(folder: Path) -> None:
    """What lint finds beyond the contract is no reason to refuse an evaluation."""
    put(folder, changed("  - Published by Tidewater Press", "  - chief engineer"))

    assert [article.id for article in load_articles(folder, TASK)] == ["brackwater"]
    assert len(found(folder)) == 1


def test_contradictions_are_found_beside_other_faults(folder: Path) -> None:
    """One answer that is no label hides no other's fault."""
    put(
        folder,
        changed("unit: passengers}", "units: passengers}").replace("wrong: [2024-06-02]", "wrong: [2024-06-03]"),
    )  # fmt: skip

    assert [line.split(" ")[0] for line in found(folder)] == [
        "brackwater.yaml:14:",
        "brackwater.yaml:16:",
    ]


def test_breach_without_one_answer(folder: Path) -> None:
    """A label whose every answer is none or No is of the kind without answers."""
    put(folder, NO_BREACH.replace("kind: not-a-breach", "kind: breach"))

    assert found(folder) == [
        "brackwater.yaml:2: kind: every answer is none or No, which is an article of kind not-a-breach"
    ]


def test_one_text_twice(folder: Path) -> None:
    """A page that was saved twice is found though a word differs."""
    put(folder, LABEL.replace("id: brackwater", "id: twice"), PAGE.replace("an odd", "an"), "twice")

    assert found(folder) == ["twice.html: has the text of brackwater.html; keep one of the two"]


def test_a_day_told_by_another_is_let_pass() -> None:
    """Where evidence counts on from a day that it names, that day is no contradiction."""
    span = Span(earliest=date(2022, 6, 14), latest=date(2022, 6, 14))

    assert list(unsupported(span, ["on 9 June 2022", "noticed five days later."], None)) == []
    assert list(unsupported(span, ["on 9 June 2022"], None)) != []


def test_furniture_is_read_in_the_charset_of_the_label(folder: Path) -> None:
    """Where only the label knows the encoding, furniture is found all the same."""
    page = PAGE.replace('<meta charset="utf-8">', "").replace("Tidewater Press", "Přílivový Tisk")
    (folder / "brackwater.html").write_bytes(
        page.replace("“", '"').replace("”", '"').encode("cp1250")
    )
    label = LABEL.replace("Tidewater Press", "Přílivový Tisk")
    put(folder, label.replace("id: brack", "charset: windows-1250\nid: brack"), page=None)

    assert found(folder) == []


@pytest.mark.parametrize("count", [2, 40])
def test_repetitive_pages_are_compared_quickly(tmp_path: Path, count: int) -> None:
    """Comparing pages takes no more than their length, whatever words they repeat."""
    started = time.process_time()
    for number in range(count):
        words = " ".join(["no", "yes", "perhaps"][(i * number) % 3] for i in range(6_000))
        page = PAGE.replace("</article>", f"<p>{words}</p></article>")
        put(tmp_path, LABEL.replace("id: brackwater", f"id: a{number}"), page, f"a{number}")
    lint(tmp_path, TASK)

    assert time.process_time() - started < 0.5 * count + 5


def test_total_is_borne_out_by_all_its_parts() -> None:
    """A round-up's evidence gives its total, or every part of it."""
    total = Number(value=42, parts=(12, 30))

    assert list(unsupported(total, ["12 nurses", "and 30 porters"], None)) == []
    assert list(unsupported(total, ["42 in all"], None)) == []
    assert list(unsupported(total, ["12 nurses"], None)) == ["does not give 42; it has 12"]


def test_list_of_tags_that_is_none(folder: Path) -> None:
    """A tags.yaml of another form is one line."""
    (folder.parent / "tags.yaml").write_text("- exact-day\n")

    with pytest.raises(SettingsError, match=r"tags.yaml: it has to map groups to tags"):
        lint(folder, TASK)


def test_other_tasks_have_other_relations(tmp_path: Path) -> None:
    """Nothing of it knows the nine questions."""
    recipe_task.lay_out(tmp_path)

    assert lint(tmp_path / "recipes", recipe_task.TASK).findings == ()
