"""The store: a key that cannot lie, entries that are whole or not there."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.errors import SnapshotError, StoreDamaged
from slm_harness.evidence import load_evidence, write_evidence
from slm_harness.records import Identity, Recipe, Reply, Request, Stored
from slm_harness.store import (
    Store,
    canonical_json,
    differing_parts,
    key_of,
    key_parts,
    write_atomically,
)

IDENTITY = Identity(
    engine="ollama",
    server="0.33.0",
    base="phi3",
    digest="a" * 64,
    template="{{ .System }}",
    options={"temperature": 0.0, "seed": 0},
    serves="breach-analyzer-phi3:123",
    machine={"gpu share": 1.0},
)
RECIPE = Recipe(task="breach", system="Answer.", schema={"type": "object"})
REQUEST = Request("phi3", "harbour", "The text.")
REPLY = Reply(
    text='{"said": "b\u2028c\x85"}', finish="stop", seconds=1.5, prompt_tokens=9, reply_tokens=4
)


def stored(request: Request = REQUEST, recipe: Recipe = RECIPE) -> Stored:
    """A reply filed under its proper key."""
    parts = key_parts(IDENTITY, recipe, request)
    return Stored(key_of(parts), parts, REPLY, IDENTITY, "2026-11-24T09:30:00Z")


@pytest.mark.parametrize(
    ("identity", "recipe", "request_", "part"),
    [
        ({"server": "0.34.0"}, {}, {}, "server"),
        ({"digest": "b" * 64}, {}, {}, "base digest"),
        ({"template": "{{ .Prompt }}"}, {}, {}, "template"),
        ({"options": {"temperature": 0.5, "seed": 0}}, {}, {}, "options"),
        ({"engine": "openai"}, {}, {}, "engine"),
        ({}, {"system": "Answer!"}, {}, "recipe"),
        ({}, {"schema": {"type": "string"}}, {}, "schema"),
        ({}, {}, {"prompt": "The text!"}, "article"),
        ({}, {}, {"sample": 1}, "sample"),
    ],
)
def test_whatever_can_change_an_answer_changes_the_key(
    identity: dict[str, str], recipe: dict[str, str], request_: dict[str, str], part: str
) -> None:
    """Each thing that can change an answer is a part of the key, and is named as the difference."""
    before = key_parts(IDENTITY, RECIPE, REQUEST)
    after = key_parts(
        dataclasses.replace(IDENTITY, **identity),  # type: ignore[arg-type]
        dataclasses.replace(RECIPE, **recipe),  # type: ignore[arg-type]
        dataclasses.replace(REQUEST, **request_),  # type: ignore[arg-type]
    )

    assert key_of(before) != key_of(after)
    assert differing_parts(after, before) == (part,)


def test_what_cannot_change_an_answer_leaves_the_key_alone() -> None:
    """Names and the machine are provenance: the same model under another name has the same key."""
    other = dataclasses.replace(IDENTITY, base="my-phi", serves="x", machine={})
    request = dataclasses.replace(REQUEST, model="mine", article="other-id")

    assert key_of(key_parts(IDENTITY, RECIPE, REQUEST)) == key_of(key_parts(other, RECIPE, request))


def test_a_stored_reply_comes_back_as_it_was(tmp_path: Path) -> None:
    """Put, then get, gives the same reply, key and identity; unknown keys give None."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())

    assert store.get(stored().key) == stored()
    assert store.get("0" * 64) is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_an_entry_cut_in_half_is_named_and_left_alone(tmp_path: Path, share: float) -> None:
    """A damaged entry is an error that names its file; the file is not touched."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    path = store.path(stored().key)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(StoreDamaged, match=f"{path.name}.*damaged.*move the file away"):
        store.get(stored().key)

    assert path.read_bytes() == whole[: int(len(whole) * share)]


def test_an_entry_changed_by_hand_is_refused(tmp_path: Path) -> None:
    """An entry whose parts are not those of its key is no evidence."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    path = store.path(stored().key)
    entry = json.loads(path.read_text(encoding="utf-8"))
    entry["parts"]["recipe"] = "Answer nicely."
    path.write_text(json.dumps(entry), encoding="utf-8")

    with pytest.raises(StoreDamaged, match="does not belong to its key"):
        store.get(stored().key)


def test_the_nearest_entry_is_the_one_with_the_fewest_differences(tmp_path: Path) -> None:
    """Of two stored replies the explanation takes the one that differs in one part, not in two."""
    store = Store(tmp_path)
    near = dataclasses.replace(RECIPE, system="Other words.")
    far = dataclasses.replace(RECIPE, system="Third words.", schema={"type": "null"})
    store.put(REQUEST, stored(recipe=near))
    store.put(REQUEST, stored(recipe=far))
    parts = key_parts(IDENTITY, RECIPE, REQUEST)

    found = store.nearest(REQUEST, parts)

    assert found is not None
    assert differing_parts(parts, found.parts) == ("recipe",)
    assert store.nearest(dataclasses.replace(REQUEST, article="unseen"), parts) is None


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """Nothing half-written is ever under the name, and no scrap is left beside it."""
    path = tmp_path / "file.json"
    write_atomically(path, "old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")

    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.json"]


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """An answer that cannot be kept is an error with its path, not a silent loss."""
    (tmp_path / "answers").write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(StoreDamaged, match="cannot be stored"):
        Store(tmp_path).put(REQUEST, stored())


@given(
    st.dictionaries(
        st.text(),
        st.one_of(st.integers(), st.text(), st.floats(allow_nan=False, allow_infinity=False)),
    )
)
def test_the_canonical_text_does_not_depend_on_order(content: dict[str, object]) -> None:
    """Two equal mappings have one text, and so one key."""
    backwards = dict(reversed(list(content.items())))

    assert canonical_json(content) == canonical_json(backwards)


def test_evidence_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Accepted replies survive their file, line separators inside a reply included."""
    write_evidence(tmp_path, "phi3", IDENTITY, RECIPE, [(REQUEST, stored())])

    found = load_evidence(tmp_path, "phi3")

    assert found is not None
    assert (found.identity, found.recipe) == (IDENTITY, RECIPE)
    assert found.replies == {"harbour": stored()}
    assert found.find(stored().key) == stored()
    assert load_evidence(tmp_path, "mistral") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"article":"harbour"', '"artikel":"harbour"', ":2: not a line of accepted replies"),
        ('"format":1', '"format":2', ":1: not a line of accepted replies"),
        ("said", "lied", ":2: the reply on harbour is not the one that was accepted"),
        ('"model":"phi3"', '"model":"mistral"', ":1: these are the replies of mistral"),
        ("Answer.", "Answer!", ":2: the reply on harbour is not the one that was accepted"),
    ],
)
def test_evidence_changed_by_hand_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """A line that was edited is refused with its number and what to do."""
    write_evidence(tmp_path, "phi3", IDENTITY, RECIPE, [(REQUEST, stored())])
    path = tmp_path / "phi3.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(SnapshotError, match=f"{message}.*restore it from version control"):
        load_evidence(tmp_path, "phi3")
