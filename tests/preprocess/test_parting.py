"""The ink of digits side by side, parted between them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import part_ink


def ring(canvas: np.ndarray, middle: int, width: int = 20) -> np.ndarray:
    cv2.ellipse(canvas, (middle, 40), (width, 34), 0, 0, 360, 1.0, 5)
    return canvas


def rings(*middles: int) -> np.ndarray:
    canvas = np.zeros((80, 260), np.float32)
    for middle in middles:
        ring(canvas, middle)
    return canvas


@pytest.mark.parametrize("middles", [(40,), (40, 100), (40, 83), (40, 80), (40, 78, 116, 180)])
def test_each_part_is_the_digit_itself(middles: tuple[int, ...]) -> None:
    """Apart, side by side, touching and overlapping by a stroke."""
    ink = rings(*middles)
    parts = part_ink(ink, middles)
    assert len(parts) == len(middles)
    for middle, part in zip(middles, parts, strict=True):
        alone = rings(middle)
        assert part.box is not None
        whole = np.zeros_like(ink)
        box = part.box
        whole[box.top : box.bottom, box.left : box.right] = part.ink
        common = (whole > 0.5) & (alone > 0.5)
        assert common.sum() > 0.8 * (alone > 0.5).sum()
        assert common.sum() > 0.8 * (whole > 0.5).sum()


@pytest.mark.parametrize(("second", "is_cut"), [(100, False), (80, True)])
def test_it_is_told_whether_a_cut_went_through_ink(second: int, is_cut: bool) -> None:
    assert [part.is_cut for part in part_ink(rings(40, second), (40, second))] == [is_cut] * 2


def test_leaning_digits_are_parted_along_the_slant() -> None:
    ink = np.zeros((80, 120), np.float32)
    for foot in (20, 45):
        cv2.line(ink, (foot, 76), (foot + 38, 4), 1.0, 5)
    first, second = part_ink(ink, (39, 64))
    assert first.box is not None
    assert second.box is not None
    assert abs(first.box.right - 61) <= 3
    assert abs(second.box.left - 42) <= 3
    assert not first.is_cut


def test_where_nothing_is_inked_there_is_no_box() -> None:
    parts = part_ink(rings(40), (40, 200))
    assert parts[0].box is not None
    assert parts[1].box is None
    assert parts[1].ink.size == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 2)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_smallest_ink(shape: tuple[int, int], count: int) -> None:
    middles = np.linspace(0.5, shape[1] - 0.5, count).tolist()
    assert len(part_ink(np.ones(shape, np.float32), middles)) == count
