"""Recalling: what is stored or accepted already, and in words why it is not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from slm_harness.asking.values import Batch, Mode, Obtained, Sources
from slm_harness.engines import why_other_model
from slm_harness.errors import NeverAsked
from slm_harness.records import Identity, Recipe, Request, Stored
from slm_harness.store import (
    ARTICLE,
    SAMPLE,
    KeyStem,
    differing_parts,
    parts_of,
    text_digest,
    wording_of,
)
from slm_harness.task import reworded


@dataclass(frozen=True)
class Miss:
    """A request whose reply is not stored, with its key, which takes a moment to make."""

    request: Request
    parts: Mapping[str, object]
    key: str


class Recall:
    """The replies of one batch that need not be asked for."""

    def __init__(self, batch: Batch, recipe: Recipe, sources: Sources) -> None:
        self._batch = batch
        self._recipe = recipe
        self._sources = sources
        self._accepted = {
            stored.key: stored for stored in (batch.evidence.all() if batch.evidence else ())
        }
        self._common: tuple[Identity, Mapping[str, object], KeyStem] | None = None
        self._identities: list[Identity] = []
        """Those of recalled replies: of the same model, so there are few."""

    @property
    def replays(self) -> bool:
        """Whether nothing may be asked. What works in this process needs no server, and no replay."""
        return self._sources.mode is Mode.REPLAY and not self._batch.local

    def accepted_identity(self) -> Identity:
        """Who gave the accepted replies, for a replay.

        Raises:
            NeverAsked: there are none, or they are those of another model than the entry's.
        """
        batch = self._batch
        if batch.evidence is None:
            raise NeverAsked(never_accepted(batch.model, self._sources))
        other = why_other_model(batch.spec, batch.evidence.identity)
        if other:
            raise NeverAsked(
                f"nobody has asked {batch.model} as models.yaml has it: {other}; "
                f"{self._ask_there(batch.model)}"
            )
        return batch.evidence.identity

    def reply(self, identity: Identity, request: Request) -> "Obtained | Miss":
        """The stored reply to a request, or what has to be asked for.

        Raises:
            StoreDamaged: it cannot be read.
            NeverAsked: it would have to be asked for, in a replay.
        """
        miss = self._keyed(identity, request)
        if self._sources.mode is not Mode.FRESH:
            stored = self._stored(miss.key)
            if stored is not None:
                shared = replace(stored, parts=miss.parts, identity=self._shared(stored.identity))
                return Obtained(
                    *(request.model, request.article, shared), recalled=True, sample=request.sample
                )
        if self.replays:
            raise NeverAsked(
                f"nobody has asked {request.model} this prompt about {request.article}: "
                f"{self.why_not(miss)}; {self._ask_there(request.model)}"
            )
        return miss

    def _ask_there(self, model: str) -> str:
        return ask_there(model, self._sources.flags, looks=self._sources.looks)

    def _keyed(self, identity: Identity, request: Request) -> Miss:
        """A request with its key; what all keys of a batch share is worked out for the first of them."""
        if self._common is None or self._common[0] is not identity:
            setup = parts_of(identity, self._recipe, "", 0)
            self._common = identity, setup, KeyStem(setup)
        _, shared, stem = self._common
        article = text_digest(request.prompt)
        parts = {**shared, ARTICLE: article, SAMPLE: request.sample}
        return Miss(request, parts, stem.key(article, request.sample))

    def _stored(self, key: str) -> Stored | None:
        """The stored reply: in a replay the accepted one before all, else the one asked last."""
        accepted = self._accepted.get(key)
        if accepted and self._sources.mode is Mode.REPLAY:
            return accepted
        if self._batch.local:
            # Asking costs nothing, and shows that the reader works on this machine.
            accepted = None
        stored = self._sources.store.get(key)
        return max(filter(None, (stored, accepted)), key=lambda one: one.asked_at, default=None)

    def _shared(self, identity: Identity) -> Identity:
        """An identity as it was met before: thousands of replies are not to hold each a copy of it."""
        if identity not in self._identities:
            self._identities.append(identity)
        return self._identities[self._identities.index(identity)]

    def why_not(self, miss: Miss) -> str:
        """Why no stored reply would do. Reads all that was ever asked about the article."""
        request, parts = miss.request, miss.parts
        if self._sources.mode is Mode.FRESH:
            return "--answers=fresh asks again"
        nearest = self._sources.store.nearest(request, parts)
        if self._batch.evidence and request.article in self._batch.evidence.replies:
            accepted = self._batch.evidence.replies[request.article]
            if nearest is None or len(differing_parts(parts, accepted.parts)) <= len(
                differing_parts(parts, nearest.parts)
            ):
                nearest = accepted
        if nearest is None:
            return "it was never asked about this article"
        return changes(parts, nearest.parts)


def changes(ours: Mapping[str, object], theirs: Mapping[str, object]) -> str:
    """In which parts two keys differ, in words; for the recipe, which of its questions."""
    differing = differing_parts(ours, theirs)
    if differing == (SAMPLE,):
        return f"sample {ours[SAMPLE]} was never asked"
    words = ", ".join(reworded(wording_of(theirs), wording_of(ours)))
    names: dict[str, None] = {}
    for name in differing:
        if name == SAMPLE:
            continue  # of the others it was another that came nearest
        if name not in ("recipe", "questions"):
            names[name] = None
        elif words:
            names[f"recipe ({words})"] = None
        elif "layout" not in differing:  # which moves the words from one part to the other
            names["recipe"] = None
    return f"{' and '.join(names)} changed since the nearest stored answer"


def never_accepted(model: str, sources: Sources) -> str:
    """Why nothing of a model can be replayed, and what to do."""
    return (
        f"{model} has no accepted replies in {sources.answers}: "
        f"{ask_there(model, sources.flags, looks=sources.looks)}"
    )


def ask_there(model: str, flags: str, *, looks: bool) -> str:
    """What to do where a replay lacks replies; with the flags without which it would be about something else.

    ``looks`` says that nothing of it is to be accepted.
    """
    run = f"where its server is, run pytest -m {model}{flags}"
    return run if looks else f"{run} --snapshot-update and commit what it writes"
