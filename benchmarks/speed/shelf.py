"""The models of the stand-in server: bases that are there from the start, and custom models made of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

WINDOW = 131_072
"""Tokens that every base says it was trained for."""
_TEMPLATE = "{{ if .System }}<|system|>{{ .System }}{{ end }}<|user|>{{ .Prompt }}<|assistant|>"


@dataclass(frozen=True)
class Model:
    """One model."""

    name: str
    weights: str
    """Name of the base: what is put into memory."""
    digest: str
    parent: str = ""
    system: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def manner(self) -> str:
        """How it begins every reply: blanks, as many as its system prompt has it.

        Other words to a model bring other words from it, and whoever knows a reply already has it easy.
        """
        return " " * (hashlib.sha256(self.system.encode()).digest()[0] % 64)

    @property
    def listed(self) -> dict[str, object]:
        """As /api/tags has it."""
        return {
            "name": self.name,
            "model": self.name,
            "modified_at": "2026-01-02T03:04:05Z",
            "size": 2_000_000_000,
            "digest": self.digest,
            "details": self.details,
        }

    @property
    def shown(self) -> dict[str, object]:
        """As /api/show has it."""
        return {
            "template": _TEMPLATE,
            "system": self.system,
            "parameters": "\n".join(f"{key} {json.dumps(v)}" for key, v in self.parameters.items()),
            "details": self.details,
            "model_info": {"general.architecture": "llama", "llama.context_length": WINDOW},
            "capabilities": ["completion"],
            "modified_at": "2026-01-02T03:04:05Z",
        }

    @property
    def details(self) -> dict[str, object]:
        """What every listing says."""
        return {
            "parent_model": self.parent,
            "format": "gguf",
            "family": "llama",
            "families": ["llama"],
            "parameter_size": "3.8B",
            "quantization_level": "Q4_0",
        }


def full(name: str) -> str:
    """A name with its tag."""
    return name if ":" in name else f"{name}:latest"


class Shelf:
    """All models."""

    def __init__(self, bases: Sequence[str]) -> None:
        self._made = 0
        named = map(full, bases)
        self._models = {name: Model(name, name, self._digest(name)) for name in named}

    def all(self) -> list[Model]:
        """Every model."""
        return list(self._models.values())

    def find(self, name: str) -> Model | None:
        """The model of a name, with or without its tag."""
        return self._models.get(full(name))

    def create(self, name: str, base: Model, system: str, parameters: Mapping[str, object]) -> None:
        """Make a custom model, under a digest that no model had before."""
        self._made += 1
        digest = self._digest(f"{name} {self._made}")
        made = Model(full(name), base.weights, digest, base.name, system, parameters)
        self._models[made.name] = made

    def delete(self, name: str) -> bool:
        """Take a model away; False where there is none."""
        return self._models.pop(full(name), None) is not None

    def delete_custom(self) -> None:
        """Take all custom models away."""
        self._models = {name: one for name, one in self._models.items() if not one.parent}

    def recreate_custom(self) -> None:
        """Make all custom models anew of the same recipe; their digests change."""
        for one in self.all():
            if one.parent:
                self._made += 1
                self._models[one.name] = replace(
                    one, digest=self._digest(f"{one.name} {self._made}")
                )

    def _digest(self, text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()
