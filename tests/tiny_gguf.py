"""A llama of random weights, in a GGUF file of 0.6 MB: it says nonsense at some thousand tokens a second.

llama.cpp treats it like any other model. Same arguments, same bytes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from gguf import GGUFWriter, TokenType
from numpy.typing import NDArray

Prior = Literal["text", "ascii", "none"]
Floats = NDArray[np.float32]

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + "
    "'<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
_PRINTED = (*range(33, 127), *range(161, 173), *range(174, 256))
_OTHERS = [byte for byte in range(256) if byte not in _PRINTED]
_LETTERS = [chr(b) if b in _PRINTED else chr(256 + _OTHERS.index(b)) for b in range(256)]
"""Bytes as GPT-2 writes them: those that cannot be printed have a character of their own."""
WORDS = (  # noqa: SIM905 - a list of fifty quoted words is no easier to read
    "the, of, and, that, with, was, were, for, not, from, which, you, is, are, in, to, data, breach, "
    "records, date, cause, known, third, parties, involved, discovery, entity, article, answer, question, "
    "Unknown, Yes, No, about, company, attack, password, system, said, name, people, number, month, year"
).split(", ")
"""Words that the tokenizer knows as such, so that a prompt has about half as many tokens as bytes."""
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
LAYERS, WIDTH, HEADS, KV_HEADS, INNER = 2, 64, 4, 2, 128
QUOTE = 3.2
_CONSTANT = 8.0
"""Value of the one dimension that no layer writes to; the output reads the tokens' biases off it."""


def write_tiny(
    path: Path,
    prior: Prior = "text",
    *,
    seed: int = 0,
    context: int = 8192,
    template: str = CHATML,
    architecture: str = "llama",
    extra: Mapping[str, float] | None = None,
) -> Path:
    """Write a model.

    Args:
        path: The file.
        prior: What it likes to say. ``text``: letters, and it comes to an end; ``ascii``: letters, and it
            never ends a text by itself; ``none``: any bytes, also such as are no UTF-8.
        seed: Of its weights.
        context: What it says it was trained for, in tokens.
        template: Its chat template; none where empty.
        architecture: What it says it is.
        extra: Further numbers for its head.
    """
    tokens, merges = _vocabulary()
    writer = GGUFWriter(path, architecture)
    _write_head(writer, len(tokens) + len(SPECIAL), context)
    _write_tokenizer(writer, tokens, merges)
    if template:
        writer.add_chat_template(template)
    for name, value in (extra or {}).items():
        writer.add_float32(name, value)
    for name, tensor in _weights(np.random.default_rng(seed), tokens, prior).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_head(writer: GGUFWriter, vocabulary: int, context: int) -> None:
    writer.add_name("tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary)


def _write_tokenizer(writer: GGUFWriter, tokens: list[bytes], merges: list[str]) -> None:
    first_special = len(tokens)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*map(_shown, tokens), *SPECIAL])
    writer.add_token_types([TokenType.NORMAL] * len(tokens) + [TokenType.CONTROL] * len(SPECIAL))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(first_special)
    writer.add_eos_token_id(first_special + 2)
    writer.add_add_bos_token(False)


def _vocabulary() -> tuple[list[bytes], list[str]]:
    """All bytes, then each beginning of each word; and the merges that make them."""
    tokens = [bytes([byte]) for byte in range(256)]
    merges = []
    for word in WORDS:
        token = b" "
        for letter in word.encode():
            longer = token + bytes([letter])
            if longer not in tokens:
                tokens.append(longer)
                merges.append(f"{_shown(token)} {_shown(bytes([letter]))}")
            token = longer
    return tokens, merges


def _shown(token: bytes) -> str:
    """A token as GPT-2 writes it."""
    return "".join(_LETTERS[byte] for byte in token)


def _weights(random: np.random.Generator, tokens: list[bytes], prior: Prior) -> dict[str, Floats]:
    def normal(*shape: int, scale: float) -> Floats:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    count = len(tokens) + len(SPECIAL)
    each = 1 / np.sqrt(WIDTH)
    ones = np.ones(WIDTH, dtype=np.float32)
    embedding = normal(count, WIDTH, scale=1.0)
    output = normal(count, WIDTH, scale=1.2 * each)
    found = {"token_embd.weight": embedding, "output.weight": output, "output_norm.weight": ones}
    for layer in range(LAYERS):
        block = {
            "attn_q": normal(WIDTH, WIDTH, scale=each),
            "attn_k": normal(WIDTH // HEADS * KV_HEADS, WIDTH, scale=each),
            "attn_v": normal(WIDTH // HEADS * KV_HEADS, WIDTH, scale=each),
            "attn_output": normal(WIDTH, WIDTH, scale=each),
            "ffn_gate": normal(INNER, WIDTH, scale=each),
            "ffn_up": normal(INNER, WIDTH, scale=each),
            "ffn_down": normal(WIDTH, INNER, scale=1 / np.sqrt(INNER)),
            "attn_norm": ones,
            "ffn_norm": ones,
        }
        if prior != "none":
            block["attn_output"][0, :] = block["ffn_down"][0, :] = 0.0
        found.update({f"blk.{layer}.{name}.weight": tensor for name, tensor in block.items()})
    if prior != "none":
        size = np.sqrt((_CONSTANT**2 + 3 * WIDTH) / WIDTH)
        embedding[:, 0] = _CONSTANT
        liking = np.array([_liking(one, prior) for one in (*tokens, b"", b"", b"<|im_end|>")])
        output[:, 0] = liking * size / _CONSTANT
    return found


def _liking(token: bytes, prior: Prior) -> float:
    """How much more likely a token is than another, in nats."""
    text = token.decode("ascii", "replace")
    if text == "<|im_end|>":
        return 4.5 if prior == "text" else -12.0
    if prior == "ascii":
        if text in ('"', "]", "\\"):
            return -12.0
        return 0.0 if text.isascii() and text.isprintable() and text else -20.0
    special = {'"': QUOTE, "}": -1.0, "]": -1.0, ",": -2.0, "\\": -6.0}
    if text in special:
        return special[text]
    if text and text.isascii() and all(one.isalnum() or one == " " for one in text):
        return 1.0 if len(text) > 1 else 0.0
    return -2.0 if text and text.isascii() and text.isprintable() else -6.0
