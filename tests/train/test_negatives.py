"""Pictures of what is no digit: each kind by turns, framed as a reader frames digits."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

import tiny
from tenfold.preprocess import frame_ink
from tenfold.train import blots, spoiled
from tenfold.train.batches import NOT_A_DIGIT
from tenfold.train.fit import Trainer, as_images, as_labels, fit, predict_logits
from tenfold.train.negatives import NEGATIVE_KINDS, draw_negative, draw_negatives
from tenfold.values import Split

DIGITS = tiny.drawn_digits(60, 4)


def test_a_seed_decides_all() -> None:
    count = 3 * len(NEGATIVE_KINDS)
    one, again, other = (draw_negatives(DIGITS, count, seed) for seed in (1, 1, 2))
    assert (one.shape, one.dtype) == ((count, 28, 28), np.uint8)
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert draw_negatives(DIGITS, 0, 1).shape == (0, 28, 28)


@pytest.mark.parametrize("kind", sorted(set(NEGATIVE_KINDS) - {"texture"}))
def test_what_is_drawn_is_framed_like_a_digit(kind: str) -> None:
    random = np.random.default_rng(3)
    pictures = [draw_negative(kind, DIGITS, random) for _ in range(30)]
    assert len(np.unique(np.stack(pictures).reshape(30, -1), axis=0)) > 25 or kind in (
        "lines",
        "turned",
    )
    for picture in pictures:
        rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 23
        assert picture.max() > 200


def test_textures_fill_the_picture() -> None:
    random = np.random.default_rng(3)
    means = [draw_negative("texture", DIGITS, random).mean() for _ in range(60)]
    assert np.std(means) > 20


@pytest.mark.parametrize(
    ("label", "kept"),
    [(0, {"top"}), (2, {"bottom"}), (3, {"left"}), (4, {"top"}), (5, {"top", "bottom"})],
)
def test_pieces_are_of_sides_that_leave_no_other_digit(
    label: int, kept: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The left of a 2 or 5 is a narrow 2 or 5, the top of a 2 or 3 a seven."""
    for name in ("frame_ink", "enlarged"):
        monkeypatch.setattr(spoiled, name, lambda image: image)
    monkeypatch.setattr(spoiled, "is_narrow", lambda *strokes: False)
    square = np.zeros((1, 28, 28), np.uint8)
    square[:, 4:24, 4:24] = 255
    digits, random = Split(square, np.array([label], np.uint8)), np.random.default_rng(0)
    found = set()
    for _ in range(30):
        left = draw_negative("piece", digits, random)[4:24, 4:24] > 0
        sides = {"top": left[-1], "bottom": left[0], "left": left[:, -1]}
        found |= {side for side, beyond in sides.items() if not beyond.any()}
    assert found == kept


@pytest.mark.parametrize("label", range(10))
def test_no_digit_is_turned_into_another(label: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a mirror a 2 is a 5; others turned by a right angle are themselves, or nearly."""
    monkeypatch.setattr(spoiled, "frame_ink", lambda image: image)
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 4:24, 8], images[0, 23, 8:16] = 255, 255  # of the label: no turn of it is its mirror
    images[1, 10:14, 10:14] = 255  # a 3, for which there is always a way
    digits, random = Split(images, np.array([label, 3], np.uint8)), np.random.default_rng(0)
    found = {draw_negative("turned", digits, random).tobytes() for _ in range(60)}
    turns = {np.rot90(images[0], times).tobytes() for times in (1, 3)}
    assert (images[0, :, ::-1].tobytes() in found) == (label in (3, 4, 7, 9))
    assert bool(turns & found) == (label in (2, 3, 4, 5, 7, 8))


@pytest.mark.parametrize("kind", ["sign", "scribble", "blot"])
def test_nothing_is_as_slender_as_a_one(kind: str) -> None:
    random = np.random.default_rng(2)
    for _ in range(150):
        places = np.argwhere(draw_negative(kind, DIGITS, random) > 100)
        axes = np.linalg.eigh(np.cov(places.T)).eigenvectors
        across, along = np.ptp(places @ axes, axis=0)
        assert across > 0.25 * along


@pytest.mark.parametrize("label", [1, 4, 7])
def test_no_digit_is_struck_out_into_another(label: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strokes through a 1 make a 4, through a 7 a crossed one: others are taken where there are."""
    monkeypatch.setattr(spoiled, "frame_ink", lambda image: image)
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 4:24, 12:15] = 255
    images[1, 4:24, 4:24] = 255
    random = np.random.default_rng(0)
    digits = Split(images, np.array([label, 8], np.uint8))
    for _ in range(20):
        assert (draw_negative("struck_out", digits, random) > 100).mean() > 0.3


def test_digits_of_two_kinds_are_enough() -> None:
    """Sets of other labels have none that some kinds ask for."""
    keep = DIGITS.labels < 2
    two = Split(DIGITS.images[keep], DIGITS.labels[keep])
    assert draw_negatives(two, 2 * len(NEGATIVE_KINDS), 0).any((1, 2)).all()


