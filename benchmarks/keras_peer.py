"""The published systems in Keras on TensorFlow, for the benchmarks and the parity tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.train.recipe import (
    Adam,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    MeanMaxPool,
    Recipe,
    Residual,
)
from tenfold.train.shapes import has_channels
from tenfold.values import Split

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

__all__ = ["build_model", "convert"]


def build_model(recipe: Recipe) -> Any:
    """Return a compiled ``keras.Model`` with a recipe's layers, optimizer and loss."""
    import keras

    inputs = keras.Input((28, 28, 1) if has_channels(recipe.network) else (28, 28))
    model = keras.Model(inputs, add_layers(inputs, recipe.network, recipe))
    optimizer = "adam" if isinstance(recipe.optimizer, Adam) else "rmsprop"
    model.compile(optimizer=optimizer, loss=recipe.loss, metrics=["accuracy"])
    return model


def add_layers(hidden: Any, network: Sequence[Layer], recipe: Recipe) -> Any:
    """Return what a row of layers makes of a Keras tensor."""
    from keras import layers

    for layer in network:
        match layer:
            case Residual(layers=inner):
                hidden = layers.Add()([hidden, add_layers(hidden, inner, recipe)])
            case MeanMaxPool():
                means = layers.GlobalAveragePooling2D()(hidden)
                hidden = layers.Concatenate()([means, layers.GlobalMaxPooling2D()(hidden)])
            case BatchNorm(activation=activation):
                hidden = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(hidden)
                hidden = layers.Activation(activation)(hidden)
            case _:
                hidden = keras_layer(layer, recipe)(hidden)
    return hidden


def keras_layer(layer: Layer, recipe: Recipe) -> Any:
    """Return the Keras layer that is one of ours."""
    from keras import layers

    match layer:
        case Flatten():
            return layers.Flatten()
        case Dropout(rate=rate):
            return layers.Dropout(rate)
        case Dense(units=units):
            plain = layer.activation == "sigmoid" and recipe.loss_input == "outputs"
            return layers.Dense(units, sigmoid_without_logits if plain else layer.activation)
        case Convolution():
            return layers.Conv2D(
                layer.filters,
                layer.kernel_size,
                strides=layer.stride,
                padding=layer.padding,
                activation=layer.activation,
                use_bias=layer.bias,
            )
        case MaxPool(size=size):
            return layers.MaxPooling2D(size)
    raise TypeError(f"{type(layer).__name__} has no layer of its own in Keras")


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
