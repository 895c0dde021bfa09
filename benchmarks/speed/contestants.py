"""Who is measured: the harness, the floors under it, and its peers; how each is started, and what it can do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
_FLOORS, _PEERS = FOLDER / "floors", FOLDER / "peers"

QUESTIONS_PER_ARTICLE = 9

EVERYTHING = frozenset(
    {
        "paced", "reworded", "instant", "again", "changed", "recreated", "deleted", "single", "single again",
        "single reworded", "mixed", "many", "many again",
    }
)  # fmt: skip
_USUAL = frozenset({"paced", "instant", "again", "single", "mixed"})


@dataclass(frozen=True)
class Contestant:
    """One who is measured."""

    name: str
    """As the table has it."""
    command: Sequence[str]
    """Arguments of its Python."""
    files: Sequence[Path] = ()
    """Copied into its folder; none for the harness, which gets a project."""
    does: Collection[str] = _USUAL
    """The steps that it takes part in (`steps`)."""
    needs: Sequence[str] = ()
    """What pip installs for it; nothing where the harness's own environment will do."""
    gated: bool = False
    """Whether it ends red, and rightly so, for want of an accepted snapshot: one test for each model fails."""
    shuffled: Sequence[str] = ()
    """Further arguments where the order is to be random and it does not see to that itself."""

    @property
    def is_harness(self) -> bool:
        """Whether it is what all this is about."""
        return not self.files


HARNESS = Contestant(
    "slm-harness",
    ("-m", "pytest", "-m", "{markers}", "--concurrency", "{at_once}"),
    does=EVERYTHING,
    gated=True,
    shuffled=("-p", "shuffled"),
)
STDLIB = Contestant(
    "threads with stdlib HTTP, no harness",
    ("pool_stdlib.py",),
    (_FLOORS / "pool_stdlib.py",),
    {"paced", "instant", "single"},
)
CLIENT = Contestant(
    "threads with the ollama client, no harness",
    ("pool_ollama.py",),
    (_FLOORS / "pool_ollama.py",),
)
EMPTY = Contestant(
    "pytest, tests that do nothing",
    ("-m", "pytest", "-q", "test_empty.py"),
    (_FLOORS / "test_empty.py",),
    {"instant", "single"},
)
ONCE = Contestant(
    "pytest, one test that asks once",
    ("-m", "pytest", "-q", "test_ask_once.py"),
    (_FLOORS / "test_ask_once.py",),
    {"single"},
)

OURS = (STDLIB, CLIENT, EMPTY, ONCE, HARNESS)

ASK_AHEAD = Contestant(
    "60 lines of pytest that ask ahead by model",
    ("-m", "pytest", "-q", "test_ask_ahead.py"),
    (_PEERS / "test_ask_ahead.py",),
)
PYDANTIC_EVALS = Contestant(
    "pydantic-evals",
    ("pydantic_evals_run.py",),
    (_PEERS / "pydantic_evals_run.py",),
    needs=("pydantic-evals", "ollama"),
)
XDIST = Contestant(
    "plain pytest under xdist",
    ("-m", "pytest", "-q", "-n", "{at_once}", "test_xdist.py"),
    (_PEERS / "test_xdist.py",),
    needs=("pytest", "pytest-xdist", "ollama"),
)
PYTEST_EVALS = Contestant(
    "pytest-evals under xdist",
    ("pytest_evals_run.py",),
    (_PEERS / "pytest_evals_run.py", _PEERS / "test_pytest_evals.py"),
    needs=("pytest-evals", "pytest-xdist", "ollama"),
)
INSPECT = Contestant(
    "Inspect AI",
    ("inspect_run.py",),
    (_PEERS / "inspect_run.py",),
    needs=("inspect-ai", "openai"),
)
DEEPEVAL = Contestant(
    "DeepEval under xdist",
    (
        "-c",
        "from deepeval.cli.main import app; app()",
        "test",
        "run",
        "test_deepeval.py",
        "-n",
        "{at_once}",
    ),
    (_PEERS / "test_deepeval.py",),
    needs=("deepeval", "pytest-xdist", "ollama"),
)
PEERS = (ASK_AHEAD, PYDANTIC_EVALS, XDIST, PYTEST_EVALS, INSPECT, DEEPEVAL)
