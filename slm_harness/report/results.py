"""``results.json``: everything a run found out, raw replies included, for programs to read.

The fields are described in docs/results.md; ``format`` changes when one of them changes its meaning.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from slm_harness.asking import Failed, Obtained
from slm_harness.records import Identity, Outcome, Recipe
from slm_harness.report.tally import Rate, Tally

FORMAT = "slm-harness results 1"


def results_json(
    *,
    version: str,
    task: str,
    recipe: Recipe,
    constrained: bool,
    tallies: Sequence[Tally],
    identities: Mapping[str, Identity],
    outcomes: Iterable[Outcome],
    results: Sequence[Obtained | Failed],
    commonest: Mapping[str, tuple[str, int, int]],
    opinions: Sequence[Mapping[str, object]] = (),
) -> str:
    """The text of ``results.json``; sorted, so that two equal runs differ only in what was timed."""
    replies = [
        {
            "model": result.model,
            "article": result.article,
            "key": result.stored.key,
            "recalled": result.recalled,
            "tries": result.tries,
            **asdict(result.stored.reply),
        }
        for result in results
        if isinstance(result, Obtained)
    ]
    failures = [asdict(result) for result in results if isinstance(result, Failed)]
    content = {
        "format": FORMAT,
        "harness": version,
        "task": task,
        "prompt": recipe.wording,
        "layout": recipe.layout,
        "constrained": constrained,
        "models": {t.model: _model(t, identities.get(t.model)) for t in tallies},
        "commonest_answers": {
            question: {"answer": answer, "right": right, "scored": scored}
            for question, (answer, right, scored) in commonest.items()
        },
        "cases": [asdict(outcome) for outcome in sorted(outcomes, key=_place)],
        "replies": sorted(replies, key=_model_article),
        "opinions": opinions,
        "failures": sorted(failures, key=_model_article),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _model(tally: Tally, identity: Identity | None) -> dict[str, object]:
    return {
        "identity": asdict(identity) if identity else None,
        "total": _rate(tally.total),
        "questions": {question: _rate(rate) for question, rate in tally.questions.items()},
        "tags": {tag: _rate(rate) for tag, rate in tally.tags.items()},
        "articles": tally.articles,
        "conforming": tally.conforming,
        "contradicting": tally.contradicting,
        "forms": {q: {"kept": kept, "of": of} for q, (kept, of) in tally.forms.items()},
        "asked": tally.asked,
        "recalled": tally.recalled,
        "seconds_per_article": tally.seconds_per_article,
        "tokens_per_second": tally.tokens_per_second,
        "cost_per_1000_articles": tally.cost_per_1000_articles,
    }


def _rate(rate: Rate) -> dict[str, object]:
    return {
        **{verdict.value: count for verdict, count in rate.counts.items()},
        "better": rate.better,
        "worse": rate.worse,
    }


def _place(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.model, outcome.article, outcome.question


def _model_article(row: Mapping[str, object]) -> tuple[str, str]:
    return str(row["model"]), str(row["article"])
