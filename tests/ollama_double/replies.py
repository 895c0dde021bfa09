"""What the double says: by the rules of the answers file, else the least that fits the schema.

The file is a list of rules, and the first that matches wins::

    [{"contains": ["substring of system and prompt", "another"], "model": "substring of the model's name",
      "reply": {"an": "object"}, "text": "or the raw words", "delay": 0.5, "scenario": "runner-500:1-2",
      "done_reason": "any other key sets a field of the answer; null drops it"}]

All keys are optional. A rule without ``reply`` and ``text`` gives the reply that no rule would give.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.ollama_double.wire import Fields

_OURS = ("contains", "model", "reply", "text", "scenario", "delay", "drawn")
_SMALL: Fields = {"integer": 0, "number": 0, "boolean": False, "null": None, "string": "Unknown"}
_TIMES = {
    "date": "2000-01-01",
    "time": "00:00:00Z",
    "date-time": "2000-01-01T00:00:00Z",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


@dataclass(frozen=True)
class Reply:
    """What is said to one request."""

    text: str
    fields: Fields = field(default_factory=dict)
    """Fields of the answer that the rule sets; null drops one."""
    scenario: str = ""
    """A fault that befalls what the rule matches."""
    delay: float | None = None
    """Seconds, in place of ``--delay``."""
    rule: str = ""
    """Tells the rule from others."""


def seed_drawn(options: Mapping[str, object]) -> int | None:
    """The seed by which a reply is drawn; None where these options leave nothing but the likeliest word."""
    temperature, seed = options.get("temperature", 1.0), options.get("seed")
    drawn = isinstance(temperature, int | float) and temperature > 0 and options.get("top_k") != 1
    return seed if drawn and isinstance(seed, int) else None


def choose(
    answers: Path | None, model: str, words: str, schema: object, seed: int | None = None
) -> Reply:
    """Find the reply to a request.

    Args:
        answers: The file of rules, read anew. With a seed a rule's ``drawn`` are its replies in turn.
        model: Name of the model.
        words: System prompt and prompt.
        schema: The request's ``format``.
        seed: By which it is drawn (``seed_drawn``).
    """
    for rule in json.loads(answers.read_text(encoding="utf-8")) if answers else []:
        if _matches(rule, model, words):
            if seed is not None and "drawn" in rule:
                rule["reply"] = rule["drawn"][seed % len(rule["drawn"])]
            return Reply(
                _text(rule, schema),
                {key: value for key, value in rule.items() if key not in _OURS},
                rule.get("scenario", ""),
                rule.get("delay"),
                json.dumps([rule.get("model"), rule.get("contains")]),
            )
    return Reply(default(schema))


def _matches(rule: Mapping[str, object], model: str, words: str) -> bool:
    contains = rule.get("contains", [])
    parts = contains if isinstance(contains, list) else [contains]
    return str(rule.get("model", "")) in model and all(str(part) in words for part in parts)


def _text(rule: Mapping[str, object], schema: object) -> str:
    if "text" in rule:
        return str(rule["text"])
    if "reply" in rule:
        return json.dumps(held(rule["reply"], schema), ensure_ascii=False)
    return default(schema)


def held(reply: object, schema: object) -> object:
    """A reply as a grammar lets it out: what is required and missing comes with its least value, in order."""
    if not (isinstance(reply, dict) and isinstance(schema, dict)):
        return reply
    return {**_object(schema, schema), **reply}


def default(schema: object) -> str:
    """The reply without a rule."""
    if isinstance(schema, dict):
        return json.dumps(least(schema, schema), ensure_ascii=False)
    if schema == "json":
        return "{}"
    return "No model wrote this sentence."


def least(schema: object, root: Mapping[str, object]) -> object:
    """The least value that fits a JSON schema; ``root`` is where its references point."""
    if not isinstance(schema, dict):
        return "Unknown"
    if "$ref" in schema:
        return least(_resolve(str(schema["$ref"]), root), root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return least(schema[key][0], root)
    return _of_type(schema, root)


def _resolve(reference: str, root: Mapping[str, object]) -> object:
    found: object = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part] if isinstance(found, dict) else None
    return found


def _of_type(schema: Mapping[str, object], root: Mapping[str, object]) -> object:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return _object(schema, root)
    if kind == "array":
        fewest = schema.get("minItems", 0)
        return [least(schema.get("items"), root)] * (fewest if isinstance(fewest, int) else 0)
    if kind == "integer" and isinstance(schema.get("minimum"), int):
        return schema["minimum"]
    if kind == "string":
        return _TIMES.get(str(schema.get("format")), "Unknown")
    return _SMALL.get(str(kind), "Unknown")


def _object(schema: Mapping[str, object], root: Mapping[str, object]) -> Fields:
    """Required keys first, as the grammar has them, then the others."""
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict):
        return {}
    needed = required if isinstance(required, list) else []
    order = [key for key in properties if key in needed]
    order += [key for key in properties if key not in needed]
    return {key: least(properties[key], root) for key in order}
