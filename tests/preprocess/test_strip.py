"""Ink as a strip: 32 rows, a margin, wide gaps narrowed."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.preprocess import STRIP_HEIGHT, frame_strip, narrowed_columns, strip_column


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        ((28, 28), 32),
        ((56, 112), 60),
        ((7, 70), 284),
        ((280, 28), 7),
        ((10, 4000), 640),
        ((1, 1), 32),
    ],
)
def test_it_fits_28_rows_with_a_margin(shape: tuple[int, int], width: int) -> None:
    strip = frame_strip(np.ones(shape, np.float32))
    assert strip.dtype == np.uint8
    assert strip.shape == (STRIP_HEIGHT, width)
    assert strip.max() == 255
    assert not strip[:2].any()
    assert not strip[-2:].any()
    assert not strip[:, :2].any()
    assert not strip[:, -2:].any()


def test_empty_ground_round_the_ink_changes_nothing() -> None:
    random = np.random.default_rng(0)
    ink = random.random((40, 90)).astype(np.float32)
    np.testing.assert_array_equal(frame_strip(np.pad(ink, ((5, 30), (17, 2)))), frame_strip(ink))


def test_pale_ink_becomes_full() -> None:
    ink = np.zeros((40, 60), np.float32)
    ink[5:35, 10:20] = 0.4
    np.testing.assert_array_equal(frame_strip(ink), frame_strip(ink / 0.4))


@pytest.mark.parametrize("column", [2, 10, 30, 58])
def test_columns_of_the_strip_are_found_in_the_ink(column: int) -> None:
    ink = np.ones((28, 56), np.float32)
    assert strip_column(column, 56, frame_strip(ink).shape[1]) == pytest.approx(column - 2)
    large = np.ones((280, 560), np.float32)
    assert strip_column(column, 560, frame_strip(large).shape[1]) == pytest.approx(
        10 * (column - 2)
    )


@pytest.mark.parametrize(
    ("inked", "kept"),
    [
        pytest.param([0, 1, 2], [0, 1, 2], id="without-gaps"),
        pytest.param([0, 1, 5, 6], [0, 1, 2, 3, 4, 5, 6], id="a-narrow-gap"),
        pytest.param([3, 4, 40, 41], [3, 4, *range(35, 42)], id="a-wide-gap"),
        pytest.param([7], [7], id="one-column"),
    ],
)
def test_wide_gaps_are_narrowed_to_half_the_height(inked: list[int], kept: list[int]) -> None:
    ink = np.zeros((10, 50), np.float32)
    ink[:, inked] = 1
    assert narrowed_columns(ink).tolist() == kept
