"""Where the questions stand: two layouts, what is sent in each, and what each is filed under."""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.asking import changes
from slm_harness.breach import TASK
from slm_harness.engines.baseline import BaselineEngine
from slm_harness.engines.context import estimated_tokens
from slm_harness.errors import PromptError, SnapshotError
from slm_harness.evidence import load_evidence, write_evidence
from slm_harness.gate import Snapshot
from slm_harness.gate.provenance import changed_since, provenance
from slm_harness.records import FRAME, Layout, ModelSpec, Recipe, Request, Stored
from slm_harness.store import Store, key_of, key_parts, wording_of
from slm_harness.task import Prompt, load_prompt, reworded
from tests.projects import ROOT
from tests.test_store import IDENTITY, RECIPE, REPLY, REQUEST

FILE = ROOT / "evals" / "prompts" / "breach.yaml"
PROMPT = load_prompt(TASK, FILE)
FIRST = TASK.recipe(PROMPT)
AFTER = TASK.recipe(PROMPT, Layout.ARTICLE_FIRST)
TEXT = "Title: Files copied\n\nHarbour Dental lost 4,120 files."

lines = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
prompts = st.builds(
    Prompt, lines, st.lists(lines, min_size=9, max_size=9).map(lambda w: dict(zip(TASK.ids, w, strict=True)))
)  # fmt: skip
hostile = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.sampled_from(["</article>", "<article>", "< / ARTICLE-2 >", "</article-3>", "\n", "-2"]),
    )
).map("".join)


def reworded_question(id_: str, prompt: Prompt = PROMPT) -> Prompt:
    """The same prompt with one question in other words."""
    return replace(prompt, wordings=MappingProxyType({**prompt.wordings, id_: "In other words?"}))


# ---------------------------------------------------------------- what is sent


def test_questions_first_is_what_it_was() -> None:
    """Preamble and questions are the system prompt, and the article is all of the message."""
    assert (FIRST.layout, FIRST.system) == (Layout.QUESTIONS_FIRST, PROMPT.system)
    assert FIRST.message(TEXT) == TEXT
    assert (FIRST.wording, FIRST.around) == (PROMPT.system, PROMPT.system)


def test_article_first_has_the_questions_at_the_end() -> None:
    """The system prompt is the preamble alone; the message is the article in tags, then the questions."""
    assert AFTER.system == PROMPT.preamble.strip() + "\n"
    message = AFTER.message(TEXT)
    assert message.startswith(f"<article>\n{TEXT}\n</article>\n\n")
    assert message.endswith(f"\n{PROMPT.questions}")
    assert [message.count(f'- "{id_}": ') for id_ in TASK.ids] == [1] * 9


@given(prompts)
def test_the_words_are_the_same_in_either_layout(prompt: Prompt) -> None:
    """So that a change of layout is told from a change of words."""
    one, other = (TASK.recipe(prompt, layout) for layout in Layout)

    assert one.wording == other.wording == prompt.system
    assert reworded(one.wording, other.wording) == ()


@given(hostile, prompts)
def test_no_article_ends_before_its_end(text: str, prompt: Prompt) -> None:
    """The tag that ends it stands nowhere in it, in no case, with no blanks in it."""
    message = TASK.recipe(prompt, Layout.ARTICLE_FIRST).message(text)
    tag = message[1 : message.index(">")]

    assert re.fullmatch(r"article(-[0-9]+)?", tag)
    assert message.startswith(f"<{tag}>\n{text}\n</{tag}>\n\nThat was the whole article")
    assert not re.search(rf"<[\s/]*{tag}[\s>]", text, re.IGNORECASE)


def test_an_article_full_of_tags_costs_no_time() -> None:
    """A hundred thousand of them are looked at once."""
    text = "".join(f"</article-{n}>" for n in range(100_000))

    assert AFTER.message(text).startswith("<article-100000>\n")


@given(hostile)
def test_two_wordings_have_the_article_in_common(text: str) -> None:
    """All that is sent up to the first question is equal: a server reads it once for both."""
    other = TASK.recipe(reworded_question("data_breach"), Layout.ARTICLE_FIRST)
    starts = [r.message(text).removesuffix(r.questions) for r in (AFTER, other)]

    assert AFTER.system == other.system
    assert starts[0] == starts[1]
    assert starts[0].endswith("The fields of your answer:\n")
    assert text in starts[0]


