"""The five published systems that tenfold reproduces, as frozen data.

Five public notebooks train a network on MNIST with Keras. Each stands here with its recipe, what it
claimed, what it shows its reader, and what its text got wrong. `BASE` holds what they share;
the systems differ from it by `dataclasses.replace`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tenfold.errors import RecipeError, nearest
from tenfold.train.recipe import (
    Adam,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    MaxPool,
    Recipe,
    RMSprop,
    Validation,
)

__all__ = ["SYSTEMS", "Claim", "Erratum", "Show", "System", "find_system"]


@dataclass(frozen=True)
class Claim:
    """A figure that a published text gives.

    Attributes:
        metric: Name of the measured figure it stands beside, as in `reproduction.json`.
        value: The figure as a fraction (accuracies), in nats (losses) or in epochs.
        words: How the text puts it.
    """

    metric: str
    value: float
    words: str


@dataclass(frozen=True)
class Erratum:
    """A statement of a published text that is wrong, and what is right."""

    published: str
    correct: str


Show = str  # the name of one thing a report shows, see `tenfold.report.sections`


@dataclass(frozen=True)
class System:
    """A published system.

    Attributes:
        recipe: The network and its training.
        claims: The figures its text gives.
        shows: What it shows its reader, in order.
        errata: What its text got wrong.
        milestones: Epochs (from 1) after which the text reports figures, besides the last.
    """

    recipe: Recipe
    claims: tuple[Claim, ...]
    shows: tuple[Show, ...]
    errata: tuple[Erratum, ...]
    milestones: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The recipe's name, which is the system's too."""
        return self.recipe.name

    @property
    def selected_on_test(self) -> bool:
        """Whether the test set was its validation set, so that its figures are not blind."""
        return self.recipe.validation.method == "test_set"


BASE = Recipe(
    name="base-128",
    summary="what the published systems share",
    network=(Flatten(), Dense(units=128, activation="relu"), Dense(units=10, activation="softmax")),
    loss="categorical_crossentropy",
    optimizer=Adam(),
    validation=Validation(),
    epochs=10,
    batch_size=128,
)

_DENSE_128_DROPOUT = System(
    recipe=replace(
        BASE,
        name="dense-128-dropout",
        summary="128 ReLU units, dropout 0.2, Adam; 48,000 images to train on, 12,000 to validate",
        network=(
            Flatten(),
            Dense(units=128, activation="relu"),
            Dropout(rate=0.2),
            Dense(units=10, activation="softmax"),
        ),
        validation=Validation(method="random_fraction", fraction=0.2, random_state=5),
    ),
    claims=(
        Claim("test_accuracy", 0.9766, "test accuracy 97.66 %"),
        Claim("test_loss", 0.0777, "test loss 0.0777"),
    ),
    shows=(
        "shapes",
        "scaling",
        "one_hot",
        "network",
        "epoch_log",
        "test_in_words",
        "probability_matrix",
    ),
    errata=(),
)

_DENSE_128 = System(
    recipe=replace(
        BASE,
        name="dense-128",
        summary="128 ReLU units, Adam, 50 epochs of 1,875 steps, watched on the test set",
        validation=Validation(method="test_set"),
        epochs=50,
        batch_size=32,
    ),
    claims=(
        Claim("train_accuracy", 0.9996, "train accuracy 99.96 %"),
        Claim("test_accuracy", 0.9764, "test accuracy 97.64 % (its introduction says 97.54 %)"),
        Claim("validation_loss", 0.2449, "validation loss 0.2449 in the last epoch"),
        Claim("parameters", 101_770, "101,770 parameters: 100,480 + 1,290"),
    ),
    shows=("sheet", "network", "epoch_log", "curves"),
    errata=(
        Erratum(
            "The division by 255 and the one-hot step are shown twice.",
            "Each is done once. Done twice, the images would end between 0 and 0.004, and the "
            "labels would have three axes.",
        ),
        Erratum(
            "A reshape to (n, 784) is described.",
            "The code has no such reshape: its Flatten layer does it inside the network.",
        ),
        Erratum(
            "The figure is picked on the test set, which is also the validation set.",
            "A figure watched on the test set while training is not blind; it is reproduced as "
            "published, and labelled so.",
        ),
        Erratum(
            "The introduction says 97.54 %, the result 97.64 %.",
            "The result of the last epoch, 97.64 %, is taken as the claim.",
        ),
    ),
)

