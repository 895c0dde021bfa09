"""Exports and imports: nothing is lost on the way, nothing that was changed comes in."""

import dataclasses
import gzip
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slm_harness.errors import SettingsError
from slm_harness.records import Reply, Request, Stored
from slm_harness.store import Store, key_of, key_parts
from slm_harness.store.entries import sealed, setup_of
from slm_harness.store.exchange import Imported, export, take_in
from slm_harness.store.survey import walk
from tests.test_store import IDENTITY, RECIPE, put_before

TEXT = st.text(st.characters(codec="utf-8"))
REQUESTS = st.builds(
    Request,
    model=st.sampled_from(["phi3", "llama3.2"]),
    article=st.sampled_from(["harbour", "a.b_c-d", "A1"]),
    prompt=TEXT,
    sample=st.integers(0, 3),
)
REPLIES = st.builds(
    Reply,
    text=TEXT,
    finish=st.sampled_from(["stop", "length", "looped", "empty", "refused", "filtered"]),
    seconds=st.floats(0, 1e9) | st.integers(0, 10**6),
    prompt_tokens=st.none() | st.integers(0, 10**9),
)
SYSTEMS = st.sampled_from(["Answer.", "Answer\u2028nicely.", "Käse"])


def one(request: Request, reply: Reply, system: str = "Answer.") -> tuple[Request, Stored]:
    """An answer under its proper key."""
    recipe = dataclasses.replace(RECIPE, system=system)
    identity = dataclasses.replace(IDENTITY, base=request.model)
    parts = key_parts(identity, recipe, request)
    return request, Stored(key_of(parts), parts, reply, identity, "2026-11-24T09:30:00Z")


ANSWERS = st.lists(st.builds(one, REQUESTS, REPLIES, SYSTEMS), max_size=6)


def quiet(_: int) -> None:
    """Tell nobody."""


def everything(_: object) -> bool:
    """Choose every answer."""
    return True


def exported(store: Store, path: Path) -> bytes:
    """The lines of an export of all."""
    store.folder.mkdir(exist_ok=True)
    assert export(store, path, everything, quiet, quiet).damaged == ()
    return gzip.decompress(path.read_bytes())


def packed(path: Path, lines: bytes) -> Path:
    """A file of such lines."""
    path.write_bytes(gzip.compress(lines))
    return path


def held_by(store: Store) -> dict[str, object]:
    """All answers with what goes with them, the format of their files aside."""
    store.folder.mkdir(exist_ok=True)
    return {
        found.key: dataclasses.replace(found.entry, setup="")
        for found in walk(store)
        if found.entry is not None
    }


@given(answers=ANSWERS, before=st.sets(st.integers(0, 5)))
@settings(max_examples=50)
def test_an_export_taken_in_gives_equal_answers(
    tmp_path_factory: pytest.TempPathFactory,
    answers: list[tuple[Request, Stored]],
    before: set[int],
) -> None:
    """Whatever the formats of the entries; a second import changes nothing; equal answers, equal bytes."""
    folder = tmp_path_factory.mktemp("stores")
    ours, mixed, theirs = (Store(folder / name) for name in ("ours", "mixed", "theirs"))
    for number, (request, stored) in enumerate(answers):
        ours.put(request, stored)
        mixed.put(request, stored)
        if number in before:
            put_before(mixed, request, stored)
    lines = exported(ours, folder / "ours.gz")

    done = take_in(theirs, folder / "ours.gz", quiet)
    again = take_in(theirs, folder / "ours.gz", quiet)

    count = len({stored.key for _, stored in answers})
    assert (done.filed, done.there, done.other, done.bad) == (count, 0, 0, [])
    assert (again.filed, again.there, again.other, again.bad) == (0, count, 0, [])
    assert held_by(theirs) == held_by(ours) == held_by(mixed)
    assert exported(theirs, folder / "theirs.gz") == lines
    assert exported(mixed, folder / "mixed.gz") == lines
    assert (folder / "theirs.gz").read_bytes() == (folder / "ours.gz").read_bytes()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, bytes]:
    """A store of two answers of one setup, and its export."""
    folder = tmp_path_factory.mktemp("two")
    store = Store(folder / "store")
    for article in ("harbour", "meadow"):
        request = Request("phi3", article, f"The text on {article}.")
        store.put(*one(request, Reply('{"said": "Käse"}', "stop", 1.5, 9, 4)))
    return store, exported(store, folder / "export.gz")


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_never_makes_another_answer(
    tmp_path_factory: pytest.TempPathFactory, two: tuple[Store, bytes], data: st.DataObject
) -> None:
    """Whichever byte of an export is changed: what comes in is equal to what was exported."""
    store, lines = two
    at = data.draw(st.integers(0, len(lines) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != lines[at]))
    folder = tmp_path_factory.mktemp("changed")
    path = packed(folder / "changed.gz", lines[:at] + bytes([byte]) + lines[at + 1 :])
    theirs = Store(folder / "theirs")

    try:
        done = take_in(theirs, path, quiet)
    except SettingsError as error:
        assert ":1: it is no export" in error.message  # noqa: PT017 - only some changes raise
        done = Imported()

    came = held_by(theirs)
    assert came.items() <= held_by(store).items()
    assert len(came) == done.filed
    assert done.filed == done.said or done.bad or not done.said


