"""What an Ollama server does, stated as tests: the double is held to them, and so is any real server.

They run against the double by default, and against a real server with a model that it has pulled by::

    OLLAMA="--ollama-url http://127.0.0.1:11434 --ollama-model llama3.2"
    python -m pytest -c tests/pytest.ini --rootdir=. tests/contract $OLLAMA

**Where the two differ the double is wrong**: correct it, then whatever of ours relied on it. What was read
in the server's source and never seen on a running one is called *inferred* in the test's docstring.

The models that they make are called ``slm-harness-contract-...``; all of them are removed again.
"""
