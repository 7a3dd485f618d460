"""Every figure of an evaluation, by hand or against scikit-learn."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

from tenfold.decide import softmax
from tenfold.errors import DataError
from tenfold.train.evaluate import evaluate, wilson_interval

# Newcombe 1998, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E,
# table I, method 3, to four places.
WILSON = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


def sample(count: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count).astype(np.uint8)
    logits = random.normal(size=(count, 10)).astype(np.float32) * 2
    logits[np.arange(count), labels] += 3
    return logits, labels


def sure(confidences: list[float], right: list[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Logits of a label 0 that have these confidences and are right, or say 1."""
    logits = np.full((len(right), 10), -np.inf)
    for row, (confidence, is_right) in enumerate(zip(confidences, right, strict=True)):
        logits[row] = np.log((1 - confidence) / 9)
        logits[row, 0 if is_right else 1] = np.log(confidence)
    return logits.astype(np.float64), np.zeros(len(right), np.uint8)


@pytest.mark.parametrize(("right", "count", "low", "high"), WILSON)
def test_wilson_intervals(right: int, count: int, low: float, high: float) -> None:
    assert wilson_interval(right, count) == pytest.approx((low, high), abs=5e-5)
    mirrored = wilson_interval(count - right, count)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_wilson_intervals_stay_within_bounds() -> None:
    assert wilson_interval(0, 1)[0] == 0
    assert wilson_interval(10_000, 10_000)[1] == 1
    low, high = wilson_interval(9_980, 10_000)
    assert (high - low) / 2 == pytest.approx(0.0009, abs=1e-4)


def test_accuracy_loss_and_classes_are_scikit_learn_s() -> None:
    logits, labels = sample()
    found = evaluate(logits, labels)
    guesses = logits.argmax(1)
    assert found.images == 500
    assert found.accuracy == (guesses == labels).mean()
    assert found.accuracy_interval == wilson_interval(int((guesses == labels).sum()), 500)
    expected_loss = log_loss(labels, softmax(logits), labels=range(10))
    assert found.loss == pytest.approx(expected_loss, rel=1e-6)
    np.testing.assert_array_equal(found.confusion, confusion_matrix(labels, guesses))
    assert found.confusion.dtype == np.int64
    scores = precision_recall_fscore_support(labels, guesses, zero_division=0)
    for name, values in zip(("precision", "recall", "f1", "support"), scores, strict=True):
        np.testing.assert_allclose([row[name] for row in found.classes], values, rtol=1e-12)
    assert [row["digit"] for row in found.classes] == list(range(10))


def test_absent_digits_have_zero_scores() -> None:
    logits = np.zeros((2, 10), np.float32)
    logits[:, 3] = 1
    rows = evaluate(logits, np.array([3, 4], np.uint8)).classes
    assert [(r["precision"], r["recall"], r["f1"]) for r in rows] == [
        *[(0, 0, 0)] * 3,
        (0.5, 1.0, pytest.approx(2 / 3)),
        *[(0, 0, 0)] * 6,
    ]


def test_the_lowest_digit_wins_a_tie() -> None:
    found = evaluate(np.zeros((2, 10), np.float32), np.array([0, 5], np.uint8))
    assert found.accuracy == 0.5
    assert found.loss == pytest.approx(math.log(10))


def test_the_loss_of_large_logits_is_exact() -> None:
    logits = np.zeros((1, 10), np.float32)
    logits[0, 1] = 10_000
    assert evaluate(logits, np.array([0], np.uint8)).loss == pytest.approx(10_000)
    assert evaluate(logits, np.array([1], np.uint8)).loss == pytest.approx(0)


