"""How strict the gate is: a file that is committed beside the prompt, and flags that take its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from slm_harness import strict_yaml
from slm_harness.errors import PolicyError
from slm_harness.printable import nearest

ALL = "all"
"""In floors: all questions together."""
UNUSABLE = "unusable"
"""In ceilings: the share of answers that are none."""
CONTRADICTIONS = "contradictions"
"""In ceilings: the share of articles whose reply contradicts itself."""


class GateMode(StrEnum):
    """What makes a gate red."""

    STRICT = "strict"
    """One answer that fell."""
    SIGNIFICANT = "significant"
    """A fall of a question, or of all together, that chance does not explain and that is large enough."""


@dataclass(frozen=True)
class Policy:
    """How strict the gate of one model is. Shares are fractions of 1."""

    mode: GateMode = GateMode.STRICT
    level: float = 0.05
    """Most runs of a hundred in which ``significant`` may be red though nothing is worse, as a fraction."""
    drop: float = 0.0
    """Smallest fall that matters to ``significant``."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """Question id, or ``all``, to the least pass rate."""
    ceilings: Mapping[str, float] = field(default_factory=dict)
    """``unusable`` or ``contradictions`` to the largest share."""


@dataclass(frozen=True)
class Overrides:
    """What the command line says about how strict gates are; None for nothing."""

    mode: GateMode | None = None
    level: float | None = None
    drop: float | None = None

    def of(self, policy: Policy) -> Policy:
        """A policy with this in its place."""
        return replace(
            policy,
            mode=policy.mode if self.mode is None else self.mode,
            level=policy.level if self.level is None else self.level,
            drop=policy.drop if self.drop is None else self.drop,
        )


@dataclass(frozen=True)
class Policies:
    """The policy of every model: what holds for all, and what an entry of a model's own sets instead."""

    general: Policy = field(default_factory=Policy)
    models: Mapping[str, Policy] = field(default_factory=dict)

    def of(self, model: str) -> Policy:
        """The policy of a model."""
        return self.models.get(model, self.general)

    def over(self, overrides: Overrides) -> "Policies":
        """The same with what the command line says in place of what the file does."""
        models = {model: overrides.of(policy) for model, policy in self.models.items()}
        return Policies(overrides.of(self.general), MappingProxyType(models))


_Share = Annotated[float, Field(ge=0, le=1, strict=False, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    mode: Literal["strict", "significant"] | None = None
    level: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
    drop: Annotated[float, Field(ge=0, le=100, strict=False, allow_inf_nan=False)] | None = None
    floors: dict[str, _Share] = {}
    ceilings: dict[str, _Share] = {}

    def over(self, general: Policy) -> Policy:
        """What this sets, and for the rest what ``general`` does."""
        return Policy(
            mode=general.mode if self.mode is None else GateMode(self.mode),
            level=general.level if self.level is None else self.level,
            drop=general.drop if self.drop is None else self.drop / 100,
            floors=MappingProxyType({**general.floors, **self.floors}),
            ceilings=MappingProxyType({**general.ceilings, **self.ceilings}),
        )


class _File(_Entry):
    models: dict[str, _Entry] = {}


def load_policies(path: Path, questions: Sequence[str], models: Sequence[str]) -> Policies:
    """Read how strict the gates are; where there is no file, as strict as can be.

    Args:
        path: The file.
        questions: The ids of the task's questions.
        models: The names of the models.

    Raises:
        PolicyError: the file cannot be read, or names a question or model that there is not.
    """
    try:
        raw = strict_yaml.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Policies()
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: the gate's settings cannot be read: {error}") from error
    except ValueError as error:
        raise PolicyError(f"{path}: not YAML: {error}") from error
    try:
        wire = _File.model_validate({} if raw is None else raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PolicyError(
            f"{path}: {where}: {first['msg']}; it may have mode, level, drop (points), floors and "
            "ceilings (fractions), and the same for one model under models"
        ) from error
    for entry in (wire, *wire.models.values()):
        for name in entry.floors:
            _refuse_unknown(path, "floors", "question", name, (*questions, ALL))
        for name in entry.ceilings:
            _refuse_unknown(path, "ceilings", "rate", name, (UNUSABLE, CONTRADICTIONS))
    for name in wire.models:
        _refuse_unknown(path, "models", "model", name, models)
    general = wire.over(Policy())
    return Policies(
        general,
        MappingProxyType({name: entry.over(general) for name, entry in wire.models.items()}),
    )


def _refuse_unknown(path: Path, where: str, what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise PolicyError(f"{path}: {where}: no {what} is called {name!r}{nearest(name, known)}")
