"""The double of an Ollama server: what no contract with the real one says, and the faults that it makes.

What both have to do alike is in ``tests/contract``; what the harness makes of each fault in ``tests/failures``.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import ollama
import pydantic
import pytest

from tests.doubles import Double, StandingDouble, ollama_double, write_answers
from tests.ollama_double.names import parse
from tests.ollama_double.scenarios import TABLE
from tests.ollama_double.wire import encode, stamp

Json = dict[str, Any]


class Verdict(pydantic.BaseModel):
    """A small answer."""

    breach: Literal["Yes", "No"]
    who: str
    parties: list[str]


SCHEMA = Verdict.model_json_schema()
GOOD = {"breach": "Yes", "who": "Äpfel & <Söhne>", "parties": ["Acme"]}
RULES: list[Json] = [
    {"contains": ["about Acme", "in words"], "text": "Acme lost its keys."},
    {"contains": "about Acme", "reply": GOOD},
    {"contains": "long words", "text": "abcd" * 1000},
    {"model": "judge", "contains": [], "reply": {"breach": "No"}},
    {"contains": "set fields", "reply": {}, "done_reason": "length", "eval_count": None},
    {"contains": "slow one", "text": "late", "delay": 5},
    {"contains": "heals", "text": "well", "scenario": "runner-500:1-2"},
    *({"contains": f"fault {name}.", "reply": GOOD, "scenario": name} for name in TABLE),
]


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """One double for all tests that need no flags of their own."""
    folder = tmp_path_factory.mktemp("double")
    flags = ("--models", "phi3", "--pullable", "llama3.2,hf.co/user/Repo-GGUF:Q4_K_M")
    log = folder / "log.jsonl"
    with ollama_double(*flags, log=log, answers=RULES, folder=folder) as running:
        yield running


@pytest.fixture
def client(double: Double) -> Iterator[ollama.Client]:
    """The official client."""
    with closing(double.address) as found:
        yield found


class closing:
    """A client of the official kind whose connections are closed afterwards."""

    def __init__(self, address: str) -> None:
        self.client = ollama.Client(address, timeout=5, trust_env=False)

    def __enter__(self) -> ollama.Client:
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client._client.close()


@pytest.fixture
def http(double: Double) -> Iterator[httpx.Client]:
    """Plain HTTP to the same double."""
    with httpx.Client(base_url=double.address, timeout=5, trust_env=False) as found:
        yield found


def post(http: httpx.Client, path: str, **body: object) -> httpx.Response:
    """Post JSON."""
    return http.post(path, json=body)


def ask(http: httpx.Client, prompt: str, **more: object) -> httpx.Response:
    """Generate without a stream."""
    return post(http, "/api/generate", model="phi3", prompt=prompt, stream=False, **more)


def error(response: httpx.Response) -> tuple[int, str]:
    """Status and error text."""
    return response.status_code, response.json()["error"]


def lines(response: httpx.Response) -> list[Json]:
    """The objects of a stream."""
    return [json.loads(line) for line in response.content.split(b"\n") if line]


# ---------------------------------------------------------------- HTTP


def test_root_says_that_ollama_is_running(http: httpx.Client) -> None:
    """GET / is text, and HEAD has the same headers without a body."""
    got, head = http.get("/"), http.head("/")
    assert (got.text, got.headers["content-type"]) == (
        "Ollama is running",
        "text/plain; charset=utf-8",
    )
    assert (head.content, head.headers["content-length"]) == (b"", "17")


def test_a_foreign_host_header_is_forbidden(http: httpx.Client) -> None:
    """A Host that is not loopback or private gets 403 with an empty body."""
    got = http.get("/api/tags", headers={"Host": "example.org"})
    assert (got.status_code, got.content) == (403, b"")


def test_bodies_over_2_kb_are_chunked(http: httpx.Client) -> None:
    """Small answers have a length, larger ones go out in chunks."""
    assert "content-length" in ask(http, "").headers
    assert ask(http, "x" * 9000).headers["transfer-encoding"] == "chunked"


def test_one_connection_serves_many_requests(double: Double) -> None:
    """HTTP/1.1 keep-alive."""
    with socket.create_connection(double.address.rpartition("/")[2].split(":")) as plug:  # type: ignore[arg-type]
        for _ in range(2):
            plug.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = b""
            while not received.endswith(b"Ollama is running"):
                received += plug.recv(4096)
            assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_go_escapes_html_and_line_separators_but_not_nel() -> None:
    """< > & and U+2028/9 are escaped as Go does; U+0085 goes out raw; lone surrogates are replaced."""
    assert encode("<&>\u2028\u2029") == b'"\\u003c\\u0026\\u003e\\u2028\\u2029"'
    assert encode("ä\u0085\ud800") == '"ä\u0085\ufffd"'.encode()


def test_times_are_go_s() -> None:
    """RFC 3339 in UTC with up to nine decimals and no trailing zeros."""
    assert stamp(1_500_000_000) == "1970-01-01T00:00:01.5Z"
    assert stamp(1_000_000_001) == "1970-01-01T00:00:01.000000001Z"
    assert stamp(0) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", "missing request body"),
        (b'{"model"', "unexpected EOF"),
        (b"model", "invalid character 'm' looking for beginning of value"),
        (
            b'{"model": 1}',
            "json: cannot unmarshal number into Go struct field GenerateRequest.model of type string",
        ),
    ],
)
def test_bad_bodies_are_400(http: httpx.Client, body: bytes, wanted: str) -> None:
    """An empty body, broken JSON and a wrong type of field each get 400 in Go's words."""
    assert error(http.post("/api/generate", content=body)) == (400, wanted)


