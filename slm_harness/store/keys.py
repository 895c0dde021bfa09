"""Keys: what an answer is filed under, made of everything that can change it."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from slm_harness.records import FRAME, Identity, Layout, Recipe, Request

ARTICLE, SAMPLE = "article", "sample"
"""The parts of a key in which two answers of one setup differ."""


def key_parts(identity: Identity, recipe: Recipe, request: Request) -> dict[str, object]:
    """Everything that can change an answer, by name. What is not in here must not change one.

    The article's text stands for itself by its digest, so that a key can be checked without it.
    """
    return parts_of(identity, recipe, text_digest(request.prompt), request.sample)


def parts_of(
    identity: Identity, recipe: Recipe, article_digest: str, sample: int
) -> dict[str, object]:
    """The parts of a key where only the digest of the article's text is known."""
    return {
        "engine": identity.engine,
        "server": identity.server,
        "base digest": identity.digest,
        "template": identity.template,
        "options": dict(identity.options),
        "recipe": recipe.system,
        "schema": dict(recipe.schema),
        ARTICLE: article_digest,
        SAMPLE: sample,
        **_layout_parts(recipe),
    }


def _layout_parts(recipe: Recipe) -> dict[str, object]:
    """Where the questions stand and how: left out for the first layout, whose keys are older than the second."""
    if recipe.layout is Layout.QUESTIONS_FIRST:
        return {}
    return {"layout": [recipe.layout.value, FRAME], "questions": recipe.questions}


def wording_of(parts: Mapping[str, object]) -> str:
    """``Recipe.wording`` of the recipe that the parts of a key are of."""
    return "\n".join(str(parts[name]) for name in ("recipe", "questions") if name in parts)


def text_digest(text: str) -> str:
    """The sha256 of a text in UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(parts: Mapping[str, object]) -> str:
    """The sha256 of the canonical JSON of ``parts``, 64 hex digits."""
    return text_digest(canonical_json(parts))


def canonical_json(value: object) -> str:
    """One text for one value: sorted keys, no spaces, no NaN."""
    return _CANONICAL.encode(value)


_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)


def differing_parts(ours: Mapping[str, object], theirs: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the parts in which two keys differ, in the order of ``ours``."""
    names = dict.fromkeys((*ours, *theirs))
    return tuple(name for name in names if theirs.get(name) != ours.get(name))


class KeyStem:
    """Makes the keys of many answers that differ in article and sample only.

    The canonical text of all other parts is written once, which is most of what a key costs.
    """

    def __init__(self, parts: Mapping[str, object]) -> None:
        """Take all parts of a key but article and sample; others of those names are passed over."""
        rest = [(name, parts[name]) for name in sorted(parts) if name not in (ARTICLE, SAMPLE)]
        self._before = _members(pair for pair in rest if pair[0] < ARTICLE)
        self._between = _members(pair for pair in rest if ARTICLE < pair[0] < SAMPLE)
        self._after = _members(pair for pair in rest if pair[0] > SAMPLE)

    def key(self, article_digest: str, sample: int) -> str:
        """What ``key_of`` makes of all parts together."""
        members = (
            *self._before,
            f'"{ARTICLE}":{canonical_json(article_digest)}',
            *self._between,
            f'"{SAMPLE}":{canonical_json(sample)}',
            *self._after,
        )
        return text_digest(f"{{{','.join(members)}}}")


def _members(pairs: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    """The members of a JSON object, joined as one text; nothing where there are none."""
    texts = [canonical_json({name: value})[1:-1] for name, value in pairs]
    return (",".join(texts),) if texts else ()
