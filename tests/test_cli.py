"""The command line: what it prints, what it writes, and how it refuses."""

import json
import re
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from slm_harness.breach import TASK
from slm_harness.cli import main
from slm_harness.labels.lint import lint
from slm_harness.labels.load import load_labelled
from tests.doubles import ROOT, ollama_double
from tests.test_labels import LABEL, NO_BREACH, PAGE, put

FIXTURES = ROOT / "fixtures" / "articles"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one sound article in it."""
    return put(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is written to stderr by a command that ends with status 2."""
    assert main(arguments) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "Traceback" not in caught.err
    return caught.err


# ---------------------------------------------------------------- show


def test_show_prints_what_a_model_gets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Title, date, text, size, and each answer with its evidence."""
    assert main(["show", "brackwater", "--articles", str(folder)]) == 0

    shown = capsys.readouterr().out
    (labelled,) = load_labelled(folder, TASK)
    assert shown.startswith(labelled.article.prompt + "\n")
    assert "-- brackwater: " in shown
    assert " words, about " in shown
    assert "cause_known (contested): Yes\n" in shown
    assert "records_breached: 23417 passengers (23000 to 24000 if hedged)\n" in shown
    assert (
        "\n    line 1: … on Monday that a stranger had read »the bookings of 23,417 passengers« on 2 June."
        in shown
    )


def test_show_tells_what_was_dropped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line of the page that a model does not get, and how many words that is of how many."""
    assert main(["show", "brackwater", "--articles", str(folder)]) == 0

    shown = capsys.readouterr().out
    assert re.search(
        r"^dropped \d+ of the page's \d+ words:\n    Brackwater Ferries\n    Home\n", shown, re.M
    )
    assert "\n    Published by Tidewater Press.\n" in shown


