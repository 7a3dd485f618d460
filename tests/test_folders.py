"""No folder is ever half replaced, and nothing in one is lost: not after an error or a crash."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from disk import failing, names
from tenfold import folders
from tenfold.errors import OutputError
from tenfold.files import write_text
from tenfold.folders import (
    ensure_folder,
    exclusive,
    new_folder,
    replace_folder,
    settle_folder,
)

SEALED = '{"sha256": {}}'
NAMES = ("old.txt", "new.txt", "x", "a", "b", "file")


def test_a_new_folder_has_ordinary_permissions(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        with replace_folder(tmp_path / "folder", NAMES) as folder:
            (folder / "x").write_bytes(b"")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o750


@pytest.mark.parametrize("old", [False, True], ids=["new", "replaced"])
def test_replace_folder_is_all_or_nothing(old: bool, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    if old:
        folder.mkdir(parents=True)
        (folder / "old.txt").write_text("old")
    with replace_folder(folder, NAMES) as temporary:
        (temporary / "sub").mkdir()
        (temporary / "sub" / "new.txt").write_text("new")
        assert names(folder) == ["old.txt"] if old else not folder.exists()
    assert names(folder) == ["sub"]
    assert names(folder.parent) == ["folder"]


@pytest.mark.parametrize("old", [False, True], ids=["new", "replaced"])
def test_a_crash_in_the_block_leaves_the_old_folder(old: bool, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    if old:
        folder.mkdir()
        (folder / "old.txt").write_text("old")

    def crash() -> None:
        with replace_folder(folder, NAMES) as temporary:
            (temporary / "new.txt").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        crash()
    assert names(tmp_path) == (["folder"] if old else [])
    assert not old or (folder / "old.txt").read_text() == "old"


@pytest.mark.parametrize(
    ("name", "at", "reason"),
    [
        pytest.param("fsync", 1, "No space left on device", id="sync-of-the-first"),
        pytest.param("fsync", 2, "No space left on device", id="sync-of-the-second"),
        pytest.param("rename", 1, "No space left on device", id="moving-aside"),
    ],
)
def test_a_failed_replacement_leaves_the_old_folder(
    name: str, at: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old.txt").write_text("old")

    def replace() -> None:
        with replace_folder(folder, NAMES) as temporary:
            (temporary / "a").write_text("new")
            (temporary / "b").write_text("new")

    with monkeypatch.context() as patched:
        patched.setattr(os, name, failing(errno.ENOSPC, at))
        with pytest.raises(OutputError, match=rf"folder: cannot be written \({reason}\)"):
            replace()
    assert names(tmp_path) == ["folder"]
    assert names(folder) == ["old.txt"]
    replace()
    assert names(folder) == ["a", "b"]


DYING = """
import os, sys
from pathlib import Path
from tenfold import folders

folder, renames = Path(sys.argv[1]), int(sys.argv[2])
real, left = os.rename, iter([True] * renames)

def rename(source, target):
    if not next(left, False):
        os._exit(7)
    real(source, target)

os.rename = rename
folders.shutil.rmtree = lambda *_, **__: os._exit(7)
with folders.replace_folder(folder, ("old.txt", "new.txt")) as temporary:
    (temporary / "new.txt").write_text("new")
