"""The context: how much a model has to hold, and whether it held what it was given.

No server tells beforehand how many tokens a text has. A generous estimate chooses the window; whether
one article fits is then judged by what this very model made of the system prompt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from slm_harness.errors import ModelUnavailable, PromptCut, PromptEmpty, PromptTooLong
from slm_harness.records import Article, ModelSpec, Request

LEAST_WINDOW = 8192
"""Window where the articles need no more, in tokens: so that adding an article rarely changes it."""
WINDOW_STEP = 4096
TEMPLATE_TOKENS = 64
"""What a chat template puts around the words; at most, in tokens."""
USUAL_BYTES = 4.0
"""Bytes per token of English, until the model has shown its own."""
MOST_BYTES = 12.0
"""No tokenizer packs running text tighter than this many bytes into a token."""
CACHE_BYTES = 2
"""Bytes of one number of the cache: 16 bits, unless a server was told to use fewer."""
MOST_COUNT = 2**53
"""No server counts as far; whatever claims more is no count, and would not be a number for JSON either."""
_SLACK = 2.0
"""How many times the bytes per token of the system prompt those of an article may be."""
_CUT = 1.5
"""How many times the usual bytes per token tell a prompt that was cut by half from a dense one."""


def estimated_tokens(text: str) -> int:
    """How many tokens a text has at most, for any tokenizer in use: an estimate that errs upwards.

    English is at 4 to 5 characters a token, and digits at 1 to 3; other alphabets at about 2 bytes.
    """
    characters = len(text.encode("ascii", errors="ignore"))
    others = 0 if text.isascii() else len(text.encode(errors="replace")) - characters
    return -(-characters // 3) + -(-others // 2)


def longest_prompt(articles: Iterable[Article]) -> int:
    """Tokens of the longest of all articles, whatever is selected of them, with the day that it may be told.

    A window that follows from the selection would be another for each ``-k``, and every stored reply one
    of another model.
    """
    told = (replace(article, dated=True).prompt for article in articles)
    return max(map(estimated_tokens, told), default=0)


def needed_window(around: str, longest: int, reply: int) -> int:
    """The window for the longest article, in tokens, in whole steps.

    Args:
        around: All words beside the article, as ``Recipe.around`` has them.
        longest: Tokens of the longest article, as ``estimated_tokens`` has them.
        reply: Most tokens of a reply.
    """
    needed = estimated_tokens(around) + longest + TEMPLATE_TOKENS + reply
    return max(LEAST_WINDOW, -(-needed // WINDOW_STEP) * WINDOW_STEP)


def fitting_window(spec: ModelSpec, option: str, needed: int, trained: int | None) -> int:
    """The window to ask for: what the entry says, else what is needed within what was trained for.

    Raises:
        ModelUnavailable: the entry wants more than the model was trained for, which a server would cut
            in silence.
    """
    chosen = spec.options.get(option)
    if not isinstance(chosen, int):
        return needed if trained is None else min(needed, trained)
    if trained is not None and chosen > trained:
        raise ModelUnavailable(
            f"{spec.name}: {option} {chosen} is more than the {trained} tokens that {spec.base} was "
            f"trained for; set options: {option}: {trained} or less"
        )
    return chosen


def trained_context(facts: Mapping[str, object]) -> int | None:
    """The context that a model was trained for, from the facts of its GGUF; None where it is not told."""
    return whole(next((v for k, v in facts.items() if k.endswith(".context_length")), None))


def cache_bytes(facts: Mapping[str, object]) -> int | None:
    """Bytes that each token of the context takes in memory, from the facts of a GGUF.

    Keys and values of every layer at 16 bits. Sliding windows and smaller caches take less. None where
    the file does not tell enough.
    """
    told = {name.partition(".")[2]: whole(value) for name, value in facts.items()}
    layers, heads = told.get("block_count"), told.get("attention.head_count")
    width = told.get("embedding_length")
    each = width // heads if width and heads else None
    shared = told.get("attention.head_count_kv") or heads
    key = told.get("attention.key_length") or each
    value = told.get("attention.value_length") or each
    if not (layers and shared and key and value):
        return None
    return layers * shared * (key + value) * CACHE_BYTES


def whole(value: object) -> int | None:
    """A whole number above zero; None for whatever else somebody may have sent."""
    return int(str(value)) if is_count(value) and value else None


def is_count(value: object) -> bool:
    """Whether a value that somebody has sent can be a number of tokens, bytes or the like."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_COUNT


