"""The faults the double can be told to make: a table. To add one, add an entry; nothing else knows their names.

A fault sits at one endpoint and does one or more of these: it answers **instead** of the server, **bends** the
object that the server would have answered, changes how that is **sent**, **breaks** off a pull or a create
with an error after its first lines, or alters the **steps** of one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.double_frame import Counts, Trigger, trigger
from tests.ollama_double import bending as bend
from tests.ollama_double import instead, pulling, standing_in
from tests.ollama_double import sending as send
from tests.ollama_double.wire import Fields, Outcome

GENERATE, SHOW, PS, PULL, CREATE, TAGS = (
    f"/api/{end}" for end in ("generate", "show", "ps", "pull", "create", "tags")
)


@dataclass(frozen=True)
class Fault:
    """One fault at one endpoint."""

    what: str
    at: str = GENERATE
    instead: Callable[[Fields], Outcome] | None = None
    """From the request's body."""
    bend: Callable[[Fields, Fields], Fields] | None = None
    """From the answer and the options in force (at generate)."""
    send: Callable[[Outcome, float], Outcome] | None = None
    """From the outcome and the seconds of ``--delay``."""
    breaks: str = ""
    """The error's words."""
    steps: Callable[[Iterator[Fields]], Iterator[Fields]] | None = None
    """From the status objects of a pull or create."""
    on_load: bool = False
    """Whether a generate without a prompt (load, unload) can meet it too."""
    slow: bool = False
    """Whether ``--delay`` is spent only where this fault is due."""


TABLE: dict[str, tuple[Fault, ...]] = {
    **{name: (Fault(what, bend=way),) for name, (what, way) in bend.WAYS.items()},
    **{name: (Fault(what, instead=way),) for name, (what, way) in instead.ANSWERS.items()},
    **{name: (Fault(what, send=way),) for name, (what, way) in send.WAYS.items()},
    "thinking": (
        Fault("the reply is in thinking, response empty", bend=bend.thinking),
        Fault("capabilities have thinking", at=SHOW, bend=bend.can_think),
    ),
    "slow-first-byte": (Fault("only these wait for --delay", slow=True),),
    # at load, and at a prompt
    **{
        name: (Fault(what, instead=way, on_load=True),)
        for name, (what, way) in instead.AT_LOAD.items()
    },
    "load-stuck": (Fault("a load takes --delay, or a minute", slow=True, on_load=True),),
    # pull and create
    "pull-midstream-error": (
        Fault("error under way", at=PULL, breaks="max retries exceeded: unexpected EOF"),
    ),
    "pull-digest-mismatch": (
        Fault(
            "other bytes than promised",
            at=PULL,
            breaks="digest mismatch, file must be downloaded again: "
            f"want sha256:{'0' * 64}, got sha256:{'f' * 64}",
        ),
    ),
    "pull-refused": (Fault("the registry knows no such thing", at=PULL, steps=pulling.refused()),),
    "pull-unauthorized": (
        Fault(
            "a model that is not for everybody",
            at=PULL,
            steps=pulling.refused("unauthorized: access denied"),
        ),
    ),
    "pull-old-server": (
        Fault(
            "the registry wants a newer server",
            at=PULL,
            steps=pulling.refused(
                "pull model manifest: 412: The model you are attempting to pull requires a newer "
                "version of Ollama."
            ),
        ),
    ),
    "pull-no-network": (
        Fault(
            "the server cannot reach the registry",
            at=PULL,
            steps=pulling.refused(
                'pull model manifest: Get "https://hf.co/v2/u/sharded-GGUF/manifests/latest": '
                "dial tcp: lookup hf.co: i/o timeout"
            ),
        ),
    ),
    "pull-dies": (Fault("the whole program exits half way", at=PULL, steps=pulling.dying),),
    "pull-stalled": (Fault("the same line for ever", at=PULL, steps=pulling.stalled),),
    "pull-silent": (Fault("not a word more, for ten seconds", at=PULL, steps=pulling.silent),),
    "pull-cut": (Fault("the connection breaks half way", at=PULL, steps=pulling.cut),),
    "pull-unfinished": (Fault("a clean end without success", at=PULL, steps=pulling.unfinished),),
    "pull-backwards": (Fault("progress that falls back", at=PULL, steps=pulling.backwards),),
    "pull-repeated": (Fault("every line three times", at=PULL, steps=pulling.repeated),),
    "pull-glued": (Fault("all lines in one HTTP chunk", at=PULL, send=send.glued),),
    "pull-split": (Fault("lines split over HTTP chunks", at=PULL, send=send.split),),
    "pull-odd-lines": (Fault("blank lines and lines of no JSON", at=PULL, send=pulling.odd_lines),),
    "pull-zero-size": (Fault("a model of 0 bytes", at=TAGS, bend=pulling.zero_size),),
    "pull-slow": (Fault("takes a quarter of a second", at=PULL, steps=pulling.late(0.25)),),
    "create-slow": (Fault("takes a quarter of a second", at=CREATE, steps=pulling.late(0.25)),),
    "create-error": (
        Fault(
            "disk full", at=CREATE, breaks="write /models/blobs/sha256-1: no space left on device"
        ),
    ),
    # what the server says of a model
    "base-leftovers": (Fault("a base with SYSTEM and MESSAGE", at=SHOW, bend=pulling.leftovers),),
    "remote-model": (Fault("a model that runs elsewhere", at=SHOW, bend=pulling.remote),),
    "no-capabilities": (
        Fault("an old server tells none", at=SHOW, bend=bend.without("capabilities")),
    ),
    "shrunk-context": (Fault("half the context asked for", at=PS, bend=bend.shrunk_context),),
    "bare-template": (Fault("a template without SYSTEM", at=SHOW, bend=bend.bare_template),),
    "no-completion": (
        Fault("an embedding model", at=SHOW, bend=bend.only_embeds),
        Fault("cannot generate", instead=standing_in.cannot_generate, on_load=True),
    ),
}


