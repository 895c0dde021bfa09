"""What a label quotes, against the page: evidence has to be in the cleaned text, furniture has not."""

from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

from slm_harness.labels.checks import texts_of
from slm_harness.labels.nodes import Document, Fault
from slm_harness.pages import has_words, tidy
from slm_harness.printable import shortened


def flat(text: str) -> str:
    """``text`` on one line, as texts and quotations are compared."""
    return " ".join(tidy(text).split())


def lost_evidence(document: Document, text: str, source: str) -> Iterator[Fault]:
    """Evidence that is not in ``text``, the cleaned text on one line."""
    return _evidence_not_in(text, document, lambda phrase: _lost(phrase, text, source))


def evidence_not_in_edited(document: Document) -> Iterator[Fault]:
    """Evidence that the editor's own cut of the article lacks."""
    edited = _label(document).get("text")
    if not isinstance(edited, str):
        return iter(())
    return _evidence_not_in(
        flat(edited),
        document,
        lambda phrase: (
            f"{shortened(phrase, 60)!r} is not in the editor's text; mend one of the two"
        ),
    )


def _evidence_not_in(text: str, document: Document, told: Callable[[str], str]) -> Iterator[Fault]:
    evidence = _label(document).get("evidence")
    for question, value in (evidence if isinstance(evidence, dict) else {}).items():
        for phrase in map(flat, texts_of(value)):
            if phrase not in text:
                path = ("evidence", question)
                yield Fault(document.line(path), path, told(phrase))


def faulty_furniture(document: Document, text: str, source: str) -> Iterator[Fault]:
    """Furniture that cleaning left in ``text``, or that is nowhere on the page."""
    furniture = _label(document).get("furniture")
    # Most words stand in the source as they are seen, also those in attributes; parsing is slow.
    written = flat(unescape(source)) if furniture else ""
    for index, value in enumerate(furniture if isinstance(furniture, list) else []):
        if not isinstance(value, str) or not value.strip():
            continue
        path, shown = ("furniture", index), repr(shortened(value, 60))
        if flat(value) in text:
            yield Fault(document.line(path), path, f"{shown} is still in the cleaned text")
        elif flat(value) not in written and not has_words(source, value):
            what = f"{shown} is not on the page; copy it from there, or take it out"
            yield Fault(document.line(path), path, what)


def _label(document: Document) -> Mapping[str, Any]:
    return document.value if isinstance(document.value, dict) else {}


_LOOKALIKES = str.maketrans('‘’‚‛“”„‟«»‐‑‒–—−´`"', "''''''''''------'''")


def _folded(text: str) -> str:
    """``text`` without what a copyist changes, character for character."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_LOOKALIKES))


def _lost(phrase: str, text: str, source: str) -> str:
    shown = repr(shortened(phrase, 60))
    start = _folded(text).find(_folded(phrase))
    if start >= 0:
        there = shortened(text[start : start + len(phrase)], 160)
        return f"{shown} is not word for word in the cleaned text, which has: {there}"
    if has_words(source, phrase):
        return f"{shown} is on the page, but cleaning drops it; quote what is left"
    return f"{shown} is not on the page; copy it from the text (slm-harness show)"
