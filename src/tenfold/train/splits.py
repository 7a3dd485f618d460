"""Which images a recipe trains on, and which it is watched on."""

from __future__ import annotations

import numpy as np

from tenfold.data import MNIST
from tenfold.errors import RecipeError
from tenfold.train.recipe import Validation
from tenfold.values import Split

__all__ = ["split_images"]


def split_images(validation: Validation, data: MNIST) -> tuple[Split, Split | None]:
    """Return the images to train on and those to validate on, or None where none are held out.

    ``last_fraction`` is Keras's ``validation_split``: the first ``int(N * (1 - fraction))`` images
    are trained on, before any shuffling (``keras/src/trainers/data_adapters/array_slicing.py``).
    ``random_fraction`` is scikit-learn's ``train_test_split``: the very same images, in its order.

    Raises:
        RecipeError: A part would be empty.
    """
    train = data.train
    match validation.method:
        case "none":
            return train, None
        case "test_set":
            return train, data.test
        case "last_fraction":
            places = np.arange(len(train))
            cut = int(len(train) * (1.0 - validation.fraction))
            kept, held = places[:cut], places[cut:]
        case "random_fraction":
            try:
                kept, held = _random_places(len(train), validation)
            except ValueError:  # how scikit-learn reports an empty part
                kept = held = np.arange(0)
    if not len(kept) or not len(held):
        raise RecipeError(
            f"validation.fraction: must leave images on both sides of {len(train)}, "
            f"but is {validation.fraction!r}"
        )
    return _take(train, kept), _take(train, held)


def _random_places(count: int, validation: Validation) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.model_selection import train_test_split

    kept, held = train_test_split(
        np.arange(count), test_size=validation.fraction, random_state=validation.random_state
    )
    return kept, held


def _take(split: Split, places: np.ndarray) -> Split:
    return Split(images=split.images[places], labels=split.labels[places])