# ---------------------------------------------------------------- names and models


@pytest.mark.parametrize(
    ("text", "short", "valid"),
    [
        ("phi3", "phi3:latest", True),
        ("me/phi3:3.8b", "me/phi3:3.8b", True),
        ("hf.co/user/Repo-GGUF:Q4_K_M", "hf.co/user/Repo-GGUF:Q4_K_M", True),
        ("registry.ollama.ai/library/phi3", "phi3:latest", True),
        ("a/b/c/d", "a/b/c/d:latest", False),
        ("-phi3", "-phi3:latest", False),
        ("x" * 81, "x" * 81 + ":latest", False),
    ],
)
def test_names(text: str, short: str, valid: bool) -> None:
    """Defaults are filled in and hidden again; more than two slashes or 80 characters are invalid."""
    assert (parse(text).short, parse(text).valid) == (short, valid)


def test_pull_tells_its_steps(client: ollama.Client) -> None:
    """A pull streams its statuses, without ``completed`` at first; a second has one line for each blob."""
    first = list(client.pull("llama3.2", stream=True))
    again = list(client.pull("llama3.2", stream=True))
    ends = [step.status for step in first if step.digest is None]
    assert ends == ["pulling manifest", "verifying sha256 digest", "writing manifest", "success"]
    assert (first[1].completed, first[3].completed) == (None, first[3].total)
    assert all(step.completed == step.total for step in again if step.digest)


def test_pull_of_an_unknown_name_fails_in_mid_stream(client: ollama.Client) -> None:
    """Streamed it is a line under 200 (the client says -1), otherwise a 500."""
    with pytest.raises(
        ollama.ResponseError, match="pull model manifest: file does not"
    ) as streamed:
        list(client.pull("nix", stream=True))
    with pytest.raises(ollama.ResponseError, match="pull model manifest: file does not") as plain:
        client.pull("nix")
    assert (streamed.value.status_code, plain.value.status_code) == (-1, 500)


def test_create_tells_its_steps(client: ollama.Client) -> None:
    """Layers of the base are used, new ones are made, then the manifest is written."""
    steps = [
        step.status or "" for step in client.create("steps", from_="phi3", system="S1", stream=True)
    ]
    assert sum(step.startswith("using existing layer sha256:") for step in steps) == 4
    assert steps[-2:] == ["writing manifest", "success"]
    assert sum(step.startswith("creating new layer") for step in steps) == 1


def digest(client: ollama.Client, name: str) -> str:
    """Digest of a model in the listing."""
    return next(str(model.digest) for model in client.list().models if model.model == name)


