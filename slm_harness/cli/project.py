"""The settings of a project as the commands see them that evaluate it without pytest."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from slm_harness.cli.printing import ARTICLES, task
from slm_harness.errors import SettingsError
from slm_harness.printable import nearest

if TYPE_CHECKING:
    from slm_harness.gate.policy import Overrides
    from slm_harness.records import Layout, ModelSpec
    from slm_harness.session import Settings


def gate_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take the flags that say how strict it is to be, as pytest does."""
    from slm_harness import flag_values

    parser.add_argument("--gate", choices=["strict", "significant"],
                        help="what is worse: strict, one answer that fell; significant, a fall that chance does not "
                        "explain (default: as evals/gate.yaml says, else strict)")  # fmt: skip
    parser.add_argument("--gate-level", type=flag_values.level, metavar="P",
                        help="how often significant may find a fall though there is none, from 0 to 1")  # fmt: skip
    parser.add_argument("--gate-drop", type=flag_values.points, metavar="POINTS",
                        help="the smallest fall that matters to significant")  # fmt: skip


def strictness(arguments: argparse.Namespace) -> "Overrides":
    """What those flags say."""
    from slm_harness.gate.policy import GateMode, Overrides

    drop = arguments.gate_drop
    return Overrides(
        mode=None if arguments.gate is None else GateMode(arguments.gate),
        level=arguments.gate_level,
        drop=None if drop is None else drop / 100,
    )


def project_settings(articles: Path, layout: "Layout | None" = None, **places: Path) -> "Settings":
    """The settings of a replay.

    Args:
        articles: Their folder. What was accepted of others than the project's own stands beside them.
        layout: Where the questions stand; None for where the prompt has them.
        places: What is elsewhere than usual, by its name in ``session.PLACES``.
    """
    from slm_harness.asking import Mode
    from slm_harness.session import PLACES, Settings, beside, candidate_of

    committed, _ = PLACES["prompt"]
    candidate = candidate_of(str(places.get("prompt", committed)), Path(), committed, Path())
    place = {name: Path(default) for name, (default, _) in PLACES.items()} | places
    own = articles == ARTICLES
    answers, rates = (place["answers"], place["snapshots"]) if own else beside(articles)
    return Settings(
        task=task(),
        prompt=place["prompt"],
        models=place["models"],
        articles=articles,
        answers=answers,
        snapshots=rates,
        store=place["store"],
        reports=place["reports"],
        mode=Mode.REPLAY,
        gate=place["gate"],
        layout=layout,
        candidate=candidate,
        flags="".join(
            [
                f" --layout={layout}" * bool(layout),
                "" if own else f" --articles={articles}",
                candidate.flag if candidate else "",
            ]
        ),
    )


def refuse_unknown(
    names: Sequence[str], specs: "Mapping[str, ModelSpec]", settings: "Settings"
) -> None:
    """Refuse names of no model.

    Raises:
        SettingsError: with the first of them.
    """
    for name in names:
        if name not in specs:
            raise SettingsError(
                f"{settings.models}: no model is called {name}{nearest(name, specs)}"
            )


def not_accepted(model: str, settings: "Settings") -> SettingsError:
    """A model that was named has no accepted replies."""
    command = settings.accepting(model)
    what = f"accept some with {command}" if command else f"ask it with {settings.asking(model)}"
    return SettingsError(f"{model} has no accepted replies in {settings.answers}; {what}")


def nothing_accepted(settings: "Settings") -> SettingsError:
    """No model has accepted replies."""
    return SettingsError(f"{settings.answers}: no model has accepted replies yet")
