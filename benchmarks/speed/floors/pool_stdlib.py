"""Threads with the standard library's HTTP, and no harness."""

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor

from benchmarks.speed.contest import ADDRESS, AT_ONCE, OPTIONS, SYSTEM, Row, cases, finish, right

_mine = threading.local()


def _connection() -> http.client.HTTPConnection:
    if not hasattr(_mine, "connection"):
        _mine.connection = http.client.HTTPConnection(ADDRESS.removeprefix("http://"))
    found: http.client.HTTPConnection = _mine.connection
    return found


def grade(case: tuple[str, Row]) -> int:
    """Ask about one article; how many answers are right."""
    model, row = case
    body = {
        "model": model,
        "prompt": row["prompt"],
        "system": SYSTEM,
        "format": "json",
        "options": OPTIONS,
        "stream": False,
    }
    connection = _connection()
    connection.request("POST", "/api/generate", json.dumps(body))
    return right(row, json.loads(connection.getresponse().read())["response"])


if __name__ == "__main__":
    with ThreadPoolExecutor(AT_ONCE) as pool:
        finish(list(pool.map(grade, cases())))
