"""The things a report can show, by name, and how each is built.

The names are those that a published system lists as what it shows its reader (``shows`` in
`reproduction.json`), and those that tenfold adds to every system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenfold.data import MNIST
from tenfold.errors import RunError, nearest
from tenfold.report import sections_confidence as confidence
from tenfold.report import sections_data as data
from tenfold.report import sections_evaluation as evaluated
from tenfold.report import sections_pictures as pictures
from tenfold.report import sections_training as training
from tenfold.report.blocks import Section
from tenfold.report.claims import train_and_test
from tenfold.report.gallery import Gallery
from tenfold.report.inputs import Run

__all__ = ["SECTIONS", "Material", "build_sections"]


@dataclass(frozen=True)
class Material:
    """What the sections of a system's report are built from.

    Attributes:
        mnist: The data.
        reproduction: The content of `reproduction.json`.
        run: The run whose figures are shown, the first seed's.
        evaluation: That run's figures on the test images.
        gallery: Where figures go.
    """

    mnist: MNIST
    reproduction: Mapping[str, Any]
    run: Run
    evaluation: Mapping[str, Any]
    gallery: Gallery


SECTIONS: Mapping[str, Callable[[Material], Section]] = {
    "statistics": lambda m: data.summary(m.mnist, m.gallery),
    "shapes": lambda m: data.shapes(m.mnist, m.gallery),
    "scaling": lambda m: data.scaling(m.mnist, m.gallery),
    "one_hot": lambda m: data.one_hot(m.mnist, m.gallery),
    "sheet": lambda m: pictures.sheet(m.mnist, m.gallery),
    "four_digits": lambda m: pictures.four_digits(m.mnist, m.gallery),
    "single_digits": lambda m: pictures.single_digits(m.mnist, m.gallery),
    "ten_digits": lambda m: pictures.ten_digits(m.mnist, m.gallery),
    "class_distribution": lambda m: pictures.class_distribution(m.mnist, m.gallery),
    "intensity_density": lambda m: pictures.intensity_density(m.mnist, m.gallery),
    "network": lambda m: training.network(
        m.reproduction["recipe"], m.reproduction["layers"], m.gallery, m.mnist.train.images[0]
    ),
    "epoch_log": lambda m: training.epoch_log(m.reproduction["recipe"], m.run.history),
    "curves": lambda m: training.curves(m.run.history, m.gallery),
    "live_curves": lambda m: training.live_curves(m.run.history, m.gallery),
    "overfitting_gap": lambda m: training.overfitting_gap(
        m.run.history[-1]["accuracy"] or 0.0,
        m.evaluation["accuracy"],
        m.reproduction["measured"],
    ),
    "train_and_test": lambda m: train_and_test(m.reproduction),
    "test_in_words": lambda m: evaluated.test_in_words(m.evaluation),
    "probability_matrix": lambda m: confidence.probability_matrix(
        m.run.outputs, m.mnist.test.labels, m.gallery
    ),
    "confusion_matrix": lambda m: evaluated.confusion_matrix(m.evaluation, m.gallery),
    "per_class": lambda m: evaluated.per_class(m.evaluation),
    "calibration": lambda m: confidence.calibration(m.evaluation, m.gallery),
    "risk_coverage": lambda m: confidence.risk_coverage(m.evaluation, m.gallery),
    "worst_errors": lambda m: evaluated.worst_errors(m.evaluation, m.mnist.test.images, m.gallery),
}


def build_sections(names: Sequence[str], material: Material) -> list[Section]:
    """Return the named sections in order.

    Raises:
        RunError: A name has no section; the message says the nearest that has.
    """
    for name in names:
        if name not in SECTIONS:
            raise RunError(f"shows: no section '{name}'; {nearest(name, SECTIONS)}")
    return [SECTIONS[name](material) for name in names]
