"""Labels: what they give, and each fault they can have."""

import re
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slm_harness.breach import TASK
from slm_harness.errors import HarnessError, LabelsError, SettingsError
from slm_harness.labels import load_articles
from slm_harness.labels.load import load_labelled
from slm_harness.task import Kind, Question, Task

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Brackwater Ferries</title>
<meta property="article:published_time" content="2024-06-10T08:00:00Z"></head>
<body><nav><a href="/">Home</a></nav>
<article><h1>Bookings of 23,417 ferry passengers were read</h1>
<p>Brackwater Ferries said on Monday that a stranger had read the bookings of 23,417
passengers on 2 June.</p>
<p>The company’s chief engineer, Ottilie Brandt, noticed an odd log-in on 3 June and closed it.</p>
<p>“We are sorry,” she said. Somebody had guessed a password that was the name of the ferry.</p></article>
<footer><p>Published by Tidewater Press.</p></footer></body></html>
"""

LABEL = """\
id: brackwater
url: https://tidewater.example/brackwater/
title: Bookings of 23,417 ferry passengers were read
published: 2024-06-11
language: en-GB
kind: breach
tags: [exact-day]
answers:
  data_breach: "Yes"
  breached_entity:
    names:
      - {name: Brackwater Ferries, aliases: [Brackwater]}
    wrong: [Tidewater Press]
  records_breached: {value: 23417, low: 23000, high: 24000, unit: passengers}
  breach_date: {earliest: 2024-06-02, latest: 2024-06-02}
  discovery_date: {earliest: 2024-06-03, latest: 2024-06-03, wrong: [2024-06-02]}
  cause_known: "Yes"
  cause:
    statement: Somebody guessed a password.
    key_facts:
      - [guessed password, weak password]
  third_parties_involved: "No"
  third_parties: none
evidence:
  records_breached: the bookings of 23,417 passengers
  cause: Somebody had guessed a password
furniture:
  - Published by Tidewater Press
contested: [cause_known]
"""

NO_BREACH = """\
id: brackwater
kind: not-a-breach
answers:
  data_breach: "No"
  breached_entity: none
  records_breached: none
  breach_date: none
  discovery_date: none
  cause_known: none
  cause: none
  third_parties_involved: No
  third_parties: none
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one sound article in it."""
    return put(tmp_path)


def put(
    folder: Path, label: str | bytes = LABEL, page: str | None = PAGE, name: str = "brackwater"
) -> Path:
    """Write one article into a folder."""
    raw = label if isinstance(label, bytes) else label.encode("utf-8")
    (folder / f"{name}.yaml").write_bytes(raw)
    if page is not None:
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


def faults(folder: Path, task: Task = TASK) -> list[str]:
    """The faults of a folder, without the folder before them."""
    with pytest.raises(LabelsError) as caught:
        load_articles(folder, task)
    assert all("\n" not in fault for fault in caught.value.faults)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def changed(old: str, new: str, label: str = LABEL) -> str:
    """The label with one change."""
    assert label.count(old) == 1, old
    return label.replace(old, new)


# ---------------------------------------------------------------- what a sound label gives


def test_article_is_complete(folder: Path) -> None:
    """Text, answers in the task's order, title, date, tags and contested questions are there."""
    (article,) = load_articles(folder, TASK)

    assert (article.id, article.kind, article.tags) == ("brackwater", "breach", ("exact-day",))
    assert article.title == "Bookings of 23,417 ferry passengers were read"
    assert tuple(article.answers) == TASK.ids
    assert article.contested == {"cause_known"}
    assert "the bookings of 23,417 passengers on 2 June." in article.text
    assert "Tidewater Press" not in article.text
    assert set(article.label_digests) == set(TASK.ids)
    assert all(re.fullmatch("[0-9a-f]{4}", one) for one in article.label_digests.values())


