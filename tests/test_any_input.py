"""Whatever comes, a picture is read or refused with a message: nothing else happens."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

import tenfold
from tenfold.errors import InputError
from tenfold.images import FORMATS, open_page

MANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MANY, max_examples=40)


@pytest.fixture(scope="module")
def reader() -> tenfold.Reader:
    return tenfold.Reader(threads=1)


def picture() -> Image.Image:
    """A picture of 40 x 30 pixels with something of every brightness on it."""
    random = np.random.default_rng(3)
    return Image.fromarray(random.integers(0, 256, (30, 40, 3)).astype(np.uint8))


def encoded(form: str) -> bytes:
    buffer = io.BytesIO()
    if form == "HEIF":
        pillow_heif.from_pillow(picture()).save(buffer)
    else:
        picture().save(buffer, form)
    return buffer.getvalue()


FILES = {form: encoded(form) for form in (*FORMATS, "HEIF", "PDF")}


def opened(content: bytes) -> np.ndarray | None:
    """Return a file's page; None where it is refused."""
    with contextlib.suppress(InputError):
        return open_page(content)
    return None


@MANY
@given(content=st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    with pytest.raises(InputError):
        open_page(content)


@MANY
@given(
    form=st.sampled_from(sorted(FILES)),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    kept=st.floats(0, 1),
)
@example(form="HEIF", changes=[(0.22265625, 1)], kept=1.0)  # another kind of error
def test_files_that_were_damaged(form: str, changes: list[tuple[float, int]], kept: float) -> None:
    content = bytearray(FILES[form])
    for place, value in changes:
        content[int(place * len(content))] = value
    page = opened(bytes(content[: max(1, round(kept * len(content)))]))
    assert page is None or (page.dtype, page.ndim) == (np.uint8, 2)


@FEW
@given(
    page=arrays.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 60), st.integers(1, 60)),
            st.tuples(st.integers(1, 60), st.integers(1, 60), st.sampled_from([1, 3, 4])),
        ),
        elements=st.sampled_from([0, 1, 60, 128, 254, 255]),
    ),
    decimal=st.booleans(),
)
def test_any_small_page(page: np.ndarray, decimal: bool, reader: tenfold.Reader) -> None:
    reading = reader.read(page, decimal=decimal)
    height, width = page.shape[:2]
    for number in reading.numbers:
        top, left, bottom, right = number.box
        assert 0 <= top < bottom <= height
        assert 0 <= left < right <= width
        assert 0 <= number.confidence <= 1
        assert number.text


@FEW
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 400),
    width=st.integers(1, 400),
    rough=st.sampled_from([1, 2, 5, 20]),
    levels=st.sampled_from([2, 3, 256]),
)
def test_any_texture(
    seed: int, height: int, width: int, rough: int, levels: int, reader: tenfold.Reader
) -> None:
    random = np.random.default_rng(seed)
    small = random.integers(0, levels, (-(-height // rough), -(-width // rough)))
    page = np.kron(small * 255 // (levels - 1), np.ones((rough, rough)))[:height, :width]
    reading = reader.read(page.astype(np.uint8))
    for number in reading.numbers:
        assert 0 <= number.box.top < number.box.bottom <= height
        assert 0 <= number.box.left < number.box.right <= width


@FEW
@given(
    values=st.one_of(
        st.none(),
        st.integers(),
        st.text(max_size=20),
        st.lists(st.integers(0, 255), max_size=4),
        arrays.arrays(st.sampled_from([np.float32, np.int64, np.bool_]), (4, 4)),
        arrays.arrays(np.uint8, st.sampled_from([(0, 4), (4,), (2, 2, 2), (1, 2, 3, 4), ()])),
    )
)
def test_what_is_no_picture(values: object, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError):
        reader.read(values)
