"""Pictures of what is no digit: each kind by turns, framed as a reader frames digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
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


def test_pieces_are_of_digits_that_leave_no_other_digit() -> None:
    """From digits that are all ones there is no piece to be had, and from sevens neither."""
    random = np.random.default_rng(0)
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 4:24, 4:24] = 255
    images[:, 10:18, 10:18] = 0
    labels = np.arange(10, dtype=np.uint8)
    images[[1, 6, 7, 8, 9]] = 0
    images[[1, 6, 7, 8, 9], 0, 0] = 255
    for _ in range(40):
        piece = draw_negative("piece", Split(images, labels), random)
        assert (piece > 60).sum() > 40


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
