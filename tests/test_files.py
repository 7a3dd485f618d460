"""No file is ever half written: not after an error, and not after a crash."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from disk import failing, names
from tenfold.errors import OutputError
from tenfold.files import read_json, sha256, write_bytes, write_json, write_text


@pytest.mark.parametrize("old", [None, b"old"], ids=["new", "replaced"])
def test_write_bytes(old: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.bin"
    if old is not None:
        path.parent.mkdir()
        path.write_bytes(old)
    write_bytes(path, b"new\x00\r\n")
    assert path.read_bytes() == b"new\x00\r\n"
    assert names(path.parent) == ["b.bin"]


def test_a_written_file_has_ordinary_permissions(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_bytes(tmp_path / "file", b"")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_text_is_utf_8_with_its_own_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "é\r\n\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\r\n\n"


def test_a_name_that_is_no_text_is_written_out(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "é z\udce9ro\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9 z\\udce9ro\n"


def test_json_holds_names_that_are_no_text(tmp_path: Path) -> None:
    """As the system gives names of files that are not in its encoding."""
    write_json(tmp_path / "a.json", {"ä": "q\udcff.npz"})
    assert json.loads((tmp_path / "a.json").read_bytes()) == {"ä": "q\udcff.npz"}


def test_json_refuses_what_no_parser_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"ä": [1, None]})
    assert json.loads(path.read_text(encoding="utf-8")) == {"ä": [1, None]}
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        write_json(path, float("nan"))
    assert json.loads(path.read_text(encoding="utf-8")) == {"ä": [1, None]}


# What fails while a file is written, and the reason that the message must give.
FAILURES = [
    pytest.param(os, "fsync", errno.ENOSPC, "No space left on device", id="sync-full"),
    pytest.param(os, "replace", errno.EACCES, "Permission denied", id="rename"),
    pytest.param(Path, "open", errno.EROFS, "Read-only file system", id="create"),
]


@pytest.mark.parametrize(("owner", "name", "code", "reason"), FAILURES)
@pytest.mark.parametrize("old", [None, b"old"], ids=["new", "replaced"])
def test_a_failed_write_leaves_the_old_file_alone(
    owner: object,
    name: str,
    code: int,
    reason: str,
    old: bytes | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "kept.bin"
    if old is not None:
        path.write_bytes(old)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, failing(code))
        with pytest.raises(OutputError, match=rf"kept\.bin: cannot be written \({reason}\)"):
            write_bytes(path, b"new")
    assert names(tmp_path) == ([] if old is None else ["kept.bin"])
    assert old is None or path.read_bytes() == old


def test_sha256_of_known_text(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "abc") == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1, "a": 2}', "'a' twice"),
        ('{"b": [{"a": 1, "c": 2, "a": 1}]}', "'a' twice"),
        ("[" * 100_000, "nested too deeply|maximum recursion"),
        ("{", "Expecting"),
    ],
    ids=["twice", "twice-farther-in", "deep", "no-json"],
)
def test_json_that_is_not_taken(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        read_json(tmp_path / "a.json")


def test_json_with_a_mark_before_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1, {"a": 2}]}', encoding="utf-8-sig")
    assert read_json(tmp_path / "a.json") == {"a": [1, {"a": 2}]}
