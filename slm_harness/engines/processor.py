"""The processor of this machine: another one can make a model say something else."""

import ipaddress
import platform
from functools import cache
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@cache
def processor() -> str:
    """Its name, as far as the system tells; at least its kind, such as ``arm64``."""
    try:
        told = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        told = ""
    names = (line.partition(":")[2] for line in told.splitlines() if line.startswith("model name"))
    return " ".join(next(names, "").split()) or platform.machine()


def is_here(host: str) -> bool:
    """Whether a host is this very machine, by its name or number alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