def test_label_wins_over_the_page(folder: Path) -> None:
    """The label's date is taken where it has one, else the page's; the title likewise."""
    assert load_articles(folder, TASK)[0].published == date(2024, 6, 11)

    put(folder, LABEL.replace("published: 2024-06-11\n", "").replace("title: ", "notes: "))
    (article,) = load_articles(folder, TASK)

    assert article.published == date(2024, 6, 10)
    assert article.title == "Bookings of 23,417 ferry passengers were read"


def test_evidence_and_furniture_are_given_to_tools(folder: Path) -> None:
    """`load_labelled` has what an evaluation has no use for."""
    (labelled,) = load_labelled(folder, TASK)

    assert labelled.evidence["records_breached"] == ("the bookings of 23,417 passengers",)
    assert labelled.furniture == ("Published by Tidewater Press",)
    assert labelled.url == "https://tidewater.example/brackwater/"


def test_articles_are_sorted_by_id(folder: Path) -> None:
    """The order is that of the ids, whatever the folder's."""
    for name in ("zebra", "alder"):
        put(folder, LABEL.replace("id: brackwater", f"id: {name}"), name=name)

    assert [article.id for article in load_articles(folder, TASK)] == [
        "alder",
        "brackwater",
        "zebra",
    ]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("value: 23417", "value: 23418", False),
        ("published: 2024-06-11", "published: 2024-06-12", False),
        ("contested: [cause_known]\n", "", False),
        ('data_breach: "Yes"', "data_breach: Yes", True),
        ("published: 2024-06-11", 'published: "2024-06-11"', True),
        ("tags: [exact-day]", "tags: [other]", True),
        ("  cause: Somebody had guessed a password\n", "", True),
        ("language: en-GB\n", "# a comment\n", True),
    ],
)
def test_digest_is_of_what_decides_a_grade(folder: Path, old: str, new: str, same: bool) -> None:
    """The digest moves with answers, date and contested, and with nothing else."""
    before = load_articles(folder, TASK)[0].label_digests

    put(folder, changed(old, new))

    assert (load_articles(folder, TASK)[0].label_digests == before) is same


def test_bare_yes_and_no_are_read(folder: Path) -> None:
    """YAML's boolean Yes becomes the word."""
    put(folder, changed('data_breach: "Yes"', "data_breach: Yes"))

    assert load_articles(folder, TASK)[0].answers["data_breach"] == "Yes"


def test_not_a_breach(folder: Path) -> None:
    """An article on no breach answers none or No throughout."""
    put(folder, NO_BREACH)

    assert load_articles(folder, TASK)[0].kind == "not-a-breach"


def test_round_up(folder: Path) -> None:
    """Lists of dates and causes, and the parts of a count, are in the contract."""
    dates = "breach_date: [{earliest: 2024-06-02, latest: null}, {earliest: 2024-05-01, latest: 2024-05-09, span: during, slack: {earliest: 2}}]"
    label = changed("breach_date: {earliest: 2024-06-02, latest: 2024-06-02}", dates)
    label = changed("value: 23417,", "value: 23417, parts: [20000, 3417],", label)

    put(folder, changed("kind: breach", "kind: round-up", label))

    assert load_articles(folder, TASK)[0].kind == "round-up"


def test_other_files_are_left_alone(folder: Path) -> None:
    """A README, a hidden file and a sub-folder are no articles."""
    (folder / "README.md").write_text("# Articles")
    (folder / ".brackwater.yaml.swp").write_text("x")
    (folder / "pictures").mkdir()

    assert len(load_articles(folder, TASK)) == 1


def test_aliases_that_stay_small_are_read(folder: Path) -> None:
    """An anchor that saves writing a day twice is plain YAML."""
    label = changed(
        "{earliest: 2024-06-02, latest: 2024-06-02}", "{earliest: &day 2024-06-02, latest: *day}"
    )

    put(folder, label)

    assert load_articles(folder, TASK)[0].answers["breach_date"] == {
        "earliest": date(2024, 6, 2),
        "latest": date(2024, 6, 2),
    }


