"""Around the openai engine: options, keys, proxies and foreign exceptions, with hardly a server needed."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import openai
import pytest

from slm_harness.engines import open_engine, why_other_model
from slm_harness.engines.openai import border as openai_border
from slm_harness.engines.openai.border import Server, translated
from slm_harness.engines.openai.chat import request_body
from slm_harness.engines.openai.options import PINNED, sent_options
from slm_harness.engines.statuses import Advice, retry_after
from slm_harness.errors import (
    ModelsError,
    NotMeasured,
    SettingsError,
)
from slm_harness.records import Identity, ModelSpec
from tests.doubles import openai_double

KEY = "sk-planted-0123456789abcdef"
VARIABLE = "SLM_TEST_KEY"
BASE = "gpt-tiny"
ADVICE = Advice(context="", access="")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is where the entries say."""
    monkeypatch.setenv(VARIABLE, KEY)


def test_what_a_server_sends_can_be_stored() -> None:
    """Half of a character, which JSON can have and no file, is a mark wherever it stands."""
    body = httpx.Response(200, content=rb'{"refusal": ["no \ud83d", {"\ud83d": 1}]}')

    read = openai_border.parsed(body, Server("http://there/v1", ADVICE))

    assert read == {"refusal": ["no \ufffd", {"\ufffd": 1}]}


def test_a_field_may_be_called_as_a_length_is() -> None:
    """Only lengths are left out of a schema, not what is named like one."""
    schema = {
        "properties": {"maxLength": {"type": "string", "maxLength": 9}},
        "required": ["maxLength"],
    }
    body = request_body("m", "p", "s", schema, {"length_limits": False})

    sent = json.dumps(body["response_format"])
    assert json.dumps({"maxLength": {"type": "string"}}) in sent
    assert '"required": ["maxLength"]' in sent


@pytest.mark.parametrize(("host", "through"), [("127.0.0.1:9", False), ("models.example", True)])
def test_a_proxy_of_the_environment_is_for_far_hosts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, through: bool
) -> None:
    """This machine is spoken to directly, a host elsewhere through the proxy."""
    with openai_double(log=tmp_path / "log") as double:
        monkeypatch.setenv("HTTP_PROXY", double.address)
        monkeypatch.setenv("http_proxy", double.address)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        client = openai_border.open_client(Server(f"http://{host}/v1", ADVICE), seconds=0.2)
        with (
            closing(client),
            suppress(NotMeasured),
            translated("x", Server(f"http://{host}/v1", ADVICE)),
        ):
            client.get("/models", cast_to=httpx.Response)
        paths = [entry["path"] for entry in double.log()]

    assert paths == ([f"http://{host}/v1/models"] if through else [])


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, {**PINNED}),
        ({"temperature": 1}, {**PINNED, "temperature": 1.0}),
        ({"seed": None, "top_p": None}, {"max_tokens": 1024, "temperature": 0.0}),
        (
            {"max_completion_tokens": 9},
            {"max_completion_tokens": 9, "seed": 0, "temperature": 0.0, "top_p": 1.0},
        ),
        ({"max_completion_tokens": None}, {**PINNED}),
        ({"length_limits": True}, {**PINNED}),
        ({"stop": ["}"]}, {**PINNED, "stop": ["}"]}),
        (
            {"chat_template_kwargs": {"enable_thinking": False}},
            {**PINNED, "chat_template_kwargs": {"enable_thinking": False}},
        ),
    ],
)
def test_options_are_pinned_and_can_be_set_or_dropped(
    options: dict[str, object], sent: dict[str, object]
) -> None:
    """What moves an answer is sent, in one type for one value; null drops an option."""
    assert sent_options(ModelSpec("a", "openai", "b", options)) == sent


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temprature": 0}, "temprature cannot be set"),
        ({"messages": "x"}, "messages cannot be set"),
        ({"stream": True}, "stream cannot be set"),
        ({"temperature": "low"}, "temperature: 'low' is no number"),
        ({"seed": 1.5}, "seed: 1.5 is no whole number"),
        ({"seed": True}, "seed: True is no whole number"),
        ({"max_tokens": 0}, "leaves no room"),
        ({"length_limits": 1}, "is no true or false"),
    ],
)
def test_an_option_that_servers_would_ignore_is_refused(
    options: dict[str, object], message: str
) -> None:
    """Most servers say nothing of a field that they do not know."""
    with pytest.raises(ModelsError, match=re.escape(message)):
        sent_options(ModelSpec("a", "openai", "b", options))


