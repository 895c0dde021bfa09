"""The proof that a server holds a model to the schema: asked once for each model before anything counts.

The schema of the proof is the real one with one field more at its beginning, whose only value is a word
that stands nowhere in the prompt. Servers do not show a schema to the model, so a reply can begin with that
word only where the grammar, made of the whole schema, is in force. A few tokens are enough.
"""

import hashlib
import re
from collections.abc import Callable, Mapping

from slm_harness.errors import SchemaNotEnforced
from slm_harness.printable import shortened
from slm_harness.records import Recipe, Reply
from slm_harness.store import canonical_json

FIELD = "proof"
PROMPT = "This is a test of the connection. Reply with the single word: ready"
TOKENS = 64
"""Room for the first field, in tokens."""

Put = Callable[[str, Mapping[str, object], int], Reply]
"""Puts a prompt with a schema and a limit of tokens to the model."""


def prove(recipe: Recipe, put: Put, where: str) -> Reply | None:
    """Ask for the word that only a grammar can bring; None where the recipe has no schema to prove.

    Raises:
        SchemaNotEnforced: the reply begins with anything else.
        NotMeasured: no reply was obtained.
    """
    if not recipe.schema:
        return None
    word = hashlib.sha256(canonical_json(dict(recipe.schema)).encode()).hexdigest()[:12]
    reply = put(PROMPT, proof_schema(recipe.schema, word), TOKENS)
    if not re.match(rf'\s*\{{\s*"{FIELD}"\s*:\s*"{word}"', reply.text):
        raise SchemaNotEnforced(
            f"{where} does not hold its replies to the schema: a test that only {word!r} can pass began "
            f"with {shortened(reply.text, 60)!r} ({reply.finish}); use another version of the server or "
            "another model, or run with --unconstrained"
        )
    return reply


def proof_schema(schema: Mapping[str, object], word: str) -> dict[str, object]:
    """``schema`` with the field of the proof as its first and first required."""
    properties, required = schema.get("properties"), schema.get("required")
    fields = dict(properties) if isinstance(properties, Mapping) else {}
    names = list(required) if isinstance(required, list | tuple) else []
    return {
        **schema,
        "properties": {FIELD: {"type": "string", "enum": [word]}, **fields},
        "required": [FIELD, *names],
    }
