"""Curves while a network trains: a page that loads itself again, and a figure for notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.report.blocks import Block, Page, Picture, Section, Table, Words
from tenfold.report.figures_training import both_curves, series
from tenfold.report.page import write_page
from tenfold.report.render import to_svg
from tenfold.report.style import Figure
from tenfold.report.words import decimal, duration, metric_name, percent, plural

__all__ = ["extremes", "live_figure", "write_live_page"]

History = Sequence[Mapping[str, Any]]

_REFRESH_SECONDS = 2
_METRICS = ("loss", "validation_loss", "accuracy", "validation_accuracy")


def live_figure(history: History) -> Figure:
    """Return loss and accuracy side by side, training red and validation green.

    In a notebook, show it again after each epoch::

        handle = display(live_figure(history), display_id=True)
        handle.update(live_figure(history))

    Args:
        history: One mapping an epoch, as in ``metrics.jsonl``; may be empty.
    """
    return both_curves(history)


def write_live_page(
    path: Path, title: str, history: History, *, finished: bool, total_epochs: int
) -> None:
    """Write a page with curves and extremes; a browser loads it again until it is finished.

    Args:
        path: The HTML file; replaced in one step, so that a browser never sees half of it.
        title: The page's heading, such as the recipe's name.
        history: One mapping an epoch, as in ``metrics.jsonl``; may be empty.
        finished: Whether training is over; the page then stays as it is.
        total_epochs: Epochs that training was to have.

    Raises:
        MissingExtraError: matplotlib or Jinja is not installed.
        OutputError: The file cannot be written.
    """
    write_page(
        path,
        Page(
            title=title,
            lede=_state(len(history), total_epochs, finished=finished),
            facts=_facts(history, 0 if finished else total_epochs - len(history), total_epochs),
            sections=[Section("Loss and accuracy", _blocks(history))],
            refresh_seconds=0 if finished else _REFRESH_SECONDS,
            contents=False,
            footer="Made by tenfold while training."
            + ("" if finished else f" Loaded again every {_REFRESH_SECONDS} seconds."),
        ),
    )


def extremes(history: History) -> list[list[str]]:
    """Return a row of text for each metric: its name, lowest, highest and current value."""
    rows = []
    for metric in _METRICS:
        if not any(metric in row for row in history):
            continue
        values = series(history, metric)
        finite = values[np.isfinite(values)]
        show = percent if "accuracy" in metric else decimal
        lowest, highest = (finite.min(), finite.max()) if finite.size else (None, None)
        rows.append([metric_name(metric), show(lowest), show(highest), show(float(values[-1]))])
    return rows


def _state(done: int, total: int, *, finished: bool) -> str:
    if finished and done < total:
        return f"Stopped after {plural(done, 'epoch')} of {total}."
    if finished:
        return f"Finished: {plural(done, 'epoch')}."
    if not done:
        return f"Training has begun. The first of {plural(total, 'epoch')} is not over yet."
    return f"Training: epoch {done} of {total} is over."


def _facts(history: History, remaining: int, total: int) -> list[tuple[str, str, str]]:
    if not history:
        return []
    last = history[-1]
    seconds = [row["seconds"] for row in history if row.get("seconds") is not None]
    facts = [("Epoch", f"{len(history)} of {total}", "")]
    for metric in ("loss", "accuracy"):
        show = percent if metric == "accuracy" else decimal
        held_out = last.get(f"validation_{metric}")
        remark = f"validation {show(held_out)}" if held_out is not None else ""
        facts.append((metric_name(metric), show(last.get(metric)), remark))
    if seconds:
        left = remaining * sum(seconds) / len(seconds)
        remark = f"about {duration(left)} to go" if left > 0 else f"{duration(sum(seconds))} in all"
        facts.append(("An epoch", duration(seconds[-1]), remark))
    return facts


def _blocks(history: History) -> list[Block]:
    if not history:
        return [Words("The curves appear after the first epoch.")]
    rows = extremes(history)
    alt = "; ".join(
        f"{name}: lowest {low}, highest {high}, now {now}" for name, low, high, now in rows
    )
    return [
        Picture(
            alt=f"Curves of loss and accuracy by epoch. {alt}.",
            caption="Training red, validation green. Training values are means over the epoch, "
            "taken while the weights change.",
            svg=to_svg(live_figure(history), "live", live_text=True),
            width=1040,
            scrolls=True,
        ),
        Table("Each metric so far.", ["Metric", "Lowest", "Highest", "Current"], rows),
    ]