URL = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ModelSpec("a", "openai", "b", base_url=URL), ""),
        (
            ModelSpec("a", "openai", "b", {"temperature": 0, "length_limits": True}, base_url=URL),
            "",
        ),
        (ModelSpec("a", "openai", "c", base_url=URL), "its base is c"),
        (ModelSpec("a", "openai", "b", base_url="http://other/v1"), "its server is other/v1"),
        (ModelSpec("a", "openai", "b", {"seed": 7}, base_url=URL), "its option seed is 7"),
        (ModelSpec("a", "openai", "b", {"seed": None}, base_url=URL), "its option seed is None"),
        (ModelSpec("a", "ollama", "b"), "its engine is ollama"),
    ],
)
def test_an_entry_is_compared_with_what_was_accepted(spec: ModelSpec, reason: str) -> None:
    """Base, server and options tell whether accepted replies are those of the entry."""
    identity = Identity("openai", "127.0.0.1:8000/v1 (vllm)", "b", "by name: b", options=PINNED)

    found = why_other_model(spec, identity)

    assert reason in found
    assert bool(reason) == bool(found)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "SLM_TEST_KEY, which is not set"),
        ("  ", "SLM_TEST_KEY, which is not set"),
        ("sk-two words", "holds spaces"),
        ("sk-b\nX-Other: 1", "holds spaces"),
        ("sk-schl\u00fcssel", "holds spaces"),
    ],
)
def test_a_key_that_cannot_be_sent_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, value: str | None, message: str
) -> None:
    """It is found out before anything is asked, and the message names the variable and never the value."""
    if value is None:
        monkeypatch.delenv(VARIABLE)
    else:
        monkeypatch.setenv(VARIABLE, value)
    spec = ModelSpec("gpt", "openai", BASE, base_url=URL, key_env=VARIABLE)

    with pytest.raises(SettingsError, match=message) as caught:
        open_engine(spec, None)

    assert "sk-" not in caught.value.message


def test_a_proxy_that_cannot_be_used_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found out before anything is asked, and its password is not told."""
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "gopher://me:secret@127.0.0.1:9")
    spec = ModelSpec("gpt", "openai", BASE, base_url="http://models.example/v1")

    with pytest.raises(SettingsError, match="set NO_PROXY") as caught:
        open_engine(spec, None)

    assert "secret" not in caught.value.message


def test_a_server_is_shown_without_its_key() -> None:
    """Not even a debugger's view of our objects has it."""
    assert KEY not in repr(Server(URL, ADVICE, key=KEY))


@pytest.mark.parametrize(
    ("headers", "said", "seconds"),
    [
        ({}, "busy", None),
        ({"retry-after": "7"}, "", 7.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after": "Mon, 30 Nov 2026 00:00:10 GMT"}, "", 10.0),
        ({"retry-after": "soon"}, "Please try again in 6.2s.", 6.2),
        ({}, "Please try again in 20ms. Visit", 0.02),
        ({}, "Please try again in 1m12.5s.", 72.5),
        ({}, "Please try again in 2h0m3s", 7203.0),
        ({}, "Please try again in a minute", None),
    ],
)
def test_a_server_says_when_to_come_back(
    headers: dict[str, str], said: str, seconds: float | None
) -> None:
    """By a header in seconds, milliseconds or a date, or in words."""
    now = datetime(2026, 11, 30, tzinfo=UTC).timestamp()

    found = retry_after(headers, said, now)

    assert found == (None if seconds is None else pytest.approx(seconds))


def walk(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    """A class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from walk(below)


def exception(kind: type[BaseException]) -> BaseException:
    """An instance of a foreign class, whatever its constructor wants."""
    made = kind.__new__(kind, "boom")
    made.args = (f"boom {KEY}",)
    if isinstance(made, openai.APIStatusError):
        made.body, made.message, made.status_code = (
            {"error": {"message": f"boom {KEY}"}},
            "boom",
            500,
        )
    return made


FOREIGN = sorted(
    {*walk(openai.OpenAIError), *walk(httpx.HTTPError), *walk(httpx.StreamError), httpx.InvalidURL},
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_exception_has_a_counterpart(kind: type[BaseException]) -> None:
    """Whatever client and transport raise becomes one of ours, with the address, without the key or a cause."""
    with (
        pytest.raises(NotMeasured, match=re.escape(URL)) as caught,
        translated("doing it", Server(URL, ADVICE, key=KEY)),
    ):
        raise exception(kind)

    assert KEY not in caught.value.message
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


def test_a_mistake_of_ours_stays_one() -> None:
    """Only what clients raise is a server's; a bug of the harness is not called a reply."""
    with pytest.raises(ZeroDivisionError), translated("doing it", Server(URL, ADVICE)):
        raise ZeroDivisionError
