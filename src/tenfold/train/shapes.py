"""What each layer of a network makes of the one before: shapes, parameters, names.

Plain arithmetic, without PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tenfold.errors import RecipeError
from tenfold.train.recipe import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    Recipe,
)

__all__ = [
    "LayerSummary",
    "has_channels",
    "layer_table",
    "output_activation",
    "summarise",
    "takes_outputs",
    "used_side",
]

_SIDE = 28  # pixels a side of the input
_MOST_PARAMETERS = 100_000_000  # with Adam's moments and gradients 1.6 GB


@dataclass(frozen=True)
class LayerSummary:
    """One layer as a person reads it.

    Attributes:
        name: For example "Dense 128, ReLU".
        kind: "input", or the layer's kind in a recipe.
        output_shape: (features,) or (rows, columns, channels), without the batch.
        parameters: Number of trained values.
        arithmetic: Where that number comes from, for example "784 x 128 + 128"; empty for 0.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    arithmetic: str


def summarise(layers: Sequence[Layer]) -> list[LayerSummary]:
    """Return what each layer makes of the one before, the input first.

    Raises:
        RecipeError: The layers do not fit together, or do not end in ten outputs.
    """
    shape: tuple[int, ...] = (_SIDE, _SIDE, 1) if has_channels(layers) else (_SIDE, _SIDE)
    rows = [LayerSummary("Input", "input", shape, 0, "")]
    for place, layer in enumerate(layers):
        row = _summary(layer, shape, f"network.{place}")
        rows.append(row)
        shape = row.output_shape
    if shape != (10,):
        raise RecipeError(f"network: must end in 10 outputs, but ends in {_times(shape)}")
    output_activation(layers)
    parameters = sum(row.parameters for row in rows)
    if parameters > _MOST_PARAMETERS:
        raise RecipeError(
            f"network: must have at most {_MOST_PARAMETERS:,} parameters, but has {parameters:,}"
        )
    return rows


def has_channels(layers: Sequence[Layer]) -> bool:
    """Tell whether the network sees rows, columns and channels, and no plain rows of pixels."""
    return any(isinstance(layer, (Convolution, MaxPool)) for layer in layers)


def layer_table(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """Return what `summarise` does as JSON-ready mappings, for run folders and reports."""
    return [{**asdict(row), "output_shape": list(row.output_shape)} for row in summarise(layers)]


def takes_outputs(recipe: Recipe) -> bool:
    """Tell whether the loss takes the logs of a sigmoid's outputs instead of its inputs."""
    return recipe.loss_input == "outputs" and output_activation(recipe.network) == "sigmoid"


def used_side(layers: Sequence[Layer]) -> int:
    """Return how many rows and columns of the image, from the top left, reach the output.

    A max-pool drops an incomplete window, so what only feeds that window changes nothing: neither
    the output nor a gradient.
    """
    shapes = [row.output_shape for row in summarise(layers)]
    end = next(place for place, layer in enumerate(layers) if isinstance(layer, (Flatten, Dense)))
    side = shapes[end][0]
    for layer in reversed(layers[:end]):
        if isinstance(layer, Convolution):
            side += layer.kernel_size - 1
        elif isinstance(layer, MaxPool):
            side *= layer.size
    return side


def _summary(layer: Layer, shape: tuple[int, ...], where: str) -> LayerSummary:
    match layer:
        case Flatten():
            return LayerSummary("Flatten", "flatten", (math.prod(shape),), 0, "")
        case Dropout(rate=rate):
            return LayerSummary(f"Dropout {rate:g}", "dropout", shape, 0, "")
        case Dense(units=units, activation=activation):
            if len(shape) != 1:
                raise RecipeError(
                    f"{where}: dense needs one axis, but gets {_times(shape)}; flatten"
                )
            name = f"Dense {units}{_activation_name(activation)}"
            count = shape[0] * units + units
            return LayerSummary(name, "dense", (units,), count, f"{shape[0]} x {units} + {units}")
        case Convolution(filters=filters, kernel_size=size, activation=activation):
            side = _spatial(shape, where) - size + 1
            if side < 1:
                raise RecipeError(f"{where}: a {size} x {size} kernel does not fit {_times(shape)}")
            name = f"Convolution {filters}, {size} x {size}{_activation_name(activation)}"
            count = size * size * shape[2] * filters + filters
            arithmetic = f"{size} x {size} x {shape[2]} x {filters} + {filters}"
            return LayerSummary(name, "convolution", (side, side, filters), count, arithmetic)
        case MaxPool(size=size):
            side = _spatial(shape, where) // size
            if side < 1:
                raise RecipeError(f"{where}: a {size} x {size} window does not fit {_times(shape)}")
            return LayerSummary(
                f"Max pooling {size} x {size}", "max_pool", (side, side, shape[2]), 0, ""
            )


def _spatial(shape: tuple[int, ...], where: str) -> int:
    if len(shape) != 3:
        raise RecipeError(f"{where}: needs rows, columns and channels, but gets {_times(shape)}")
    return shape[0]


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(str(side) for side in shape)


def _activation_name(activation: Activation) -> str:
    return {"linear": "", "relu": ", ReLU"}.get(activation, f", {activation}")


def output_activation(layers: Sequence[Layer]) -> Activation:
    """Return the last layer's activation.

    Raises:
        RecipeError: The last layer is not dense, or a layer before it is a softmax or sigmoid.
    """
    last = layers[-1]
    if not isinstance(last, Dense):
        raise RecipeError("network: must end in a dense layer with 10 units")
    for place, layer in enumerate(layers[:-1]):
        if isinstance(layer, (Dense, Convolution)) and layer.activation not in ("linear", "relu"):
            raise RecipeError(
                f"network.{place}.activation: must be linear or relu before the last layer, "
                f"but is {layer.activation!r}"
            )
    if last.activation == "relu":
        raise RecipeError("network: the last layer must be linear, sigmoid or softmax, not relu")
    return last.activation
