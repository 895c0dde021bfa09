"""Helper for tests: a double of the Hugging Face Hub on the loopback interface, with one repository.

It speaks as much of the Hub's HTTP as `huggingface_hub` needs to fetch a file: HEAD and GET of
``/OWNER/REPO/resolve/REVISION/FILE``, with the headers that name commit, digest and size.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPO = "tiny/Tiny-GGUF"


@dataclass
class HubDouble:
    """A running double, and what it was asked."""

    address: str
    file: Path
    """What it serves, under the file's own name in the folder ``q``."""
    cut_after: int | None = None
    """Break off the first download after so many bytes."""
    silent: threading.Event | None = None
    """Answer no download until it is set."""
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path and headers, these in lower case."""

    def downloads(self) -> list[dict[str, str]]:
        """The headers of the downloads so far."""
        return [headers for method, _, headers in self.requests if method == "GET"]


@contextmanager
def hub_double(file: Path) -> Iterator[HubDouble]:
    """Start one; it ends with the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    double = HubDouble(f"http://127.0.0.1:{server.server_port}", file)
    server.double = double  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        if double.silent is not None:
            double.silent.set()
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        double: HubDouble = self.server.double  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        double.requests.append((self.command, self.path, headers))
        fault = _fault(self.path, double.file.name)
        if fault:
            self._refuse(*fault)
            return
        content = double.file.read_bytes()
        start = int(headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if "range" in headers else 200)
        if "range" in headers:
            last = len(content) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(content)}")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if body:
            self._send(double, content[start:])

    def _send(self, double: HubDouble, content: bytes) -> None:
        if double.silent is not None:
            double.silent.wait(timeout=20)
        cut, double.cut_after = double.cut_after, None
        self.wfile.write(content[:cut])
        if cut is not None:
            self.close_connection = True

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class has it so
        """Print nothing."""


def _fault(path: str, name: str) -> tuple[int, str] | None:
    """Status and code of what is asked for and not there; None where it is."""
    owner, repo, _, revision, file = path.lstrip("/").split("/", 4)
    if owner == "gated":
        return 403, "GatedRepo"
    if owner == "broken":
        return 500, ""
    if f"{owner}/{repo}" != REPO:
        return 401, "RepoNotFound"
    if revision not in ("main", "v1", COMMIT):
        return 404, "RevisionNotFound"
    return None if file == f"q/{name}" else (404, "EntryNotFound")
