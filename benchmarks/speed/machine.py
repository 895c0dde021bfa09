"""Where figures were measured, in the words that matter for them; nothing that tells whose machine it is."""

import os
import platform
import subprocess
from pathlib import Path


def described() -> str:
    """Processor, cores, Python, operating system."""
    system = platform.system()
    name = "macOS" if system == "Darwin" else system
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {python}, {name} {_release(system)}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if platform.system() == "Darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a constant
        if found.stdout.strip():
            return found.stdout.strip()
    return platform.machine()


def _release(system: str) -> str:
    """Version of the system, without what a builder of kernels may have added to it."""
    found = platform.mac_ver()[0] if system == "Darwin" else platform.release()
    return found.partition("-")[0]
