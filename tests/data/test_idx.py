from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tenfold.data.idx import idx_bytes, is_idx, parse_idx, read_idx, unpack_idx
from tenfold.errors import DataError

LABELS = b"\x00\x00\x08\x01\x00\x00\x00\x03\x07\x02\x01"
"""Three labels, 7, 2 and 1, written by hand from the description of the format."""

ARRAYS = st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0))
)


def test_labels_written_by_hand() -> None:
    assert parse_idx(LABELS, "labels").tolist() == [7, 2, 1]


def test_values_are_in_c_order_and_big_endian() -> None:
    content = b"\x00\x00\x0b\x02" + struct.pack(">II6h", 2, 3, 1, 2, 3, 4, 5, -6)
    values = parse_idx(content, "x")
    assert values.tolist() == [[1, 2, 3], [4, 5, -6]]
    assert values.dtype == np.int16
    assert values.dtype.isnative


def test_the_array_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        parse_idx(LABELS, "labels")[0] = 1


@given(ARRAYS, st.booleans())
def test_round_trip(array: np.ndarray, compressed: bool) -> None:
    content = idx_bytes(array)
    back = parse_idx(gzip.compress(content) if compressed else content, "x")
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def _refusal(content: bytes) -> str:
    """Return the message with which ``content`` is refused; any other exception goes through."""
    try:
        parse_idx(content, "x", limit=10_000)
    except DataError as error:
        return str(error)
    return "x: nothing is wrong"


@given(st.binary(max_size=200))
def test_any_bytes_give_an_array_or_a_data_error(content: bytes) -> None:
    assert _refusal(content).startswith("x: ")
    assert "\n" not in _refusal(content)


@given(st.binary(max_size=60))
def test_any_bytes_after_a_right_magic(content: bytes) -> None:
    assert _refusal(b"\x00\x00\x08\x02" + content).startswith("x: ")


@given(st.binary(max_size=60))
def test_any_bytes_after_the_magic_of_gzip(content: bytes) -> None:
    with pytest.raises(DataError, match=r"^x: "):
        parse_idx(b"\x1f\x8b" + content, "x", limit=10_000)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_every_prefix_is_refused(compressed: bool) -> None:
    content = gzip.compress(LABELS) if compressed else LABELS
    for length in range(len(content)):
        with pytest.raises(DataError, match=r"^cut: (is empty|is not an IDX|is cut off|is a dam)"):
            parse_idx(content[:length], "cut")


def test_changed_bytes_in_gzip_are_noticed() -> None:
    content = bytearray(gzip.compress(LABELS))
    content[-6] ^= 1
    with pytest.raises(DataError, match=r"labels.gz: is a damaged gzip file .*CRC"):
        parse_idx(bytes(content), "labels.gz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "x: is empty", id="empty"),
        pytest.param(b"\x89PNG\r\n", "found 89 50 4e 47", id="picture"),
        pytest.param(b"\x00\x01\x08\x01\x00\x00\x00\x00", "found 00 01 08 01", id="second-byte"),
        pytest.param(b"\x00\x00\x0a\x01\x00\x00\x00\x00", "found 00 00 0a 01", id="no-such-type"),
        pytest.param(b"\x00\x00\x08\x00", "found 00 00 08 00", id="no-dimensions"),
        pytest.param(b"\x00\x00\x08\x05" + bytes(20), "found 00 00 08 05", id="five-dimensions"),
        pytest.param(
            b"\x00\x00\x08\x02\x00\x00", "expected 12 bytes of header, found 6", id="head"
        ),
        pytest.param(LABELS[:-1], "states 3 values, so expected 11 bytes, found 10;", id="short"),
        pytest.param(LABELS + b"\x00", "longer than it states.*11 bytes, found 12", id="long"),
        pytest.param(
            gzip.compress(LABELS + bytes(9999)),
            "expected 11 bytes, found 12 or more",
            id="long-gzip",
        ),
        pytest.param(
            b"\x00\x00\x08\x04" + b"\xff" * 16,
            "states 4294967295 x 4294967295 x 4294967295 x 4294967295 values",
            id="absurd-dimensions",
        ),
        pytest.param(
            b"\x00\x00\x08\x03" + bytes(4) + b"\xff" * 8,
            r"states the shape \(0, 4294967295, 4294967295\), which is none",
            id="nothing-of-absurd-sides",
        ),
    ],
)
def test_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_idx(content, "x")


def test_a_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header of 3 values before 50 MB of zeros: at most the header's length plus one is read."""
    taken = []
    original = gzip.GzipFile.read

    def counted(self: gzip.GzipFile, size: int = -1) -> bytes:
        content = original(self, size)
        taken.append(len(content))
        return content

    monkeypatch.setattr(gzip.GzipFile, "read", counted)
    with pytest.raises(DataError, match="expected 11 bytes, found 12 or more"):
        unpack_idx(gzip.compress(LABELS + bytes(50_000_000), 1), "bomb.gz")
    assert max(taken) <= 12


def test_a_size_above_the_limit_is_refused_before_inflating() -> None:
    header = b"\x00\x00\x08\x01" + struct.pack(">I", 1001 - 8)
    with pytest.raises(DataError, match="993 values, 1,001 bytes, but at most 1,000 are read"):
        parse_idx(gzip.compress(header), "x", limit=1000)


def test_the_limit_itself_is_allowed() -> None:
    content = idx_bytes(np.zeros(992, np.uint8))
    assert len(content) == 1000
    assert len(parse_idx(content, "x", limit=1000)) == 992


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.zeros((), np.uint8), id="no-dimensions"),
        pytest.param(np.zeros((1, 1, 1, 1, 1), np.uint8), id="five-dimensions"),
        pytest.param(np.zeros(3, np.int64), id="int64"),
        pytest.param(np.zeros(3, np.uint16), id="uint16"),
    ],
)
def test_arrays_that_the_format_cannot_hold(array: np.ndarray) -> None:
    with pytest.raises(DataError, match="IDX holds 1 to 4 dimensions of uint8"):
        idx_bytes(array)


def test_a_file_is_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    with pytest.raises(DataError, match=r"labels: cannot be read \(No such file"):
        read_idx(path)
    path.write_bytes(LABELS[:-1])
    with pytest.raises(DataError, match="labels: is cut off"):
        read_idx(path)
    path.write_bytes(LABELS)
    assert read_idx(path).tolist() == [7, 2, 1]
    with pytest.raises(DataError, match="larger than 10 bytes"):
        read_idx(path, limit=10)


@pytest.mark.parametrize(
    ("head", "answer"),
    [(LABELS, True), (b"\x00\x00\x08", False), (b"\x1f\x8b\x08\x00", False), (b"", False)],
    ids=["idx", "three-bytes", "gzip", "empty"],
)
def test_is_idx(head: bytes, answer: bool) -> None:
    assert is_idx(head) is answer
