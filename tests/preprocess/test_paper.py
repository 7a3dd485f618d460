"""Paper is taken off, under whatever light; ink stays, dark or bright."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess.paper import lift_page, open_sheet


def written() -> np.ndarray:
    """Ink (200, 500), 0 or 255, in strokes of 5 pixels."""
    page = np.zeros((200, 500), np.uint8)
    for place, letter in enumerate("27418"):
        cv2.putText(page, letter, (60 + 80 * place, 130), cv2.FONT_HERSHEY_SIMPLEX, 2, 255, 5)
    return page


def light(kind: str) -> np.ndarray:
    """How much light falls on each place (200, 500), 0 to 1."""
    across = np.linspace(0, 1, 500)[None] * np.ones((200, 1))
    return {
        "even": np.ones((200, 500)),
        "falling-off": 1 - 0.6 * across,
        "hard-shadow": np.where(across > 0.45, 0.4, 1.0),
        "lamp": 1 - 0.5 * (2 * across - 1) ** 2,
    }[kind]


def photo(kind: str, paper: int = 225, ink: int = 60, grain: float = 3.0) -> np.ndarray:
    random = np.random.default_rng(3)
    share = written() / 255
    picture = (paper * (1 - share) + ink * share) * light(kind)
    return (picture + random.normal(0, grain, picture.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["even", "falling-off", "hard-shadow", "lamp"])
@pytest.mark.parametrize("grain", [0.0, 8.0])
def test_ink_is_what_was_written(kind: str, grain: float) -> None:
    ink = lift_page(255 - photo(kind, grain=grain))
    assert ink is not None
    strokes = cv2.erode(written(), np.ones((3, 3))) > 0
    ground = cv2.dilate(written(), np.ones((9, 9))) == 0
    assert (ink[strokes] > 0.5).mean() > 0.97
    edge = np.abs(np.arange(500) - 225) < 12 if kind == "hard-shadow" else np.zeros(500, bool)
    assert (ink[ground & ~edge[None]] > 0.5).mean() < 0.005


@pytest.mark.parametrize("grain", [4.0, 8.0, 14.0])
def test_grain_is_no_ink_beside_strokes(grain: float) -> None:
    """Not even faint ink: specks of it would be pieces, and join strokes."""
    ink = lift_page(255 - photo("even", grain=grain))
    assert ink is not None
    assert (ink[cv2.dilate(written(), np.ones((9, 9))) == 0] > 0).mean() < 0.02
    assert (ink[cv2.erode(written(), np.ones((3, 3))) > 0] > 0).mean() > 0.99


@pytest.mark.parametrize(
    "page",
    [
        np.zeros((80, 120), np.uint8),
        np.full((80, 120), 255, np.uint8),
        (255 * np.linspace(0.1, 0.5, 120)[None] * np.ones((80, 1))).astype(np.uint8),
        np.zeros((1, 1), np.uint8),
    ],
    ids=["black", "white", "a-gradient", "one-pixel"],
)
def test_blank_pages(page: np.ndarray) -> None:
    assert lift_page(page) is None


def test_grain_alone_is_no_ink() -> None:
    random = np.random.default_rng(5)
    page = random.normal(60, 6, (200, 300)).clip(0, 255).astype(np.uint8)
    ink = lift_page(page)
    assert ink is None or (ink > 0.5).mean() < 0.001


@pytest.mark.parametrize("breadth", [1.0, 2.0, 4.0, 8.0])
def test_blotches_alone_are_no_ink(breadth: float) -> None:
    """Cloth and rough paper: what lies far above most of it is rare, but always there."""
    random = np.random.default_rng(7)
    blotches = cv2.GaussianBlur(random.normal(0, 1, (500, 700)), (0, 0), breadth)
    assert lift_page((70 + 5 * blotches / blotches.std()).clip(0, 255).astype(np.uint8)) is None


def test_ink_along_the_edge_of_a_shadow() -> None:
    """Half of each digit's surroundings is in the shadow: no median of them is its paper."""
    words = np.zeros((94, 374), np.uint8)
    cv2.putText(words, "2304216", (25, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 1, 4)
    strokes = cv2.GaussianBlur(words.astype(np.float32), (0, 0), 1.0)
    rows, columns = np.mgrid[:94, :374]
    shadow = 1 / (1 + np.exp(-(rows - 70 + 0.12 * columns) / 1.5))
    picture = 205 * (1 - 0.35 * shadow) * (1 - 0.35 * strokes)
    picture += np.random.default_rng(2).normal(0, 2, picture.shape)
    ink = lift_page(255 - picture.clip(0, 255).astype(np.uint8))
    assert ink is not None
    assert (ink[strokes > 0.8] > 0.4).mean() > 0.95
    assert (ink[cv2.dilate(words, np.ones((9, 9))) == 0] > 0.4).mean() < 0.02


@pytest.mark.parametrize("kind", ["even", "falling-off", "hard-shadow", "lamp"])
@pytest.mark.parametrize("is_dark", [True, False])
def test_ink_is_bright_whatever_it_was(kind: str, is_dark: bool) -> None:
    """A shadow over half the page does not turn it over."""
    picture = photo(kind)
    page = open_sheet(picture if is_dark else 255 - picture)
    np.testing.assert_array_equal(page, 255 - picture)


def test_a_polarity_that_is_given_holds() -> None:
    picture = photo("even")
    np.testing.assert_array_equal(open_sheet(picture, polarity="bright_ink"), picture)
