"""What a recipe is: a network, how it is trained and on what, as frozen data.

A recipe imports nothing heavy. It becomes a network in `tenfold.train.networks` and a run in
`tenfold.train.fit`. Variants are made with `dataclasses.replace`, or from the command line with
``--set key=value`` (see `tenfold.train.settings`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from tenfold.errors import RecipeError

__all__ = [
    "Activation",
    "Adam",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPool",
    "Optimizer",
    "RMSprop",
    "Recipe",
    "Validation",
]

Activation = Literal["linear", "relu", "sigmoid", "softmax"]
Precision = Literal["float32", "bfloat16"]


def _check(condition: bool, field: str, must_be: str, came: object) -> None:
    if not condition:
        raise RecipeError(f"{field}: must be {must_be}, but is {came!r}")


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer, Glorot-uniform kernel and zero bias."""

    units: int  # outputs
    activation: Activation = "linear"

    def __post_init__(self) -> None:
        _check(_whole(self.units, 1), "units", "a whole number of at least 1", self.units)
        _check_activation(self.activation)


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """A square convolution of stride 1 without padding, Glorot-uniform kernel and zero bias."""

    filters: int  # output channels
    kernel_size: int  # pixels a side
    activation: Activation = "linear"

    def __post_init__(self) -> None:
        _check(_whole(self.filters, 1), "filters", "a whole number of at least 1", self.filters)
        _check(
            _whole(self.kernel_size, 1, 28), "kernel_size", "from 1 to 28 pixels", self.kernel_size
        )
        _check_activation(self.activation)


@dataclass(frozen=True, kw_only=True)
class MaxPool:
    """The largest value of each square window, windows side by side, an incomplete one dropped."""

    size: int = 2  # pixels a side, and the stride

    def __post_init__(self) -> None:
        _check(_whole(self.size, 1, 28), "size", "from 1 to 28 pixels", self.size)


@dataclass(frozen=True, kw_only=True)
class Flatten:
    """Rows, columns and channels, the last changing fastest, as one vector."""


@dataclass(frozen=True, kw_only=True)
class Dropout:
    """While training, zeroes each input with probability ``rate`` and scales the rest up."""

    rate: float  # probability, 0 to below 1

    def __post_init__(self) -> None:
        _check(_real(self.rate) and 0 <= self.rate < 1, "rate", "from 0 to below 1", self.rate)


Layer = Dense | Convolution | MaxPool | Flatten | Dropout


@dataclass(frozen=True, kw_only=True)
class Adam:
    """Adam (Kingma and Ba, https://arxiv.org/abs/1412.6980) as Keras computes it.

    ``w -= learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)``, the
    form before the paper's section 2.1 moves epsilon: it is not scaled by the bias correction.
    """

    learning_rate: float = 1e-3  # a step's size
    beta_1: float = 0.9  # decay of the gradient's mean, a step
    beta_2: float = 0.999  # decay of the squared gradient's mean, a step
    epsilon: float = 1e-7  # added to sqrt(v)

    def __post_init__(self) -> None:
        _check_positive("learning_rate", self.learning_rate)
        _check_decay("beta_1", self.beta_1)
        _check_decay("beta_2", self.beta_2)
        _check_positive("epsilon", self.epsilon)


@dataclass(frozen=True, kw_only=True)
class RMSprop:
    """RMSprop as Keras computes it: ``w -= learning_rate * g / sqrt(v + epsilon)``, no momentum."""

    learning_rate: float = 1e-3  # a step's size
    rho: float = 0.9  # decay of the squared gradient's mean, a step
    epsilon: float = 1e-7  # added to v, inside the root

    def __post_init__(self) -> None:
        _check_positive("learning_rate", self.learning_rate)
        # At 0 nothing is remembered, and the optimizer could not keep epsilon in its memory.
        _check(_real(self.rho) and self.rho >= 1e-7, "rho", "from 1e-7", self.rho)
        _check_decay("rho", self.rho)
        _check_positive("epsilon", self.epsilon)


Optimizer = Adam | RMSprop


