"""The window that fits, and prompts that do not: told before they are asked, and noticed after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.engines.context import (
    LEAST_WINDOW,
    TEMPLATE_TOKENS,
    WINDOW_STEP,
    Gauge,
    estimated_tokens,
    fitting_window,
    needed_window,
    trained_context,
)
from slm_harness.errors import ModelUnavailable, PromptCut, PromptEmpty, PromptTooLong
from slm_harness.records import ModelSpec, Request

SYSTEM = "Answer nine questions. " * 10


def request(prompt: str) -> Request:
    """A prompt about one article."""
    return Request("phi3", "harbour", prompt)


def gauge(window: int | None = 4096, reply: int = 1024) -> Gauge:
    """One of a small model."""
    return Gauge(window, reply, SYSTEM, "set num_ctx higher")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Harbour Dental said on Friday that 4,120 patients' files were copied.", 15),
        ("Зубная клиника сообщила, что файлы были скопированы.", 24),
        ("病院は四千件の記録が盗まれたと発表した。", 20),
    ],
)
def test_an_estimate_errs_upwards(text: str, tokens: int) -> None:
    """It is above what tokenizers of small models were seen to make of such a sentence, within thrice."""
    assert tokens <= estimated_tokens(text) <= 3 * tokens


@given(st.text(), st.text())
def test_estimates_add_up(one: str, other: str) -> None:
    """Two texts together have no fewer tokens than one, and no more than both."""
    both = estimated_tokens(one + other)

    assert estimated_tokens(one) <= both <= estimated_tokens(one) + estimated_tokens(other)


@given(st.integers(0, 200_000), st.integers(1, 8192))
def test_a_window_holds_prompt_article_and_reply(longest: int, reply: int) -> None:
    """It is a whole number of steps, never below the usual one, and never a step too many."""
    needed = estimated_tokens(SYSTEM) + longest + TEMPLATE_TOKENS + reply

    window = needed_window(SYSTEM, longest, reply)

    assert window >= needed
    assert window % WINDOW_STEP == 0
    assert window == LEAST_WINDOW or window - WINDOW_STEP < needed


@pytest.mark.parametrize(
    ("options", "trained", "window"),
    [
        ({}, None, 12288),
        ({}, 131_072, 12288),
        ({}, 4096, 4096),
        ({"num_ctx": 2048}, 4096, 2048),
        ({"num_ctx": 2048}, None, 2048),
    ],
)
def test_a_window_is_within_what_was_trained_for(
    options: dict[str, object], trained: int | None, window: int
) -> None:
    """What the entry says goes first, then what is needed, as far as the model was trained for it."""
    spec = ModelSpec("phi3", "ollama", "phi3", options)

    assert fitting_window(spec, "num_ctx", 12288, trained) == window


def test_a_window_beyond_the_training_is_refused() -> None:
    """A server would clamp it in silence."""
    spec = ModelSpec("phi3", "ollama", "phi3", {"num_ctx": 8192})

    with pytest.raises(
        ModelUnavailable, match="num_ctx 8192 is more than the 4096 tokens that phi3"
    ):
        fitting_window(spec, "num_ctx", 12288, 4096)


def test_the_trained_context_stands_under_the_architecture() -> None:
    """Each family writes it under its own name; some write none."""
    assert trained_context({"general.name": "x", "phi3.context_length": 4096}) == 4096
    assert trained_context({"general.name": "x"}) is None


@pytest.mark.parametrize("prompt", ["", " \n\t"])
def test_an_empty_prompt_is_never_sent(prompt: str) -> None:
    """Ollama takes it for a request to load the model, and answers with nothing."""
    with pytest.raises(PromptEmpty, match="harbour: there is no text"):
        gauge().check_prompt(request(prompt))


def test_what_surely_does_not_fit_is_told_with_the_numbers() -> None:
    """Tokens, reply and context stand in the line; nothing was asked."""
    with pytest.raises(
        PromptTooLong,
        match=r"at least 5\d\d\d tokens, the reply up to 1024, and the context is 4096",
    ):
        gauge().check_prompt(request("word " * 13_000))


def test_a_close_call_is_left_to_the_server() -> None:
    """An article is not refused by an estimate that may be wrong."""
    gauge().check_prompt(request("word " * 4_000))


def test_a_model_that_was_seen_to_read_is_judged_by_its_own_measure() -> None:
    """Four bytes a token in the system prompt make a text of 65,000 bytes too long for 8,192."""
    measured = gauge(window=8192)
    measured.check_prompt(request("word " * 13_000))

    measured.calibrate("Reply: ready", len(SYSTEM) // 4)

    with pytest.raises(PromptTooLong):
        measured.check_prompt(request("word " * 13_000))


@given(st.integers(600, 3000), st.floats(2.5, 5.5))
def test_an_honest_count_is_believed(tokens: int, each: float) -> None:
    """Whatever a tokenizer makes of a text, a prompt that was read whole is no cut one."""
    prompt = "x" * max(1, int(tokens * each) - len(SYSTEM))

    gauge().check_counts(request(prompt), tokens, 100, "here")


@pytest.mark.parametrize("kept", [2050, 2051])
def test_the_count_that_a_cut_leaves_is_known(kept: int) -> None:
    """Half the window and a few tokens, of a prompt that had many more: it was cut in silence."""
    with pytest.raises(PromptCut, match=f"the server read {kept} tokens of a prompt of"):
        gauge().check_counts(request("word " * 8_000), kept, 100, "here")


def test_far_too_few_tokens_are_a_cut() -> None:
    """However it was cut, a tenth of the tokens was not the whole prompt."""
    with pytest.raises(PromptCut):
        gauge().check_counts(request("word " * 3_000), 300, 100, "here")


def test_more_tokens_than_the_window_are_a_forgotten_start() -> None:
    """A server that shifts goes on for ever, having forgotten what it was asked."""
    with pytest.raises(PromptCut, match="the start was forgotten"):
        gauge().check_counts(request("word " * 2_500), 3000, 1500, "here")


def test_a_server_that_counts_nothing_is_not_accused() -> None:
    """Without a count there is nothing to compare."""
    gauge().check_counts(request("word " * 8_000), None, None, "here")


def test_a_reply_cut_by_a_full_context_is_not_the_models_failing() -> None:
    """Fewer tokens than the limit allows: the context was full. As many: the model went on too long."""
    with pytest.raises(PromptTooLong, match="full after 200 of 1024 tokens"):
        gauge().check_room(request("word"), 3896, 200, "here")
    gauge().check_room(request("word"), 1000, 1024, "here")