def test_show_cuts_a_long_list_of_dropped_lines(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twelve lines, unless all are asked for."""
    menu = "".join(f"<li><a href='/'>Place {number}</a></li>" for number in range(40))
    put(folder, page=PAGE.replace("<nav>", f"<nav><ul>{menu}</ul>"))

    main(["show", "brackwater", "--articles", str(folder)])
    few = capsys.readouterr().out
    main(["show", "brackwater", "--all", "--articles", str(folder)])
    every = capsys.readouterr().out

    assert "Place 39" not in few
    assert f"lines more (slm-harness show brackwater --all --articles={folder})" in few
    assert "Place 39" in every


def test_show_marks_evidence_on_a_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words stand out in the text; what the article itself brings of escape codes does not get there."""
    put(folder, page=PAGE.replace("on 2 June", "on \x1b[31m2 June"))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert main(["show", "brackwater", "--articles", str(folder)]) == 0

    shown = capsys.readouterr().out
    assert (
        "\nBrackwater Ferries said on Monday that a stranger had read \x1b[1mthe bookings of 23,417 passengers\x1b[0m on "
        in shown
    )
    assert "\x1b[31m" not in shown


def test_show_reads_a_draft(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A draft is shown, and said to be one."""
    put(folder, LABEL + "draft: true\n")

    assert main(["show", "brackwater", "--articles", str(folder)]) == 0
    assert "breach, a draft" in capsys.readouterr().out


def test_show_refuses_an_unknown_id(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt id is one line with the nearest."""
    line = refused(capsys, "show", "brakwater", "--articles", str(folder))

    assert (
        line
        == f"slm-harness: {folder}: there is no article 'brakwater' (did you mean 'brackwater'?)\n"
    )


def test_reader_that_stops_reading_is_no_error(folder: Path) -> None:
    """`slm-harness show ... | head -1` ends quietly."""
    put(
        folder,
        page=PAGE.replace("</article>", "<p>Once more, with feeling.</p>" * 3_500 + "</article>"),
    )
    command = [
        sys.executable,
        "-c",
        "import sys; from slm_harness.cli import main; sys.exit(main())",
    ]
    command += ["show", "brackwater", "--articles", str(folder)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()

    assert (process.returncode, complaint) == (0, b"")


def test_show_prints_the_text_of_a_faulty_label(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a label ought to quote can be copied from it; the faults stand where the answers would."""
    put(folder, LABEL.replace("Somebody had guessed", "somebody has guessed"))

    assert main(["show", "brackwater", "--articles", str(folder)]) == 1
    shown = capsys.readouterr().out
    assert "\nBrackwater Ferries said on Monday" in shown
    assert "evidence.cause: 'somebody has guessed a password' is not on the page" in shown
    assert "data_breach: Yes" not in shown


def test_show_of_a_page_without_a_label(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text, and that the label is not there."""
    (folder / "brackwater.yaml").unlink()

    assert main(["show", "brackwater", "--articles", str(folder)]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("Title: Bookings of 23,417 ferry passengers were read\n")
    assert "brackwater.yaml: is not there, but brackwater.html is" in shown


# ---------------------------------------------------------------- lint


def test_lint_of_sound_labels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No fault is one line and status 0; for a program, no line."""
    assert main(["lint", str(folder)]) == 0
    assert capsys.readouterr().out == "1 article, no fault\n"
    assert main(["lint", str(folder), "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_lint_lists_faults(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a fault, sorted, nothing else, and status 1."""
    put(folder, LABEL.replace("url:", "ulr:").replace("unit:", "units:"))

    assert main(["lint", str(folder)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{folder}/brackwater.yaml:2: ulr: unknown key (did you mean 'url'?)",
        f"{folder}/brackwater.yaml:14: answers.records_breached.units: unknown key (did you mean 'unit'?)",
    ]


def test_lint_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json each line is an object with file, line, path and what."""
    put(folder, LABEL.replace("unit:", "units:") + "draft: true\n")

    assert main(["lint", str(folder), "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [(one["line"], one["path"]) for one in lines] == [
        (14, "answers.records_breached.units"),
        (30, "draft"),
    ]
    assert {one["file"] for one in lines} == {f"{folder}/brackwater.yaml"}
    assert lines[0]["what"] == "unknown key (did you mean 'unit'?)"


def test_lint_of_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to look at is a refusal, not a success."""
    assert "the folder of articles is empty" in refused(capsys, "lint", str(tmp_path))


# ---------------------------------------------------------------- coverage


def test_coverage_counts_kinds_tags_and_commonest_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kinds with their lengths, every known tag also where nothing carries it, and the floor."""
    folder = tmp_path / "articles"
    folder.mkdir()
    put(folder)
    put(folder, NO_BREACH.replace("brackwater", "alder"), PAGE, name="alder")
    (tmp_path / "tags.yaml").write_text(
        "dates:\n  exact-day: a day is given\n  never: seldom\n", encoding="utf-8"
    )

    assert main(["coverage", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == f"# What the articles of {folder} cover"
    assert [line for line in lines if line.startswith("| breach ")] == [
        "| breach | 1 | 51 | 51 | 51 |"
    ]
    assert "| all | 2 | 51 | 51 | 51 |" in lines
    assert "| records_breached | 23417 | 1/1 | 100% | Unknown | 1/2 | 50% |" in lines
    assert "| exact-day | 1 | a day is given |" in lines
    assert "| never | 0 | seldom |" in lines


# ---------------------------------------------------------------- add


def added(folder: Path, *arguments: str) -> int:
    """The status of ``add``, with a store of its own: the checkout's is not for tests."""
    return main(["add", *arguments, "--store", str(folder / "store")])


def test_add_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The bytes are copied, and the baseline's proposals stand beside their sentences."""
    page = (FIXTURES / "ravensmere-buses.html").read_bytes() + b"\r\n"
    source = tmp_path / "saved page.html"
    source.write_bytes(page)
    folder = tmp_path / "new" / "articles"

    assert added(tmp_path, str(source), "--id", "buses-1", "--articles", str(folder)) == 0

    assert (folder / "buses-1.html").read_bytes() == page
    label = yaml.safe_load((folder / "buses-1.yaml").read_text(encoding="utf-8"))
    assert label["draft"] is True
    assert label["title"].startswith("Hackers took details of 23,417 bus pass holders")
    assert str(label["published"]) == "2023-03-23"
    assert list(label["answers"]) == list(TASK.ids)
    assert label["answers"]["records_breached"] == {"value": 23417, "unit": "holders"}
    assert label["evidence"]["breach_date"].startswith("The letter says their details were copied")
    told = capsys.readouterr().out
    assert re.search(r"^kept \d+ words, about \d+ tokens, in \d+ lines:\n    Thousands", told, re.M)
    assert "\n    Skip to main content\n" in told
    assert "\ndrafted by the baseline, which is rules and no language model:\n" in told
    assert "\n      “The letter says their details were copied" in told


def test_draft_obeys_the_contract(tmp_path: Path) -> None:
    """The label that `add` writes has but one fault: that it is a draft."""
    source = tmp_path / "page.txt"
    source.write_text(
        PAGE.replace("<h1>Bookings", '<h1>"Quoted": # {odd} \\ Évrard, yes'), encoding="utf-8"
    )
    assert added(tmp_path, str(source), "--id", "1e3", "--articles", str(tmp_path / "a")) == 0

    (labelled,) = load_labelled(tmp_path / "a", TASK, drafts=True)

    assert [finding.path for finding in lint(tmp_path / "a", TASK).findings] == ["draft"]
    assert labelled.article.id == "1e3"
    assert (labelled.article.title or "").startswith('"Quoted": # {odd} \\ Évrard, yes')


@pytest.mark.parametrize("there", ["ferry.html", "ferry.yaml"])
def test_add_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    """Where either file is there already, neither is touched."""
    source = tmp_path / "source.html"
    source.write_text(PAGE, encoding="utf-8")
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / there).write_text("mine")

    line = refused(capsys, "add", str(source), "--id", "ferry", "--articles", str(folder))

    assert f"{folder / there} is there already" in line
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [(there, "mine")]


@pytest.mark.parametrize(
    ("source", "id_", "what"),
    [
        (
            "no-such-file.html",
            "a",
            "no-such-file.html: the page cannot be read: No such file or directory",
        ),
        (".", "a", ".: the page cannot be read: Is a directory"),
        ("ftp://example.org/", "a", "ftp://example.org/: only http and https"),
        ("x.html", "a b", "--id a b: an id has letters, digits"),
        ("x.html", "../a", "--id ../a: an id has letters, digits"),
        ("x.html", "", "an id has letters, digits"),
    ],
)
def test_add_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, id_: str, what: str
) -> None:
    """What cannot be added is one line, and nothing is written."""
    line = refused(capsys, "add", source, "--id", id_, "--articles", str(tmp_path / "a"))

    assert what in line
    assert line.count("\n") == 1
    assert not (tmp_path / "a").exists()


def test_add_refuses_what_is_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A PDF is refused before anything is written."""
    source = tmp_path / "notice.html"
    source.write_bytes(b"%PDF-1.7")

    assert f"{source}: this is a PDF" in refused(
        capsys, "add", str(source), "--id", "a", "--articles", str(tmp_path / "a")
    )
    assert not (tmp_path / "a").exists()


def test_add_to_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is a file is one line, before anything is asked."""
    source = tmp_path / "page.html"
    source.write_text(PAGE, encoding="utf-8")

    line = refused(capsys, "add", str(source), "--id", "a", "--articles", str(source))

    assert f"{source} is no folder; name one with --articles=DIR" in line


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A saved page."""
    path = tmp_path / "Ferry Bookings.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_nothing_is_left_of_what_could_not_be_written(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A disk that is full at the second file leaves neither, so that the next try is free to write."""
    monkeypatch.setattr("slm_harness.cli.add._label", lambda *_: iter(["x" * 200_000]))
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    )
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        line = refused(capsys, "add", str(source), "--id", "a", "--articles", str(tmp_path / "a"))
    finally:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        signal.signal(signal.SIGXFSZ, handler)

    assert "a.yaml: cannot be written: File too large" in line
    assert list((tmp_path / "a").iterdir()) == []


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ("www.example.com/story", "for the web write https://www.example.com/story"),
        ("news.example.com/story", "for the web write https://news.example.com/story"),
        ("http://[::1/x", "no address"),
    ],
)
def test_add_of_what_is_nearly_an_address(
    capsys: pytest.CaptureFixture[str], named: str, what: str
) -> None:
    """An address without its scheme, or with a slip, is one line that says so."""
    assert what in refused(capsys, "add", named, "--id", "a")


def test_a_password_in_an_address_is_not_written_down(site: str, tmp_path: Path) -> None:
    """Labels are committed."""
    address = site.replace("http://", "http://me:secret@")

    assert added(tmp_path, f"{address}/new", "--id", "a", "--articles", str(tmp_path)) == 0
    assert "secret" not in (tmp_path / "a.yaml").read_text()


def test_the_folder_can_be_given_in_either_way(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`lint DIR` and `lint --articles=DIR` are the same."""
    assert main(["lint", f"--articles={folder}"]) == main(["lint", str(folder)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_a_full_disk_is_one_line(folder: Path) -> None:
    """Where the output cannot be written it says so, with status 2."""
    command = [sys.executable, "-m", "slm_harness.cli", "lint", str(folder)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("slm-harness: the output cannot be written: ")
    assert "Traceback" not in done.stderr


def test_add_names_the_article_itself(source: Path, tmp_path: Path) -> None:
    """Without --id the name comes from the file's or the address's."""
    assert added(tmp_path, str(source), "--articles", str(tmp_path / "a")) == 0
    assert (tmp_path / "a" / "ferry-bookings.yaml").exists()


def test_add_needs_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no letter to make one of, it asks for it."""
    assert "give --id" in refused(capsys, "add", "https://127.0.0.1/1234/")


def test_add_asks_a_model_of_the_users_choice(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is asked once; its proposals stand in the label beside the sentences that bear them out."""
    reply = {
        "data_breach": "Yes",
        "breached_entity": "Brackwater Ferries",
        "records_breached": "23,417 passengers",
        "breach_date": "02-Jun-2024",
        "discovery_date": "3 June 2024",
        "cause_known": "Yes",
        "cause": "Somebody guessed a password",
        "third_parties_involved": "No",
        "third_parties": [],
    }
    rules = [{"contains": "Brackwater", "reply": reply}]
    log = tmp_path / "log"
    arguments = ["add", str(source), "--model", "phi=ollama:phi3", "--store", str(tmp_path / "s")]
    with ollama_double("--models", "phi3", log=log, answers=rules, folder=tmp_path) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        for name in ("one", "two"):
            assert main([*arguments, "--id", "ferry", "--articles", str(tmp_path / name)]) == 0
        assert len(double.prompts()) == 1

    assert "drafted by phi (phi3):" in capsys.readouterr().out
    label = yaml.safe_load((tmp_path / "one" / "ferry.yaml").read_text(encoding="utf-8"))
    assert label["kind"] == "breach"
    assert label["answers"]["breached_entity"] == {"names": [{"name": "Brackwater Ferries"}]}
    assert label["answers"]["third_parties"] == "none"
    assert label["evidence"]["cause"].startswith("Somebody had guessed a password")
    assert label["evidence"]["discovery_date"].startswith("The company’s chief engineer, Ottilie")
    # What the model said is a proposal: others will put the cause in other words.
    assert [str(one).partition(": ")[2] for one in lint(tmp_path / "one", TASK).findings] == [
        "draft: still a draft, which an evaluation refuses; check it, take the line out",
        "answers.cause: a key fact has no short wording; give the ways in which a model may put it",
    ]


def test_add_without_its_server_writes_nothing(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A model that cannot be asked is one line, before anything is written."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")

    line = refused(
        capsys, "add", str(source), "--model", "phi3", "--articles", str(tmp_path / "a"),
        "--store", str(tmp_path / "s"),
    )  # fmt: skip

    assert "127.0.0.1:9" in line
    assert not (tmp_path / "a").exists()


def test_add_refuses_an_unknown_model(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt model is one line with the nearest."""
    assert "has no such model (did you mean 'phi3'?)" in refused(
        capsys, "add", str(source), "--model", "phi33"
    )


CYRILLIC = (
    "<html><body><article><h1>Паром</h1>" + "<p>Паромная компания сообщила об утечке.</p>" * 5
)


POLISH = (
    "<html><body><article><h1>Prom</h1>" + "<p>Łódzkie wodociągi zgłosiły wyciek danych.</p>" * 5
)


class Handler(BaseHTTPRequestHandler):
    """Two addresses of which one leads to the other, and one that only its header tells how to read."""

    def do_GET(self) -> None:
        """Redirect, or answer with the page in its own bytes."""
        if self.path == "/old":
            self.send_response(301)
            self.send_header("Location", "/new")
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/polish":
            self.send_header("Content-Type", "text/html; charset=windows-1250")
            self.end_headers()
            self.wfile.write(POLISH.encode("cp1250"))
            return
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.replace("utf-8", "windows-1252").encode("cp1252"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server on the loopback, with no proxy in between."""
    monkeypatch.setenv("NO_PROXY", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_add_an_address(site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page is fetched, its bytes saved untouched, redirects shown, the last address kept."""
    assert added(tmp_path, f"{site}/old", "--id", "ferry", "--articles", str(tmp_path)) == 0

    saved = (tmp_path / "ferry.html").read_bytes()
    assert saved == PAGE.replace("utf-8", "windows-1252").encode("cp1252")
    assert f"redirected to {site}/new\n" in capsys.readouterr().out
    assert yaml.safe_load((tmp_path / "ferry.yaml").read_text())["url"] == f"{site}/new"


def test_add_keeps_the_charset_that_only_the_server_knows(site: str, tmp_path: Path) -> None:
    """Where the bytes alone would be misread, the label says how to read them."""
    assert added(tmp_path, f"{site}/polish", "--id", "ferry", "--articles", str(tmp_path)) == 0

    assert yaml.safe_load((tmp_path / "ferry.yaml").read_text())["charset"] == "windows-1250"
    (labelled,) = load_labelled(tmp_path, TASK, drafts=True)
    assert "Łódzkie wodociągi" in labelled.article.text


# ---------------------------------------------------------------- the command itself


def test_interrupt_is_quiet(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with 130 and no traceback."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("slm_harness.labels.files.read_folder", interrupted)

    assert main(["show", "brackwater", "--articles", str(folder)]) == 130
    assert capsys.readouterr() == ("", "")


def test_terminal_without_unicode(folder: Path) -> None:
    """A terminal that knows only ASCII gets question marks, not a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "slm_harness.cli", "show", "brackwater", "--articles", str(folder)],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        check=True,
    )

    assert b"The company?s chief engineer" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["sing"], ["add"], ["show"]])
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is none, or lacks an argument, gets the usage and status 2."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "usage: slm-harness" in capsys.readouterr().err


def test_help_starts_fast() -> None:
    """`--help` loads nothing heavy."""
    code = (
        "import sys\nfrom slm_harness.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "print(*{'trafilatura', 'requests', 'bs4', 'lxml', 'dateparser'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == ""
