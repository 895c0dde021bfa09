"""Generate: what a reply has, why it ends, what is held to a schema, and what is refused."""

import json
from collections.abc import Mapping

import ollama
import pytest

from slm_harness.engines.statuses import Advice, refused
from slm_harness.errors import ModelUnavailable, NotMeasured, PromptTooLong, SchemaNotEnforced
from tests.contract.server import OPTIONS, PREFIX, Server, lines, said

SCHEMA = {
    "type": "object",
    "properties": {
        "zebra": {"type": "string", "enum": ["Yes", "No"]},
        "apple": {"type": "string", "maxLength": 20},
        "mango": {"type": "array", "items": {"type": "string", "maxLength": 10}, "maxItems": 2},
    },
    "required": ["zebra", "apple", "mango"],
    "additionalProperties": False,
}
QUESTION = "Is the sky blue? Answer in JSON with zebra (Yes or No), apple (a word), mango (a list)."
LONG = "The harbour was closed and the ferry did not leave. " * 400
ADVICE = Advice(context="", access="")


def kind_of(server: Server, **request: object) -> type[NotMeasured] | None:
    """What the harness would call the answer to a request."""
    failure = refused(server.ask(**request), "there", ADVICE)  # type: ignore[arg-type]
    return None if failure is None else type(failure)


def test_a_reply_has_reason_counts_and_times(server: Server) -> None:
    """The name as it was given, done, a reason, tokens of prompt and reply, times in nanoseconds."""
    got = server.ask("Say hello.", think=False)
    reply = got.json()

    assert got.status_code == 200
    assert (reply["model"], reply["done"]) == (server.model, True)
    assert reply["done_reason"] in ("stop", "length")
    assert isinstance(reply["response"], str)
    for count in ("prompt_eval_count", "eval_count", "total_duration", "eval_duration"):
        assert reply[count] > 0, count
    assert reply["created_at"].endswith("Z")


def test_a_schema_is_held_to_key_by_key(server: Server) -> None:
    """Exactly the required keys, in the order of the schema, each with a value of its kind."""
    reply = server.ask(QUESTION, format=SCHEMA, think=False).json()
    answer = json.loads(reply["response"])

    assert list(answer) == ["zebra", "apple", "mango"]
    assert answer["zebra"] in ("Yes", "No")
    assert isinstance(answer["apple"], str)
    assert isinstance(answer["mango"], list)
    assert reply["done_reason"] == "stop"


def test_the_limit_of_tokens_cuts_and_says_length(server: Server) -> None:
    """No more tokens than num_predict, and what was JSON is none any more."""
    reply = server.ask(QUESTION, format=SCHEMA, think=False, options={"num_predict": 3}).json()

    assert (reply["done"], reply["done_reason"]) == (True, "length")
    assert 0 < reply["eval_count"] <= 3
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply["response"])


def test_no_prompt_loads_and_no_time_to_stay_unloads(server: Server) -> None:
    """Both come with done and an empty response: an empty article would look like this."""
    loaded = server.ask("", keep_alive="5m").json()
    context = {model["context_length"] for model in server.loaded()}
    unloaded = server.ask("", keep_alive=0).json()

    assert (loaded["done"], loaded["done_reason"], loaded["response"]) == (True, "load", "")
    assert OPTIONS["num_ctx"] in context
    assert (unloaded["done"], unloaded["done_reason"]) == (True, "unload")


def test_a_prompt_that_is_too_long_is_refused_when_nothing_may_be_cut(server: Server) -> None:
    """With shift and truncate off it is 400, in words or numbers that the harness recognises."""
    assert kind_of(server, prompt=LONG, shift=False, truncate=False) is PromptTooLong


def test_a_prompt_that_is_too_long_is_refused_without_shift(server: Server) -> None:
    """As engines ask; the words are those of servers from 0.30.9 on."""
    assert kind_of(server, prompt=LONG, shift=False) is PromptTooLong