def test_loader_knows_no_breach(tmp_path: Path) -> None:
    """Another task's labels are loaded by that task's table."""
    task = Task("recall", "Recall", (Question("maker", Kind.NAMES), Question("units", Kind.COUNT)))
    answers = "answers:\n  maker: {names: [{name: Ostrey}]}\n  units: unknown\n"

    put(tmp_path, f"id: brackwater\nkind: breach\n{answers}")

    assert tuple(load_articles(tmp_path, task)[0].answers) == ("maker", "units")


# ---------------------------------------------------------------- faults, one a row

DAY = "{earliest: 2024-06-02, latest: 2024-06-02}"
COUNT = "{value: 23417, low: 23000, high: 24000, unit: passengers}"

FAULTS: list[tuple[str, str, str]] = [
    # the file
    ("id: brackwater\n", "id: brackwater\n\tx: 1\n", "2: not YAML: "),
    (
        "title: Book",
        "title: A: Book",
        '3: not YAML: mapping values are not allowed in this context (a text with ": " in it goes in quotes)',
    ),
    ("kind: breach\n", "kind: breach\n---\nkind: breach\n", "7: not YAML: "),
    ("title: Book", "title: \x07Book", "3: not YAML: a control character; take it out"),
    ("title: Book", "title: *Book", "3: not YAML: "),
    # keys of the top
    ("id: brackwater\n", "", "1: id: is missing"),
    ("kind: breach\n", "", "1: kind: is missing"),
    ("url:", "ulr:", "2: ulr: unknown key (did you mean 'url'?)"),
    ("tags:", "zebra:", "7: zebra: unknown key; known are id, url,"),
    (
        "evidence:",
        "evidences:",
        "24: evidences: unknown key (did you mean 'evidence'?)",
    ),
    (
        "kind: breach\n",
        "kind: breach\nkind: breach\n",
        "7: kind: this key is there twice (first on line 6); keep one",
    ),
    ("tags: [", "? [a]\n: [", "7: a key has to be a plain word"),
    ("tags: [exact-day]", "<<: {tags: [a]}", "7: a key has to be a plain word"),
    # values of the top
    (
        "id: brackwater",
        "id: breakwater",
        "1: id: is 'breakwater', but the file's stem is 'brackwater'",
    ),
    ("id: brackwater", "id: 12", "1: id: has to be text; put it in quotes"),
    ("https://", "tidewater:", "2: url: has to begin with http:// or https://"),
    (
        "title: Bookings of 23,417 ferry passengers were read",
        "title: 12:30",
        "3: title: 12:30 is not written as a plain number; or quote it as text",
    ),
    (
        "title: Bookings of 23,417 ferry passengers were read",
        "title:",
        "3: title: is empty; leave the key out",
    ),
    (
        "published: 2024-06-11",
        "published: 2024-02-31",
        "4: published: 2024-02-31 is no day of the calendar",
    ),
    (
        "published: 2024-06-11",
        "published: 11 June",
        "4: published: has to be a day written YYYY-MM-DD",
    ),
    (
        "published: 2024-06-11",
        "published: 2024-06-11T08:00:00Z",
        "4: published: has to be a day written YYYY-MM-DD",
    ),
    ("language: en-GB", "language: no", "5: language: has to be text; put it in quotes"),
    (
        "kind: breach",
        "kind: not a breach",
        "6: kind: has to be one of breach, round-up, not-a-breach (did you mean 'not-a-breach'?)",
    ),
    ("kind: breach", "kind: [breach]", "6: kind: has to be text"),
    ("tags: [exact-day]", "tags: exact-day", "7: tags: has to be a list of texts"),
    ("tags: [exact-day]", "tags: [2024]", "7: tags: an entry has to be text; put it in quotes"),
    (
        "tags: [exact-day]",
        "tags: !!python/object/apply:os.system [touch /tmp/x]",
        "7: tags: the tag !!python/object/apply:os.system is refused; labels hold plain values only",
    ),
    (
        "tags: [exact-day]",
        "tags: !!set {a}",
        "7: tags: the tag !!set is refused; labels hold plain values only",
    ),
    (
        "tags: [exact-day]",
        "draft: true",
        "7: draft: a draft that nobody has confirmed; check it and take the line out",
    ),
    ("tags: [exact-day]", "draft: maybe", "7: draft: has to be true or false"),
    ("tags: [exact-day]", "draft: !!bool maybe", "7: draft: maybe cannot be read"),
    (
        "contested: [cause_known]",
        "contested: [cause_knwon]",
        "29: contested[0]: 'cause_knwon' is no question (did you mean 'cause_known'?)",
    ),
    # keys under answers
    ("  third_parties: none\n", "", "8: answers.third_parties: is missing"),
    (
        "  third_parties: none",
        "  third_partys: none",
        "23: answers.third_partys: no question of this task (did you mean 'third_parties'?)",
    ),
    (
        "  third_parties: none",
        "  third_parties: none\n  third_parties: unknown",
        "24: answers.third_parties: this key is there twice (first on line 23); keep one",
    ),
    # values under answers
    (
        'data_breach: "Yes"',
        "data_breach: maybe",
        "9: answers.data_breach: maybe is no label of this kind; it is",
    ),
    (
        'data_breach: "Yes"',
        "data_breach: {value: true}",
        "9: answers.data_breach: {'value': True} is no label of this kind; it is",
    ),
    ("name: Brackwater Ferries, ", "", "12: answers.breached_entity.names[0].name: is missing"),
    (
        "aliases: [Brackwater]",
        "alias: [Brackwater]",
        "12: answers.breached_entity.names[0].alias: unknown key (did you mean 'aliases'?)",
    ),
    (
        "aliases: [Brackwater]",
        "aliases: Brackwater",
        "12: answers.breached_entity.names[0].aliases: has to be a list, in [ ] or with dashes",
    ),
    (
        "wrong: [Tidewater Press]",
        "wrong: [2024]",
        "13: answers.breached_entity.wrong[0]: has to be text; put it in quotes",
    ),
    ("wrong: [Tidewater Press]", 'wrong: [" "]', "13: answers.breached_entity.wrong[0]: is empty"),
    (
        "    wrong: [Tidewater Press]",
        "    neutrals: []",
        "13: answers.breached_entity.neutrals: unknown key (did you mean 'neutral'?)",
    ),
    (
        "{name: Brackwater Ferries, aliases: [Brackwater]}",
        "Brackwater",
        "12: answers.breached_entity.names[0]: has to be a mapping of keys",
    ),
    (COUNT, "23417", "14: answers.records_breached: 23417 is no label of this kind"),
    ("value: 23417", "value: 23,417", "14: answers.records_breached"),
    (
        "value: 23417",
        "value: many",
        "14: answers.records_breached.value: has to be a whole number in plain digits",
    ),
    ("value: 23417", "value: -1", "14: answers.records_breached.value: cannot be less than 0"),
    (
        "value: 23417",
        "value: 023417",
        "14: answers.records_breached.value: 023417 is not written as a plain number; or quote it as text",
    ),
    ("value: 23417", "value: 1" + "0" * 5000, "14: answers.records_breached.value: "),
    (
        "value: 23417, low: 23000, high: 24000, ",
        "",
        "14: answers.records_breached: a count needs value, at_least or at_most",
    ),
    (
        "low: 23000",
        "low: 24000",
        "14: answers.records_breached: low 24000 is more than value 23417",
    ),
    (
        "unit: passengers",
        "unit: passengers, also: [{value: 1}]",
        "14: answers.records_breached.also[0].unit: is missing",
    ),
    (
        "unit: passengers",
        "unit: passengers, also: [{value: 1, units: a, unit: b}]",
        "14: answers.records_breached.also[0].units: unknown key (did you mean 'unit'?)",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: 2024-06-02",
        "15: answers.breach_date: 2024-06-02 is no label of this kind",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: {earliest: 2024-06-31, latest: 2024-07-01}",
        "15: answers.breach_date.earliest: 2024-06-31 is no day of the calendar",
    ),
    (
        f"breach_date: {DAY}",
        'breach_date: {earliest: "2024-06-31", latest: 2024-07-01}',
        "15: answers.breach_date.earliest: 2024-06-31 is no day of the calendar",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: {earliest: June, latest: 2024-07-01}",
        "15: answers.breach_date.earliest: 'June' is no day written YYYY-MM-DD",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: {earliest: 2024-06-02}",
        "15: answers.breach_date.latest: is missing",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: {earliest: 2024-06-02, latest: 2024-06-01}",
        "15: answers.breach_date: the range ends (2024-06-01) before it starts (2024-06-02)",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: {earliest: null, latest: null}",
        "15: answers.breach_date: earliest and latest cannot both be null",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: {earliest: 2024-06-02, latest: 2024-06-03, span: whole}",
        "15: answers.breach_date.span: has to be 'during' or 'within'",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date:\n    - {earliest: 2024-06-02, latest: 2024-06-02}\n    - {earliest: 2024-06-02, lates: 2024-06-02}",
        "17: answers.breach_date[1].lates: unknown key (did you mean 'latest'?)",
    ),
    (
        f"breach_date: {DAY}",
        "breach_date: []",
        "15: answers.breach_date: is empty; name at least one",
    ),
    (
        "      - [guessed password, weak password]",
        "      - []",
        "21: answers.cause.key_facts[0]: is empty; name at least one",
    ),
    (
        "    statement: Somebody guessed a password.\n",
        "",
        "18: answers.cause.statement: is missing",
    ),
    (
        "kind: breach",
        "kind: not-a-breach",
        "14: answers.records_breached: the kind is not-a-breach, so every answer is none or No",
    ),
    (
        "third_parties: none",
        "third_parties:",
        "23: answers.third_parties: an empty answer is no label of this kind",
    ),
    (
        "language: en-GB",
        "charset: klingon-8",
        "5: charset: 'klingon-8' is no charset of web pages",
    ),
    # evidence and furniture
    (
        "  cause: Somebody",
        "  causes: Somebody",
        "26: evidence.causes: no question of this task (did you mean 'cause'?)",
    ),
    (
        "  cause: Somebody had guessed a password",
        "  cause: 5",
        "26: evidence.cause: has to be text; put it in quotes",
    ),
    (
        "Somebody had guessed a password",
        "somebody had GUESSED a password",
        "26: evidence.cause: 'somebody had GUESSED a password' is not word for word in the cleaned text, which has: Somebody had guessed a password",
    ),
    (
        "Somebody had guessed a password",
        "'\"We are sorry,\" she said'",
        "26: evidence.cause: '\"We are sorry,\" she said' is not word for word in the cleaned text, which has: “We are sorry,” she said",
    ),
    (
        "Somebody had guessed a password",
        "Published by Tidewater",
        "26: evidence.cause: 'Published by Tidewater' is on the page, but cleaning drops it; quote what is left",
    ),
    (
        "Somebody had guessed a password",
        "Nobody knows",
        "26: evidence.cause: 'Nobody knows' is not on the page; copy it from the text (slm-harness show)",
    ),
]


