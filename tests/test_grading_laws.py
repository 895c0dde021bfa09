"""Laws that every grader keeps, whatever the label and the answer."""

import json
import time
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slm_harness.breach import TASK
from slm_harness.grading import VERSIONS, canonical, expected_in_words, grade, load
from slm_harness.grading.counts import parse_counts
from slm_harness.grading.dates import parse_dates
from slm_harness.grading.expected import LabelFaults
from slm_harness.task import Kind

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
FIRST = [
    "Marrow",
    "Alderly",
    "Bexhall",
    "Cordwain",
    "Zentric",
    "Pinhook",
    "Quillon",
    "Ostmere",
    "Vantelle",
    "Ibrox",
]
SECOND = [
    "Bay",
    "Foods",
    "Motors",
    "Payroll",
    "Labs",
    "Trust",
    "Energy",
    "& Sons",
    "of Kelmore",
    "Systems",
]
company = st.builds(
    lambda a, b, c: " ".join(filter(None, (a, b, c))),
    st.sampled_from(FIRST),
    st.sampled_from(SECOND),
    st.sampled_from(["", "Ltd", "plc", "Inc.", "GmbH"]),
)
companies = st.lists(company, min_size=1, max_size=5, unique_by=lambda name: name.split()[0])
day = st.dates(date(1995, 1, 1), date(2035, 12, 31))
json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, object]:
    """A label of one date."""
    start, length = draw(day), draw(st.integers(0, 60))
    shape = draw(st.sampled_from(["day", "within", "during", "before", "since"]))
    if shape in ("before", "since"):
        return (
            {"earliest": None, "latest": start}
            if shape == "before"
            else {"earliest": start, "latest": None}
        )
    end = start if shape == "day" else start + timedelta(days=length)
    return {"earliest": start, "latest": end, "span": "during" if shape == "during" else "within"}


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, object]:
    """A label of one count."""
    value = draw(st.integers(0, 10**12))
    unit = draw(
        st.sampled_from(["customers", "records", "documents", "email addresses", "widgets"])
    )
    shape = draw(st.sampled_from(["value", "rounded", "at_least", "at_most", "both"]))
    if shape == "value":
        return {"value": value, "unit": unit}
    if shape == "rounded":
        return {
            "value": value,
            "low": value - value // 10,
            "high": value + value // 10,
            "unit": unit,
        }
    if shape == "both":
        return {"at_least": value, "at_most": value + draw(st.integers(1, 1000))}
    return {shape: value}


@st.composite
def names(draw: st.DrawFn) -> dict[str, object]:
    """A label of names, some in another role."""
    drawn = draw(companies)
    wanted = max(1, len(drawn) - 2)
    return {"names": [{"name": name} for name in drawn[:wanted]], "wrong": drawn[wanted:]}


CAUSES = [
    {
        "statement": "An engineer left a backup server open to the internet.",
        "key_facts": [["server left open", "exposed server"]],
    },
    {
        "statement": "A thief stole an unencrypted laptop from a car.",
        "key_facts": [["stolen laptop", "theft of a laptop"]],
        "wrong": ["phishing"],
    },
    {
        "statement": "Someone did not patch the VPN, and it was not noticed.",
        "key_facts": [["unpatched VPN"], ["VPN"]],
    },
]
LABELS: dict[Kind, st.SearchStrategy[object]] = {
    Kind.YES_NO: st.sampled_from(["Yes", "No", True, False]),
    Kind.NAMES: names(),
    Kind.COUNT: numbers(),
    Kind.DATE: spans() | st.lists(spans(), min_size=1, max_size=3),
    Kind.TEXT: st.sampled_from(CAUSES) | st.lists(st.sampled_from(CAUSES), min_size=1, max_size=2),
}
QUESTIONS = list(TASK.questions)


def label_of(kind: Kind) -> st.SearchStrategy[object]:
    """Any label of a kind."""
    return LABELS[kind] | st.sampled_from(["unknown", "none"])


@st.composite
def case(draw: st.DrawFn, kinds: tuple[Kind, ...] = tuple(Kind)) -> tuple[str, Kind, object]:
    """A question and a label for it."""
    question = draw(st.sampled_from([one for one in QUESTIONS if one.kind in kinds]))
    return question.id, question.kind, draw(label_of(question.kind))


