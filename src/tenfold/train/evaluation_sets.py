"""The sets that `tenfold evaluate` has of its own, and what is measured on each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenfold.data.corruptions import CORRUPTION_NAMES, corrupt
from tenfold.model import Model
from tenfold.preprocess import to_glyph
from tenfold.train.environment import describe_moment
from tenfold.train.evaluate import evaluate
from tenfold.values import Split

__all__ = [
    "Watched",
    "evaluate_corrupted",
    "load_optdigits",
    "unwatched",
]

_T = TypeVar("_T")
Watched = Callable[[Iterable[_T], int, str], Iterable[_T]]
"""Gives things as they come, of which there are so many, called so; and may show how far it is."""


def unwatched(things: Iterable[_T], *_: object) -> Iterable[_T]:
    """Give things as they come, and show nothing."""
    return things


def load_optdigits() -> Split:
    """Return scikit-learn's 1,797 digits of 8 x 8 as glyphs.

    They are the test part of https://archive.ics.uci.edu/dataset/80, from other people than
    MNIST's: 32 x 32 bitmaps of which each 4 x 4 became a count of 0 to 16.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    pages = np.pad((digits.images * (255 / 16)).round().astype(np.uint8), ((0, 0), (1, 1), (1, 1)))
    glyphs = np.stack([to_glyph(page) for page in pages])
    return Split(glyphs, digits.target.astype(np.uint8))


def evaluate_corrupted(
    model: Model, test: Split, *, watched: Watched[str] = unwatched
) -> dict[str, Any]:
    """Return a model's figures on each of MNIST-C's fifteen corruptions, and their means.

    The corruptions are those of `tenfold.data.corruptions`, of the test images, with seed 0. The
    images go to the model as they are, as MNIST-C's do; a reader would frame many of them anew.
    """
    rows = {}
    for name in watched(CORRUPTION_NAMES, len(CORRUPTION_NAMES), "corruptions"):
        images = corrupt(test.images, name, seed=0)
        found = evaluate(_scaled_logits(model, images), test.labels)
        rows[name] = {
            "accuracy": found.accuracy,
            "loss": found.loss,
            "ece": found.calibration["expected_calibration_error"],
        }
    means = {
        key: float(np.mean([row[key] for row in rows.values()]))
        for key in ("accuracy", "loss", "ece")
    }
    return {
        "data": "corrupted",
        "model": model.card.sha256["model.onnx"],
        "measured": describe_moment(),
        "n": len(test) * len(rows),
        "images": len(test) * len(rows),
        **means,
        "corruptions": rows,
    }


def _scaled_logits(model: Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return model.logits(images) / np.float32(model.card.temperature)
