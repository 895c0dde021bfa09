"""Events as lines of JSON and back, for processes that tell each other what has come.

What many results share — the identity, and all parts of a key but article and sample — is written once, and
the results after it refer to it: ``["common", {...}, {...}]``, then ``["obtained", ...]`` and so on.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from slm_harness.asking.values import Event, Failed, Obtained, Prepared
from slm_harness.records import Identity, Reply, Stored
from slm_harness.store import ARTICLE, SAMPLE

_OWN = (ARTICLE, SAMPLE)
"""The parts of a key that each result has for itself."""
_NO_REPLY = Reply("", "empty", 0.0)


class Lines:
    """Makes the lines of one stream of events."""

    def __init__(self) -> None:
        self._common: tuple[Mapping[str, object], Identity] | None = None

    def of(self, event: Event) -> Iterator[str]:
        """The lines of one event, without their ends."""
        if isinstance(event, Prepared):
            yield line("prepared", event.model, asdict(event.identity), event.asks)
        elif isinstance(event, Failed):
            yield line("failed", asdict(event))
        else:
            yield from self._obtained(event)

    def _obtained(self, event: Obtained) -> Iterator[str]:
        stored = event.stored
        parts = {name: value for name, value in stored.parts.items() if name not in _OWN}
        if (parts, stored.identity) != self._common:
            self._common = parts, stored.identity
            yield line("common", parts, asdict(stored.identity))
        # No copies, as asdict would make: both have plain values only.
        own = {**vars(event), "stored": None}
        yield line(
            *("obtained", own, stored.key, [stored.parts.get(name) for name in _OWN]),
            *(stored.asked_at, vars(stored.reply)),
        )


class Events:
    """Reads the lines of one stream of events.

    They were written by the same program a moment ago, so nothing of them is looked at twice.
    """

    def __init__(self) -> None:
        self._common: Stored | None = None

    def of(self, kind: str, *told: Any) -> Event | None:  # noqa: ANN401 - JSON
        """The event of a line, or None for a line that only later ones refer to.

        Raises:
            ValueError: it is no line of ``Lines``.
        """
        if kind == "prepared":
            return Prepared(told[0], Identity(**told[1]), told[2])
        if kind == "failed":
            return Failed(**told[0])
        if kind == "common":
            self._common = Stored("", told[0], _NO_REPLY, Identity(**told[1]))
            return None
        if kind != "obtained" or self._common is None:
            raise ValueError(f"no event is told by a line of the kind {kind!r}")
        own, key, parts, asked_at, reply = told
        of_it = zip(_OWN, parts, strict=True)
        parts = {**self._common.parts, **{n: value for n, value in of_it if value is not None}}
        stored = replace(
            self._common, key=key, parts=parts, reply=Reply(**reply), asked_at=asked_at
        )
        return Obtained(**{**own, "stored": stored})


def line(*content: object) -> str:
    """One line, its kind first."""
    return json.dumps(content)
