"""The line of progress on the terminal of a run of pytest."""

import os
from pathlib import Path

import pytest

from slm_harness.printable import printable

TERMINAL = Path("/dev/tty")
_UP_AND_CLEAR = "\x1b[1A\r\x1b[2K"


class TerminalLine:
    """Shows lines on a terminal, each in the place of the one before; nothing in a pipe.

    They go to the terminal itself: while a test waits, pytest captures what this process prints.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reports = -1
        """How many reports pytest had told when the last line was written."""

    def show(self, line: str) -> None:
        """Write one line."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or not reporter.isatty:
            return
        # Where pytest has written since, the line before is no longer the last on the screen.
        reports = sum(map(len, reporter.stats.values()))
        above = _UP_AND_CLEAR if reports == self._reports else "\n"
        self._reports = reports
        try:
            with TERMINAL.open("w", encoding="utf-8") as terminal:
                # One that is wrapped is two, and only the second would be replaced. Some tell no width.
                room = (os.get_terminal_size(terminal.fileno()).columns or 200) - 3
                terminal.write(f"{above}[{printable(line)[:room]}]\n")
        except OSError:
            # Nobody's terminal: there is nobody to tell.
            return
