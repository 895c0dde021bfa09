"""Options by which a command asks a model: which one, in which words, and where replies are kept."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from slm_harness.cli.printing import task
from slm_harness.errors import SettingsError
from slm_harness.printable import nearest, shortened

if TYPE_CHECKING:
    from slm_harness.records import ModelSpec, Recipe


def models_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--models``."""
    parser.add_argument("--models", type=Path, default=Path("evals/models.yaml"), metavar="FILE",
                        help="the models there are (default: %(default)s)")  # fmt: skip


def prompt_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--prompt``."""
    parser.add_argument("--prompt", type=Path, default=Path("evals/prompts/breach.yaml"), metavar="FILE",
                        help="the wording of the questions (default: %(default)s)")  # fmt: skip


def store_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--store``."""
    parser.add_argument("--store", type=Path, default=Path(".slm-harness"), metavar="DIR",
                        help="where replies are kept (default: %(default)s)")  # fmt: skip


def chosen_recipe(prompt: Path, *, constrained: bool = True) -> "Recipe":
    """The questions in the words of a file, with or without the schema of their answers.

    Raises:
        PromptError: the file cannot be read, or is no prompt of the task.
    """
    from slm_harness.records import Recipe
    from slm_harness.task import load_prompt

    mine = task()
    system = load_prompt(mine, prompt).system
    return Recipe(mine.name, system, mine.schema if constrained else {})


def chosen_model(name: str, models_file: Path, option: str = "") -> "ModelSpec":
    """The model of a name, or of ``NAME=ENGINE:BASE``.

    Args:
        name: As the user gave it.
        models_file: Where the models are; the baseline is there in any case.
        option: The option that it was given with, for messages.

    Raises:
        ModelsError: the file cannot be read, or the argument has another form.
        SettingsError: there is no such model.
    """
    from slm_harness.models import load_models, parse_model
    from slm_harness.records import ModelSpec

    if "=" in name:
        return parse_model(name)
    if name == "baseline":
        return ModelSpec(name, engine=name, base=name)
    models = load_models(models_file)
    if name not in models:
        raise SettingsError(
            f"{option}{shortened(name, 80)}: {models_file} has no such model"
            f"{nearest(name, models)}; it has {', '.join(models)}"
        )
    return models[name]
