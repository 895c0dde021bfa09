"""Models: what listings tell of them, what create makes, what copy and delete leave."""

import ollama
import pytest

from tests.contract.server import PREFIX, Server, lines, said


def test_a_listing_has_complete_names_and_bare_digests(server: Server) -> None:
    """Always a tag, and 64 hex digits without a prefix."""
    digests = server.digests()

    assert server.full_name in digests
    for name, digest in digests.items():
        assert ":" in name
        assert len(bytes.fromhex(digest)) == 32


def test_the_official_client_lists_them(server: Server) -> None:
    """Under ``model``, with the same digest."""
    client = ollama.Client(server.address, timeout=60, trust_env=False)
    listed = {model.model: model.digest for model in client.list().models}
    client._client.close()

    assert listed[server.full_name] == server.digests()[server.full_name]


def test_show_tells_template_context_and_capabilities(server: Server) -> None:
    """But no digest, for which the listing has to be asked."""
    shown = server.show()
    context = [v for k, v in shown["model_info"].items() if k.endswith(".context_length")]

    assert "digest" not in shown
    assert shown["template"]
    assert isinstance(context[0], int)
    assert "completion" in shown["capabilities"]
    assert shown["details"]["family"]


def test_show_names_an_unknown_model_with_its_tag(server: Server) -> None:
    """Unlike generate, which repeats the name as it was given."""
    got = server.post("/api/show", model=f"{PREFIX}none")

    assert (got.status_code, said(got)) == (404, f"model '{PREFIX}none:latest' not found")


def test_a_name_is_found_in_any_case(server: Server) -> None:
    """By show and by generate."""
    assert server.show(server.model.swapcase())["template"] == server.show()["template"]
    assert server.ask("", model=server.model.swapcase()).status_code == 200


@pytest.mark.parametrize("name", ["a//b", "-a", "a/b/c/d", "x" * 81])
def test_a_bad_name_is_400(server: Server, name: str) -> None:
    """Empty parts, a hyphen first, too many slashes, more than 80 characters: no 404 for these."""
    for got in (
        server.post("/api/generate", model=name, prompt="Hi", stream=False),
        server.post("/api/create", **{"model": name, "from": server.model, "stream": False}),
    ):
        assert (got.status_code, said(got)) == (400, "invalid model name")


def test_equal_recipes_have_equal_digests_and_others_other_ones(server: Server) -> None:
    """The same inputs make the same model; another system prompt or parameter another. Inferred."""
    recipes: list[dict[str, object]] = [
        {"system": "A", "parameters": {"temperature": 0}},
        {"system": "A", "parameters": {"temperature": 0}},
        {"system": "B", "parameters": {"temperature": 0}},
        {"system": "A", "parameters": {"temperature": 1}},
    ]
    digests = []
    for recipe in recipes:
        made = server.create("twice", **recipe)
        digests.append(server.digests()[f"{made}:latest"])

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_a_model_is_another_than_its_base(server: Server) -> None:
    """Its digest is its own, and the base's stays."""
    before = server.digests()[server.full_name]
    made = server.create("other", system="Be brief.")
    after = server.digests()

    assert after[server.full_name] == before
    assert after[f"{made}:latest"] != before
    assert server.show(made)["details"]["parent_model"]


def test_leftovers_of_the_base_stay(server: Server) -> None:
    """An empty system prompt is the base's, its parameters are merged, and none can be removed."""
    one = server.create("one", system="Old.", parameters={"top_k": 7, "temperature": 1})
    two = server.create("two", **{"from": one, "system": "", "parameters": {"temperature": 0}})
    shown = server.show(two)
    told = dict(line.split(maxsplit=1) for line in shown["parameters"].splitlines())

    assert shown["system"] == "Old."
    assert (told["top_k"], told["temperature"]) == ("7", "0")
    assert shown["template"] == server.show()["template"]


def test_parameters_are_not_checked_when_a_model_is_made(server: Server) -> None:
    """A value of another type makes a model that cannot be asked; an unknown name makes no difference."""
    made = server.create("unchecked", parameters={"temperature": "hot", "no_such_thing": 3})
    got = server.post("/api/generate", model=made, prompt="Hi", stream=False)

    assert got.status_code == 500
    assert said(got) == 'option "temperature" must be of type float32'


def test_a_modelfile_is_not_taken(server: Server) -> None:
    """It was, once; now its base has to be named."""
    got = server.post(
        "/api/create", model=f"{PREFIX}none", modelfile=f"FROM {server.model}", stream=False
    )

    assert (got.status_code, said(got)) == (400, "neither 'from' or 'files' was specified")


def test_create_tells_its_steps(server: Server) -> None:
    """Layers that are there are used, new ones made, and the last line says success."""
    body = {
        "model": f"{PREFIX}steps",
        "from": server.model,
        "system": "A system prompt of its own.",
    }
    steps = [line["status"] for line in lines(server.post("/api/create", **body))]

    assert any(step.startswith("using existing layer sha256:") for step in steps)
    assert steps[-2:] == ["writing manifest", "success"]


def test_a_copy_is_the_same_model(server: Server) -> None:
    """Copy answers with nothing, and the digest is the same under both names."""
    got = server.post("/api/copy", source=server.model, destination=f"{PREFIX}copy")
    digests = server.digests()

    assert (got.status_code, got.content) == (200, b"")
    assert digests[f"{PREFIX}copy:latest"] == digests[server.full_name]


def test_what_is_not_there_cannot_be_copied_or_deleted(server: Server) -> None:
    """404, with the name in quotes of the one and of the other kind."""
    none = f"{PREFIX}none"
    copied = server.post("/api/copy", source=none, destination=f"{PREFIX}copy")
    deleted = server.delete(none)

    assert (copied.status_code, said(copied)) == (404, f'model "{none}" not found')
    assert (deleted.status_code, said(deleted)) == (404, f"model '{none}' not found")


def test_what_is_deleted_is_gone(server: Server) -> None:
    """Delete answers with nothing, in any case of the name; the base stays."""
    made = server.create("gone", system="A")
    got = server.delete(made.upper())
    names = server.digests()

    assert (got.status_code, got.content) == (200, b"")
    assert f"{made}:latest" not in names
    assert server.full_name in names
