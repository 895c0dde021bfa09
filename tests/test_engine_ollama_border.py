"""The border: whatever the clients of others raise becomes one of our own, with its address in it."""

from collections.abc import Iterator
from types import ModuleType

import httpx
import ollama
import pydantic
import pytest
import requests
import urllib3

from slm_harness.engines.ollama.border import translated
from slm_harness.errors import FetchError, NotMeasured, ReplyUnreadable, ServerFailed
from slm_harness.pages import fetch


def raised_by(package: ModuleType) -> list[type[Exception]]:
    """Every class of error that a package has, public or not; warnings are none."""
    return [
        kind
        for kind in walk(Exception)
        if kind.__module__.partition(".")[0] == package.__name__ and not issubclass(kind, Warning)
    ]


def walk(kind: type[Exception]) -> Iterator[type[Exception]]:
    """A class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from walk(below)


def exception(kind: type[Exception]) -> Exception:
    """An instance of a foreign class, whatever its constructor wants."""
    made = kind.__new__(kind, "boom")
    made.args = ("boom",)
    if isinstance(made, ollama.ResponseError):
        made.error, made.status_code = "boom", 500
    return made


FOREIGN = [*raised_by(httpx), *raised_by(ollama), ConnectionError, ConnectionResetError, OSError]
FETCHING = [*raised_by(requests), *raised_by(urllib3), ConnectionError, ConnectionResetError]


def test_the_walks_find_what_there_is() -> None:
    """Known leaves of each tree, so that an empty walk proves nothing."""
    names = {kind.__name__ for kind in (*FOREIGN, *FETCHING)}

    assert {"InvalidURL", "CookieConflict", "RequestError", "RemoteProtocolError"} <= names
    assert {
        "ChunkedEncodingError",
        "InvalidHeader",
        "UnrewindableBodyError",
        "ResponseNotChunked",
    } <= names


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_exception_has_a_counterpart(kind: type[Exception]) -> None:
    """Whatever client and transport raise becomes one of ours, with the server's address in it."""
    with (
        pytest.raises(NotMeasured, match=r"http://there"),
        translated("doing it", "http://there"),
    ):
        raise exception(kind)


@pytest.mark.parametrize("kind", FETCHING, ids=lambda kind: kind.__name__)
def test_every_exception_of_fetching_has_a_counterpart(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """Whatever requests, or urllib3 under it, raises is a FetchError of one line with the address."""

    def broken(*_: object, **__: object) -> None:
        raise exception(kind)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", broken)
    with pytest.raises(FetchError, match=r"^http://there/: .+") as caught:
        fetch("http://there/")

    assert "\n" not in caught.value.message


def test_a_servers_words_are_made_printable() -> None:
    """An error text is as untrusted as a reply: nothing in it can repaint a terminal."""
    hostile = ollama.ResponseError("out\x1b[2J of\x07 \u202ememory\nnow", 500)
    with pytest.raises(ServerFailed) as caught, translated("doing it", "http://there"):
        raise hostile

    assert caught.value.message.startswith(
        "http://there while doing it (500): out[2J of memory now; run again"
    )


def test_a_reply_of_other_types_has_a_counterpart() -> None:
    """A body that the client's models refuse is unreadable, not a crash."""
    with pytest.raises(ReplyUnreadable), translated("doing it", "http://there"):
        pydantic.TypeAdapter(int).validate_python("x")