@pytest.mark.parametrize(("old", "new", "fault"), FAULTS, ids=[row[2][:60] for row in FAULTS])
def test_fault_is_told_with_its_line(folder: Path, old: str, new: str, fault: str) -> None:
    """Each fault names the file, the line, the place and, where something is near, the right spelling."""
    put(folder, LABEL.replace(old, new, 1))

    assert any(line.startswith(f"brackwater.yaml:{fault}") for line in faults(folder)), faults(
        folder
    )


def test_every_fault_of_every_file_at_once(folder: Path) -> None:
    """One error holds them all, file by file and line by line, and says that nothing was asked."""
    put(folder, changed("unit: passengers}", "units: passengers}").replace("url:", "ulr:"))
    put(folder, "kind: breach\n", name="alder")

    with pytest.raises(
        LabelsError, match=r"^4 faults in the labels of .*; nothing was asked"
    ) as caught:
        load_articles(folder, TASK)

    assert [
        re.sub(r".*/([a-z]+\.yaml:\d+): (\S+) .*", r"\1 \2", fault) for fault in caught.value.faults
    ] == [
        "alder.yaml:1 answers:",
        "alder.yaml:1 id:",
        "brackwater.yaml:2 ulr:",
        "brackwater.yaml:14 answers.records_breached.units:",
    ]


