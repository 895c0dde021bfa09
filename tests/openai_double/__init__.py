"""A test double of an OpenAI-compatible server on loopback. No model runs in it.

We wrote it ourselves, after OpenAI's API reference and after what vLLM, llama.cpp, Azure and LiteLLM are
known to answer, so that the harness's own tests can meet such servers: their HTTP, their errors, and their
ways of being silently wrong. It has ``/v1/models`` and ``/v1/chat/completions``, and holds a reply to a schema
only where that is nested as the API wants it. Two rules follow:

* **No reply of it may be committed to** ``evals/answers/``: its answers come from a file that a test wrote
  or are the least that fits the schema. They are evidence of nothing.
* **Where it differs from a real server, the double is wrong**: correct it here, then the test.

It runs as a program of its own, from the root of the checkout, and ends when its stdin closes or on SIGTERM::

    python -m tests.openai_double --port 0 --models gpt-tiny

Tests start it with ``tests.doubles.openai_double``. The faults it can be told to make are a table in
``scenarios.py``; its replies come from rules as in ``tests.ollama_double.replies``. It can be told to become
another by ``PUT /double``, as the double of Ollama can.
"""
