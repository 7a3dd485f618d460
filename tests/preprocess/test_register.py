"""A photo of a form is laid over the form's own picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.errors import InputError
from tenfold.preprocess import moved_box, register, straighten, turned_back
from tenfold.values import Box


def form() -> np.ndarray:
    """An empty form (700, 900), ink bright: words, and boxes to fill in."""
    page = np.zeros((700, 900), np.uint8)
    words = ("Application", "Surname and given name", "Date of birth", "Sum in full", "Signature")
    for row, text in enumerate(words):
        cv2.putText(page, text, (40, 80 + 130 * row), cv2.FONT_HERSHEY_TRIPLEX, 1.2, 255, 2)
        cv2.rectangle(page, (520, 40 + 130 * row), (860, 100 + 130 * row), 255, 2)
    return page


CHANGES = [
    pytest.param(np.eye(3), id="as-it-is"),
    pytest.param(np.array([[0.98, -0.17, 130], [0.17, 0.98, 10], [0, 0, 1.0]]), id="turned"),
    pytest.param(np.array([[0.6, 0.02, 40], [0.01, 0.6, 60], [0, 0, 1.0]]), id="smaller"),
    pytest.param(
        np.array([[0.9, 0.05, 40], [0.03, 0.85, 30], [1e-4, 5e-5, 1.0]]), id="at-an-angle"
    ),
]


def photo(change: np.ndarray) -> np.ndarray:
    seen = cv2.warpPerspective(form(), change, (1100, 900)).astype(float)
    random = np.random.default_rng(2)
    return (0.7 * seen + 20 + random.normal(0, 4, seen.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("change", CHANGES)
def test_places_of_the_form_are_found(change: np.ndarray) -> None:
    found = register(photo(change), form())
    corners = np.array([[[0, 0], [900, 0], [900, 700], [0, 700]]], np.float64)
    expected = cv2.perspectiveTransform(corners, change)
    assert np.abs(cv2.perspectiveTransform(corners, found) - expected).max() < 6


@pytest.mark.parametrize(
    ("photo_scale", "template_scale"),
    [
        pytest.param(2.5, 1.0, id="a-large-photo"),
        pytest.param(1.0, 2.5, id="a-large-template"),
        pytest.param(2.5, 2.0, id="both"),
    ],
)
def test_large_pictures_are_in_pixels_of_their_own(
    photo_scale: float, template_scale: float
) -> None:
    """Pictures are compared at a smaller size: a field's box is on the photo all the same."""
    seen, template = (
        np.asarray(cv2.resize(form(), None, fx=scale, fy=scale), np.uint8)
        for scale in (photo_scale, template_scale)
    )
    field = Box(*(round(side * template_scale) for side in (40, 520, 100, 860)))
    box = moved_box(field, register(seen, template), seen.shape)
    expected = np.multiply((40, 520, 100, 860), photo_scale)
    assert np.abs(np.subtract(box, expected)).max() <= 4 * photo_scale


@pytest.mark.parametrize("change", CHANGES)
def test_a_photo_is_straightened(change: np.ndarray) -> None:
    straight = straighten(photo(change), change, (700, 900))
    assert straight.shape == (700, 900)
    inked = cv2.erode(form(), np.ones((2, 2))) > 0
    assert straight[inked].mean() > straight[form() == 0].mean() + 50
    box = moved_box(Box(40, 520, 100, 860), change, (900, 1100))
    middle = cv2.perspectiveTransform(np.array([[[690, 70]]], np.float64), change)[0, 0]
    assert box.left < middle[0] < box.right
    assert box.top < middle[1] < box.bottom


@pytest.mark.parametrize(
    "page",
    [
        np.zeros((400, 500), np.uint8),
        np.random.default_rng(0).integers(0, 255, (400, 500)).astype(np.uint8),
        np.zeros((1, 1), np.uint8),
    ],
    ids=["blank", "noise", "one-pixel"],
)
def test_another_picture_is_told(page: np.ndarray) -> None:
    with pytest.raises(InputError, match="does not show the form"):
        register(page, form())


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_boxes_of_a_turned_page_are_found_on_it(quarters: int) -> None:
    page = np.zeros((60, 100), np.uint8)
    page[10:15, 70:90] = 1
    turned = np.rot90(page, quarters)
    rows, columns = np.nonzero(turned)
    box = Box(rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    assert turned_back(box, quarters, page.shape) == (10, 70, 15, 90)