def test_the_calibration_error_by_hand() -> None:
    """Too sure in one bin and not sure enough in the other: the two must not cancel."""
    confidences = [0.95, 0.95, 0.96, 0.97, 0.5, 0.5, 0.52, 0.53]
    right = [True, True, True, False, True, True, True, False]
    calibration = evaluate(*sure(confidences, right)).calibration
    high, low = 0.9575 - 0.75, 0.75 - 0.5125
    expected = (4 * high + 4 * low) / 8
    assert calibration["expected_calibration_error"] == pytest.approx(expected)
    bins = calibration["bins"]
    assert len(bins) == 15
    assert [b["count"] for b in bins] == [0] * 7 + [4] + [0] * 6 + [4]
    assert bins[7] == {
        "low": 7 / 15,
        "high": 8 / 15,
        "count": 4,
        "confidence": pytest.approx(0.5125),
        "accuracy": 0.75,
    }
    assert bins[0]["confidence"] is None


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    logits = np.zeros((1, 10))
    logits[0, 5:] = -1e9  # five digits share it all: exactly 1/5, or 3/15
    bins = evaluate(logits, np.array([0], np.uint8)).calibration["bins"]
    assert [b["count"] for b in bins[:5]] == [0, 0, 1, 0, 0]


def test_certainty_is_in_the_last_bin() -> None:
    logits = np.zeros((1, 10), np.float32)
    logits[0, 2] = 1000
    bins = evaluate(logits, np.array([2], np.uint8)).calibration["bins"]
    assert [b["count"] for b in bins] == [0] * 14 + [1]


def test_risk_against_coverage_by_hand() -> None:
    confidences = [0.9, 0.8, 0.7, 0.6]
    curve = evaluate(*sure(confidences, [True, False, True, False])).risk_coverage
    assert curve["coverage"] == [0.25, 0.5, 0.75, 1.0]
    assert curve["risk"] == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert curve["area"] == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    full = curve["at"][0]
    assert full == {"coverage": 1.0, "accuracy": 0.5, "threshold": pytest.approx(0.6)}
    assert curve["at"][-1]["accuracy"] == pytest.approx(2 / 3)  # 0.9 of four is three
    assert curve["at"][-1]["threshold"] == pytest.approx(0.7)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
def test_errors_come_first_among_equals(order: list[int]) -> None:
    right = np.array([True, False, True, False])[order]
    curve = evaluate(*sure([0.75] * 4, right.tolist())).risk_coverage
    assert curve["risk"] == pytest.approx([1, 1, 2 / 3, 1 / 2])


def test_a_long_curve_is_thinned_to_its_ends() -> None:
    curve = evaluate(*sample(5000)).risk_coverage
    assert len(curve["coverage"]) == len(curve["risk"]) == 200
    assert (curve["coverage"][0], curve["coverage"][-1]) == (1 / 5000, 1.0)
    assert [row["coverage"] for row in curve["at"]] == [1.0, 0.995, 0.99, 0.98, 0.95, 0.9]


def test_worst_errors_are_the_surest_first() -> None:
    confidences = [0.9, 0.99, 0.5, 0.99, 0.7]
    found = evaluate(*sure(confidences, [False, True, False, False, False])).worst_errors
    assert [row["index"] for row in found] == [3, 0, 4, 2]
    assert found[0] == {
        "index": 3,
        "label": 0,
        "guess": 1,
        "confidence": pytest.approx(0.99),
        "label_probability": pytest.approx(0.01 / 9),
    }


def test_at_most_25_errors_are_kept() -> None:
    found = evaluate(np.eye(10, dtype=np.float32)[[1] * 60], np.zeros(60, np.uint8)).worst_errors
    assert [row["index"] for row in found] == list(range(25))


def test_an_evaluation_is_json_ready() -> None:
    values = evaluate(*sample(30)).to_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        pytest.param(
            np.zeros((0, 10)),
            np.zeros(0),
            r"shape \(0, 10\) or \(0, 11\) for at",
            id="none",
        ),
        pytest.param(np.zeros((2, 10)), np.zeros(3), r"shape \(3, 10\).*have \(2, 10\)", id="few"),
        pytest.param(np.zeros((2, 9)), np.zeros(2), r"shape \(2, 10\).*have \(2, 9\)", id="nine"),
        pytest.param(np.full((1, 10), np.nan), np.zeros(1), "must be finite numbers", id="nan"),
        pytest.param(np.full((1, 10), np.inf), np.zeros(1), "must be finite numbers", id="inf"),
    ],
)
def test_what_cannot_be_evaluated(logits: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        evaluate(logits.astype(np.float32), labels.astype(np.uint8))
