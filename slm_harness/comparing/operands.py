"""What can be compared, by the words of a command line."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from slm_harness.errors import SettingsError
from slm_harness.printable import nearest, shortened

ACCEPTED = "accepted"


class Kind(StrEnum):
    """What an operand is."""

    ACCEPTED = "what was accepted"
    RESULTS = "a results file"
    PROMPT = "a prompt file"
    MODEL = "a model"
    REVISION = "a git revision"


_PREFIXES = {"model:": Kind.MODEL, "git:": Kind.REVISION}
"""By which an operand says what it is, where it could be two things."""
_SUFFIXES = {".json": Kind.RESULTS, ".yaml": Kind.PROMPT, ".yml": Kind.PROMPT}


@dataclass(frozen=True)
class Operand:
    """One of the two things that are compared."""

    kind: Kind
    name: str
    """Of the model, the revision or the file, as it was given."""


def operand(
    text: str,
    *,
    models: Collection[str],
    is_file: Callable[[str], bool],
    is_revision: Callable[[str], bool],
) -> Operand:
    """Find out what is meant.

    Args:
        text: As the command line has it.
        models: The names of the models there are.
        is_file: Whether there is a file of a name.
        is_revision: Whether git knows a revision of a name.

    Raises:
        SettingsError: it could be nothing, or two things.
    """
    if text == ACCEPTED:
        return Operand(Kind.ACCEPTED, text)
    for prefix, kind in _PREFIXES.items():
        if text.startswith(prefix):
            return _prefixed(kind, text, text.removeprefix(prefix), models, is_revision)
    suffix = next((end for end in _SUFFIXES if text.endswith(end)), "")
    found = [Operand(_SUFFIXES[suffix], text)] if suffix and is_file(text) else []
    if text in models:
        found.append(Operand(Kind.MODEL, text))
    if is_revision(text):
        found.append(Operand(Kind.REVISION, text))
    if len(found) == 1:
        return found[0]
    if not found:
        raise SettingsError(_nothing(text, suffix, models))
    kinds = " and ".join(one.kind for one in found)
    raise SettingsError(
        f"{_shown(text)} is {kinds}; say which by {' or '.join(_unequivocal(one) for one in found)}"
    )


def _prefixed(
    kind: Kind,
    text: str,
    name: str,
    models: Collection[str],
    is_revision: Callable[[str], bool],
) -> Operand:
    if name in models if kind is Kind.MODEL else is_revision(name):
        return Operand(kind, name)
    hint = nearest(name, models) if kind is Kind.MODEL else ""
    raise SettingsError(f"{_shown(text)}: there is no such {kind.partition(' ')[2]}{hint}")


def _unequivocal(one: Operand) -> str:
    for prefix, kind in _PREFIXES.items():
        if kind is one.kind:
            return prefix + _shown(one.name)
    return f"./{_shown(one.name)}"


def _nothing(text: str, suffix: str, models: Collection[str]) -> str:
    if suffix:
        return f"{_shown(text)}: there is no such file"
    return (
        f"{_shown(text)}{nearest(text, models)} is nothing that can be compared: write accepted, a git "
        "revision of this project, a results.json, a prompt (.yaml), or a model: "
        f"{', '.join(models)}"
    )


def _shown(text: str) -> str:
    return shortened(text, 80) or "''"
