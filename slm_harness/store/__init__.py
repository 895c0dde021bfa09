"""The working store, where all that was ever asked is kept.

A reply is filed under the sha256 of everything that can change it. An entry is one JSON file that a
person can read; it is written whole or not at all, and never removed by a run. What all answers of one
model to one prompt share (who was asked, in which words) is kept once, as their setup.
"""

from slm_harness.store.entries import IDENTITY, REPLY
from slm_harness.store.files import write_atomically
from slm_harness.store.folder import Store
from slm_harness.store.keys import (
    ARTICLE,
    SAMPLE,
    KeyStem,
    canonical_json,
    differing_parts,
    key_of,
    key_parts,
    parts_of,
    text_digest,
    wording_of,
)

__all__ = [
    "ARTICLE",
    "IDENTITY",
    "REPLY",
    "SAMPLE",
    "KeyStem",
    "Store",
    "canonical_json",
    "differing_parts",
    "key_of",
    "key_parts",
    "parts_of",
    "text_digest",
    "wording_of",
    "write_atomically",
]