class Gauge:
    """Judges prompts and counts of one model at one window. Prompts are given as the article's text alone."""

    def __init__(self, window: int | None, reply: int, around: str, advice: str) -> None:
        self._window = window
        self._reply = reply
        self._around = around
        """All words beside the article."""
        self._advice = advice
        """What to do about an article that is too long."""
        self._each, self._most = USUAL_BYTES, MOST_BYTES

    def learn_from(self, other: "Gauge") -> None:
        """Take over what another gauge of the same model has learnt."""
        self._each, self._most = other._each, other._most

    def calibrate(self, prompt: str, counted: int | None) -> None:
        """Learn bytes per token from a prompt that was surely read whole."""
        if counted:
            self._each = self._bytes(prompt) / counted
            self._most = min(self._each * _SLACK, MOST_BYTES)

    def check_prompt(self, request: Request) -> None:
        """Refuse, before it is asked, what a server would take for a command, or surely cannot hold.

        Raises:
            PromptEmpty: there is no text. Ollama would take it for a request to load the model.
            PromptTooLong: even by the lowest estimate it does not fit; a closer call is the server's.
        """
        if not request.prompt.strip():
            raise PromptEmpty(f"{request.article}: there is no text to ask about")
        if self._window is None:
            return
        fewest = int(self._bytes(request.prompt) / self._most)
        if fewest + self._reply > self._window:
            raise PromptTooLong(
                f"{request.article} does not fit: prompt and article have at least {fewest} tokens, the "
                f"reply up to {self._reply}, and the context is {self._window}; {self._advice}"
            )

    def check_counts(
        self, request: Request, read: int | None, said: int | None, where: str
    ) -> None:
        """Compare what the server says it read with what it was given.

        Raises:
            PromptCut: it read less, or went on past the end of the window.
        """
        if read is None:
            return
        size = self._bytes(request.prompt)
        if self._is_half(read, size) or read < size / self._most:
            raise PromptCut(
                f"{where}: the server read {read} tokens of a prompt of {size} bytes at a context of "
                f"{self._window}: it was cut; {self._advice}"
            )
        if self._window is not None and read + (said or 0) > self._window:
            raise PromptCut(
                f"{where}: prompt and reply took {read} + {said} tokens and the context is "
                f"{self._window}: the start was forgotten; {self._advice}"
            )

    def check_room(self, request: Request, read: int | None, said: int | None, where: str) -> None:
        """For a reply that was cut off: refuse one that ran out of context before it had its tokens.

        Raises:
            PromptTooLong: the context was full; that is no failing of the model's.
        """
        if said is not None and said + 1 < self._reply:
            raise PromptTooLong(
                f"{where}: the context was full after {said} of {self._reply} tokens of the reply "
                f"(prompt: {read}, context: {self._window}); {self._advice}"
            )

    def _is_half(self, read: int, size: int) -> bool:
        """Whether a count is what Ollama leaves of a prompt that it cuts: half a window, and its start."""
        if self._window is None:
            return False
        kept = {self._window - (self._window - keep) // 2 for keep in (4, 5)}
        # What is kept is half the window, so a prompt that was cut had about twice as many tokens.
        return read in kept and size > read * self._each * _CUT

    def _bytes(self, prompt: str) -> int:
        return len(self._around.encode()) + len(prompt.encode())
