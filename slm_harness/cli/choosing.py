"""Options by which a command asks a model: which one, in which words, and where replies are kept."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from slm_harness.cli.printing import task
from slm_harness.errors import SettingsError
from slm_harness.printable import nearest, shortened
from slm_harness.records import Layout, Recipe

if TYPE_CHECKING:
    from slm_harness.records import ModelSpec


PROMPT = Path("evals/prompts/breach.yaml")


def models_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--models``."""
    parser.add_argument("--models", type=Path, default=Path("evals/models.yaml"), metavar="FILE",
                        help="the models there are (default: %(default)s)")  # fmt: skip


def prompt_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--prompt``."""
    parser.add_argument("--prompt", type=Path, default=PROMPT, metavar="FILE",
                        help="the wording of the questions (default: %(default)s)")  # fmt: skip


def prompts_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--prompt`` any number of times."""
    parser.add_argument("--prompt", type=Path, action="append", dest="prompts", metavar="FILE",
                        help=f"the wording of the questions; may be repeated (default: {PROMPT})")  # fmt: skip


def layout_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--layout``."""
    parser.add_argument("--layout", choices=[one.value for one in Layout], type=str,
                        help="where the questions stand (default: as the prompt file says, else questions-first)")  # fmt: skip


def store_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--store``."""
    parser.add_argument("--store", type=Path, default=Path(".slm-harness"), metavar="DIR",
                        help="where replies are kept (default: %(default)s)")  # fmt: skip


def chosen_recipe(prompt: Path, layout: str | None, *, constrained: bool = True) -> Recipe:
    """The questions in the words of a file, with or without the schema of their answers.

    Args:
        prompt: The file.
        layout: As ``--layout`` has it; None for where the file has the questions.
        constrained: Whether the schema goes with them.

    Raises:
        PromptError: the file cannot be read, or is no prompt of the task.
    """
    from slm_harness.task import load_prompt

    mine = task()
    return mine.recipe(load_prompt(mine, prompt), chosen_layout(layout), constrained=constrained)


def chosen_layout(layout: str | None) -> Layout | None:
    """What ``--layout`` says; None where it was not given."""
    return None if layout is None else Layout(layout)


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
