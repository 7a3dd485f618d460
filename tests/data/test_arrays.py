from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tenfold.data.arrays import digits, pixels, squares, to_split
from tenfold.errors import DataError


def _place(row: int) -> str:
    return f"image {row}"


@given(hnp.arrays(st.sampled_from(["i2", "i8", "f4", "f8"]), (3, 4)))
def test_pixels_are_kept_or_refused_but_never_changed(values: np.ndarray) -> None:
    try:
        result = pixels(values, _place)
    except DataError:
        right = [0 <= value <= 255 and value == int(value) for value in values.flat]
        assert not all(right)
    else:
        assert result.dtype == np.uint8
        np.testing.assert_array_equal(result, values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(np.array([0, 9]), [0, 9], id="int64"),
        pytest.param(np.array([[0.0], [9.0]]), [0, 9], id="column-of-floats"),
        pytest.param(np.array([], np.int8), [], id="none"),
    ],
)
def test_digits(values: np.ndarray, expected: list[int]) -> None:
    assert digits(values, _place).tolist() == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(np.array([0, 1, 10]), "image 2: .* 0 to 9, found 10$", id="ten"),
        pytest.param(np.array([-1]), "image 0: .* found -1$", id="negative"),
        pytest.param(np.array([1, np.nan]), "image 1: .* found nan$", id="nan"),
        pytest.param(np.array([True]), "labels that are numbers, found bool", id="bool"),
        pytest.param(np.array(3), r"labels of shape \(N,\), found \(\)", id="scalar"),
        pytest.param(np.array([2**40]), "image 0: .* found 1.09951e", id="beyond-a-byte"),
    ],
)
def test_wrong_digits(values: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        digits(values, _place)


@pytest.mark.parametrize("shape", [(2, 784), (2, 28, 28), (2, 28, 28, 1)])
def test_squares(shape: tuple[int, ...]) -> None:
    values = np.arange(2 * 784).reshape(shape)
    assert squares(values, "x").shape == (2, 28, 28)
    assert squares(values, "x")[1, 0, 1] == 785


@pytest.mark.parametrize("shape", [(784,), (2, 783), (2, 28, 29), (2, 28, 28, 3), ()])
def test_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="x: expected images of shape"):
        squares(np.zeros(shape), "x")


def test_a_blank_set_is_allowed() -> None:
    """Zeros are not pixels scaled to 0-1: blank crops are a legitimate test of refusal."""
    assert len(to_split(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8), "x")) == 2


@pytest.mark.parametrize(
    ("ground", "dark_ones", "refused"),
    [(255, 0, True), (200, 0, True), (200, 4, True), (200, 6, False), (150, 0, False)],
)
def test_dark_ink_on_a_bright_ground_is_refused(ground: int, dark_ones: int, refused: bool) -> None:
    """By most of the images; a model would read them without a word, and badly."""
    images = np.full((10, 28, 28), ground, np.uint8)
    images[:dark_ones] = 0
    images[:, 8:20, 13:15] = 255 - ground
    labels = np.ones(10, np.uint8)
    if not refused:
        assert len(to_split(images, labels, "x")) == 10
        return
    with pytest.raises(DataError, match=f"x: .*borders are bright.*{ground}.*from 255"):
        to_split(images, labels, "x")
