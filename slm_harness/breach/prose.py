"""The prompt taken apart: title, publication date, and sentences of bounded length."""

import re
from dataclasses import dataclass
from datetime import date

MAX_SENTENCE = 600
"""Longest piece of text that a rule sees, in characters: it bounds what any pattern can cost."""
MAX_SENTENCES = 1500
"""Most sentences read; an article is much shorter."""

_END = re.compile(r"([.!?…][\"'”’)\]]{0,3}) (?=[\"'“‘(\[]{0,3}[A-Z0-9£$€₹])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sgt|Capt|Gen|Rev|Sen|Gov|No|Nos|vs|Rs|Ltd|Pvt|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Za-z])\.$"
)
_PUBLISHED = re.compile(r"Published: ((?:19[7-9]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2})$")


@dataclass(frozen=True)
class Page:
    """One article as the rules see it."""

    title: str
    published: date | None
    sentences: tuple[str, ...]
    """The body, without the title."""

    @property
    def all(self) -> tuple[str, ...]:
        """The title, if any, then the body."""
        return (self.title, *self.sentences) if self.title else self.sentences


def parse(prompt: str) -> Page:
    """Take the heading off the prompt, as ``Article.prompt`` puts it there, and cut up the rest."""
    lines = prompt.split("\n")
    title, published = "", None
    if lines[0].startswith("Title: "):
        title = " ".join(lines.pop(0)[len("Title: ") :].split())[:MAX_SENTENCE]
    if lines and (match := _PUBLISHED.match(lines[0])):
        lines.pop(0)
        published = _date(match[1])
    sentences: list[str] = []
    for line in lines:
        sentences += _sentences(" ".join(line.split()))
        if len(sentences) > MAX_SENTENCES:
            break
    return Page(title, published, tuple(sentences[:MAX_SENTENCES]))


def _date(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def _sentences(paragraph: str) -> list[str]:
    found, start = [], 0
    for match in _END.finditer(paragraph):
        if not _ABBREVIATION.search(paragraph[max(start, match.start() - 6) : match.end(1)]):
            found.append(paragraph[start : match.end(1)])
            start = match.end()
    found.append(paragraph[start:])
    return [
        sentence[at : at + MAX_SENTENCE]
        for sentence in found
        for at in range(0, len(sentence), MAX_SENTENCE)
    ]
