"""Replies to a prompt as they are stored or accepted, found without a server to say who would answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slm_harness.evidence import Evidence
from slm_harness.records import Identity, Recipe, Stored
from slm_harness.session import Evaluation, as_loaded
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
    the articles; among equals the one of the accepted replies, then the one that was asked last. An article
    counts where it has all samples that are wanted.

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
    wanted = evaluation.settings.repeats
    if wanted == 1 and evidence is not None and identity is evidence.identity:
        # As a replay does: as many as were accepted.
        wanted = evidence.samples
    replies: dict[str, Sequence[Stored]] = {}
    for article in evaluation.articles:
        keys = (
            key_of(key_parts(identity, recipe, evaluation.request(model, article, sample)))
            for sample in range(wanted)
        )
        # What was accepted before all.
        samples = [(evidence.find(key) if evidence else None) or store.get(key) for key in keys]
        there = [one for one in samples if one is not None]
        if len(there) == wanted:
            replies[article] = there
    found = [stored for samples in replies.values() for stored in samples]
    return Found(as_loaded(identity, found), replies)