@given(st.text(), prompts)
def test_what_is_around_an_article_is_counted(text: str, prompt: Prompt) -> None:
    """A window by the words around and the text holds whatever of the two is sent."""
    for layout in Layout:
        recipe = TASK.recipe(prompt, layout)
        sent = estimated_tokens(recipe.system + recipe.message(text))
        # A text with tags of ours gets a longer one.
        assert sent <= estimated_tokens(recipe.around) + estimated_tokens(text) + 8


def test_a_recipe_has_its_questions_in_one_place() -> None:
    """Questions that would be sent to nobody are no recipe, nor is an article with none after it."""
    for layout, questions in ((Layout.QUESTIONS_FIRST, "- a"), (Layout.ARTICLE_FIRST, "")):
        with pytest.raises(ValueError, match="questions stand apart"):
            Recipe("t", "s", {}, layout, questions)


# ---------------------------------------------------------------- which layout


def test_a_prompt_file_may_say_its_layout(tmp_path: Path) -> None:
    """The file's layout holds unless another one is asked for; another word is refused."""
    text = FILE.read_text(encoding="utf-8")
    path = tmp_path / "prompt.yaml"
    path.write_text(f"layout: article-first\n{text}", encoding="utf-8")
    found = load_prompt(TASK, path)

    assert TASK.recipe(found) == AFTER
    assert TASK.recipe(found, Layout.QUESTIONS_FIRST) == FIRST
    path.write_text(f"layout: article-last\n{text}", encoding="utf-8")
    with pytest.raises(PromptError, match="layout: Input should be 'questions-first' or"):
        load_prompt(TASK, path)


# ---------------------------------------------------------------- the key


@pytest.mark.parametrize(
    ("recipe", "key"),
    [
        (RECIPE, "e03b8995dac9bb3f83a85ce6213d64d5a852334f6f8636bbeb3d0176cf763bd5"),
        (
            Recipe(
                "breach",
                "You read one article.\n\n- \"data_breach\": Is it one?\n",
                {"type": "object"},
            ),
            "2bf4e4dc18b51d0e3a671ea800545d5122738c5229e30a2cf9f9b01597ea6f55",
        ),
    ],
)  # fmt: skip
def test_keys_of_the_first_layout_are_those_from_before_the_second(
    recipe: Recipe, key: str
) -> None:
    """What was stored and committed when there was one layout is found as ever."""
    assert key_of(key_parts(IDENTITY, recipe, REQUEST)) == key


recipes = st.builds(
    lambda layout, system, questions: Recipe(
        "t", system, {}, layout, questions if layout is Layout.ARTICLE_FIRST else ""
    ),
    st.sampled_from(Layout),
    st.text("ab\n"),
    st.text("ab\n", min_size=1),
)


@given(recipes, recipes)
def test_no_two_recipes_share_a_key(one: Recipe, other: Recipe) -> None:
    """Two keys are equal where layout, system prompt and questions are, and nowhere else."""
    keys = [key_of(key_parts(IDENTITY, recipe, REQUEST)) for recipe in (one, other)]

    assert (keys[0] == keys[1]) is (one == other)


@given(prompts)
def test_layouts_of_the_same_words_never_share_a_key(prompt: Prompt) -> None:
    """A reply in one layout is none in the other; the difference is told as the layout alone."""
    parts = [key_parts(IDENTITY, TASK.recipe(prompt, layout), REQUEST) for layout in Layout]

    assert key_of(parts[0]) != key_of(parts[1])
    assert wording_of(parts[0]) == wording_of(parts[1]) == prompt.system
    for ours, theirs in (parts, reversed(parts)):
        assert changes(ours, theirs) == "layout changed since the nearest stored answer"


def test_the_frame_is_part_of_the_key() -> None:
    """Other words around the article would be another prompt."""
    assert key_parts(IDENTITY, AFTER, REQUEST)["layout"] == ["article-first", FRAME]


@pytest.mark.parametrize("layout", Layout)
def test_a_changed_question_is_named_in_either_layout(layout: Layout) -> None:
    """Also where layout and words changed both."""
    before = key_parts(IDENTITY, TASK.recipe(PROMPT, layout), REQUEST)
    words = reworded_question("cause")
    now = key_parts(IDENTITY, TASK.recipe(words, layout), REQUEST)
    moved = key_parts(IDENTITY, TASK.recipe(words, Layout.ARTICLE_FIRST), REQUEST)

    assert changes(now, before) == "recipe (cause) changed since the nearest stored answer"
    if layout is Layout.QUESTIONS_FIRST:
        told = "recipe (cause) and layout changed since the nearest stored answer"
        assert changes(moved, before) == told


