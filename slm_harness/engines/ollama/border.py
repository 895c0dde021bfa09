"""Where foreign exceptions of the ollama client become ours, and the one request it cannot send."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import ollama
import pydantic
from ollama import GenerateResponse
from ollama._types import GenerateRequest

from slm_harness.engines.protocol import bad_host
from slm_harness.engines.statuses import Advice, of_status, one_line, refused
from slm_harness.engines.transport import Refusal, TooLarge, http_settings, refuse
from slm_harness.errors import (
    AnswerTimeout,
    ConnectionBroken,
    HarnessError,
    NotMeasured,
    ReplyUnreadable,
    ServerUnreachable,
)
from slm_harness.printable import storable

ADVICE = Advice(
    context="set options: num_ctx higher in models.yaml, or shorten the article",
    access="is OLLAMA_HOST right, and is a proxy in front of it?",
)


class _GenerateRequest(GenerateRequest):
    """The client's own request plus the two switches that keep a server from cutting a prompt."""

    shift: bool
    truncate: bool


class StrictClient(ollama.Client):
    """The official client, told never to let the server cut or shift a prompt."""

    def close(self) -> None:
        """Close the connections; the server then stops working on an open request."""
        self._client.close()

    def server_version(self) -> str:
        """What the server calls its version; ``unknown`` for one that does not tell."""
        body = self._request_raw("GET", "/api/version").json()  # type: ignore[no-untyped-call]
        told = body.get("version") if isinstance(body, dict) else None
        return one_line(told or "") or "unknown"

    def show_all(self, model: str) -> Mapping[str, object]:
        """All that the server tells of a model: the client's own type drops half of it."""
        told = self._request_raw("POST", "/api/show", json={"model": model}).json()  # type: ignore[no-untyped-call]
        body = storable(told)
        if not isinstance(body, dict):
            raise TypeError("a model is described by an object")
        return body

    @contextmanager
    def pulling(self, model: str) -> Iterator[Iterator[bytes]]:
        """The bytes of a pull as they come: the client's own lines break on one that is no JSON."""
        body = {"model": model, "stream": True}
        with self._client.stream("POST", "/api/pull", json=body) as response:
            yield response.iter_bytes()

    def generate_whole(
        self,
        model: str,
        prompt: str,
        *,
        schema: Mapping[str, object],
        options: Mapping[str, object],
        keep_alive: str,
    ) -> GenerateResponse:
        """One reply to one prompt, unstreamed: a stream breaks on U+0085 inside a reply."""
        request = _GenerateRequest(
            model=model,
            prompt=prompt,
            stream=False,
            think=False,
            format=dict(schema) or None,
            options=dict(options),
            keep_alive=keep_alive,
            shift=False,
            truncate=False,
        )
        return self._request(
            GenerateResponse, "POST", "/api/generate", json=request.model_dump(exclude_none=True)
        )


def open_client(seconds: float | None, *, gap: float | None = None) -> StrictClient:
    """A client for the server that ``OLLAMA_HOST`` names, 127.0.0.1:11434 without one.

    Args:
        seconds: Longest wait for a whole reply; None where only the gaps are bounded.
        gap: Longest wait for the next byte, in seconds.

    Raises:
        SettingsError: ``OLLAMA_HOST`` is no address.
    """
    host = os.environ.get("OLLAMA_HOST", "").strip()
    # The server listens on 0.0.0.0, but nothing can be sent there.
    host = re.sub(r"(?<![0-9.])0\.0\.0\.0(?![0-9.])", "127.0.0.1", host)
    try:
        return StrictClient(host or None, **http_settings(seconds, refuse, gap=gap))
    except (ValueError, httpx.InvalidURL) as error:
        raise bad_host(error) from error


def address(client: ollama.Client) -> str:
    """The address that a client speaks to, for messages."""
    return str(client._client.base_url).rstrip("/")


@contextmanager
def translated(doing: str, host: str) -> Iterator[None]:
    """Turn whatever the client raises while ``doing`` something into one of ours.

    Raises:
        NotMeasured: the most specific kind, with what, where and what to do.
    """
    try:
        yield
    except HarnessError:
        raise
    except Refusal as error:
        found = refused(error.response, f"{host} while {doing}", ADVICE)
        raise found or ReplyUnreadable(f"{host} while {doing}: {error}") from error
    except (ollama.RequestError, httpx.CookieConflict) as error:
        raise ReplyUnreadable(
            f"the client refused what it was given while {doing} at {host}: {error}"
        ) from error
    except ollama.ResponseError as error:
        said = one_line(error.error)
        raise of_status(error.status_code, said, f"{host} while {doing}", ADVICE) from error
    except (
        json.JSONDecodeError,
        UnicodeDecodeError,
        pydantic.ValidationError,
        # The client stumbles over JSON that is no object.
        AttributeError,
        TypeError,
    ) as error:
        raise ReplyUnreadable(
            f"{host} sent something else than Ollama's API promises while {doing} "
            f"({type(error).__name__}); is it an Ollama server, and is a proxy in between?"
        ) from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, UnicodeError, OSError) as error:
        raise of_transport(error, doing, host) from error
    except (ValueError, RecursionError, OverflowError) as error:
        # JSON that Python itself does not take: thousands of brackets, or of digits.
        raise ReplyUnreadable(
            f"{host} sent JSON that cannot be read while {doing} ({type(error).__name__}); "
            "see the server's log"
        ) from error


def of_transport(error: Exception, doing: str, host: str) -> NotMeasured:
    """The counterpart of what went wrong on the way to the server, or back."""
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | UnicodeError):
        return ServerUnreachable(
            f"{host} is no address of a server ({error}); write OLLAMA_HOST as host:port, "
            "for example 127.0.0.1:11434"
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) or (
        # The client's own, without a cause that a subclass would name.
        type(error) is ConnectionError
    ):
        return unreachable(host)
    if isinstance(error, httpx.TimeoutException):
        return AnswerTimeout(
            f"{host} gave no whole reply in time while {doing}; "
            "raise `timeout` in models.yaml, or look whether the server is overloaded"
        )
    if isinstance(error, TooLarge):
        return ReplyUnreadable(f"{host} sent {error} while {doing}; see the server's log")
    return ConnectionBroken(
        f"the connection to {host} broke while {doing} ({type(error).__name__}: {error}); "
        "see the server's log, then run again: what has come is kept"
    )


def unreachable(host: str) -> ServerUnreachable:
    """The one line about a server that is not there."""
    secure = " (Ollama itself speaks http only)" if host.startswith("https:") else ""
    return ServerUnreachable(
        f"no Ollama server answers at {host}{secure}: start it with `ollama serve`, "
        "or set OLLAMA_HOST to where it is"
    )