def test_create_keeps_leftovers_of_the_base(client: ollama.Client) -> None:
    """Empty texts inherit, parameters are merged and cannot be removed, licences add up."""
    client.create("one", from_="phi3", system="Old", license="More", parameters={"top_k": 1})
    client.create("two", from_="one", system="", parameters={"temperature": "hot"})
    shown = client._client.post("/api/show", json={"model": "two"}).json()
    assert shown["system"] == "Old"
    assert {row.split()[0] for row in shown["parameters"].splitlines()} == {
        "stop",
        "top_k",
        "temperature",
    }
    assert "MIT" in shown["license"]
    assert "More" in shown["license"]
    assert shown["details"]["parent_model"] == "one:latest"


def test_create_pulls_a_missing_base(client: ollama.Client) -> None:
    """Statuses of the pull are part of the create; an unknown base is an error in its midst."""
    base = "hf.co/user/Repo-GGUF:Q4_K_M"
    steps = [step.status for step in client.create("pulls", from_=base, stream=True)]
    assert steps[0] == "pulling manifest"
    assert steps[-1] == "success"
    with pytest.raises(ollama.ResponseError, match="pull model manifest: file does not exist"):
        client.create("pulls", from_="nix")


def test_create_does_not_fold_the_case_of_its_base(client: ollama.Client) -> None:
    """``from`` in another case is not found but pulled: a trap of the real server."""
    with pytest.raises(ollama.ResponseError, match="pull model manifest"):
        client.create("case", from_="Phi3", system="S")


# ---------------------------------------------------------------- generate


def test_an_answer_has_all_its_parts(http: httpx.Client) -> None:
    """Model as requested, done, reason, counts, durations and token ids; ``&`` escaped on the wire."""
    raw = post(http, "/api/generate", model="Phi3", prompt="about Acme", stream=False, think=False)
    got = raw.json()
    assert json.loads(got["response"]) == GOOD
    assert (got["model"], got["done"], got["done_reason"]) == ("Phi3", True, "stop")
    assert len(got["context"]) == got["prompt_eval_count"] + got["eval_count"]
    parts = got["load_duration"] + got["prompt_eval_duration"] + got["eval_duration"]
    assert 0 < parts <= got["total_duration"]
    assert got["created_at"].endswith("Z")
    assert b"&" not in raw.content


def test_a_stream_is_the_same_answer_in_pieces(client: ollama.Client) -> None:
    """Many lines with done false, then one with the counts and an empty response."""
    parts = list(client.generate("phi3", "about Acme", stream=True))
    assert json.loads("".join(said(part) for part in parts)) == GOOD
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert (parts[-1].response, parts[-1].done_reason) == ("", "stop")
    assert parts[0].done_reason is None


def test_without_a_rule_the_reply_is_the_least_that_fits(client: ollama.Client) -> None:
    """The first of an enum, Unknown for text, an empty list."""
    got = client.generate("phi3", "anything", format=SCHEMA)
    assert json.loads(said(got)) == {"breach": "Yes", "who": "Unknown", "parties": []}
    assert client.generate("phi3", "anything").response == "No model wrote this sentence."


def test_rules_match_system_prompt_and_model(client: ollama.Client) -> None:
    """All substrings must be in system and prompt together; a rule can be for one model only."""
    assert (
        client.generate("phi3", "about Acme", system="in words").response == "Acme lost its keys."
    )
    client.create("judge", from_="phi3", system="S")
    assert client.generate("judge", "Hi").response == '{"breach": "No"}'
    got = client.generate("phi3", "set fields")
    assert (got.done_reason, got.eval_count) == ("length", None)


def test_the_answers_file_is_read_anew(tmp_path: Path) -> None:
    """A rule that is changed while the double runs holds for the next request."""
    rules = [{"contains": "", "text": "one"}]
    with (
        ollama_double("--models", "phi3", answers=rules, folder=tmp_path) as double,
        closing(double.address) as client,
    ):
        assert client.generate("phi3", "?").response == "one"
        write_answers(tmp_path, [{"contains": "", "text": "two"}])
        assert client.generate("phi3", "?").response == "two"


