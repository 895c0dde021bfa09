"""Everything that can go wrong, as one tree.

    HarnessError
    ├── SettingsError            the set-up is wrong; found before anything is asked
    │   ├── LabelsError          label files, all their faults at once
    │   ├── PromptError          the prompt file
    │   ├── ModelsError          models.yaml or --model
    │   ├── KeyNotSet            the environment lacks a server's key
    │   ├── SnapshotError        a committed snapshot or its accepted replies cannot be read
    │   └── PolicyError          the settings of the gate
    ├── FetchError               a page could not be fetched from the web
    ├── PageError                a page has no article that can be taken out of it
    └── NotMeasured              no answer was obtained: never a wrong answer
        ├── ServerUnreachable    nobody answers at the address           (ends the model's run)
        ├── AccessDenied         the server lets us not in               (ends the model's run)
        ├── Redirected           the server points elsewhere             (ends the model's run)
        ├── QuotaExhausted       the account has no credit left          (ends the model's run)
        ├── ModelUnavailable     it cannot be had, or not built upon     (ends the model's run)
        │   ├── PullFailed       fetching the base came to no end        (ends the model's run)
        │   ├── OutOfMemory      no memory to load the model             (ends the model's run)
        │   └── SchemaNotEnforced it is not held to the schema           (ends the model's run)
        ├── ServerBusy           too much to do, or a rate limit
        ├── ServerFailed         an error of the server's own
        │   └── RunnerStopped    what runs the model has ended
        ├── ConnectionBroken     no whole reply came over the line
        ├── AnswerTimeout        no reply in time
        ├── ReplyUnfinished      given up in the middle, under 200
        ├── ReplyMisplaced       the words are in another field
        ├── ReplyUnreadable      not what the server's API promises
        ├── RequestRefused       the server cannot serve such a request
        ├── PromptTooLong        the article does not fit into the context
        ├── PromptCut            only a part of the prompt was read
        ├── PromptEmpty          there is no text to ask about
        ├── GaveUp               not tried, after several failures in a row
        ├── TimeUp               the run's time is over
        ├── StoreDamaged         a stored answer cannot be read or written
        ├── NeverAsked           replay: nobody has asked it this prompt
        └── NotAsked             the run ended before this article's turn

Each message says what, where and what to do. Errors carry plain values only, so that this module
imports nothing of the house.
"""

from collections.abc import Sequence
from typing import ClassVar


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


class KeyNotSet(SettingsError):
    """The environment variable that is to hold a server's key is not set."""


class SnapshotError(SettingsError):
    """A committed snapshot, or the replies accepted with it, cannot be read."""


class PolicyError(SettingsError):
    """The settings of the gate cannot be read, or name what there is not."""


class FetchError(HarnessError):
    """A page could not be fetched."""


class PageError(HarnessError):
    """A page has no article that can be taken out of it: empty, no HTML, too large, script only."""


class NotMeasured(HarnessError):
    """No answer was obtained. It is never counted as right or wrong.

    What becomes of the run follows from three facts about each kind, which docs/failures.md lists.
    """

    ends_model: bool = False
    """The model's other articles would fare no better, so they are not tried."""
    tries: int = 1
    """How often the same request is put, in all, before this becomes its end."""
    sick: ClassVar[bool] = False
    """A sign that the server itself is unwell: several in a row end the model's run."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the server asks to be left alone, where it says so."""


class ServerUnreachable(NotMeasured):
    """Nobody answers at the address of the model server. It may be starting anew."""

    ends_model = True
    tries = 4


class AccessDenied(NotMeasured):
    """The server, or a proxy in front of it, lets us not in (401, 403)."""

    ends_model = True


class Redirected(NotMeasured):
    """The server points to another address. Nothing is sent to one that the user did not name."""

    ends_model = True


class QuotaExhausted(NotMeasured):
    """The account has no credit left; waiting does not help."""

    ends_model = True


class ModelUnavailable(NotMeasured):
    """The model is not there and cannot be had, or nothing can be built on it."""

    ends_model = True


class PullFailed(ModelUnavailable):
    """The base is not there, and fetching it came to no end."""


class OutOfMemory(ModelUnavailable):
    """The server lacks the memory to load the model."""


class SchemaNotEnforced(ModelUnavailable):
    """The server takes the schema and does not hold the model to it, or refuses the schema."""


class ServerBusy(NotMeasured):
    """The server has too much to do, or we ask more often than it allows (503, 429)."""

    tries = 6
    sick = True


class ServerFailed(NotMeasured):
    """The server answered with an error of its own (5xx)."""

    tries = 3
    sick = True


class RunnerStopped(ServerFailed):
    """The process in which the server runs the model has ended."""


class ConnectionBroken(NotMeasured):
    """The connection broke before the reply was whole."""

    tries = 3
    sick = True


class AnswerTimeout(NotMeasured):
    """The reply did not come in time. Asking again would cost the same time again."""

    sick = True


class ReplyUnfinished(NotMeasured):
    """The server gave up in the middle of a reply, under status 200."""

    tries = 2
    sick = True


class ReplyMisplaced(NotMeasured):
    """The model's words are in another field than the one for the reply."""

    sick = True


class ReplyUnreadable(NotMeasured):
    """The reply is not what the server's API promises."""

    sick = True


class RequestRefused(NotMeasured):
    """The server refused the request as one that it cannot serve (400)."""

    sick = True


class PromptTooLong(NotMeasured):
    """The article does not fit into the context together with the prompt and the reply."""


class PromptCut(NotMeasured):
    """The server answered, and its counts say that it read only a part of the prompt."""


class PromptEmpty(NotMeasured):
    """The article has no text to ask about."""


class GaveUp(NotMeasured):
    """The server failed on several articles in a row, so the rest was not tried."""


class TimeUp(NotMeasured):
    """The time that the run was given is over."""


class StoreDamaged(NotMeasured):
    """A stored answer cannot be read, or a new one not be written."""


class NeverAsked(NotMeasured):
    """Replay: there is no stored reply of this model to this prompt."""


class NotAsked(NotMeasured):
    """The run ended before this article's turn came."""
