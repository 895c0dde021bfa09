"""Threads with the ollama client, and no harness."""

from concurrent.futures import ThreadPoolExecutor

import ollama

from benchmarks.speed.contest import AT_ONCE, OPTIONS, SYSTEM, Row, cases, finish, right

client = ollama.Client()


def grade(case: tuple[str, Row]) -> int:
    """Ask about one article; how many answers are right."""
    model, row = case
    reply = client.generate(model, row["prompt"], system=SYSTEM, format="json", options=OPTIONS)
    return right(row, reply.response or "")


if __name__ == "__main__":
    with ThreadPoolExecutor(AT_ONCE) as pool:
        finish(list(pool.map(grade, cases())))
