"""The program of the child process in which llama.cpp serves one model. Imports nothing of the house.

Its standard input carries one line of settings and then nothing: it ends when its parent does, however
the parent ends. Its standard output carries one line, the address; whatever llama.cpp prints goes to
standard error, which is a file.
"""

import contextlib
import fcntl
import json
import os
import select
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

LOOK_SECONDS = 1.0
"""How often it looks whether its parent is still there, should somebody else hold the pipe open."""
LOG_SECONDS = 2.0
"""Longest wait for the log to be written."""
LOG_ERRORS = 2
"""llama.cpp's verbosity: errors and warnings. Neither prompts nor the key are among them."""


def main() -> NoReturn:
    """Serve, until standard input ends. Never returns: the server's destructor can hang."""
    answer = os.dup(1)
    os.dup2(2, 1)
    try:
        _serve(answer)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
        if not isinstance(error, ImportError):
            _let_the_log_be_written()
        with contextlib.suppress(OSError):  # nobody reads any more
            _tell(answer, {"error": type(error).__name__, "message": str(error)})
        os._exit(1)  # here, where the error still holds the server


def _serve(answer: int) -> NoReturn:
    settings = json.loads(_line())
    _die_with_the_pipe()
    if os.getppid() == settings["parent"]:
        server = _server(settings)
        _tell(answer, {"address": server.listening_address})
        _wait(settings["parent"])
    os._exit(0)


def _tell(answer: int, told: Mapping[str, str]) -> None:
    os.write(answer, json.dumps(told).encode() + b"\n")


def _let_the_log_be_written() -> None:
    """Wait until standard error has something and stands still: llama.cpp writes it in a thread of its own."""
    size, ends = 0, time.monotonic() + LOG_SECONDS
    while time.monotonic() < ends:
        before, size = size, os.fstat(2).st_size
        if size and size == before:
            return
        time.sleep(0.1)


def _line() -> bytes:
    """The settings, read without a buffer that would swallow the end of the input."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(0, 4096)
        if not piece:
            os._exit(0)
        line += piece
    return bytes(line)


def _die_with_the_pipe() -> None:
    """Let the system end this process when the pipe is closed.

    Loading a model holds Python's lock for as long as it takes, and no thread of ours could look.
    """
    with contextlib.suppress(
        OSError
    ):  # a system that cannot: `_wait` sees it once the model is loaded
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)


def _server(settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the wheel has no types
    xllamacpp = import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = settings["path"]
    params.model_alias = {settings["alias"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [settings["key"]]
    params.n_ctx = settings["window"] * settings["slots"]
    params.n_parallel = settings["slots"]
    params.n_predict = settings["reply"]
    params.cache_ram_mib = 0
    # It would shrink the context to what fits, with no more than a line in the log.
    params.fit_params = False
    params.warmup = False
    params.ui = params.endpoint_slots = False
    params.verbosity = LOG_ERRORS
    if settings["threads"] is not None:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings["threads"]
    if settings["gpu_layers"] is not None:
        params.n_gpu_layers = settings["gpu_layers"]
    return xllamacpp.Server(params)


def _wait(parent: int) -> None:
    while os.getppid() == parent:
        ready, _, _ = select.select([0], [], [], LOOK_SECONDS)
        if ready and not os.read(0, 4096):
            return


if __name__ == "__main__":
    main()
