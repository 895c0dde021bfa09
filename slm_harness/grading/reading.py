"""Reading an answer before judging it: any JSON value becomes one clean text, and items if it lists.

Nothing is decided here. What a model wraps around its answer (JSON, code fences, markdown, a preface,
follow-up chatter) is taken off; the words of the answer stay as they are.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAX_READ = 4000
"""Most characters of an answer that are read; what follows is left out, so that time is bounded."""
MAX_ENTRIES = 200
"""Most entries of a list or mapping that are read."""
MAX_DEPTH = 6
"""Deepest nesting that is read."""


@dataclass(frozen=True)
class Answer:
    """An answer as the graders see it."""

    text: str
    """The whole answer as one text; the entries of a list are separated by newlines."""
    items: tuple[str, ...] | None = None
    """The entries, where the answer is a list."""
    cut: bool = False
    """Whether more was said than is read."""

    @property
    def empty(self) -> bool:
        """Whether nothing at all was said."""
        return not self.text


def read(answer: object, question_id: str = "") -> Answer:
    """Read any JSON value; never raises for one."""
    return _read(answer, question_id, MAX_DEPTH)


def one_line(text: str, limit: int) -> str:
    """``text`` on one line without control characters, at most ``limit`` characters long."""
    clean = text[: limit * 4]
    if not clean.isprintable():
        clean = "".join(" " if _is_control(char) else char for char in clean)
    line = " ".join(clean.split())
    return line if len(line) <= limit else line[: max(limit - 3, 0)].rstrip() + "..."


def _read(value: object, question_id: str, depth: int) -> Answer:
    if depth == 0 or value is None:
        return Answer("")
    if isinstance(value, bool):
        return Answer("Yes" if value else "No")
    if isinstance(value, int | float):
        return Answer(_number(value))
    if isinstance(value, str):
        return _read_text(value, question_id, depth)
    if isinstance(value, Mapping):
        return _read_mapping(value, question_id, depth)
    if isinstance(value, Iterable):
        return _read_list(value, question_id, depth)
    return Answer(clean(str(value)[:MAX_READ]))


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value) if value.bit_length() < 1000 else "a number of more than 300 digits"
    if not math.isfinite(value):
        return "not a number"
    return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)


def _read_list(value: Iterable[object], question_id: str, depth: int) -> Answer:
    items: list[str] = []
    cut = False
    for position, entry in enumerate(value):
        if position == MAX_ENTRIES:
            cut = True
            break
        inner = _read(entry, question_id, depth - 1)
        cut = cut or inner.cut
        items.extend(inner.items if inner.items is not None else [inner.text])
    kept = tuple(item for item in items[:MAX_ENTRIES] if item)
    text = "\n".join(kept)
    return Answer(text[:MAX_READ], kept, cut or len(text) > MAX_READ)


_ANSWER_KEYS = (
    "answer",
    "value",
    "result",
    "response",
    "output",
    "name",
    "text",
    "antwort",
    "final_answer",
)
_PAIRS = (
    ("earliest", "latest"), ("start", "end"), ("from", "to"), ("low", "high"), ("min", "max"),
    ("start_date", "end_date"), ("begin", "end"), ("from_date", "to_date"),
)  # fmt: skip


def _read_mapping(value: Mapping[object, object], question_id: str, depth: int) -> Answer:
    keys = {str(key)[:60].casefold(): key for key in list(value)[:MAX_ENTRIES]}
    for wanted in (question_id, *_ANSWER_KEYS):
        if wanted in keys:
            return _read(value[keys[wanted]], question_id, depth - 1)
    for first, last in _PAIRS:
        if first in keys and last in keys:
            ends = [_read(value[keys[key]], question_id, depth - 1) for key in (first, last)]
            return Answer(
                f"{ends[0].text} to {ends[1].text}"[:MAX_READ], cut=any(e.cut for e in ends)
            )
    if len(keys) == 1:
        return _read(value[next(iter(keys.values()))], question_id, depth - 1)
    parts = []
    for shown, key in keys.items():
        inner = _read(value[key], question_id, depth - 1)
        if inner.text:
            parts.append(f"{clean(shown)}: {inner.text}")
    text = "; ".join(parts)
    return Answer(text[:MAX_READ], cut=len(text) > MAX_READ)


def _read_text(value: str, question_id: str, depth: int) -> Answer:
    cut = len(value) > MAX_READ and len(value.strip()) > MAX_READ
    text = value.strip()[:MAX_READ]
    unwrapped = _json_inside(_without_fences(text)) if depth > 1 else None
    if unwrapped is not None:
        inner = _read(unwrapped[0], question_id, depth - 1)
        return Answer(inner.text, inner.items, inner.cut or cut)
    plain = without_preface(clean(_without_chatter(text)), question_id)
    listed = _BRACKETED.fullmatch(plain)
    if listed and ", " in plain:
        return Answer(plain, tuple(item.strip(" '\"") for item in listed[1].split(", ")), cut)
    return Answer(plain, None, cut)


_BRACKETED = re.compile(r"\[([^\[\]{}]+)\]")


_FENCE = re.compile(r"```[a-zA-Z]{0,12}[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_JSON_START = re.compile(r'[{\[]\s*["{\[\]}\d]|[{\[]\s*(?:true|false|null)')


def _without_fences(text: str) -> str:
    fenced = _FENCE.search(text)
    return fenced[1].strip() if fenced and fenced[1].strip() else text


def _json_inside(text: str) -> tuple[object] | None:
    """The JSON value that ``text`` is, or that it wraps in words; in a tuple since it may be None."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        parsed = _parsed(text)
        if parsed is not None:
            return parsed
    start = _JSON_START.search(text)
    if start is None:
        return None
    opening = text[start.start()]
    end = text.rfind("}" if opening == "{" else "]")
    if end <= start.start():
        return None
    # A bracket far inside a sentence is a footnote or an aside, not the answer.
    if opening == "[" and start.start() > 0 and '"' not in text[start.start() : end]:
        return None
    return _parsed(text[start.start() : end + 1])


