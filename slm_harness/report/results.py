"""``results.json``: everything a run found out, raw replies included, for programs to read.

The fields are described in docs/results.md; ``format`` changes when one of them changes its meaning.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from types import MappingProxyType

from slm_harness.asking import Failed, Obtained
from slm_harness.gate.early import Standing
from slm_harness.records import Identity, Outcome, Recipe, Reply
from slm_harness.report.tally import Rate, Repeats, Tally

FORMAT = "slm-harness results 1"


def results_json(
    told_of: Mapping[str, object],
    *,
    outcomes: Iterable[Outcome],
    results: Iterable[Obtained | Failed],
    opinions: Sequence[Mapping[str, object]] = (),
) -> Iterator[str]:
    """The text of ``results.json`` in pieces; sorted, so that two equal runs differ only in what was timed.

    In pieces, since hundreds of thousands of cases would not be held twice for the sake of a file.
    ``told_of`` is its ``head``.
    """
    told = sorted(results, key=lambda result: (result.model, result.article, result.sample))
    yield from document(
        told_of,
        cases=map(case_row, sorted(outcomes, key=_place)),
        replies=(reply_row(result) for result in told if isinstance(result, Obtained)),
        opinions=map(_json, opinions),
        failures=(failure_row(result) for result in told if isinstance(result, Failed)),
    )


def head(
    *,
    version: str,
    task: str,
    recipe: Recipe,
    constrained: bool,
    tallies: Sequence[Tally],
    identities: Mapping[str, Identity],
    commonest: Mapping[str, tuple[str, int, int]],
    gates: Mapping[str, Mapping[str, object]],
    decided: Mapping[str, Standing] = MappingProxyType({}),
) -> dict[str, object]:
    """All fields but the lists.

    ``gates`` has, by model, what its gate came to (``judged``); ``decided`` how far one was asked until it was decided.
    """
    return {
        "format": FORMAT,
        "harness": version,
        "task": task,
        "prompt": recipe.wording,
        "layout": recipe.layout,
        "constrained": constrained,
        "models": {
            t.model: {
                **_model(t, identities.get(t.model)),
                "gate": gates.get(t.model),
                **_decided(decided.get(t.model)),
            }
            for t in tallies
        },
        "commonest_answers": {
            question: {"answer": answer, "right": right, "scored": scored}
            for question, (answer, right, scored) in commonest.items()
        },
    }


def document(
    head: Mapping[str, object],
    *,
    cases: Iterable[str],
    replies: Iterable[str],
    failures: Iterable[str],
    opinions: Iterable[str] = (),
) -> Iterator[str]:
    """The text in pieces, of the fields of ``head`` and of rows that are sorted already, each JSON in one line."""
    yield _json(head, indent=1).removesuffix("\n}")
    lists = {"cases": cases, "replies": replies, "opinions": opinions, "failures": failures}
    for name, rows in lists.items():
        yield f',\n "{name}": ['
        before = "\n  "
        for row in rows:
            yield f"{before}{row}"
            before = ",\n  "
        yield "\n ]" if before.startswith(",") else "]"
    yield "\n}\n"


def _json(value: object, indent: int | None = None) -> str:
    return (
        _LINE.encode(value)
        if indent is None
        else json.dumps(value, ensure_ascii=False, indent=indent)
    )


_LINE = json.JSONEncoder(ensure_ascii=False)


_NAMES: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {kind: tuple(one.name for one in fields(kind)) for kind in (Outcome, Failed, Reply)}
)


def _row(value: Outcome | Failed | Reply) -> dict[str, object]:
    """The fields of a flat value; ``asdict`` would copy each of them first."""
    return {name: getattr(value, name) for name in _NAMES[type(value)]}


def case_row(outcome: Outcome) -> str:
    """A case as JSON, in one line."""
    return _json(_row(outcome))


def failure_row(failed: Failed) -> str:
    """What was not measured as JSON, in one line."""
    return _json(_row(failed))


def reply_row(result: Obtained) -> str:
    """A reply as JSON, in one line."""
    return _json(_reply(result))


def _reply(result: Obtained) -> dict[str, object]:
    return {
        "model": result.model,
        "article": result.article,
        "sample": result.sample,
        "key": result.stored.key,
        "recalled": result.recalled,
        "tries": result.tries,
        **_row(result.stored.reply),
    }


def _model(tally: Tally, identity: Identity | None) -> dict[str, object]:
    return {
        "identity": asdict(identity) if identity else None,
        "total": _rate(tally.total),
        "questions": {question: _rate(rate) for question, rate in tally.questions.items()},
        "tags": {tag: _rate(rate) for tag, rate in tally.tags.items()},
        "articles": tally.articles,
        "samples": tally.samples,
        "conforming": tally.conforming,
        "contradicting": tally.contradicting,
        "forms": {q: {"kept": kept, "of": of} for q, (kept, of) in tally.forms.items()},
        "asked": tally.asked,
        "recalled": tally.recalled,
        "seconds_per_article": tally.seconds_per_article,
        "tokens_per_second": tally.tokens_per_second,
        "cost_per_1000_articles": tally.cost_per_1000_articles,
    }


def _decided(standing: Standing | None) -> dict[str, object]:
    if standing is None:
        return {}
    verdicts = {True: "worse", False: "not-worse", None: None}
    return {
        "until_decided": {
            "asked": standing.asked,
            "of": standing.of,
            "verdict": verdicts[standing.worse],
            "bound": None if standing.worse is None else standing.bound,
        }
    }


def _rate(rate: Rate) -> dict[str, object]:
    return {
        **{verdict.value: count for verdict, count in rate.counts.items()},
        "better": rate.better,
        "worse": rate.worse,
        "repeats": None if rate.repeats is None else _repeats(rate.repeats),
    }


def _repeats(repeats: Repeats) -> dict[str, object]:
    interval = repeats.interval
    return {
        "answers": repeats.answers,
        "interval": None if interval is None else [interval.low, interval.high],
        "pass_hat": repeats.pass_hat,
        "waver": repeats.waver,
    }


def _place(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.model, outcome.article, outcome.question
