"""The machine: Python, memory, graphics processors. Whatever is asked of a program has a time limit."""

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from slm_harness.health.findings import Finding, Numbers, gigabytes, note, ok
from slm_harness.printable import shortened

_PROGRAM_SECONDS = 2.0


@dataclass(frozen=True)
class Gpu:
    """A graphics processor with its memory in bytes."""

    name: str
    total: int
    free: int


@dataclass(frozen=True)
class Machine:
    """What models can be loaded into. Bytes; None where this system does not tell."""

    memory: int | None = None
    free: int | None = None
    gpus: Sequence[Gpu] = ()

    @property
    def most(self) -> int | None:
        """All memory there is, that of graphics processors included."""
        return None if self.memory is None else self.memory + sum(gpu.total for gpu in self.gpus)


def this_machine() -> Machine:
    """Look at it."""
    if platform.system() == "Darwin":
        size = output_of("sysctl", "-n", "hw.memsize").strip()
        return Machine(int(size) if size.isdecimal() else None)
    total, free = memory_of(_text("/proc/meminfo"), _text("/sys/fs/cgroup/memory.max"))
    asked = ("--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
    return Machine(total, free, gpus_of(output_of("nvidia-smi", *asked)))


def memory_of(meminfo: str, limit: str = "") -> tuple[int | None, int | None]:
    """Memory and what is free of it, from the texts that Linux gives; ``limit`` is a container's."""
    kilobytes = {name: int(size) for name, size in re.findall(r"(\w+):\s+(\d+) kB", meminfo)}
    total, free = (
        kilobytes[name] * 1024 if name in kilobytes else None
        for name in ("MemTotal", "MemAvailable")
    )
    if limit.strip().isdecimal() and total is not None:
        total = min(total, int(limit))
        free = None if free is None else min(free, total)
    return total, free


def gpus_of(listing: str) -> tuple[Gpu, ...]:
    """The graphics processors in what ``nvidia-smi`` lists; lines that are none are passed over."""
    found = []
    for line in listing.splitlines():
        name, *sizes = (part.strip() for part in line.rsplit(",", 2))
        if len(sizes) == 2 and all(size.isdecimal() for size in sizes):
            total, free = (int(size) * 2**20 for size in sizes)
            found.append(Gpu(shortened(name, 60), total, free))
    return tuple(found)


def output_of(program: str, *arguments: str, seconds: float = _PROGRAM_SECONDS) -> str:
    """What a program prints; nothing where it is not there, fails, or takes longer than ``seconds``."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [path, *arguments],
            capture_output=True,
            check=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def findings(machine: Machine) -> Iterator[Finding]:
    """What there is."""
    yield ok("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield ok("slm-harness", version("slm-harness"))
    if machine.memory is None:
        yield note("memory", "this system does not tell how much there is")
    else:
        free = "" if machine.free is None else f", {gigabytes(machine.free)} of it free"
        sizes: Numbers = {"memory_bytes": machine.memory, "free_bytes": machine.free}
        yield ok("memory", f"{gigabytes(machine.memory)}{free}", sizes)
    for gpu in machine.gpus:
        told = f"{gpu.name}, {gigabytes(gpu.total)}, {gigabytes(gpu.free)} of it free"
        yield ok("GPU", told, {"memory_bytes": gpu.total, "free_bytes": gpu.free})
    if not machine.gpus:
        yield note("GPU", "no nvidia-smi tells of one; a loaded model's share on it is told below")
