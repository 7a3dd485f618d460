"""When a model gives no answer: as its card says, or as its user wants."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from tenfold.errors import ModelError
from tenfold.model.card import COVERAGE_LEVELS, Card

__all__ = ["check_request", "choose_thresholds"]

_ROUNDING = 1e-6  # of an accuracy that comes in float32


def choose_thresholds(
    card: Card, accuracy: float | None = None, threshold: float | None = None
) -> tuple[dict[str, float], float | None]:
    """Return thresholds for `tenfold.decide.decide`, and what share of digits they let through.

    Args:
        card: The model's.
        accuracy: Wanted share of right answers among those given, from 0 to below 1, or None.
        threshold: Wanted lowest confidence of an answer, 0 to 1, or None. Where both are None the
            card's own count.

    Returns:
        The thresholds, and the coverage on the images that the model was calibrated on, 0 to 1,
        between two known levels of confidence in a straight line; None where the card has none.

    Raises:
        ModelError: Both are given, one is out of range, or the model does not reach the accuracy.
    """
    check_request(accuracy, threshold)
    own = dict(card.thresholds)
    if threshold is not None:
        return {**own, "unsure": float(threshold)}, _coverage(card, float(threshold))
    if accuracy is None:
        return own, _coverage(card, own.get("unsure", 0.0))
    for point in card.operating_points:
        if point["accuracy"] >= float(accuracy) - _ROUNDING:
            return {**own, "unsure": point["unsure"]}, point["coverage"]
    raise ModelError(f"accuracy: must be one that {card.name} reaches, {_reached(card)}")


def check_request(accuracy: float | None, threshold: float | None) -> None:
    """Refuse what no model could be asked for; arguments as in `choose_thresholds`.

    Raises:
        ModelError: Both are given, or one is out of range.
    """
    if accuracy is not None and threshold is not None:
        raise ModelError("accuracy, threshold: only one of the two may be given")
    if threshold is not None:
        _check_share("threshold", threshold)
    if accuracy is not None:
        _check_share("accuracy", accuracy)
    if accuracy == 1:
        raise ModelError(
            "accuracy: must be below 1; no number of images stands for no error at all"
        )


def _coverage(card: Card, threshold: float) -> float | None:
    """Return the share of held-out images that are answered from a confidence on."""
    if not card.coverage:
        return None
    return float(np.interp(threshold, COVERAGE_LEVELS, card.coverage))


def _check_share(name: str, value: Any) -> None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        percent = number and 1 < value <= 100
        remedy = f"; {value:g} % is {value / 100:g}" if percent else ""
        raise ModelError(f"{name}: must be from 0 to 1, but is {value!r}{remedy}")


def _reached(card: Card) -> str:
    if not card.operating_points:
        return "and it was never calibrated; take another model, or give a threshold"
    highest = card.operating_points[-1]
    return (
        f"at most {highest['accuracy']:g}, at which it answers {100 * highest['coverage']:.1f} % "
        "of digits"
    )