def test_the_context_is_no_larger_than_the_trained_one(client: ollama.Client) -> None:
    """num_ctx is cut down to the trained context without a word."""
    client.generate("phi3", "Hi", options={"num_ctx": 100_000})
    assert [model.context_length for model in client.ps().models] == [8192]


def test_other_load_options_load_again(double: Double, client: ollama.Client) -> None:
    """A change of num_ctx or shift reloads; a change of temperature does not."""
    client.generate("phi3", keep_alive=0)
    for options in ({"num_ctx": 512}, {"num_ctx": 512, "temperature": 1}, {"num_ctx": 513}):
        client.generate("phi3", "Hi", options=options)
    assert [entry["loaded"] for entry in double.log()[-3:]] == [True, False, True]


def test_wrong_option_types_blow_up_at_generate(client: ollama.Client) -> None:
    """Create takes any type; generate answers 500. Unknown names and nulls pass, floats become ints."""
    client.create("hot", from_="phi3", parameters={"temperature": "hot"})
    with pytest.raises(ollama.ResponseError) as caught:
        client.generate("hot", "Hi")
    assert caught.value.error == 'option "temperature" must be of type float32'
    assert caught.value.status_code == 500
    options = {"temperature": 0, "seed": None, "nix": "x", "top_k": 1.5}
    assert client.generate("phi3", "Hi", options=options).done


def test_num_predict_cuts_the_reply(client: ollama.Client) -> None:
    """Done reason length, and the text ends where the tokens did."""
    got = client.generate("phi3", "long words", options={"num_predict": 10})
    assert (got.done_reason, got.eval_count, got.response) == ("length", 10, "abcd" * 10)


def test_bad_formats(http: httpx.Client) -> None:
    """Neither "json" nor an object is 500; a pattern without anchors is 400 with JSON in the text."""
    status, text = error(ask(http, "Hi", format="xml"))
    assert status == 500
    assert text == r'invalid format: "\"xml\""; expected "json" or a valid JSON Schema object'
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "[0-9]"}}}
    status, text = error(ask(http, "Hi", format=schema))
    assert (status, json.loads(text)["error"]["code"]) == (400, 400)


def test_refusals_of_think_raw_and_keep_alive(http: httpx.Client) -> None:
    """Each 400 has the server's words."""
    assert error(ask(http, "Hi", think=True)) == (400, '"phi3" does not support thinking')
    assert error(ask(http, "Hi", think="very"))[1].startswith('invalid think value: "very"')
    wanted = "raw mode does not support template, system, or context"
    assert error(ask(http, "Hi", raw=True, system="S")) == (400, wanted)
    assert error(ask(http, "Hi", keep_alive="soon")) == (400, 'time: invalid duration "soon"')


def test_the_rendered_prompt_can_be_looked_at(http: httpx.Client) -> None:
    """_debug_render_only answers with the prompt after the template, not done."""
    got = ask(http, "Who?", system="Be brief.", _debug_render_only=True).json()
    assert got["_debug_info"]["rendered_template"] == (
        "<|system|>\nBe brief.<|end|>\n<|user|>\nWho?<|end|>\n<|assistant|>\n"
    )
    assert (got["done"], got["response"]) == (False, "")


# ---------------------------------------------------------------- faults: what the official client makes of each

RAISES: dict[str, tuple[type[Exception], int | None]] = {
    "busy-503": (ollama.ResponseError, 503),
    "runner-500": (ollama.ResponseError, 500),
    "load-oom": (ollama.ResponseError, 500),
    "nested-json-400": (ollama.ResponseError, 400),
    "empty-403": (ollama.ResponseError, 403),
    "html-502": (ollama.ResponseError, 502),
    "midstream-error": (ollama.ResponseError, 500),
    "no-completion": (ollama.ResponseError, 400),
    "list-error": (AttributeError, None),
    "null-error": (AttributeError, None),
    "not-json": (json.JSONDecodeError, None),
    "wrong-types": (pydantic.ValidationError, None),
    "cut-body": (httpx.RemoteProtocolError, None),
    "close-early": (httpx.RemoteProtocolError, None),
    "reset": (httpx.ReadError, None),
}


