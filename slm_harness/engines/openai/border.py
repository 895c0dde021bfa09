"""Where foreign exceptions of the openai client become ours, and where a key is kept out of all words.

``openai`` takes a second to import, so it is imported where a client is opened and not before.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from slm_harness.engines.statuses import Advice, of_status, one_line, refused, without_secret
from slm_harness.engines.transport import Refusal, TooLarge, http_settings, proxy_for, refuse
from slm_harness.errors import (
    AnswerTimeout,
    ConnectionBroken,
    HarnessError,
    NotMeasured,
    ReplyUnreadable,
    RequestRefused,
    ServerUnreachable,
    SettingsError,
)
from slm_harness.printable import storable

if TYPE_CHECKING:
    import openai

_WORD = re.compile(r"[A-Za-z_-]{1,11}")
"""What local servers are given for a key, such as EMPTY: no secret, and a word that a reply may have."""
_SENT = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)
"""Headers that go along; of the others the client makes some of environment variables."""


@dataclass(frozen=True)
class Server:
    """An OpenAI-compatible server as we are to speak to it."""

    base_url: str
    advice: Advice
    start: str = "is it running, and is base_url right?"
    """What to do where nobody answers."""
    key: str = field(default="", repr=False)
    """Goes into the Authorization header of requests to ``base_url``, and nowhere else."""

    def clean(self, text: object) -> str:
        """A text of the server's, or of a library's about it, without the key."""
        return without_secret(str(text), self.key)

    def cleaned(self, value: object) -> object:
        """What a server answered, without the key in any of its texts."""
        if not self.key or _WORD.fullmatch(self.key):
            return value
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, list):
            return [self.cleaned(item) for item in value]
        if isinstance(value, dict):
            return {self.clean(key): self.cleaned(item) for key, item in value.items()}
        return value


def open_client(server: Server, seconds: float) -> "openai.OpenAI":
    """The official client, without its own retries and without what it would take from the environment.

    Args:
        server: Whom to speak to.
        seconds: Longest wait for a whole reply.

    Raises:
        SettingsError: the environment names a proxy for it that cannot be used.
    """
    import openai

    def strip(request: httpx.Request) -> None:
        # OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and their like would go to whichever server the entry names.
        for name in request.headers.keys() - _SENT:
            del request.headers[name]
        if server.key:
            request.headers["Authorization"] = f"Bearer {server.key}"

    try:
        settings = http_settings(seconds, refuse, proxy=proxy_for(server.base_url))
    except (ValueError, ImportError) as error:
        # Without its words: they have the proxy's address, and that may have a password.
        raise SettingsError(
            f"{server.base_url}: the proxy that the environment names for it is of no kind that can be used "
            f"({type(error).__name__}); set NO_PROXY for the server, or unset ALL_PROXY"
        ) from None
    client = httpx.Client(**settings)
    client.event_hooks = {"request": [strip], **settings["event_hooks"]}
    return openai.OpenAI(
        base_url=server.base_url,
        # It wants one, and would look for it in the environment.
        api_key=server.key or "none",
        max_retries=0,
        http_client=client,  # type: ignore[arg-type]
    )


def refusal(error: BaseException) -> httpx.Response | None:
    """The response that was no success, out of what the client raised; None where it is something else."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, Refusal):
        found = found.__cause__
    return found.response if found else None


@contextmanager
def translated(doing: str, server: Server) -> Iterator[None]:
    """Turn whatever the client raises while ``doing`` something into one of ours.

    Raises:
        NotMeasured: the most specific kind, with what, where and what to do; never with the key.
    """
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        found = _counterpart(error, doing, server)
        if found is None:
            raise
        # The client's own exceptions carry the request, and with it the key.
        raise found from None


def _counterpart(error: BaseException, doing: str, server: Server) -> HarnessError | None:
    import openai

    if isinstance(error, HarnessError):
        # Ours, out of the transport: the client wraps whatever is raised below it.
        return error
    where = f"{server.base_url} while {doing}"
    response = refusal(error)
    if response is not None:
        return _with_hint(refused(response, where, server.advice, server.key))
    if isinstance(error, openai.APIConnectionError) and error.__cause__ is not None:
        return _counterpart(error.__cause__, doing, server)
    if isinstance(error, openai.APIStatusError):
        said = one_line(server.cleaned(error.body) or error.message, server.key)
        return of_status(error.status_code, said, where, server.advice)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException) and not isinstance(
        error, httpx.ConnectTimeout
    ):
        return AnswerTimeout(
            f"{where} gave no whole reply in time; raise `timeout` in models.yaml, "
            "or look whether the server is overloaded"
        )
    if isinstance(error, httpx.ProxyError):
        return ServerUnreachable(
            f"{where}: the proxy that the environment names for it refused ({one_line(server.clean(error))}); "
            "set NO_PROXY for the server, or mend HTTPS_PROXY"
        )
    if isinstance(error, openai.APIConnectionError | httpx.ConnectError | httpx.ConnectTimeout):
        said = one_line(server.clean(error)) or type(error).__name__
        return ServerUnreachable(f"no server answers at {server.base_url} ({said}): {server.start}")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return ServerUnreachable(
            f"{server.base_url} is no address of a server ({server.clean(error)}); "
            "write base_url as http://host:port/v1"
        )
    return _of_reply(error, where, server)


def _with_hint(found: NotMeasured | None) -> NotMeasured | None:
    """A refusal of one of the options with what to set; models that reason take neither of two of ours."""
    option = (
        re.search(r"Unsupported (?:parameter|value): '(\w+)'", found.message) if found else None
    )
    if option is None or type(found) is not RequestRefused:
        return found
    name = option[1]
    setting = "max_completion_tokens" if name == "max_tokens" else f"{name}: null"
    return RequestRefused(f"{found.message}; set options: {setting} in models.yaml")


def _of_reply(error: BaseException, where: str, server: Server) -> NotMeasured | None:
    """The counterpart of what went wrong with a reply on its way, or in the reading."""
    import openai

    name, said = type(error).__name__, server.clean(error)
    if isinstance(error, TooLarge):
        return ReplyUnreadable(f"{where}: it sent {said}; see the server's log")
    # ValueError: JSON, UTF-8 or an object that is none.
    foreign = (openai.OpenAIError, ValueError, RecursionError, OverflowError)
    if isinstance(error, foreign):
        return ReplyUnreadable(
            f"{where}: it sent something else than the API promises ({name}: {one_line(said)}); "
            "does base_url end in the right path, and is a proxy in between?"
        )
    if isinstance(error, httpx.HTTPError | httpx.StreamError | OSError):
        return ConnectionBroken(
            f"the connection to {where} broke ({name}: {one_line(said)}); "
            "see the server's log, then run again: what has come is kept"
        )
    return None


def parsed(response: httpx.Response, server: Server) -> object:
    """The JSON in a response, without the key anywhere in it, and fit to be stored.

    Raises:
        ValueError: it is none.
    """
    return server.cleaned(storable(json.loads(response.content)))


def parsed_object(response: httpx.Response, server: Server) -> Mapping[str, object]:
    """The JSON object in a response, as ``parsed`` has it.

    Raises:
        ValueError: it is none.
    """
    body = parsed(response, server)
    if not isinstance(body, dict):
        raise ValueError(f"a {type(body).__name__} where an object belongs")  # noqa: TRY004 - of the server's
    return body
