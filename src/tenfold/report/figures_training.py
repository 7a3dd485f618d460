"""Figures of a training: curves by epoch, once finished or while it runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report.extra import report_extra
from tenfold.report.style import (
    GREEN,
    MUTED,
    RED,
    Axes,
    Figure,
    NotebookFigure,
    drawn,
    new_figure,
    percent_ticks,
    say_nothing_to_draw,
)
from tenfold.report.words import decimal, percent

with report_extra():
    from matplotlib.ticker import MaxNLocator

__all__ = ["both_curves", "series", "training_curves"]

History = Sequence[Mapping[str, Any]]

# Red and green look alike to one man in twelve: they differ in line and marker as well.
_LINES = (
    ("training", "", RED, "-", "o"),
    ("validation", "validation_", GREEN, (0, (5, 2)), "s"),
)


def series(history: History, key: str) -> NDArray[np.float64]:
    """Return a metric's value in each epoch, shape (epochs,); not-a-number where it has none."""
    values = [row.get(key) for row in history]
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


@drawn
def training_curves(history: History, metric: str) -> Figure:
    """Draw a metric by epoch: training red, validation green, with lowest, highest and last.

    Args:
        history: One mapping an epoch with "epoch", ``metric`` and maybe ``validation_`` + metric,
            as in ``metrics.jsonl``. A value that is missing or not finite leaves a gap.
        metric: "loss" or "accuracy".
    """
    figure = new_figure(4.9, 3.9)
    _draw_curves(figure.add_subplot(), history, metric)
    return figure


@drawn
def both_curves(history: History) -> Figure:
    """Draw loss and accuracy side by side; quick enough to be redrawn after every epoch."""
    # Fixed margins: a layout that measures every text takes three times as long.
    figure = NotebookFigure(figsize=(10.4, 3.8))
    figure.subplots_adjust(left=0.065, right=0.99, top=0.9, bottom=0.26, wspace=0.19)
    for axes, metric in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        _draw_curves(axes, history, metric)
    return figure


def _draw_curves(axes: Axes, history: History, metric: str) -> None:
    epochs = series(history, "epoch")
    axes.set_title(metric.capitalize())
    show = percent if metric == "accuracy" else decimal
    shown = [
        _draw_line(axes, epochs, series(history, prefix + metric), name, color, line, marker, show)
        for name, prefix, color, line, marker in _LINES
    ]
    if not any(shown):
        say_nothing_to_draw(axes, f"no finite {metric} yet")
        return
    axes.set_xlabel("epoch   (marks: ▼ lowest, ▲ highest, large last)")
    axes.set_xlim(epochs[0] - 0.4, max(epochs[-1], epochs[0] + 1) + 0.4)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y")
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.2),
        borderaxespad=0,
        handlelength=3.2,
        prop={"family": "DejaVu Sans Mono", "size": 7.6},
    )
    if metric == "accuracy":
        percent_ticks(axes.yaxis, _decimals(axes))
    _mark_gaps(axes, history, metric)


def _draw_line(
    axes: Axes,
    epochs: NDArray[np.float64],
    values: NDArray[np.float64],
    name: str,
    color: str,
    line: Any,
    marker: str,
    show: Callable[[float], str],
) -> bool:
    """Draw one line and its three marks; tell whether there was a finite value to draw."""
    finite = np.flatnonzero(np.isfinite(values))
    if not finite.size:
        return False
    shown = np.where(np.isfinite(values), values, np.nan)
    lowest = finite[np.argmin(values[finite])]
    highest = finite[np.argmax(values[finite])]
    last = finite[-1]
    low, high, now = (show(values[index]) for index in (lowest, highest, last))
    label = f"{name:<10} lowest {low}  highest {high}  last {now}"
    small = 3.2 if len(epochs) <= 25 else 0.0
    axes.plot(
        epochs,
        shown,
        color=color,
        linestyle=line,
        linewidth=1.7,
        marker=marker,
        ms=small,
        label=label,
    )
    for index, shape, size in ((lowest, "v", 8), (highest, "^", 8), (last, marker, 8)):
        axes.plot(
            epochs[index], values[index], shape, color=color, ms=size, mec="white", mew=1, zorder=4
        )
    return True


def _decimals(axes: Axes) -> int:
    """Return the decimals that percent ticks need to differ."""
    low, high = axes.get_ylim()
    return 0 if high - low > 0.06 else 1 if high - low > 0.006 else 2


def _mark_gaps(axes: Axes, history: History, metric: str) -> None:
    """Say in the figure that a loss ran away, since a gap alone is easily overlooked."""
    broken = np.flatnonzero(~np.isfinite(series(history, metric)))
    if broken.size:
        epoch = history[int(broken[0])].get("epoch", int(broken[0]) + 1)
        axes.text(
            0.98,
            0.96,
            f"not finite {'from' if broken[-1] == len(history) - 1 else 'in'} epoch {epoch}",
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=MUTED,
        )
