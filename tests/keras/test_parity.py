"""Each published system against Keras itself: same weights, same batches, no dropout, 50 steps.

Needs the bench extra and runs as its own step (``make parity``), where it cannot skip.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tenfold.data import load_mnist
from tenfold.train.fit import Trainer, as_images, as_labels
from tenfold.train.networks import cross_entropy
from tenfold.train.recipe import Adam, Convolution, Dense, Dropout, Flatten, MaxPool, Recipe
from tenfold.train.systems import SYSTEMS
from tenfold.values import Split

pytestmark = [
    pytest.mark.keras,
    # Both raised inside TensorFlow and Keras themselves while they are imported or traced.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

STEPS = 50
TOLERANCE = 1e-4  # relative, in float32


def without_dropout(recipe: Recipe) -> Recipe:
    layers = tuple(layer for layer in recipe.network if not isinstance(layer, Dropout))
    return replace(recipe, network=layers)


def keras_model(recipe: Recipe) -> Any:
    import keras

    convolutional = isinstance(recipe.network[0], Convolution)
    layers: list[Any] = [keras.Input((28, 28, 1) if convolutional else (28, 28))]
    for layer in recipe.network:
        match layer:
            case Flatten():
                layers.append(keras.layers.Flatten())
            case Dense(units=units, activation=activation):
                if activation == "sigmoid" and recipe.loss_input == "outputs":
                    activation = sigmoid_without_logits
                layers.append(keras.layers.Dense(units, activation=activation))
            case Convolution(filters=filters, kernel_size=size, activation=activation):
                layers.append(keras.layers.Conv2D(filters, size, activation=activation))
            case MaxPool(size=size):
                layers.append(keras.layers.MaxPooling2D(size))
    model = keras.Sequential(layers)
    optimizer = "adam" if isinstance(recipe.optimizer, Adam) else "rmsprop"
    model.compile(optimizer=optimizer, loss=recipe.loss, metrics=["accuracy"])
    return model


def sigmoid_without_logits(inputs: Any) -> Any:
    """A sigmoid that keeps no logits aside for the loss, as "sigmoid" and `keras.ops` both do."""
    import keras

    return 1 / (1 + keras.ops.exp(-inputs))


def to_keras(weight: torch.Tensor) -> np.ndarray:
    """Our (out, in, ...) kernels as Keras's (..., in, out)."""
    axes = {1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}[weight.dim()]
    return weight.detach().numpy().transpose(axes).copy()


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


@pytest.fixture(scope="module")
def batches() -> Split:
    """Images of the training set in a fixed random order."""
    train = load_mnist().train
    order = np.random.default_rng(0).permutation(len(train))
    return Split(train.images[order], train.labels[order])


VARIANTS = {name: system.recipe for name, system in SYSTEMS.items()} | {
    "sigmoid-outputs": replace(SYSTEMS["dense-100-sigmoid"].recipe, loss_input="outputs")
}


@pytest.mark.parametrize("name", VARIANTS)
def test_fifty_steps_equal_keras(name: str, batches: Split) -> None:
    recipe = without_dropout(VARIANTS[name])
    count = recipe.batch_size * STEPS
    split = Split(batches.images[:count], batches.labels[:count])
    images, labels = as_images(split), as_labels(split)
    trainer = Trainer(recipe, images, labels)
    model = keras_model(recipe)
    model.set_weights([to_keras(weight) for weight in trainer.network.parameters()])
    start = [to_keras(weight) for weight in trainer.network.parameters()]

    ours, theirs = [], []
    one_hot = recipe.loss == "categorical_crossentropy"
    for first in range(0, count, recipe.batch_size):
        part = slice(first, first + recipe.batch_size)
        logits = trainer.step(images[part], labels[part])
        ours.append(float(cross_entropy(logits, labels[part])))
        pixels = split.images[part].astype(np.float32) / 255
        if len(model.input_shape) == 4:
            pixels = pixels[..., None]
        target = np.eye(10, dtype=np.float32)[split.labels[part]] if one_hot else split.labels[part]
        model.reset_metrics()  # else the loss that is returned is a mean over the steps so far
        theirs.append(float(model.train_on_batch(pixels, target, return_dict=True)["loss"]))

    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE)
    for before, mine, keras_weight in zip(
        start, trainer.network.parameters(), model.get_weights(), strict=True
    ):
        after = to_keras(mine)
        assert relative(after, keras_weight) < TOLERANCE
        # What training changed, and so much less than the weights, agrees as closely.
        assert relative(after - before, keras_weight - before) < 10 * TOLERANCE
