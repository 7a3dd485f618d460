"""The five published systems stand here as SYSTEMS.md has them, and split MNIST as they did."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

import tiny
from tenfold.data import MNIST
from tenfold.errors import RecipeError
from tenfold.train.recipe import (
    Adam,
    Convolution,
    Flatten,
    Layer,
    MaxPool,
    RMSprop,
    Validation,
)
from tenfold.train.shapes import output_activation, summarise, used_side
from tenfold.train.splits import split_images
from tenfold.train.systems import SYSTEMS, System, find_system
from tenfold.values import Split

# name: parameters by layer, optimizer, epochs, batch, images to train on and to validate on
PUBLISHED = {
    "dense-128-dropout": ([100_480, 1_290], Adam(), 10, 128, 48_000, 12_000),
    "dense-128": ([100_480, 1_290], Adam(), 50, 32, 60_000, 10_000),
    "dense-512-rmsprop": ([401_920, 5_130], RMSprop(), 10, 128, 60_000, 0),
    "dense-100-sigmoid": ([78_500, 1_010], Adam(), 10, 32, 54_000, 6_000),
    "conv-3": ([320, 18_496, 36_928, 36_928, 650], Adam(), 10, 64, 54_000, 6_000),
}
CLAIMS = {
    "dense-128-dropout": {"test_loss": 0.0777, "test_accuracy": 0.9766},
    "dense-128": {
        "train_accuracy": 0.9996,
        "test_accuracy": 0.9764,
        "validation_loss": 0.2449,
        "parameters": 101_770,
    },
    "dense-512-rmsprop": {"train_accuracy": 0.9885, "test_accuracy": 0.9807},
    "dense-100-sigmoid": {"train_accuracy": 0.994},
    "conv-3": {
        "validation_accuracy_epoch_5": 0.9907,
        "train_accuracy": 0.9972,
        "train_loss": 0.0095,
        "test_accuracy": 0.9917,
        "test_loss": 0.0306,
        "parameters": 93_322,
    },
}
ERRATA = {
    "dense-128-dropout": [],
    "dense-128": ["255", "one-hot", "reshape to (n, 784)", "test set"],
    "dense-512-rmsprop": ["(6000, 28, 28)", "[0, 288]"],
    "dense-100-sigmoid": ["sigmoid", "training accuracy"],
    "conv-3": ["28", "Classes: 2"],
}


@pytest.fixture(scope="module")
def full_size() -> MNIST:
    """As many images as MNIST has, each known by its number in four of its pixels."""

    def split(count: int) -> Split:
        images = np.zeros((count, 28, 28), np.uint8)
        images.reshape(count, 784)[:, :4] = np.arange(count, dtype="<u4")[:, None].view(np.uint8)
        return Split(images, (np.arange(count) % 10).astype(np.uint8))

    return MNIST(split(60_000), split(10_000), {}, "numbers")


def numbers(split: Split) -> np.ndarray:
    return np.ascontiguousarray(split.images.reshape(len(split), 784)[:, :4]).view("<u4").ravel()


def test_there_are_five() -> None:
    assert set(SYSTEMS) == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_network_and_training(name: str) -> None:
    parameters, optimizer, epochs, batch, *_ = PUBLISHED[name]
    recipe = SYSTEMS[name].recipe
    rows = summarise(recipe.network)
    assert [row.parameters for row in rows if row.parameters] == parameters
    for row in rows:
        terms = [
            int(np.prod([int(factor) for factor in term.split(" x ")]))
            for term in row.arithmetic.split(" + ")
            if term
        ]
        assert sum(terms) == row.parameters
    assert (recipe.optimizer, recipe.epochs, recipe.batch_size) == (optimizer, epochs, batch)
    assert (recipe.precision, recipe.patience, recipe.seed) == ("float32", 0, 0)
    sigmoid = name == "dense-100-sigmoid"
    assert output_activation(recipe.network) == ("sigmoid" if sigmoid else "softmax")
    assert recipe.loss.startswith("sparse") == sigmoid


def test_shapes_of_the_convolutional_network() -> None:
    shapes = [row.output_shape for row in summarise(SYSTEMS["conv-3"].recipe.network)]
    assert shapes == [
        *((28, 28, 1), (26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 64)),
        *((576,), (64,), (10,)),
    ]


@pytest.mark.parametrize("name", PUBLISHED)
def test_which_images_are_trained_and_validated_on(name: str, full_size: MNIST) -> None:
    *_, train, held = PUBLISHED[name]
    kept, watched = split_images(SYSTEMS[name].recipe.validation, full_size)
    assert len(kept) == train
    assert (0 if watched is None else len(watched)) == held
    assert SYSTEMS[name].selected_on_test == (watched is full_size.test)
    np.testing.assert_array_equal(kept.labels, numbers(kept) % 10)


@pytest.mark.parametrize("name", ["dense-100-sigmoid", "conv-3"])
def test_the_last_tenth_is_held_out(name: str, full_size: MNIST) -> None:
    kept, held = split_images(SYSTEMS[name].recipe.validation, full_size)
    assert held is not None
    np.testing.assert_array_equal(numbers(kept), np.arange(54_000))
    np.testing.assert_array_equal(numbers(held), np.arange(54_000, 60_000))


def test_the_random_fifth_is_scikit_learn_s(full_size: MNIST) -> None:
    kept, held = split_images(SYSTEMS["dense-128-dropout"].recipe.validation, full_size)
    assert held is not None
    train = full_size.train
    expected = train_test_split(train.images, train.labels, test_size=0.2, random_state=5)
    for found, image_set in ((kept, expected[0]), (held, expected[1])):
        np.testing.assert_array_equal(found.images, image_set)
    np.testing.assert_array_equal(held.labels, expected[3])
    assert sorted([*numbers(kept), *numbers(held)]) == list(range(60_000))


@pytest.mark.parametrize("method", ["last_fraction", "random_fraction"])
@pytest.mark.parametrize("fraction", [0.9999, 1 - 1e-15])
def test_an_empty_part_is_refused(method: str, fraction: float, mnist: MNIST) -> None:
    validation = Validation(method=method, fraction=fraction)
    with pytest.raises(RecipeError, match=r"validation.fraction: must leave images on both sides"):
        split_images(validation, mnist)


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(name: str) -> None:
    assert {claim.metric: claim.value for claim in SYSTEMS[name].claims} == CLAIMS[name]
    for claim in SYSTEMS[name].claims:
        number = float(
            re.findall(r"[\d,]*\d\.?\d*(?= %| param|$| in| \()", claim.words)[0].replace(",", "")
        )
        assert number in (pytest.approx(claim.value), pytest.approx(claim.value * 100))


@pytest.mark.parametrize("name", ERRATA)
def test_errata(name: str) -> None:
    system = SYSTEMS[name]
    published = " ".join(erratum.published for erratum in system.errata)
    for words in ERRATA[name]:
        assert words in published
    assert all(erratum.correct for erratum in system.errata)
    assert bool(system.errata) == bool(ERRATA[name])


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_each_shows_something_once(system: System) -> None:
    assert system.shows
    assert len(set(system.shows)) == len(system.shows)
    assert all(1 <= epoch < system.recipe.epochs for epoch in system.milestones)


def test_finding_one_by_name() -> None:
    assert find_system("conv-3") is SYSTEMS["conv-3"]
    with pytest.raises(RecipeError, match=r"no published system 'conv'; did you mean 'conv-3'\?"):
        find_system("conv")


def test_splitting_leaves_the_data_alone(mnist: MNIST) -> None:
    before = mnist.train.images.copy()
    kept, _held = split_images(tiny.RECIPES["validated"].validation, mnist)
    kept.images[:] = 0
    np.testing.assert_array_equal(mnist.train.images, before)


def convolved(kernel_size: int, *pools: Layer) -> tuple[Layer, ...]:
    first = Convolution(filters=2, kernel_size=kernel_size)
    return (first, *pools, Flatten(), tiny.OUTPUTS)


@pytest.mark.parametrize(
    ("layers", "side"),
    [
        pytest.param(SYSTEMS["dense-128"].recipe.network, 28, id="dense"),
        pytest.param(SYSTEMS["conv-3"].recipe.network, 26, id="conv-3"),  # 3, 5, 10, 12, 24, 26
        pytest.param(convolved(5), 28, id="no-pool"),
        pytest.param(convolved(3, MaxPool(size=2)), 28, id="even"),
        pytest.param(convolved(4, MaxPool(size=2)), 27, id="odd"),
        pytest.param(convolved(3, MaxPool(size=5)), 27, id="pool-5"),
    ],
)
def test_rows_and_columns_that_reach_the_output(layers: tuple[Layer, ...], side: int) -> None:
    assert used_side(layers) == side
