"""What a recipe is: a network, how it is trained and on what, as frozen data.

A recipe imports nothing heavy. It becomes a network in `tenfold.train.networks` and a run in
`tenfold.train.fit`. Variants are made with `dataclasses.replace`, or from the command line with
``--set key=value`` (see `tenfold.train.settings`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

from tenfold.errors import RecipeError
from tenfold.train.augmentation import Augmentation
from tenfold.train.checks import (
    check,
    check_choice,
    check_decay,
    check_positive,
    check_range,
    real,
    whole,
)
from tenfold.train.layers import (
    Activation,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    MeanMaxPool,
    Residual,
)

__all__ = [
    "Activation",
    "Adam",
    "AdamW",
    "Augmentation",
    "BatchNorm",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPool",
    "MeanMaxPool",
    "Muon",
    "Optimizer",
    "RMSprop",
    "Recipe",
    "Residual",
    "Schedule",
    "Validation",
    "trained_alike",
]

Precision = Literal["float32", "bfloat16"]


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
        check_positive("learning_rate", self.learning_rate)
        check_decay("beta_1", self.beta_1)
        check_decay("beta_2", self.beta_2)
        check_positive("epsilon", self.epsilon)


@dataclass(frozen=True, kw_only=True)
class RMSprop:
    """RMSprop as Keras computes it: ``w -= learning_rate * g / sqrt(v + epsilon)``, no momentum."""

    learning_rate: float = 1e-3  # a step's size
    rho: float = 0.9  # decay of the squared gradient's mean, a step
    epsilon: float = 1e-7  # added to v, inside the root

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        # At 0 nothing is remembered, and the optimizer could not keep epsilon in its memory.
        check(real(self.rho) and self.rho >= 1e-7, "rho", "from 1e-7", self.rho)
        check_decay("rho", self.rho)
        check_positive("epsilon", self.epsilon)


@dataclass(frozen=True, kw_only=True)
class AdamW:
    """Adam with weight decay of its own (Loshchilov and Hutter, https://arxiv.org/abs/1711.05101).

    Before Adam's step, kernels shrink by ``learning_rate * weight_decay`` of themselves; biases and
    batch normalisation do not.
    """

    learning_rate: float = 1e-3  # a step's size
    weight_decay: float = 0.01  # share of a kernel that goes at a learning rate of 1
    beta_1: float = 0.9  # decay of the gradient's mean, a step
    beta_2: float = 0.999  # decay of the squared gradient's mean, a step
    epsilon: float = 1e-8  # added to sqrt(v)

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        check_range("weight_decay", self.weight_decay, 0, 1)
        check_decay("beta_1", self.beta_1)
        check_decay("beta_2", self.beta_2)
        check_positive("epsilon", self.epsilon)


@dataclass(frozen=True, kw_only=True)
class Muon:
    """Orthogonal steps for kernels of convolutions, AdamW's for all else.

    Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/.
    """

    learning_rate: float = 0.02  # singular value of a step of a kernel, filters by inputs
    momentum: float = 0.95  # decay of the gradient's mean, a step; Nesterov's
    other_learning_rate: float = 2e-3  # AdamW's, for dense kernels, biases, batch normalisation
    other_weight_decay: float = 0.01  # AdamW's, of dense kernels

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        check_decay("momentum", self.momentum)
        check_positive("other_learning_rate", self.other_learning_rate)
        check_range("other_weight_decay", self.other_weight_decay, 0, 1)


Optimizer = Adam | AdamW | Muon | RMSprop


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How the learning rate goes from step to step: up to its peak in a line, then down to zero."""

    shape: Literal["constant", "linear", "cosine"] = "constant"  # of the way down
    warm_up: float = 0.0  # share of all steps in which it rises, 0 to below 1

    def __post_init__(self) -> None:
        check_choice("shape", self.shape, ("constant", "linear", "cosine"))
        check_range("warm_up", self.warm_up, 0, 1, below=True)


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
        check_choice("method", self.method, methods)
        needs = self.method.endswith("fraction")
        check_range("fraction", self.fraction, 0, 1, below=True)
        if needs:
            words = f"above 0 with the method {self.method}, 0.1 for a tenth"
            check(self.fraction > 0, "fraction", words, self.fraction)
        else:
            words = f"0 with the method {self.method}, which takes none; set validation.method too"
            check(self.fraction == 0, "fraction", words, self.fraction)
        check(
            whole(self.random_state, 0, 2**32 - 1),
            "random_state",
            "a whole number from 0 to 2^32 - 1",
            self.random_state,
        )


_CONSTANT = Schedule()
_AS_THEY_ARE = Augmentation()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A network and everything that decides what its training makes of it.

    The two losses are the same function, -log of the label's share, and differ in how Keras wants
    the labels: one-hot or as numbers. After a sigmoid, ``loss_input`` tells them apart further:
    ``logits`` are the sigmoid's own inputs, which Keras on TensorFlow keeps aside and takes;
    ``outputs`` are the logs of its clipped outputs, as where Keras has nothing kept aside. After a
    softmax both are the same.

    A network with an eleventh output, for "not a digit", is trained on negatives too, and one with
    ten on none. Some of what is drawn as none comes out as a digit all the same: with
    ``digit_like`` below 1, negatives that the network has come to take for one are passed over
    (trimmed loss, Shen and Sanghavi 2019, https://arxiv.org/abs/1810.11874).
    """

    name: str  # as in `tenfold train NAME`
    summary: str  # one line for a list
    network: tuple[Layer, ...]  # from the 28 x 28 x 1 input in [0, 1] to ten outputs, or eleven
    loss: Literal["categorical_crossentropy", "sparse_categorical_crossentropy"]
    optimizer: Optimizer
    validation: Validation
    epochs: int  # passes over the training images
    batch_size: int  # images a step; a smaller last batch is kept
    loss_input: Literal["logits", "outputs"] = "logits"  # what the loss takes after a sigmoid
    schedule: Schedule = _CONSTANT  # of the learning rate
    augmentation: Augmentation = _AS_THEY_ARE  # of the training images; by default none
    negatives: float = 0.0  # pictures of no digit added to each batch, as a share of its images
    digit_like: float = 1.0  # probability of a digit above which a negative is passed over
    typed: float = 0.0  # typed digits added to each batch, as a share of its images
    clean_epochs: int = 0  # last epochs, which see the training images as they are
    label_smoothing: float = 0.0  # share of a label that is spread evenly over all
    weight_average: float = 0.0  # decay a step of a running mean of weights; 0: the last count
    patience: int = 0  # epochs without a better validation loss before stopping; 0: never stop
    precision: Precision = "float32"  # of the multiplications; weights and optimizer stay float32
    seed: int = 0  # of initial weights, order, dropout, augmentation and negatives

    def __post_init__(self) -> None:
        named = isinstance(self.name, str) and re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", self.name)
        check(bool(named), "name", "small letters, digits and hyphens, up to 64", self.name)
        check(bool(self.network), "network", "at least one layer", self.network)
        losses = ("categorical_crossentropy", "sparse_categorical_crossentropy")
        check_choice("loss", self.loss, losses)
        inputs = ("logits", "outputs")
        check(self.loss_input in inputs, "loss_input", "logits or outputs", self.loss_input)
        check(whole(self.epochs, 1), "epochs", "a whole number of at least 1", self.epochs)
        check(whole(self.batch_size, 1, 60_000), "batch_size", "from 1 to 60000", self.batch_size)
        check(
            whole(self.clean_epochs, 0, self.epochs),
            "clean_epochs",
            "from 0 to the number of epochs",
            self.clean_epochs,
        )
        check_range("negatives", self.negatives, 0, 1)
        check_range("digit_like", self.digit_like, 0.5, 1)
        check_range("typed", self.typed, 0, 1)
        check_range("label_smoothing", self.label_smoothing, 0, 1, below=True)
        check_decay("weight_average", self.weight_average)
        check(whole(self.patience, 0), "patience", "a whole number of at least 0", self.patience)
        last = self.network[-1]
        if isinstance(last, Dense) and (last.units == 11) != bool(self.negatives):
            raise RecipeError(
                "negatives: must be above 0 with 11 outputs and 0 with 10, "
                f"but is {self.negatives!r} with {last.units}"
            )
        if self.patience and self.validation.method == "none":
            raise RecipeError("patience: must be 0 where no image is validated on")
        if self.patience and self.validation.method == "test_set":
            raise RecipeError(
                "patience: must be 0 where the test set is watched, or it would choose the epoch "
                "and no figure on it would be blind; hold out training images instead, with "
                "validation.method=last_fraction and validation.fraction=0.1"
            )
        check_choice("precision", self.precision, get_args(Precision))
        check(
            whole(self.seed, 0, 2**63 - 1), "seed", "a whole number from 0 to 2^63 - 1", self.seed
        )


def trained_alike(recipe: Recipe) -> Recipe:
    """Return a recipe without the seed and the images held out, in which its runs may differ."""
    return replace(recipe, validation=Validation(), seed=0)
