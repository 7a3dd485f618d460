"""The recipes of the models that come with the package.

Chosen on held-out training images: ``--set validation.method=last_fraction
--set validation.fraction=0.1666666`` leaves out the last 10,000, other people's writing. What was
tried besides stands in docs/log.md.
"""

from __future__ import annotations

from dataclasses import replace

from tenfold.train.recipe import (
    Augmentation,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Layer,
    MaxPool,
    MeanMaxPool,
    Muon,
    Recipe,
    Residual,
    Schedule,
    Validation,
)

__all__ = ["BASE", "CHAMPION", "COMMITTEES", "NANO", "SHIPPED"]


def _block(filters: int, size: int = 3) -> tuple[Layer, ...]:
    """A convolution that keeps rows and columns, normalised, with ReLU."""
    convolution = Convolution(filters=filters, kernel_size=size, padding="same", bias=False)
    return convolution, BatchNorm(activation="relu")


_OUTPUTS = Dense(units=10, activation="softmax")

_LAYERS = (
    Convolution(filters=24, kernel_size=5, bias=False),
    BatchNorm(activation="relu"),
    MaxPool(),
    *_block(48),
    Residual(layers=(*_block(48), *_block(48))),
    MaxPool(),
    *_block(96),
    Residual(layers=(*_block(96), *_block(96))),
    MeanMaxPool(),
    Dropout(rate=0.1),
)
"""Of champion and base, up to the outputs."""

_WIDE = Augmentation(
    rotation=12.0,
    scale=0.18,
    shear=0.2,
    shift=2.0,
    elastic=0.6,
    perspective=0.2,
    thicker=0.15,
    thinner=0.15,
    outlined=0.06,
    regional=0.3,
    neighbour=0.1,
    ruled=0.12,
    crossed=0.08,
    coarse=0.2,
    blurred=0.15,
    uneven=0.25,
    noisy=0.2,
    compressed=0.1,
    binary=0.15,
    erased=0.1,
)

CHAMPION = Recipe(
    name="champion",
    summary="the highest accuracy of one network on MNIST",
    network=(*_LAYERS, _OUTPUTS),
    loss="sparse_categorical_crossentropy",
    optimizer=Muon(),
    schedule=Schedule(shape="linear", warm_up=0.1),
    augmentation=_WIDE,
    clean_epochs=2,
    weight_average=0.999,
    validation=Validation(),
    epochs=30,
    batch_size=200,
)

NANO = replace(
    CHAMPION,
    name="nano",
    summary="the smallest and fastest: at most 25,000 parameters",
    network=(
        Convolution(filters=16, kernel_size=5, bias=False),
        BatchNorm(activation="relu"),
        MaxPool(),
        *_block(32),
        Residual(layers=_block(32)),
        MaxPool(),
        *_block(32),
        MeanMaxPool(),
        _OUTPUTS,
    ),
    clean_epochs=1,
    epochs=60,
    batch_size=250,
)

BASE = replace(
    CHAMPION,
    name="base",
    summary="the default, for real pictures; knows what is not a digit",
    network=(*_LAYERS, Dense(units=11, activation="softmax")),
    augmentation=replace(_WIDE, stretched=0.1),
    clean_epochs=0,
    negatives=0.3,
    digit_like=0.9,
    typed=0.08,
)

SHIPPED: dict[str, Recipe] = {recipe.name: recipe for recipe in (CHAMPION, BASE, NANO)}

COMMITTEES: dict[str, tuple[str, int]] = {"committee": ("champion", 5)}
"""Of each committee the recipe of its members, and how many there are."""
