"""The drawing of a network, layer by layer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report.extra import report_extra
from tenfold.report.style import (
    ACCENT,
    AMBER,
    INK,
    LINE,
    MUTED,
    Axes,
    Figure,
    NotebookFigure,
    bare,
    drawn,
)

with report_extra():
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

__all__ = ["network_diagram"]

Layer = Mapping[str, Any]
Point = tuple[float, float]

_STEP = 1.32  # inches from one layer to the next
_COLORS = {
    "input": "#8b98a5",
    "convolution": ACCENT,
    "max_pool": "#4a8f8c",
    "flatten": "#8b98a5",
    "dense": "#5f4b8b",
    "dropout": AMBER,
}
_MOST_CIRCLES = 10


@drawn
def network_diagram(layers: Sequence[Layer], image: NDArray[np.uint8] | None = None) -> Figure:
    """Draw a network from left to right, each layer with its output shape and parameters.

    Volumes (height, width, channels) are stacks of squares whose side follows height and width and
    whose depth follows the channels; vectors are columns of units. Lines show what a layer sees:
    a window of the one before, or all of it.

    Args:
        layers: Mappings of "name", "kind", "output_shape" and "parameters", the input first.
        image: Shape (28, 28), uint8, drawn as the input; None for an empty square.
    """
    width = max(len(layers), 1) * _STEP + 0.1
    figure = NotebookFigure(figsize=(width, 3.5))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_STEP / 2 - 0.05, width - _STEP / 2 - 0.05)
    axes.set_ylim(-1.75, 1.75)
    bare(axes)
    for index, layer in enumerate(layers):
        if index:
            _connect(axes, layers[index - 1], layer, (index - 1) * _STEP)
    for index, layer in enumerate(layers):
        if index == 0 and image is not None and _is_volume(layer):
            _draw_image(axes, layer, image)
        else:
            _draw_layer(axes, layer, index * _STEP)
        _write(axes, layer, index * _STEP, last=index == len(layers) - 1)
    return figure


def _draw_layer(axes: Axes, layer: Layer, x: float) -> None:
    if _is_volume(layer):
        _draw_volume(axes, layer, x)
    elif layer["kind"] == "flatten":
        _draw_strip(axes, layer, x)
    else:
        _draw_units(axes, layer, x)


def _draw_image(axes: Axes, layer: Layer, image: NDArray[np.uint8]) -> None:
    side, (left, low) = _side(layer), _front(layer, 0)
    extent = (left, left + side, low, low + side)
    limits = axes.axis()
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto", zorder=1)
    axes.axis(limits)


def _is_volume(layer: Layer) -> bool:
    return len(layer["output_shape"]) > 1


def _color(layer: Layer) -> str:
    return _COLORS.get(str(layer["kind"]), MUTED)


def _side(layer: Layer) -> float:
    """Return the side of a volume's squares in inches: 28 pixels are 0.9, and 1 is still seen."""
    return 0.18 + 0.72 * min(float(layer["output_shape"][0]), 28.0) / 28


def _sheets(layer: Layer) -> int:
    """Return how many squares a stack shows: 1 for one channel, 6 for 32, 7 for 64."""
    channels = layer["output_shape"][2] if len(layer["output_shape"]) > 2 else 1
    return min(1 + int(math.log2(max(channels, 1))), 9)


def _front(layer: Layer, x: float) -> Point:
    """Return the lower left corner of the frontmost square of a stack centred at ``x``."""
    shift = 0.055 * (_sheets(layer) - 1)
    return x - (_side(layer) + shift) / 2, -(_side(layer) + shift) / 2


def _draw_volume(axes: Axes, layer: Layer, x: float) -> None:
    side, (left, low) = _side(layer), _front(layer, x)
    for sheet in reversed(range(_sheets(layer))):
        corner = (left + 0.055 * sheet, low + 0.055 * sheet)
        axes.add_patch(
            Rectangle(corner, side, side, facecolor=_color(layer), edgecolor="white", linewidth=0.9)
        )


def _draw_strip(axes: Axes, layer: Layer, x: float) -> None:
    box = FancyBboxPatch(
        (x - 0.07, -1.0), 0.14, 2.0, boxstyle="round,pad=0,rounding_size=0.05", linewidth=0
    )
    box.set_facecolor(_color(layer))
    axes.add_patch(box)
    ticks = [[(x - 0.07, y / 14), (x + 0.07, y / 14)] for y in range(-13, 14)]
    axes.add_collection(LineCollection(ticks, colors="white", linewidths=0.8))


def _heights(layer: Layer) -> list[float]:
    """Return the heights at which a vector's units stand, top first; at most ten are drawn."""
    shown = min(int(layer["output_shape"][0]), _MOST_CIRCLES)
    return [0.2 * ((shown - 1) / 2 - place) for place in range(shown)]


