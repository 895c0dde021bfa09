"""The custom models that the harness has made on an Ollama server: which there are, which are in use."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from slm_harness.engines.ollama.border import address, open_client, translated
from slm_harness.engines.ollama.engine import OllamaEngine
from slm_harness.engines.ollama.names import canonical, derived_part, is_derived
from slm_harness.engines.ollama.shelf import changing, listed
from slm_harness.engines.ollama.told import Entry
from slm_harness.engines.protocol import Report
from slm_harness.engines.samples import sampled
from slm_harness.errors import ModelsError, NotMeasured
from slm_harness.records import ModelSpec, Recipe

_SECONDS = 30.0


@dataclass(frozen=True)
class Current:
    """What one entry of models.yaml would be served by now."""

    model: str
    name: str = ""
    """Of the custom model; empty where it cannot be told."""
    part: str = ""
    """What the names of all its custom models have before the colon."""
    why: str = ""
    """Why it cannot be told."""


class CustomModels:
    """Those of one task on the server that ``OLLAMA_HOST`` names."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._client = open_client(_SECONDS)
        self.host = address(self._client)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def all(self) -> Sequence[Entry]:
        """Every model that has exactly our naming and a parent, by name.

        Raises:
            NotMeasured: the server does not say.
        """
        found = listed(self._client, self.host)
        ours = (one for one in found if one.parent and is_derived(self._task, one.name))
        return sorted(ours, key=lambda one: one.name)

    def remove(self, doomed: Iterable[Entry], report: Report) -> Sequence[str]:
        """Remove models, where they still are what they were; the names of those that were removed.

        Raises:
            NotMeasured: the server refuses.
        """
        removed = []
        with changing(self.host, threading.Event(), report):
            there = self.all()
            for one in doomed:
                if one in there:
                    with translated(f"removing {one.name}", self.host):
                        self._client.delete(one.name)
                    removed.append(one.name)
        return removed


def currents(specs: Iterable[ModelSpec], recipe: Recipe, longest: int) -> Sequence[Current]:
    """By what each entry that is for Ollama would be served now, and its samples. Nothing is pulled for it.

    Args:
        specs: The entries of models.yaml.
        recipe: The prompt and the schema as they are now.
        longest: Tokens of the longest article, as ``estimated_tokens`` has them.

    Raises:
        SettingsError: an entry is wrong.
    """
    ours = [spec for spec in specs if spec.engine == "ollama"]
    return [one for spec in ours for one in _both(spec, recipe, longest)]


def _both(spec: ModelSpec, recipe: Recipe, longest: int) -> Iterator[Current]:
    """An entry as it is asked once, and as its samples are, which have other options and so another model."""
    found = _current(spec, recipe, longest)
    yield found
    if found.name:
        # An entry whose samples would tell nothing has none.
        with suppress(ModelsError):
            yield _current(sampled(spec), recipe, longest)


def _current(spec: ModelSpec, recipe: Recipe, longest: int) -> Current:
    part = derived_part(recipe.task, spec.base)
    with closing(OllamaEngine(spec, longest)) as engine:
        try:
            known = engine.known(recipe)
        except NotMeasured as error:
            return Current(spec.name, part=part, why=error.message)
    if known is None:
        return Current(spec.name, part=part, why=f"{spec.base} is not pulled")
    return Current(spec.name, known.serves, part)


def users(entries: Iterable[Entry], known: Sequence[Current]) -> Mapping[str, Sequence[str]]:
    """By the name of each custom model, which entries of models.yaml use it, or may do so."""
    return {
        entry.name: list(dict.fromkeys(one.model for one in known if _uses(one, entry)))
        for entry in entries
    }


def _uses(one: Current, entry: Entry) -> bool:
    if one.name:
        return canonical(one.name) == canonical(entry.name)
    return one.part.lower() == entry.name.rpartition(":")[0].lower()
