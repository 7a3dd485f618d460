"""Temperature, thresholds and what an accuracy costs, from images with known answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tiny
from tenfold.data import MNIST
from tenfold.decide import softmax
from tenfold.errors import RunError
from tenfold.model import COVERAGE_LEVELS, load_model
from tenfold.train.calibrate import _operating_points, calibrate, calibrate_by_runs
from tenfold.train.export import export_run
from tenfold.train.runs import Run
from tenfold.train.training import TrainingPlan, train_run


def sampled(count: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose distributions are true, then made ``scale`` times too sure."""
    random = np.random.default_rng(8)
    logits = random.normal(0, 2.5, (count, 10))
    labels = np.array([random.choice(10, p=row) for row in softmax(logits)])
    return (logits * scale).astype(np.float32), labels.astype(np.uint8)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_what_was_too_sure(scale: float) -> None:
    logits, labels = sampled(6000, scale)
    assert calibrate(logits, labels, {}).temperature == pytest.approx(scale, rel=0.05)


def test_nine_in_1000_held_out_digits_are_refused() -> None:
    logits, labels = sampled(6000, 1.0)
    found = calibrate(logits, labels, {"images": 6000})
    confidence = softmax(logits / found.temperature).max(1)
    assert (confidence < found.thresholds["unsure"]).mean() == pytest.approx(0.009, abs=3e-4)
    assert set(found.thresholds) == {"unsure"}
    assert found.fitted_on == {"images": 6000}


def test_what_is_taken_for_no_digit_has_no_coverage() -> None:
    logits, labels = sampled(2000, 1.0)
    none = np.full((2000, 1), -50, np.float32)
    none[:100] = 50
    found = calibrate(np.hstack([logits, none]), labels, {})
    assert found.thresholds["not_a_digit"] == 0.5
    assert found.coverage[0] == 0.95
    assert found.operating_points == [] or found.operating_points[-1]["coverage"] <= 0.95


def test_coverage_falls_as_the_threshold_rises() -> None:
    logits, labels = sampled(3000, 1.0)
    found = calibrate(logits, labels, {})
    confidence = softmax(logits / found.temperature).max(1)
    assert len(found.coverage) == len(COVERAGE_LEVELS)
    assert found.coverage[0] == 1
    assert found.coverage == sorted(found.coverage, reverse=True)
    for level, share in zip(COVERAGE_LEVELS, found.coverage, strict=True):
        assert share == pytest.approx((confidence >= level).mean(), abs=1e-3)


def test_an_accuracy_is_bought_with_coverage() -> None:
    confidence = np.linspace(1, 0.1, 1000)
    right = np.ones(1000, bool)
    right[[400, 600, 601, 900]] = False
    points = _operating_points(confidence, right, (0.99, 0.995, 0.997, 0.9999))
    assert [point["accuracy"] for point in points] == [0.99, 0.995, 0.997]
    assert [point["coverage"] for point in points] == [1.0, 1.0, 0.4]
    for point in points:
        answered = confidence >= point["unsure"]
        assert answered.mean() == pytest.approx(point["coverage"], abs=2e-3)
        assert 1 - (~right[answered]).sum() / answered.sum() >= point["accuracy"]


def test_equal_confidences_flatter_nothing() -> None:
    """The error among equals counts as if it came first: no order of images hides it."""
    right = np.ones(300, bool)
    right[299] = False
    (point,) = _operating_points(np.full(300, 0.9), right, (0.99,))
    assert point["coverage"] == 1.0
    assert not _operating_points(np.full(150, 0.9), right[150:], (0.99,))


def test_no_image_promises_nothing() -> None:
    assert _operating_points(np.full(5, 1.0), np.ones(5, bool), (0.99,)) == []


def test_a_threshold_lets_in_no_more_than_was_counted() -> None:
    """Confidences so near to 1 that a card's six places cannot tell them apart."""
    random = np.random.default_rng(2)
    labels = np.zeros(4000, np.uint8)
    logits = np.zeros((4000, 10), np.float32)
    logits[:, 0] = random.uniform(14, 22, 4000)
    wrong = random.random(4000) < 0.02
    logits[wrong, 1] = logits[wrong, 0] + 14
    found = calibrate(logits, labels, {})
    confidence = softmax(logits / found.temperature).astype(np.float32).max(1).astype(float)
    for point in found.operating_points:
        answered = confidence >= point["unsure"]
        assert answered.mean() == pytest.approx(point["coverage"], abs=1e-6)
        assert 1 - wrong[answered].mean() >= point["accuracy"] - 1e-9
    assert found.operating_points