@pytest.mark.parametrize("blank", [slice(0, 30), slice(None)], ids=["half", "all"])
def test_blank_images_are_passed_over(blank: slice) -> None:
    images = DIGITS.images.copy()
    images[blank] = 0
    drawn = draw_negatives(Split(images, DIGITS.labels), 3 * len(NEGATIVE_KINDS), 0)
    assert len(drawn) == 3 * len(NEGATIVE_KINDS)
    assert drawn.any((1, 2)).all()


def test_a_network_learns_to_refuse_them() -> None:
    recipe = replace(tiny.RECIPES["negatives"], epochs=12)
    data = tiny.tiny_mnist(600)
    trainer = fit(Trainer(recipe, as_images(data.train), as_labels(data.train)))
    strange = draw_negatives(DIGITS, 100, 9)
    known = predict_logits(trainer.trained, as_images(data.test)).argmax(1)
    unknown = predict_logits(trainer.trained, torch.from_numpy(strange)).argmax(1)
    assert float((unknown == NOT_A_DIGIT).float().mean()) > 0.6
    assert float((known == NOT_A_DIGIT).float().mean()) < 0.3


def test_slender_garments_are_forked() -> None:
    """A bar of one breadth is a 1, however thick the pen."""
    random = np.random.default_rng(7)
    for _ in range(400):
        half = np.zeros((64, 32), np.uint8)
        for corners in blots._legs(random):
            cv2.fillPoly(half, [np.array(corners, np.int32)], 255)
        assert not half[57:60, 0].any()


def test_garments_are_mirror_images_of_themselves_or_shoes() -> None:
    random = np.random.default_rng(5)
    pictures = np.stack([draw_negative("garment", DIGITS, random) for _ in range(300)]) > 60
    differing = (pictures != pictures[:, :, ::-1]).mean((1, 2)) / pictures.mean((1, 2))
    assert 0.2 < (differing > 0.5).mean() < 0.6


def test_a_shape_that_fills_its_page_is_left_as_its_holes() -> None:
    """Of some shapes: a reader takes for the ground what the page's border is mostly of."""
    random = np.random.default_rng(6)
    shape = np.zeros((64, 64), np.uint8)
    shape[6:58, 6:58] = 255
    shape[20:44, 29:35] = shape[29:35, 20:44] = 0
    seen = np.stack([blots._seen(shape, random) for _ in range(200)])
    middle = seen[:, 13:15, 13:15].mean((1, 2))
    assert 0.03 < (middle > 200).mean() < 0.5
    assert (middle < 50).mean() > 0.5


def straight(picture: np.ndarray, ends: tuple[tuple[int, int], tuple[int, int]]) -> float:
    """The share of a line from (row, column) to another on which there is ink."""
    places = np.linspace(*ends, 40).round().astype(int)
    return float((picture[places[:, 0], places[:, 1]] > 60).mean())


def test_a_cross_goes_through_what_is_crossed_out() -> None:
    """A digit alone among those that are none without a doubt would poison a training."""
    one = tiny.drawn_digits(1, 1)
    random = np.random.default_rng(8)
    pictures = [draw_negative("crossed_out", one, random) for _ in range(40)]
    alone = frame_ink(one.images[0])
    for picture in pictures:
        rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
        top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
        diagonals = ((top, left), (bottom, right)), ((bottom, left), (top, right))
        crossed = [straight(cv2.dilate(picture, np.ones((5, 5))), ends) for ends in diagonals]
        assert min(crossed) > 0.55
        assert np.abs(picture.astype(int) - alone).mean() > 12


@pytest.mark.parametrize(
    ("kind", "least", "most"), [("with_index", 0.3, 0.85), ("beside_one", 0.7, 1.2)]
)
def test_beside_a_digit_stands_another(kind: str, least: float, most: float) -> None:
    """Two pieces apart from each other, of heights in the ratio of their kind."""
    ring = np.zeros((1, 28, 28), np.uint8)
    cv2.ellipse(ring[0], (14, 14), (7, 9), 0, 0, 360, 255, 3)
    digits = Split(ring, np.zeros(1, np.uint8))
    random = np.random.default_rng(9)
    ratios = []
    for _ in range(60):
        picture = draw_negative(kind, digits, random)
        count, _, statistics, _ = cv2.connectedComponentsWithStats((picture > 60).astype(np.uint8))
        if count != 3:  # with the ground: the nearest ones touch once they are framed
            continue
        low, high = sorted(statistics[1:, cv2.CC_STAT_HEIGHT])
        ratios.append(low / high)
    assert len(ratios) >= 50
    assert least <= min(ratios)
    assert max(ratios) <= most
    if kind == "beside_one":
        assert np.median(ratios) > 0.8
