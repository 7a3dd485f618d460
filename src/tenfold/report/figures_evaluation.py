"""Figures of an evaluation: confusions, calibration, refusal, and the worst errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report.figures_data import digit_sheet
from tenfold.report.style import (
    ACCENT,
    AMBER,
    BLUES,
    INK,
    LINE,
    PALE,
    RED,
    REDS,
    Axes,
    Figure,
    PowerNorm,
    count_ticks,
    drawn,
    new_figure,
    percent_ticks,
    say_nothing_to_draw,
)

__all__ = [
    "confusion_matrix",
    "probability_matrix",
    "reliability_diagram",
    "risk_coverage",
    "worst_errors",
]

_FEW = 0.05  # coverage up to which one error is a high risk
_STARTS = 0.95, 0.9, 0.8, 0.5  # where the axis of a network may start that is hardly ever wrong
_UNSEEN = 0.05  # of the figure's height: a risk too low to be seen


@drawn
def confusion_matrix(matrix: NDArray[np.int64] | Sequence[Sequence[int]]) -> Figure:
    """Draw how often each digit was taken for each other one.

    The diagonal, thousands of right answers, is left pale; the errors beside it are coloured, so
    that a dozen among ten thousand can be seen.

    Args:
        matrix: Shape (10, 10), whole numbers; row the true digit, column the predicted one.
    """
    counts = np.asarray(matrix)
    size = len(counts)
    figure = new_figure(6.2, 5.9)
    axes = figure.add_subplot()
    errors = np.where(np.eye(size, dtype=bool) | (counts == 0), np.nan, counts.astype(float))
    most = float(np.nanmax(errors)) if np.isfinite(errors).any() else 1.0
    axes.imshow(errors, cmap=REDS, norm=PowerNorm(0.6, 0, most))
    axes.imshow(np.where(np.eye(size, dtype=bool), 0.3, np.nan), cmap=BLUES, vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        right = row == column
        color = INK if right else LINE if count == 0 else "white" if count > 0.55 * most else INK
        weight = "bold" if right else "normal"
        text = f"{count:,}" if count else "·"
        axes.text(
            column, row, text, ha="center", va="center", color=color, weight=weight, fontsize=8.5
        )
    axes.set_xticks(range(size))
    axes.set_yticks(range(size))
    axes.set_xticks(np.arange(-0.5, size), minor=True)
    axes.set_yticks(np.arange(-0.5, size), minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted digit")
    axes.set_ylabel("true digit")
    wrong = int(counts.sum() - np.trace(counts))
    axes.set_title(f"{wrong:,} of {int(counts.sum()):,} taken for another digit")
    return figure


@drawn
def reliability_diagram(bins: Sequence[Mapping[str, Any]], ece: float) -> Figure:
    """Draw how often the network is right at each confidence, above the images at each.

    Guo et al., On Calibration of Modern Neural Networks, https://arxiv.org/abs/1706.04599.

    Args:
        bins: Mappings of "low", "high", "count", "confidence" and "accuracy", the last two means
            over the bin's images, None in an empty bin.
        ece: Expected calibration error, a fraction.
    """
    figure = new_figure(5.4, 5.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    filled = [one for one in bins if one["count"]]
    above.plot([0, 1], [0, 1], color=LINE, linewidth=1, linestyle=(0, (4, 3)))
    for one in filled:
        _draw_bin(above, one)
    above.set_ylim(0, 1.02)
    above.set_xlim(0, 1)
    above.set_ylabel("share that is right")
    above.set_title(f"Expected calibration error {100 * ece:.2f} %")
    percent_ticks(above.yaxis)
    above.grid(axis="y")
    below.bar(
        [one["low"] for one in bins],
        [one["count"] for one in bins],
        width=[one["high"] - one["low"] for one in bins],
        align="edge",
        color=PALE,
        edgecolor="white",
    )
    below.set_yscale("symlog", linthresh=1)
    below.set_yticks([0, 1, 10, 100, 1000, 10_000])
    below.minorticks_off()
    below.set_ylabel("images")
    below.set_xlabel("confidence of the answer   (dashed: confidence = share that is right)")
    count_ticks(below.yaxis)
    percent_ticks(below.xaxis)
    figure.align_ylabels([above, below])
    return figure


def _draw_bin(axes: Axes, one: Mapping[str, Any]) -> None:
    """Draw a bin's accuracy as a bar and its distance to the mean confidence as a line."""
    low, width = one["low"], one["high"] - one["low"]
    axes.bar(low, one["accuracy"], width, align="edge", color="#9bb8d3", edgecolor="white")
    middle = low + width / 2
    axes.plot([middle, middle], [one["accuracy"], one["confidence"]], color=RED, linewidth=1.6)
    axes.plot([middle], [one["accuracy"]], "o", color=ACCENT, markersize=4)


