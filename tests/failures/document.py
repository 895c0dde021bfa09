"""Writes docs/failures.md from the table and the error tree: ``python -m tests.failures.document``."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from slm_harness.asking import Limits
from slm_harness.errors import NotMeasured
from slm_harness.retrying import Patience
from tests.failures.row import Outcome, Right, Row, Unusable
from tests.failures.seen import SEEN, Seen
from tests.failures.table import ROWS, SECTIONS

_PATIENCE = Patience()
_KINDS = ("kind", "what it means", "tries", "ends the model's run", "what to do")
_HEAD = f"""\
# Failures

Generated from the tests by `make docs`. Do not edit.

What comes of a question about an article is one of three things, and they never mix:

- **right** or **wrong**: the model answered, and the answer was graded.
- **unusable**: the model's reply was whole, and there is no answer in it. Counts as not passed, under
  its own name.
- **not measured**: there is no reply that can be trusted. pytest's ERROR; never a number.

Everything below is played against a server that misbehaves on purpose, by
`tests/failures/test_every_failure.py`: each happening has the outcome that stands beside it after so many
tries, no answer to another article is lost or made wrong, and the next run asks only for what is missing.

## Not measured: the kinds

Between two tries there is a pause: {_PATIENCE.first:g} s at most before the second, doubled each time up to
{_PATIENCE.longest:g} s, and drawn at random from its upper half. A server that says when to come back
(`Retry-After`) is believed. All pauses of one request together last {_PATIENCE.budget:g} s at most; a server
that wants more is not waited for. Whatever ends a model's run fails its other articles with the same line, and
{Limits().in_a_row} articles in a row that fail for the server's sake end it too (`GaveUp`).
"""
_UNUSABLE = """\
## Unusable: the kinds

Such a reply is kept like any other: asking again would bring the same.
"""
_ROWS = """\
## What is met, and how it is told

*Ends* means that the model's other articles are not tried; they fail with the same line. *Graded* means that
the answers count as if nothing had been. What to do is in the message and in the table of kinds above; the last
column has what is peculiar to a case.
"""
_SEEN = """\
## Seen in the field

Failures that users of Ollama reported, and what becomes of them here. Issues are those of ollama/ollama where
no other project is named.
"""


TO_DO = {
    "ServerUnreachable": "start it (`ollama serve`), or set `OLLAMA_HOST=host:port`",
    "AccessDenied": "is the address right, and is a proxy in front of it?",
    "Redirected": "name the address that it points to, if that is the server that you mean",
    "QuotaExhausted": "look at the account",
    "ModelUnavailable": "as the line says: another name, another build of the model, a smaller `num_ctx`",
    "PullFailed": "run again, which resumes; look the name up at ollama.com/library",
    "OutOfMemory": "free memory, or a smaller model or `num_ctx`",
    "SchemaNotEnforced": "update the server, or `--unconstrained`",
    "ServerBusy": "wait; a smaller `concurrency`",
    "ServerFailed": "see the server's log",
    "RunnerStopped": "see the server's log; often it is memory",
    "ConnectionBroken": "see the server's log, then run again",
    "AnswerTimeout": "a longer `timeout` in models.yaml, or a server with less to do",
    "ReplyUnfinished": "run again; if it stays so, see the server's log",
    "ReplyMisplaced": "update Ollama: this model and version do not go together with a schema",
    "ReplyUnreadable": "is it the right server, and is a proxy in between?",
    "RequestRefused": "update the server",
    "PromptTooLong": "a larger `options: num_ctx`, or a shorter article",
    "PromptCut": "a larger `options: num_ctx`, or a shorter article",
    "PromptEmpty": "look at the page: `slm-harness show`",
    "GaveUp": "mend what the line names, then run again: what has come is kept",
    "TimeUp": "run again: it goes on where it stopped",
    "StoreDamaged": "move the named file away; the article is asked anew",
    "NeverAsked": "run where the server is, accept, commit",
    "NotAsked": "run again",
}
"""What a user can do about each kind, in general; the line of a run is more exact."""


def kinds() -> Sequence[type[NotMeasured]]:
    """Every kind of not measured, a kind before those below it."""

    def walk(kind: type[NotMeasured]) -> Iterator[type[NotMeasured]]:
        for below in kind.__subclasses__():
            if below.__module__ == NotMeasured.__module__:
                yield below
                yield from walk(below)

    return tuple(walk(NotMeasured))


def document() -> str:
    """The whole file."""
    parts = [_HEAD, *_table(_KINDS, _kinds())]
    parts += ["", _UNUSABLE, *_table(("reason", "met as"), _unusable())]
    parts += ["", _ROWS]
    for section in SECTIONS:
        parts += [f"### {section.title}", "", *_rows(section.rows), ""]
    parts += [_SEEN]
    parts += _table(("", "what was seen", "reported", "what we do", "told as"), map(_seen, SEEN))
    return "\n".join(parts) + "\n"


def _kinds() -> Iterator[tuple[str, ...]]:
    for kind in kinds():
        ends = "at once" if kind.ends_model else "after several in a row" if kind.sick else "no"
        name, meaning = kind.__name__, " ".join((kind.__doc__ or "").split())
        yield f"`{name}`", meaning, str(kind.tries), ends, TO_DO.get(name, "")


def _unusable() -> Iterator[tuple[str, ...]]:
    """Each reason once, with the happenings that have it."""
    reasons = dict.fromkeys(
        row.outcome.problem for row in ROWS if isinstance(row.outcome, Unusable)
    )
    for reason in reasons:
        met = [
            row.happens
            for row in ROWS
            if isinstance(row.outcome, Unusable) and row.outcome.problem == reason
        ]
        yield reason, "; ".join(met)


def _rows(rows: Iterable[Row]) -> Iterator[str]:
    head = ("what happens", "told as", "tries", "what to do")
    return _table(head, ((row.happens, _told(row), str(row.tries), row.do) for row in rows))


def _told(row: Row) -> str:
    return f"{named(row.outcome)}, ends" if row.ends else named(row.outcome)


def named(outcome: Outcome) -> str:
    """An outcome in the words of the document."""
    if isinstance(outcome, Right):
        return "*graded*"
    if isinstance(outcome, Unusable):
        each = "" if outcome.questions > 1 else ", for that question"
        return f"*unusable*{each}: {outcome.problem}"
    return f"`{outcome.__name__}`"


def _seen(seen: Seen) -> tuple[str, ...]:
    rows = [row for row in ROWS if seen.number in row.seen]
    told = dict.fromkeys(named(row.outcome) for row in rows if not isinstance(row.outcome, Right))
    return str(seen.number), seen.symptom, seen.reported, seen.answer, ", ".join(told)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


if __name__ == "__main__":
    sys.stdout.write(document())