@pytest.mark.parametrize("name", RAISES)
def test_faults_that_raise(client: ollama.Client, name: str) -> None:
    """Each fault raises in the official client what the real server's would."""
    kind, status = RAISES[name]
    with pytest.raises(kind) as caught:
        client.generate("phi3", f"fault {name}.", format=SCHEMA)
    assert getattr(caught.value, "status_code", None) == status


def said(got: ollama.GenerateResponse) -> str:
    """The response, which the client declares optional."""
    assert isinstance(got.response, str)
    return got.response


def broken(client: ollama.Client, name: str) -> ollama.GenerateResponse:
    """The answer that the official client takes for good although a fault befell it."""
    return client.generate("phi3", f"fault {name}.", format=SCHEMA)


def test_busy_has_two_spaces(client: ollama.Client) -> None:
    """The words of the full queue, to the letter."""
    with pytest.raises(ollama.ResponseError) as caught:
        broken(client, "busy-503")
    assert caught.value.error == (
        "server busy, please try again.  maximum pending requests exceeded"
    )


def test_done_false_raises_nothing(client: ollama.Client) -> None:
    """Half a text under 200 with neither reason nor counts; a stream just ends."""
    got = broken(client, "done-false")
    assert (got.done, got.done_reason, got.eval_count) == (False, None, None)
    stream = list(client.generate("phi3", "fault done-false.", stream=True))
    assert not any(part.done for part in stream)


def test_loop_ends_in_more_than_thirty_line_feeds(client: ollama.Client) -> None:
    """The text of an aborted repetition, one token to a line of the stream."""
    got = broken(client, "loop")
    assert not got.done
    assert said(got).endswith("\n" * 31)
    stream = list(client.generate("phi3", "fault loop.", stream=True))
    assert [part.response for part in stream[-31:]] == ["\n"] * 31


@pytest.mark.parametrize("name", ["length", "trailing-text", "fenced", "huge-response"])
def test_replies_that_are_not_json(client: ollama.Client, name: str) -> None:
    """Under 200 and done, yet the text is no JSON."""
    got = broken(client, name)
    assert got.done
    assert got.done_reason == ("length" if name == "length" else "stop")
    with pytest.raises(ValueError, match=r"line|char|Extra data"):
        json.loads(said(got))


def test_replies_that_are_json_with_a_catch(client: ollama.Client) -> None:
    """White space after it, a key twice, a huge line, another shape than the schema's."""
    assert json.loads(said(broken(client, "trailing-space"))) == GOOD
    assert json.loads(said(broken(client, "huge-line"))) == GOOD
    pairs = json.loads(said(broken(client, "duplicate-keys")), object_pairs_hook=list)
    assert [key for key, _ in pairs] == ["breach", "who", "parties", "breach"]
    with pytest.raises(pydantic.ValidationError):
        Verdict.model_validate_json(said(broken(client, "schema-violation")))


def test_the_reply_can_be_elsewhere_or_nowhere(client: ollama.Client) -> None:
    """All in ``thinking``, nothing at all, or an error under 200 that the client does not notice."""
    got = broken(client, "thinking")
    assert (got.response, json.loads(str(got.thinking))) == ("", GOOD)
    got = broken(client, "empty-response")
    assert (got.response, got.done_reason) == ("", "stop")
    got = broken(client, "error-200")
    assert (got.response, got.done, got.done_reason) == (None, None, None)


def test_counts_can_lie_or_lack(client: ollama.Client) -> None:
    """The signature of a cut prompt for the default window, and no eval_count."""
    assert broken(client, "truncated-counts").prompt_eval_count == 2050
    assert broken(client, "missing-eval-count").eval_count is None
    assert broken(client, "missing-prompt-count").prompt_eval_count is None


def test_nel_breaks_the_client_in_a_stream_only(client: ollama.Client) -> None:
    """U+0085 is raw on the wire: harmless in one object, fatal to the client's lines."""
    assert said(broken(client, "nel")).endswith("\u0085")
    with pytest.raises(json.JSONDecodeError):
        list(client.generate("phi3", "fault nel.", stream=True))


