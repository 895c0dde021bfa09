"""Where a command gets an article from: an address, a saved page, a text."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from slm_harness.cli.printing import report
from slm_harness.errors import PageError, SettingsError
from slm_harness.printable import printable

if TYPE_CHECKING:
    from slm_harness.pages import Page

STDIN = "-"
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|\?xml|!--|head|body|article)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Source:
    """A page, and where it came from."""

    content: bytes
    html: str
    """The same as characters."""
    url: str = ""
    charset: str = ""
    """What the server declared, where the saved page alone would be read otherwise."""
    redirects: tuple[str, ...] = ()
    """Addresses that the server led to, the last one included."""


def name_in(source: str) -> str:
    """An id made of the last telling part of an address or path; empty where no letter is in it."""
    # Not urlsplit: it raises for addresses that are none, and fetching says what is wrong with those.
    path = re.sub(r"\A[a-z][a-z0-9+.-]*://[^/?#]*|[?#].*", "", source, flags=re.IGNORECASE)
    parts = unquote(path).split("/")
    last = next((part for part in reversed(parts) if re.search("[A-Za-z]", part)), "")
    stem = re.sub(r"\.(html?|php|aspx?)\Z", "", last, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:80].strip("-")


def source_at(named: str) -> Source:
    """The page at an address, or in a file.

    Raises:
        FetchError: it could not be fetched.
        PageError: it is no page.
        SettingsError: the file cannot be read.
    """
    from slm_harness.pages import fetch, source_of

    if _ADDRESS.match(named):
        fetched = fetch(named)
        steps = (*fetched.redirects, fetched.final_url) if fetched.redirected else ()
        html = source_of(fetched.content, named, fetched.charset)
        try:
            alone = source_of(fetched.content, named)
        except PageError:  # its encoding is known to the server only
            alone = ""
        charset = "" if alone == html else fetched.charset
        return Source(fetched.content, html, _without_password(fetched.final_url), charset, steps)
    content = content_of(named)
    return Source(content, source_of(content, named))


def content_of(named: str) -> bytes:
    """The bytes of a file, as many as a page may have and one more.

    Raises:
        SettingsError: it cannot be read.
    """
    from slm_harness.pages import LIMIT

    path = Path(named)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise SettingsError(f"{named}: the page cannot be read: it is no regular file")
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except FileNotFoundError as error:
        web = f"; for the web write https://{named}" if _LIKE_AN_ADDRESS.match(named) else ""
        raise SettingsError(f"{named}: the page cannot be read: {error.strerror}{web}") from error
    except OSError as error:
        raise SettingsError(
            f"{named}: the page cannot be read: {error.strerror or error}"
        ) from error
    return content


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LIKE_AN_ADDRESS = re.compile(r"(?:www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/)", re.IGNORECASE)


def _without_password(url: str) -> str:
    """An address for a label, which is committed: nobody's name and password in it."""
    return re.sub(r"\A([a-z]+://)[^/?#@]*@", r"\1", printable(url), flags=re.IGNORECASE)


# ---------------------------------------------------------------- a text in place of a page


def page_at(named: str) -> "Page":
    """The article at an address, in a saved page, or in a text: a file ``.txt``, or ``-`` for stdin.

    Raises:
        FetchError: it could not be fetched.
        PageError: there is no article in it.
        SettingsError: it cannot be read.
    """
    from slm_harness.pages import read_page

    is_file = not _ADDRESS.match(named)
    if named == STDIN or (is_file and named.lower().endswith(".txt")):
        content = _standard_input() if named == STDIN else content_of(named)
        if not _HTML.match(content):
            return _text(content, named)
        return read_page(content, named)
    return read_page(source_at(named).html, named)


def _standard_input() -> bytes:
    from slm_harness.pages import LIMIT

    if sys.stdin is None:
        raise SettingsError("the standard input is closed; name a file")
    if sys.stdin.isatty():
        report("reading the article from here; end it with Ctrl-D")
    return sys.stdin.buffer.read(LIMIT + 1)


def _text(content: bytes, named: str) -> "Page":
    from slm_harness.pages import LIMIT, Page, tidy

    if len(content) > LIMIT:
        raise PageError(f"{named}: the text has more than {LIMIT:,} bytes; cut the article out")
    try:
        text = tidy(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PageError(f"{named}: this is no text in UTF-8; save it as UTF-8") from error
    if not text:
        raise PageError(f"{named}: there is no text in it")
    return Page(title=None, published=None, text=text)
