"""Which articles rank the candidates, and which third is held out for the winner."""

from collections.abc import Iterable
from dataclasses import dataclass

from slm_harness.errors import SettingsError
from slm_harness.records import Article
from slm_harness.store import text_digest

HELD_OUT = 3
"""One article in so many."""


@dataclass(frozen=True)
class Split:
    """The articles, apart."""

    ranking: tuple[str, ...]
    held: tuple[str, ...]


def split(articles: Iterable[Article]) -> Split:
    """Hold out a third of the articles of each kind.

    Chosen by a digest of their ids, so that it is the same third in every sweep and on every machine, and
    nobody can choose it; an article that joins moves one other at most.

    Raises:
        SettingsError: there are too few to hold one out.
    """
    ids: dict[str, list[str]] = {}
    for article in articles:
        ids.setdefault(article.kind, []).append(article.id)
    everything = [id_ for some in ids.values() for id_ in some]
    held = {id_ for some in ids.values() for id_ in _third(some)} or set(_third(everything))
    if not held:
        raise SettingsError(
            f"{len(everything)} article{'' if len(everything) == 1 else 's'}: a sweep needs {HELD_OUT - 1} at least, "
            "to rank by some and to judge by another; label more of them"
        )
    return Split(
        tuple(id_ for id_ in everything if id_ not in held),
        tuple(id_ for id_ in everything if id_ in held),
    )


def _third(ids: list[str]) -> list[str]:
    return sorted(ids, key=text_digest)[: round(len(ids) / HELD_OUT)]
