"""Confidence that means what it says, and what it costs to ask for more; from held-out images.

A recipe that trains on all images has none held out. It is trained once more without some of them,
and what is fitted on those is taken for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data import MNIST
from tenfold.decide import digit_probabilities, mean_logits
from tenfold.errors import RunError
from tenfold.model import COVERAGE_LEVELS, load_model
from tenfold.train.evaluate import log_loss
from tenfold.train.recipe import trained_alike
from tenfold.train.runs import Run, check_drawn_alike
from tenfold.train.splits import split_images
from tenfold.values import Split

__all__ = [
    "NOT_A_DIGIT_THRESHOLD",
    "Calibration",
    "calibrate",
    "calibrate_by_runs",
    "held_out_images",
]

_ACCURACIES = (0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998)  # that can be asked for
_LEAST_IMAGES = 200  # held out, of which two are refused
_REFUSED = 0.009  # of held-out digits are refused unless told otherwise: users lose under 1 in 100
NOT_A_DIGIT_THRESHOLD = 0.5  # above it being no digit is likelier than all ten together
_LOG_TEMPERATURES = -3.0, 3.0


@dataclass(frozen=True)
class Calibration:
    """What a card says about confidence; see `tenfold.model.Card` for each of them."""

    temperature: float
    thresholds: dict[str, float]
    operating_points: list[dict[str, float]]
    coverage: list[float]
    fitted_on: dict[str, Any]


def calibrate(
    logits: NDArray[np.float32], labels: NDArray[np.uint8], fitted_on: dict[str, Any]
) -> Calibration:
    """Return the calibration of a model from its logits on images it was not trained on.

    Args:
        logits: Shape (N, 10) or (N, 11), float32.
        labels: Shape (N,), 0 to 9.
        fitted_on: What the images are, for the card.
    """
    temperature = _temperature(logits, labels)
    probabilities, not_a_digit = digit_probabilities(logits, temperature)
    confidence = _rounded_down(probabilities.max(1))
    # What is taken for no digit gets no answer at any threshold.
    confidence[not_a_digit > NOT_A_DIGIT_THRESHOLD] = -1
    unsure = max(0.0, float(np.sort(confidence)[int(_REFUSED * len(confidence))]))
    knows_none = logits.shape[1] > probabilities.shape[1]
    return Calibration(
        temperature=temperature,
        thresholds={
            **({"not_a_digit": NOT_A_DIGIT_THRESHOLD} if knows_none else {}),
            "unsure": unsure,
        },
        operating_points=_operating_points(
            confidence, probabilities.argmax(1) == labels, _ACCURACIES
        ),
        coverage=[round(float((confidence >= level).mean()), 6) for level in COVERAGE_LEVELS],
        fitted_on=fitted_on,
    )


def calibrate_by_runs(runs: Sequence[Run], held: Sequence[Run], data: MNIST) -> Calibration:
    """Return the calibration of runs from the images that other runs of their recipe left out.

    A committee is less sure than each of its members, so it takes a committee to calibrate one: two
    runs or more, of other seeds, that left out the same images.

    Args:
        runs: What is calibrated: a run, or the members of a committee.
        held: One run for one, two or more for a committee.
        data: What all of them were trained on.

    Raises:
        RunError: There are too few or too many, one left out no images, or is of another recipe or
            of other data.
        ModelError: One is not finished.
    """
    if (len(runs) > 1) != (len(held) > 1):
        raise RunError(
            "--calibration: must be one run that held images out for one run, and two or more for "
            f"a committee, but is {len(held)} for {len(runs)}"
        )
    for run in held:
        _check_held(run, runs[0], data)
    validations, seeds = {run.recipe.validation for run in held}, {run.recipe.seed for run in held}
    if len(validations) > 1 or len(seeds) < len(held):
        raise RunError(
            "--calibration: must be runs of different seeds that held the same images out, but of "
            f"{len(held)} runs there are {len(seeds)} seeds and {len(validations)} ways of "
            "holding images out"
        )
    (validation,) = validations
    images = held_out_images(held[0], data)
    if len(images) < _LEAST_IMAGES:
        raise RunError(
            f"{held[0].folder}: must hold out {_LEAST_IMAGES} images or more to say how sure a "
            f"model is, but holds out {len(images)}"
        )
    models = [load_model(run.folder) for run in held]
    logits = mean_logits([model.logits(images.images) for model in models])
    fitted_on = {
        "images": len(images),
        "of": "MNIST train, held out from a training of the same recipe",
        "method": validation.method,
        "fraction": validation.fraction,
        "random_state": validation.random_state,
        "models": [model.card.sha256["model.onnx"] for model in models],
    }
    return calibrate(logits, images.labels, fitted_on)


def held_out_images(run: Run, data: MNIST) -> Split:
    """Return the training images that had no part in a run's weights.

    Raises:
        RunError: It was trained on all of them or on other data, or stopped early by them.
    """
    validation = run.recipe.validation
    _, images = split_images(validation, data)
    if images is None or validation.method == "test_set":
        raise RunError(
            f"{run.folder}: must be a run that held training images out; train the recipe once "
            "more with --set validation.method=last_fraction --set validation.fraction=0.1666666"
        )
    if run.recipe.patience:
        raise RunError(
            f"{run.folder}: must be no run that stops early, whose weights are chosen by the very "
            "images it held out"
        )
    if run.environment().get("data") != dict(data.sums):
        raise RunError(f"{run.folder}: must be a run on these data, but was trained on others")
    return images


def _check_held(held: Run, run: Run, data: MNIST) -> None:
    """Refuse a run that says nothing of another's confidence."""
    held_out_images(held, data)
    if trained_alike(held.recipe) != trained_alike(run.recipe):
        raise RunError(
            f"{held.folder}: must be a run of {run.recipe.name} that differs from {run.folder} in "
            "nothing but the seed and the images held out"
        )
    check_drawn_alike([run, held])


def _temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Return the temperature of the lowest loss (Guo et al. 2017, section 4.2)."""
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        return log_loss(logits / np.exp(log_temperature), labels)

    found = minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded")
    return round(float(np.exp(found.x)), 6)


def _operating_points(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], accuracies: Sequence[float]
) -> list[dict[str, float]]:
    """Return the lowest confidence that gives each accuracy, for those that are reached.

    One error more than was seen is counted, so that few images do not promise too much. A threshold
    lets in all images of its confidence, so it may only stand behind the last of equal ones; those
    below 0 are never answered.
    """
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    answered = np.arange(1, len(order) + 1)
    estimate = 1 - (np.cumsum(~right[order]) + 1) / (answered + 1)
    is_last = np.append(ordered[1:] < ordered[:-1], True) & (ordered >= 0)
    points = []
    for accuracy in accuracies:
        reached = np.flatnonzero((estimate >= accuracy) & is_last)
        if len(reached):
            last = int(reached[-1])
            points.append(
                {
                    "accuracy": accuracy,
                    "unsure": float(ordered[last]),
                    "coverage": round((last + 1) / len(order), 6),
                }
            )
    return points


def _rounded_down(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return confidences to six places, as cards hold thresholds, never above what they were."""
    return np.floor(confidence.astype(np.float32).astype(np.float64) * 1e6) / 1e6