def _parsed(text: str) -> tuple[object] | None:
    try:
        return (json.loads(text, strict=False),)
    except (ValueError, RecursionError):
        return None


_THINKING = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL | re.IGNORECASE)
_CHATTER = re.compile(
    r"<\||</s>|<s>|\[/?INST\]|<end_of_turn>|<start_of_turn>|<eos>|\n\s*#{2,}\s*(?:instruction|input|response|question)"
    r"|\n\s*(?:question|user|human|assistant|instruction|follow-?up|next question|q\d*)\s*\d*\s*[:.]\s",
    re.IGNORECASE,
)


def _without_chatter(text: str) -> str:
    """Cut off a thought before the answer, and the made-up turns of a conversation after it."""
    text = _THINKING.sub("", text, count=1)
    leak = _CHATTER.search(text, 1) if text else None
    if leak and text[: leak.start()].strip():
        return text[: leak.start()]
    return text


_TYPOGRAPHY = str.maketrans({
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‹": "'", "›": "'", "″": '"',
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "´": "'", "ʼ": "'", "′": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "⁃": "-", "﹣": "-",
    "—": " - ", "―": " - ", "…": "...", "•": "\n* ", "‣": "\n* ", "◦": "\n* ", "●": "\n* ", "▪": "\n* ",
    "½": ".5", "¼": ".25", "¾": ".75", "⁄": "/", "∕": "/", "～": "~", "、": ", ", "。": ". ",
})  # fmt: skip
_LOOSE_FRACTION = re.compile(r"(?<![\d])([½¼¾])")
_LINK = re.compile(r"!?\[([^\[\]\n]{1,200})\]\((?:[^()\s]{0,300})\)")
_STRUCK = re.compile(r"~~[^~\n]{0,300}~~")
_MARKS = re.compile(
    r"\*\*|__|`+|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)"
)
_LINE_MARKS = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|\|[ \t]*)")
_TAGS = re.compile(r"</?(?:p|b|i|br|em|strong|li|ul|ol|div|span|answer|code)\s*/?>", re.IGNORECASE)
_BULLET = re.compile(r"(?m)^[ \t]*(?:[*+-]|\(?\d{1,2}[.)])[ \t]+(?=\S)")


