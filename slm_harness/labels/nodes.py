"""YAML to plain values with the line of each, by way of ``yaml.compose`` nodes.

``yaml.safe_load`` keeps the last of two equal keys in silence and raises a bare ValueError for
31 February; here both are faults with a line. Nothing in a file can run, and a file cannot grow by
its aliases.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from slm_harness.printable import printable, shortened

Path = tuple[str | int, ...]
"""Keys and indices from the top of a file down to a value."""

MAX_BYTES = 400_000
"""Largest label file; one with the editor's text of a long article has 30,000."""
MAX_VALUES = 20_000
"""Most values in a file once its aliases are resolved."""
MAX_NESTING = 40

# libyaml reads ten times as fast; its loader has the same resolver and constructor.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG = "tag:yaml.org,2002:"
_SCALARS = frozenset(_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp"))
_PLAIN_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where: line 0 is the file as a whole."""

    line: int
    path: Path
    what: str


@dataclass
class Document:
    """The values of a file, the line on which each begins, and what was wrong in reading it."""

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing above it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def spoilt(self, path: Path) -> bool:
        """Whether something at or under ``path`` could not be read, so that its value means nothing."""
        return any(fault.path[: len(path)] == path for fault in self.faults)


def read_yaml(content: bytes) -> Document:
    """Read one YAML document; what cannot be read is a fault of the result, never an exception."""
    document = Document()
    if len(content) > MAX_BYTES:
        what = f"the file has more than {MAX_BYTES:,} bytes; no label needs that"
        document.faults.append(Fault(0, (), what))
        return document
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        document.faults.append(Fault(line, (), "not UTF-8: save the file as UTF-8"))
        return document
    try:
        _Reading(document, text).read()
    except (yaml.YAMLError, _TooMuchError) as error:
        document.faults.append(_as_fault(error, text))
    return document


def _as_fault(error: "yaml.YAMLError | _TooMuchError", text: str) -> Fault:
    if isinstance(error, _TooMuchError):
        what = "nested too deep, or grown beyond reason by aliases; write the values out"
        return Fault(error.line, (), what)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = ": ".join(filter(None, (error.context, error.problem)))
        return Fault(
            mark.line + 1 if mark else 0, (), f"not YAML: {shortened(said, 160)}{_hint(said)}"
        )
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Fault(line, (), "not YAML: a control character; take it out")
    return Fault(0, (), f"not YAML: {shortened(str(error), 160)}")


def _hint(said: str) -> str:
    if "mapping values are not allowed" in said:
        return ' (a text with ": " in it goes in quotes)'
    if "cannot start any token" in said:
        return " (indent by spaces, and quote a text that begins with a special character)"
    return ""


class _TooMuchError(Exception):
    """The file holds more values, or nests them deeper, than any label does."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__()


def _bound(text: str) -> None:
    """Refuse what would overflow the stack: libyaml composes nodes by recursion, without a limit."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_NESTING or count > 2 * MAX_VALUES:
            raise _TooMuchError(event.start_mark.line + 1 if event.start_mark else 0)


class _Reading:
    """One pass over the nodes of one file."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.loader = _Loader(text)
        self.values = 0

    def read(self) -> None:
        try:
            _bound(self.text)
            node = self.loader.get_single_node()
            if node is not None:
                self.document.value = self.value(node, ())
        finally:
            self.loader.dispose()

    def value(self, node: yaml.Node, path: Path) -> object:
        self.values += 1
        if self.values > MAX_VALUES or len(path) > MAX_NESTING:
            raise _TooMuchError(node.start_mark.line + 1)
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return dict(self.entries(node, path))
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            return self.scalar(node, path)
        shown = shortened(node.tag.replace(_TAG, "!!"), 80)
        self.fault(node, path, f"the tag {shown} is refused; labels hold plain values only")
        return None

    def entries(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _TAG + "merge":
                self.fault(key_node, path, "a key has to be a plain word")
                continue
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in first:
                what = f"this key is there twice (first on line {first[key]}); keep one"
                self.fault(key_node, (*path, key), what)
                continue
            first[key] = line
            self.document.lines[*path, key] = line
            yield key, self.value(value_node, (*path, key))

    def scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        if node.tag == _TAG + "str":
            return str(node.value)
        if node.tag == _TAG + "int" and not _PLAIN_INT.fullmatch(node.value):
            # YAML 1.1 reads 010 as eight and 1:30 as ninety.
            shown = shortened(node.value, 40)
            self.fault(node, path, f"{shown} is not written as a plain number; or quote it as text")
            return None
        try:
            return self.loader.construct_object(node)
        except (ValueError, LookupError, AttributeError, TypeError, OverflowError, yaml.YAMLError):
            what = (
                "is no day of the calendar" if node.tag.endswith("timestamp") else "cannot be read"
            )
            self.fault(node, path, f"{shortened(node.value, 40)} {what}")
            return None

    def fault(self, node: yaml.Node, path: Path, what: str) -> None:
        self.document.faults.append(Fault(node.start_mark.line + 1, path, printable(what)))


def where(path: Path) -> str:
    """A path as one reads it: ``answers.records_breached.also[0].unit``."""
    text = ""
    for part in path:
        text += (
            f"[{part}]"
            if isinstance(part, int)
            else f".{printable(part)}"
            if text
            else printable(part)
        )
    return shortened(text, 120) if text else ""


@dataclass(frozen=True, order=True)
class Finding:
    """A fault with the file it is in, in words that are safe to print."""

    file: str
    line: int
    """From 1; 0 is the file as a whole."""
    path: str
    """``answers.records_breached.also[0].unit``; empty for the file as a whole."""
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.what}" if self.path else f"{place}: {self.what}"


def findings(faults: Mapping[str, Iterable[Fault]]) -> tuple[Finding, ...]:
    """The faults of many files, file by file and line by line, each once."""
    found = {
        Finding(printable(name), fault.line, where(fault.path), fault.what)
        for name, some in faults.items()
        for fault in some
    }
    return tuple(sorted(found))