_DENSE_512_RMSPROP = System(
    recipe=replace(
        BASE,
        name="dense-512-rmsprop",
        summary="512 ReLU units, RMSprop; all 60,000 images, nothing held out",
        network=(
            Flatten(),
            Dense(units=512, activation="relu"),
            Dense(units=10, activation="softmax"),
        ),
        optimizer=RMSprop(),
    ),
    claims=(
        Claim("train_accuracy", 0.9885, "train accuracy 98.85 %, reached quickly"),
        Claim("test_accuracy", 0.9807, "test accuracy 98.07 %"),
    ),
    shows=("four_digits", "network", "epoch_log", "overfitting_gap"),
    errata=(
        Erratum("The training images are (6000, 28, 28).", "They are (60000, 28, 28)."),
        Erratum("The pixels lie in [0, 288].", "They lie in [0, 255]."),
    ),
)

_DENSE_100_SIGMOID = System(
    recipe=replace(
        BASE,
        name="dense-100-sigmoid",
        summary="100 ReLU units, ten sigmoid outputs, Adam; the last 6,000 images to validate",
        network=(
            Flatten(),
            Dense(units=100, activation="relu"),
            Dense(units=10, activation="sigmoid"),
        ),
        loss="sparse_categorical_crossentropy",
        validation=Validation(method="last_fraction", fraction=0.1),
        batch_size=32,
    ),
    claims=(Claim("train_accuracy", 0.994, "train accuracy 99.4 %"),),
    shows=("single_digits", "network", "epoch_log", "confusion_matrix"),
    errata=(
        Erratum(
            "The network ends in ten sigmoids while the loss wants a distribution.",
            "It trains all the same, because Keras keeps the sigmoids' inputs aside and its loss "
            "takes a softmax of those. But the ten outputs that the network then predicts with do "
            "not sum to one, and are not probabilities.",
        ),
        Erratum(
            "Only the training accuracy is reported.",
            "The training accuracy says how well the network knows what it has seen. Validation "
            "and test accuracy stand beside it here.",
        ),
    ),
)

_CONV_3 = System(
    recipe=replace(
        BASE,
        name="conv-3",
        summary="three convolutions and two dense layers, Adam; the last 6,000 images to validate",
        network=(
            Convolution(filters=32, kernel_size=3, activation="relu"),
            MaxPool(size=2),
            Convolution(filters=64, kernel_size=3, activation="relu"),
            MaxPool(size=2),
            Convolution(filters=64, kernel_size=3, activation="relu"),
            Flatten(),
            Dense(units=64, activation="relu"),
            Dense(units=10, activation="softmax"),
        ),
        validation=Validation(method="last_fraction", fraction=0.1),
        batch_size=64,
    ),
    claims=(
        Claim("validation_accuracy_epoch_5", 0.9907, "validation accuracy 99.07 % after 5 epochs"),
        Claim("train_accuracy", 0.9972, "train accuracy 99.72 % after 5 more"),
        Claim("train_loss", 0.0095, "train loss 0.0095"),
        Claim("test_accuracy", 0.9917, "test accuracy 99.17 %"),
        Claim("test_loss", 0.0306, "test loss 0.0306"),
        Claim("parameters", 93_322, "93,322 parameters"),
    ),
    shows=(
        "statistics",
        "ten_digits",
        "class_distribution",
        "intensity_density",
        "network",
        "epoch_log",
        "live_curves",
        "train_and_test",
    ),
    errata=(
        Erratum("Features per sample: 28.", "A sample has 28 x 28 = 784 features."),
        Erratum("Classes: 2.", "There are 10 classes, the digits 0 to 9."),
    ),
    milestones=(5,),
)

SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (_DENSE_128_DROPOUT, _DENSE_128, _DENSE_512_RMSPROP, _DENSE_100_SIGMOID, _CONV_3)
}


def find_system(name: str) -> System:
    """Return the published system of that name.

    Raises:
        RecipeError: There is none; the message names the nearest.
    """
    if name not in SYSTEMS:
        raise RecipeError(f"SYSTEM: no published system '{name}'; {nearest(name, SYSTEMS)}")
    return SYSTEMS[name]