def test_what_is_taken_for_no_digit_counts_as_refused() -> None:
    random = np.random.default_rng(5)
    logits = random.normal(0, 1, (2000, 11)).astype(np.float32)
    labels = logits[:, :10].argmax(1).astype(np.uint8)
    logits[np.arange(2000), labels] += 9
    logits[:100, 10] = 40
    found = calibrate(logits, labels, {})
    assert found.operating_points[0]["coverage"] <= 0.95
    assert found.thresholds["unsure"] == 0.0


HELD = ("method", "last_fraction"), ("fraction", 0.75)


def trained(recipe: object, folder: Path, mnist: MNIST) -> Run:
    return train_run(TrainingPlan(recipe, folder), mnist)  # type: ignore[arg-type]


def test_a_run_is_calibrated_by_one_that_held_images_out(mnist: MNIST, tmp_path: Path) -> None:
    run = trained(tiny.BASE, tmp_path / "all", mnist)
    validation = replace(tiny.BASE.validation, **dict(HELD))
    held = trained(replace(tiny.BASE, validation=validation), tmp_path / "held", mnist)
    found = calibrate_by_runs([run], [held], mnist)
    left_out = mnist.train.images[80:], mnist.train.labels[80:]
    expected = calibrate(load_model(held.folder).logits(left_out[0]), left_out[1], {})
    assert found.temperature == expected.temperature
    assert found.fitted_on["images"] == 240
    export_run(run, tmp_path / "model", mnist.test, calibration=found)
    card = load_model(tmp_path / "model").card
    assert card.temperature == found.temperature
    assert dict(card.thresholds) == found.thresholds
    assert list(card.operating_points) == found.operating_points
    with pytest.raises(RunError, match="must be a run that held training images out"):
        calibrate_by_runs([held], [run], mnist)
    path = held.folder / "environment.json"
    path.write_text(json.dumps({**held.environment(), "drawn": "0" * 64}), encoding="utf-8")
    assert calibrate_by_runs([run], [held], mnist) == found  # where nothing is drawn, no matter
    path = run.folder / "environment.json"
    path.write_text(json.dumps({**run.environment(), "drawn": "1" * 64}), encoding="utf-8")
    with pytest.raises(RunError, match="for which the same pictures were drawn"):
        calibrate_by_runs([run], [held], mnist)
    other = trained(
        replace(tiny.RECIPES["dropout"], validation=validation), tmp_path / "other", mnist
    )
    with pytest.raises(RunError, match="must be a run of tiny that differs"):
        calibrate_by_runs([run], [other], mnist)


def test_a_committee_is_calibrated_by_one_that_held_images_out(
    mnist: MNIST, tmp_path: Path
) -> None:
    def run(seed: int, **holding: object) -> Run:
        recipe = replace(
            tiny.BASE, seed=seed, validation=replace(tiny.BASE.validation, **dict(holding))
        )
        return trained(recipe, tmp_path / f"{seed}{holding.get('fraction', '')}", mnist)

    members = [run(1), run(2)]
    held = [run(seed, **dict(HELD)) for seed in (1, 2)]
    found = calibrate_by_runs(members, held, mnist)
    images, labels = mnist.train.images[80:], mnist.train.labels[80:]
    logits = [load_model(one.folder).logits(images) for one in held]
    mean = np.mean([softmax(member) for member in logits], axis=0)
    expected = calibrate(np.log(mean).astype(np.float32), labels, {})
    assert found.temperature == pytest.approx(expected.temperature, rel=1e-3)
    assert found.thresholds["unsure"] == pytest.approx(expected.thresholds["unsure"], abs=1e-4)
    assert len(set(found.fitted_on["models"])) == 2
    few = run(1, method="last_fraction", fraction=0.5)
    other = run(2, method="last_fraction", fraction=0.5)
    table = {
        "but is 1 for 2": (members, held[:1]),
        "but is 2 for 1": (members[:1], held),
        "must hold out 200 images or more": (members[:1], [few]),
        "there are 1 seeds and 1 ways": (members, [held[0], held[0]]),
        "there are 2 seeds and 2 ways": (members, [held[0], other]),
        "that held training images out": (members, [held[0], members[1]]),
    }
    for words, (runs, holding) in table.items():
        with pytest.raises(RunError, match=words):
            calibrate_by_runs(runs, holding, mnist)