def test_lines_are_sorted_as_numbers(folder: Path) -> None:
    """Line 9 stands before line 14."""
    put(folder, LABEL.replace('data_breach: "Yes"', "data_breach: 5").replace("unit:", "units:"))

    assert [line.split(":")[1] for line in faults(folder)] == ["9", "14"]


@pytest.mark.parametrize(
    ("arrange", "fault"),
    [
        (lambda f: (f / "brackwater.html").unlink(), "brackwater.html: is not there, but brackwater.yaml is"),
        (lambda f: (f / "brackwater.yaml").unlink(), "brackwater.yaml: is not there, but brackwater.html is"),
        (lambda f: (f / "brackwater.html").write_text(""), "brackwater.html: the page is empty"),
        (lambda f: (f / "brackwater.html").write_bytes(b"%PDF-1.7"), "brackwater.html: this is a PDF"),
        (lambda f: (f / "brackwater.html").write_bytes(b"<p>" * 2_000_000), "brackwater.html: the page has more than"),
        (lambda f: (f / "brackwater.yaml").write_bytes(b"x: 1\n" * 1_000_000), "brackwater.yaml: the file has more than"),
        (lambda f: (f / "brackwater.yaml").write_text(""), "brackwater.yaml:1: the file is empty; it needs id, kind, answers"),
        (lambda f: (f / "brackwater.yaml").write_text("- a"), "brackwater.yaml:1: a label file is a mapping of keys"),
        (lambda f: (f / "brackwater.yaml").write_bytes(b"id: brack\n\xff"), "brackwater.yaml:2: not UTF-8"),
        (lambda f: (f / "brackwater.yaml").rename(f / "brackwater.yml"), "brackwater.yml: the name ends in .yml; call it brackwater.yaml"),
        (lambda f: (f / "brackwater.html").rename(f / "brackwater.HTM"), "brackwater.HTM: the name ends in .HTM; call it brackwater.html"),
        (lambda f: ((f / "x.yaml").mkdir(), (f / "x.html").mkdir()), "x.yaml: is no regular file"),
        (lambda f: put(f, LABEL.replace("id: brackwater", "id: a b"), name="a b"), "a b.yaml:1: id: has to be letters, digits"),
        (lambda f: (f / "gone.yaml").symlink_to(f / "nowhere"), "gone.yaml: is not there, but gone.html is"),
    ],
    ids=range(14),
)  # fmt: skip
def test_fault_of_the_folder(folder: Path, arrange: Callable[[Path], object], fault: str) -> None:
    """Files that are missing, misnamed, empty, huge or no pages are faults of that file."""
    arrange(folder)

    assert any(line.startswith(fault) for line in faults(folder)), faults(folder)


