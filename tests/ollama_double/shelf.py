"""The models that the double has on its shelf, and how one is made of another."""

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.ollama_double import names
from tests.ollama_double.wire import Fields, Refusal, encode, sha256

TEMPLATE = (
    "{{ if .System }}<|system|>\n{{ .System }}<|end|>\n{{ end }}"
    "{{ if .Prompt }}<|user|>\n{{ .Prompt }}<|end|>\n{{ end }}"
    "<|assistant|>\n{{ .Response }}<|end|>"
)
_MEDIA = "application/vnd.ollama.image."
_WEIGHTS = 2_000_000_000


@dataclass(frozen=True)
class Model:
    """One model. Its digest follows from all of it but its own name and age."""

    name: str
    """The short name, with its tag."""
    weights: str
    """Digest of the weights: what derived models share with their base."""
    template: str
    parameters: Fields
    licenses: tuple[str, ...]
    system: str = ""
    messages: tuple[object, ...] = ()
    parent: str = ""
    """Short name of the model it was made from."""
    modified: int = 0
    """Nanoseconds since 1970."""

    @property
    def layers(self) -> tuple[tuple[str, str, int], ...]:
        """Media type, digest and size of every layer, in the manifest's order."""
        texts = [("template", self.template), *(("license", text) for text in self.licenses)]
        if self.system:
            texts.append(("system", self.system))
        if self.parameters:
            texts.append(("params", json.dumps(self.parameters, sort_keys=True)))
        if self.messages:
            texts.append(("messages", json.dumps(self.messages)))
        made = [(_MEDIA + kind, f"sha256:{sha256(text)}", len(text)) for kind, text in texts]
        size = _WEIGHTS + int(self.weights[:6], 16)
        return ((_MEDIA + "model", f"sha256:{self.weights}", size), *made)

    @property
    def digest(self) -> str:
        """sha256 of the manifest, without a prefix."""
        manifest = {"schemaVersion": 2, "from": self.parent, "layers": self.layers}
        return sha256(encode(manifest).decode())

    @property
    def size(self) -> int:
        """Bytes of all layers."""
        return sum(size for _, _, size in self.layers)


def pulled(name: str) -> Model:
    """The model that the registry has under a name; always the same."""
    parsed = names.parse(name)
    return Model(
        name=parsed.short,
        weights=sha256(f"weights of {parsed.short.casefold()}"),
        template=TEMPLATE,
        parameters={"stop": ["<|end|>", "<|user|>", "<|assistant|>"]},
        licenses=("MIT License\n\nWeights that do not exist.\n",),
    )


def derived(name: str, base: Model, body: Mapping[str, object]) -> Model:
    """What create makes of a base: leftovers of the base stay unless replaced by something non-empty."""
    parameters, license_ = body.get("parameters"), body.get("license")
    added = [license_] if isinstance(license_, str) else license_
    messages = body.get("messages")
    return replace(
        base,
        name=name,
        parent=base.name,
        template=str(body.get("template") or base.template),
        system=str(body.get("system") or base.system),
        parameters={**base.parameters, **(parameters if isinstance(parameters, dict) else {})},
        licenses=(*base.licenses, *map(str, added if isinstance(added, list) else [])),
        messages=tuple(messages) if isinstance(messages, list) and messages else base.messages,
    )


class Shelf:
    """All models that are there, kept in a file when one is named."""

    def __init__(self, bases: Iterable[str], state: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._state = state
        self._models: dict[names.Name, Model] = {}
        self.come: dict[str, int] = {}
        """Bytes that have come of each layer of a pull, by digest."""
        for base in bases:
            self._put(pulled(base))
        if state is not None and state.exists():
            for entry in json.loads(state.read_text(encoding="utf-8")):
                model = Model(**entry)
                self._models[names.parse(model.name)] = replace(
                    model, licenses=tuple(model.licenses), messages=tuple(model.messages)
                )

    def all(self) -> list[Model]:
        """Every model, the last modified first."""
        with self._lock:
            return sorted(self._models.values(), key=lambda model: -model.modified)

    def canonical(self, name: names.Name) -> names.Name:
        """A name in the case in which it is on the shelf."""
        with self._lock:
            return names.existing(name, self._models)

    def get(self, name: names.Name) -> Model | None:
        """The model of exactly this name."""
        with self._lock:
            return self._models.get(name)

    def find(self, text: str, error: str) -> Model:
        """The model of a name in any case; with none, refuse with 404 and these words."""
        model = self.get(self.canonical(names.parse(text)))
        if model is None:
            raise Refusal(404, error)
        return model

    def blobs(self) -> set[str]:
        """Digests of all layers on the shelf."""
        return {digest for model in self.all() for _, digest, _ in model.layers}

    def put(self, model: Model) -> None:
        """Add a model or replace the one of the same name."""
        with self._lock:
            self._put(model)
            self._save()

    def remove(self, model: Model) -> None:
        """Take a model off the shelf."""
        with self._lock:
            self._models.pop(names.parse(model.name), None)
            left = self.blobs()
            self.come = {digest: size for digest, size in self.come.items() if digest in left}
            self._save()

    def _put(self, model: Model) -> None:
        self._models[names.parse(model.name)] = replace(model, modified=time.time_ns())

    def _save(self) -> None:
        if self._state is not None:
            new = self._state.with_name(self._state.name + ".new")
            entries = [asdict(model) for model in self._models.values()]
            new.write_text(json.dumps(entries), encoding="utf-8")
            new.replace(self._state)
