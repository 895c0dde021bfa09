"""Two sides, judged: every number that a report of it tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from slm_harness.comparing.sides import Side
from slm_harness.gate import Line, Paired, Policy, Snapshot, judge
from slm_harness.gate.judging import paired
from slm_harness.gate.policy import ALL, CONTRADICTIONS
from slm_harness.gate.provenance import changed_since, rewordings
from slm_harness.report.comparison import Comparison, Tagged
from slm_harness.report.findings import Heading, Told

_FIRST_LAYOUT = ("layout", "publication-date")
"""Facts that a provenance has only where they are not the usual ones."""


def compared(
    before: Side,
    now: Side,
    policy: Policy,
    tags: Mapping[str, Sequence[str]],
) -> Comparison:
    """Judge one side beside the other.

    Args:
        before: The first.
        now: The second, which is to be no worse.
        policy: How strict to be.
        tags: Article id to its tags, of every article.
    """
    policy, notes = _possible(policy, now)
    found = judge(
        before.snapshot,
        now.snapshot,
        policy,
        incomparable=(*before.refused, *now.refused),
        contradicting=now.contradicting,
    )
    models = before.snapshot.model, now.snapshot.model
    words = (before.wording, now.wording)
    both = (words[0], words[1]) if words[0] is not None and words[1] is not None else None
    names = [_named(side, models) for side in (before, now)]
    return Comparison(
        model=models[1] if models[0] == models[1] else " and ".join(models),
        before=names[0],
        now=names[1],
        heading=Heading(
            model=f"{models[1]}: {names[1]}" if models[0] == models[1] else names[1],
            other=names[0],
            compared=True,
            changed=tuple(_changes(before.snapshot, now.snapshot, both)),
            rewordings=tuple(rewordings(*both)) if both else (),
            regraded=tuple(dict.fromkeys((*before.regraded, *now.regraded))),
        ),
        judgement=found,
        told={
            (f.article, f.question): _told(before, now, f.article, f.question) for f in found.flips
        },
        tags=tuple(_by_tag(before.snapshot, now.snapshot, found.questions, tags)),
        notes=(*before.notes, *now.notes, *notes),
        missing=(*before.missing, *now.missing),
    )


def _named(side: Side, models: Sequence[str]) -> str:
    """What a side is called; with its model where the other side has another one."""
    model = side.snapshot.model
    return side.name if len(set(models)) == 1 or side.name == model else f"{side.name} ({model})"


def _possible(policy: Policy, now: Side) -> tuple[Policy, tuple[str, ...]]:
    """The policy as far as it can be judged by: a snapshot does not tell of contradictions."""
    questions = now.snapshot.questions
    known = {*questions, ALL} if len(questions) > 1 else set(questions)
    ceilings = dict(policy.ceilings)
    notes = []
    if now.contradicting is None and ceilings.pop(CONTRADICTIONS, None) is not None:
        notes.append(f"{now.name}: contradictions are not told there, so their bound is left out")
    floors = {name: floor for name, floor in policy.floors.items() if name in known}
    return replace(
        policy, floors=MappingProxyType(floors), ceilings=MappingProxyType(ceilings)
    ), tuple(notes)


def _changes(before: Snapshot, now: Snapshot, words: tuple[str, str] | None) -> Iterator[str]:
    """What is another model, prompt or setting, of what both sides tell."""
    shared = {*before.provenance} & {*now.provenance}
    if shared:
        shared |= {*_FIRST_LAYOUT}
    known = [
        replace(one, provenance={n: v for n, v in one.provenance.items() if n in shared})
        for one in (before, now)
    ]
    yield from changed_since(known[0], known[1], words)


def _told(before: Side, now: Side, article: str, question: str) -> Told:
    was, said = before.said(article, question), now.said(article, question)
    known = said or was
    return Told(
        expected=known.expected if known else None,
        before=was.got if was else None,
        now=said.got if said else None,
        reason=said.reason if said else "",
    )


def _by_tag(
    before: Snapshot,
    now: Snapshot,
    questions: Sequence[Paired],
    tags: Mapping[str, Sequence[str]],
) -> Iterator[Tagged]:
    ids = [one.question for one in questions if one.question is not None]
    carrying: dict[str, list[str]] = {}
    for article in now.lines:
        if article in before.lines:
            for tag in tags.get(article, ()):
                carrying.setdefault(tag, []).append(article)
    for tag in sorted(carrying):
        yield Tagged(tag, len(carrying[tag]), paired(before, now, ids, carrying[tag]))


def narrowed(snapshot: Snapshot, question: str) -> Snapshot:
    """A snapshot with the answers to one question only."""
    place = snapshot.questions.index(question)
    lines = {
        id_: Line(
            line.labels[place : place + 1],
            line.text,
            tuple((sample[place],) for sample in line.samples),
        )
        for id_, line in snapshot.lines.items()
    }
    return replace(snapshot, questions=(question,), lines=lines)
