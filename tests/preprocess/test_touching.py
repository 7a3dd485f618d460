"""Digits that touch are cut where they do."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess.touching import MOST_CUTS, find_cuts, parts_between


def ink(text: str, step: int = 40, size: float = 2.0) -> np.ndarray:
    """Digits written over each other's ends, cut to their box."""
    page = np.zeros((round(60 * size), round(60 * size + step * len(text))), np.uint8)
    for place, letter in enumerate(text):
        at = (10 + step * place, round(45 * size))
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 6, cv2.LINE_AA)
    rows, columns = np.flatnonzero(page.any(1)), np.flatnonzero(page.any(0))
    return page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32) / 255


@pytest.mark.parametrize(
    "narrow",
    [np.ones((40, 9)), np.ones((200, 140)), np.ones((4, 1))],
    ids=lambda array: str(array.shape),
)
def test_what_is_narrow_is_not_cut(narrow: np.ndarray) -> None:
    assert find_cuts(narrow.astype(np.float32)) == []


@pytest.mark.parametrize(
    ("text", "step"), [("47", 40), ("00", 38), ("28", 36), ("352", 36), ("90613", 36)]
)
@pytest.mark.parametrize("scale", [0.5, 1, 4])
def test_a_cut_passes_where_two_digits_touch(text: str, step: int, scale: float) -> None:
    mark = cv2.resize(ink(text, step), None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    cuts = find_cuts(mark)
    assert len(cuts) <= MOST_CUTS
    middles = [float(cut.mean()) / scale for cut in cuts]
    assert middles == sorted(middles)
    for place in range(1, len(text)):
        assert min(abs(middle - step * place) for middle in middles) <= 9


def test_a_cut_goes_round_what_leans_over() -> None:
    """Between two slanting strokes no upright line is free of ink, and a seam is."""
    mark = np.zeros((60, 70), np.float32)
    for left in (0, 26):
        cv2.line(mark, (left + 36, 2), (left + 4, 57), 1.0, 5)
    cut_ink = min(mark[np.arange(60), cut].sum() for cut in find_cuts(mark))
    assert mark[:, 20:50].sum(0).min() > 4
    assert cut_ink < 1


def test_parts_between_all_pairs_of_cuts() -> None:
    mark = np.random.default_rng(1).random((5, 12)).astype(np.float32)
    cuts = [np.full(5, 4), np.array([7, 7, 8, 8, 9])]
    found = {(left, right): part for left, right, part in parts_between(mark, cuts)}
    assert set(found) == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    np.testing.assert_array_equal(found[0, 3], mark)
    np.testing.assert_array_equal(found[0, 1] + found[1, 2] + found[2, 3], mark)
    np.testing.assert_array_equal(found[0, 1][:, 4:], 0)
    assert found[1, 2][4, 8] == mark[4, 8]
    assert found[1, 2][0, 7] == 0
