"""The layers of a network as rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["summary_rows"]


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
