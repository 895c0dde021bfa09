"""What differs between two texts, word by word, in the way of ``git diff --word-diff``."""

import difflib

CONTEXT = 4
"""Words that are shown on either side of a difference; of longer stretches only the ends."""


def word_diff(before: str, now: str) -> str:
    """The second text with what was taken out and put in: ``How many [-records-]{+people+} were breached?``."""
    old, new = before.split(), now.split()
    pieces: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    blocks = matcher.get_opcodes()
    for place, (kind, i, j, k, m) in enumerate(blocks):
        if kind == "equal":
            pieces += _context(old[i:j], first=place == 0, last=place == len(blocks) - 1)
            continue
        gone = f"[-{' '.join(old[i:j])}-]" if j > i else ""
        come = f"{{+{' '.join(new[k:m])}+}}" if m > k else ""
        pieces.append(gone + come)
    return " ".join(pieces)


def _context(words: list[str], *, first: bool, last: bool) -> list[str]:
    """An equal stretch, without its middle where that is long."""
    before, after = 0 if first else CONTEXT, 0 if last else CONTEXT
    if len(words) <= before + after + 1:
        return words
    return [*words[:before], "...", *(words[-after:] if after else [])]
