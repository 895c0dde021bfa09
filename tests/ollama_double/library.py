"""The endpoints about models that are there: version, tags, ps, show, copy, delete."""

import random
from dataclasses import replace

from tests.ollama_double import names
from tests.ollama_double.scenarios import PS, SHOW, TAGS
from tests.ollama_double.service import Exchange, Service
from tests.ollama_double.shelf import Model
from tests.ollama_double.wire import PLAIN, Fields, Refusal, Whole, answer, stamp, without_zeros


def root(service: Service, exchange: Exchange) -> Whole:
    """A sign of life."""
    return Whole(200, b"Ollama is running", PLAIN + "; charset=utf-8")


def version(service: Service, exchange: Exchange) -> Whole:
    """The version the double plays."""
    return answer({"version": service.settings.version})


def details(model: Model) -> Fields:
    """What every listing says of a model."""
    return {
        "parent_model": model.parent,
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "3.8B",
        "quantization_level": "Q4_0",
    }


def tags(service: Service, exchange: Exchange) -> Whole:
    """All models."""
    models = [
        {
            "name": model.name,
            "model": model.name,
            "modified_at": stamp(model.modified),
            "size": model.size,
            "digest": model.digest,
            "details": details(model),
        }
        for model in service.shelf.all()
    ]
    return answer(service.faults.begin(TAGS).bend({"models": models}, {}))


def processes(service: Service, exchange: Exchange) -> Whole:
    """What is loaded."""
    models = [
        {
            "name": runner.model.name,
            "model": runner.model.name,
            "size": runner.model.size,
            "digest": runner.model.digest,
            "details": details(runner.model),
            "expires_at": stamp(int(min(runner.until, 10**10) * 10**9)),
            "size_vram": runner.model.size,
            "context_length": runner.num_ctx,
        }
        for runner in service.runners.loaded()
    ]
    return answer(service.faults.begin(PS).bend({"models": models}, {}))


def show(service: Service, exchange: Exchange) -> Whole:
    """All about one model."""
    exchange.check("ShowRequest", {"model": str, "name": str, "verbose": bool})
    name = names.parse(exchange.text("model", "name"))
    if not name.valid:
        raise Refusal(400, "invalid model name")
    model = service.shelf.find(name.short, f"model '{name.short}' not found")
    shown = without_zeros(
        {
            "license": "\n".join(model.licenses),
            "modelfile": _modelfile(model),
            "parameters": _parameters(model),
            "template": model.template,
            "system": model.system,
            "messages": list(model.messages),
        }
    )
    shown |= {
        "details": details(model),
        "model_info": {
            "general.architecture": "llama",
            "general.parameter_count": 3_821_079_552,
            "llama.context_length": service.settings.context_length,
        },
        "capabilities": ["completion"],
        "modified_at": stamp(model.modified),
    }
    return answer(service.faults.begin(SHOW).bend(shown, {}))


def _parameters(model: Model) -> str:
    """The parameters as lines, in no order: the server ranges over a Go map."""
    lines = []
    for key, value in model.parameters.items():
        for one in value if isinstance(value, list) else [value]:
            text = f'"{one}"' if isinstance(one, str) else str(one).lower()
            lines.append(f"{key:<30} {text}")
    random.shuffle(lines)
    return "\n".join(lines)


def _modelfile(model: Model) -> str:
    head = "# Modelfile of a test double\n"
    return f'{head}FROM /models/blobs/sha256-{model.weights}\nTEMPLATE """{model.template}"""\n'


def copy(service: Service, exchange: Exchange) -> Whole:
    """Put a model under a second name."""
    exchange.check("CopyRequest", {"source": str, "destination": str})
    source, target = (exchange.text(key) for key in ("source", "destination"))
    for what, text in (("source", source), ("destination", target)):
        if not names.parse(text).valid:
            raise Refusal(400, f'{what} "{text}" is invalid')
    model = service.shelf.find(source, f'model "{source}" not found')
    service.shelf.put(replace(model, name=service.shelf.canonical(names.parse(target)).short))
    return Whole(200, b"", "")


def delete(service: Service, exchange: Exchange) -> Whole:
    """Take a model away."""
    exchange.check("DeleteRequest", {"model": str, "name": str})
    text = exchange.text("model", "name")
    if not names.parse(text).valid:
        raise Refusal(400, f'name "{text}" is invalid')
    model = service.shelf.find(text, f"model '{text}' not found")
    service.shelf.remove(model)
    if all(other.weights != model.weights for other in service.shelf.all()):
        service.runners.unload(model)
    return Whole(200, b"", "")
