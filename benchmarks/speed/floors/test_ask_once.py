"""One test that imports the ollama client and asks once."""

import ollama

from benchmarks.speed.contest import MODELS, OPTIONS, SYSTEM, rows


def test_ask_once() -> None:
    """The first article is asked about."""
    prompt = rows()[0]["prompt"]
    reply = ollama.Client().generate(
        MODELS[0], prompt, system=SYSTEM, format="json", options=OPTIONS
    )

    assert reply.response