@settings(parent=QUICK, max_examples=120)
@given(case(), json_value)
def test_no_json_value_raises(one: tuple[str, Kind, object], answer: object) -> None:
    """Any JSON value gets a grade with a reason of one line."""
    question, _, label = one
    result = grade(question, label, answer)
    assert result.reason.isprintable()
    assert 0 < len(result.reason) <= 200
    assert result.got.isprintable() or not result.got


@settings(parent=QUICK, max_examples=120)
@given(
    case(), st.text(max_size=200) | st.text("0123456789.,-/ :abnot()[]{}\"'mkMay\n", max_size=80)
)
def test_no_text_raises(one: tuple[str, Kind, object], answer: str) -> None:
    """Any text gets a grade, and the same one each time."""
    question, _, label = one
    assert grade(question, label, answer) == grade(question, label, answer)


@QUICK
@given(case())
def test_the_label_itself_is_a_right_answer(one: tuple[str, Kind, object]) -> None:
    """The label's own value as a plain answer passes, in whatever common wrapping."""
    question, kind, label = one
    plain = canonical(kind, label)
    assert expected_in_words(kind, label)
    for answer in (
        plain,
        f"  {plain}\n",
        f"**{plain}**",
        {"answer": plain},
        json.dumps({"answer": plain}),
        f"Answer: {plain}",
        [plain],
        f"```\n{plain}\n```",
        f'"{plain}"',
        f"Based on the article, {plain}",
    ):
        result = grade(question, label, answer)
        assert result.passed, (answer, result.reason)


@QUICK
@given(case(), st.data())
def test_case_and_outer_white_space_do_not_matter(
    one: tuple[str, Kind, object], data: st.DataObject
) -> None:
    """Small letters, capitals and white space around an answer leave its grade as it is."""
    question, kind, label = one
    other = data.draw(label_of(kind))
    for said in (canonical(kind, label), canonical(kind, other)):
        verdict = grade(question, label, said).passed
        for form in (said.lower(), said.upper(), f"\n\t {said}  "):
            assert grade(question, label, form).passed is verdict, form


@QUICK
@given(names(), st.data())
def test_the_order_of_a_list_does_not_matter(label: dict[str, object], data: st.DataObject) -> None:
    """A list of names is right or wrong in any order."""
    items = [*canonical(Kind.NAMES, label).split(", "), *data.draw(st.lists(company, max_size=2))]
    verdict = grade("third_parties", label, items).passed
    assert grade("third_parties", label, data.draw(st.permutations(items))).passed is verdict


@QUICK
@given(names(), company)
def test_a_wrong_name_added_to_a_right_list_fails(label: dict[str, object], added: str) -> None:
    """Right plus wrong is wrong, for names."""
    right = canonical(Kind.NAMES, label).split(", ")
    if added.partition(" ")[0] in {name.partition(" ")[0] for name in right}:
        return
    for answer in (
        [*right, added],
        [added, *right],
        ", ".join([*right, added]),
        " and ".join([*right, added]),
        "\n".join(f"- {name}" for name in [*right, added]),
    ):
        assert not grade("third_parties", label, answer).passed, answer


@QUICK
@given(st.integers(1000, 10**9), st.integers(1000, 10**9))
def test_a_wrong_figure_added_to_the_right_one_fails(value: int, added: int) -> None:
    """Right plus wrong is wrong, for counts."""
    if added == value:
        return
    label = {"value": value, "unit": "customers"}
    for answer in (
        f"{value} and {added}",
        [value, added],
        f"{value:,}, {added:,}",
        f"{value} or {added} customers",
    ):
        assert not grade("records_breached", label, answer).passed, answer


@QUICK
@given(day, day)
def test_a_wrong_day_added_to_the_right_one_fails(right: date, added: date) -> None:
    """Right plus wrong is wrong, for dates."""
    if added == right:
        return
    label = {"earliest": right, "latest": right}
    first, second = (
        canonical(Kind.DATE, {"earliest": one, "latest": one}) for one in (right, added)
    )
    for answer in (
        f"{first}, {second}",
        [first, second],
        f"{first} or {second}",
        f"{first} and {second}",
    ):
        assert not grade("breach_date", label, answer).passed, answer