def test_draft_is_for_tools_only(folder: Path) -> None:
    """A tool that edits may read a draft; an evaluation may not."""
    put(folder, LABEL + "draft: true\n")

    assert load_labelled(folder, TASK, drafts=True)[0].draft
    assert "a draft that nobody has confirmed" in faults(folder)[0]


@pytest.mark.parametrize(
    "label",
    [
        b"a: " + b"[" * 300_000,
        b"a: " + b"{a: " * 90_000,
        b"".join(b" " * n + b"a:\n" for n in range(600)),
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 112)
        ),
        b"a: &a [*a]\n",
        b"&a {a: *a}\n",
        b"- x\n" * 99_000,
        b'a: "' + b"x" * 399_000,
        b"x: 1\n" * 1_000_000,
    ],
    ids=[
        "brackets",
        "braces",
        "blocks",
        "bomb",
        "self",
        "self-mapping",
        "many",
        "unclosed",
        "5 MB",
    ],
)
def test_label_that_grows_or_nests_is_refused_quickly(folder: Path, label: bytes) -> None:
    """What would fill memory or the stack is one fault, at once."""
    begun = time.monotonic()
    put(folder, label)

    (fault,) = faults(folder)

    assert re.match(r"brackwater\.yaml(:\d+)?: (nested too deep|the file has|not YAML)", fault)
    assert time.monotonic() - begun < 5


