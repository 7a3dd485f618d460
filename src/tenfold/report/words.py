"""Figures in words: how percentages, counts, losses, means and differences are written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "METRICS",
    "count",
    "decimal",
    "duration",
    "figure",
    "listed",
    "mean_and_spread",
    "metric_name",
    "percent",
    "plural",
    "shape",
    "verdict",
]

METRICS = {
    "test_accuracy": "Test accuracy",
    "test_loss": "Test loss",
    "train_accuracy": "Training accuracy",
    "train_loss": "Training loss",
    "train_accuracy_after": "Training accuracy of the finished network",
    "validation_accuracy": "Validation accuracy",
    "validation_loss": "Validation loss",
    "overfitting_gap": "Overfitting gap",
    "epoch_claim_passed": "Epoch in which the training accuracy passed the claim",
    "parameters": "Parameters",
    "accuracy": "Training accuracy",
    "loss": "Training loss",
}
_DASH = "–"


def metric_name(metric: str) -> str:
    """Return a metric's name for people: ``test_loss`` is "Test loss"."""
    if metric in METRICS:
        return METRICS[metric]
    name, _, epoch = metric.rpartition("_epoch_")
    if name in METRICS and epoch.isdigit():
        return f"{METRICS[name]} after {epoch} epochs"
    return metric.replace("_", " ").capitalize()


def percent(value: float | None, decimals: int = 2) -> str:
    """Return a fraction as percent: 0.97664 is "97.66 %"; None is a dash."""
    if value is None:
        return _DASH
    return f"{100 * value:.{decimals}f} %" if math.isfinite(value) else "not finite"


def decimal(value: float | None, decimals: int = 4) -> str:
    """Return a loss: 0.07774 is "0.0777"; None is a dash."""
    if value is None:
        return _DASH
    return f"{value:.{decimals}f}" if math.isfinite(value) else "not finite"


def count(value: float | None) -> str:
    """Return a whole number with commas: 10000 is "10,000"; None is a dash."""
    return _DASH if value is None else f"{value:,.0f}"


def plural(number: int, noun: str, several: str = "") -> str:
    """Return "1 epoch", "10 epochs", or with ``several`` an irregular plural."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def shape(sizes: Sequence[int]) -> str:
    """Return an array's shape as NumPy writes it: "(60000, 28, 28)" and "(60000,)"."""
    return str(tuple(int(size) for size in sizes))


def listed(names: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def duration(seconds: float | None) -> str:
    """Return a span of time: "0.41 s", "12 s", "3 min 05 s"."""
    if seconds is None or not math.isfinite(seconds):
        return _DASH
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def _is_share(metric: str) -> bool:
    return "accuracy" in metric or metric == "overfitting_gap"


def figure(metric: str, value: float | None) -> str:
    """Return a metric's value: accuracies as percent, parameters as a count, losses as decimals."""
    if metric == "overfitting_gap":
        return _DASH if value is None else f"{100 * value:.2f} points".replace("-", "−")
    if _is_share(metric):
        return percent(value)
    if metric == "parameters":
        return count(value)
    if metric.startswith("epoch_"):
        return "not reached" if value is None else f"{value:g}"
    return decimal(value)


def mean_and_spread(metric: str, measured: Mapping[str, Any]) -> str:
    """Return "97.72 % ± 0.08", or the one figure where there was one seed."""
    mean, spread = measured["mean"], measured["std"]
    if spread is None or mean is None or metric == "parameters":
        return figure(metric, mean)
    if metric == "overfitting_gap":
        return f"{100 * mean:.2f} ± {100 * spread:.2f} points".replace("-", "−")
    if _is_share(metric):
        return f"{percent(mean)} ± {100 * spread:.2f}"
    if metric.startswith("epoch_"):
        return f"{mean:g} ± {spread:.1f}" if spread else f"{mean:g}"
    return f"{figure(metric, mean)} ± {spread:.4f}"


def difference(metric: str, by: float) -> str:
    """Return a difference with its sign: "+0.06 points" for shares, "-0.0012" for losses."""
    if _is_share(metric):
        return f"{100 * by:+z.2f} points".replace("-", "−")
    if metric == "parameters":
        return f"{by:+,.0f}".replace("-", "−") if by else "0"
    return f"{by:+z.4f}".replace("-", "−")


def verdict(metric: str, claimed: float, measured: Mapping[str, Any] | None) -> tuple[str, str]:
    """Compare a published figure, which is one run, with the runs measured here.

    Args:
        metric: Name of the figure; a loss is better when lower.
        claimed: What the text says.
        measured: "mean", "std" (None for one seed) and "values"; None if it was not measured.

    Returns:
        The difference of the mean to the claim, and the verdict: "exactly", "reached", "within the
        spread" (the claim lies within two standard deviations of the mean, or between two seeds),
        or by how much it was missed.
    """
    if measured is None or measured["mean"] is None:
        return _DASH, "not measured"
    by = measured["mean"] - claimed
    shown = difference(metric, by)
    if metric == "parameters":
        return shown, "exactly" if by == 0 else "differs"
    if figure(metric, measured["mean"]) == figure(metric, claimed):
        return shown, "reached"
    if (by < 0) == ("loss" in metric):
        return shown, "reached"
    values = [value for value in measured["values"] if value is not None]
    spread = measured["std"]
    if spread is not None and (abs(by) <= 2 * spread or min(values) <= claimed <= max(values)):
        return shown, "within the spread"
    side = "above" if by > 0 else "below"
    amount = difference(metric, abs(by)).lstrip("+")
    return shown, f"{side} by {amount}" + (" (one seed, no spread)" if spread is None else "")
