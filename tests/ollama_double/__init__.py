"""A test double of an Ollama server on loopback. It is not Ollama, and no model runs in it.

We wrote it ourselves, after the server's source at v0.33.0-rc2 and after what the official Python client
does, so that the harness's own tests can meet a server: its HTTP, its errors, and its known ways of being
silently wrong. Two rules follow:

* **No reply of it may be committed to** ``evals/answers/``: its answers come from a file that a test wrote
  or are the least that fits the schema. They are evidence of nothing.
* **Where it differs from a real server, the double is wrong**: ``tests/contract`` runs against either. Correct
  it here, then the test.

It runs as a program of its own, from the root of the checkout, and ends when its stdin closes or on SIGTERM::

    python -m tests.ollama_double --port 0 --models phi3

Tests start it with ``tests.doubles.ollama_double``. The faults it can be told to make are a table in
``scenarios.py``.

Starting a process is most of what a test with a double costs, so a running one can be told to become another:
``PUT /double`` with its flags as a JSON list of strings (``["--models", "phi3", "--scenario", "busy-503"]``)
is answered with 204, and from then on it is what that command line would have started, but for its port.
``GET /double`` is answered as soon as the log has every request so far. This is no part of Ollama, and is not
in the log. ``tests.doubles.StandingDouble`` and `Double.rest` use it.
"""
