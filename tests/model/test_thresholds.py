"""When no answer is given, as a card says or a user wants, and what that costs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.model import COVERAGE_LEVELS, Card, choose_thresholds

CALIBRATED = Card(
    name="tiny",
    sha256={},
    thresholds={"not_a_digit": 0.5, "unsure": 0.6},
    operating_points=(
        {"accuracy": 0.99, "unsure": 0.7, "coverage": 0.98},
        {"accuracy": 0.999, "unsure": 0.9, "coverage": 0.9},
    ),
    coverage=[1 - level / 2 for level in COVERAGE_LEVELS],
)


@pytest.mark.parametrize(
    ("accuracy", "threshold", "unsure", "coverage"),
    [
        (None, None, 0.6, 0.7),
        (None, 0.25, 0.25, 0.875),
        (None, 0.255, 0.255, 0.8725),
        (None, 0, 0, 1.0),
        (0.5, None, 0.7, 0.98),
        (0.99, None, 0.7, 0.98),
        (0.9901, None, 0.9, 0.9),
        (0.999, None, 0.9, 0.9),
    ],
)
def test_thresholds_as_the_user_wants(
    accuracy: float | None, threshold: float | None, unsure: float, coverage: float
) -> None:
    thresholds, answered = choose_thresholds(CALIBRATED, accuracy, threshold)
    assert thresholds == {"not_a_digit": 0.5, "unsure": unsure}
    assert answered == pytest.approx(coverage)


def test_levels_lie_closer_near_certainty() -> None:
    """Most digits are read with more than 99 % confidence: a threshold there costs what it says."""
    assert list(COVERAGE_LEVELS) == sorted(set(COVERAGE_LEVELS))
    odds = [-np.log10(1 - level) for level in COVERAGE_LEVELS[:-1]]
    assert np.diff(odds).max() < 0.31
    assert max(odds) == pytest.approx(5)


def test_without_calibration_nobody_knows_the_coverage() -> None:
    assert choose_thresholds(Card(name="tiny", sha256={}), None, 0.5) == ({"unsure": 0.5}, None)


@pytest.mark.parametrize(
    ("accuracy", "threshold", "message"),
    [
        (0.9999, None, "accuracy: must be one that tiny reaches, at most 0.999, at which it"),
        (1.5, None, "accuracy: must be from 0 to 1, but is 1.5"),
        (99.9, None, "accuracy: must be from 0 to 1, but is 99.9; 99.9 % is 0.999"),
        (1, None, "accuracy: must be below 1"),
        (True, None, "accuracy: must be from 0 to 1, but is True"),
        ("0.9", None, "accuracy: must be from 0 to 1, but is '0.9'"),
        (None, float("nan"), "threshold: must be from 0 to 1, but is nan"),
        (None, -0.1, "threshold: must be from 0 to 1, but is -0.1"),
        (0.9, 0.9, "accuracy, threshold: only one of the two may be given"),
    ],
)
def test_thresholds_that_cannot_be(accuracy: Any, threshold: Any, message: str) -> None:
    with pytest.raises(ModelError, match=re.escape(message)):
        choose_thresholds(CALIBRATED, accuracy, threshold)


def test_an_accuracy_needs_a_calibrated_model() -> None:
    with pytest.raises(ModelError, match="it was never calibrated"):
        choose_thresholds(Card(name="tiny", sha256={}), 0.9)
