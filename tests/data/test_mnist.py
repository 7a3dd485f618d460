from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from tenfold.data import MNIST, fetch_mnist, import_mnist, load_mnist, mnist_folder, sources
from tenfold.data.cache import read_cache, store
from tenfold.data.checksums import MNIST_FILES
from tenfold.data.idx import parse_idx
from tenfold.data.sources import Source
from tenfold.errors import DataError

IMAGES = "train-images-idx3-ubyte"


def _write(folder: Path, files: dict[str, bytes], name: object = str, pack: object = bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for original, content in files.items():
        (folder / name(original)).write_bytes(pack(content))
    return folder


def _write_npz(path: Path, files: dict[str, bytes]) -> Path:
    arrays = {name[:7]: parse_idx(content, name) for name, content in files.items()}
    np.savez_compressed(
        path,
        x_train=arrays["train-i"],
        y_train=arrays["train-l"],
        x_test=arrays["t10k-im"],
        y_test=arrays["t10k-la"],
    )
    return path


def _check(mnist: MNIST, files: dict[str, bytes]) -> None:
    np.testing.assert_array_equal(mnist.train.images, parse_idx(files[IMAGES], "x"))
    np.testing.assert_array_equal(
        mnist.test.labels, parse_idx(files["t10k-labels-idx1-ubyte"], "x")
    )
    assert (len(mnist.train), len(mnist.test)) == (12, 5)


def _online(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    monkeypatch.setattr(sources, "SOURCES", (Source("a mirror", lambda _: dict(files)),))


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        pytest.param(str, bytes, id="plain"),
        pytest.param(lambda name: f"{name}.gz", gzip.compress, id="gzip"),
        pytest.param(lambda name: name.replace("-idx", ".idx"), bytes, id="dot"),
        pytest.param(
            lambda name: name.replace("-idx", ".idx") + ".gz", gzip.compress, id="dot-gzip"
        ),
        pytest.param(str, gzip.compress, id="gzip-without-its-ending"),
    ],
)
def test_a_named_folder(name: object, pack: object, tmp_path: Path, tiny: dict[str, bytes]) -> None:
    folder = _write(tmp_path / "mine", tiny, name, pack)
    mnist = load_mnist(folder)
    _check(mnist, tiny)
    assert mnist.origin == str(folder)
    assert not mnist_folder().exists()


@pytest.mark.parametrize("inside", ["raw", "MNIST/raw"])
def test_the_folders_that_torchvision_makes(
    inside: str, tmp_path: Path, tiny: dict[str, bytes]
) -> None:
    _write(tmp_path / "mine" / inside, tiny)
    _check(load_mnist(str(tmp_path / "mine")), tiny)


def test_keras_s_file_by_itself_and_in_a_folder(tmp_path: Path, tiny: dict[str, bytes]) -> None:
    path = _write_npz(tmp_path / "mnist.npz", tiny)
    _check(load_mnist(path), tiny)
    _check(load_mnist(tmp_path), tiny)


def test_idx_files_come_before_an_npz_in_the_same_folder(
    tmp_path: Path, tiny: dict[str, bytes]
) -> None:
    np.savez(_write(tmp_path / "mine", tiny) / "mnist.npz", x=np.zeros(3))
    _check(load_mnist(tmp_path / "mine"), tiny)


def test_the_environment_names_a_folder(
    tmp_path: Path, tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENFOLD_DATA", str(_write(tmp_path / "mine", tiny)))
    _check(load_mnist(), tiny)
    monkeypatch.setenv("TENFOLD_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"nowhere: does not exist.*TENFOLD_DATA names it; unset"):
        load_mnist()
    _check(load_mnist(tmp_path / "mine"), tiny)


def test_a_named_folder_that_fails_is_not_replaced_by_another_source(
    tmp_path: Path, tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tiny)
    _online(monkeypatch, tiny)
    with pytest.raises(DataError, match="missing: all of them"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda folder: (folder / IMAGES).unlink(), f"missing: {IMAGES}$", id="missing"
        ),
        pytest.param(
            lambda folder: (folder / IMAGES).write_bytes(b""), f"{IMAGES}: is empty", id="empty"
        ),
        pytest.param(
            lambda folder: (folder / IMAGES).write_bytes((folder / IMAGES).read_bytes()[:-1]),
            f"{IMAGES}: is cut off",
            id="truncated",
        ),
        pytest.param(
            lambda folder: shutil.copy(folder / "t10k-images-idx3-ubyte", folder / IMAGES),
            f"{IMAGES}: is not MNIST's {IMAGES}: expected 9,424 bytes",
            id="another-file",
        ),
        pytest.param(
            lambda folder: (folder / IMAGES).write_bytes(
                (folder / IMAGES).read_bytes()[:-1] + b"\x00"
            ),
            f"{IMAGES}: is not MNIST's {IMAGES}: expected SHA-256",
            id="one-byte",
        ),
    ],
)
def test_a_damaged_folder_is_refused(
    change: object, message: str, tmp_path: Path, tiny: dict[str, bytes]
) -> None:
    folder = _write(tmp_path / "mine", tiny)
    change(folder)
    with pytest.raises(DataError, match=message):
        load_mnist(folder)


