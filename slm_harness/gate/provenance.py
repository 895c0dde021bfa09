"""Of which model, words and graders a snapshot is true, one short line each; and what of it changed."""

import json
from collections.abc import Iterator
from importlib import metadata

from slm_harness import grading
from slm_harness.gate.snapshot import Snapshot
from slm_harness.gate.words import word_diff
from slm_harness.records import FRAME, Identity, Layout, Recipe
from slm_harness.store import canonical_json, text_digest
from slm_harness.task import reworded, wording_parts

DIGITS = 12
"""Hex digits of a digest."""
_NOT_COMPARED = frozenset({"graders", "recipe", "article-set"})
"""Graders and articles are no change of the model; the recipe is told by its parts."""
_OF_THE_SERVER = ("server", "machine")
"""What can make a server answer otherwise though it was asked the same."""
_NOT_THE_MACHINE = ("built", "capabilities")
"""Facts that come with those of the machine and tell nothing of it."""


def provenance(identity: Identity, recipe: Recipe) -> dict[str, str]:
    """What the rates of a model depend on besides articles and labels."""
    machine = {k: v for k, v in identity.machine.items() if k not in _NOT_THE_MACHINE}
    return {
        "engine": identity.engine,
        "server": identity.server,
        "base": identity.base,
        "digest": identity.digest,
        "template": _short(identity.template) if identity.template else "none",
        "options": canonical_json(dict(identity.options)),
        "machine": canonical_json(machine),
        "prompt": provenance_of_prompt(recipe),
        **({} if recipe.layout is Layout.QUESTIONS_FIRST else {"layout": recipe.layout.value}),
        "schema": _short(canonical_json(dict(recipe.schema))),
        "recipe": recipe_digest(identity, recipe),
        "graders": graders_now(),
        "harness": metadata.version("slm-harness"),
    }


def recipe_digest(identity: Identity, recipe: Recipe) -> str:
    """Of all that is made of a base: words, schema, template, options."""
    made = [
        recipe.wording,
        recipe.layout,
        dict(recipe.schema),
        identity.template,
        dict(identity.options),
    ]
    return _short(canonical_json(made))


def graders_now() -> str:
    """The versions of the graders as a snapshot has them."""
    return ", ".join(f"{kind} {grading.VERSIONS[kind]}" for kind in sorted(grading.VERSIONS))


def provenance_of_prompt(recipe: Recipe) -> str:
    """What stands for the words of a prompt, and for where they stand."""
    if recipe.layout is Layout.QUESTIONS_FIRST:
        return _short(recipe.wording)
    return _short("\0".join([recipe.layout, FRAME, recipe.wording]))


def _short(text: str) -> str:
    return text_digest(text)[:DIGITS]


# ---------------------------------------------------------------- what changed


def changed_since(
    before: Snapshot, now: Snapshot, wording: tuple[str, str] | None
) -> Iterator[str]:
    """What is another model, prompt or setting than before, in a few words each: what is being compared.

    Args:
        before: The accepted snapshot.
        now: The present one.
        wording: The words of both prompts (``Recipe.wording``); None where those of before are not known.
    """
    then, today = before.provenance, now.provenance
    for name in dict.fromkeys((*today, *then)):
        old, new = then.get(name, ""), today.get(name, "")
        if old != new and name not in _NOT_COMPARED:
            yield _change(name, old, new, wording)
    if before.depth != now.depth:
        yield f"samples {before.depth} -> {now.depth}"
    rewritten = [id_ for id_, one in now.lines.items() if before.text(id_) not in (None, one.text)]
    if rewritten:
        yield f"the text of {listed(rewritten)}"


def _change(name: str, old: str, new: str, wording: tuple[str, str] | None) -> str:
    if name == "prompt":
        parts = ", ".join(reworded(*wording)) if wording else ""
        return f"the prompt ({parts})" if parts else "the prompt"
    if name in ("options", "machine"):
        return f"{name} ({_differing(old, new)})"
    if name in ("digest", "template", "schema"):
        return f"{'base digest' if name == 'digest' else name} {old[:DIGITS] or 'none'} -> {new[:DIGITS]}"
    return f"{name} {old or 'none'} -> {new or 'none'}"


def _differing(old: str, new: str) -> str:
    then, today = json.loads(old or "{}"), json.loads(new or "{}")
    return ", ".join(
        f"{name} {_plain(then.get(name))} -> {_plain(today.get(name))}"
        for name in sorted({*then, *today})
        if then.get(name) != today.get(name)
    )


def _plain(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def server_differs(before: Snapshot, identity: Identity, recipe: Recipe) -> bool:
    """Whether another server, or another machine under it, answers than the snapshot is of."""
    today = provenance(identity, recipe)
    return any(before.provenance.get(name, "") != today[name] for name in _OF_THE_SERVER)


def rewordings(before: str, now: str) -> Iterator[str]:
    """The differences between two wordings, a line for each question, word by word."""
    old, new = (wording_parts(text) for text in (before, now))
    for part in reworded(before, now):
        yield f"{part}: {word_diff(old.get(part, ''), new.get(part, ''))}"


def listed(names: list[str]) -> str:
    """The first few of some names."""
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
