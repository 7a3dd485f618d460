"""What a model's logits on labelled images say about it. NumPy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.decide import digit_probabilities
from tenfold.errors import DataError

__all__ = ["Evaluation", "calibration_figures", "evaluate", "log_loss", "wilson_interval"]

Floats = NDArray[np.float64]

_BINS = 15  # of confidence, as in Guo et al. 2017, https://arxiv.org/abs/1706.04599
_COVERAGES = (1.0, 0.995, 0.99, 0.98, 0.95, 0.9)  # shares of images answered
_CURVE_POINTS = 200
_Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point


@dataclass(frozen=True)
class Evaluation:
    """How well logits agree with labels.

    Attributes:
        images: Number of images.
        accuracy: Share whose largest logit is the label's; the lowest digit wins a tie.
        accuracy_interval: Its 95 % Wilson interval.
        loss: Mean of -log softmax(logits)[label], in nats.
        classes: A mapping a digit: digit, precision, recall, f1, support. A precision or recall
            with nothing to divide by is 0.
        confusion: Shape (10, 10), int64; rows are labels, columns guesses.
        calibration: ``expected_calibration_error`` and 15 ``bins`` of confidence.
        risk_coverage: Error among the most confident images, against their share.
        worst_errors: Up to 25 errors, the surest first.
    """

    images: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    loss: float
    classes: list[dict[str, Any]]
    confusion: NDArray[np.int64]
    calibration: dict[str, Any]
    risk_coverage: dict[str, Any]
    worst_errors: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as JSON-ready values."""
        values = dict(vars(self))
        values["accuracy_interval"] = list(self.accuracy_interval)
        values["confusion"] = self.confusion.tolist()
        return values


def evaluate(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> Evaluation:
    """Return the evaluation of a model.

    Args:
        logits: Shape (N, 10), or (N, 11) where the last output is for what is no digit; softmax
            of them is the model's distribution.
        labels: Shape (N,), 0 to 9.

    Raises:
        DataError: There are no images, or the counts differ.
    """
    if len(labels) == 0 or logits.shape not in ((len(labels), 10), (len(labels), 11)):
        raise DataError(
            f"logits must have shape ({len(labels)}, 10) or ({len(labels)}, 11) for at least one "
            f"label, but have {logits.shape}"
        )
    if not np.isfinite(logits).all():
        raise DataError("logits must be finite numbers; the model's weights are damaged")
    probabilities, _ = digit_probabilities(logits)
    guesses = probabilities.argmax(1)
    right = guesses == labels
    confidence = probabilities.max(1)
    confusion = _confusion(labels, guesses)
    return Evaluation(
        images=len(labels),
        accuracy=float(right.mean()),
        accuracy_interval=wilson_interval(int(right.sum()), len(labels)),
        loss=log_loss(logits, labels),
        classes=_classes(confusion),
        confusion=confusion,
        calibration=calibration_figures(confidence, right),
        risk_coverage=_risk_coverage(confidence, right),
        worst_errors=_worst_errors(probabilities, labels, guesses),
    )


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, which stays within 0 and 1.

    Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953.
    """
    share, z2 = right / count, _Z_95**2
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z_95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(0.0, centre - half), min(1.0, centre + half)


def log_loss(logits: NDArray[Any], labels: NDArray[np.uint8]) -> float:
    """Return the mean of -log softmax(logits)[label], in nats.

    Args:
        logits: Shape (N, outputs), N at least 1.
        labels: Shape (N,), uint8.
    """
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(1))
    return float((log_sums - shifted[np.arange(len(labels)), labels]).mean())


def _confusion(labels: NDArray[Any], guesses: NDArray[Any]) -> NDArray[np.int64]:
    counts = np.bincount(labels.astype(np.int64) * 10 + guesses, minlength=100)
    return counts.reshape(10, 10).astype(np.int64)


def _classes(confusion: NDArray[np.int64]) -> list[dict[str, Any]]:
    rows = []
    for digit in range(10):
        right = int(confusion[digit, digit])
        guessed, support = int(confusion[:, digit].sum()), int(confusion[digit].sum())
        precision = right / guessed if guessed else 0.0
        recall = right / support if support else 0.0
        f1 = 2 * right / (guessed + support) if guessed + support else 0.0
        rows.append(
            {"digit": digit, "precision": precision, "recall": recall, "f1": f1, "support": support}
        )
    return rows


def calibration_figures(confidence: Floats, right: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the expected calibration error over equal bins (low, high]; the first has 0 too.

    Naeini et al. 2015, https://doi.org/10.1609/aaai.v29i1.9602.

    Args:
        confidence: Shape (N,), 0 to 1; N is 1 or more.
        right: Shape (N,).

    Returns:
        ``expected_calibration_error``, and of each of 15 ``bins`` its bounds, how many fall into
        it, and their mean confidence and accuracy, None where there is none.
    """
    places = np.clip(np.ceil(confidence * _BINS).astype(int) - 1, 0, _BINS - 1)
    bins, error = [], 0.0
    for place in range(_BINS):
        inside = places == place
        count = int(inside.sum())
        mean = float(confidence[inside].mean()) if count else None
        accuracy = float(right[inside].mean()) if count else None
        if mean is not None and accuracy is not None:
            error += count / len(right) * abs(mean - accuracy)
        bins.append(
            {
                "low": place / _BINS,
                "high": (place + 1) / _BINS,
                "count": count,
                "confidence": mean,
                "accuracy": accuracy,
            }
        )
    return {"expected_calibration_error": error, "bins": bins}


def _risk_coverage(confidence: Floats, right: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the error among the most confident images for each share of images answered.

    Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500; the area is the mean risk over all
    coverages, lower is better. Among equal confidences the errors come first, so that no order of
    the images flatters the curve.
    """
    order = np.lexsort((right, -confidence))
    count = len(right)
    risk = np.cumsum(~right[order]) / np.arange(1, count + 1)
    points = np.unique(np.linspace(1, count, min(count, _CURVE_POINTS)).round().astype(int))
    kept_counts = sorted({max(1, math.floor(share * count)) for share in _COVERAGES}, reverse=True)
    at = [
        {
            "coverage": kept / count,  # of few images not every share can be kept
            "accuracy": float(1 - risk[kept - 1]),
            "threshold": float(confidence[order[kept - 1]]),
        }
        for kept in kept_counts
    ]
    return {
        "coverage": (points / count).tolist(),
        "risk": risk[points - 1].tolist(),
        "area": float(risk.mean()),
        "at": at,
    }


def _worst_errors(
    probabilities: Floats, labels: NDArray[np.uint8], guesses: NDArray[Any], most: int = 25
) -> list[dict[str, Any]]:
    places = np.flatnonzero(guesses != labels)
    surest = places[np.argsort(-probabilities[places, guesses[places]], kind="stable")][:most]
    return [
        {
            "index": int(place),
            "label": int(labels[place]),
            "guess": int(guesses[place]),
            "confidence": float(probabilities[place, guesses[place]]),
            "label_probability": float(probabilities[place, labels[place]]),
        }
        for place in surest
    ]
