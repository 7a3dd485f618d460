from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from tenfold import folders
from tenfold.data import import_labelled, load_labelled, set_names, sets_folder
from tenfold.data.idx import idx_bytes
from tenfold.errors import DataError, OutputError

Array = np.ndarray


@pytest.fixture
def npz(tmp_path: Path, images: Array, labels: Array) -> Path:
    np.savez(tmp_path / "mine.npz", x=images, y=labels)
    return tmp_path / "mine.npz"


def test_a_set_is_found_by_its_name(npz: Path, images: Array, labels: Array) -> None:
    sizes = import_labelled(npz, "mine-2")
    assert sizes == {"images-idx3-ubyte": 16 + 10 * 784, "labels-idx1-ubyte": 8 + 10}
    assert set_names() == ["mine-2"]
    npz.unlink()
    for split in ("train", "test"):
        read = load_labelled("mine-2", split=split)
        np.testing.assert_array_equal(read.images, images)
        np.testing.assert_array_equal(read.labels, labels)


def test_both_splits_are_kept_apart(tmp_path: Path, images: Array, labels: Array) -> None:
    np.savez(
        tmp_path / "a.npz", x_train=images, y_train=labels, x_test=images[:3], y_test=labels[:3]
    )
    assert sorted(import_labelled(tmp_path / "a.npz", "a")) == [
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
    ]
    assert len(load_labelled("a")) == 3
    assert len(load_labelled("a", split="train")) == 10


def test_a_path_comes_before_a_name(
    npz: Path, tmp_path: Path, images: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_labelled(npz, "mine")
    (tmp_path / "here" / "mine").mkdir(parents=True)
    (tmp_path / "here" / "mine" / "images").write_bytes(idx_bytes(images[:1]))
    (tmp_path / "here" / "mine" / "labels").write_bytes(idx_bytes(np.zeros(1, np.uint8)))
    assert len(load_labelled("mine")) == 10
    monkeypatch.chdir(tmp_path / "here")
    assert len(load_labelled("mine")) == 1


@pytest.mark.parametrize(
    "name",
    ["", "-a", "A", "a b", "a/b", "..", "a.b", "a\n", "ä", "a" * 65, "mnist", "held-out"],
    ids=ascii,
)
def test_names_that_are_not_allowed(name: str, npz: Path) -> None:
    with pytest.raises(DataError, match="name: must be 1 to 64 of a-z, 0-9 and '-'"):
        import_labelled(npz, name)
    assert not sets_folder().exists()


def test_nothing_is_overwritten_without_force(npz: Path, images: Array, labels: Array) -> None:
    import_labelled(npz, "mine")
    np.savez(npz, x=images[:4], y=labels[:4])
    with pytest.raises(OutputError, match=r"the set 'mine' is already there.*add --force"):
        import_labelled(npz, "mine")
    assert len(load_labelled("mine")) == 10
    import_labelled(npz, "mine", force=True)
    assert len(load_labelled("mine")) == 4


def test_a_failing_import_leaves_the_old_set(npz: Path, images: Array, labels: Array) -> None:
    import_labelled(npz, "mine")
    np.savez(npz, x_train=images, y_train=labels, x_test=images, y_test=labels + 9)
    with pytest.raises(DataError, match="array 'y_test': index 1: expected labels"):
        import_labelled(npz, "mine", force=True)
    assert len(load_labelled("mine")) == 10
    assert [path.name for path in sets_folder().iterdir()] == ["mine"]


def test_a_set_moved_aside_by_a_crash_is_found(npz: Path) -> None:
    import_labelled(npz, "mine")
    (sets_folder() / "mine").rename(sets_folder() / ".mine.tenfold-old")
    assert len(load_labelled("mine")) == 10
    assert [path.name for path in sets_folder().iterdir()] == [".mine.tenfold-old"]


def test_a_set_between_two_renames_is_waited_for(
    npz: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_labelled(npz, "mine")
    np.savez(npz, x=images[:4], y=labels[:4])
    between, read = Event(), Event()
    swap_in = folders._swap_in

    def slow_swap_in(new: Path, folder: Path) -> None:
        folder.rename(folders._aside(folder))
        between.set()
        read.wait(0.2)
        folders._aside(folder).rename(folder)
        swap_in(new, folder)

    monkeypatch.setattr(folders, "_swap_in", slow_swap_in)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(import_labelled, npz, "mine", force=True)
        assert between.wait(60)
        assert len(load_labelled("mine")) in (4, 10)
        read.set()
        writing.result()


def test_a_set_replaced_while_it_is_read_is_one_or_the_other(
    npz: Path, tmp_path: Path, images: Array, labels: Array
) -> None:
    """Images are never of one and labels of the other."""
    other = tmp_path / "other.npz"
    np.savez(other, x=255 - images, y=9 - labels)
    known = {
        (part.images.tobytes(), part.labels.tobytes())
        for part in (load_labelled(npz), load_labelled(other))
    }
    import_labelled(npz, "mine")
    stop = Event()

    def replace_again_and_again() -> None:
        while not stop.is_set():
            for source in (other, npz):
                import_labelled(source, "mine", force=True)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(replace_again_and_again)
        try:
            for _ in range(60):
                part = load_labelled("mine")
                assert (part.images.tobytes(), part.labels.tobytes()) in known
        finally:
            stop.set()
        writing.result()


def test_a_path_that_does_not_exist() -> None:
    with pytest.raises(DataError, match="nowhere: does not exist; expected a labelled set"):
        import_labelled("nowhere", "mine")


def test_an_unknown_name_is_answered_with_the_nearest(npz: Path) -> None:
    import_labelled(npz, "forms")
    with pytest.raises(DataError, match=r"form: no such file or folder, .*did you mean 'forms'"):
        load_labelled("form")
    with pytest.raises(DataError, match=r"\.\./\.\./x: no such file or folder"):
        load_labelled("../../x")