def test_a_prompt_that_is_too_long_is_cut_in_silence_otherwise(server: Server) -> None:
    """200, and about half a window is all that was read: the trap that the harness is built around."""
    got = server.ask(LONG, think=False)
    window = int(OPTIONS["num_ctx"])

    assert got.status_code == 200
    assert got.json()["prompt_eval_count"] in {window - (window - keep) // 2 for keep in (4, 5)}


def test_an_unknown_model_is_404_with_its_name(server: Server) -> None:
    """As it was given, without a tag; the official client has the same words and the status."""
    got = server.ask("Hi", model=f"{PREFIX}none")
    client = ollama.Client(server.address, timeout=60, trust_env=False)
    with pytest.raises(ollama.ResponseError) as caught:
        client.generate(f"{PREFIX}none", "Hi")
    client._client.close()

    assert (got.status_code, said(got)) == (404, f"model '{PREFIX}none' not found")
    assert (caught.value.status_code, caught.value.error) == (404, said(got))
    assert kind_of(server, prompt="Hi", model=f"{PREFIX}none") is ModelUnavailable


def test_an_option_that_does_not_exist_is_passed_over(server: Server) -> None:
    """Without a word to the client, which is why the harness knows them all."""
    assert server.ask("Hi", think=False, options={"no_such_option": 7}).status_code == 200


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"temperature": "hot"}, 'option "temperature" must be of type float32'),
        ({"seed": "one"}, 'option "seed" must be of type integer'),
        ({"stop": "end"}, 'option "stop" must be of type array'),
    ],
)
def test_an_option_of_another_type_is_500(
    server: Server, options: Mapping[str, object], wanted: str
) -> None:
    """A server's error for a client's mistake; so it is checked before it is sent."""
    got = server.ask("Hi", options=options)

    assert (got.status_code, said(got)) == (500, wanted)


def test_a_model_that_cannot_think_refuses_to(server: Server) -> None:
    """400 with the name in quotes; think false is taken by every model."""
    if "thinking" in server.show()["capabilities"]:
        pytest.skip(f"{server.model} can think")
    got = server.ask("Hi", think=True)

    assert (got.status_code, said(got)) == (400, f'"{server.model}" does not support thinking')
    assert server.ask("Hi", think=False).status_code == 200


def test_a_time_to_stay_that_is_none_is_400(server: Server) -> None:
    """A string has to be a duration of Go."""
    assert server.ask("Hi", keep_alive="soon").status_code == 400


@pytest.mark.parametrize("wanted", ["xml", 7, ["json"]])
def test_a_format_that_is_none_is_refused(server: Server, wanted: object) -> None:
    """Neither "json" nor an object: 500 today, and 400 by rights."""
    got = server.ask("Hi", format=wanted)

    assert got.status_code in (400, 500)
    assert "invalid format" in said(got)


def test_a_pattern_without_anchors_is_refused(server: Server) -> None:
    """The grammar cannot have it; the words vary. Inferred from reports."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "[0-9]+"}}}

    assert kind_of(server, prompt="Hi", format=schema) is SchemaNotEnforced


def test_the_models_own_system_prompt_is_in_force(server: Server) -> None:
    """An empty one in the request means the model's; the rendered prompt shows it."""
    made = server.create("system", system="Speak of nothing but owls.")
    got = server.ask("Hi", model=made, system="", _debug_render_only=True).json()

    assert "Speak of nothing but owls." in got["_debug_info"]["rendered_template"]
    assert (got["done"], got["response"]) == (False, "")


def test_base_and_model_share_what_is_loaded(server: Server) -> None:
    """One runner for one set of weights; ps has the name of whoever loaded it first."""
    server.ask("", keep_alive=0)
    made = server.create("shares", system="A")
    server.ask("", model=made, keep_alive="5m")
    server.ask("", keep_alive="5m")
    names = [model["name"] for model in server.loaded()]
    server.ask("", keep_alive=0)

    assert f"{made}:latest" in names
    assert server.full_name not in names


def test_a_stream_is_lines_of_json_and_the_default(server: Server) -> None:
    """Every line but the last is not done, and only the last has reason and counts."""
    body = {"model": server.model, "prompt": "Say hello.", "options": OPTIONS, "think": False}
    got = server.post("/api/generate", **body)
    parts = lines(got)

    assert got.headers["content-type"] == "application/x-ndjson"
    assert [part["done"] for part in parts] == [False] * (len(parts) - 1) + [True]
    assert "done_reason" not in parts[0]
    assert parts[-1]["eval_count"] > 0
