"""The glance at Ollama: the same as the official client finds, or nothing."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from slm_harness.engines import open_engine
from slm_harness.engines.ollama.engine import OllamaEngine
from slm_harness.engines.ollama.glance import glance, place
from slm_harness.records import ModelSpec
from tests.doubles import StandingDouble
from tests.ollama_engine import RECIPE, quiet

SPEC = ModelSpec(name="phi3", engine="ollama", base="phi3")


@pytest.mark.parametrize("scenario", ["", "base-leftovers", "no-capabilities"])
def test_both_find_the_same_model(
    standing_double: StandingDouble, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    """The identity by three replies over a bare socket is that of the official client."""
    double = standing_double.serve(
        "--models", "phi3", *(["--scenario", scenario] if scenario else [])
    )
    monkeypatch.setenv("OLLAMA_HOST", double.address)

    with closing(OllamaEngine(SPEC, 1200)) as engine:
        found = engine.identify(RECIPE, quiet)
    with closing(open_engine(SPEC, None, 1200)) as front:
        assert front.identify(RECIPE, quiet) == found
        assert front.presence().pulled
    seen = glance("phi3", describe=True)
    assert seen is not None
    assert seen.base is not None
    assert (seen.version, seen.base.digest) == (found.server, found.digest)


@contextmanager
def answering(reply: bytes) -> Iterator[str]:
    """A server on loopback that gives every connection the same bytes; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(2**16)
                        connection.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


BODY = b'{"version": "0.31.2", "models": []}'


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"no HTTP",
        b"HTTP/1.1 500 No\r\n\r\n" + BODY,
        b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:9/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n23\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n\r\n" + BODY[:-1],
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
        b'HTTP/1.1 200 OK\r\n\r\n{"version": "", "models": []}',
        b'HTTP/1.1 200 OK\r\n\r\n{"version": "1", "models": {}}',
        b'HTTP/1.1 200 OK\r\n\r\n{"version": "1", "models": [{"model": "phi3:latest"}]}',
    ],
    ids=[
        "nothing", "no-http", "500", "redirect", "chunked", "short", "cut", "list", "deep", "no-version",
        "no-list", "no-digest",
    ],
)  # fmt: skip
def test_what_is_not_as_usual_is_no_glance(monkeypatch: pytest.MonkeyPatch, reply: bytes) -> None:
    """No error, and nothing half known: the official client then looks, and says what is wrong."""
    with answering(reply) as address:
        monkeypatch.setenv("OLLAMA_HOST", address)
        assert glance("phi3", describe=True) is None


def test_a_usual_server_without_the_base_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The base is missing, which is known for sure."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n" + BODY) as address:
        monkeypatch.setenv("OLLAMA_HOST", address)
        seen = glance("phi3", describe=True)

    assert seen is not None
    assert (seen.version, seen.base, seen.described) == ("0.31.2", None, None)


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("", ("127.0.0.1", 11434)),
        ("0.0.0.0:1234", ("127.0.0.1", 1234)),
        ("http://box:80/", ("box", 80)),
        ("https://box:80", None),
        ("box", None),
        ("http://[::1]:80", None),
        ("user:word@box:80", None),
    ],
)
def test_a_glance_goes_where_it_is_sure_of_the_address(
    monkeypatch: pytest.MonkeyPatch, host: str, found: tuple[str, int] | None
) -> None:
    """Host and port in the plain way; whatever else OLLAMA_HOST may hold is left to the client."""
    monkeypatch.setenv("OLLAMA_HOST", host)

    assert place() == found


def test_who_has_nothing_to_ask_loads_no_client(standing_double: StandingDouble) -> None:
    """Finding out which model answers needs neither ollama nor httpx."""
    double = standing_double.serve("--models", "phi3")
    code = (
        "import sys\n"
        "from slm_harness.engines import open_engine\n"
        "from slm_harness.records import ModelSpec, Recipe\n"
        "engine = open_engine(ModelSpec('phi3', 'ollama', 'phi3'), None, 10)\n"
        "assert engine.presence().pulled\n"
        "engine.identify(Recipe('breach', 'Answer.', {}), print)\n"
        "print([name for name in ('ollama', 'httpx') if name in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OLLAMA_HOST": double.address},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == "[]\n"
