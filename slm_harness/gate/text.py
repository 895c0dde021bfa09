"""A snapshot as a text that people read in a pull request: byte-identical as long as nothing changed.

Who was asked, the rate of each question with its interval, and one short line for each article, so that a
diff shows which answers flipped.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from slm_harness.errors import SnapshotError
from slm_harness.gate.snapshot import Line, Rate, Snapshot
from slm_harness.records import Verdict

FORMAT = 2
DIGITS = 4
"""Hex digits of the digest of one label."""
ALL = "all questions"
"""What the rate of all questions together is called."""
MARKS: Mapping[Verdict, str] = {
    Verdict.RIGHT: "+",
    Verdict.WRONG: "-",
    Verdict.UNUSABLE: "?",
    Verdict.CONTESTED: "~",
}
"""One sign for each verdict that a sample can have once it was measured."""
_VERDICTS = {mark: verdict for verdict, mark in MARKS.items()}
_TITLE = "slm-harness pass rates, format "
_RATES = "right    of   rate   95 % interval"
_LEGEND = (
    "article, digests of labels and text, answers in the order of the questions: "
    "+ right, - wrong, ? unusable, ~ contested"
)
_RESTORE = "restore it from version control, or accept anew with --snapshot-update"


def render(snapshot: Snapshot) -> str:
    """The text of a snapshot."""
    rates = [_rate(snapshot.rate(question), question) for question in snapshot.questions]
    rates.append(_rate(snapshot.rate(), ALL))
    blocks = (f"{_TITLE}{FORMAT}", _about(snapshot), "\n".join([_RATES, *rates]), _lines(snapshot))
    return "\n\n".join(blocks) + "\n"


def _about(snapshot: Snapshot) -> str:
    about = {
        "model": snapshot.model,
        **snapshot.provenance,
        "articles": str(len(snapshot.lines)),
        "samples": str(snapshot.depth),
    }
    width = max(map(len, about))
    return "\n".join(f"{name:{width}}  {value}" for name, value in about.items())


def _rate(rate: Rate, name: str) -> str:
    if rate.value is None or rate.interval is None:
        return f"{0:5} {0:5} {'-':>6} {'-':>15}  {name}"
    low, high = (f"{100 * end:.1f}" for end in (rate.interval.low, rate.interval.high))
    value = f"{100 * rate.value:.1f}"
    return f"{rate.passes:5} {rate.of:5} {value:>6} {f'{low} to {high}':>15}  {name}"


def _lines(snapshot: Snapshot) -> str:
    column = max([len(article) for article in snapshot.lines], default=0)
    lines = [_LEGEND]
    for article, line in snapshot.lines.items():
        marks = " ".join("".join(MARKS[one] for one in sample) for sample in line.samples)
        lines.append(f"{article:{column}}  {''.join(line.labels)}  {line.text}  {marks}")
    return "\n".join(lines)


_RATE_LINE = re.compile(r" *(\d+) +(\d+) +(?:[0-9.]+ +[0-9.]+ to [0-9.]+|- +-)  (.+)")
_LINE = re.compile(r"(\S+) +([0-9a-f]+)  ([0-9a-f]+)  ([-+?~]+(?: [-+?~]+)*)")


def parse(text: str, where: str) -> Snapshot:
    """Read the text of a snapshot back; ``where`` names the file in messages.

    Raises:
        SnapshotError: the text is not what ``render`` writes.
    """
    blocks = text.split("\n\n")
    if text.startswith(_TITLE) and not text.startswith(f"{_TITLE}{FORMAT}\n"):
        raise SnapshotError(
            f"{where}: a snapshot of another format than {FORMAT}, by another version of slm-harness; "
            "where the accepted replies are still those to the present prompt, write it anew without "
            "asking anybody: pytest --answers=replay --snapshot-update"
        )
    if not text.startswith(_TITLE) or len(blocks) != 4:
        raise SnapshotError(f"{where}: no snapshot of {_TITLE + str(FORMAT)!r}; {_RESTORE}")
    head = dict(line.split(None, 1) for line in blocks[1].splitlines() if len(line.split()) > 1)
    told = {
        m[3]: (int(m[1]), int(m[2])) for m in map(_RATE_LINE.fullmatch, blocks[2].split("\n")) if m
    }
    questions = tuple(name for name in told if name != ALL)
    lines = dict(_line(row, questions, where) for row in blocks[3].splitlines()[1:])
    if "model" not in head or head.get("articles") != str(len(lines)):
        raise SnapshotError(f"{where}: it has not the articles that it counts; {_RESTORE}")
    about = ("model", "articles", "samples")
    provenance = {name: value for name, value in head.items() if name not in about}
    found = Snapshot(head["model"], provenance, questions, lines)
    if not _check(found, told, blocks):
        raise SnapshotError(f"{where}: its head and rates are not those of its lines; {_RESTORE}")
    return found


def _line(row: str, questions: tuple[str, ...], where: str) -> tuple[str, Line]:
    match = _LINE.fullmatch(row)
    marks = match[4].split(" ") if match else []
    if match is None or {len(match[2]) // DIGITS, *map(len, marks)} != {len(questions)}:
        raise SnapshotError(f"{where}: not a line of outcomes: {row[:80]!r}; {_RESTORE}")
    article, labels, text, _ = match.groups()
    digests = tuple(labels[i : i + DIGITS] for i in range(0, len(labels), DIGITS))
    samples = tuple(tuple(_VERDICTS[mark] for mark in sample) for sample in marks)
    return article, Line(digests, text, samples)


def _check(found: Snapshot, told: Mapping[str, tuple[int, int]], blocks: Sequence[str]) -> bool:
    """Whether the text is what was written, and its rates, which a reviewer reads, are those of its lines.

    Intervals are passed over: whoever wrote them may have had another method.
    """
    return (blocks[1], blocks[3]) == (_about(found), _lines(found) + "\n") and all(
        told.get(question or ALL) == found.count(question) for question in (*found.questions, None)
    )


def load_snapshot(folder: Path, model: str) -> Snapshot | None:
    """The accepted snapshot of ``model``; None where there is none yet.

    Raises:
        SnapshotError: the file is there and cannot be read, or is another model's.
    """
    path = folder / f"{model}.txt"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{path}: the snapshot cannot be read: {error}") from error
    found = parse(text, str(path))
    if found.model != model:
        raise SnapshotError(f"{path}: this is the snapshot of {found.model}")
    return found
