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
from slm_harness.store import IDENTITY as IDENTITY_ADAPTER
from slm_harness.store import REPLY as REPLY_ADAPTER
from slm_harness.store import (
    KeyStem,
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


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
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
    """An entry in which a word was exchanged is no evidence, whichever word it is."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    path = store.path(stored().key)
    whole = path.read_text(encoding="utf-8")

    for old, new in (("The text.", "The test."), ("said", "lied"), ("harbour", "harbous")):
        path.write_text(whole.replace(old, new), encoding="utf-8")
        with pytest.raises(StoreDamaged, match=r"damaged.*it was changed"):
            store.get(stored().key)
        assert path.read_text(encoding="utf-8") == whole.replace(old, new)


def test_an_entry_under_the_name_of_another_is_refused(tmp_path: Path) -> None:
    """A copy of a whole entry under another key is no answer to what that key asks."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    other = store.path("ab" * 32)
    other.parent.mkdir()
    other.write_bytes(store.path(stored().key).read_bytes())

    with pytest.raises(StoreDamaged, match="does not belong to its key"):
        store.get("ab" * 32)


@pytest.mark.parametrize("left", [b"", b"\0" * 4096])
def test_what_a_power_cut_leaves_counts_as_not_there(tmp_path: Path, left: bytes) -> None:
    """A file that never reached the disk is asked for anew, and takes the answer then."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    store.path(stored().key).write_bytes(left)

    assert store.get(stored().key) is None
    store.put(REQUEST, stored())
    assert store.get(stored().key) == stored()


def test_answers_without_their_setup_are_damaged_and_mended_by_it(tmp_path: Path) -> None:
    """The message names the setup's file; the next answer of that setup brings it back."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    (setup,) = store.setups.iterdir()
    setup.write_text(setup.read_text(encoding="utf-8").replace("Answer.", "Answer!"))

    with pytest.raises(StoreDamaged, match=f"{setup.name}.*is damaged.*slm-harness store import"):
        Store(tmp_path).get(stored().key)
    setup.unlink()
    with pytest.raises(StoreDamaged, match=f"{setup.name}.*is missing"):
        Store(tmp_path).get(stored().key)

    other = dataclasses.replace(REQUEST, prompt="Another text.")
    Store(tmp_path).put(other, stored(other))
    assert Store(tmp_path).get(stored().key) == stored()


def test_an_entry_of_a_newer_format_says_so(tmp_path: Path) -> None:
    """Nobody is told to move away what only another version can read."""
    store = Store(tmp_path)
    store.put(REQUEST, stored())
    path = store.path(stored().key)
    path.write_bytes(path.read_bytes().replace(b'"format": 2', b'"format": 3'))

    with pytest.raises(StoreDamaged, match="format 3, which only a newer slm-harness reads"):
        store.get(stored().key)


def put_before(store: Store, request: Request, one: Stored, prompt: str | None = None) -> Path:
    """File an answer as format 1 had it: every part of the key in the entry."""
    entry = {
        "format": 1,
        "key": one.key,
        "model": request.model,
        "article": request.article,
        "prompt": request.prompt if prompt is None else prompt,
        "parts": dict(one.parts),
        "identity": IDENTITY_ADAPTER.dump_python(one.identity, mode="json"),
        "asked_at": one.asked_at,
        "reply": REPLY_ADAPTER.dump_python(one.reply, mode="json"),
    }
    write_atomically(store.path(one.key), json.dumps(entry, indent=1) + "\n")
    index = store.index_path(request.model, request.article)
    index.parent.mkdir(parents=True, exist_ok=True)
    with index.open("a", encoding="utf-8") as lines:
        lines.write(one.key + "\n")
    return store.path(one.key)


def test_an_entry_of_the_format_before_is_read_and_explains(tmp_path: Path) -> None:
    """No answer is lost by an upgrade; one that was changed is refused as it always was."""
    store = Store(tmp_path)
    path = put_before(store, REQUEST, stored())

    assert store.get(stored().key) == stored()
    near = store.nearest(REQUEST, key_parts(IDENTITY, RECIPE, REQUEST))
    assert near == stored()

    path.write_bytes(path.read_bytes().replace(b"Answer.", b"Answer!"))
    with pytest.raises(StoreDamaged, match="does not belong to its key"):
        store.get(stored().key)


def test_an_entry_is_readable_and_small(tmp_path: Path) -> None:
    """Who was asked and in which words is kept once; reply and prompt stand in each entry as text."""
    store = Store(tmp_path)
    recipe = dataclasses.replace(RECIPE, system="Answer. " * 1000)
    for number in range(10):
        request = dataclasses.replace(REQUEST, article=f"a{number}", prompt=f"Text {number}: Käse.")
        store.put(request, stored(request, recipe))

    files = sorted(store.answers.glob("??/*.json"))
    assert len(files) == 10
    assert len(list(store.setups.iterdir())) == 1
    assert all(file.stat().st_size < 1000 for file in files)
    assert all("Käse." in file.read_text(encoding="utf-8") for file in files)


def test_a_miss_is_explained_from_the_last_few_answers(tmp_path: Path) -> None:
    """However many prompts were tried on an article, a few entries are read."""
    store = Store(tmp_path)
    for number in range(30):
        recipe = dataclasses.replace(RECIPE, system=f"Answer {number}.")
        store.put(REQUEST, stored(recipe=recipe))
        if number < 20:
            store.path(stored(recipe=recipe).key).write_text("not read, since it was asked before")
    parts = key_parts(IDENTITY, RECIPE, REQUEST)

    found = store.nearest(REQUEST, parts)

    assert found is not None
    assert found.parts["recipe"] == "Answer 29."


@given(
    st.dictionaries(
        st.text(), st.one_of(st.integers(), st.text(), st.dictionaries(st.text(), st.text()))
    ),
    st.text(),
    st.integers(),
)
def test_a_stem_makes_the_keys_that_all_parts_make(
    parts: dict[str, object], article: str, sample: int
) -> None:
    """Writing the shared parts once changes no key, whatever parts there are."""
    whole = {**parts, "article": article, "sample": sample}

    assert KeyStem(parts).key(article, sample) == key_of(whole)


@given(
    text=st.text(st.characters(codec="utf-8")),
    seconds=st.floats(0, 1e9) | st.integers(0, 10**9),
    tokens=st.none() | st.integers(0, 10**12),
    prompt=st.text(st.characters(codec="utf-8")),
    sample=st.integers(0, 100),
)
def test_whatever_is_said_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    seconds: float,
    tokens: int | None,
    prompt: str,
    sample: int,
) -> None:
    """Any reply to any prompt is read as it was put, in this format and in the one before."""
    request = dataclasses.replace(REQUEST, prompt=prompt, sample=sample)
    reply = Reply(text=text, finish="stop", seconds=seconds, prompt_tokens=tokens)
    one = dataclasses.replace(stored(request), reply=reply)
    now, before = (Store(tmp_path_factory.mktemp("store")) for _ in range(2))

    now.put(request, one)
    put_before(before, request, one)

    assert now.get(one.key) == before.get(one.key) == one


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
