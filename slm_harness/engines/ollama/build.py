"""Making the custom model of a recipe, once for all who want it, and seeing what it was loaded with."""

from collections.abc import Mapping, Sequence
from typing import Any

from slm_harness.engines.ollama.border import StrictClient, translated
from slm_harness.engines.ollama.names import canonical
from slm_harness.engines.ollama.options import WINDOW
from slm_harness.engines.ollama.shelf import listed
from slm_harness.engines.ollama.told import Entry, find
from slm_harness.engines.statuses import one_line
from slm_harness.errors import ModelUnavailable
from slm_harness.records import Identity

KEEP_ALIVE = "10m"
"""How long the model stays loaded between two articles."""


def create(client: StrictClient, host: str, identity: Identity, system: str) -> Entry:
    """Make the custom model of an identity; its entry in the server's list.

    Raises:
        ModelUnavailable: the base has changed since it was identified, or nothing came of it.
        NotMeasured: the server does not say.
    """
    base = find(listed(client, host), identity.base)
    if base is None or base.digest != identity.digest:
        raise ModelUnavailable(
            f"{identity.base} was changed or removed at {host} while this run was starting; run again"
        )
    with translated(f"building {identity.serves}", host):
        done = client.create(
            identity.serves,
            # The server looks this one name up in its very case, and pulls what it does not find.
            from_=base.name,
            system=system,
            parameters=dict(identity.options),
        )
    made = find(listed(client, host), identity.serves)
    if done.status != "success" or made is None:
        raise ModelUnavailable(
            f"{host} did not build {identity.serves}: it ended with {one_line(done.status or '')!r}; "
            "see the server's log"
        )
    return made


def load(client: StrictClient, host: str, identity: Identity) -> Mapping[str, object]:
    """Load the custom model; what the server says of it then: its context, its share on the GPU.

    Raises:
        ModelUnavailable: its context is smaller than asked for.
        NotMeasured: it cannot be loaded.
    """
    with translated(f"loading {identity.serves}", host):
        # The very settings of the requests that follow: with any other the server loads it twice.
        client.generate_whole(
            identity.serves, "", schema={}, options=identity.options, keep_alive=KEEP_ALIVE
        )
        running = client.ps()
    return _loaded(running, _family(listed(client, host), identity), identity)


def _family(entries: Sequence[Entry], identity: Identity) -> frozenset[str]:
    """All names under which the runner may be listed: whoever of its weights was loaded first gave it one."""
    base = canonical(identity.base)
    siblings = (entry.name for entry in entries if canonical(entry.parent) == base)
    return frozenset({canonical(identity.serves), base, *map(canonical, siblings)})


def _loaded(running: Any, names: frozenset[str], identity: Identity) -> dict[str, object]:  # noqa: ANN401 - ollama.ProcessResponse
    asked = int(str(identity.options[WINDOW]))
    for model in running.models:
        if model.model and canonical(model.model) in names:
            context = model.context_length
            if context is not None and context < asked:
                raise ModelUnavailable(
                    f"the server shrank the context of {identity.base} to {context} tokens (asked: "
                    f"{asked}); free memory, or set a smaller num_ctx"
                )
            share = round((model.size_vram or 0) / model.size, 3) if model.size else None
            return {"context": context, "gpu share": share}
    return {}