FORMS = (
    "{0:%d-%b-%Y}",
    "{0:%d %B %Y}",
    "{0:%B} {0.day}, {0.year}",
    "{0.day} {0:%b} {0.year}",
    "{0:%Y-%m-%d}",
    "{0:%A}, {0:%d %B %Y}",
    "{0.year}/{0.month}/{0.day}",
)


@settings(parent=QUICK, max_examples=100)
@given(day, st.sampled_from(FORMS))
def test_a_day_is_read_in_every_form(one: date, form: str) -> None:
    """A day is read as that day in every unambiguous form."""
    assert [(span.earliest, span.latest) for span in parse_dates(form.format(one))] == [(one, one)]


@settings(parent=QUICK, max_examples=100)
@given(
    day,
    st.integers(1, 400),
    st.sampled_from(FORMS[:5]),
    st.sampled_from(
        ["from {} to {}", "between {} and {}", "{} to {}", "{} until {}", "{} through {}"]
    ),
)
def test_a_span_is_read_in_every_wording(start: date, length: int, form: str, wording: str) -> None:
    """A span is read with both its ends."""
    end = start + timedelta(days=length)
    text = wording.format(form.format(start), form.format(end))
    assert [(span.earliest, span.latest) for span in parse_dates(text)] == [(start, end)]


@settings(parent=QUICK, max_examples=100)
@given(
    st.integers(1000, 10**12),
    st.sampled_from(["{}", "{:,}", "over {:,}", "{:,} records", "nearly {:,} people", "{:_}"]),
)
def test_a_number_is_read_in_every_form(value: int, form: str) -> None:
    """A number is read as that number."""
    counts = parse_counts(form.format(value).replace("_", " "))
    assert [value] == [count.low if count.low is not None else count.high for count in counts]


def repr_short(value: object) -> str:
    """A short ASCII name for a test's parameter."""
    return ascii(value if not isinstance(value, int) else "large")[:16]


@pytest.mark.parametrize("question", TASK.ids)
@pytest.mark.parametrize(
    "answer",
    [
        "a" * 1_000_000,
        "1," * 500_000,
        "not " * 250_000,
        "1 May 2024 to " * 70_000,
        "Acme and " * 100_000,
        "(" * 1_000_000,
        "[" * 100_000,
        '{"a":' * 100_000,
        "\x00\x1b[31m\u202e" * 200_000,
        "\ud800" * 1000,
        ["x"] * 100_000,
        10**5000,
        float("nan"),
        float("-inf"),
        " " * 1_000_000,
        "no " * 300_000 + "third parties",
        "million " * 100_000,
    ],
    ids=repr_short,
)
def test_enormous_and_broken_answers_get_a_grade_quickly(question: str, answer: object) -> None:
    """The time for an answer is bounded, and no answer raises."""
    load()  # the graders come with the first answer, which is not to be this one
    kind = TASK.question(question).kind
    for label in ("Yes" if kind is Kind.YES_NO else "unknown", "none"):
        began = time.process_time()
        result = grade(question, label, answer)
        assert (
            time.process_time() - began < 3.0
        )  # a busy machine is slow; what has no bound takes minutes
        assert result.reason.isprintable()


def test_deep_nesting_is_no_trouble() -> None:
    """A value nested deeper than anybody writes gets a grade."""
    deep: object = "Yes"
    for _ in range(5000):
        deep = [deep]
    assert grade("data_breach", "Yes", deep).passed is False


def test_a_bad_label_is_refused() -> None:
    """A label that breaks its contract raises with its faults."""
    with pytest.raises(LabelFaults):
        grade("breach_date", {"earliest": "2024-02-31", "latest": "2024-03-01"}, "x")
    with pytest.raises(LabelFaults):
        grade("data_breach", 7, "Yes")


def test_an_unknown_question_is_a_key_error() -> None:
    """A question that the task does not have is refused by name."""
    with pytest.raises(KeyError, match="colour"):
        grade("colour", "none", "blue")


def test_every_kind_has_a_version() -> None:
    """Each grader has a version, from one upwards."""
    assert set(VERSIONS) == {kind.value for kind in Kind}
    assert all(version >= 1 for version in VERSIONS.values())
