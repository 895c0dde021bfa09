"""Where foreign exceptions of the ollama client become ours, and the one request it cannot send."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import ollama
import pydantic
from ollama import GenerateResponse
from ollama._types import GenerateRequest

from slm_harness.engines.protocol import bad_host
from slm_harness.errors import (
    AnswerTimeout,
    HarnessError,
    ModelUnavailable,
    NotMeasured,
    PromptRefused,
    ReplyUnreadable,
    ServerFailed,
    ServerUnreachable,
)
from slm_harness.printable import shortened


class _GenerateRequest(GenerateRequest):
    """The client's own request plus the two switches that keep a server from cutting a prompt."""

    shift: bool
    truncate: bool


class StrictClient(ollama.Client):
    """The official client, told never to let the server cut or shift a prompt."""

    def close(self) -> None:
        """Close the connections; the server then stops working on an open request."""
        self._client.close()

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
            format=dict(schema),
            options=dict(options),
            keep_alive=keep_alive,
            shift=False,
            truncate=False,
        )
        return self._request(
            GenerateResponse, "POST", "/api/generate", json=request.model_dump(exclude_none=True)
        )


def open_client(read_timeout: float) -> StrictClient:
    """A client for the server that ``OLLAMA_HOST`` names, 127.0.0.1:11434 without one.

    Proxies of the environment are left out: they would catch requests to this very machine.

    Raises:
        SettingsError: ``OLLAMA_HOST`` is no address.
    """
    host = os.environ.get("OLLAMA_HOST", "").strip()
    # The server listens on 0.0.0.0, but nothing can be sent there.
    host = re.sub(r"(?<![0-9.])0\.0\.0\.0(?![0-9.])", "127.0.0.1", host)
    timeout = httpx.Timeout(connect=5.0, read=read_timeout, write=30.0, pool=5.0)
    try:
        return StrictClient(host or None, timeout=timeout, trust_env=False)
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
    except ollama.ResponseError as error:
        raise _of_response(error, doing, host) from error
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
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
        raise ServerUnreachable(
            f"{host} is no address of a server ({error}); write OLLAMA_HOST as host:port, "
            "for example 127.0.0.1:11434"
        ) from error
    except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise unreachable(host) from error
    except httpx.TimeoutException as error:
        raise AnswerTimeout(
            f"{host} gave no reply in time while {doing}; "
            "raise `timeout` in models.yaml, or look whether the server is overloaded"
        ) from error
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        raise ServerFailed(
            f"the connection to {host} broke while {doing} ({type(error).__name__}: {error}); "
            "see the server's log, then run again: what has come is kept"
        ) from error


def unreachable(host: str) -> ServerUnreachable:
    """The one line about a server that is not there."""
    return ServerUnreachable(
        f"no Ollama server answers at {host}: start it with `ollama serve`, "
        "or set OLLAMA_HOST to where it is"
    )


def _of_response(error: ollama.ResponseError, doing: str, host: str) -> NotMeasured:
    said = one_line(error.error)
    if error.status_code == 404:
        return ModelUnavailable(f"{host} while {doing}: {said or 'not found'}")
    if error.status_code in (401, 403):
        return ServerUnreachable(
            f"{host} refuses us while {doing} ({error.status_code} {said}); "
            "is OLLAMA_HOST right, and is a proxy in front of it?"
        )
    if error.status_code == 400:
        advice = (
            "; set options: num_ctx higher in models.yaml, or shorten the article"
            if "context" in said
            else ""
        )
        return PromptRefused(f"{host} refused the request while {doing}: {said}{advice}")
    status = f" ({error.status_code})" if error.status_code > 0 else ""
    return ServerFailed(f"{host} failed while {doing}{status}: {said or 'it gave no reason'}")


def one_line(said: Any) -> str:  # noqa: ANN401 - the client hands on whatever JSON stood there
    """What the server said, as one line of at most 300 characters."""
    if isinstance(said, Mapping):
        said = said.get("message", said)
    if isinstance(said, str) and said.lstrip().startswith("{"):
        try:
            inner = json.loads(said).get("error")
            # A proxy's JSON has other keys; then its text is all there is to tell.
            return shortened(said, 300) if inner is None else one_line(inner)
        except (ValueError, AttributeError):
            pass
    return shortened(str(said), 300)
