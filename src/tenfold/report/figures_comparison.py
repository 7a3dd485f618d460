"""The published systems side by side: what was claimed and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tenfold.report.extra import report_extra
from tenfold.report.style import (
    ACCENT,
    AMBER,
    LINE,
    MUTED,
    Axes,
    Figure,
    drawn,
    new_figure,
    percent_ticks,
    say_nothing_to_draw,
)

with report_extra():
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator

__all__ = ["comparison"]

_PANELS = (("train_accuracy", "Training accuracy"), ("test_accuracy", "Test accuracy"))


@drawn
def comparison(systems: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw each system's claimed and measured accuracies on one scale.

    Args:
        systems: Mappings of "system", "claimed" (figures by metric) and "measured" (by metric:
            "mean", "std", which may be None, and "values", one a seed), as `reproduction.json`.
    """
    figure = new_figure(9.6, 1.5 + 0.5 * max(len(systems), 1))
    for axes, (metric, title) in zip(figure.subplots(1, 2, sharey=True), _PANELS, strict=True):
        axes.set_title(title)
        if not systems:
            say_nothing_to_draw(axes, "no systems")
            continue
        for row, system in enumerate(systems):
            _draw_row(axes, row, system, metric)
        axes.set_yticks(range(len(systems)), [str(system["system"]) for system in systems])
        axes.set_ylim(len(systems) - 0.4, -0.6)
        axes.margins(x=0.12)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        percent_ticks(axes.xaxis, 1)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    figure.legend(handles=_legend(), loc="outside lower left", ncols=4)
    return figure


def _draw_row(axes: Axes, row: int, system: Mapping[str, Any], metric: str) -> None:
    axes.axhline(row, color="#f0f2f4", linewidth=8, zorder=0)
    measured = system["measured"].get(metric)
    if measured:
        values = [value for value in measured["values"] if value is not None]
        mean, spread = measured["mean"], measured["std"] or 0.0
        axes.plot(values, [row] * len(values), "|", color=LINE, markersize=11, zorder=2)
        axes.plot([mean - spread, mean + spread], [row, row], color=ACCENT, linewidth=2, zorder=3)
        axes.plot(mean, row, "o", color=ACCENT, markersize=7, markeredgecolor="white", zorder=4)
    claimed = system["claimed"].get(metric)
    if claimed is not None:
        axes.plot(claimed, row, "D", mfc="none", color=AMBER, ms=8, mew=1.7, zorder=5)
    elif measured:
        axes.annotate(
            "no claim",
            (measured["mean"], row),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color=MUTED,
        )


def _legend() -> list[Line2D]:
    return [
        Line2D([], [], marker="D", mfc="none", color=AMBER, ls="", ms=7, mew=1.6, label="claimed"),
        Line2D([], [], marker="o", color=ACCENT, ls="", label="measured mean"),
        Line2D([], [], color=ACCENT, lw=2, label="one standard deviation"),
        Line2D([], [], marker="|", color=LINE, ls="", ms=10, label="each seed"),
    ]
