"""The table: everything that is known to go wrong with an answer, and what is made of it.

A row is played by ``test_every_failure.py`` through engine, official client and ``asking.fill``, or names the
test that shows it, and is shown to users in docs/failures.md (``make docs``). To add one: a scenario in the
double of the engine, a row under the heading where a user would look.
"""

from tests.failures import llamacpp_rows, ollama_errors, ollama_replies, openai_rows
from tests.failures.row import Row, Section

SECTIONS: tuple[Section, ...] = (
    Section("Before the first article", (*ollama_errors.BEFORE, *openai_rows.BEFORE)),
    Section("Keys, accounts and rate limits", (*ollama_errors.ACCOUNT, *openai_rows.ACCOUNT)),
    Section("The server says that it cannot", (*ollama_errors.ERRORS, *openai_rows.ERRORS)),
    Section("Something stands in front of the server", (*ollama_errors.FRONT, *openai_rows.FRONT)),
    Section("The connection", (*ollama_replies.CONNECTION, *openai_rows.CONNECTION)),
    Section("200, and all is not well", (*ollama_replies.SILENT, *openai_rows.SILENT)),
    Section("What the model writes", (*ollama_replies.MODEL, *openai_rows.MODEL)),
    Section("llama.cpp, which the harness runs itself", llamacpp_rows.LLAMACPP),
)
ROWS: tuple[Row, ...] = tuple(row for section in SECTIONS for row in section.rows)
PLAYED: tuple[Row, ...] = tuple(row for row in ROWS if not row.shown_by)
