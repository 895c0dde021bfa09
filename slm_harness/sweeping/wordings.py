"""The candidates of a sweep: prompt files, read and compared before anybody is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slm_harness.errors import PromptError, SettingsError
from slm_harness.records import Layout, Recipe
from slm_harness.task import Task, load_prompt


@dataclass(frozen=True)
class Wording:
    """One wording of the questions."""

    name: str
    """Its file, as it was given."""
    recipe: Recipe


@dataclass(frozen=True)
class Wordings:
    """The committed wording, and those that want its place."""

    committed: Wording
    candidates: tuple[Wording, ...]
    notes: tuple[str, ...]
    """Which files are not candidates, and why, a line each."""


def load_wordings(
    task: Task, files: Sequence[Path], committed: Path, layout: Layout | None, *, constrained: bool
) -> Wordings:
    """Read all prompts; two with the same words are one.

    Raises:
        PromptError: files cannot be read, or are no prompts of the task: all of them are named at once.
        SettingsError: no candidate is left.
    """
    faults: list[str] = []
    read: list[Wording] = []
    for file in (committed, *files):
        try:
            prompt = load_prompt(task, file)
        except PromptError as error:
            faults.append(error.message.removesuffix(" Nothing was asked."))
            continue
        read.append(Wording(str(file), task.recipe(prompt, layout, constrained=constrained)))
    if faults:
        raise PromptError("\n".join([*faults, "nothing was asked"]))
    candidates: dict[tuple[str, str], Wording] = {}
    notes = []
    first, *others = read
    words = {_words(first): first}
    for one in others:
        same = words.setdefault(_words(one), one)
        if same is one:
            candidates[_words(one)] = one
        elif same is first:
            notes.append(
                f"{one.name} has the words of the committed {first.name}, and is no candidate"
            )
        else:
            notes.append(f"{one.name} has the words of {same.name}, and is the same candidate")
    if not candidates:
        raise SettingsError("; ".join(notes))
    return Wordings(first, tuple(candidates.values()), tuple(notes))


def _words(one: Wording) -> tuple[str, str]:
    return one.recipe.wording, one.recipe.layout
