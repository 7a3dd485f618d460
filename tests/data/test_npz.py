from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tenfold.data import npz as npz_module
from tenfold.data.npz import is_zip, open_npz
from tenfold.errors import DataError


def _npy(header: str, body: bytes, version: tuple[int, int] = (1, 0)) -> bytes:
    text = header.encode().ljust(117) + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + body


def _archive(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", content)
    return path


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed], ids=["stored", "deflated"])
def test_numpy_s_own_files(tmp_path: Path, save: object, order: str) -> None:
    array = np.asarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4), order=order)
    save(tmp_path / "a.npz", x=array, y=array[0, 0])
    npz = open_npz(tmp_path / "a.npz", "a.npz")
    assert npz.names == ("x", "y")
    np.testing.assert_array_equal(npz.read("x"), array)
    np.testing.assert_array_equal(npz.read("y"), [0, 1, 2, 3])


def test_a_file_in_memory() -> None:
    content = io.BytesIO()
    np.savez(content, x=np.arange(3))
    assert open_npz(content, "memory").read("x").tolist() == [0, 1, 2]


def test_version_two_is_read(tmp_path: Path) -> None:
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }"
    path = _archive(tmp_path / "a.npz", _npy(header, b"abc", (2, 0)))
    assert open_npz(path, "a").read("x").tolist() == [97, 98, 99]


def test_python_objects_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match=r"a.npz: array 'x': holds Python objects"):
        open_npz(tmp_path / "a.npz", "a.npz").read("x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            _npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", b"abc"),
            r"states \(4,\) values of uint8, so expected 4 bytes, found 3",
            id="short",
        ),
        pytest.param(
            _npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", b"abc"),
            "expected 2 bytes, found 3",
            id="long",
        ),
        pytest.param(
            _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9**30,), }", b""),
            "array 'x' cannot be read",
            id="absurd-shape",
        ),
        pytest.param(
            _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", b""),
            "expected 799,999,999,992 bytes, found 0",
            id="memory-that-is-not-there",
        ),
        pytest.param(
            _npy("{}", b"", (3, 0)), r"version \(3, 0\), expected 1.0 or 2.0", id="version"
        ),
        pytest.param(
            _npy("{'descr': '|u1', 'fortran_order': False, 'shape': (True, 3), }", b"abc"),
            r"states the shape \(True, 3\), which is none",
            id="shape-of-truths",
        ),
        pytest.param(_npy("(" * 5000, b""), "array 'x' cannot be read", id="header-open"),
        pytest.param(_npy("-" * 9000 + "1", b""), "array 'x' cannot be read", id="header-deep"),
        pytest.param(b"not numpy", "array 'x' cannot be read", id="no-magic"),
        pytest.param(b"", "array 'x' cannot be read", id="empty"),
    ],
)
def test_refused_members(tmp_path: Path, content: bytes, message: str) -> None:
    path = _archive(tmp_path / "a.npz", content)
    with pytest.raises(DataError, match=message):
        open_npz(path, str(path)).read("x")


def test_a_damaged_lzma_member_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, np.arange(9000) % 251)
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.npy", content.getvalue())
    whole = path.read_bytes()
    packed = range(50, whole.index(b"PK\x01\x02") - 5, 7)  # what stands between the two headers
    for place in packed:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(DataError, match="array 'x' cannot be read"):
            open_npz(path, str(path)).read("x")


def test_a_member_above_the_limit_is_not_inflated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz_module, "MAX_BYTES", 1000)
    path = _archive(tmp_path / "a.npz", bytes(1001))
    with pytest.raises(DataError, match="array 'x' has 1,001 bytes, but at most 1,000 are read"):
        open_npz(path, "a").read("x")


def test_every_prefix_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "whole.npz", x=np.arange(5, dtype=np.uint8))
    content = (tmp_path / "whole.npz").read_bytes()
    for length in range(0, len(content), 7):
        (tmp_path / "cut.npz").write_bytes(content[:length])
        with pytest.raises(DataError, match=r"cut.npz: is not a readable .npz file"):
            open_npz(tmp_path / "cut.npz", "cut.npz")


def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.full(200, 7, np.uint8))
    content = (tmp_path / "a.npz").read_bytes().replace(b"\x07" * 200, b"\x07" * 199 + b"\x08")
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"array 'x' cannot be read .*CRC"):
        open_npz(tmp_path / "a.npz", "a.npz").read("x")


def test_is_zip() -> None:
    assert is_zip(b"PK\x03\x04rest")
    assert not is_zip(b"PAR1")