def test_nothing_in_a_label_runs(folder: Path) -> None:
    """A tag that would build an object builds none."""
    witness = folder / "ran"
    put(
        folder,
        LABEL
        + f"notes: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{witness}]]\n",
    )

    assert "is refused" in faults(folder)[0]
    assert not witness.exists()


def test_fault_is_safe_to_print(folder: Path) -> None:
    """A key with an escape sequence in it does not reach the terminal as one."""
    put(folder, LABEL + '"\\e[31mred\\nline": 1\n')

    (fault,) = faults(folder)

    assert fault.isprintable()


@pytest.mark.parametrize(
    ("arrange", "what"),
    [
        (lambda f: f, "is empty"),
        (lambda f: f / "nowhere", "is not there"),
        (lambda f: put(f) / "brackwater.yaml", "is no folder"),
    ],
)
def test_folder_without_articles(
    tmp_path: Path, arrange: Callable[[Path], Path], what: str
) -> None:
    """No articles is a wrong setting, with what to do."""
    folder = arrange(tmp_path)

    with pytest.raises(SettingsError, match="name another folder with --articles=DIR") as caught:
        load_articles(folder, TASK)

    assert str(caught.value).startswith(f"{folder}: the folder of articles {what};")


def test_one_article_alone(folder: Path) -> None:
    """`only` looks at one article, whatever the others are like; a misspelt id gets a proposal."""
    put(folder, "broken: [", name="other")

    assert [one.article.id for one in load_labelled(folder, TASK, only="brackwater")] == [
        "brackwater"
    ]
    with pytest.raises(
        SettingsError, match=r"no article 'brakwater' \(did you mean 'brackwater'\?\)"
    ):
        load_labelled(folder, TASK, only="brakwater")


# ---------------------------------------------------------------- whatever is written

_SCRAPS = st.sampled_from(
    [
        *(
            "",
            "  ",
            "- ",
            "null",
            "!!int x",
            "&a",
            "*a",
            "{",
            "]",
            ": ",
            "?",
            "<<: *a",
            "'",
            '"',
            "~",
        ),
        *(
            "0x1F",
            "yes",
            "2024-02-30",
            "1e999",
            "\t",
            "---",
            "...",
            "!x",
            "|",
            "\x00",
            "\u202e",
            "[[",
        ),
        *("=", "9" * 30, "!!float ", "!!timestamp ", "!!bool ", "!!null ", "!!binary "),
    ]
)


@pytest.fixture(scope="module")
def mutants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for mutated labels; the page stays."""
    return put(tmp_path_factory.mktemp("mutants"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(LABEL)), st.integers(0, 12), _SCRAPS | st.text(max_size=4)),
        min_size=1,
        max_size=4,
    )
)
def test_mutated_label_is_loaded_or_refused(
    mutants: Path, cuts: list[tuple[int, int, str]]
) -> None:
    """Whatever is written in a label, loading gives an article or the house's own error."""
    label = LABEL
    for start, length, scrap in cuts:
        label = label[:start] + scrap + label[start + length :]
    put(mutants, label.encode("utf-8", "replace"), page=None)
    try:
        (article,) = load_articles(mutants, TASK)
    except HarnessError:
        return
    assert tuple(article.answers) == TASK.ids