@pytest.mark.parametrize("name", ["glued-chunks", "split-chunks"])
def test_lines_and_chunks_are_different_things(client: ollama.Client, name: str) -> None:
    """A stream is the same however its lines lie in HTTP chunks."""
    parts = list(client.generate("phi3", f"fault {name}.", stream=True))
    assert json.loads("".join(said(part) for part in parts)) == GOOD


def test_an_error_in_mid_stream_has_no_status(client: ollama.Client) -> None:
    """The client raises with status -1 after the first pieces."""
    stream = client.generate("phi3", "fault midstream-error.", stream=True)
    assert not next(iter(stream)).done
    with pytest.raises(ollama.ResponseError, match="while running the model") as caught:
        list(stream)
    assert caught.value.status_code == -1


def test_a_fault_can_heal(client: ollama.Client) -> None:
    """NAME:1-2 befalls the first two requests only."""
    for _ in range(2):
        with pytest.raises(ollama.ResponseError, match="unexpectedly stopped"):
            client.generate("phi3", "heals")
    assert client.generate("phi3", "heals").response == "well"


def test_faults_about_models(tmp_path: Path) -> None:
    """A bare template, embedding only, half the context, a pull and a create that break off."""
    names = ("bare-template", "no-completion", "shrunk-context:1", "create-error")
    faults = [flag for name in names for flag in ("--scenario", name)]
    pulls = ("--scenario", "pull-midstream-error:1-1", "--scenario", "pull-digest-mismatch:2-2")
    with (
        ollama_double("--models", "phi3", "--pullable", "x", *faults, *pulls) as double,
        closing(double.address) as client,
    ):
        shown = client.show("phi3")
        assert (shown.template, shown.capabilities) == ("{{ .Prompt }}", ["embedding"])
        with pytest.raises(ollama.ResponseError, match='"phi3" does not support generate'):
            client.generate("phi3", "Hi")
        with pytest.raises(ollama.ResponseError, match="no space left"):
            client.create("y", from_="phi3", system="S")
        with pytest.raises(ollama.ResponseError, match="max retries exceeded") as caught:
            list(client.pull("x", stream=True))
        assert caught.value.status_code == -1
        with pytest.raises(ollama.ResponseError, match="digest mismatch"):
            client.pull("x")
        assert client.pull("x").status == "success"


def test_less_memory_means_less_context(tmp_path: Path) -> None:
    """What ps says is half of what was asked for; out of memory at load befalls an empty prompt too."""
    flags = ("--models", "phi3", "--scenario", "shrunk-context", "--scenario", "load-oom:2")
    with ollama_double(*flags) as double, closing(double.address) as client:
        client.generate("phi3", options={"num_ctx": 4096})
        assert [model.context_length for model in client.ps().models] == [2048]
        with pytest.raises(ollama.ResponseError, match="out-of-memory during startup"):
            client.generate("phi3")


# ---------------------------------------------------------------- the program


def test_dying_and_restarting_with_its_models(tmp_path: Path) -> None:
    """die:2 exits upon the second prompt; started again with --state it still has what was created."""
    flags = ("--models", "phi3", "--state", str(tmp_path / "state.json"))
    log = tmp_path / "log.jsonl"
    with ollama_double(*flags, "--scenario", "die:2", log=log) as double:
        with closing(double.address) as client:
            client.create("kept", from_="phi3", system="S")
            before = digest(client, "kept:latest")
            assert client.generate("kept").done_reason == "load"
            assert client.generate("kept", "Hi").done
            with pytest.raises(httpx.RemoteProtocolError):
                client.generate("kept", "Hi")
        assert double.process.wait(5) == 3
        assert double.log()[-1]["status"] is None
        with pytest.raises(ConnectionError):
            ollama.Client(double.address, trust_env=False).list()
    port = int(double.address.rpartition(":")[2])
    with ollama_double(*flags, port=port) as again, closing(again.address) as client:
        assert again.address == double.address
        assert digest(client, "kept:latest") == before


