"""The built-in sets, and what is measured on them, against counts made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

import tiny
from tenfold.data import MNIST, corruption_shape, load_mnist
from tenfold.data.corruptions import CORRUPTION_NAMES, corrupt
from tenfold.data.label_errors import CORRECTED_LABELS, DOUBTFUL
from tenfold.errors import DataError, OutputError
from tenfold.model import Card, load_model, read_card
from tenfold.report.run_report import write_run_report
from tenfold.train.evaluation_files import (
    evaluate_model,
    evaluate_run,
    keep_figures,
    write_outputs,
)
from tenfold.train.evaluation_sets import (
    NOT_DIGITS_VERSION,
    area_under_curve,
    drawn_negatives,
    evaluate_corrupted,
    evaluate_refusal,
    load_optdigits,
)
from tenfold.train.negatives import NEGATIVE_KINDS
from tenfold.train.recipes import RECIPES
from tenfold.train.training import TrainingPlan, train_run
from tenfold.values import Split


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.3, 0.7], [0.5], 0.5),
        ([0.5, 0.9], [0.5, 0.1], 0.875),
    ],
)
def test_area_by_hand(positive: list[float], negative: list[float], expected: float) -> None:
    assert area_under_curve(np.array(positive), np.array(negative)) == expected


def test_area_as_scikit_learn_has_it() -> None:
    random = np.random.default_rng(0)
    positive, negative = random.normal(1, 1, 300).round(1), random.normal(0, 1, 200).round(1)
    labels = np.repeat([1, 0], [300, 200])
    expected = roc_auc_score(labels, np.concatenate([positive, negative]))
    assert area_under_curve(positive, negative) == pytest.approx(expected, abs=1e-12)


class Oracle:
    """A stand-in for a model: the mean grey of an image decides the logits."""

    def __init__(self, thresholds: dict[str, float], outputs: int = 11) -> None:
        self.card = Card(name="oracle", sha256={"model.onnx": "0"}, thresholds=thresholds)
        self._outputs = outputs

    def logits(self, images: np.ndarray) -> np.ndarray:
        """The brighter an image, the surer it is a 3; above 100 it is no digit."""
        logits = np.zeros((len(images), self._outputs), np.float32)
        mean = images.mean((1, 2))
        logits[:, 3] = mean / 10
        logits[mean > 100, 10:] = 30
        return logits


def flat(*greys: int) -> np.ndarray:
    return np.stack([np.full((28, 28), grey, np.uint8) for grey in greys])


def test_refusals_are_counted_by_kind() -> None:
    model: Any = Oracle({"not_a_digit": 0.5, "unsure": 0.9})
    strange = flat(0, 200, 200, 90, 10)
    kinds = np.array(["blank", "letter", "letter", "letter", "scribble"])
    digits = Split(flat(80, 60, 10, 0), np.zeros(4, np.uint8))
    found = evaluate_refusal(model, strange, kinds, digits, "some")
    assert found["refused"] == 4 / 5
    assert found["digits_refused"] == 2 / 4
    assert {kind: row["refused"] for kind, row in found["kinds"].items()} == {
        "blank": 1.0,
        "letter": pytest.approx(2 / 3),
        "scribble": 1.0,
    }
    # Confidence: digits 80 > 60 > 10 > 0 (blank); strange 90 > 10 > 200, 200 and blank at 0.
    assert found["auroc"] == pytest.approx((4 + 4 + 3.5 + 0.5) / 20, abs=0.03)
    assert found["refused_interval"][0] < 0.8 < found["refused_interval"][1]


def test_no_picture_is_an_error() -> None:
    model: Any = Oracle({})
    digits = Split(flat(80), np.zeros(1, np.uint8))
    with pytest.raises(DataError, match="some: must hold at least one picture"):
        evaluate_refusal(model, flat(0)[:0], np.array([], str), digits, "some")


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


def test_drawn_negatives_are_the_same_every_time(mnist: MNIST) -> None:
    pictures, kinds = drawn_negatives(mnist)
    again, _ = drawn_negatives(mnist)
    np.testing.assert_array_equal(pictures, again)
    assert len(pictures) == len(kinds) == 5000
    assert set(kinds.tolist()) <= set(NEGATIVE_KINDS)


def test_pictures_of_no_digit_are_made_of_test_images_alone(mnist: MNIST) -> None:
    pictures, _ = drawn_negatives(mnist)
    others = Split(mnist.train.images[:100], mnist.train.labels[:100])
    same, _ = drawn_negatives(replace(mnist, train=others))
    np.testing.assert_array_equal(pictures, same)
    differing, kinds = drawn_negatives(replace(mnist, test=others))
    changed = (pictures != differing).any((1, 2))
    assert changed[kinds == "pair"].all()


def test_the_pictures_of_no_digit_are_those_of_this_version() -> None:
    """When they change, `NOT_DIGITS_VERSION` has to, and every model to be measured again."""
    pictures, kinds = drawn_negatives(load_mnist())
    means = {kind: float(pictures[kinds == kind].mean()) for kind in dict.fromkeys(kinds.tolist())}
    assert NOT_DIGITS_VERSION == 2
    assert means == pytest.approx(
        {
            "by_hand": 35.0, "sign": 32.3, "turned": 33.2, "letter": 46.0, "piece": 25.9,
            "pair": 22.4, "struck_out": 38.5, "scribble": 32.3, "lines": 28.6, "blot": 46.5,
            "garment": 38.7, "texture": 84.6, "crossed_out": 39.9, "with_index": 20.4,
            "beside_one": 28.9,
        },
        abs=0.3,
    )  # fmt: skip


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

    class People(Oracle):
        def logits(self, images: np.ndarray) -> np.ndarray:
            return np.eye(10, dtype=np.float32)[answers] * 9

    model: Any = People({})
    split = Split(np.ones((10_000, 28, 28), np.uint8), labels)
    found, _ = evaluate_model(model, split, "MNIST test")
    unlike = sum(answer != 0 for answer in CORRECTED_LABELS.values())
    assert found["labels"]["official"] == 1 - (unlike + 2) / 10_000
    assert found["labels"]["ten_corrected"] == 1 - 2 / 10_000
    assert found["labels"]["without_fifteen"] == 1 - 1 / 9_985
    assert len(DOUBTFUL) == 15
    other, _ = evaluate_model(model, split, "mine")
    assert "labels" not in other