@drawn
def risk_coverage(curve: Mapping[str, Any]) -> Figure:
    """Draw the share of wrong answers among the answered, by the share that is answered.

    Geifman and El-Yaniv, Selective Classification for Deep Neural Networks,
    https://arxiv.org/abs/1705.08500.

    Args:
        curve: "coverage" and "risk", sequences of fractions of one length; "area" below the curve;
            "at", mappings of "coverage" and "accuracy" to be marked, may be missing.
    """
    figure = new_figure(6.2, 3.9)
    axes = figure.add_subplot()
    coverage, risk = np.asarray(curve["coverage"], float), np.asarray(curve["risk"], float)
    if not coverage.size:
        say_nothing_to_draw(axes, "no answers")
        return figure
    # More points than the figure has pixels would only make the file larger.
    chosen = np.unique(np.linspace(0, len(coverage) - 1, 600).astype(int))
    axes.fill_between(coverage[chosen], risk[chosen], color="#dfe8f0", linewidth=0)
    axes.plot(coverage[chosen], risk[chosen], color=ACCENT, linewidth=1.7)
    # Among the first few answers one error is a high risk: they must not set the scale.
    top = max(float(np.nanmax(risk[coverage >= min(_FEW, coverage[-1])])), 1e-4)
    marked = []
    for point in curve.get("at", ()):
        wrong = 1 - point["accuracy"]
        marked.append(f"{100 * point['coverage']:g} % answered: {100 * wrong:.2f} % of them wrong")
        axes.plot(point["coverage"], wrong, "o", color=AMBER, ms=6, mec="white", zorder=4)
    text = "\n".join(marked)
    axes.text(0.03, 0.95, text, transform=axes.transAxes, va="top", color=AMBER, linespacing=1.6)
    left = _first_to_show(coverage, risk, top)
    axes.set_xlim(left, 1 + 0.01 * (1 - left))
    axes.set_ylim(0, top * 1.25)
    axes.set_xlabel("coverage: share of the images that is answered, the surest first")
    axes.set_ylabel("risk: share of the answers that is wrong")
    axes.set_title("What refusing the unsure would save")
    percent_ticks(axes.xaxis)
    percent_ticks(axes.yaxis, 0 if top > 0.06 else 1 if top > 0.006 else 2)
    axes.grid(axis="y")
    return figure


def _first_to_show(coverage: NDArray[Any], risk: NDArray[Any], top: float) -> float:
    """Return the coverage, 0 to 1, from which on anything is to be seen of the risk."""
    for start in _STARTS:
        before = (coverage >= _FEW) & (coverage < start)
        if before.any() and np.nanmax(risk[before]) < _UNSEEN * top:
            return start
    return 0.0


@drawn
def worst_errors(images: NDArray[np.uint8], errors: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the surest wrong answers, each with true digit, answer and confidence.

    Args:
        images: Shape (N, 28, 28), uint8: all the images that were scored.
        errors: Mappings of "index" into ``images``, "label", "guess" and "confidence", at most 25
            of which are drawn.
    """
    shown = list(errors)[:25]
    if not shown:
        figure = new_figure(5.0, 1.2)
        say_nothing_to_draw(figure.add_subplot(), "no errors")
        return figure
    columns = min(5, len(shown))
    captions = [f"{e['label']} → {e['guess']}   {100 * e['confidence']:.1f} %" for e in shown]
    picked = images[[e["index"] for e in shown]]
    figure = digit_sheet(picked, -(-len(shown) // columns), columns, captions)
    figure.set_size_inches(columns * 1.25, figure.get_figheight() * 1.3)
    return figure


@drawn
def probability_matrix(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Figure:
    """Draw the outputs for all images as one heat map.

    The images are sorted by their true digit, and among those of a digit by its output, so that the
    doubtful ones stand together at the lower end of each band.

    Args:
        probabilities: Shape (N, 10), 0 to 1.
        labels: Shape (N,), uint8.
    """
    figure = new_figure(5.6, 6.2)
    axes = figure.add_subplot()
    if not len(labels):
        say_nothing_to_draw(axes, "no images")
        return figure
    order = np.lexsort((-probabilities[np.arange(len(labels)), labels], labels))
    # Below a ten-thousandth all is drawn alike; the logarithm shows the hesitations above it.
    logarithms = np.log10(np.clip(probabilities[order].astype(np.float64), 1e-4, 1))
    rows = -(-len(labels) // 600)  # images a row of the heat map, which has no more to show them
    starts = np.arange(0, len(labels), rows)
    means = np.add.reduceat(logarithms, starts) / np.diff([*starts, len(labels)])[:, None]
    extent = (-0.5, probabilities.shape[1] - 0.5, len(labels), 0)
    heat = axes.imshow(
        means, aspect="auto", cmap=BLUES, vmin=-4, vmax=0, extent=extent, interpolation="nearest"
    )
    edges = np.searchsorted(labels[order], np.arange(11))
    axes.hlines(edges[1:-1], -0.5, 9.5, color="white", linewidth=1.5)
    axes.set_yticks((edges[:-1] + edges[1:]) / 2, [f"images of {digit}" for digit in range(10)])
    axes.set_xticks(range(10))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("output for the digit")
    axes.set_title(f"{len(labels):,} images x {probabilities.shape[1]} outputs")
    bar = figure.colorbar(heat, ax=axes, shrink=0.5, ticks=[-4, -3, -2, -1, 0], pad=0.03)
    bar.ax.set_yticklabels(["0.0001", "0.001", "0.01", "0.1", "1"])
    bar.outline.set_visible(False)
    return figure
