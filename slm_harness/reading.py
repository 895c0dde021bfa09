"""Reading a reply: what it says to each question, or why it says nothing that can be graded.

The schema is for asking, not for judging: any JSON object is read, each value goes to its grader as it
stands, and whether the reply kept to the schema is told apart.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import ValidationError

from slm_harness.printable import shortened
from slm_harness.records import Reply
from slm_harness.task import Task

_FENCE = re.compile(r"\A\s*```[A-Za-z]*\s*\n?(.*?)```\s*\Z", re.DOTALL)
_UNFINISHED = {
    "length": "the reply was cut off at the token limit",
    "looped": "the reply repeated itself until the server stopped it",
    "empty": "the reply was empty",
    "refused": "the model refused to answer",
    "filtered": "the server's content filter withheld the reply",
}


@dataclass(frozen=True)
class Reading:
    """What was read from one reply."""

    values: Mapping[str, object] = field(default_factory=dict)
    """Question id to the value that stood there; a question that was left out has no entry."""
    problem: str = ""
    """Why nothing can be graded; empty when something can."""
    conforms: bool = False
    """Whether the reply keeps to the schema to the letter."""

    def missing(self, question_id: str) -> str:
        """Why there is no answer to a question; empty when there is one."""
        if self.problem:
            return self.problem
        if question_id not in self.values:
            return f"the reply has no field {question_id}"
        return ""


class _TwiceError(ValueError):
    """One key stands twice in an object, with two values."""


@lru_cache(maxsize=64)  # the nine answers of an article come one after the other
def read(reply: Reply, task: Task) -> Reading:
    """Read a reply. Never raises: what cannot be read is a reading with a problem."""
    if reply.finish in _UNFINISHED:
        return Reading(problem=_UNFINISHED[reply.finish])
    try:
        content = _json_object(reply.text)
    except _TwiceError as error:
        return Reading(problem=f"the reply answers {error} twice, and differently")
    except (ValueError, RecursionError):
        return Reading(problem=f"the reply is no JSON: {shortened(reply.text, 80)!r}")
    if not isinstance(content, dict):
        return Reading(problem=f"the reply is no JSON object: {shortened(reply.text, 80)!r}")
    values = {id_: content[id_] for id_ in task.ids if id_ in content}
    if not values:
        return Reading(problem=f"the reply has none of the fields: {shortened(reply.text, 80)!r}")
    return Reading(values=values, conforms=_conforms(reply.text, task))


def _json_object(text: str) -> object:
    """The JSON of a reply, out of a code fence or the words around it where need be."""
    fenced = _FENCE.match(text)
    text = (fenced.group(1) if fenced else text).strip()
    decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=str)
    try:
        return decoder.decode(text)
    except _TwiceError:
        raise
    except ValueError:
        start = text.find("{")
        if start < 0:
            raise
        content, _ = decoder.raw_decode(text, start)
        return content


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content: dict[str, object] = {}
    for key, value in pairs:
        if key in content and content[key] != value:
            raise _TwiceError(shortened(key, 40))
        content[key] = value
    return content


def _conforms(text: str, task: Task) -> bool:
    try:
        task.response_model.model_validate_json(text, strict=True)
    except ValidationError:
        return False
    return True