def test_another_npz_is_refused(tmp_path: Path, tiny: dict[str, bytes]) -> None:
    np.savez(tmp_path / "mnist.npz", x=np.zeros(3))
    with pytest.raises(DataError, match=r"expected the arrays x_train, y_train.*found x$"):
        load_mnist(tmp_path)
    other = tiny | {IMAGES: tiny[IMAGES][:-1] + b"\x00"}
    with pytest.raises(DataError, match=f"other.npz: {IMAGES}: is not MNIST's"):
        load_mnist(_write_npz(tmp_path / "other.npz", other))


def test_the_cache_needs_no_network(tiny: dict[str, bytes]) -> None:
    store(tiny)
    _check(load_mnist(download=False), tiny)
    _check(load_mnist(), tiny)


def test_no_cache_and_no_download(tiny: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match=r"not in the cache, and downloading is off; run 'tenfold"):
        load_mnist(download=False)


def test_a_download_is_kept(tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    _online(monkeypatch, tiny)
    assert load_mnist().origin == "a mirror"
    monkeypatch.setattr(sources, "SOURCES", ())
    assert load_mnist().origin == str(mnist_folder())


def test_no_cache_and_no_source(tiny: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match=r"any source \(the test's source: no network in tests\)"):
        load_mnist()


def _spoil(tiny: dict[str, bytes]) -> None:
    path = store(tiny) / IMAGES
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")


def test_a_damaged_cache_is_fetched_again_with_a_note(
    tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _spoil(tiny)
    _online(monkeypatch, tiny)
    _check(load_mnist(), tiny)
    assert read_cache() == tiny
    assert "the cached MNIST is damaged and is fetched again" in capsys.readouterr().err


def test_a_damaged_cache_without_download_names_the_file(tiny: dict[str, bytes]) -> None:
    _spoil(tiny)
    with pytest.raises(
        DataError,
        match=f"{IMAGES}: is not MNIST's .* expected SHA-256 .*, found .*; the cache is damaged, "
        "so run 'tenfold data fetch'",
    ):
        load_mnist(download=False)


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    tiny: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TENFOLD_CACHE", str(tmp_path / "file"))
    _online(monkeypatch, tiny)
    _check(load_mnist(), tiny)
    assert "MNIST was fetched but is not kept" in capsys.readouterr().err


def test_the_arrays_cannot_be_changed(tiny: dict[str, bytes]) -> None:
    store(tiny)
    mnist = load_mnist()
    for array in (mnist.train.images, mnist.train.labels, mnist.test.images, mnist.test.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_fetch_says_where_the_files_came_from(
    tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    _online(monkeypatch, tiny)
    sizes = {name: len(content) for name, content in tiny.items()}
    assert fetch_mnist() == (sizes, "a mirror")
    assert fetch_mnist() == (sizes, "the cache")
    assert fetch_mnist(force=True) == (sizes, "a mirror")


def test_import_puts_a_folder_into_the_cache(tmp_path: Path, tiny: dict[str, bytes]) -> None:
    sizes = import_mnist(_write(tmp_path / "mine", tiny))
    assert sizes == {name: len(content) for name, content in tiny.items()}
    assert read_cache() == tiny


def test_import_of_other_digits_asks_for_a_name(tmp_path: Path, tiny: dict[str, bytes]) -> None:
    folder = _write(tmp_path / "mine", tiny | {IMAGES: tiny[IMAGES][:-1] + b"\x00"})
    with pytest.raises(DataError, match=r"is not MNIST's .*tenfold data import .*mine --name NAME"):
        import_mnist(folder)
    assert not mnist_folder().exists()


def test_the_real_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one test with the real data, from the user's cache or the network."""
    monkeypatch.undo()
    mnist = load_mnist()
    assert mnist.train.images.shape == (60000, 28, 28)
    assert mnist.test.images.shape == (10000, 28, 28)
    assert mnist.train.images.dtype == mnist.train.labels.dtype == np.uint8
    assert mnist.sums == {name: known.sha256 for name, known in MNIST_FILES.items()}
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(mnist.train.labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
    ]  # fmt: skip