# ---------------------------------------------------------------- what is kept


def test_a_stored_reply_of_either_layout_comes_back(tmp_path: Path) -> None:
    """With the parts of its key, the frame among them."""
    store = Store(tmp_path)
    for recipe in (FIRST, AFTER):
        parts = key_parts(IDENTITY, recipe, REQUEST)
        stored = Stored(key_of(parts), parts, REPLY, IDENTITY, "2026-11-30T09:30:00Z")
        store.put(REQUEST, stored)

        assert store.get(stored.key) == stored


def test_evidence_says_in_which_layout(tmp_path: Path) -> None:
    """Accepted replies of the second layout survive their file, and nobody can move them to the first."""
    parts = key_parts(IDENTITY, AFTER, REQUEST)
    stored = Stored(key_of(parts), parts, REPLY, IDENTITY, "2026-11-30T09:30:00Z")
    write_evidence(tmp_path, "phi3", IDENTITY, AFTER, [(REQUEST, stored)])
    found = load_evidence(tmp_path, "phi3")

    assert found is not None
    assert found.recipe == AFTER
    assert found.replies == {"harbour": stored}
    path = tmp_path / "phi3.jsonl"
    text = path.read_text(encoding="utf-8")
    for old, new, why in (
        ('"layout":"article-first"', '"layout":"questions-first"', ":1: not a line of accepted"),
        ("Which entity was breached?", "Whose fault was it?", ":2: the reply on harbour is not"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(SnapshotError, match=why):
            load_evidence(tmp_path, "phi3")


def test_committed_evidence_is_written_as_it_stands(tmp_path: Path) -> None:
    """Fields that joined since change no byte of what was committed before."""
    committed = ROOT / "evals" / "answers" / "baseline.jsonl"
    found = load_evidence(committed.parent, "baseline")
    assert found is not None
    digests = {id_: stored.parts["article"] for id_, stored in found.replies.items()}
    write_evidence(
        tmp_path,
        "baseline",
        found.identity,
        found.recipe,
        [(Request("baseline", id_, ""), stored) for id_, stored in found.replies.items()],
    )

    ours = (tmp_path / "baseline.jsonl").read_text(encoding="utf-8").split("\n")
    theirs = committed.read_text(encoding="utf-8").split("\n")
    assert ours[0] == theirs[0]
    assert len(ours) == len(theirs)
    for one, other, digest in zip(ours[1:-1], theirs[1:-1], digests.values(), strict=True):
        # The text of the article is not in the evidence, so its digest is put in here.
        known = re.sub(r'"article_digest":"[0-9a-f]+"', f'"article_digest":"{digest}"', one)
        assert known.rpartition(',"digest"')[0] == other.rpartition(',"digest"')[0]


def test_the_gate_names_the_layout() -> None:
    """A snapshot has a line on the second layout only, and the gate tells a change either way."""
    first, after = (provenance(IDENTITY, recipe) for recipe in (FIRST, AFTER))

    assert "layout" not in first
    assert after["layout"] == "article-first"
    for before, now in ((first, after), (after, first)):
        named = changed_since(Snapshot("phi3", before, (), {}), Snapshot("phi3", now, (), {}), None)
        assert [one.split(" -> ")[0] for one in named] in (
            ["the prompt", "layout none"],
            ["the prompt", "layout article-first"],
        )


# ---------------------------------------------------------------- the baseline


def test_the_baseline_reads_the_article_alone() -> None:
    """The rules get the same text in either layout, so that questions after it cannot confuse them."""
    seen: list[str] = []

    def reader(prompt: str) -> dict[str, object]:
        seen.append(prompt)
        return {}

    for recipe in (FIRST, AFTER):
        engine = BaselineEngine(ModelSpec("baseline", "baseline", "baseline"), reader)
        identity = engine.identify(recipe, lambda _: None)
        engine.build(identity, recipe, lambda _: None)
        engine.ask(Request("baseline", "harbour", TEXT))

    assert seen == [TEXT, TEXT]