@dataclass(frozen=True, kw_only=True)
class Validation:
    """Which images are watched while training, without being trained on.

    Methods:
        ``none``: no image is held out.
        ``test_set``: the test images, as some published systems do; figures chosen by them are
        too good, and are labelled so.
        ``last_fraction``: the last part of the training images, before any shuffling
        (Keras's ``validation_split``).
        ``random_fraction``: scikit-learn's ``train_test_split(test_size=fraction, random_state)``.
    """

    method: Literal["none", "test_set", "last_fraction", "random_fraction"] = "none"
    fraction: float = 0.0  # of the training images, 0 to below 1; for the two fractions
    random_state: int = 0  # seed of the split alone; for random_fraction

    def __post_init__(self) -> None:
        methods = ("none", "test_set", "last_fraction", "random_fraction")
        _check(self.method in methods, "method", f"one of {', '.join(methods)}", self.method)
        needs = self.method.endswith("fraction")
        in_range = _real(self.fraction) and 0 <= self.fraction < 1
        _check(in_range, "fraction", "from 0 to below 1", self.fraction)
        if needs:
            words = f"above 0 with the method {self.method}, 0.1 for a tenth"
            _check(self.fraction > 0, "fraction", words, self.fraction)
        else:
            words = f"0 with the method {self.method}, which takes none; set validation.method too"
            _check(self.fraction == 0, "fraction", words, self.fraction)
        _check(
            _whole(self.random_state, 0, 2**32 - 1),
            "random_state",
            "a whole number from 0 to 2^32 - 1",
            self.random_state,
        )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A network and everything that decides what its training makes of it.

    The two losses are the same function, -log of the label's share, and differ in how Keras wants
    the labels: one-hot or as numbers. After a sigmoid, ``loss_input`` tells them apart further:
    ``logits`` are the sigmoid's own inputs, which Keras on TensorFlow keeps aside and takes;
    ``outputs`` are the logs of its clipped outputs, as where Keras has nothing kept aside. After a
    softmax both are the same.
    """

    name: str  # as in `tenfold train NAME`
    summary: str  # one line for a list
    network: tuple[Layer, ...]  # from the 28 x 28 x 1 input in [0, 1] to ten outputs
    loss: Literal["categorical_crossentropy", "sparse_categorical_crossentropy"]
    optimizer: Optimizer
    validation: Validation
    epochs: int  # passes over the training images
    batch_size: int  # images a step; a smaller last batch is kept
    loss_input: Literal["logits", "outputs"] = "logits"  # what the loss takes after a sigmoid
    patience: int = 0  # epochs without a better validation loss before stopping; 0: never stop
    precision: Precision = "float32"  # of the multiplications; weights and optimizer stay float32
    seed: int = 0  # of initial weights, order and dropout

    def __post_init__(self) -> None:
        named = isinstance(self.name, str) and re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", self.name)
        _check(bool(named), "name", "small letters, digits and hyphens, up to 64", self.name)
        _check(bool(self.network), "network", "at least one layer", self.network)
        losses = ("categorical_crossentropy", "sparse_categorical_crossentropy")
        _check(self.loss in losses, "loss", f"one of {', '.join(losses)}", self.loss)
        inputs = ("logits", "outputs")
        _check(self.loss_input in inputs, "loss_input", "logits or outputs", self.loss_input)
        _check(_whole(self.epochs, 1), "epochs", "a whole number of at least 1", self.epochs)
        _check(_whole(self.batch_size, 1, 60_000), "batch_size", "from 1 to 60000", self.batch_size)
        _check(_whole(self.patience, 0), "patience", "a whole number of at least 0", self.patience)
        if self.patience and self.validation.method == "none":
            raise RecipeError("patience: must be 0 where no image is validated on")
        if self.patience and self.validation.method == "test_set":
            raise RecipeError(
                "patience: must be 0 where the test set is watched, or it would choose the epoch "
                "and no figure on it would be blind; hold out training images instead, with "
                "validation.method=last_fraction and validation.fraction=0.1"
            )
        precisions = get_args(Precision)
        _check(
            self.precision in precisions,
            "precision",
            f"one of {', '.join(precisions)}",
            self.precision,
        )
        _check(
            _whole(self.seed, 0, 2**63 - 1), "seed", "a whole number from 0 to 2^63 - 1", self.seed
        )


def _whole(value: object, low: int, high: int | None = None) -> bool:
    """Tell whether ``value`` is an int (True and False are not) within the bounds."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= low and (high is None or value <= high)


def _real(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_positive(field: str, value: object) -> None:
    _check(_real(value) and 1e-37 <= value <= 1e37, field, "a number from 1e-37 to 1e37", value)


def _check_decay(field: str, value: object) -> None:
    # In float32 anything closer to 1 is 1, and no decay at all.
    _check(_real(value) and 0 <= value <= 1 - 2**-24, field, "from 0 to 1 - 2^-24", value)


def _check_activation(value: object) -> None:
    names = get_args(Activation)
    _check(value in names, "activation", f"one of {', '.join(names)}", value)
