"""Typed digits: the ten by turns, framed like written ones, in many typefaces."""

from __future__ import annotations

import numpy as np

from tenfold.train.typefaces import draw_typed


def test_a_seed_decides_all() -> None:
    one, again, other = (draw_typed(40, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.images, again.images)
    assert not np.array_equal(one.images, other.images)
    assert one.labels.tolist() == list(range(10)) * 4


def test_they_are_framed_and_differ() -> None:
    typed = draw_typed(200, 3)
    for image in typed.images:
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 23
        assert image.max() > 200
    for digit in range(10):
        ones = typed.images[typed.labels == digit].reshape(-1, 784)
        assert len(np.unique(ones, axis=0)) >= 18
        ink = (ones > 128).mean(1)
        assert ink.max() > 1.5 * ink.min()
