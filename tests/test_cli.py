"""The command line: what it prints, what it writes, and how it refuses."""

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
from slm_harness.labels import load_labelled
from tests.test_labels import LABEL, PAGE, put


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
    assert "\n    “the bookings of 23,417 passengers”\n" in shown


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


# ---------------------------------------------------------------- lint


def test_lint_of_sound_labels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No fault is one line and status 0."""
    assert main(["lint", str(folder)]) == 0
    assert capsys.readouterr().out == "1 article, no fault\n"


def test_lint_lists_faults(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a fault, nothing else, and status 1."""
    put(folder, LABEL.replace("url:", "ulr:").replace("unit:", "units:"))

    assert main(["lint", str(folder)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{folder}/brackwater.yaml:2: ulr: unknown key (did you mean 'url'?)",
        f"{folder}/brackwater.yaml:14: answers.records_breached.units: unknown key (did you mean 'unit'?)",
    ]


def test_lint_names_drafts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A draft is no fault, and is not passed over either."""
    put(folder, LABEL + "draft: true\n")

    assert main(["lint", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "brackwater: still a draft, which an evaluation refuses",
        "1 article, no fault",
    ]


def test_lint_of_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to look at is a refusal, not a success."""
    assert "the folder of articles is empty" in refused(capsys, "lint", str(tmp_path))


# ---------------------------------------------------------------- add


def test_add_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The bytes are copied, the label has every question, and both can be read by `show` and `lint`."""
    source = tmp_path / "saved page.html"
    source.write_bytes(PAGE.encode() + b"\r\n")
    folder = tmp_path / "new" / "articles"

    assert main(["add", str(source), "--id", "ferry-1", "--articles", str(folder)]) == 0

    assert (folder / "ferry-1.html").read_bytes() == source.read_bytes()
    label = yaml.safe_load((folder / "ferry-1.yaml").read_text(encoding="utf-8"))
    assert label["draft"] is True
    assert label["title"] == "Bookings of 23,417 ferry passengers were read"
    assert str(label["published"]) == "2024-06-10"
    assert label["answers"] == dict.fromkeys(TASK.ids, "unknown")
    assert "23,417 passengers on 2 June" in capsys.readouterr().out


def test_skeleton_obeys_the_contract(tmp_path: Path) -> None:
    """The label that `add` writes has but one fault: that it is a draft."""
    source = tmp_path / "page.txt"
    source.write_text(
        PAGE.replace("<h1>Bookings", '<h1>"Quoted": # {odd} \\ Évrard, yes'), encoding="utf-8"
    )
    assert main(["add", str(source), "--id", "1e3", "--articles", str(tmp_path / "a")]) == 0

    (labelled,) = load_labelled(tmp_path / "a", TASK, drafts=True)

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
    """A folder that is a file is one line."""
    source = tmp_path / "page.html"
    source.write_text(PAGE, encoding="utf-8")

    line = refused(capsys, "add", str(source), "--id", "a", "--articles", str(source))

    assert "cannot be written" in line


class Handler(BaseHTTPRequestHandler):
    """Two addresses: one leads to the other."""

    def do_GET(self) -> None:
        """Redirect, or answer with the page in its own bytes."""
        if self.path == "/old":
            self.send_response(301)
            self.send_header("Location", "/new")
            self.end_headers()
            return
        self.send_response(200)
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
    assert main(["add", f"{site}/old", "--id", "ferry", "--articles", str(tmp_path)]) == 0

    saved = (tmp_path / "ferry.html").read_bytes()
    assert saved == PAGE.replace("utf-8", "windows-1252").encode("cp1252")
    assert f"redirected to {site}/new\n" in capsys.readouterr().out
    assert yaml.safe_load((tmp_path / "ferry.yaml").read_text())["url"] == f"{site}/new"


# ---------------------------------------------------------------- the command itself


def test_interrupt_is_quiet(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with 130 and no traceback."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("slm_harness.labels.load_labelled", interrupted)

    assert main(["lint", str(folder)]) == 130
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


@pytest.mark.parametrize("arguments", [[], ["sing"], ["add", "x"], ["show"]])
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
