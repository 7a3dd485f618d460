"""Every figure, in one place: arrays and mappings in, a matplotlib `Figure` out.

Each is drawn in tenfold's style whatever the caller's matplotlib settings are, changes none of its
arguments and keeps no state. `tenfold.report.render` turns one into PNG or SVG.
"""

from __future__ import annotations

from tenfold.report.figures_comparison import comparison
from tenfold.report.figures_data import (
    class_distribution,
    digit_sheet,
    four_digits,
    intensity_density,
    single_digit,
    ten_digits,
)
from tenfold.report.figures_evaluation import (
    confusion_matrix,
    probability_matrix,
    reliability_diagram,
    risk_coverage,
    worst_errors,
)
from tenfold.report.figures_network import network_diagram
from tenfold.report.figures_training import both_curves, training_curves

__all__ = [
    "both_curves",
    "class_distribution",
    "comparison",
    "confusion_matrix",
    "digit_sheet",
    "four_digits",
    "intensity_density",
    "network_diagram",
    "probability_matrix",
    "reliability_diagram",
    "risk_coverage",
    "single_digit",
    "ten_digits",
    "training_curves",
    "worst_errors",
]
