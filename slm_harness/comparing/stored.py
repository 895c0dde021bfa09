"""Replies to a prompt as they are stored or accepted, found without a server to say who would answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slm_harness.evidence import Evidence
from slm_harness.records import Identity, Recipe, Stored
from slm_harness.session import Evaluation
from slm_harness.store import Store, key_of, key_parts

_LOOKED_AT = 5
"""So many articles are looked at to find out who answered to a prompt."""


@dataclass(frozen=True)
class Found:
    """The replies of one model to one prompt."""

    identity: Identity | None = None
    """Who gave them; None where there are none."""
    replies: Mapping[str, Sequence[Stored]] = field(default_factory=dict)
    """Article id to its samples."""


def stored_replies(
    evaluation: Evaluation, model: str, recipe: Recipe, evidence: Evidence | None
) -> Found:
    """The replies of a model to all articles in the words of a recipe, as far as there are some.

    Which of several servers or digests answered is not known here, so it is the one that answered most of
    the articles; among equals the one of the accepted replies, then the one that was asked last.

    Args:
        evaluation: With the articles, and the store.
        model: Whose replies.
        recipe: The words.
        evidence: The accepted replies of the model, if there are some.

    Raises:
        StoreDamaged: an entry cannot be read.
    """
    store = evaluation.sources.store
    best = Found()
    for identity in _identities(evaluation, store, model, recipe, evidence):
        found = _of(evaluation, store, model, recipe, evidence, identity)
        if len(found.replies) > len(best.replies):
            best = found
    return best


def _identities(
    evaluation: Evaluation, store: Store, model: str, recipe: Recipe, evidence: Evidence | None
) -> Iterator[Identity]:
    """Who may have answered: each once."""
    seen: list[Identity] = []
    if evidence is not None:
        seen.append(evidence.identity)
        yield evidence.identity
    looked = 0
    for article in evaluation.articles:
        request = evaluation.request(model, article)
        replies = [
            stored
            for stored in store.replies(request)
            if stored.key == key_of(key_parts(stored.identity, recipe, request))
        ]
        for identity in (one.identity for one in replies):
            if not any(_alike(identity, one) for one in seen):
                seen.append(identity)
                yield identity
        looked += bool(replies)
        if looked == _LOOKED_AT:
            return


def _alike(one: Identity, other: Identity) -> bool:
    """Whether two identities make the same keys."""
    facts = ("engine", "server", "digest", "template", "options")
    return all(getattr(one, name) == getattr(other, name) for name in facts)


def _of(
    evaluation: Evaluation,
    store: Store,
    model: str,
    recipe: Recipe,
    evidence: Evidence | None,
    identity: Identity,
) -> Found:
    replies: dict[str, Sequence[Stored]] = {}
    for article in evaluation.articles:
        key = key_of(key_parts(identity, recipe, evaluation.request(model, article)))
        # As a replay does: what was accepted before all.
        stored = (evidence.find(key) if evidence else None) or store.get(key)
        if stored is not None:
            replies[article] = [stored]
    machines = (one.identity for some in replies.values() for one in some if one.identity.machine)
    return Found(next(machines, identity), replies)