def clean(text: str) -> str:
    """Plain characters: width, quotes and dashes unified; markdown and control characters gone."""
    text = _LOOSE_FRACTION.sub(lambda found: "0" + found[1], text)
    text = unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).translate(_TYPOGRAPHY)
    text = text[: MAX_READ * 2]
    if not text.replace("\n", "").isprintable():  # the check by which Python itself escapes
        text = "".join("" if unicodedata.category(c) in "CfCs" else c for c in text)
        text = "".join(c if c in "\n" or not _is_control(c) else " " for c in text)
    text = _TAGS.sub(" ", _STRUCK.sub(" ", _LINK.sub(r"\1", text)))
    text = _LINE_MARKS.sub("", _MARKS.sub("", _bullets_kept(text)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_READ]


def _bullets_kept(text: str) -> str:
    """Take the marks off bulleted lines; only where there are several, as "3. May" is a date."""
    return (
        _BULLET.sub("", text)
        if len(_BULLET.findall(text)) > 1 or text[:2] in ("* ", "- ")
        else text
    )


def _is_control(char: str) -> bool:
    return char != " " and unicodedata.category(char)[0] in "CZ"


_SOURCE = (
    r"(?:the |this |der |dem |den |l'|le |la |el |il |o |het |)"
    r"(?:(?:news |press |provided |given |above )?(?:article|text|report|story|passage|information|context|source)s?"
    r"|artikel|texte?|testo|artículo|articulo|articolo|artigo)"
)
_PREFACE = re.compile(
    r"\A\W*(?:"
    r"(?:the |my |final |short |correct )*(?:answer|response|result|reply)(?: to (?:the|this|your) question)?(?:\s+is)?\s*(?:[:=]|\bis\b|-\s|\n)\s*(?:that )?"
    r"|(?:a|ans|output|antwort|réponse|reponse|respuesta|risposta|resposta|antwoord)\s*[:=]\s*"
    r"|(?:based on|according to|as per|per|from|as stated in|as reported in|as mentioned in|in|laut|gemäß|selon|d'après|según|segun|secondo|segundo|volgens)\s+"
    + _SOURCE
    + r"(?: (?:provided|given|above|itself))?\s*[,:]?\s+"
    r"|(?:sure|certainly|of course|okay|ok)[,!.]\s+(?:here[^:\n]{0,60}:\s*)?"
    r"|here (?:is|are)[^:\n]{0,60}:\s*"
    r")",
    re.IGNORECASE,
)
_ECHO = re.compile(
    r"\A\W*(?:q(?:uestion)?\s*\d*\s*[:.]\s*)?(?:which|how|what|when|is|are|does|do|did|was|were|if)\b[^?\n]{3,200}\?\s*(?=\S)",
    re.IGNORECASE,
)


def without_preface(text: str, question_id: str = "") -> str:
    """Take off "Answer:", "Based on the article,", an echoed question or field name, outer quotes."""
    field = question_id.replace("_", "[_ ]?")
    named = re.compile(rf'\A\W*{field}"?\s*[:=]\s*', re.IGNORECASE) if field else None
    for _ in range(4):
        before = text
        text = _unquoted(text.strip())
        for pattern in (_ECHO, _PREFACE, named):
            found = pattern.match(text) if pattern else None
            if found and text[found.end() :].strip():
                text = text[found.end() :]
        if text == before:
            break
    return text.strip()


def _unquoted(text: str) -> str:
    for mark in ('"', "'"):
        if len(text) > 1 and text[0] == text[-1] == mark and mark not in text[1:-1]:
            return text[1:-1].strip()
    return text
