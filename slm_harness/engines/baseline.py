"""The baseline: a rule-based reader in this process. Not a language model, and never shown as one."""

import hashlib
import inspect
import json
import sys
import time
from pathlib import Path

from slm_harness.engines.protocol import Presence, Reader, Report
from slm_harness.errors import ModelsError, ServerFailed
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request


class BaselineEngine:
    """Answers by calling the task's reader on the same prompt that a model would get."""

    takes_turns = False

    def __init__(self, spec: ModelSpec, reader: Reader) -> None:
        if spec.options:
            raise ModelsError(
                f"{spec.name}: the baseline takes no options; remove {', '.join(spec.options)}"
            )
        self._reader = reader

    def presence(self) -> Presence:
        """It is always there."""
        return Presence(pulled=True)

    def identify(self, recipe: Recipe, report: Report) -> Identity:
        """The digest is that of the rules' source, so that a changed rule is another reader."""
        return Identity(
            engine="baseline",
            server="in this process",
            base=f"{self._reader.__module__}.{self._reader.__name__}",
            digest=_source_digest(self._reader),
        )

    def build(self, identity: Identity, recipe: Recipe, report: Report) -> Identity:
        """There is nothing to build."""
        return identity

    def ask(self, request: Request) -> Reply:
        """Read the prompt by the rules."""
        started = time.perf_counter()
        try:
            answers = self._reader(request.prompt)
        except Exception as error:
            raise ServerFailed(
                f"the rule-based reader broke on {request.article}: {type(error).__name__}: {error}"
            ) from error
        text = json.dumps(dict(answers), ensure_ascii=False)
        return Reply(text=text, finish="stop", seconds=round(time.perf_counter() - started, 6))

    def close(self) -> None:
        """There is nothing to let go of."""


def _source_digest(reader: Reader) -> str:
    """sha256 over the reader's source: its whole package where it has one of its own."""
    file = Path(inspect.getfile(reader))
    package = sys.modules[reader.__module__].__package__ or ""
    files = sorted(file.parent.glob("*.py")) if "." in package else [file]
    digest = hashlib.sha256()
    for source in files:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()
