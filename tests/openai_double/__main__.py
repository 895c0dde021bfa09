"""The double as a program: says where it listens, serves, and ends with its parent."""

import json
import os
import signal
import sys
import threading

from tests.openai_double import settings
from tests.openai_double.server import Server, Service


def _end_with_stdin() -> None:
    """Wait for the end of stdin: whoever started us is gone then, and so are we."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main() -> None:
    """Serve until told to end."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = Server(Service(settings.read()))
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    where = {"address": f"http://127.0.0.1:{server.server_port}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        os._exit(0)


main()
