"""The layers of a recipe with their output shapes and parameter counts, as arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["layers_of", "summary_rows"]

_ACTIVATIONS = {"linear": "", "relu": ", ReLU"}


def layers_of(network: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """Return a recipe's layers as `reproduction.json` lists them, the input first.

    Args:
        network: The recipe's layers, from a 28 × 28 input.

    Returns:
        Mappings of "name", "kind", "output_shape", "parameters" and "arithmetic"; None if there is
        a layer of a kind whose arithmetic is not known here, or one that does not fit.
    """
    layers = [_layer("Input", "input", [28, 28, 1], 0, "")]
    for layer in network:
        try:
            layers.append(_next_layer(layer, layers[-1]["output_shape"]))
        except (KeyError, TypeError, ValueError):
            return None
    return layers


def summary_rows(layers: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return a row of text a layer, and a last one with the sum of the parameters."""
    rows = [
        [
            str(layer["name"]).replace(" x ", " × "),
            " × ".join(f"{size:,}" for size in layer["output_shape"]),
            f"{layer['parameters']:,}",
            str(layer.get("arithmetic", "")).replace(" x ", " × "),
        ]
        for layer in layers
    ]
    total = sum(layer["parameters"] for layer in layers)
    return [*rows, ["All layers", "", f"{total:,}", ""]]


def _layer(
    name: str, kind: str, shape: list[int], parameters: int, arithmetic: str
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "output_shape": shape,
        "parameters": parameters,
        "arithmetic": arithmetic,
    }


def _next_layer(layer: Mapping[str, Any], shape: list[int]) -> dict[str, Any]:
    kind = layer["kind"]
    if kind == "flatten":
        return _layer("Flatten", kind, [math.prod(shape)], 0, "")
    if kind == "dropout":
        return _layer(f"Dropout {layer['rate']:g}", kind, shape, 0, "")
    if kind == "dense":
        (inputs,) = shape
        units = layer["units"]
        name = f"Dense {units}{_activation(layer)}"
        return _layer(name, kind, [units], inputs * units + units, f"{inputs} x {units} + {units}")
    rows, columns, channels = shape
    if kind == "max_pool":
        size = layer["size"]
        name = f"Max pooling {size} x {size}"
        return _layer(name, kind, [rows // size, columns // size, channels], 0, "")
    if kind == "convolution":
        size, filters = layer["kernel_size"], layer["filters"]
        name = f"Convolution {filters}, {size} x {size}{_activation(layer)}"
        return _layer(
            name,
            kind,
            [rows - size + 1, columns - size + 1, filters],
            size * size * channels * filters + filters,
            f"{size} x {size} x {channels} x {filters} + {filters}",
        )
    raise ValueError(kind)


def _activation(layer: Mapping[str, Any]) -> str:
    name = layer.get("activation", "linear")
    return _ACTIVATIONS.get(name, f", {name}")