def test_a_running_double_becomes_another(tmp_path: Path) -> None:
    """Through its door it takes a command line: other models, other faults, another log, counted anew."""
    with ollama_double("--models", "phi3", "--scenario", "busy-503:1-1") as double:
        with closing(double.address) as client, pytest.raises(ollama.ResponseError):
            client.generate("phi3", "Hi")
        other = double.become("--models", "llama3", "--scenario", "html-502", log=tmp_path / "log")
        with closing(double.address) as client:
            assert [model.model for model in client.list().models] == ["llama3:latest"]
            with pytest.raises(ollama.ResponseError) as caught:
                client.generate("llama3", "Hi")
        with pytest.raises(ValueError, match="does not take"):
            double.become("--scenario", "nix")

    assert caught.value.status_code == 502
    assert [entry["path"] for entry in other.log()] == ["/api/tags", "/api/generate"]


def test_a_standing_double_stands_again_after_it_died(standing_double: StandingDouble) -> None:
    """At the same address, so that whoever spoke to it finds it again."""
    before = standing_double.serve("--models", "phi3")
    before.kill()
    after = standing_double.serve("--models", "phi3")

    with closing(before.address) as client:
        assert client.list().models
    assert after.process.pid != before.process.pid


def test_it_ends_with_its_parent() -> None:
    """When stdin closes the program ends by itself."""
    with ollama_double() as double:
        assert double.process.stdin is not None
        double.process.stdin.close()
        assert double.process.wait(5) == 0


def test_it_ends_on_sigterm() -> None:
    """A polite kill is enough."""
    with ollama_double() as double:
        double.process.terminate()
        assert double.process.wait(5) == 0


def test_one_slot_means_one_at_a_time(tmp_path: Path) -> None:
    """Two requests with a delay need twice the time of one unless --parallel says 2."""
    taken = {}
    for parallel in ("1", "2"):
        log = tmp_path / f"{parallel}.jsonl"
        flags = ("--models", "phi3", "--delay", "0.15", "--parallel", parallel)
        with ollama_double(*flags, log=log) as double, closing(double.address) as client:
            threads = [threading.Thread(target=client.generate, args=("phi3", "Hi")) for _ in "ab"]
            started = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            taken[parallel] = time.monotonic() - started
            assert sorted(entry["in_flight"] for entry in double.log()) == [1, 2]  # type: ignore[type-var]
    assert taken["1"] >= 0.3
    assert taken["2"] < taken["1"]


def test_slow_faults_time_out(tmp_path: Path) -> None:
    """slow-first-byte spends the delay only where it is due; trickle never lets a read time out."""
    flags = ("--models", "phi3", "--delay", "5", "--scenario", "slow-first-byte:2-2")
    with ollama_double(*flags) as double, closing(double.address) as client:
        client._client.timeout = httpx.Timeout(0.4)
        assert client.generate("phi3", "Hi").done
        with pytest.raises(httpx.ReadTimeout):
            client.generate("phi3", "Hi")
    flags = ("--models", "phi3", "--delay", "0.04", "--scenario", "trickle")
    with ollama_double(*flags) as double, closing(double.address) as client:
        client._client.timeout = httpx.Timeout(0.3)
        started = time.monotonic()
        assert client.generate("phi3", "Hi").done
        assert time.monotonic() - started > 0.4


def test_a_client_that_leaves_frees_the_slot(double: Double, http: httpx.Client) -> None:
    """Work for a closed connection is given up, and the log says 499."""
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            double.address + "/api/generate",
            json={"model": "phi3", "prompt": "slow one"},
            timeout=0.1,
            trust_env=False,
        )
    assert ask(http, "Hi").status_code == 200
    assert 499 in [entry["status"] for entry in double.log()]


def test_the_log_has_every_api_request(double: Double, client: ollama.Client) -> None:
    """Method, path, parsed body and status are on file before the client has its answer."""
    before = double.count("/api/generate")
    client.generate("phi3", "logged", options={"seed": 7})
    entry = double.log()[-1]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/api/generate", 200)
    assert double.bodies("/api/generate")[-1]["options"] == {"seed": 7}
    assert double.count("/api/generate") == before + 1


def test_it_says_what_it_is() -> None:
    """Its description forbids committing its replies, and an unknown scenario is named in the error."""
    import tests.ollama_double

    assert "evals/answers/" in (tests.ollama_double.__doc__ or "")
    with pytest.raises(RuntimeError, match="ended with 2"), ollama_double("--scenario", "nix"):
        pass
