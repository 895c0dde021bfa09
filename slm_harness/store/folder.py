"""The folder of the store: filing an answer, finding it again, and what is nearest to one that is missing."""

import contextlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from slm_harness.errors import SettingsError, StoreDamaged
from slm_harness.records import Request, Stored
from slm_harness.store.entries import (
    HEX,
    Damage,
    Entry,
    Setup,
    content_of,
    read_entry,
    read_setup,
    sealed,
    setup_of,
    setup_text,
    shared_parts,
)
from slm_harness.store.files import write_atomically, write_new, write_quickly
from slm_harness.store.keys import differing_parts

_NEAR = 8
"""So many of the answers stored last are looked at to explain a miss."""
_TAIL_BYTES = 4096
"""Of an index, read from its end: room for sixty keys."""


class Store:
    """The working store.

    ``<folder>/answers/<2 hex>/<key>.json`` are the answers, ``answers/setups/<digest>.json`` what they
    share; ``asked/<model>/<article>`` lists the keys of both, in the order of asking. All look-ups go by
    path, so that none costs more in a larger store, and nothing is read beforehand.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers = folder / "answers"
        self.setups = self.answers / "setups"
        self.asked = folder / "asked"
        self.lock = folder / "asking.lock"
        """Held by a run as long as it asks (``plugin.filling.alone``)."""
        self._answers = str(self.answers)
        self._setups: dict[str, Setup] = {}
        """Those that were read or filed, by digest. An entry is told apart from a wrong one by its setup,
        so each answer would cost reading two files without it."""
        self._last: Setup | None = None
        """The one that was put last."""

    def check_writable(self) -> None:
        """Make the folder, and find out that it can be written: an answer is not to be asked for in vain.

        Raises:
            SettingsError: it cannot be.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise SettingsError(
                f"{self.folder}: the working store cannot be written, and nothing was asked: {error}; "
                "mend the permissions, or name another folder with --store DIR"
            ) from error

    def path(self, key: str) -> Path:
        """Where the entry of ``key`` is, or would be."""
        return Path(self._path(key))

    def setup_path(self, digest: str) -> Path:
        """Where the setup of ``digest`` is, or would be."""
        return self.setups / f"{digest}.json"

    def index_path(self, model: str, article: str) -> Path:
        """Where the keys of a model and an article are listed."""
        return self.asked / model / article

    def _path(self, key: str) -> str:
        return f"{self._answers}/{key[:2]}/{key}.json"

    # ------------------------------------------------------------ finding

    def has(self, key: str) -> bool:
        """Whether something is filed under ``key``, in order or not."""
        try:
            return self.path(key).stat().st_size > 0
        except OSError:
            return False

    def get(self, key: str) -> Stored | None:
        """The reply filed under ``key``; None where there is none.

        Raises:
            StoreDamaged: there is an entry and it cannot be read; it is left as it is.
        """
        entry = self.entry(key)
        return entry.stored if entry else None

    def entry(self, key: str) -> Entry | None:
        """The whole entry of ``key``; None where there is none.

        Raises:
            StoreDamaged: there is one and it cannot be read; it is left as it is.
        """
        path = self._path(key)
        try:
            # Half of what Path.read_bytes costs, on the way that every recalled answer takes.
            with io.FileIO(path) as file:
                raw = file.readall()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreDamaged(f"{path}: a stored answer cannot be read: {error}") from error
        if not raw.strip(b"\0"):
            # What a power cut leaves of an answer that the system had not yet written to the disk.
            return None
        try:
            return read_entry(raw, key, self.setup)
        except Damage as error:
            raise StoreDamaged(
                f"{path}: a stored answer is damaged ({error}); move the file away and run again to ask anew"
            ) from error

    def setup(self, digest: str) -> Setup:
        """The setup of a digest.

        Raises:
            StoreDamaged: it is not there, or cannot be read.
        """
        setup = self._setups.get(digest)
        if setup is None:
            setup = self._setups[digest] = self._read_setup(digest)
        return setup

    def _read_setup(self, digest: str) -> Setup:
        path = self.setup_path(digest)
        try:
            return read_setup(json.loads(path.read_bytes()), digest)
        except FileNotFoundError:
            why = "is missing"
        except (OSError, ValueError, RecursionError) as error:
            why = f"cannot be read: {error}"
        except Damage as error:
            why = f"is damaged ({error})"
        raise StoreDamaged(
            f"{path}: what stored answers have in common {why}, and they cannot be told without it; "
            "get it back with slm-harness store import, or with --answers=fresh for one of the articles"
        )

    def nearest(self, request: Request, parts: Mapping[str, object]) -> Stored | None:
        """The stored reply of the same model and article whose key differs in the fewest parts.

        Of the last ones only, so that an article costs the same after any number of prompts. Among
        equals the one stored last; entries that cannot be read are passed over, since this only explains.
        """
        best: tuple[int, Stored] | None = None
        for stored in self._readable(self._last_keys(request)[:_NEAR]):
            distance = len(differing_parts(parts, stored.parts))
            if best is None or distance < best[0]:
                best = distance, stored
        return best[1] if best else None

    def replies(self, request: Request) -> Iterator[Stored]:
        """The replies of the same model about the same article, whatever else was asked; the last first.

        Of the last sixty only; entries that cannot be read are passed over.
        """
        return self._readable(self._last_keys(request))

    def _readable(self, keys: Iterable[str]) -> Iterator[Stored]:
        for key in keys:
            with contextlib.suppress(StoreDamaged):
                stored = self.get(key)
                if stored is not None:
                    yield stored

    def _last_keys(self, request: Request) -> list[str]:
        """The keys of a model and an article that were filed last, the last first."""
        try:
            with io.FileIO(self.index_path(request.model, request.article)) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                lines = file.readall().decode("ascii", "replace").split("\n")
        except OSError:
            return []
        keys = dict.fromkeys(line for line in reversed(lines) if re.fullmatch(HEX, line))
        return list(keys)

    # ------------------------------------------------------------ filing

    def put(self, request: Request, stored: Stored) -> None:
        """File a reply, whole or not at all, and note it in the index.

        Raises:
            StoreDamaged: the entry cannot be written (disk full, no permission).
        """
        path = self.path(stored.key)
        setup = self._setup_of(stored)
        raw, _ = sealed(content_of(request, stored, setup))
        try:
            # In this order: an entry is never without its setup.
            self.file_setup(setup)
            write_quickly(path, raw)
            self._note(request.model, request.article, stored.key)
        except OSError as error:
            raise StoreDamaged(
                f"{path}: an answer came and cannot be stored: {error}; "
                "free the disk or mend the permissions, then run again"
            ) from error

    def _setup_of(self, stored: Stored) -> Setup:
        """The setup of an answer; a run puts many of the same one after the other."""
        last, parts = self._last, shared_parts(stored)
        if last is None or last.parts != parts or last.identity != stored.identity:
            last = self._last = setup_of(stored)
        return last

    def add(self, entry: Entry, raw: bytes, setup: Setup) -> bool:
        """File an entry of format 2 that was found in order, unless its key has one; whether it was filed.

        Raises:
            OSError: it cannot be written.
        """
        key = entry.stored.key
        path = self.path(key)
        self.file_setup(setup)
        if not write_new(path, raw):
            if self.has(key):
                return False
            write_quickly(path, raw)
        self._note(entry.model, entry.article, key)
        return True

    def file_setup(self, setup: Setup) -> None:
        """Keep a setup, once and to the disk, in place of one that is damaged.

        One that is used counts as of now, so that no clearing takes it from an answer on its way.

        Raises:
            OSError: it cannot be written.
        """
        path = self.setup_path(setup.digest)
        if setup.digest in self._setups:
            with contextlib.suppress(FileNotFoundError):
                os.utime(path)
                return
        try:
            self.setup(setup.digest)
            os.utime(path)
        except (StoreDamaged, FileNotFoundError):
            # Whatever is wrong with it, this is what it has to be: the digest says so.
            write_atomically(path, setup_text(setup))
            self._setups[setup.digest] = setup

    def _note(self, model: str, article: str, key: str) -> None:
        """Append a key to the index of its model and article."""
        index = self.index_path(model, article)
        try:
            _append(index, key)
        except FileNotFoundError:
            index.parent.mkdir(parents=True, exist_ok=True)
            _append(index, key)


def _append(index: Path, key: str) -> None:
    # One write at the end, so that lines of two processes never mix.
    with index.open("a", encoding="utf-8") as lines:
        lines.write(key + "\n")
