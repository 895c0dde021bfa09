"""The project's own articles: what they cover, that cleaning does them justice, that none is another's twin."""

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from slm_harness.breach import TASK
from slm_harness.cli.coverage import tables
from slm_harness.labels.commonest import commonest_answers
from slm_harness.labels.lint import known_tags, lint
from slm_harness.labels.load import Labelled, load_labelled
from slm_harness.pages import tidy
from slm_harness.task import Kind
from tests.doubles import ROOT

FOLDER = ROOT / "fixtures" / "articles"
IDS = sorted(path.stem for path in FOLDER.glob("*.html"))
RUN = 8
"""Words in a row that two articles of different authors hardly ever share."""


@cache
def corpus() -> Mapping[str, Labelled]:
    """Every article by its id."""
    return {one.article.id: one for one in load_labelled(FOLDER, TASK)}


@cache
def tags() -> Mapping[str, Mapping[str, str]]:
    """Group to tag to meaning."""
    return known_tags(FOLDER)


def words(text: str) -> Sequence[str]:
    """The words of a text as cleaning is measured by."""
    return re.findall(r"\w+", tidy(text).casefold())


def test_lint_finds_nothing() -> None:
    """All evidence survives cleaning, no furniture does, no label contradicts itself or its evidence."""
    assert [str(finding) for finding in lint(FOLDER, TASK).findings] == []


def test_forty_eight_articles() -> None:
    """36 on breaches and 12 on something else; from 150 words to 3,000."""
    kinds = Counter(one.article.kind for one in corpus().values())
    lengths = [len(words(one.article.text)) for one in corpus().values()]

    assert kinds["breach"] + kinds["round-up"] == 36
    assert kinds["not-a-breach"] == 12
    assert min(lengths) <= 200
    assert max(lengths) >= 2_500
    assert 300 <= statistics.median(lengths) <= 700


@pytest.mark.parametrize("id_", IDS)
def test_cleaning_keeps_the_article_and_little_else(id_: str) -> None:
    """Against the editor's own cut: 95 % of its words are kept, and 95 % of what is kept is its."""
    labelled = corpus()[id_]
    assert labelled.edited is not None
    assert labelled.evidence or labelled.article.kind == TASK.kind_without_answers
    assert len(labelled.furniture) >= 4
    edited, kept = Counter(words(labelled.edited)), Counter(words(labelled.article.text))
    common = (edited & kept).total()

    assert common / edited.total() >= 0.95
    assert common / kept.total() >= 0.95


SEVERAL = (
    *("exact-day", "date-span", "month-only", "relative-date", "date-unknown", "found-by-third-party"),
    *("count-unknown", "count-revised", "count-in-words", "lakh-crore", "records-vs-people", "two-victims"),
    *("supply-chain-two", "supply-chain-three", "parent-company", "attacker-named", "cause-unknown"),
    *("cause-suspected", "insider", "misconfiguration", "stolen-device", "phishing", "ransomware"),
    *("unpatched", "lawsuit", "round-up", "denial", "british", "american", "indian", "translated"),
    *("accents", "non-latin"),
)  # fmt: skip


def test_what_has_to_be_covered_is_covered_several_times() -> None:
    """Three articles or more for each; two for each sort of article without a breach; no tag is idle."""
    counts = Counter(tag for one in corpus().values() for tag in one.article.tags)

    assert {tag for group in tags().values() for tag in group} == set(counts)
    assert {tag: counts[tag] for tag in SEVERAL if counts[tag] < 3} == {}
    others = tags()["topics-without-a-breach"]
    assert {tag: counts[tag] for tag in others if counts[tag] < 2} == {}
    assert len(tags()["layouts"]) >= 8


@pytest.mark.parametrize("id_", IDS)
def test_difficulty_is_the_number_of_needs(id_: str) -> None:
    """easy, medium or hard: up to two, three or four, five or more of the things that may be needed."""
    given = corpus()[id_].article.tags
    needs = sum(tag in tags()["needs"] for tag in given)

    assert [tag for tag in given if tag in tags()["difficulty"]] == [
        "easy" if needs <= 2 else "medium" if needs <= 4 else "hard"
    ]


def test_nobody_scores_who_has_read_nothing() -> None:
    """Over the breach articles the commonest answer gets under 45 % (names of third parties 65 %); yes/no 80 % over all."""
    everything = [one.article for one in corpus().values()]
    breaches = [a for a in everything if a.kind != TASK.kind_without_answers]
    of_breaches, of_all = commonest_answers(breaches, TASK), commonest_answers(everything, TASK)

    for question in TASK.questions:
        found = of_all if question.kind is Kind.YES_NO else of_breaches
        _, right, scored = found[question.id]
        limit = {"third_parties": 0.65}.get(question.id, 0.45)
        assert right / scored < (0.8 if question.kind is Kind.YES_NO else limit), question.id


def test_no_two_articles_share_their_words() -> None:
    """At most three runs of eight words are in any two articles."""
    runs: dict[tuple[str, ...], set[str]] = {}
    for id_, one in corpus().items():
        text = words(one.article.text)
        for start in range(len(text) - RUN + 1):
            runs.setdefault(tuple(text[start : start + RUN]), set()).add(id_)
    shared = Counter(
        (a, b) for ids in runs.values() if len(ids) > 1 for a in ids for b in ids if a < b
    )

    assert {pair: count for pair, count in shared.items() if count > 3} == {}


def test_page_of_what_is_covered_is_up_to_date() -> None:
    """docs/corpus.md is what ``slm-harness coverage > docs/corpus.md`` writes."""
    articles = [one.article for one in corpus().values()]
    relative = FOLDER.relative_to(ROOT)

    written = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    assert written == "\n".join(tables(articles, tags(), relative)) + "\n"
