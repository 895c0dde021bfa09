"""The endpoints that put models on the shelf: pull and create."""

from collections.abc import Iterator

from tests.ollama_double import names
from tests.ollama_double.scenarios import CREATE, PULL
from tests.ollama_double.service import Exchange, Service
from tests.ollama_double.shelf import Model, derived, pulled
from tests.ollama_double.wire import PRESET_JSON, Fields, Outcome, Pieces, Refusal, answer, line

Steps = Iterator[Fields]
"""Status objects in their order. Ends with `Refusal` when it fails."""


def pull(service: Service, exchange: Exchange) -> Outcome:
    """Fetch a model from the registry."""
    exchange.check("PullRequest", {"model": str, "name": str, "stream": bool})
    name = names.parse(exchange.text("model", "name"))
    if not name.valid:
        raise Refusal(400, "invalid model name")
    faults = service.faults.begin(PULL)
    steps = _pulling(service, service.shelf.canonical(name), faults.breaks)
    told = _told(faults.steps(_then_success(steps)), exchange)
    return faults.send(told, service.settings.delay)


def create(service: Service, exchange: Exchange) -> Outcome:
    """Make a model of another."""
    types = {"model": str, "name": str, "from": str, "system": str, "template": str}
    exchange.check("CreateRequest", {**types, "parameters": dict, "messages": list, "stream": bool})
    name = names.parse(exchange.text("model", "name"))
    if not name.valid:
        raise Refusal(400, "invalid model name")
    faults = service.faults.begin(CREATE)
    steps = _creating(service, service.shelf.canonical(name), exchange.fields, faults.breaks)
    return _told(faults.steps(_then_success(steps)), exchange)


def _told(steps: Steps, exchange: Exchange) -> Outcome:
    """Steps as a stream, or only how they ended."""
    if exchange.fields.get("stream") is False:
        try:
            last = list(steps)[-1]
        except Refusal as refusal:
            raise Refusal(refusal.status, refusal.error, PRESET_JSON) from refusal
        return answer(last, PRESET_JSON)
    try:
        first = next(steps)
    except Refusal as refusal:
        raise Refusal(refusal.status, refusal.error, PRESET_JSON) from refusal
    return Pieces(_lines(first, steps))


def _lines(first: Fields, steps: Steps) -> Iterator[bytes]:
    """Lines of a stream. An error after the first is only another line."""
    yield line(first)
    try:
        for step in steps:
            yield line(step)
    except Refusal as refusal:
        yield line({"error": refusal.error})


def _then_success(steps: Steps) -> Steps:
    yield from steps
    yield {"status": "success"}


def _pulling(service: Service, name: names.Name, breaks: str) -> Steps:
    """All lines of a pull but the last. What has come of a layer stays when the client hangs up."""
    yield {"status": "pulling manifest"}
    offered = (*service.settings.models, *service.settings.pullable)
    if name not in map(names.parse, offered):
        raise Refusal(500, "pull model manifest: file does not exist")
    model = pulled(name.short)
    there = service.shelf.blobs()
    for _, digest, size in model.layers:
        come = size if digest in there else service.shelf.come.get(digest, 0)
        for status in _blob(digest, size, come):
            service.shelf.come[digest] = max(come, _whole(status.get("completed")))
            yield status
        if breaks:
            raise Refusal(500, breaks)
    yield {"status": "verifying sha256 digest"}
    yield {"status": "writing manifest"}
    service.shelf.put(model)


def _blob(digest: str, size: int, come: int) -> Steps:
    """Progress of one blob: a single line when it is there already; no ``completed`` while it is 0."""
    status: Fields = {"status": f"pulling {digest.removeprefix('sha256:')[:12]}", "digest": digest}
    status["total"] = size
    for completed in dict.fromkeys((come, max(come, size // 2), size)):
        yield {**status, "completed": completed} if completed else status


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _creating(service: Service, name: names.Name, body: Fields, breaks: str) -> Steps:
    """All lines of a create but the last."""
    if not body.get("from"):
        raise Refusal(400, "neither 'from' or 'files' was specified")
    source = names.parse(str(body["from"]))
    if not source.valid:
        raise Refusal(400, "invalid model name")
    base = service.shelf.get(source)  # in this very case: a trap of the server's
    if base is None:
        yield from _pulling(service, source, service.faults.begin(PULL).breaks)
        base = pulled(source.short)
    _check_template(body)
    made = derived(name.short, base, body)
    yield from _layers(service, made)
    if breaks:
        raise Refusal(500, breaks)
    yield {"status": "writing manifest"}
    service.shelf.put(made)


def _check_template(body: Fields) -> None:
    template = str(body.get("template") or "")
    if template.count("{{") != template.count("}}"):
        raise Refusal(400, "template error: template: :1: unclosed action")


def _layers(service: Service, model: Model) -> Steps:
    there = service.shelf.blobs()
    for _, digest, _ in model.layers:
        yield {
            "status": f"{'using existing' if digest in there else 'creating new'} layer {digest}"
        }
