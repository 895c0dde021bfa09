"""Writes docs/failures.md from the table and the error tree: ``python -m tests.failures.document``."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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

Everything below is played against servers that misbehave on purpose, one of Ollama's kind and one of OpenAI's,
by `tests/failures/test_every_failure.py`: each happening has the outcome that stands beside it after so many
tries, no answer to another article is lost or made wrong, no key is told, and the next run asks only for what
is missing. What is peculiar to `engine: llamacpp` is shown by the tests that are named beside it: on a real
llama.cpp, but for a machine without memory and a Python without the wheel.

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
the answers count as if nothing had been; *graded if it passes* that a later try brought them. What to do is in
the message and in the table of kinds above; the last column has what is peculiar to a case. `ollama` and
`openai` are the engines that it was played for: `openai` is any OpenAI-compatible server, hosted or not.
"""
_SEEN = """\
## Seen in the field

Failures that users of Ollama reported, and what becomes of them here. Issues are those of ollama/ollama where
no other project is named.
"""


TO_DO = {
    "ServerUnreachable": "start it (`ollama serve`); is `OLLAMA_HOST`, or `base_url`, right?",
    "AccessDenied": "is the address right, and the key (`key_env`); is a proxy in front of it?",
    "Redirected": "name the address that it points to, if that is the server that you mean",
    "QuotaExhausted": "look at the account",
    "ModelUnavailable": "as the line says: another name, another build of the model, a smaller context",
    "PullFailed": "run again, which resumes; look the name up at ollama.com/library",
    "OutOfMemory": "free memory, or a smaller model or context",
    "SchemaNotEnforced": "update the server, `length_limits: false` if that is all it refuses, or `--unconstrained`",
    "ServerBusy": "wait; a smaller `concurrency`, or `tokens_per_minute`",
    "ServerFailed": "see the server's log",
    "RunnerStopped": "see the server's log; often it is memory",
    "ConnectionBroken": "see the server's log, then run again",
    "AnswerTimeout": "a longer `timeout` in models.yaml, or a server with less to do",
    "ReplyUnfinished": "run again; if it stays so, see the server's log",
    "ReplyMisplaced": "turn thinking off, as the line says; update Ollama",
    "ReplyUnreadable": "is it the right server, and is a proxy in between?",
    "RequestRefused": "update the server, or leave out the option that it names",
    "PromptTooLong": "a larger context (`options: num_ctx` or `n_ctx`, or the server's own), or a shorter article",
    "PromptCut": "a larger context (`options: num_ctx` or `n_ctx`, or the server's own), or a shorter article",
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
    """Each reason once, with the happenings that have it, each once."""
    met: dict[str, list[str]] = {}
    for row in ROWS:
        if isinstance(row.outcome, Unusable):
            met.setdefault(row.outcome.problem, []).append(row.happens)
    for reason, happenings in met.items():
        yield reason, "; ".join(dict.fromkeys(happenings))


@dataclass(frozen=True)
class Line:
    """What a line says beside the engines that it holds for."""

    happens: str
    told: str
    tries: str
    do: str


def lines(rows: Sequence[Row]) -> Mapping[Line, Sequence[str]]:
    """The lines of a section with the engines of each, by the status that they begin with, if any.

    What is in the same words for two engines is one line.
    """
    found: dict[Line, list[str]] = {}
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        if row.happens:
            told = f"{named(row.outcome)}, ends" if row.ends else named(row.outcome)
            passes = "; *graded* if it passes" if after and not after.happens else ""
            line = Line(row.happens, told + passes, str(row.tries), row.do)
            found.setdefault(line, []).append(row.engine)
    return dict(sorted(found.items(), key=lambda item: _status(item[0].happens)))


def _status(happens: str) -> int:
    status = re.match(r"[2-5][0-9]{2}(?=, | |$)", happens)
    return int(status[0]) if status else 0


def _rows(rows: Sequence[Row]) -> Iterator[str]:
    if all(row.shown_by for row in rows):
        shown = ((row.happens, named(row.outcome), f"`{row.shown_by}`") for row in rows)
        return _table(("what happens", "told as", "shown by"), shown)
    head = ("what happens", "engine", "told as", "tries", "what to do")
    return _table(
        head,
        (
            (line.happens, ", ".join(engines), line.told, line.tries, line.do)
            for line, engines in lines(rows).items()
        ),
    )


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
