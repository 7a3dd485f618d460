"""Strokes of a pen: one seed, one picture; a shaken character stays the character it was."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.synthesis.pen import draw_strokes, shake, smooth_line

BOX = [np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 40.0], [0.0, 40.0], [0.0, 0.0]])]
CROSS = [np.array([[0.0, 0.0], [30.0, 40.0]]), np.array([[30.0, 0.0], [0.0, 40.0]])]


def ink(picture: np.ndarray) -> np.ndarray:
    return picture > 100


@pytest.mark.parametrize("strokes", [BOX, CROSS], ids=["box", "cross"])
def test_a_seed_decides_all(strokes: list[np.ndarray]) -> None:
    def drawn(seed: int) -> np.ndarray:
        random = np.random.default_rng(seed)
        return draw_strokes(shake(strokes, random), random)

    np.testing.assert_array_equal(drawn(1), drawn(1))
    assert not np.array_equal(drawn(1), drawn(2))


def test_a_thicker_pen_leaves_more_ink() -> None:
    thin, thick = (
        draw_strokes(BOX, np.random.default_rng(0), pen).astype(float).sum()
        for pen in ((2, 3), (8, 9))
    )
    assert thick > 1.8 * thin


def test_a_box_is_hollow_and_a_cross_is_not() -> None:
    random = np.random.default_rng(0)
    assert not ink(draw_strokes(BOX, random))[12:16, 12:16].any()
    assert ink(draw_strokes(CROSS, random))[12:16, 12:16].any()


@pytest.mark.parametrize("seed", range(20))
def test_a_shaken_stroke_keeps_its_way(seed: int) -> None:
    """Strokes stay apart and in order, and no point strays by more than a part of the height."""
    shaken = shake(CROSS, np.random.default_rng(seed))
    assert len(shaken) == 2
    for before, after in zip(CROSS, shaken, strict=True):
        assert np.hypot(*np.diff(after, axis=0).T).max() < 0.08
        ends = np.array([after[0], after[-1]])
        assert np.abs(ends[:, 1] - before[:, 1] / 40).max() < 0.3
        assert (ends[0, 1] < ends[1, 1]) == (before[0, 1] < before[1, 1])


def test_a_smooth_line_goes_through_its_points() -> None:
    points = np.array([[0.0, 0.0], [3.0, 5.0], [8.0, 2.0], [9.0, 9.0]])
    line = smooth_line(points)
    np.testing.assert_allclose(line[::8], points, atol=1e-12)
    assert np.abs(np.diff(line, axis=0)).max() < 2
