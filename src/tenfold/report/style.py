"""How every figure looks: colours, sizes and helpers for axes.

Importing this module loads matplotlib. Figures are built through its object interface, inside
`drawn`, which starts from matplotlib's defaults and leaves the caller's settings as they were.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from tenfold.report.extra import report_extra

with report_extra():
    import matplotlib.style
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

__all__ = [
    "ACCENT",
    "AMBER",
    "BLUES",
    "GREEN",
    "INK",
    "LINE",
    "MUTED",
    "PALE",
    "RED",
    "REDS",
    "STYLE",
    "Axes",
    "Figure",
    "NotebookFigure",
    "PowerNorm",
    "bare",
    "count_ticks",
    "drawn",
    "new_figure",
    "percent_ticks",
    "rc_context",
    "say_nothing_to_draw",
    "styled",
]

INK = "#1f2933"
MUTED = "#5b6770"
LINE = "#a3adb5"
PALE = "#e6e9ec"
ACCENT = "#2f5d8a"
AMBER = "#b7791f"
RED = "#c62828"  # training
GREEN = "#2e7d32"  # validation
BLUES = LinearSegmentedColormap.from_list("tenfold_blues", ["#f3f6f9", "#9bb8d3", ACCENT])
REDS = LinearSegmentedColormap.from_list("tenfold_reds", ["#fdeeee", "#ef9a9a", RED])

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so figures are the same everywhere
    "font.size": 9.0,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.titlecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.labelpad": 6.0,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "text.color": INK,
    "text.parse_math": False,  # a name with a dollar sign is a name, not a formula
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.constrained_layout.w_pad": 0.1,
    "figure.constrained_layout.h_pad": 0.1,
    "svg.fonttype": "path",  # the same letters on a machine without the font
    "svg.hashsalt": "tenfold",  # the same file for the same figure
}

_Parameters = ParamSpec("_Parameters")


def styled() -> Any:
    """Return a context in which matplotlib has tenfold's settings, whatever the caller's are."""
    return matplotlib.style.context(["default", STYLE])


def drawn(build: Callable[_Parameters, Figure]) -> Callable[_Parameters, Figure]:
    """Make a function that builds a figure do so in tenfold's style."""

    @wraps(build)
    def build_in_style(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> Figure:
        with styled():
            return build(*args, **kwargs)

    return build_in_style


class NotebookFigure(Figure):
    """A figure that a notebook shows by itself.

    A plain `Figure` appears in a notebook only once pyplot has registered how to draw it.
    """

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        with styled():
            self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of that size in inches, which arranges its axes by itself."""
    return NotebookFigure(figsize=(width, height), layout="constrained")


def bare(axes: Axes) -> None:
    """Remove spines and ticks: for pictures and drawings."""
    axes.set_axis_off()


def percent_ticks(axis: Any, decimals: int = 0) -> None:
    """Write an axis's fractions as percent."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.{decimals}f} %"))


def count_ticks(axis: Any) -> None:
    """Write an axis's whole numbers with a comma at the thousands."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def say_nothing_to_draw(axes: Axes, sentence: str) -> None:
    """Put a sentence where a picture would be."""
    bare(axes)
    axes.text(0.5, 0.5, sentence, ha="center", va="center", color=MUTED, transform=axes.transAxes)
