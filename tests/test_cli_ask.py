"""``slm-harness ask``: one article in, the answers out, and a status for whoever calls it."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slm_harness.breach import TASK
from slm_harness.cli import main
from slm_harness.engines.proof import PROMPT
from tests.doubles import ROOT, Double, ollama_double
from tests.projects import HARBOUR, RIGHT

TEXT = (
    "Hackers stole the records of 4,120 patients in a data breach at Harbour Dental on 3 June 2025."
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A saved page."""
    path = tmp_path / "Harbour Dental.html"
    path.write_text(HARBOUR, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A server whose replies each test writes; one for all of them."""
    folder = tmp_path_factory.mktemp("server")
    with ollama_double("--models", "phi3", log=folder / "log", answers=[], folder=folder) as double:
        yield double


@pytest.fixture
def phi3(shared: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    """The same, at the address where the commands look for it."""
    monkeypatch.setenv("OLLAMA_HOST", shared.address)
    return shared


def replies(double: Double, reply: object) -> None:
    """Have the double say this about every article: an object of the schema's, or raw words."""
    assert double.log_file is not None
    path = double.log_file.parent / "answers.json"
    new = path.with_suffix(".new")
    key = "text" if isinstance(reply, str) else "reply"
    new.write_text(json.dumps([{"contains": "Harbour", key: reply}]), encoding="utf-8")
    new.replace(path)


def ask(source: Path | str, tmp_path: Path, *more: str, model: str = "phi3") -> int:
    """Run the command with a store of this test's own; give its status."""
    return main(["ask", model, str(source), "--store", str(tmp_path / "store"), *more])


# ---------------------------------------------------------------- what is printed


def test_nine_answers_in_a_table(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each question in the task's order, the answers below each other, and nothing else."""
    replies(phi3, RIGHT["harbour-dental"])

    assert ask(page, tmp_path) == 0
    shown = capsys.readouterr()

    assert [line.split()[0] for line in shown.out.splitlines()] == list(TASK.ids)
    assert "\nbreached_entity         Harbour Dental\n" in shown.out
    assert shown.out.endswith("\nthird_parties           (none)\n")
    assert shown.err == ""


def test_json_has_the_documented_fields(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One object; its fields are those of docs/ask.md, and it says who answered and what it took."""
    replies(phi3, RIGHT["harbour-dental"])

    assert ask(page, tmp_path, "--json") == 0
    told = json.loads(capsys.readouterr().out)

    documented = (ROOT / "docs" / "ask.md").read_text(encoding="utf-8")
    assert [f"`{name}`" for name in told if f"| `{name}` |" not in documented] == []
    assert told["answers"] == RIGHT["harbour-dental"]
    assert (told["model"], told["base"], told["server"]) == ("phi3", "phi3", "0.33.0")
    assert len(told["digest"]) == 64
    assert (told["finish"], told["recalled"], told["problems"]) == ("stop", False, {})
    assert told["tokens"]["prompt"] > told["tokens"]["reply"] > 0
    assert told["conforms"] is True


def test_asking_twice_costs_nothing(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stored reply is recalled; --fresh asks again."""
    replies(phi3, RIGHT["harbour-dental"])
    before = len(phi3.prompts())

    counts = []
    for more in ((), (), ("--fresh",)):
        assert ask(page, tmp_path, "--json", *more) == 0
        counts.append(len(phi3.prompts()) - before)
    told = capsys.readouterr().out.replace("}\n{", "}\0{").split("\0")

    assert counts == [1, 1, 2]
    assert [json.loads(one)["recalled"] for one in told] == [False, True, False]


def test_contradictions_are_marked(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that another one of the same reply rules out has a line of its own, and status 0."""
    replies(phi3, {**RIGHT["harbour-dental"], "cause_known": "No"})

    assert ask(page, tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()

    at = next(i for i, line in enumerate(lines) if line.startswith("cause_known"))
    assert lines[at + 1].strip() == "!! contradiction: it is No, and cause has an answer"


def test_hostile_reply_cannot_repaint_the_terminal(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Escape codes, overrides and line breaks of a reply reach neither the table nor the JSON."""
    nasty = "Harbour\x1b[2J\u202e Dental\r\nthird_parties  none\x9b31m"
    replies(phi3, {**RIGHT["harbour-dental"], "breached_entity": nasty})

    assert ask(page, tmp_path) == 0
    shown = capsys.readouterr().out
    assert ask(page, tmp_path, "--json") == 0
    raw = capsys.readouterr().out

    assert "breached_entity         Harbour[2J Dental third_parties none31m\n" in shown
    assert not {"\x1b", "\x9b", "\u202e", "\r"} & {*shown, *raw}
    assert json.loads(raw)["answers"]["breached_entity"] == nasty


# ---------------------------------------------------------------- replies that are no answers


def test_question_without_an_answer_says_why(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A field that was left out is marked, the others are shown, and the status is 1."""
    reply = {key: value for key, value in RIGHT["harbour-dental"].items() if key != "cause"}
    replies(phi3, json.dumps(reply))

    assert ask(page, tmp_path) == 1
    shown = capsys.readouterr().out
    assert ask(page, tmp_path, "--json") == 1

    assert "cause                   !! the reply has no field cause\n" in shown
    assert "cause_known             Yes\n" in shown
    assert json.loads(capsys.readouterr().out)["problems"] == {
        "cause": "the reply has no field cause"
    }


def test_unusable_reply_is_status_1(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reply that is no JSON is said to be none, on stderr; for programs it is the reason of each question."""
    replies(phi3, "I would rather not.")

    assert ask(page, tmp_path) == 1
    shown = capsys.readouterr()
    assert ask(page, tmp_path, "--json") == 1
    told = json.loads(capsys.readouterr().out)

    assert shown.out == ""
    assert shown.err == "slm-harness: phi3: the reply is no JSON: 'I would rather not.'\n"
    assert set(told["problems"]) == set(TASK.ids)
    assert told["answers"] == {}


def test_answers_outside_the_schema_become_plain_values(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers stay; what no program could rely on, such as lists in lists or infinity, becomes a text."""
    deep: object = "x"
    for _ in range(300):
        deep = [deep]
    odd = {
        "records_breached": 4120,
        "cause": {"what": ["a", 1]},
        "breach_date": None,
        "third_parties": deep,
    }
    text = json.dumps({**RIGHT["harbour-dental"], **odd}).replace(
        "4120", '4120, "discovery_date": 1e999'
    )
    replies(phi3, text.replace('"discovery_date": "05-Jun-2025", ', ""))

    assert ask(page, tmp_path, "--json") == 0
    answers = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["answers"]

    assert (answers["records_breached"], answers["breach_date"]) == (4120, None)
    assert answers["cause"] == '{"what": ["a", 1]}'
    assert answers["discovery_date"] == "Infinity"
    assert answers["third_parties"].startswith("[[[[")
    assert ask(page, tmp_path) == 0


# ---------------------------------------------------------------- where the article comes from


def test_a_text_is_asked_about_as_it_is(phi3: Double, tmp_path: Path) -> None:
    """Of a .txt no page is made; title and date given beside it are told, what would steer a template is broken."""
    source = tmp_path / "note.txt"
    source.write_text(f"\ufeff{TEXT} <|im_end|>\n\n\tSecond line.", encoding="utf-8")
    replies(phi3, RIGHT["harbour-dental"])

    more = ("--title", "Files\n copied", "--published", "2025-06-09")
    assert ask(source, tmp_path, *more) == 0

    assert phi3.prompts()[-1] == (
        f"Title: Files copied\nPublished: 2025-06-09\n\n{TEXT} < |im_end|>\nSecond line."
    )


def stdin(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have these bytes on the standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_text_from_the_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-` is the standard input, and the baseline needs no server."""
    stdin(TEXT.encode(), monkeypatch)

    assert ask("-", tmp_path, model="baseline") == 0
    assert "records_breached        4,120 patients\n" in capsys.readouterr().out


def test_a_page_from_the_standard_input_is_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """HTML that is piped in is no text: its title is found and its tags are gone."""
    stdin(f"<!DOCTYPE html>\n{HARBOUR}".encode(), monkeypatch)

    assert ask("-", tmp_path, "--json", model="baseline") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["title"] == "Harbour Dental says 4,120 patients' files were copied"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.html", b"", "the page is empty"),
        ("a.html", b"<html><body></body></html>", "no article text was found"),
        ("a.txt", b" \n\t", "there is no text in it"),
        ("a.txt", b"caf\xe9", "this is no text in UTF-8"),
        ("a.txt", b"x" * 5_000_001, "the text has more than 5,000,000 bytes"),
        ("a.html", None, "the page cannot be read: No such file or directory"),
    ],
)
def test_no_article_is_status_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    what: str,
) -> None:
    """What has no article in it is one line, and nobody is asked."""
    source = tmp_path / name
    if content is not None:
        source.write_bytes(content)

    assert ask(source, tmp_path, model="baseline") == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert f"{source}: {what}" in shown.err


# ---------------------------------------------------------------- settings and servers


def test_a_store_that_cannot_be_written_is_found_out_before_asking(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No model works for an answer that is then lost."""
    (tmp_path / "store").write_text("a file", encoding="utf-8")
    before = len(phi3.bodies("/api/generate"))

    assert ask(page, tmp_path) == 2
    assert "--store DIR" in capsys.readouterr().err
    assert len(phi3.bodies("/api/generate")) == before


def test_no_server_is_status_2(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was not measured is one line that says what to do; there are no answers."""
    monkeypatch.setenv("OLLAMA_HOST", "no-address:x")

    assert ask(page, tmp_path, "--json") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "write it as host:port" in shown.err


def test_a_reply_that_does_not_come_in_time(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """--timeout bounds the wait, in place of the 300 s of models.yaml; the status is 2."""
    with ollama_double("--models", "phi3", "--delay", "30") as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        began = time.monotonic()
        assert ask(page, tmp_path, "--timeout", "0.2") == 2

    assert time.monotonic() - began < 10
    assert "no whole reply in time" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--published", "2025-02-30"], "there is no such day"),
        (["--published", "20250203"], "write a day as in 2024-05-02"),
        (["--timeout", "0"], "write seconds as a number above 0"),
        (["--timeout", "nan"], "write seconds as a number above 0"),
        (["--jsn"], "unrecognized arguments"),
    ],
)
def test_wrong_flags_are_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    """A flag that cannot be meant is told with its name, before the article is read."""
    with pytest.raises(SystemExit) as ended:
        main(["ask", "phi3", "no-such-file.html", *arguments])

    assert ended.value.code == 2
    assert what in capsys.readouterr().err


def test_an_unknown_model_is_status_2(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt model is one line with the nearest."""
    assert main(["ask", "phi33", str(page)]) == 2
    assert capsys.readouterr().err.startswith(
        "slm-harness: phi33: evals/models.yaml has no such model (did you mean 'phi3'?)"
    )


def test_a_model_of_the_command_line(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """NAME=ENGINE:BASE needs no entry in models.yaml."""
    replies(phi3, RIGHT["harbour-dental"])

    more = ("--models", str(tmp_path / "none.yaml"), "--json")
    assert ask(page, tmp_path, *more, model="mine=ollama:phi3") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["model"], told["base"]) == ("mine", "phi3")


def test_unconstrained_sends_no_schema(phi3: Double, page: Path, tmp_path: Path) -> None:
    """With --unconstrained neither the article nor a test of the schema is sent with one."""
    replies(phi3, RIGHT["harbour-dental"])
    before = len(phi3.bodies("/api/generate"))

    assert ask(page, tmp_path, "--unconstrained") == 0
    bodies = phi3.bodies("/api/generate")[before:]

    assert [body["prompt"] for body in bodies if body["prompt"]] == [phi3.prompts()[-1]]
    assert not any("format" in body or body["prompt"] == PROMPT for body in bodies)


# ---------------------------------------------------------------- several wordings


@pytest.fixture
def wordings(tmp_path: Path) -> list[str]:
    """Two prompts that differ in one question, as flags."""
    text = (ROOT / "evals" / "prompts" / "breach.yaml").read_text(encoding="utf-8")
    flags = []
    for name, words in (("plain", "Which entity was breached?"), ("terse", "Who?")):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text.replace("Which entity was breached?", words), encoding="utf-8")
        flags += ["--prompt", str(path)]
    return flags


def test_wordings_stand_below_each_other(
    phi3: Double,
    page: Path,
    tmp_path: Path,
    wordings: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Question by question, what each wording brought; what contradicts is marked in its place."""
    replies(phi3, {**RIGHT["harbour-dental"], "cause_known": "No"})

    assert ask(page, tmp_path, *wordings) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[:4] == [
        "data_breach             plain  Yes",
        "                        terse  Yes",
        "breached_entity         plain  Harbour Dental",
        "                        terse  Harbour Dental",
    ]
    at = lines.index("cause_known             plain  No")
    assert lines[at + 1].strip().startswith("!! contradiction: it is No")
    assert lines[at + 2].split() == ["terse", "No"]


def test_wordings_are_asked_by_one_engine(
    phi3: Double,
    page: Path,
    tmp_path: Path,
    wordings: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Back to back, article first: one model, one test of the schema, and the article's prefix is equal."""
    replies(phi3, RIGHT["harbour-dental"])
    created, asked = phi3.count("/api/create"), len(phi3.bodies("/api/generate"))

    assert ask(page, tmp_path, *wordings, "--layout", "article-first", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    generated = phi3.bodies("/api/generate")[asked:]
    bodies = [str(body["prompt"]) for body in generated if body["prompt"]]

    # None where another test of this server has made it.
    assert phi3.count("/api/create") - created <= 1
    assert len({body["model"] for body in generated}) == 1
    assert [PROMPT in prompt for prompt in bodies] == [True, False, False]
    ends = [bodies[n].partition("</article>\n\n") for n in (1, 2)]
    assert ends[0][0] == ends[1][0]
    assert [("Who?" in end) for _, _, end in ends] == [False, True]
    assert [one["prompt"] for one in told] == wordings[1::2]
    assert {one["layout"] for one in told} == {"article-first"}
    assert len({one["key"] for one in told}) == 2
    documented = (ROOT / "docs" / "ask.md").read_text(encoding="utf-8")
    assert [f"`{name}`" for name in told[0] if f"| `{name}` |" not in documented] == []


def test_an_article_is_read_once_for_all_wordings(
    page: Path,
    tmp_path: Path,
    wordings: list[str],
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By llama.cpp's own counts: with the article first the second wording is read from its questions on."""
    models = tmp_path / "models.yaml"
    models.write_text(
        f"models: {{tiny: {{engine: llamacpp, base: {tiny_model}, "
        "options: {n_threads: 1, max_tokens: 20}}}\n",
        encoding="utf-8",
    )
    flags = (*wordings, "--layout", "article-first", "--json", "--models", str(models))

    assert ask(page, tmp_path, *flags, model="tiny") == 1  # cut off at 20 tokens
    first, second = json.loads(capsys.readouterr().out)

    assert first["cached_tokens"] < second["cached_tokens"]
    assert second["cached_tokens"] > second["tokens"]["prompt"] / 3


def test_a_layout_is_a_reply_of_its_own(
    phi3: Double, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is stored in one layout is not recalled in the other; each is recalled in its own."""
    replies(phi3, RIGHT["harbour-dental"])
    recalled = []
    for layout in ("questions-first", "article-first") * 2:
        assert ask(page, tmp_path, "--json", "--layout", layout) == 0
        recalled.append(json.loads(capsys.readouterr().out)["recalled"])

    assert recalled == [False, False, True, True]


def test_one_wording_that_brings_no_reply_ends_it(
    page: Path,
    tmp_path: Path,
    wordings: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Status 2, one line, no half of a table; what came is stored."""
    replies = [
        {"contains": "Who?", "scenario": "bad-request-400"},
        {"contains": "Harbour", "reply": RIGHT["harbour-dental"]},
    ]
    flags = (*wordings, "--layout", "article-first")
    with ollama_double("--models", "phi3", answers=replies, folder=tmp_path) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        status = ask(page, tmp_path, *flags)
        shown = capsys.readouterr()
        again = ask(page, tmp_path, "--json", *flags[:2], *flags[4:])

    assert (status, shown.out) == (2, "")
    assert shown.err.count("\n") == 1
    assert again == 0
    assert json.loads(capsys.readouterr().out)["recalled"] is True


@pytest.mark.slow
def test_ctrl_c_is_status_130(page: Path, tmp_path: Path) -> None:
    """An interrupt ends the waiting at once, with no traceback and no answer."""
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", "--delay", "60", log=log) as double:
        command = [sys.executable, "-m", "slm_harness.cli", "ask", "phi3", str(page)]
        with subprocess.Popen(
            [*command, "--store", str(tmp_path / "store"), "--unconstrained"],
            cwd=ROOT,
            env={**os.environ, "OLLAMA_HOST": double.address},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                ends = time.monotonic() + 60
                while double.count("/api/create") == 0 and time.monotonic() < ends:
                    time.sleep(0.05)
                time.sleep(0.5)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=30)
            finally:
                process.kill()

    assert (process.returncode, out, err) == (130, b"", b"")
