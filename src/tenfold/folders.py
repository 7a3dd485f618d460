"""Folders that are replaced as a whole, kept to one process, or refused where something is lost.

As with files (`tenfold.files`) a reader never sees half of a folder, and a process killed at any
moment leaves the old one or the new.
"""

from __future__ import annotations

import glob
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from tenfold.errors import OutputError
from tenfold.files import output_errors, random_letters, read_json, sync_file, sync_folder

__all__ = [
    "LOCK_NAME",
    "ensure_folder",
    "exclusive",
    "holds_files",
    "is_being_replaced",
    "is_named",
    "new_folder",
    "refuse_foreign",
    "refuse_used",
    "replace_folder",
    "settle_folder",
    "settled_folder",
]

LOCK_NAME = ".lock"  # of the file in a folder by which one process keeps others out
_PAUSE, _PATIENCE = 0.01, 100  # seconds between looks at a folder that is being replaced; looks
_RANDOM = 8  # letters that the name of a file in the making ends with
_ABANDONED_SECONDS = 3600.0


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
        temporary = folder.with_name(_hidden(folder, f"new-{random_letters()}"))
        temporary.mkdir()
        try:
            yield temporary
            for path in sorted(temporary.rglob("*")):
                if path.is_file():
                    with path.open("rb+") as stream:
                        sync_file(stream)
                else:
                    sync_folder(path)
            sync_folder(temporary)
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
    sync_folder(folder.parent)
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
        marker: The one of them that tells that they are ours, by the SHA-256 of the others that it
            holds as JSON: without it nothing may be there.

    Raises:
        OutputError: Something else would be lost.
    """
    with output_errors(folder):
        _refuse_file(folder)
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
    ours = not marker or _is_sealed(folder / marker)
    others = [path for path in inside if not (ours and is_named(path, names) and path.is_file())]
    if others:
        raise OutputError(
            f"{folder}: holds other files ({others[0].name}) that would be lost; "
            "choose another folder, or move them away"
        )


def _is_sealed(marker: Path) -> bool:
    """Tell a file that holds other files' SHA-256, as JSON; another program's hardly does."""
    try:
        content = read_json(marker)
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and "sha256" in content


def is_named(path: Path, names: Collection[str]) -> bool:
    """Tell a file of some names, or what a killed `write_bytes` left of one.

    Args:
        path: The file's.
        names: Also with ``*`` and ``?``, as a shell takes them.
    """
    return any(
        fnmatchcase(path.name, name) or fnmatchcase(path.name, f".{name}.{'?' * _RANDOM}")
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
