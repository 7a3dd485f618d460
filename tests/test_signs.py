"""Points, commas, a minus and spaces on a page, as `tenfold read --decimal` keeps them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


def page(text: str, scale: float = 2.0) -> np.ndarray:
    """Text in strokes of a pen on paper."""
    paper = np.full((260, 900), 230, np.uint8)
    cv2.putText(paper, text, (60, 150), cv2.FONT_HERSHEY_SIMPLEX, scale, 40, 5, cv2.LINE_AA)
    return paper


@pytest.mark.parametrize(
    ("written", "plain", "decimal"),
    [
        pytest.param("-422", "422", "-422", id="minus"),
        pytest.param("-3.5", "35", "-3.5", id="minus-and-point"),
        pytest.param("290.89", "29089", "290.89", id="point"),
        pytest.param("0.08", "008", "0.08", id="point-among-zeros"),
        pytest.param("2023-07-19", "2023 07 19", "2023 07 19", id="hyphens-are-no-minus"),
        pytest.param("482 3905 67", "482 3905 67", "482 3905 67", id="spaces"),
        pytest.param("7  -15", "7 15", "7 -15", id="a-minus-before-the-second"),
    ],
)
def test_signs(reader: Reader, written: str, plain: str, decimal: str) -> None:
    assert reader.read(page(written)).text == plain
    assert reader.read(page(written), decimal=True).text == decimal


def test_a_point_too_small_for_the_strip_is_kept(reader: Reader) -> None:
    paper = page("410 38")
    before, space = (
        cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 2.0, 5)[0][0] for text in ("410", " ")
    )
    cv2.circle(paper, (60 + before + space // 2, 148), 3, 40, -1, cv2.LINE_AA)
    assert reader.read(paper, decimal=True).text == "410.38"
