"""Whether ink is dark or bright, found from the picture alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.polarity import ground_is_bright

SIDE = 120


def digit(text: str = "4", ground: int = 220, ink: int = 50) -> np.ndarray:
    """A digit amid a page of 120 x 120."""
    array = np.full((SIDE, SIDE), ground, np.uint8)
    cv2.putText(array, text, (38, 85), cv2.FONT_HERSHEY_SIMPLEX, 2.2, ink, 6, cv2.LINE_AA)
    return array


def cut_out(text: str, margin: int) -> np.ndarray:
    array = digit(text)
    rows, columns = np.nonzero(array < 130)
    box = array[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(box, margin, constant_values=220)


def framed(width: int, sides: str = "tblr", inset: int = 0) -> np.ndarray:
    array = digit()
    first, last = slice(inset, inset + width), slice(SIDE - inset - width, SIDE - inset)
    every = slice(None)
    places = {"t": (first, every), "b": (last, every), "l": (every, first), "r": (every, last)}
    for side in sides:
        array[places[side]] = 50
    return array


def shaded(array: np.ndarray, share: float, darker: float = 0.5) -> np.ndarray:
    """A shadow with a hard edge over a share of the page."""
    result = array.astype(float)
    result[:, : round(share * SIDE)] *= darker
    return result.astype(np.uint8)


def on_table(depth: int, tilt: float, sides: str = "tl") -> np.ndarray:
    """Paper whose edges, a little tilted, leave a dark table in sight."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    table = np.zeros((SIDE, SIDE), bool)
    if "l" in sides:
        table |= columns < depth + tilt * rows
    if "t" in sides:
        table |= rows < depth + tilt * columns
    return np.where(table, 60, digit()).astype(np.uint8)


def bar(margin: int) -> np.ndarray:
    return np.pad(np.full((72, 16), 50, np.uint8), margin, constant_values=220)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(digit(), id="plain"),
        pytest.param(framed(2), id="thin-frame"),
        pytest.param(framed(6), id="thick-frame"),
        pytest.param(framed(6, inset=8), id="frame-off-the-border"),
        pytest.param(framed(4, "tl"), id="corner-of-a-grid"),
        pytest.param(framed(4, "tlr"), id="three-sides"),
        *(
            pytest.param(on_table(depth, tilt), id=f"table-{depth}-tilt-{tilt}")
            for depth in (4, 9, 15)
            for tilt in (0, 0.05, 0.1)
        ),
        *(pytest.param(on_table(depth, 0.1, "l"), id=f"table-left-{depth}") for depth in (9, 30)),
        pytest.param(np.pad(np.full((110, 110), 220, np.uint8), 5), id="empty-cell"),
        *(pytest.param(cut_out(text, 0), id=f"cut-out-{text}") for text in "023456789"),
        *(pytest.param(cut_out(text, 2), id=f"near-{text}") for text in "0123456789"),
        *(pytest.param(bar(margin), id=f"bar-in-{margin}") for margin in (1, 3, 8)),
        *(
            pytest.param(shaded(digit(), share), id=f"shadow-{share}")
            for share in (0.2, 0.3, 0.5, 0.7)
        ),
        pytest.param(cv2.resize(framed(6), None, fx=10, fy=10), id="large"),
        pytest.param(np.full((3, 3), 128, np.uint8), id="one-grey"),
        pytest.param(np.full((1, 1), 255, np.uint8), id="one-pixel"),
    ],
)
def test_the_ground_is_found(picture: np.ndarray) -> None:
    assert ground_is_bright(picture)
    assert not ground_is_bright(255 - picture)


def test_noise_does_not_matter() -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        noisy = np.clip(framed(4) + random.normal(0, 12, (SIDE, SIDE)), 0, 255).astype(np.uint8)
        assert ground_is_bright(noisy)
        assert not ground_is_bright(255 - noisy)
