"""The failures of Ollama that its users reported, and the harness's answer to each.

Rows of the table carry these numbers. What no row can show names the test that shows it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """One failure of the field."""

    number: int
    symptom: str
    reported: str
    """Issues, of ollama/ollama where nothing else is said."""
    answer: str
    """What the harness does."""
    test: str = ""
    """Words of the test that shows it, where no row of the table does."""


SEEN: tuple[Seen, ...] = (
    Seen(
        1,
        "an article is cut, the answer is plausible, the status 200",
        "#3839 #4967 #8099 #17427",
        "one `num_ctx` that fits every article; the server is told neither to shift nor to truncate; the "
        "counts that come back are checked all the same",
    ),
    Seen(
        2,
        "half a reply with `done: false`",
        "#8786 #7547 #8967 #18359",
        "never graded; asked once more; a model that repeated itself is *unusable*",
    ),
    Seen(3, "a long prompt ends with `done: false`", "#11172", "as 2"),
    Seen(
        4,
        "endless white space in JSON mode",
        "#1910 #2351 #2577 #4446",
        "a schema in place of JSON mode, a limit of tokens, a limit on time",
    ),
    Seen(
        5,
        "empty reply, the JSON is in `thinking`",
        "#12831 #10929",
        "thinking is turned off, and never read as an answer",
    ),
    Seen(
        6,
        "the schema is ignored",
        "#14645 #14850",
        "a test before the first article that only an enforced schema passes; every reply is checked",
    ),
    Seen(
        7,
        "the schema is violated",
        "#8063",
        "what is there is graded, what is missing is *unusable*, conformity is a rate of its own",
    ),
    Seen(
        8,
        "a pattern makes the schema invalid",
        "#8325 #8185",
        "our schema has no patterns; a refusal is named before the first article",
    ),
    Seen(
        9,
        "a grammar that cannot be parsed: refused, or not enforced",
        "llama.cpp#19051 #22396",
        "the same test; a refusal is not tried again",
    ),
    Seen(
        10,
        "503 `server busy`, at times until a restart",
        "#4124 #4159 #7573",
        "growing pauses, bounded; several in a row end the model's run with one line",
    ),
    Seen(
        11,
        "500 `model runner has unexpectedly stopped`",
        "#14093 #11380 #11421",
        "tried three times, then named",
    ),
    Seen(12, "500 `runner process has terminated`", "#8770 #13307 #8689", "as 11"),
    Seen(
        13,
        "no memory at a long context",
        "#1952 #4985 #7673 #8447",
        "ends the model's run and says what to lower; never tried blindly again",
    ),
    Seen(
        14,
        "hangs for hours",
        "#1863 #4545, ollama-python#483 #518",
        "every reply has a time limit as a whole, also one that trickles",
    ),
    Seen(15, "500 `no slots available`", "#4545", "as 10"),
    Seen(
        16,
        "the model is loaded anew for every request",
        "#8903 #8029 #6148 #12783",
        "the same options everywhere, the load included",
        "test_a_model_is_loaded_once",
    ),
    Seen(
        17,
        "a pull breaks: `max retries exceeded`",
        "#1002 #8167 #8533 #4602",
        "pulled again, which resumes, a bounded number of times",
        '"pull-midstream-error"',
    ),
    Seen(18, "a pull breaks: `digest mismatch`", "#9846", "as 17", '"pull-digest-mismatch"'),
    Seen(
        19,
        "a pull of a name that does not exist",
        "#1770 #10230",
        "not tried again; says where to look it up",
        "pull model manifest: file does not",
    ),
    Seen(
        20,
        "a pull that stands still",
        "#1036 #1736",
        "a limit on silence, then pulled again",
        '"pull-stalled"',
    ),
    Seen(
        21,
        "a pull behind a proxy brings 0 bytes",
        "#8400",
        "sizes are checked after a pull",
        '"pull-zero-size"',
    ),
    Seen(
        22,
        "Hugging Face refuses: sharded, no such quantisation, no GGUF",
        "#8326 #5245 #7268 #2702",
        "not tried again; its words are shown",
        '"pull-refused"',
    ),
    Seen(
        23,
        "create: `neither 'from' or 'files' was specified`",
        "#8468 #8476 #11901",
        "`from`, system prompt and parameters are sent, never a Modelfile",
        "test_a_modelfile_is_not_taken",
    ),
    Seen(
        24,
        "a model without its chat template: gibberish, or no system prompt",
        "#8982 #6371 #2334 #521",
        "refused before it is asked",
    ),
    Seen(
        25,
        "other words for the same prompt at temperature 0",
        "#5321 #4990 #586 #5274",
        "every option is pinned, one article at a time unless told otherwise, and all replies are kept",
        "PINNED",
    ),
    Seen(
        26,
        "phi3 writes garbage on long texts, or after thousands of calls",
        "llama.cpp#7709 #9127, #7931",
        "graded as what the model said: *unusable* where it is no JSON",
    ),
    Seen(
        27,
        "libraries in between lose `done_reason`",
        "litellm#25825",
        "read from the reply itself; without it nothing is graded",
    ),
    Seen(
        28,
        "the context is full and the reply stops early",
        "#16901",
        "told apart from the token limit by the counts, and not measured",
    ),
    Seen(29, "503 `Server overloaded` of a cloud model", "#15934", "as 10"),
)
