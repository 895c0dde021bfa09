"""Why llama.cpp does not serve a model, or serves it no more: from exit code, log and exception to one line.

Its bindings raise the same words for everything; the reason stands in the log.
"""

import re
import signal
from collections.abc import Mapping
from pathlib import Path

from slm_harness.errors import ModelUnavailable, OutOfMemory
from slm_harness.printable import shortened

EXTRA = 'pip install "slm-harness[llamacpp]"'
_MEMORY = re.compile(
    r"failed to allocate|insufficient memory|out of memory|bad_alloc|cudaMalloc", re.IGNORECASE
)


def how_it_ended(code: int) -> str:
    """The exit code of a process, or the signal that ended it, in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {-code}, {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def log_errors(log: str) -> str:
    """The first two errors in llama.cpp's log, the cause and what came of it, as one short line."""
    found = re.findall(r"^[\d.]+ E (?:\S+ )?\s*\S+:\s+(.*)$", log, re.MULTILINE)
    # Not with a time in front: what the C library or Python say at the end.
    found = found or [line for line in log.splitlines() if line and not line[0].isdigit()][-2:]
    return shortened("; ".join(list(dict.fromkeys(line.strip() for line in found))[:2]), 300)


def why_not_started(
    path: Path, told: Mapping[str, object], code: int | None, log: str
) -> ModelUnavailable:
    """Why a model is not served, and what to do.

    Args:
        path: The model's file.
        told: What the child told of an exception, if anything.
        code: How it ended, as ``Popen.wait`` has it; None where it did not.
        log: The end of its log.
    """
    kind, said = str(told.get("error", "")), str(told.get("message", ""))
    where = f"llama.cpp does not serve {path}"
    if kind in ("ImportError", "ModuleNotFoundError"):
        return ModelUnavailable(f"{where}: {shortened(said, 200)}; {_what_to_install(said)}")
    if code == -signal.SIGILL:
        return ModelUnavailable(
            f"{where}: this processor lacks an instruction that the wheel of xllamacpp uses (on x86: AVX2); "
            "use another machine, or llama-server built for this one through engine: openai"
        )
    errors = log_errors(log)
    memory = (
        "free memory, use a smaller quantisation, or set a smaller n_ctx or concurrency "
        "(options: n_gpu_layers: 0 keeps it off the GPU)"
    )
    if code == -signal.SIGKILL or _MEMORY.search(f"{log} {said}"):
        ended = "" if code is None or code >= 0 else f"{how_it_ended(code)}: "
        return OutOfMemory(f"{where}: {ended}{errors or 'no memory to load it'}; {memory}")
    if code is None:
        return ModelUnavailable(
            f"{where}: it was not loaded in time, or the run was ended; is the disk slow?"
        )
    cause = errors or shortened(said, 200) or how_it_ended(code)
    return ModelUnavailable(f"{where}: {cause}; {_what_to_do(cause)}")


def _what_to_install(said: str) -> str:
    if "libgomp" in said:
        return "on Debian and Ubuntu, apt-get install libgomp1"
    return EXTRA


def _what_to_do(cause: str) -> str:
    for words, advice in (
        ("unknown model architecture", "update it: pip install --upgrade xllamacpp"),
        ("invalid magic", "it is no GGUF file: name one that is"),
        (
            "chat template",
            "take another file of this model: llama.cpp cannot use its chat template",
        ),
        ("not within the file bounds", "fetch it again"),
    ):
        if words in cause:
            return advice
    return "does it load with another version of xllamacpp?"