def changed(two: tuple[Store, bytes], old: str, new: str) -> bytes:
    """The export with one text in place of another, everywhere."""
    assert old.encode() in two[1]
    return two[1].replace(old.encode(), new.encode())


def resealed(lines: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    """The export with its first answer changed by somebody who knows how the digest is made."""
    head, setup, answer, *rest = lines.splitlines()
    content = json.loads(answer)["answer"]
    del content["digest"]
    change(content)
    _, content["digest"] = sealed(content)
    return b"\n".join([head, setup, json.dumps({"answer": content}).encode(), *rest]) + b"\n"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("prompt", "Another text.", "does not belong to its key"),
        ("key", "0" * 64, "does not belong to its key"),
        ("key", "../../../../etc/passwd", "does not belong to its key"),
        ("sample", 7, "does not belong to its key"),
        ("sample", True, "not a whole entry"),
        ("setup", "0" * 64, "of a setup that no line before it has"),
        ("setup", "../setup", "not a whole entry"),
        ("article", "../../escaped", "cannot have such a name"),
        ("article", "", "cannot have such a name"),
        ("article", "x" * 81, "cannot have such a name"),
        ("model", "..", "cannot have such a name"),
        ("model", 7, "not a whole entry"),
        ("asked_at", "9999", "does not say in UTC when"),
        ("format", 1, "not a whole entry"),
        ("format", 3, "only a newer slm-harness reads"),
        ("reply", {"text": "x", "finish": "bored", "seconds": 1.0}, "not a whole entry"),
        ("reply", {"text": 7, "finish": "stop", "seconds": 1.0}, "not a whole entry"),
        ("reply", {"text": "x", "finish": "stop", "seconds": 1.0, "n": 1}, "not a whole entry"),
        ("extra", "field", "not a whole entry"),
    ],
)
def test_a_forged_answer_is_refused(
    tmp_path: Path, two: tuple[Store, bytes], field: str, value: object, why: str
) -> None:
    """A right digest over a wrong answer is not enough; the line after it is taken all the same."""
    lines = resealed(two[1], lambda content: content.update({field: value}))
    theirs = Store(tmp_path / "theirs")

    done = take_in(theirs, packed(tmp_path / "forged.gz", lines), quiet)

    assert done.filed == 1
    (fault,) = done.bad
    assert fault.startswith(f"{tmp_path / 'forged.gz'}:3: ")
    assert why in fault
    assert {path.name for path in tmp_path.iterdir()} == {"forged.gz", "theirs"}


