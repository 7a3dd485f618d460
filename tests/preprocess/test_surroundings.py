"""A desk round the paper, a scanner's dark border and a hard shadow are not taken for ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import tenfold
from tenfold.preprocess.shadows import has_hard_shadow
from tenfold.preprocess.surroundings import without_surroundings

PAPER, INK = 235, 45


def written(
    text: str = "4071", paper: int = PAPER, ink: int = INK, shape: tuple[int, int] = (420, 600)
) -> NDArray[np.uint8]:
    """A page with a number amid it."""
    page = np.full(shape, paper, np.uint8)
    cv2.putText(page, text, (150, 240), cv2.FONT_HERSHEY_SIMPLEX, 3.0, ink, 7, cv2.LINE_AA)
    return page


def on_desk(
    page: NDArray[np.uint8], desk: int, margin: int, turned: float = 0
) -> NDArray[np.uint8]:
    """A page on a desk of one level, turned by some degrees, as a camera sees it."""
    height, width = page.shape
    size = (width + 2 * margin, height + 2 * margin)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turned, 1.0)
    turn[:, 2] += margin
    seen = cv2.warpAffine(page, turn, size, borderValue=(desk,), flags=cv2.INTER_LINEAR)
    noise = np.random.default_rng(0).normal(0, 2, seen.shape)
    return np.asarray((cv2.GaussianBlur(seen, (0, 0), 1) + noise).clip(0, 255), np.uint8)


def in_shadow(page: NDArray[np.uint8], light: float) -> NDArray[np.uint8]:
    """A page on whose right side the shadow of something straight lies, across the number."""
    height, width = page.shape
    lit = np.ones(page.shape, np.float32)
    corners = [(width // 2, 0), (width, 0), (width, height), (width // 3, height)]
    cv2.fillPoly(lit, [np.array(corners, np.int32)], light)
    return np.asarray(page * cv2.GaussianBlur(lit, (0, 0), 2.0), np.uint8)


@pytest.mark.parametrize("turned", [0, 7])
@pytest.mark.parametrize("margin", [8, 40, 150])
@pytest.mark.parametrize("desk", [10, 70, 130])
def test_a_number_on_a_sheet_on_a_desk(desk: int, margin: int, turned: int) -> None:
    picture = on_desk(written(), desk, margin, turned)
    assert tenfold.read(picture).text == "4071"


@pytest.mark.parametrize(
    ("picture", "read"),
    [
        pytest.param(on_desk(written(), 70, 60), "4071", id="dark-desk"),
        pytest.param(on_desk(written(), 20, 9), "4071", id="narrow-dark-border"),
        pytest.param(on_desk(written(paper=140), 245, 60), "4071", id="brown-paper-white-desk"),
        pytest.param(on_desk(written(paper=60, ink=230), 180, 60), "4071", id="chalk"),
        pytest.param(in_shadow(written(), 0.5), "4071", id="hard-shadow-across"),
        pytest.param(written(), "4071", id="paper-alone"),
    ],
)
def test_what_is_read(picture: NDArray[np.uint8], read: str) -> None:
    assert tenfold.read(picture).text == read


def ringed() -> NDArray[np.uint8]:
    """A thick 0 cut out closely: its hole is no sheet."""
    page = np.full((200, 160), PAPER, np.uint8)
    cv2.ellipse(page, (80, 100), (55, 75), 0, 0, 360, INK, 45, cv2.LINE_AA)
    return page


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(written(), id="paper-alone"),
        pytest.param(ringed(), id="a-thick-zero"),
        pytest.param(np.full((200, 300), 128, np.uint8), id="nothing"),
        pytest.param(in_shadow(written(), 0.5), id="writing-in-shadow-and-light"),
        pytest.param(on_desk(np.full((300, 400), PAPER, np.uint8), 60, 50), id="bare-sheet"),
        pytest.param(on_desk(written(), 70, 20)[::8, ::8], id="too-small"),
    ],
)
def test_what_is_left_as_it_is(page: NDArray[np.uint8]) -> None:
    assert without_surroundings(page) is page


def test_ink_on_the_sheet_stays_as_it_is() -> None:
    page = on_desk(written(), 60, 50)
    found = without_surroundings(page)
    assert found.shape == page.shape
    inside = np.s_[70:-70, 70:-70]
    np.testing.assert_array_equal(found[inside], page[inside])
    assert found[:20].min() > 180


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(in_shadow(written(), 0.5), True, id="shadow"),
        pytest.param(written(), False, id="none"),
        pytest.param(ringed(), False, id="thick-ink"),
        pytest.param(np.full((200, 300), 128, np.uint8), False, id="nothing"),
        pytest.param(
            np.tile(np.linspace(240, 90, 600).astype(np.uint8), (420, 1)), False, id="lamp"
        ),
    ],
)
def test_a_hard_shadow(page: NDArray[np.uint8], expected: bool) -> None:
    assert has_hard_shadow(np.subtract(255, page, dtype=np.uint8)) is expected


def test_a_desk_seen_beside_the_paper_is_no_one() -> None:
    page = written()
    page[250:330, :2] = 40
    page[60:140, -2:] = 40
    assert tenfold.read(page).text == "4071"
