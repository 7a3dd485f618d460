"""The published systems in Keras on TensorFlow, for the benchmarks and the parity tests."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.train.recipe import Adam, Convolution, Dense, Dropout, Flatten, MaxPool, Recipe
from tenfold.train.shapes import has_channels
from tenfold.values import Split

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

__all__ = ["build_model", "convert"]


def build_model(recipe: Recipe) -> Any:
    """Return a compiled ``keras.Sequential`` with a recipe's layers, optimizer and loss."""
    import keras

    layers: list[Any] = [keras.Input((28, 28, 1) if has_channels(recipe.network) else (28, 28))]
    for layer in recipe.network:
        match layer:
            case Flatten():
                layers.append(keras.layers.Flatten())
            case Dropout(rate=rate):
                layers.append(keras.layers.Dropout(rate))
            case Dense(units=units):
                plain = layer.activation == "sigmoid" and recipe.loss_input == "outputs"
                activation = sigmoid_without_logits if plain else layer.activation
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


def convert(recipe: Recipe, split: Split) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return images and labels as `build_model`'s model takes them."""
    pixels = split.images.astype(np.float32) / np.float32(255)
    if has_channels(recipe.network):
        pixels = pixels[..., None]
    if recipe.loss == "categorical_crossentropy":
        return pixels, np.eye(10, dtype=np.float32)[split.labels]
    return pixels, split.labels