def test_a_changed_setup_costs_its_answers(tmp_path: Path, two: tuple[Store, bytes]) -> None:
    """Other words in the setup are refused, and so is every answer that would have been to them."""
    path = packed(tmp_path / "changed.gz", changed(two, '"recipe":"Answer."', '"recipe":"Lie."'))

    done = take_in(Store(tmp_path / "theirs"), path, quiet)

    assert done.filed == 0
    assert [fault.split(":")[1] for fault in done.bad] == ["2", "3", "4"]


SETUP = setup_of(one(Request("phi3", "harbour", "x"), Reply("x", "stop", 1.0))[1])
SETUP_LINE = json.dumps({"digest": SETUP.digest, "setup": SETUP.content}).encode() + b"\n"


def endless(line: bytes, times: int) -> Iterator[bytes]:
    """A head, and then the same line again and again."""
    yield b'{"format": "slm-harness store 1", "setups": 1, "answers": 5}\n'
    for _ in range(times):
        yield line


@pytest.mark.parametrize(
    ("line", "times", "why"),
    [
        (b" " * 2**20, 40, ":2: longer than 8388608 bytes"),
        (b"\n", 10**5, ":102: not read on after 100 bad lines"),
        (b"[" * 100_000 + b"\n", 300, ":102: not read on after 100 bad lines"),
        (b'{"digest": "0", "setup": {"parts": {}, "identity": {}}}\n', 300, "not a whole setup"),
        (SETUP_LINE, 300, ":103: not read on after 100 bad lines"),
        (b'{"answer": {"n": NaN}}\n', 300, "one more than the 5 answers of the first line"),
        (b'{"answer": {"n": 1' + b"0" * 5000 + b"}}\n", 300, ":2: not a line of an export"),
    ],
)
def test_a_file_made_to_choke_on_ends_in_a_line(
    tmp_path: Path, line: bytes, times: int, why: str
) -> None:
    """Long lines, many lines, deep nesting: each ends with a reason, and nothing is filed."""
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.writelines(endless(line, times))

    done = take_in(Store(tmp_path / "theirs"), path, quiet)

    assert done.filed == 0
    assert len(done.bad) <= 102
    assert any(why in fault for fault in done.bad)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_file_that_was_cut_gives_what_it_has(
    tmp_path: Path, two: tuple[Store, bytes], share: float
) -> None:
    """Every answer before the cut is filed or none is promised; the cut is named."""
    whole = gzip.compress(two[1])
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: int(len(whole) * share)])
    theirs = Store(tmp_path / "theirs")

    try:
        done = take_in(theirs, path, quiet)
    except SettingsError as error:
        assert "it is no export of a store" in error.message  # noqa: PT017 - a short cut raises
    else:
        assert "cut off or damaged from here on" in done.bad[-1]


def test_lines_that_are_missing_are_missed(tmp_path: Path, two: tuple[Store, bytes]) -> None:
    """A whole file with fewer answers than it promises is no whole export."""
    lines = two[1].splitlines(keepends=True)

    done = take_in(
        Store(tmp_path / "theirs"), packed(tmp_path / "short.gz", b"".join(lines[:3])), quiet
    )

    assert done.filed == 1
    assert done.bad == [f"{tmp_path / 'short.gz'}:4: the file ends after 1 of 2 answers"]


def test_what_is_stored_already_stays(tmp_path: Path, two: tuple[Store, bytes]) -> None:
    """The same key with another reply is counted; ours is still there."""
    theirs = Store(tmp_path / "theirs")
    request = Request("phi3", "harbour", "The text on harbour.")
    mine = one(request, Reply("mine", "stop", 1.0))
    theirs.put(*mine)

    done = take_in(theirs, packed(tmp_path / "export.gz", two[1]), quiet)

    assert (done.filed, done.there, done.other, done.bad) == (1, 0, 1, [])
    assert theirs.get(mine[1].key) == mine[1]


