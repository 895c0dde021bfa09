"""Names of models: ``[host/][namespace/]model[:tag]``."""

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass

HOST = "registry.ollama.ai"
NAMESPACE = "library"
TAG = "latest"

_PARTS = {
    "host": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}"),
    "namespace": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"),
    "model": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"),
    "tag": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"),
}


@dataclass(frozen=True)
class Name:
    """A complete name."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def valid(self) -> bool:
        """Whether every part has the form the server asks for."""
        return all(rule.fullmatch(getattr(self, part)) for part, rule in _PARTS.items())

    @property
    def short(self) -> str:
        """The name as the server shows it: without the default host and namespace, always with a tag."""
        if self.host != HOST:
            return f"{self.host}/{self.namespace}/{self.model}:{self.tag}"
        if self.namespace != NAMESPACE:
            return f"{self.namespace}/{self.model}:{self.tag}"
        return f"{self.model}:{self.tag}"


def parse(text: str) -> Name:
    """Read a name and fill in the defaults. The result may be invalid; ask it."""
    tag = TAG
    if text.rfind(":") > text.rfind("/"):
        text, _, tag = text.rpartition(":")
    parts = text.rsplit("/", 2)
    model = parts[-1]
    namespace = parts[-2] if len(parts) > 1 else NAMESPACE
    host = parts[-3] if len(parts) > 2 else HOST
    return Name(host.rpartition("://")[2], namespace, model, tag)


def existing(name: Name, known: Iterable[Name]) -> Name:
    """Give each part the case in which some known model has it, part by part as the server does."""
    parts = list(astuple(name))
    for other in known:
        for index, part in enumerate(astuple(other)):
            if part.casefold() == parts[index].casefold():
                parts[index] = part
    return Name(*parts)
