"""Characters of a page made plain: the same for texts, titles, and what labels quote."""

import re
import unicodedata


def tidy(text: str) -> str:
    """White space normalised line by line, what nobody can see taken out, accents composed.

    What a chat template would take for its own marks is broken up by a space: servers turn such words
    of a prompt into control tokens, so that an article could speak as the system or end its own turn.
    Evidence and furniture of a label go through the same function before they are looked for.
    """
    broken = without_mark_runs(_NEW_LINE.sub("\n", text))
    visible = _UNSEEN.sub("", without_mark_runs(unicodedata.normalize("NFC", broken)))
    lines = (" ".join(line.split()) for line in visible.split("\n"))
    return _TEMPLATE_MARK.sub(r"\g<0> ", "\n".join(line for line in lines if line))


# <|im_start|>, <|eot_id|>, <｜User｜>, <start_of_turn>, </s>, <<SYS>>; [INST] and its kin of Mistral.
_TEMPLATE_MARK = re.compile(
    r"<(?=[|｜/<A-Za-z])|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS"
    r"|TOOL_CONTENT|ARGS|CALL_ID|THINK|IMG|PREFIX|MIDDLE|SUFFIX)\])"
)

_FOREIGN = re.compile(r"[^\x00-\x7f]{31,}")
_MOST_MARKS = 30  # as in Unicode's own Stream-Safe Text Format


def without_mark_runs(text: str) -> str:
    """``text`` without the marks beyond the thirtieth on one letter: composing takes their square."""
    return _FOREIGN.sub(_cut_marks, text)


def _cut_marks(match: re.Match[str]) -> str:
    kept = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


_NEW_LINE = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control characters, soft hyphens, zero-width spaces, every bidi mark, override and isolate, invisible
# operators, private use (icon fonts), surrogates, byte order marks and the tag block in which text can
# be hidden. The joiners U+200C and U+200D stay: Persian, Hindi and emoji are spelt with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
