"""Writing files and folders so that a reader never sees half of one; reading plain files.

Everything is written under a temporary name in the same folder, flushed to the disk, and renamed.
A process killed at any moment leaves the old content or the new, never a mixture.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from tenfold.errors import OutputError

__all__ = [
    "LOCK_NAME",
    "ensure_folder",
    "exclusive",
    "holds_files",
    "is_being_replaced",
    "json_digest",
    "new_folder",
    "open_regular",
    "output_errors",
    "read_json",
    "read_text",
    "refuse_foreign",
    "refuse_used",
    "replace_folder",
    "settle_folder",
    "settled_folder",
    "sha256",
    "sync_file",
    "write_bytes",
    "write_json",
    "write_text",
]


LOCK_NAME = ".lock"  # of the file in a folder by which one process keeps others out
_PAUSE, _PATIENCE = 0.01, 100  # seconds between looks at a folder that is being replaced; looks
_RANDOM = 8  # letters that tempfile ends a name with
_ABANDONED_SECONDS = 3600.0
_LONGEST_TEXT = 2**28  # bytes; a recipe, a card or metrics of a long training are far below


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading, but no pipe or device, which might never end.

    Raises:
        OSError: It is missing, may not be read, or is no regular file.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe without a writer waits

    if "\0" in str(path):
        raise OSError(errno.EINVAL, "no name of a file", str(path))
    stream = open(path, "rb", opener=opener)  # noqa: SIM115 - Path.open has no opener
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    return stream


def read_text(path: Path) -> str:
    """Return the content of a file in UTF-8, of at most 256 MB.

    Raises:
        OSError: It cannot be read, or is larger.
        ValueError: It is not UTF-8.
    """
    with open_regular(path) as stream:
        content = stream.read(_LONGEST_TEXT + 1)
    if len(content) > _LONGEST_TEXT:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content.decode("utf-8")


def read_json(path: Path) -> Any:
    """Return the value in a JSON file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not JSON in UTF-8, or nested too deeply.
    """
    try:
        return json.loads(read_text(path))
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def json_digest(value: Any) -> str:
    """Return the SHA-256 of a JSON-ready value, by which a change of any part of it shows."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, replacing what is there in one step.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                sync_file(stream)
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with its line ends as they are; otherwise as `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON; not-a-number is refused, so that any parser can read it."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


@contextmanager
def replace_folder(
    folder: Path, names: Collection[str], *, marker: str = "", force: bool = True
) -> Iterator[Path]:
    """Yield an empty folder to fill; on success it takes the place of ``folder``.

    The old folder is moved aside to ``.NAME.tenfold-old`` for the instant between two renames, so a
    reader that finds no ``folder`` after a crash finds the old one there (see `settle_folder`).

    Args:
        folder: What is replaced; of a link, what it leads to.
        names: Files that may be replaced. Where there is anything else nothing is replaced, as
            `refuse_foreign` says; this is found out before and once more at the last moment.
        marker: As in `refuse_foreign`.
        force: Off, nothing at all may be there.

    Raises:
        OutputError: A file cannot be written, the disk is full, or something else would be lost;
            ``folder`` is then unchanged.
    """
    with output_errors(folder):
        folder = folder.resolve()
        refuse_foreign(folder, names, marker=marker)
        refuse_used(folder, force=force)
        folder.parent.mkdir(parents=True, exist_ok=True)
        settle_folder(folder)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_hidden(folder, "new-")))
        try:
            temporary.chmod(0o777 & ~_umask())
            yield temporary
            for path in sorted(temporary.rglob("*")):
                if path.is_file():
                    with path.open("rb+") as stream:
                        sync_file(stream)
                else:
                    _sync_folder(path)
            _sync_folder(temporary)
            # The new one too: who comes next finds nothing half put away.
            with exclusive(folder), exclusive(temporary):
                refuse_foreign(folder, names, marker=marker)
                refuse_used(folder, force=force)
                _swap_in(temporary, folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep others who ask for the same out of a folder, while what is read there is written anew.

    Leaves nothing behind, whatever ends the process. Of a folder that is not there, and on Windows,
    nobody is kept out.
    """
    handle = _locked(folder)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _locked(folder: Path) -> int | None:
    if sys.platform == "win32":
        return None
    import fcntl

    while True:
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            if _is_missing(folder):
                return None
            time.sleep(_PAUSE)
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(handle), folder.stat()):
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)  # it was replaced meanwhile


def _is_missing(folder: Path) -> bool:
    """Tell what is not there from what is missing between the two renames of `_swap_in` alone.

    After a crash there it stays aside: then it is missing, too, once it has been waited for.
    """
    for _ in range(_PATIENCE):
        aside = _aside(folder).exists()
        if folder.exists():
            return False
        if not aside and not _aside(folder).exists():
            return True
        time.sleep(_PAUSE)
    return True


def _swap_in(new: Path, folder: Path) -> None:
    """Put ``new`` in the place of ``folder``, which may exist."""
    old = _aside(folder)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    _sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def settle_folder(folder: Path, *, alone: bool = False) -> None:
    """Undo what a crash inside `replace_folder` left: bring the old folder back, drop leftovers.

    Only for processes that write the folder; readers take `settled_folder`.

    Args:
        folder: What `replace_folder` replaces.
        alone: No other process can be replacing it, so that what looks like another's work in
            progress is a leftover. Otherwise only what is an hour old is.
    """
    old = _aside(folder)
    if old.exists():
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for leftover in folder.parent.glob(f"{glob.escape(_hidden(folder, 'new-'))}*"):
        if alone or time.time() - leftover.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(leftover, ignore_errors=True)


def settled_folder(folder: Path) -> Path:
    """Return where the content of ``folder`` is, also between the two renames of `replace_folder`.

    Changes nothing, so that reading never disturbs a process that writes.
    """
    old = _aside(folder)
    # os.path's functions never raise, where a Path's do for names that are too long.
    return old if os.path.isdir(old) and not os.path.isdir(folder) else folder  # noqa: PTH112


def is_being_replaced(folder: Path) -> bool:
    """Tell whether `replace_folder` is at work, or left something when it was killed."""
    place = folder.absolute()  # "." has a name too
    try:
        return any(place.parent.glob(f"{glob.escape(_hidden(place, ''))}*"))
    except (OSError, ValueError):  # a name that no file can have
        return False


def _aside(folder: Path) -> Path:
    place = folder.absolute()  # "." has a name too
    return place.with_name(_hidden(place, "old")) if place.name else place


def _hidden(folder: Path, what: str) -> str:
    """Return the name beside a folder of what is part of replacing it: as no person names one."""
    return f".{folder.name}.tenfold-{what}"


def refuse_used(folder: Path, *, force: bool = False) -> None:
    """Raise what `new_folder` would raise for a place that is taken, without creating anything.

    Raises:
        OutputError: It is a file, or holds something and ``force`` is off.
    """
    _refuse_file(folder)
    if not force and holds_files(folder):
        raise OutputError(
            f"{folder}: already holds files, and nothing is overwritten without --force; "
            "choose another folder or add --force"
        )


def refuse_foreign(folder: Path, names: Collection[str], *, marker: str = "") -> None:
    """Refuse to replace a file, or a folder that holds anything but files called ``names``.

    Args:
        folder: What would be replaced.
        names: Files that may be.
        marker: The one of them that tells that they are ours: without it nothing may be there.

    Raises:
        OutputError: Something else would be lost.
    """
    with output_errors(folder):
        _refuse_file(folder)
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
    ours = not marker or (folder / marker).is_file()
    others = [path for path in inside if not (ours and _is_named(path, names) and path.is_file())]
    if others:
        raise OutputError(
            f"{folder}: holds other files ({others[0].name}) that would be lost; "
            "choose another folder, or move them away"
        )


def _is_named(path: Path, names: Collection[str]) -> bool:
    """Tell a file of some names, or what a killed `write_bytes` left of one."""
    return path.name in names or any(
        path.name.startswith(f".{name}.") and len(path.name) == len(name) + 2 + _RANDOM
        for name in names
    )


def _refuse_file(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: must be a folder, but is a file; choose another name")


def new_folder(folder: Path, *, force: bool = False) -> Path:
    """Create ``folder`` for results, refusing one that already holds something.

    Args:
        folder: Where results go; parents are created.
        force: Accept a folder that holds files; those of the same name will be replaced.

    Raises:
        OutputError: It is a file, holds something and ``force`` is off, or cannot be made.
    """
    refuse_used(folder, force=force)
    return ensure_folder(folder)


def holds_files(folder: Path) -> bool:
    """Tell whether a folder exists and holds anything but a lock."""
    with output_errors(folder):
        return folder.is_dir() and any(path.name != LOCK_NAME for path in folder.iterdir())


def ensure_folder(folder: Path) -> Path:
    """Create ``folder`` and its parents if need be, and check that a file can be written there.

    Raises:
        OutputError: It cannot be created or written.
    """
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    return folder


def sync_file(stream: Any) -> None:
    """Flush an open binary or text file, and wait until the disk has it."""
    stream.flush()
    os.fsync(stream.fileno())


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 lower-case hexadecimal digits.

    Raises:
        OSError: It cannot be read, or is no regular file.
    """
    with open_regular(path) as stream:
        digest = hashlib.file_digest(stream, "sha256")  # type: ignore[arg-type]
    return digest.hexdigest()


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into an `OutputError` that names ``path`` and the reason."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path}: cannot be written ({reason}); "
            "check the free space and the permissions, or choose another place"
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable; Windows cannot open folders and needs no such step."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    """Return the process's umask, so that files made by `tempfile` get ordinary permissions."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
