"""The server as HTTP: its sign of life, its version, and how it turns away what it cannot serve."""

import pytest

from tests.contract.server import Server, said


def test_it_says_that_it_runs(server: Server) -> None:
    """GET / is one line of text."""
    got = server.get("/")

    assert (got.status_code, got.text) == (200, "Ollama is running")
    assert got.headers["content-type"].startswith("text/plain")


def test_it_tells_its_version(server: Server) -> None:
    """A string with digits and points, as JSON."""
    version = server.get("/api/version").json()["version"]

    assert version.split(".")[0].isdigit()


def test_an_unknown_path_is_404_in_plain_text(server: Server) -> None:
    """So a wrong address cannot be taken for a missing model, whose 404 is JSON."""
    got = server.get("/api/no-such-thing")

    assert (got.status_code, got.text) == (404, "404 page not found")


def test_a_wrong_method_is_405_in_plain_text(server: Server) -> None:
    """Generate takes POST only. Inferred from the router's defaults."""
    got = server.get("/api/generate")

    assert (got.status_code, got.text) == (405, "405 method not allowed")


@pytest.mark.parametrize("body", [b"", b'{"model"', b"model", b'{"model": 1}'])
def test_a_body_that_is_none_is_400(server: Server, body: bytes) -> None:
    """An empty body, broken JSON and a field of another type are refused with words."""
    got = server.http.post(server.address + "/api/generate", content=body)

    assert got.status_code == 400
    assert said(got)
    assert said(got) == "missing request body" or body
