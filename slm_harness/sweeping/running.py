"""One sweep of one model: ask, rank, judge the winner by what ranked nothing."""

from collections.abc import Sequence

from slm_harness.gate.ranking import Ranked, held_out, ranked, winner
from slm_harness.report.ranking import Swept
from slm_harness.sweeping.asking import Asker
from slm_harness.sweeping.splitting import Split
from slm_harness.sweeping.wordings import Wording


def swept(
    asker: Asker,
    model: str,
    committed: Wording,
    candidates: Sequence[Wording],
    articles: Split,
    level: float,
) -> Swept:
    """Run it.

    The held-out third is asked of the winner and of the committed prompt only.
    """
    failures: list[str] = []
    base = asker.measure(committed, articles.ranking)
    snapshots = {}
    for one in candidates if base.snapshot else ():
        came = asker.measure(one, articles.ranking)
        if came.snapshot is None:
            failures.append(came.failure)
        else:
            snapshots[one.name] = came.snapshot
    found: tuple[Ranked, ...] = ()
    if base.snapshot is None:
        failures.append(base.failure)
    else:
        found = ranked(base.snapshot, snapshots)
    first = winner(found)
    held = None
    if first is not None:
        by_name = {one.name: one for one in candidates}
        then, now = (asker.measure(one, articles.held) for one in (committed, by_name[first.name]))
        failures += [one.failure for one in (then, now) if one.failure]
        if then.snapshot is not None and now.snapshot is not None:
            held = held_out(then.snapshot, now.snapshot, level)
    return Swept(
        model=model,
        committed=committed.name,
        ranking=len(articles.ranking),
        held_out=len(articles.held),
        ranked=found,
        winner=first,
        held=held,
        failures=tuple(failures),
        asked=asker.counts.asked,
        recalled=asker.counts.recalled,
    )
