"""Sections about the network and its training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report import figures
from tenfold.report.blocks import Block, Code, Row, Section, Table, Words
from tenfold.report.gallery import Gallery
from tenfold.report.layers import summary_rows
from tenfold.report.live import extremes
from tenfold.report.training_words import (
    held_out,
    layer_words,
    loss_words,
    optimizer_words,
    schedule_words,
)
from tenfold.report.words import count, decimal, duration, mean_and_spread, percent, plural

__all__ = ["curves", "epoch_log", "live_curves", "network", "overfitting_gap"]

History = Sequence[Mapping[str, Any]]

_LONG_LOG = 15  # epochs beyond which the table is folded away


def network(
    recipe: Mapping[str, Any],
    layers: Sequence[Mapping[str, Any]] | None,
    gallery: Gallery,
    image: NDArray[np.uint8] | None = None,
) -> Section:
    """The network layer by layer, drawn and as a table.

    Args:
        recipe: The resolved recipe.
        layers: What each layer makes of the one before, the input first; None if not known.
        gallery: Where the figure goes.
        image: Shape (28, 28), uint8, drawn as the input.
    """
    if layers is None:
        kinds = ", ".join(f"`{layer['kind']}`" for layer in recipe["network"])
        return Section("The network", [Words(f"From the 28 × 28 image to ten outputs: {kinds}.")])
    total = sum(layer["parameters"] for layer in layers)
    alt = "The network drawn from left to right: " + "; ".join(
        f"{row[0]}, output {row[1]}, {row[2]} parameters" for row in summary_rows(layers)[:-1]
    )
    blocks: list[Block] = [
        gallery.picture(
            "network",
            figures.network_diagram(layers, image),
            alt=alt + ".",
            caption="Each layer with its output shape and its parameters. Squares are grids of "
            "numbers, as many behind each other as there are channels (drawn fewer); circles are "
            "single numbers (drawn fewer, too).",
            scrolls=True,
        ),
        Table(
            f"The {count(total)} parameters, and where they come from.",
            ["Layer", "Output shape", "Parameters", "Arithmetic"],
            summary_rows(layers),
            text_columns=(3,),
        ),
    ]
    blocks += [Words(words) for words in layer_words(recipe)]
    return Section("The network, layer by layer", blocks)


def epoch_log(recipe: Mapping[str, Any], history: History) -> Section:
    """How it is trained, in words, and a row for each epoch."""
    watched = any("validation_loss" in row for row in history)
    headings = ["Epoch", "Time", "Loss", "Accuracy"]
    headings += ["Validation loss", "Validation accuracy"] if watched else []
    table = Table(
        f"The log of {plural(len(history), 'epoch')}.",
        headings,
        [_epoch_row(row, watched=watched) for row in history],
        collapsed=len(history) > _LONG_LOG,
    )
    return Section(
        "Training, epoch by epoch",
        [
            Words(held_out(recipe)[1]),
            Words(schedule_words(recipe)),
            Words(loss_words(recipe)),
            Words(optimizer_words(recipe)),
            table,
            Words(
                "Loss and accuracy in this log are means over the epoch's batches, taken while the "
                "weights change. In the first epoch they are therefore worse than what the network "
                "can do at its end."
                + (" Validation figures are measured at the end of the epoch." if watched else "")
            ),
        ],
    )


def _epoch_row(row: Mapping[str, Any], *, watched: bool) -> list[str]:
    cells = [
        str(row["epoch"]),
        duration(row.get("seconds")),
        decimal(row["loss"]),
        percent(row["accuracy"]),
    ]
    if watched:
        cells += [decimal(row.get("validation_loss")), percent(row.get("validation_accuracy"))]
    return cells


def curves(history: History, gallery: Gallery) -> Section:
    """Curves of accuracy and loss, training red against validation green."""
    watched = any("validation_loss" in row for row in history)
    blocks: list[Block] = [
        Words(
            "Each line is one figure, epoch by epoch: training red, validation green and dashed. "
            "Accuracy should rise and loss should fall."
            if watched
            else "Each line is one figure of the training, epoch by epoch. Nothing was held out, "
            "so there is no validation line."
        ),
        Row([_curve(history, metric, gallery) for metric in ("accuracy", "loss")]),
    ]
    if watched:
        blocks.append(Words(_turning_point(history)))
    return Section("Curves of accuracy and loss", blocks)


def _curve(history: History, metric: str, gallery: Gallery) -> Any:
    return gallery.picture(
        f"curve-{metric}",
        figures.training_curves(history, metric),
        alt=f"Curve of the {metric} by epoch. " + _alt(history, metric),
        caption=f"{metric.capitalize()} by epoch. The marks show the lowest, highest and last "
        "value.",
    )


def _alt(history: History, metric: str) -> str:
    return "; ".join(
        f"{name}: lowest {low}, highest {high}, last {last}"
        for name, low, high, last in extremes(history)
        if metric in name.lower()
    )


def _turning_point(history: History) -> str:
    """Return what the validation loss says about overfitting."""
    losses = [row.get("validation_loss") for row in history]
    finite = [
        (loss, row["epoch"])
        for loss, row in zip(losses, history, strict=True)
        if loss is not None and math.isfinite(loss)
    ]
    if not finite:
        return "The validation loss was never finite."
    best, epoch = min(finite)
    last = finite[-1][0]
    if epoch == history[-1]["epoch"]:
        return "The validation loss was lowest in the last epoch: more epochs might still help."
    return (
        f"The validation loss was lowest in epoch {epoch}, at {decimal(best)}; at the end it is "
        f"{decimal(last)}. Where the training loss goes on falling while the validation loss "
        "rises, the network learns its training images by heart: it *overfits*."
    )


def live_curves(history: History, gallery: Gallery) -> Section:
    """Loss and accuracy as the live page showed them, with lowest, highest and current value."""
    return Section(
        "Live curves",
        [
            Words(
                "While the network trains, these curves are drawn anew after each epoch, with the "
                "lowest, highest and current value of each figure. This is how they ended. To "
                "watch them grow, add `--live` and open the page it names."
            ),
            gallery.picture(
                "live-curves",
                figures.both_curves(history),
                alt="Curves of loss and accuracy by epoch. "
                + "; ".join(
                    f"{name}: lowest {low}, highest {high}, last {last}"
                    for name, low, high, last in extremes(history)
                )
                + ".",
                caption="Loss and accuracy: training red, validation green and dashed.",
                scrolls=True,
            ),
            Table(
                "Each figure at the end.",
                ["Figure", "Lowest", "Highest", "Last"],
                extremes(history),
            ),
        ],
    )


def overfitting_gap(
    train_accuracy: float, test_accuracy: float, reproduction: Mapping[str, Any] | None = None
) -> Section:
    """The gap between training and test accuracy, named and explained.

    Args:
        train_accuracy: Fraction, as logged in the last epoch.
        test_accuracy: Fraction.
        reproduction: "overfitting_gap" and "train_accuracy_after" over all seeds, each with
            "mean", "std" and "values".
    """
    gap = 100 * (train_accuracy - test_accuracy)
    measured = reproduction or {}
    over_seeds = measured.get("overfitting_gap")
    blocks: list[Block] = [
        Words(
            f"In its last epoch the network was right on {percent(train_accuracy)} of its training "
            f"images; on the test images it is right on {percent(test_accuracy)}. "
            + (_GAP if gap > 0 else _NO_GAP)
        ),
        Code(
            f"training accuracy   {percent(train_accuracy):>9}\n"
            f"test accuracy       {percent(test_accuracy):>9}\n"
            f"gap                 {gap:>+6.2f} points"
        ),
    ]
    if over_seeds and over_seeds["std"] is not None:
        blocks.append(
            Words(f"Over all seeds the gap is {mean_and_spread('overfitting_gap', over_seeds)}.")
        )
    finished = _finished_gap(measured.get("train_accuracy_after"), test_accuracy)
    blocks.append(Words(_RUNNING_MEAN + finished))
    blocks.append(Words(_NO_FAULT))
    return Section("The overfitting gap", blocks)


_GAP = (
    "The difference is called *overfitting*: part of what the network has learned holds for its "
    "training images only."
)
_NO_GAP = (
    "That is no sign that there is no *overfitting*: the two figures are taken in different ways, "
    "and early in a training this hides the gap."
)
_RUNNING_MEAN = (
    "The training accuracy is the one that the epoch log shows: a mean over the last epoch, taken "
    "while the weights change, and with dropout on where there is any. "
)
_NO_FAULT = (
    "A gap is not a fault by itself; nearly every network has one. It becomes a fault when more "
    "training widens it while the test accuracy falls. More data, dropout, or stopping sooner make "
    "it smaller."
)


def _finished_gap(after: Mapping[str, Any] | None, test_accuracy: float) -> str:
    """Return a sentence about the gap of the finished network, if that was measured."""
    if not after or after["values"][0] is None:
        return "The finished network does better on those images than this."
    finished = after["values"][0]
    return (
        f"The finished network is right on {percent(finished)} of those images, which is "
        f"{100 * (finished - test_accuracy):.2f} points more than on the test images."
    )
