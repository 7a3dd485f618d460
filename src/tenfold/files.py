"""Reading plain files, and writing them so that a reader never sees half of one.

Everything is written under a temporary name in the same folder, flushed to the disk, and renamed.
A process killed at any moment leaves the old content or the new, never a mixture.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from tenfold.errors import OutputError

__all__ = [
    "json_digest",
    "json_text",
    "open_regular",
    "output_errors",
    "random_letters",
    "read_json",
    "read_text",
    "sha256",
    "sync_file",
    "sync_folder",
    "write_bytes",
    "write_json",
    "write_text",
]

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
    """Return the value in a JSON file, which may begin with the mark that Windows editors set.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not JSON in UTF-8, nested too deeply, or has a name twice in one object.
    """
    try:
        return json.loads(read_text(path).removeprefix("\ufeff"), object_pairs_hook=_named_once)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, of which Python would keep the last value of a name alone."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the name {twice!r} twice in one object")
    return found


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
        temporary = path.with_name(f".{path.name}.{random_letters()}")
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
                sync_file(stream)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with its line ends as they are; otherwise as `write_bytes`.

    What of a file's name is no text is written out as its code: no UTF-8 could hold it.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON; not-a-number is refused, so that any parser can read it."""
    write_text(path, json_text(value, indent=2) + "\n")


def json_text(value: Any, indent: int | None = None) -> str:
    """Return ``value`` as JSON, in letters as they are but where names of files are no text.

    Raises:
        ValueError: There is a not-a-number in it.
    """
    text = json.dumps(value, indent=indent, allow_nan=False, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, allow_nan=False)
    return text


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


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable; Windows cannot open folders and needs no such step."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def random_letters() -> str:
    """Return eight letters, as names of files in the making end, which no two have in common."""
    return secrets.token_hex(4)
