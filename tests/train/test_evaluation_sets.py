"""The built-in sets, and what is measured on them, against counts made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

import tiny
from tenfold.data import corruption_shape, load_mnist
from tenfold.data.corruptions import CORRUPTION_NAMES, corrupt
from tenfold.data.label_errors import CORRECTED_LABELS, DOUBTFUL
from tenfold.errors import OutputError
from tenfold.model import Card, load_model, read_card
from tenfold.report.run_report import write_run_report
from tenfold.train.evaluation_files import (
    evaluate_model,
    evaluate_run,
    keep_figures,
    write_outputs,
)
from tenfold.train.evaluation_sets import evaluate_corrupted, load_optdigits
from tenfold.train.recipes import RECIPES
from tenfold.train.training import TrainingPlan, train_run
from tenfold.values import Split


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "convolution"
    recipe = replace(tiny.RECIPES["convolution"], epochs=6)
    train_run(TrainingPlan(recipe, folder), tiny.tiny_mnist())
    return folder


def test_corrupted_is_the_mean_over_fifteen(run_folder: Path) -> None:
    model, test = load_model(run_folder), tiny.tiny_mnist().test
    found = evaluate_corrupted(model, test)
    assert tuple(found["corruptions"]) == CORRUPTION_NAMES
    assert len(CORRUPTION_NAMES) == 15
    for name in ("stripe", "zigzag"):
        guesses = model.logits(corrupt(test.images, name)).argmax(1)
        assert found["corruptions"][name]["accuracy"] == (guesses == test.labels).mean()
    rows = found["corruptions"].values()
    hot = load_model(run_folder)
    hot.card = replace(model.card, temperature=4.0)
    doubting = evaluate_corrupted(hot, test)
    assert doubting["accuracy"] == found["accuracy"]
    logits = model.logits(corrupt(test.images, "stripe")).astype(np.float64) / 4
    likely = np.exp(logits[np.arange(len(test)), test.labels]) / np.exp(logits).sum(1)
    assert doubting["corruptions"]["stripe"]["loss"] == pytest.approx(-np.log(likely).mean())
    assert found["accuracy"] == pytest.approx(sum(row["accuracy"] for row in rows) / 15)
    assert found["images"] == 1500


def test_optdigits_are_all_there_and_framed() -> None:
    digits = load_optdigits()
    source = load_digits()
    np.testing.assert_array_equal(digits.labels, source.target)
    assert digits.images.shape == (1797, 28, 28)
    for glyph in digits.images[:200]:
        rows, columns = np.flatnonzero(glyph.any(1)), np.flatnonzero(glyph.any(0))
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 24
        assert glyph.max() > 240


def test_outputs_of_a_model_with_eleven_are_of_the_ten_digits(tmp_path: Path) -> None:
    recipe = tiny.RECIPES["negatives"]
    run = train_run(TrainingPlan(recipe, tmp_path / "run"), tiny.tiny_mnist())
    evaluation = evaluate_run(run, tiny.tiny_mnist().test)
    outputs = np.load(run.folder / "outputs.npy", allow_pickle=False)
    assert outputs.shape == (100, 10)
    assert (outputs.sum(1) < 1).all()
    write_outputs(tmp_path / "outputs.csv", outputs)
    heading, first, *_ = (tmp_path / "outputs.csv").read_text().splitlines()
    assert len(heading.split(",")) == len(first.split(",")) == 11
    images = tiny.tiny_mnist().test
    page = write_run_report(run.folder, images.images, images.labels)
    assert "no digit" in page.read_text(encoding="utf-8")
    assert evaluation["n"] == 100


def test_figures_are_kept_in_the_card(run_folder: Path) -> None:
    model = load_model(run_folder)
    keep_figures(model, {"one": {"accuracy": 0.5}, "two": {"accuracy": 0.25}})
    keep_figures(model, {"two": {"accuracy": 0.75}})
    figures = read_card(run_folder / "model").figures
    assert figures["one"] == {"accuracy": 0.5}
    assert figures["two"] == {"accuracy": 0.75}
    assert load_model(run_folder).card.sha256 == model.card.sha256


def test_figures_of_one_model_never_reach_the_card_of_another(run_folder: Path) -> None:
    """Between loading and writing lie minutes of evaluation, in which a training may end."""
    model = load_model(run_folder)
    model.card = replace(model.card, sha256={**model.card.sha256, "model.onnx": "0" * 64})
    card = run_folder / "model" / "card.json"
    before = card.read_bytes()
    with pytest.raises(OutputError, match="must still hold the model that was evaluated"):
        keep_figures(model, {"one": {"accuracy": 0.5}})
    assert card.read_bytes() == before


@pytest.mark.parametrize("name", ["base", "champion", "nano"])
def test_no_variation_of_training_goes_as_far_as_its_corruption(name: str) -> None:
    """Those that both know by a number: a set that trained on itself would measure nothing."""
    varied = RECIPES[name].augmentation
    assert 1.5 * math.radians(varied.rotation) < corruption_shape._ROTATION
    assert 1.5 * varied.shear < math.sin(corruption_shape._SHEAR)
    assert 1 / (1 + varied.scale) > 1.15 * corruption_shape._SCALE
    assert varied.shift < corruption_shape._SHIFT


def test_corrected_labels_are_of_the_images_that_were_mislabelled() -> None:
    """The labels given and agreed on, as the published list states them."""
    given = load_mnist().test.labels
    corrections = {
        947: (8, 9), 1621: (0, 6), 1901: (9, 4), 2462: (2, 0), 2597: (5, 3),
        3558: (5, 0), 5937: (5, 3), 6651: (0, 6), 6783: (1, 6), 9729: (5, 6),
    }  # fmt: skip
    found = {place: (int(given[place]), label) for place, label in CORRECTED_LABELS.items()}
    assert found == corrections
    doubtful = {2654: 6, 3520: 6, 9679: 6}
    assert {place: int(given[place]) for place in doubtful} == doubtful
    assert set(DOUBTFUL) == {*corrections, *doubtful, 2130, 8527}


def test_mnist_is_scored_by_three_kinds_of_labels() -> None:
    """A model that agrees with people errs, by MNIST's labels, on the ten corrected images."""
    labels = np.zeros(10_000, np.uint8)
    answers = labels.copy()
    answers[list(CORRECTED_LABELS)] = list(CORRECTED_LABELS.values())
    answers[[2654, 9999]] = 7

    class People:
        card = Card(name="people", sha256={"model.onnx": "0"}, thresholds={})

        def logits(self, images: np.ndarray) -> np.ndarray:
            return np.eye(10, dtype=np.float32)[answers] * 9

    model: Any = People()
    split = Split(np.ones((10_000, 28, 28), np.uint8), labels)
    found, _ = evaluate_model(model, split, "MNIST test")
    unlike = sum(answer != 0 for answer in CORRECTED_LABELS.values())
    assert found["labels"]["official"] == 1 - (unlike + 2) / 10_000
    assert found["labels"]["ten_corrected"] == 1 - 2 / 10_000
    assert found["labels"]["without_fifteen"] == 1 - 1 / 9_985
    assert len(DOUBTFUL) == 15
    other, _ = evaluate_model(model, split, "mine")
    assert "labels" not in other
