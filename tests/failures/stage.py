"""Where a row is played: a double of the engine's server, with what the row needs of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from slm_harness.engines.proof import PROMPT
from slm_harness.records import ModelSpec
from tests.doubles import Double, StandingDouble
from tests.failures.row import Right, Row
from tests.ollama_double.scenarios import GENERATE, TABLE
from tests.openai_double.scenarios import CHAT, MODELS
from tests.projects import RIGHT, rules

MODEL = "phi3"
BEFALLEN = "harbour-dental"
"""The article that a row's fault befalls: neither the first nor the last."""
MARK = "Harbour Dental"
"""Words that only its prompt has."""
KEY = "sk-planted-0123456789abcdef"


class Stage(Protocol):
    """One engine's double."""

    def play(self, row: Row) -> None:
        """Serve right answers, with the row's fault among them."""
        ...

    def mend(self) -> None:
        """Serve on at the same address without the fault, anew if it has died."""
        ...

    def spec(self, row: Row) -> ModelSpec:
        """The entry of the model that is asked."""
        ...

    def environment(self) -> Mapping[str, str]:
        """The variables by which the engine finds the server."""
        ...

    def prompts(self) -> list[str]:
        """The prompts of articles so far, in their order."""
        ...

    def befallen(self, row: Row) -> int:
        """How many requests so far were such as the row's fault befalls."""
        ...

    @property
    def address(self) -> str:
        """What each message names: where the server is."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """What neither a message nor a stored answer may have."""
        ...


class OllamaStage:
    """The double of an Ollama server."""

    def __init__(self, standing: StandingDouble, folder: Path) -> None:
        self._standing = standing
        self._folder = folder
        self._double: Double | None = None

    def play(self, row: Row) -> None:
        """A fault at one article or at the proof is its rule's; any other is the server's."""
        scenario = f"{row.scenario}:{row.requests}".rstrip(":")
        answers = rules()
        flags = ["--delay", str(row.delay)]
        if row.phase == "answer":
            befallen = list(RIGHT).index(BEFALLEN)
            answers[befallen] |= {"scenario": scenario}
        elif row.phase == "proof":
            answers.insert(0, {"contains": PROMPT, "scenario": scenario})
        else:
            flags += ["--scenario", scenario]
        if row.delay and row.phase == "answer":
            # Only what is slow by the row's scenario takes its time.
            answers = [{"delay": 0, **rule} if "scenario" not in rule else rule for rule in answers]
            answers.insert(0, {"contains": PROMPT, "delay": 0})
        self._serve(*flags, answers=answers)

    def play_for_all(self, row: Row) -> None:
        """The fault befalls every prompt."""
        scenario = f"{row.scenario}:{row.requests}".rstrip(":")
        self._serve("--scenario", scenario, answers=rules())

    def loads(self) -> int:
        """How often the server has loaded a model."""
        return sum(entry["loaded"] is True for entry in self._running.log())

    def mend(self) -> None:
        """The models that were made are still there."""
        self._serve(answers=rules())

    def spec(self, row: Row) -> ModelSpec:
        """One entry for a small model."""
        return ModelSpec(
            name=MODEL, engine="ollama", base=MODEL, options=row.options, timeout=row.timeout
        )

    def prompts(self) -> list[str]:
        """As the double's log has them."""
        return self._running.prompts()

    def befallen(self, row: Row) -> int:
        """Counted in the double's log."""
        self._running.rest()
        (at, *_) = (fault.at for fault in TABLE[row.scenario])
        if row.phase in ("start", "build") and at != GENERATE:
            return self._running.count(at)
        prompts = [str(body.get("prompt")) for body in self._running.bodies(GENERATE)]
        if row.phase == "answer":
            return sum(MARK in prompt for prompt in prompts)
        return prompts.count(PROMPT if row.phase == "proof" else "")

    def environment(self) -> Mapping[str, str]:
        """Ollama's own variable."""
        return {"OLLAMA_HOST": self._running.address}

    @property
    def address(self) -> str:
        """Host and port, after the model's name where one is told."""
        return self._running.address.removeprefix("http://")

    secrets: Sequence[str] = ()

    @property
    def _running(self) -> Double:
        if self._double is None:
            raise RuntimeError("nothing is played yet")
        return self._double

    def _serve(self, *flags: str, answers: object) -> None:
        self._double = self._standing.serve(
            "--models",
            MODEL,
            "--state",
            str(self._folder / "state.json"),
            *flags,
            log=self._folder / "log.jsonl",
            answers=answers,
            folder=self._folder,
        )


class OpenAIStage:
    """The double of an OpenAI-compatible server that wants a key."""

    secrets: Sequence[str] = (KEY, KEY[:8])
    _BASE, _VARIABLE = "gpt-tiny", "SLM_TEST_KEY"

    def __init__(self, standing: StandingDouble, folder: Path) -> None:
        self._standing = standing
        self._folder = folder
        self._double: Double | None = None
        self._odd: list[str] = []
        """Flags of what is no fault, and stays when faults are mended."""

    def play(self, row: Row) -> None:
        """A fault at one article or at the proof is its rule's; any other is that of the list of models."""
        scenario = f"{row.scenario}:{row.requests}".rstrip(":")
        answers = rules()
        flags: list[str] = []
        if row.phase == "answer":
            answers[list(RIGHT).index(BEFALLEN)] |= {"scenario": scenario}
        elif row.phase == "proof":
            answers.insert(0, {"contains": PROMPT, "scenario": scenario})
        else:
            flags = ["--scenario", scenario]
        if isinstance(row.outcome, Right) and not row.requests:
            # What the list tells is a part of the identity, so that another list is another model.
            self._odd = flags
        self._serve(*flags, answers=answers)

    def mend(self) -> None:
        """There is nothing but the fault that it could have lost."""
        self._serve(*self._odd, answers=rules())

    def spec(self, row: Row) -> ModelSpec:
        """One entry for a hosted model, whose key is in the environment."""
        return ModelSpec(
            name=MODEL,
            engine="openai",
            base=self._BASE,
            base_url=self.address,
            key_env=self._VARIABLE,
            options=row.options,
            timeout=row.timeout,
        )

    @property
    def address(self) -> str:
        """The entry's ``base_url``."""
        return f"{self._running.address}/v1"

    def environment(self) -> Mapping[str, str]:
        """The key."""
        return {self._VARIABLE: KEY}

    def prompts(self) -> list[str]:
        """As the double's log has them, without the tests of the schema."""
        return [prompt for prompt in self._put() if prompt != PROMPT]

    def befallen(self, row: Row) -> int:
        """Counted in the double's log."""
        self._running.rest()
        if row.phase == "answer":
            return sum(MARK in prompt for prompt in self._put())
        return self._put().count(PROMPT) if row.phase == "proof" else self._running.count(MODELS)

    def _put(self) -> list[str]:
        """What the user's messages say."""
        found = []
        for body in self._running.bodies(CHAT):
            messages = body["messages"]
            if not isinstance(messages, list):
                raise TypeError("a request has messages")
            found.append(str(messages[-1]["content"]))
        return found

    @property
    def _running(self) -> Double:
        if self._double is None:
            raise RuntimeError("nothing is played yet")
        return self._double

    def _serve(self, *flags: str, answers: object) -> None:
        self._double = self._standing.serve(
            *("--models", self._BASE, "--key", KEY),
            *flags,
            log=self._folder / "log.jsonl",
            answers=answers,
            folder=self._folder,
        )
