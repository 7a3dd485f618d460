"""Every figure: what is drawn, and that neither arguments nor settings are changed."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import fake_folders
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from tenfold.data import MNIST
from tenfold.report import figures
from tenfold.report.render import to_png, to_svg

MNIST_DATA = fake_folders.tiny_mnist()
IMAGES, LABELS = MNIST_DATA.train.images, MNIST_DATA.train.labels
TEST = MNIST_DATA.test
OUTPUTS = fake_folders.make_outputs(TEST.labels)
EVALUATION = fake_folders.make_evaluation(OUTPUTS, TEST.labels)
HISTORY = fake_folders.make_history()
LAYERS = fake_folders.layers_of(fake_folders.CONVOLUTIONS)
DENSE = fake_folders.layers_of(fake_folders.DENSE)
SYSTEMS: list[dict[str, Any]] = [
    {
        "system": "one $seed$",
        "claimed": {"test_accuracy": 0.98},
        "measured": {"test_accuracy": {"mean": 0.981, "std": None, "values": [0.981]}},
    },
    {
        "system": "three",
        "claimed": {},
        "measured": {
            "train_accuracy": {"mean": 0.99, "std": 0.001, "values": [0.989, 0.99, 0.991]},
            "test_accuracy": {"mean": 0.97, "std": 0.002, "values": [0.968, None, 0.972]},
        },
    },
]

DRAW: dict[str, Callable[[], Figure]] = {
    "sheet": lambda: figures.digit_sheet(IMAGES),
    "sheet with labels": lambda: figures.digit_sheet(IMAGES, 2, 3, LABELS, "binary"),
    "sheet of fewer images": lambda: figures.digit_sheet(IMAGES[:3]),
    "sheet of none": lambda: figures.digit_sheet(IMAGES[:0]),
    "four digits": lambda: figures.four_digits(IMAGES),
    "ten digits": lambda: figures.ten_digits(IMAGES, LABELS),
    "single digit": lambda: figures.single_digit(IMAGES[0], 5),
    "class distribution": lambda: figures.class_distribution(LABELS, TEST.labels),
    "class distribution of none": lambda: figures.class_distribution(LABELS[:0], LABELS[:1]),
    "intensity density": lambda: figures.intensity_density(IMAGES[0]),
    "intensity of blank": lambda: figures.intensity_density(np.zeros((28, 28), np.uint8)),
    "intensity of full": lambda: figures.intensity_density(np.full((28, 28), 255, np.uint8)),
    "loss": lambda: figures.training_curves(HISTORY, "loss"),
    "accuracy": lambda: figures.training_curves(HISTORY, "accuracy"),
    "one epoch": lambda: figures.training_curves(HISTORY[:1], "loss"),
    "no epoch": lambda: figures.training_curves([], "loss"),
    "both": lambda: figures.both_curves(HISTORY),
    "both, no epoch": lambda: figures.both_curves([]),
    "confusion": lambda: figures.confusion_matrix(EVALUATION["confusion"]),
    "no confusion": lambda: figures.confusion_matrix(np.eye(10, dtype=int)),
    "no image confused": lambda: figures.confusion_matrix(np.zeros((10, 10), int)),
    "reliability": lambda: figures.reliability_diagram(EVALUATION["calibration"]["bins"], 0.01),
    "risk": lambda: figures.risk_coverage(EVALUATION["risk_coverage"]),
    "risk of none": lambda: figures.risk_coverage({"coverage": [], "risk": []}),
    "no risk": lambda: figures.risk_coverage({"coverage": [0.5, 1.0], "risk": [0.0, 0.0]}),
    "errors": lambda: figures.worst_errors(TEST.images, EVALUATION["worst_errors"]),
    "no errors": lambda: figures.worst_errors(TEST.images, []),
    "probabilities": lambda: figures.probability_matrix(OUTPUTS, TEST.labels),
    "no probabilities": lambda: figures.probability_matrix(OUTPUTS[:0], TEST.labels[:0]),
    "convolutions": lambda: figures.network_diagram(LAYERS or [], IMAGES[0]),
    "dense": lambda: figures.network_diagram(DENSE or []),
    "comparison": lambda: figures.comparison(SYSTEMS),
    "comparison of none": lambda: figures.comparison([]),
}


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_every_figure_renders_as_png_and_svg_without_warnings(draw: Callable[[], Figure]) -> None:
    figure = draw()
    with Image.open(io.BytesIO(to_png(figure, 50))) as picture:
        assert picture.format == "PNG"
        assert picture.width > 50
    svg = to_svg(figure, "name")
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>")
    assert "http" not in svg.replace("http://www.w3.org/", "")


@pytest.mark.parametrize(
    ("risen_from", "left"),
    [(0.0, 0.0), (0.4, 0.0), (0.6, 0.5), (0.85, 0.8), (0.93, 0.9), (1, 0.95)],
)
def test_the_risk_is_shown_from_where_it_can_be_seen(risen_from: float, left: float) -> None:
    """One early error among few answers is a high risk, and sets nothing."""
    coverage = np.arange(1, 1001) / 1000
    risk = np.clip(coverage - risen_from, 0.0, None) + 0.001 * (coverage == 1)
    risk[:20] = 1.0
    figure = figures.risk_coverage({"coverage": coverage, "risk": risk})
    assert figure.axes[0].get_xlim()[0] == left


def test_the_settings_of_the_caller_neither_matter_nor_change() -> None:
    with mpl.rc_context({"figure.facecolor": "black", "font.size": 30.0, "lines.linewidth": 9.0}):
        before = dict(mpl.rcParams)
        other = to_png(figures.training_curves(HISTORY, "loss"), 50)
        assert dict(mpl.rcParams) == before
    assert other == to_png(figures.training_curves(HISTORY, "loss"), 50)


def test_arguments_stay_as_they_were() -> None:
    before = (OUTPUTS.copy(), IMAGES.copy(), repr(EVALUATION), repr(HISTORY), repr(SYSTEMS))
    for draw in DRAW.values():
        draw()
    after = (OUTPUTS, IMAGES, repr(EVALUATION), repr(HISTORY), repr(SYSTEMS))
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])
    assert before[2:] == after[2:]


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_training_is_red_and_solid_validation_green_and_dashed(metric: str) -> None:
    axes = figures.training_curves(HISTORY, metric).axes[0]
    lines = {
        line.get_label().split()[0]: line for line in axes.lines if "lowest" in line.get_label()
    }
    red, green, blue = to_rgb(lines["training"].get_color())
    assert red > 0.6 > 0.3 > max(green, blue)
    red, green, blue = to_rgb(lines["validation"].get_color())
    assert green > 0.4 > 0.3 > max(red, blue)
    assert lines["training"].get_linestyle() != lines["validation"].get_linestyle()
    assert lines["training"].get_marker() != lines["validation"].get_marker()


def test_curves_name_lowest_highest_and_last_value() -> None:
    history = [
        {"epoch": n + 1, "loss": value, "accuracy": 0.5} for n, value in enumerate((3, 1, 2))
    ]
    axes = figures.training_curves(history, "loss").axes[0]
    label = axes.lines[0].get_label()
    assert "lowest 1.0000" in label
    assert "highest 3.0000" in label
    assert "last 2.0000" in label
    marks = [(line.get_xdata()[0], line.get_marker()) for line in axes.lines[1:4]]
    assert marks == [(2.0, "v"), (1.0, "^"), (3.0, "o")]


@pytest.mark.parametrize(
    ("losses", "sentence"),
    [
        ((1.0, math.nan, math.inf), "not finite from epoch 2"),
        ((1.0, None, 0.5), "not finite in epoch 2"),
        ((math.nan, math.nan, math.nan), "no finite loss yet"),
    ],
)
def test_a_loss_that_is_not_finite_is_drawn_as_a_gap_and_said(
    losses: tuple[float | None, ...], sentence: str
) -> None:
    history = [{"epoch": n + 1, "loss": loss, "accuracy": 0.5} for n, loss in enumerate(losses)]
    figure = figures.training_curves(history, "loss")
    to_png(figure, 50)
    assert sentence in [text.get_text() for text in figure.axes[0].texts]


def test_without_validation_there_is_one_line() -> None:
    history = fake_folders.make_history(validation=False)
    axes = figures.training_curves(history, "accuracy").axes[0]
    assert [text.get_text().split()[0] for text in axes.get_legend().get_texts()] == ["training"]


def test_the_confusion_matrix_writes_every_count_and_dots_for_none() -> None:
    matrix = np.diag(np.full(10, 1000))
    matrix[4, 9] = 23
    axes = figures.confusion_matrix(matrix).axes[0]
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(shown) == 100
    assert shown[(9, 4)] == "23"  # column 9, row 4
    assert shown[(9, 9)] == "1,000"
    assert shown[(4, 9)] == "·"
    assert axes.get_title(loc="left") == "23 of 10,023 taken for another digit"


def test_the_class_distribution_shows_both_sets() -> None:
    figure = figures.class_distribution(LABELS, TEST.labels)
    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
    assert heights == [[6] * 10, [4] * 10]


def test_the_intensity_bars_are_a_density_and_zeros_are_counted() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[0] = 255
    axes = figures.intensity_density(image).axes[1]
    assert sum(bar.get_height() * bar.get_width() for bar in axes.patches) == pytest.approx(1)
    assert "756 of 784 pixels (96.4 %) are exactly 0" in axes.texts[0].get_text()


def test_worst_errors_show_the_pictures_of_their_indexes() -> None:
    error = {"index": 3, "label": 3, "guess": 8, "confidence": 0.987}
    axes = figures.worst_errors(TEST.images, [error]).axes[0]
    assert np.array_equal(axes.images[0].get_array(), TEST.images[3])
    assert axes.texts[0].get_text() == "3 → 8   98.7 %"


def test_the_network_names_shapes_and_parameters_and_takes_dollar_signs_literally() -> None:
    layers = [dict(layer) for layer in LAYERS or []]
    layers[0]["name"] = "Input $x_"
    figure = figures.network_diagram(layers)
    to_png(figure, 50)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "Input $x_" in texts
    assert "Convolution 64\n3 × 3\nReLU" in texts
    assert "26 × 26 × 32" in texts
    assert "36,928 parameters" in texts
    assert [text for text in texts if text in "0123456789"] == list("0123456789")


@pytest.mark.parametrize("name", ["sheet", "both", "dense"])
def test_a_notebook_shows_a_figure_without_pyplot(name: str) -> None:
    assert DRAW[name]()._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]


def test_identifiers_of_two_figures_in_one_page_differ() -> None:
    first = to_svg(figures.training_curves(HISTORY, "loss"), "first")
    second = to_svg(figures.training_curves(HISTORY, "loss"), "second")
    assert 'id="first-' in first
    assert 'id="first-' not in second
    assert first.replace("first-", "second-") == second


def test_a_missing_extra_names_the_pip_line(mnist: MNIST) -> None:
    from tenfold.errors import MissingExtraError
    from tenfold.report.extra import report_extra

    def load() -> None:
        with report_extra():
            raise ModuleNotFoundError("No module named 'matplotlib'")

    with pytest.raises(
        MissingExtraError, match=r'drawing figures.*pip install "tenfold\[report\]"'
    ):
        load()
