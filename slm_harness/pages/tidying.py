"""Characters of a page made plain: the same for texts, titles, and what labels quote."""

import re
import unicodedata


def tidy(text: str) -> str:
    """White space normalised line by line, what nobody can see taken out, accents composed.

    Evidence and furniture of a label go through the same function before they are looked for.
    """
    visible = _UNSEEN.sub("", unicodedata.normalize("NFC", _NEW_LINE.sub("\n", text)))
    lines = (" ".join(line.split()) for line in visible.split("\n"))
    return "\n".join(line for line in lines if line)


_NEW_LINE = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control characters, soft hyphens, zero-width spaces, every bidi mark, override and isolate, invisible
# operators, private use (icon fonts), surrogates, byte order marks and the tag block in which text can
# be hidden. The joiners U+200C and U+200D stay: Persian, Hindi and emoji are spelt with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
