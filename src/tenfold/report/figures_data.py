"""Figures of the data: sheets of digits, class counts, and the intensities of one image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report.style import (
    ACCENT,
    AMBER,
    INK,
    LINE,
    PALE,
    Axes,
    Figure,
    bare,
    count_ticks,
    drawn,
    new_figure,
    say_nothing_to_draw,
)

__all__ = [
    "class_distribution",
    "digit_sheet",
    "four_digits",
    "intensity_density",
    "single_digit",
    "ten_digits",
]

Images = NDArray[np.uint8]
_CELL = 0.9  # inches a digit


@drawn
def digit_sheet(
    images: Images,
    rows: int = 5,
    columns: int = 5,
    labels: Sequence[Any] | NDArray[Any] | None = None,
    colormap: str = "gray",
) -> Figure:
    """Draw images side by side, row by row.

    Args:
        images: Shape (N, 28, 28), uint8; the first ``rows * columns`` are drawn, or fewer if there
            are fewer.
        rows: Rows of the sheet.
        columns: Columns of the sheet.
        labels: One caption an image, written below it; None for none.
        colormap: A matplotlib name: "gray" draws ink white on black, "binary" black on white.
    """
    height = rows * (_CELL + (0.24 if labels is not None else 0.0))
    figure = new_figure(columns * _CELL, height)
    axes = figure.add_subplot()
    if len(images) == 0:
        say_nothing_to_draw(axes, "no images")
        return figure
    step = 1.12 if labels is None else 1.38  # of a digit's height
    for index, image in enumerate(images[: rows * columns]):
        row, column = divmod(index, columns)
        left, top = column * 1.12, row * step
        _place(axes, image, left, top, colormap)
        if labels is not None:
            axes.text(left + 0.5, top + 1.06, str(labels[index]), ha="center", va="top")
    _frame(axes, columns * 1.12 - 0.12, rows * step - 0.12)
    return figure


@drawn
def four_digits(images: Images) -> Figure:
    """Draw the first four of (N, 28, 28) uint8 images side by side, black ink on white."""
    return digit_sheet(images, rows=1, columns=4, colormap="binary")


@drawn
def ten_digits(images: Images, labels: NDArray[np.uint8]) -> Figure:
    """Draw the first ten of (N, 28, 28) uint8 images in two rows, labels (N,) uint8 below them."""
    return digit_sheet(images, rows=2, columns=5, labels=labels)


@drawn
def single_digit(image: Images, label: int | None = None, colormap: str = "gray") -> Figure:
    """Draw one (28, 28) uint8 image large, with row and column numbers along its sides."""
    figure = new_figure(3.0, 3.2)
    axes = figure.add_subplot()
    axes.imshow(image, cmap=colormap, vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks([0, 9, 18, 27])
    axes.set_yticks([0, 9, 18, 27])
    axes.spines[:].set_visible(False)
    if label is not None:
        axes.set_title(f"label {label}")
    return figure


@drawn
def class_distribution(train_labels: NDArray[np.uint8], test_labels: NDArray[np.uint8]) -> Figure:
    """Draw how many images each digit has; both arguments are (N,) uint8, 0 to 9."""
    figure = new_figure(8.2, 3.5)
    parts = (("Training images", train_labels, ACCENT), ("Test images", test_labels, "#557a9e"))
    for axes, (title, labels, color) in zip(figure.subplots(1, 2), parts, strict=True):
        counts = np.bincount(labels, minlength=10)
        axes.bar(range(10), counts, color=color, width=0.78)
        for digit, count in enumerate(counts):
            axes.annotate(
                f"{count:,}",
                (digit, 0),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                va="bottom",
                rotation=90,
                fontsize=8,
                color="white",
            )
        even = len(labels) / 10
        axes.axhline(even, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.set_title(f"{title} (dashed: a tenth of all, {even:,.0f})", fontsize=9.5)
        axes.set_xticks(range(10))
        axes.set_xlabel("digit")
        axes.set_ylim(0, max(1.0, float(counts.max())) * 1.12)
        axes.grid(axis="y")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        count_ticks(axes.yaxis)
    return figure


@drawn
def intensity_density(image: Images) -> Figure:
    """Draw an image and the density of its pixel intensities.

    Four fifths of a digit's pixels are background, so a density on a plain axis is one needle at
    zero. The axis is logarithmic here, and the background is drawn and counted apart.

    Args:
        image: Shape (28, 28), uint8.
    """
    figure = new_figure(8.2, 3.4)
    picture, density = figure.subplots(1, 2, width_ratios=[1, 2.3])
    picture.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    bare(picture)
    _draw_density(density, image)
    return figure


def _draw_density(axes: Axes, image: Images) -> None:
    width = 8  # intensities a bar: 32 bars
    heights, _ = np.histogram(image, bins=np.arange(0, 257, width), density=True)
    lefts = np.arange(0, 256, width)
    background = int(np.count_nonzero(image == 0))
    colors = [AMBER if left == 0 and background else ACCENT for left in lefts]
    axes.bar(lefts, heights, width=width, align="edge", color=colors, edgecolor="white", lw=0.6)
    axes.set_yscale("log")
    lowest = 0.5 / (image.size * width)  # half a pixel's worth, so that one pixel can be seen
    axes.set_ylim(lowest, max(float(heights.max()), lowest) * 6)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.set_xlim(-2, 258)
    axes.set_xticks([0, 64, 128, 192, 255])
    axes.set_xlabel("pixel intensity (0 background, 255 full ink)")
    axes.set_ylabel("density (logarithmic)")
    axes.set_title("Density of the pixel intensities")
    axes.grid(axis="y")
    share = 100 * background / image.size
    axes.annotate(
        f"{background} of {image.size} pixels ({share:.1f} %) are exactly 0",
        (width, float(heights[0])),
        xytext=(14, 4),
        textcoords="offset points",
        color=AMBER,
        va="center",
    )


def _place(axes: Axes, image: Images, left: float, top: float, colormap: str) -> None:
    """Draw an image as the unit square whose upper left corner is given."""
    extent = (left, left + 1, top + 1, top)
    axes.imshow(image, cmap=colormap, vmin=0, vmax=255, extent=extent, interpolation="nearest")
    if colormap == "binary":
        sides = ([left, left + 1, left + 1, left, left], [top, top, top + 1, top + 1, top])
        axes.plot(*sides, color=PALE, linewidth=1)


def _frame(axes: Axes, right: float, bottom: float) -> None:
    """Show the rectangle from (0, 0), upper left, with a little room for lines at its edge."""
    axes.set_xlim(-0.02, right + 0.02)
    axes.set_ylim(bottom + 0.02, -0.02)
    axes.set_aspect("equal")
    axes.tick_params(color=LINE)
    bare(axes)
