"""Each published system against Keras itself: same weights, same batches, no dropout, 50 steps.

Needs the bench extra and runs as its own step (``make parity``), where it cannot skip.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from keras_peer import build_model, convert
from tenfold.data import load_mnist
from tenfold.train.fit import Trainer, as_images, as_labels
from tenfold.train.networks import cross_entropy
from tenfold.train.recipe import Dropout, Recipe
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


def to_keras(weight: torch.Tensor) -> np.ndarray:
    """Our (out, in, ...) kernels as Keras's (..., in, out)."""
    axes = {1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}[weight.dim()]
    return weight.detach().numpy().transpose(axes).copy()


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


@pytest.fixture(scope="module")
def batches() -> Split:
    """Images of the training set in a fixed random order.

    Where a unit stands within a rounding error of its ReLU's or max-pool's kink, the two frameworks
    may go different ways for good, each right in float32. In this order none does in 50 steps.
    """
    train = load_mnist().train
    order = np.random.default_rng(5).permutation(len(train))
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
    model = build_model(recipe)
    model.set_weights([to_keras(weight) for weight in trainer.network.parameters()])
    start = [to_keras(weight) for weight in trainer.network.parameters()]

    ours, theirs = [], []
    for first in range(0, count, recipe.batch_size):
        part = slice(first, first + recipe.batch_size)
        logits = trainer.step(images[part], labels[part])
        ours.append(float(cross_entropy(logits, labels[part])))
        pixels, target = convert(recipe, Split(split.images[part], split.labels[part]))
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
