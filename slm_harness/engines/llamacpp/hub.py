"""A GGUF file on the Hugging Face Hub: looked for in the Hub's own cache, fetched when it is not there.

What was fetched once is used without asking the Hub again: it works offline, and a repository that moves
on does not change a model between two runs. Another revision is had by naming it.
"""

import importlib
import logging
import os
import queue
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from slm_harness.engines.protocol import Report
from slm_harness.errors import ModelsError, NotMeasured, PullFailed
from slm_harness.printable import shortened

PREFIX = "hf.co/"
STALL_SECONDS = 300.0
"""Longest time without news of a download: a piece of 10 MB, or a try of the library's own."""
_FORM = re.compile(
    r"hf\.co/(?P<repo>\w[\w.-]*/\w([\w.-]*\w)?)(@(?P<revision>[\w.%-]+))?/(?P<file>[^@:\s]+\.gguf)"
)


@dataclass(frozen=True)
class HubFile:
    """One file of one repository."""

    repo: str
    """``owner/name``."""
    file: str
    """Its path in there."""
    revision: str = "main"
    """A branch, a tag or a commit."""

    def __str__(self) -> str:
        return f"{self.file} of {self.repo} ({self.revision})"


def hub_file(base: str) -> HubFile:
    """Parse ``hf.co/OWNER/REPO[@REVISION]/FOLDERS/FILE.gguf``; a slash in REVISION is written %2F.

    Raises:
        ModelsError: it has another form.
    """
    match = _FORM.fullmatch(base)
    if match is None or ".." in base or "--" in match["repo"]:
        raise ModelsError(
            f"base: {base}: write hf.co/OWNER/REPOSITORY/FILE.gguf, or "
            "hf.co/OWNER/REPOSITORY@REVISION/FILE.gguf: the file itself, not a tag such as :Q4_K_M"
        )
    return HubFile(match["repo"], match["file"], unquote(match["revision"] or "main"))


def cached(file: HubFile, cache: Path | None = None) -> Path | None:
    """Where the file is in the Hub's cache; None where it is not."""
    hub = _hub()
    found = hub.try_to_load_from_cache(
        file.repo, file.file, revision=file.revision, cache_dir=cache
    )
    return Path(found) if isinstance(found, str) else None


def fetched(
    file: HubFile, report: Report, cache: Path | None = None, stall: float = STALL_SECONDS
) -> Path:
    """Where the file is in the Hub's cache, once it is there.

    Args:
        file: The file.
        report: Takes lines on how far the download is.
        cache: The cache; the one of HF_HOME or HF_HUB_CACHE where it is not given.
        stall: Longest time without news, in seconds.

    Raises:
        PullFailed: it cannot be fetched.
    """
    found = cached(file, cache)
    if found is not None:
        return found
    report(f"fetching {file}")
    news: queue.SimpleQueue[str | Path | Exception] = queue.SimpleQueue()
    # In a thread of its own, so that no server can hold the run, and Ctrl-C is heard.
    threading.Thread(
        target=_fetch, args=(file, cache, news), name=f"fetches {file}", daemon=True
    ).start()
    while True:
        try:
            told = news.get(timeout=stall)
        except queue.Empty:
            raise PullFailed(
                f"fetching {file} has stood still for {stall:.0f} s; look at the network, then run "
                "again"
            ) from None
        if isinstance(told, Path):
            return told
        if isinstance(told, Exception):
            raise _failure(told, file) from told
        report(f"fetching {file}: {told}")


def _hub() -> "_Hub":
    # Both are read when the library is imported. Over plain HTTP, and not in the transport of another
    # library, a broken download goes on where it broke, under limits of time that are known.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    return _Hub()


class _Hub:
    """The two names of huggingface_hub that are used, found when they are needed."""

    def __init__(self) -> None:
        download = importlib.import_module("huggingface_hub.file_download")
        self.hf_hub_download = download.hf_hub_download
        self.try_to_load_from_cache = download.try_to_load_from_cache
        # It prints every try; what came of them is in our one line.
        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)


def _fetch(
    file: HubFile, cache: Path | None, news: "queue.SimpleQueue[str | Path | Exception]"
) -> None:
    began = time.monotonic()

    class Progress:
        """What the library takes for a progress bar."""

        def __init__(self, *, total: int | None = None, initial: int = 0, **_: object) -> None:
            self._total, self._done, self._first = total, initial, initial

        def __enter__(self) -> "Progress":
            return self

        def __exit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            """There is nothing to let go of."""

        def update(self, size: int = 1) -> None:
            """``size`` more bytes are there; less, where the library begins anew."""
            self._done += size
            seconds = max(time.monotonic() - began, 0.001)
            news.put(progress_line(self._done, self._total, (self._done - self._first) / seconds))

    try:
        path = _hub().hf_hub_download(
            file.repo,
            file.file,
            revision=file.revision,
            cache_dir=cache,
            endpoint=os.environ.get("HF_ENDPOINT") or None,
            library_name="slm-harness",
            # A token that was left in a file by a login for another purpose is not sent.
            token=os.environ.get("HF_TOKEN", "").strip() or False,
            tqdm_class=Progress,
        )
    except Exception as error:  # noqa: BLE001 - raised again by who waits for it
        news.put(error)
    else:
        news.put(Path(path))


def progress_line(done: int, total: int | None, rate: float) -> str:
    """Share, size, rate and time left of a download; sizes in bytes, the rate in bytes per second."""
    if not total:
        return f"{done / 1e9:.2f} GB at {rate / 1e6:.1f} MB/s"
    left = f", {(total - done) / rate:.0f} s left" if rate > 0 else ""
    return f"{done / total:.0%} of {total / 1e9:.2f} GB at {rate / 1e6:.1f} MB/s{left}"


def _failure(error: Exception, file: HubFile) -> NotMeasured:
    """Why a file cannot be had, by the class that the library raises, and what to do."""
    errors = importlib.import_module("huggingface_hub.errors")
    said = shortened(str(error), 160)
    kinds = (
        (
            errors.GatedRepoError,
            f"the repository is gated: accept its terms at https://huggingface.co/{file.repo}, and set "
            "HF_TOKEN to a token that may read it",
        ),
        (
            errors.RepositoryNotFoundError,
            "there is no such repository, or it is private: look the name up at huggingface.co, and set "
            "HF_TOKEN if it is yours",
        ),
        (errors.RevisionNotFoundError, "the repository has no such revision"),
        (
            errors.EntryNotFoundError,
            f"look its files up at https://huggingface.co/{file.repo}/tree/{file.revision}",
        ),
        (errors.HFValidationError, said),
        (errors.HfHubHTTPError, f"{said}; run again later"),
        (OSError, f"{said}; is there room on the disk, and may its cache be written?"),
    )
    if isinstance(error, errors.LocalEntryNotFoundError | errors.OfflineModeIsEnabled):
        why = (
            "it is not in the cache and the Hub cannot be reached: look at the network, HF_ENDPOINT and "
            "HF_HUB_OFFLINE, or name a file that is on this machine"
        )
    else:
        why = next((do for kind, do in kinds if isinstance(error, kind)), f"{said}; run again")
    return PullFailed(f"{file} cannot be fetched: {why}")