def listing() -> str:
    """The table for people."""
    return "\n".join(f"  {name:24}{faults[0].what}" for name, faults in TABLE.items())


class Active(tuple[Fault, ...]):
    """The faults that befall one request."""

    __slots__ = ()

    def instead(self, body: Fields) -> Outcome | None:
        """What is answered instead of the server's answer, if a fault does so."""
        for fault in self:
            if fault.instead is not None:
                return fault.instead(body)
        return None

    def bend(self, fields: Fields, options: Fields) -> Fields:
        """The answer after all bends."""
        for fault in self:
            if fault.bend is not None:
                fields = fault.bend(fields, options)
        return fields

    def send(self, outcome: Outcome, delay: float) -> Outcome:
        """The outcome as it is sent."""
        for fault in self:
            if fault.send is not None:
                outcome = fault.send(outcome, delay)
        return outcome

    def steps(self, steps: Iterator[Fields]) -> Iterator[Fields]:
        """The status objects of a pull or create as they are told."""
        for fault in self:
            if fault.steps is not None:
                steps = fault.steps(steps)
        return steps

    @property
    def breaks(self) -> str:
        """The error that ends a pull or create, or nothing."""
        return next((fault.breaks for fault in self if fault.breaks), "")

    @property
    def slow(self) -> bool:
        """Whether one of them takes its time."""
        return any(fault.slow for fault in self)


class Faults:
    """Which faults befall which request. Counts for itself; safe among threads."""

    def __init__(self, triggers: tuple[Trigger, ...]) -> None:
        self._triggers = triggers
        self._counts = Counts()

    def begin(self, path: str, *, load: bool = False) -> Active:
        """The faults that befall the next request to a path."""
        return Active(
            fault
            for index, trigger in enumerate(self._triggers)
            for fault in TABLE[trigger.name]
            if fault.at == path and (fault.on_load or not load)
            if trigger.due(self._counts.next((index, fault.at)))
        )

    def of_rule(self, key: str, text: str) -> Active:
        """The faults of a rule in the answers file, counted among the requests that this rule matched."""
        one = trigger(text, TABLE)
        due = one.due(self._counts.next((key, text)))
        return Active(fault for fault in TABLE[one.name] if due and fault.at == GENERATE)

    @property
    def any_slow(self) -> bool:
        """Whether ``--delay`` is reserved for some requests."""
        return any(fault.slow for trigger in self._triggers for fault in TABLE[trigger.name])

    def names(self, name: str) -> bool:
        """Whether a scenario was asked for on the command line."""
        return any(trigger.name == name for trigger in self._triggers)
