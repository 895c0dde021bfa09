"""The proof that a server holds a model to the schema."""

from collections.abc import Mapping
from typing import Any

import pytest

from slm_harness.breach import TASK
from slm_harness.engines.proof import FIELD, PROMPT, TOKENS, proof_schema, prove
from slm_harness.errors import SchemaNotEnforced
from slm_harness.records import Recipe, Reply

RECIPE = Recipe("breach", "Answer nine questions.", TASK.schema)


def word(schema: Mapping[str, Any]) -> str:
    """The word that the schema of the proof allows."""
    (only,) = schema["properties"][FIELD]["enum"]
    return str(only)


@pytest.mark.parametrize(
    "form", ['{{"proof": "{}"}}', '{{"proof":"{}","data_br', ' {{\n "proof" : "{}", ']
)
def test_a_reply_that_only_a_grammar_brings_is_proof(form: str) -> None:
    """Cut off or not, with whatever white space: it begins with the word that stands in no prompt."""
    asked: list[tuple[str, int]] = []

    def put(prompt: str, schema: Mapping[str, object], tokens: int) -> Reply:
        asked.append((prompt, tokens))
        return Reply(form.format(word(schema)), "length", 0.1)

    assert prove(RECIPE, put, "there") is not None
    assert asked == [(PROMPT, TOKENS)]


@pytest.mark.parametrize("said", ["ready", "", '{"data_breach": "No"}', '{"proof": "ready"}'])
def test_anything_else_is_none(said: str) -> None:
    """An obedient answer to the prompt, or valid JSON of another shape, shows that no grammar held it."""
    with pytest.raises(
        SchemaNotEnforced, match=r"there does not hold its replies .*--unconstrained"
    ):
        prove(RECIPE, lambda *_: Reply(said, "stop", 0.1), "there")


def test_without_a_schema_there_is_nothing_to_prove() -> None:
    """No request is made."""
    assert (
        prove(Recipe("breach", "x", {}), lambda *_: Reply(str(1 // 0), "stop", 0), "there") is None
    )


def test_the_word_is_in_no_prompt() -> None:
    """A model cannot know it but from the grammar."""
    seen: list[str] = []

    def put(prompt: str, schema: Mapping[str, object], _: int) -> Reply:
        seen.append(word(schema))
        return Reply(f'{{"{FIELD}": "{word(schema)}"', "length", 0.1)

    prove(RECIPE, put, "there")

    assert seen[0] not in PROMPT + RECIPE.system


def test_the_schema_of_the_proof_holds_the_whole_real_one() -> None:
    """Its grammar is made of every question, with one field before them."""
    schema = proof_schema(TASK.schema, "w")

    assert list(schema["properties"]) == [FIELD, *TASK.ids]  # type: ignore[call-overload]
    assert schema["required"] == [FIELD, *TASK.ids]
    assert {key: schema[key] for key in schema if key not in ("properties", "required")} == {
        key: TASK.schema[key] for key in TASK.schema if key not in ("properties", "required")
    }
