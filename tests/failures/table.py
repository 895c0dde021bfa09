"""The table: everything that is known to go wrong with an answer, and what is made of it.

A row is played by ``test_every_failure.py`` through engine, official client and ``asking.fill``, and
shown to users in docs/failures.md (``make docs``). To add one: a scenario in the double, a row in a section.
"""

from tests.failures import ollama_errors, ollama_replies
from tests.failures.row import Row, Section

SECTIONS: tuple[Section, ...] = (
    ollama_errors.BEFORE,
    ollama_errors.ERRORS,
    ollama_errors.FRONT,
    ollama_replies.CONNECTION,
    ollama_replies.SILENT,
    ollama_replies.MODEL,
)
ROWS: tuple[Row, ...] = tuple(row for section in SECTIONS for row in section.rows)
