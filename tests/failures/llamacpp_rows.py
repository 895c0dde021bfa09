"""Rows: llama.cpp, which the harness itself runs. There is no double of it: tests on the real one show each."""

from slm_harness.errors import (
    ModelUnavailable,
    OutOfMemory,
    PromptTooLong,
    PullFailed,
    RunnerStopped,
    ServerFailed,
)
from tests.failures.ollama_replies import CUT_OFF
from tests.failures.row import Outcome, Phase, Right, Row

_ENGINE, _RUNS = "test_engine_llamacpp.py", "test_llamacpp_runs.py"


def row(
    scenario: str, happens: str, outcome: Outcome, shown_by: str, phase: Phase = "answer"
) -> Row:
    """A row of this engine."""
    return Row(scenario, happens, outcome, phase=phase, shown_by=shown_by, engine="llamacpp")


LLAMACPP = (
    row(
        "no-file",
        "there is no such file",
        ModelUnavailable,
        f"{_ENGINE}::test_a_missing_file_is_a_problem_and_not_a_wrong_answer",
        "start",
    ),
    row(
        "no-gguf",
        "the file is no whole GGUF file",
        ModelUnavailable,
        f"{_ENGINE}::test_what_is_no_whole_gguf_file_is_named",
        "start",
    ),
    row(
        "not-fetched",
        "the Hub has no such file, or does not give it away",
        PullFailed,
        f"{_ENGINE}::test_what_cannot_be_fetched_says_what_to_do",
        "start",
    ),
    row(
        "stalled",
        "a download stands still",
        PullFailed,
        f"{_ENGINE}::test_a_download_that_stands_still_ends",
        "start",
    ),
    row(
        "no-hub",
        "the Hub cannot be reached",
        PullFailed,
        f"{_RUNS}::test_a_hub_that_is_not_there_is_one_line",
        "start",
    ),
    row(
        "large-window",
        "`n_ctx` is more than the model was trained for",
        ModelUnavailable,
        f"{_ENGINE}::test_the_window_is_within_what_the_model_was_trained_for",
        "build",
    ),
    row(
        "no-wheel",
        "no wheel, no libgomp, or a processor without AVX2",
        ModelUnavailable,
        f"{_ENGINE}::test_each_end_before_the_start_has_its_name",
        "build",
    ),
    row(
        "no-memory",
        "no memory to load the model",
        OutOfMemory,
        f"{_ENGINE}::test_each_end_before_the_start_has_its_name",
        "build",
    ),
    row(
        "no-load",
        "the file is cut, or of an architecture that llama.cpp does not know",
        ModelUnavailable,
        f"{_ENGINE}::test_a_file_that_does_not_load_says_why",
        "build",
    ),
    row(
        "slow-load",
        "the model is not loaded in time",
        ModelUnavailable,
        f"{_ENGINE}::test_loading_has_a_limit_in_time",
        "build",
    ),
    row(
        "deaf-template",
        "the template drops the system prompt",
        ModelUnavailable,
        f"{_ENGINE}::test_a_template_that_drops_the_system_prompt_is_refused",
        "build",
    ),
    row(
        "killed",
        "the process that runs the model is killed while it reads",
        RunnerStopped,
        f"{_RUNS}::test_a_child_killed_while_it_reads_costs_that_try_only",
    ),
    row(
        "killed-once",
        "the same in a run, which starts it anew and asks again",
        Right(),
        f"{_RUNS}::test_a_server_killed_in_the_middle_costs_what_was_open",
    ),
    row(
        "killed-thrice",
        "it has ended three times in a run",
        ModelUnavailable,
        f"{_RUNS}::test_a_child_that_died_is_started_anew_three_times_at_most",
    ),
    row(
        "malformed",
        "the model writes bytes that are no UTF-8",
        ServerFailed,
        f"{_RUNS}::test_malformed_utf8_is_a_failure_and_never_an_answer",
    ),
    row(
        "length",
        "cut off at the token limit",
        CUT_OFF,
        f"{_RUNS}::test_replies_that_are_cut_off_are_unusable",
    ),
    row(
        "too-long",
        "the article is longer than the context",
        PromptTooLong,
        f"{_RUNS}::test_an_article_that_does_not_fit_is_not_measured",
    ),
)