def _draw_units(axes: Axes, layer: Layer, x: float) -> None:
    heights = _heights(layer)
    units = int(layer["output_shape"][0])
    for place, y in enumerate(heights):
        if units > _MOST_CIRCLES and place == len(heights) // 2:
            axes.text(x, y, "⋮", ha="center", va="center", color=_color(layer), fontsize=11)
            continue
        dropped = layer["kind"] == "dropout" and place in (1, 6)
        axes.add_patch(
            Circle(
                (x, y),
                0.08,
                facecolor="white" if dropped else _color(layer),
                edgecolor=_color(layer) if dropped else "white",
                linestyle=(0, (2, 1.5)) if dropped else "-",
                linewidth=0.9,
            )
        )


def _connect(axes: Axes, before: Layer, after: Layer, x: float) -> None:
    """Draw what ``after`` sees of ``before``, which stands at ``x``."""
    if _is_volume(before) and _is_volume(after):
        _connect_window(axes, before, after, x)
        return
    starts = _right_points(before, x)
    ends = [(x + _STEP - 0.09, y) for y in _ends(after)]
    if before["kind"] != "flatten" and after["kind"] == "dropout":
        lines = list(zip(starts, ends, strict=False))
    elif after["kind"] == "flatten":
        lines = [(starts[0], ends[0]), (starts[-1], ends[-1])]
    else:
        lines = [(start, end) for start in starts for end in ends]
    axes.add_collection(LineCollection(lines, colors=LINE, linewidths=0.35, alpha=0.75, zorder=0.5))


def _connect_window(axes: Axes, before: Layer, after: Layer, x: float) -> None:
    """Draw the window of ``before`` that one value of ``after`` is computed from."""
    side, (left, low) = _side(before), _front(before, x)
    pixels = 3 if after["kind"] == "convolution" else 2
    window = max(side * float(after.get("window", pixels)) / before["output_shape"][0], 0.07)
    corner = (left + side * 0.62, low + side * 0.6)
    corner = (min(corner[0], left + side - window), min(corner[1], low + side - window))
    axes.add_patch(
        Rectangle(
            corner, window, window, facecolor="none", edgecolor="white", linewidth=1.1, zorder=3
        )
    )
    next_left, next_low = _front(after, x + _STEP)
    target = (next_left + _side(after) * 0.2, next_low + _side(after) * 0.3)
    lines = [
        [(corner[0] + window, corner[1] + window), target],
        [(corner[0] + window, corner[1]), target],
    ]
    axes.add_collection(LineCollection(lines, colors=INK, linewidths=0.6, zorder=4))
    axes.plot(*target, "o", color="white", markersize=2.6, zorder=5)


def _right_points(layer: Layer, x: float) -> list[Point]:
    """Return where lines leave a layer on its right."""
    if _is_volume(layer):
        side, (left, low) = _side(layer), _front(layer, x)
        right = left + side + 0.055 * (_sheets(layer) - 1)
        top = low + side + 0.055 * (_sheets(layer) - 1)
        return [(right, top), (right, low + 0.055 * (_sheets(layer) - 1))]
    return [(x + 0.09, y) for y in _ends(layer)]


def _ends(layer: Layer) -> list[float]:
    """Return the heights at which lines meet a vector."""
    if layer["kind"] == "flatten":
        return [0.98 - 0.14 * place for place in range(15)]
    heights = _heights(layer)
    if int(layer["output_shape"][0]) > _MOST_CIRCLES:
        heights.pop(len(heights) // 2)
    return heights


def _write(axes: Axes, layer: Layer, x: float, *, last: bool) -> None:
    """Write the layer's name above it, its shape and parameters below it, and the ten digits."""
    name = re.sub(r", | (?=\d+ x \d)", "\n", str(layer["name"])).replace(" x ", " × ")
    axes.text(
        x, 1.22, name, ha="center", va="bottom", fontsize=9.5, weight="bold", linespacing=1.25
    )
    shape = " × ".join(f"{size:,}" for size in layer["output_shape"])
    axes.text(x, -1.3, shape, ha="center", va="top", fontsize=10, color=INK)
    parameters = int(layer["parameters"])
    text = f"{parameters:,} parameters" if parameters else "no parameters"
    axes.text(x, -1.53, text, ha="center", va="top", fontsize=8.5, color=MUTED)
    if last and list(layer["output_shape"]) == [10]:
        for digit, y in enumerate(_heights(layer)):
            axes.text(x + 0.17, y, str(digit), ha="left", va="center", fontsize=8, color=MUTED)
