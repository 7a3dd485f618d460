from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tenfold import files as files_module
from tenfold.data import cache
from tenfold.data.cache import cache_root, mnist_folder, problems, read_cache, store
from tenfold.data.checksums import MNIST_FILES
from tenfold.errors import DataError, OutputError

IMAGES = "t10k-images-idx3-ubyte"


def test_the_environment_moves_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_CACHE", str(tmp_path / "elsewhere"))
    assert mnist_folder() == tmp_path / "elsewhere" / "mnist"
    monkeypatch.setenv("TENFOLD_CACHE", "~/kept")
    assert cache_root() == Path.home() / "kept"


@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_without_it_the_platform_s_folder_is_taken(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TENFOLD_CACHE")
    if value is not None:
        monkeypatch.setenv("TENFOLD_CACHE", value)
    assert cache_root().is_absolute()
    assert "tenfold" in cache_root().parts


def test_the_four_known_files() -> None:
    """Sums and sizes as published with the original files; 16 and 8 bytes are the IDX headers."""
    assert {name: known.size for name, known in MNIST_FILES.items()} == {
        "train-images-idx3-ubyte": 60_000 * 784 + 16,
        "train-labels-idx1-ubyte": 60_000 + 8,
        "t10k-images-idx3-ubyte": 10_000 * 784 + 16,
        "t10k-labels-idx1-ubyte": 10_000 + 8,
    }
    assert all(len(known.sha256) == 64 for known in MNIST_FILES.values())


def test_what_is_stored_is_read_back(tiny: dict[str, bytes]) -> None:
    assert read_cache() is None
    assert store(tiny) == mnist_folder()
    assert read_cache() == tiny
    assert problems() == {}
    assert sorted(path.name for path in mnist_folder().iterdir()) == sorted(tiny)


def test_other_bytes_are_not_stored(tiny: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match=f"{IMAGES}: is not MNIST's {IMAGES}"):
        store({IMAGES: tiny[IMAGES][:-1]})
    assert not (mnist_folder() / IMAGES).exists()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(lambda path: path.unlink(), f"{IMAGES}: is missing", id="missing"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            "expected 3,936 bytes uncompressed, found 3,935",
            id="truncated",
        ),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x00"),
            "expected SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}",
            id="one-byte",
        ),
        pytest.param(lambda path: path.write_bytes(b""), "found 0", id="empty"),
    ],
)
def test_damage_is_found_and_mended(damage: object, message: str, tiny: dict[str, bytes]) -> None:
    path = store(tiny) / IMAGES
    damage(path)
    with pytest.raises(DataError, match=message):
        read_cache()
    assert list(problems()) == [IMAGES]
    store(tiny)
    assert read_cache() == tiny


def test_right_files_are_left_alone(tiny: dict[str, bytes]) -> None:
    """So a second process never replaces a file that another is reading, which Windows refuses."""
    folder = store(tiny)
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    store(tiny)
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before


_STORE = """
    import hashlib, sys
    from tenfold.data import cache, checksums
    from tenfold.data.checksums import KnownFile

    content = bytes(5_000_000)
    files = {f"file-{i}": content + bytes([i]) for i in range(4)}
    checksums.MNIST_FILES = {
        name: KnownFile(hashlib.sha256(file).hexdigest(), len(file)) for name, file in files.items()
    }
"""


def _start(code: str, tmp_path: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"TENFOLD_CACHE": str(tmp_path / "cache")}
    source = textwrap.dedent(_STORE) + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", source],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_store_at_once(tmp_path: Path) -> None:
    """Both wait for a line, so that they start together; a third reads what they leave."""
    code = """
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(3):
            for path in cache.mnist_folder().glob("file-*"):
                path.unlink(missing_ok=True)
            cache.store(files)
            found = cache.problems()
            # The other process may have removed a file this instant; half of one is never there.
            assert all("is missing" in text or "cannot be read" in text for text in found.values())
        cache.store(files)
    """
    running = [_start(code, tmp_path) for _ in range(2)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    left = sorted(path.name for path in (tmp_path / "cache" / "mnist").iterdir())
    assert left == [f"file-{i}" for i in range(4)]


def test_a_process_killed_while_writing_leaves_no_half_file(tmp_path: Path) -> None:
    code = """
        import os
        from tenfold import files as writing

        def die(stream):
            stream.flush()
            os._exit(9)

        cache.store({"file-0": files["file-0"]})
        writing.sync_file = die
        cache.store(files)
    """
    process = _start(code, tmp_path)
    process.communicate(timeout=60)
    assert process.returncode == 9
    folder = tmp_path / "cache" / "mnist"
    visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
    assert [path.name for path in visible] == ["file-0"]
    expected = hashlib.sha256(bytes(5_000_000) + b"\x00").hexdigest()
    assert hashlib.sha256(visible[0].read_bytes()).hexdigest() == expected


def test_what_a_killed_process_left_is_removed_later(
    tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store(tiny)
    old, young = folder / f".{IMAGES}.old", folder / f".{IMAGES}.young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    store(tiny)
    assert not old.exists()
    assert young.exists()


def test_a_full_disk_leaves_the_old_file(
    tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store(tiny) / IMAGES
    path.write_bytes(b"old")

    def full(stream: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module, "sync_file", full)
    with pytest.raises(OutputError, match=f"{IMAGES}: cannot be written .No space left"):
        store(tiny)
    assert path.read_bytes() == b"old"
    assert sorted(entry.name for entry in path.parent.iterdir()) == sorted(tiny)


def test_a_cache_that_is_a_file_is_said(tiny: dict[str, bytes]) -> None:
    cache.cache_root().parent.mkdir(parents=True, exist_ok=True)
    cache.cache_root().write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        store(tiny)