def test_an_own_answer_that_is_damaged_is_named_and_left(
    tmp_path: Path, two: tuple[Store, bytes]
) -> None:
    """An import does not write over what somebody may want to look at; what is empty it does fill."""
    theirs = Store(tmp_path / "theirs")
    path = packed(tmp_path / "export.gz", two[1])
    take_in(theirs, path, quiet)
    first, second = sorted(theirs.answers.glob("??/*.json"))
    first.write_text("half", encoding="utf-8")
    second.write_bytes(b"")

    done = take_in(theirs, path, quiet)

    assert done.filed == 1
    assert len(done.bad) == 1
    assert f"our own {first}: a stored answer is damaged" in done.bad[0]
    assert first.read_text(encoding="utf-8") == "half"
    assert theirs.get(second.stem) is not None


def test_an_import_brings_back_a_setup(tmp_path: Path, two: tuple[Store, bytes]) -> None:
    """Answers that cannot be told for want of their setup can be told after it."""
    theirs = Store(tmp_path / "theirs")
    path = packed(tmp_path / "export.gz", two[1])
    take_in(theirs, path, quiet)
    for setup in theirs.setups.iterdir():
        setup.unlink()

    done = take_in(Store(tmp_path / "theirs"), path, quiet)

    assert (done.filed, done.there, done.bad) == (0, 2, [])
    assert held_by(Store(tmp_path / "theirs")) == held_by(two[0])


def test_a_damaged_answer_is_left_out_of_an_export_and_named(tmp_path: Path) -> None:
    """The others are written; an old entry that shows another prompt than its key has is one of them."""
    store = Store(tmp_path / "store")
    for article in "abc":
        store.put(*one(Request("phi3", article, f"text {article}"), Reply("said", "stop", 1.0)))
    request, stored = one(Request("phi3", "d", "text d"), Reply("said", "stop", 1.0))
    put_before(store, request, stored, prompt="text of another")
    cut = sorted(store.answers.glob("??/*.json"))[0]
    cut.write_bytes(cut.read_bytes()[:-10])

    done = export(store, tmp_path / "export.gz", everything, quiet, quiet)

    assert done.answers + len(done.damaged) == 4
    assert any("is damaged" in why for why in done.damaged)
    assert take_in(Store(tmp_path / "theirs"), tmp_path / "export.gz", quiet).bad == []


def importing(path: Path, folder: Path, go: "multiprocessing.synchronize.Barrier") -> None:
    """Import in a process of its own, together with others."""
    go.wait()
    take_in(Store(folder), path, quiet)


@pytest.mark.slow
def test_two_imports_at_once_leave_whole_entries(tmp_path: Path) -> None:
    """Processes that file the same answers at the same time are in nobody's way, and no scrap stays."""
    store = Store(tmp_path / "store")
    for number in range(50):
        request = Request("phi3", f"a{number}", f"text {number}")
        store.put(*one(request, Reply("said", "stop", 1.0)))
    exported(store, tmp_path / "export.gz")
    context = multiprocessing.get_context("spawn")
    go = context.Barrier(2)
    both = [
        context.Process(target=importing, args=(tmp_path / "export.gz", tmp_path / "theirs", go))
        for _ in range(2)
    ]

    for process in both:
        process.start()
    for process in both:
        process.join(60)

    theirs = Store(tmp_path / "theirs")
    assert [process.exitcode for process in both] == [0, 0]
    assert held_by(theirs) == held_by(store)
    assert not list(theirs.folder.rglob("*.part"))


def test_an_interrupted_import_leaves_whole_entries(tmp_path: Path) -> None:
    """Ctrl-C in the middle: what was filed is whole, and the next import does the rest."""
    store = Store(tmp_path / "store")
    for number in range(20):
        request = Request("phi3", f"a{number}", f"text {number}")
        store.put(*one(request, Reply("said", "stop", 1.0)))
    exported(store, tmp_path / "export.gz")
    theirs = Store(tmp_path / "theirs")

    def interrupt(number: int) -> None:
        if number == 10:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        take_in(theirs, tmp_path / "export.gz", interrupt)

    some = held_by(theirs)
    assert 0 < len(some) < 20
    assert some.items() <= held_by(store).items()
    take_in(theirs, tmp_path / "export.gz", quiet)
    assert held_by(theirs) == held_by(store)
