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

__all__ = [
    "LayerSummary",
    "has_channels",
    "layer_table",
    "output_activation",
    "output_shape",
    "parameter_count",
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
        multiplications: Number of products a picture takes, each added to a sum.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    arithmetic: str
    multiplications: int = 0


def summarise(layers: Sequence[Layer]) -> list[LayerSummary]:
    """Return what each layer makes of the one before, the input first.

    Raises:
        RecipeError: The layers do not fit together, or do not end in ten outputs or eleven.
    """
    shape: tuple[int, ...] = (_SIDE, _SIDE, 1) if has_channels(layers) else (_SIDE, _SIDE)
    rows = [LayerSummary("Input", "input", shape, 0, ""), *_rows(layers, shape, "network")]
    if rows[-1].output_shape not in ((10,), (11,)):
        raise RecipeError(
            "network: must end in 10 outputs, or 11 with one for what is no digit, but ends in "
            + _times(rows[-1].output_shape)
        )
    output_activation(layers)
    parameters = _total(rows)
    if parameters > _MOST_PARAMETERS:
        raise RecipeError(
            f"network: must have at most {_MOST_PARAMETERS:,} parameters, but has {parameters:,}"
        )
    return rows


def parameter_count(layers: Sequence[Layer]) -> int:
    """Return the number of trained values of a network."""
    return _total(summarise(layers))


def _total(rows: Sequence[LayerSummary]) -> int:
    return sum(row.parameters for row in rows)


def _rows(layers: Sequence[Layer], shape: tuple[int, ...], where: str) -> list[LayerSummary]:
    """Return a row for each layer; a residual block gives its layers' rows and one for the sum."""
    rows: list[LayerSummary] = []
    for place, layer in enumerate(layers):
        here = f"{where}.{place}"
        if isinstance(layer, Residual):
            inner = _rows(layer.layers, shape, f"{here}.layers")
            if inner[-1].output_shape != shape:
                raise RecipeError(
                    f"{here}: must keep the shape {_times(shape)} to be added to its input, but "
                    f"ends in {_times(inner[-1].output_shape)}"
                )
            rows += [*inner, LayerSummary("Add the block's input", "residual", shape, 0, "")]
            continue
        if isinstance(layer, BatchNorm):
            _check_linear(layers[place - 1] if place else None, here)
        rows.append(_summary(layer, shape, here))
        shape = rows[-1].output_shape
    return rows


def _check_linear(before: Layer | None, where: str) -> None:
    if not isinstance(before, (Convolution, Dense)) or before.activation != "linear":
        raise RecipeError(
            f"{where}: batch normalisation must stand behind a linear dense or convolution"
        )


def output_shape(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return what shape comes out of a layer that fits an input of this shape."""
    return shape if isinstance(layer, Residual) else _summary(layer, shape, "layer").output_shape


def has_channels(layers: Sequence[Layer]) -> bool:
    """Tell whether the network sees rows, columns and channels, and no plain rows of pixels."""
    return any(isinstance(layer, (Convolution, MaxPool, MeanMaxPool)) for layer in layers)


def layer_table(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """Return what `summarise` does as JSON-ready mappings, for run folders and reports."""
    return [{**asdict(row), "output_shape": list(row.output_shape)} for row in summarise(layers)]


def takes_outputs(recipe: Recipe) -> bool:
    """Tell whether the loss takes the logs of a sigmoid's outputs instead of its inputs."""
    return recipe.loss_input == "outputs" and output_activation(recipe.network) == "sigmoid"


def used_side(layers: Sequence[Layer]) -> int:
    """Return how many rows and columns of the image, from the top left, reach the output.

    A max-pool drops an incomplete window, so what only feeds that window changes nothing: neither
    the output nor a gradient. Where images are padded or skipped over, all of them counts.
    """
    if not all(_is_plain(layer) for layer in layers):
        return _SIDE
    shapes = [row.output_shape for row in summarise(layers)]
    end = next(place for place, layer in enumerate(layers) if isinstance(layer, (Flatten, Dense)))
    side = shapes[end][0]
    for layer in reversed(layers[:end]):
        if isinstance(layer, Convolution):
            side += layer.kernel_size - 1
        elif isinstance(layer, MaxPool):
            side *= layer.size
    return side


def _is_plain(layer: Layer) -> bool:
    """Tell whether `used_side` knows what a layer leaves out."""
    if isinstance(layer, Convolution):
        return layer.padding == "valid" and layer.stride == 1
    return not isinstance(layer, (Residual, MeanMaxPool))


def _summary(layer: Layer, shape: tuple[int, ...], where: str) -> LayerSummary:
    match layer:
        case Flatten():
            return LayerSummary("Flatten", "flatten", (math.prod(shape),), 0, "")
        case Dropout(rate=rate):
            return LayerSummary(f"Dropout {rate:g}", "dropout", shape, 0, "")
        case MeanMaxPool():
            _spatial(shape, where)
            return LayerSummary("Mean and max", "mean_max_pool", (2 * shape[2],), 0, "")
        case BatchNorm(activation=activation):
            channels = shape[-1]
            name = f"Batch normalisation{_activation_name(activation)}"
            return LayerSummary(name, "batch_norm", shape, 2 * channels, f"2 x {channels}")
        case Dense(units=units, activation=activation):
            if len(shape) != 1:
                raise RecipeError(
                    f"{where}: dense needs one axis, but gets {_times(shape)}; flatten"
                )
            name = f"Dense {units}{_activation_name(activation)}"
            products = shape[0] * units
            arithmetic = f"{shape[0]} x {units} + {units}"
            return LayerSummary(name, "dense", (units,), products + units, arithmetic, products)
        case Convolution():
            return _convolution(layer, shape, where)
        case MaxPool(size=size):
            side = _spatial(shape, where) // size
            if side < 1:
                raise RecipeError(f"{where}: a {size} x {size} window does not fit {_times(shape)}")
            return LayerSummary(
                f"Max pooling {size} x {size}", "max_pool", (side, side, shape[2]), 0, ""
            )
        case Residual():
            raise TypeError("the layers of a residual block are summarised one by one")


def _convolution(layer: Convolution, shape: tuple[int, ...], where: str) -> LayerSummary:
    size, filters = layer.kernel_size, layer.filters
    room = _spatial(shape, where) + 2 * layer.margin - size
    if room < 0:
        raise RecipeError(f"{where}: a {size} x {size} kernel does not fit {_times(shape)}")
    side = room // layer.stride + 1
    stride = f", every {layer.stride} pixels" if layer.stride > 1 else ""
    name = f"Convolution {filters}, {size} x {size}{stride}{_activation_name(layer.activation)}"
    weights = size * size * shape[2] * filters
    arithmetic = f"{size} x {size} x {shape[2]} x {filters}" + (
        f" + {filters}" if layer.bias else ""
    )
    return LayerSummary(
        name,
        "convolution",
        (side, side, filters),
        weights + filters * layer.bias,
        arithmetic,
        weights * side * side,
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
        raise RecipeError("network: must end in a dense layer with 10 or 11 units")
    _check_hidden(layers[:-1], "network")
    if last.activation == "relu":
        raise RecipeError("network: the last layer must be linear, sigmoid or softmax, not relu")
    return last.activation


def _check_hidden(layers: Sequence[Layer], where: str) -> None:
    """Refuse a sigmoid or softmax before the last layer."""
    for place, layer in enumerate(layers):
        if isinstance(layer, Residual):
            _check_hidden(layer.layers, f"{where}.{place}.layers")
        elif isinstance(layer, (BatchNorm, Dense, Convolution)) and layer.activation not in (
            "linear",
            "relu",
        ):
            raise RecipeError(
                f"{where}.{place}.activation: must be linear or relu before the last layer, "
                f"but is {layer.activation!r}"
            )