"""


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_crash_between_the_renames_is_settled(
    renames: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after so many renames, so that no handler runs any more."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old.txt").write_text("old")
    code = subprocess.run([sys.executable, "-c", DYING, str(folder), str(renames)]).returncode
    assert code == 7
    assert len(names(tmp_path)) == 2
    settle_folder(folder, alone=True)
    assert names(tmp_path) == ["folder"]
    assert names(folder) == (["new.txt"] if renames == 2 else ["old.txt"])


def test_settling_nothing_does_nothing(tmp_path: Path) -> None:
    settle_folder(tmp_path / "absent")
    (tmp_path / "there").mkdir()
    settle_folder(tmp_path / "there")
    assert names(tmp_path) == ["there"]


def test_replacing_settles_first(tmp_path: Path) -> None:
    """What another process may still be filling is left to it for an hour."""
    for name in (".folder.tenfold-old", ".folder.tenfold-new-1", ".folder.tenfold-new-2"):
        (tmp_path / name).mkdir()
    long_ago = time.time() - 3700
    os.utime(tmp_path / ".folder.tenfold-new-1", (long_ago, long_ago))
    with replace_folder(tmp_path / "folder", NAMES) as temporary:
        (temporary / "x").write_text("")
    assert names(tmp_path) == [".folder.tenfold-new-2", "folder"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "old.txt").write_text("old")
    (tmp_path / "link").symlink_to("real")
    for content in ("new", "newer"):
        with replace_folder(tmp_path / "link", NAMES) as temporary:
            (temporary / "new.txt").write_text(content)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real" / "new.txt").read_text() == content
    assert names(tmp_path) == ["link", "real"]
    assert names(tmp_path / "real") == ["new.txt"]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("kind", ["another", "folder", "no-marker", "marker-of-others"])
def test_replacing_never_takes_what_is_not_ours(kind: str, when: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_text(SEALED)

    def intrude() -> None:
        if kind == "another":
            (folder / "mine").write_text("mine")
        elif kind == "folder":
            (folder / "b").mkdir()
        elif kind == "marker-of-others":
            (folder / "a").write_text('{"title": "a card of another program"}')
        else:
            (folder / "a").unlink()
            (folder / "b").write_text("mine")

    def replace() -> None:
        with replace_folder(folder, NAMES, marker="a") as temporary:
            (temporary / "x").write_text("new")
            if when == "meanwhile":
                intrude()

    if when == "before":
        intrude()
    with pytest.raises(OutputError, match="folder: holds other files"):
        replace()
    assert "x" not in names(folder)
    assert len(names(folder)) == (1 if kind in ("no-marker", "marker-of-others") else 2)
    assert names(tmp_path) == ["folder"]


def test_what_came_meanwhile_is_not_replaced_without_force(tmp_path: Path) -> None:
    def replace() -> None:
        with replace_folder(tmp_path / "folder", NAMES, force=False):
            (tmp_path / "folder").mkdir()
            (tmp_path / "folder" / "a").write_text("another process's")

    with pytest.raises(OutputError, match="folder: already holds files, and nothing is overwr"):
        replace()
    assert (tmp_path / "folder" / "a").read_text() == "another process's"


def test_new_folder_creates_its_parents(tmp_path: Path) -> None:
    assert new_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert names(tmp_path / "a" / "b") == []


def test_new_folder_takes_an_empty_one(tmp_path: Path) -> None:
    assert new_folder(tmp_path) == tmp_path


@pytest.mark.parametrize("force", [False, True], ids=["plain", "force"])
def test_new_folder_refuses_a_file(force: bool, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file: must be a folder, but is a file; choose"):
        new_folder(tmp_path / "file", force=force)
    assert (tmp_path / "file").read_text() == "mine"


def test_new_folder_refuses_one_with_files_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OutputError, match="already holds files, and nothing is overwritten"):
        new_folder(tmp_path)
    assert new_folder(tmp_path, force=True) == tmp_path
    assert names(tmp_path) == ["mine"]


@pytest.mark.parametrize("make", [new_folder, ensure_folder], ids=["new", "ensure"])
def test_a_folder_below_a_file_cannot_be_made(make: Callable[[Path], Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"below: cannot be written \(Not a directory\)"):
        make(tmp_path / "file" / "below")


def test_a_folder_that_takes_no_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders.tempfile, "TemporaryFile", failing(errno.EACCES))
    with pytest.raises(OutputError, match=r"cannot be written \(Permission denied\); check"):
        ensure_folder(tmp_path)


def test_folders_of_somebody_else_s_are_left_alone(tmp_path: Path) -> None:
    """However like ours they are called, and however old."""
    for name in (".folder.old", ".folder.new-ideas"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("mine")
        os.utime(tmp_path / name, (1, 1))
    with replace_folder(tmp_path / "folder", NAMES) as temporary:
        (temporary / "x").write_text("")
    assert names(tmp_path) == [".folder.new-ideas", ".folder.old", "folder"]
    assert (tmp_path / ".folder.old" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("left", "is_ours"),
    [
        (".card.json.ab12_xyz", True),
        (".card.json.short", False),
        (".other.json.ab12_xyz", False),
        ("card.json.ab12_xyz", False),
    ],
)
def test_what_a_killed_write_left_is_replaced_with_the_rest(
    left: str, is_ours: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("card.json", left):
        (folder / name).write_text(SEALED)
    try:
        with replace_folder(folder, ("card.json",), marker="card.json") as new:
            (new / "card.json").write_text("new")
    except OutputError:
        pass
    assert (folder / left).exists() != is_ours
    assert (folder / "card.json").read_text() == ("new" if is_ours else SEALED)


def test_what_is_read_and_written_anew_loses_nothing(tmp_path: Path) -> None:
    """Also while the folder itself is replaced again and again."""
    folder, rounds = tmp_path / "model", 60
    (folder).mkdir()
    (folder / "count").write_text("0")

    def add_one(_: int) -> None:
        with exclusive(folder):
            count = int((folder / "count").read_text())
            time.sleep(0.001)
            write_text(folder / "count", str(count + 1))

    def copy(_: int) -> None:
        new = Path(tempfile.mkdtemp(dir=tmp_path))
        with exclusive(folder), exclusive(new):
            (new / "count").write_text((folder / "count").read_text())
            folders._swap_in(new, folder)

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(copy if turn % 4 == 0 else add_one, turn) for turn in range(rounds)]
        for future in done:
            future.result()
    assert int((folder / "count").read_text()) == rounds * 3 // 4
