"""Everything that can go wrong, as one tree.

    HarnessError
    ├── SettingsError            the set-up is wrong; found before anything is asked
    │   ├── LabelsError          label files, all their faults at once
    │   ├── PromptError          the prompt file
    │   ├── ModelsError          models.yaml or --model
    │   └── SnapshotError        a committed snapshot or its accepted replies cannot be read
    ├── FetchError               a page could not be fetched from the web
    ├── PageError                a page has no article that can be taken out of it
    └── NotMeasured              no answer was obtained: never a wrong answer
        ├── ServerUnreachable    nobody answers at the address             (ends the model's run)
        ├── ModelUnavailable     the base cannot be had, or not built upon (ends the model's run)
        ├── ServerFailed         the server answered with an error of its own
        ├── AnswerTimeout        no reply in time
        ├── ReplyUnreadable      a reply that is not what the server's API promises
        ├── PromptRefused        the article does not fit, or was cut, or the request was refused
        ├── StoreDamaged         a stored answer cannot be read
        ├── NeverAsked           replay: nobody has asked this model this prompt
        └── NotAsked             the run ended before this article's turn

Each message says what, where and what to do. Errors carry plain values only, so that this module
imports nothing of the house.
"""

from collections.abc import Sequence


class HarnessError(Exception):
    """Anything that the harness reports on purpose."""

    @property
    def message(self) -> str:
        """The message as one line, ready for a terminal."""
        return str(self)


class SettingsError(HarnessError):
    """The set-up is wrong; nothing has been asked and nothing was changed."""


class LabelsError(SettingsError):
    """Label files break their contract; ``faults`` has one line each, sorted."""

    def __init__(self, folder: str, faults: Sequence[str]) -> None:
        self.folder = folder
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault{'s' if len(self.faults) != 1 else ''}"
        super().__init__(
            f"{count} in the labels of {folder}; nothing was asked. Mend them and run again:\n"
            + "\n".join(f"  {fault}" for fault in self.faults)
        )


class PromptError(SettingsError):
    """The prompt file lacks a question, has one too many, or cannot be read."""


class ModelsError(SettingsError):
    """``models.yaml`` or ``--model`` names something that cannot be a model."""


class SnapshotError(SettingsError):
    """A committed snapshot, or the replies accepted with it, cannot be read."""


class FetchError(HarnessError):
    """A page could not be fetched."""


class PageError(HarnessError):
    """A page has no article that can be taken out of it: empty, no HTML, too large, script only."""


class NotMeasured(HarnessError):
    """No answer was obtained. It is never counted as right or wrong.

    ``ends_model`` tells that the model's other articles would fare no better, so they are not tried.
    """

    ends_model = False


class ServerUnreachable(NotMeasured):
    """Nobody answers at the address of the model server."""

    ends_model = True


class ModelUnavailable(NotMeasured):
    """The base model is not there and cannot be had, or no model can be built on it."""

    ends_model = True


class ServerFailed(NotMeasured):
    """The server answered with an error of its own."""


class AnswerTimeout(NotMeasured):
    """The reply did not come in time."""


class ReplyUnreadable(NotMeasured):
    """The reply is not what the server's API promises."""


class PromptRefused(NotMeasured):
    """The article does not fit the context, was cut by the server, or the request was refused."""


class StoreDamaged(NotMeasured):
    """A stored answer cannot be read."""


class NeverAsked(NotMeasured):
    """Replay: there is no stored reply of this model to this prompt."""


class NotAsked(NotMeasured):
    """The run ended before this article's turn came."""
