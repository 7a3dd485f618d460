"""From logits to a digit with its confidence, or to a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError
from tenfold.values import Digit, Rejection

__all__ = ["decide", "digit_probabilities", "mean_logits", "softmax"]

_NO_LIMITS = {"not_a_digit": 1.0, "unsure": 0.0}


def decide(
    logits: NDArray[np.float32],
    blank: NDArray[np.bool_],
    *,
    temperature: float = 1.0,
    thresholds: Mapping[str, float] | None = None,
) -> list[Digit]:
    """Return a digit for each row of logits.

    The lowest digit wins a tie. A blank picture is refused with no confidence in any digit.

    Args:
        logits: Shape (N, 10), or (N, 11) where the last output is for what is no digit; float32.
        blank: Shape (N,), bool: whether there was no ink.
        temperature: Divides the logits before the softmax, above 0 (Guo et al. 2017,
            https://arxiv.org/abs/1706.04599).
        thresholds: ``not_a_digit``: the highest probability of being no digit that is answered;
            ``unsure``: the lowest confidence that is answered. Both from 0 to 1, and without
            effect where they are not given.

    Returns:
        N digits, in order.

    Raises:
        InputError: The logits have another shape or are no finite numbers, the temperature is not
            above 0, or a threshold is unknown or out of range.
    """
    limits = {**_NO_LIMITS, **(thresholds or {})}
    if limits.keys() != _NO_LIMITS.keys() or not all(0 <= limit <= 1 for limit in limits.values()):
        raise InputError(
            f"thresholds: must be {' and '.join(_NO_LIMITS)}, from 0 to 1, but are {thresholds}"
        )
    probabilities, not_a_digit = digit_probabilities(logits, temperature)
    return [
        _digit(row.astype(np.float32), float(none), limits, is_blank=bool(is_blank))
        for row, none, is_blank in zip(probabilities, not_a_digit, blank, strict=True)
    ]


def digit_probabilities(
    logits: NDArray[np.float32], temperature: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what logits say of each digit, and of being no digit at all.

    Args:
        logits: Shape (N, 10), or (N, 11) where the last output is for what is no digit; float32.
        temperature: Divides the logits before the softmax, above 0.

    Returns:
        Probabilities (N, 10) of the digits, and (N,) of none; together they sum to one. Without an
        eleventh output the latter are 0.

    Raises:
        InputError: As in `decide`.
    """
    if logits.ndim != 2 or logits.shape[1] not in (10, 11) or not np.isfinite(logits).all():
        raise InputError(
            "logits: must have shape (N, 10) or (N, 11) and finite values, but have shape "
            f"{logits.shape}" + (", not all finite" if logits.ndim == 2 else "")
        )
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature: must be above 0, but is {temperature}")
    probabilities = softmax(logits.astype(np.float64) / temperature)
    return probabilities[:, :10], probabilities[:, 10:].sum(1)


def mean_logits(members: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return what a committee says: logits whose softmax is the mean of its members' softmaxes.

    Args:
        members: One array or more, each of shape (N, C), float32.

    Returns:
        Shape (N, C), float32; a single member's own logits.
    """
    if len(members) == 1:
        return members[0]
    mean = np.mean([softmax(logits) for logits in members], axis=0)
    return np.asarray(np.log(np.maximum(mean, np.finfo(np.float32).tiny)), np.float32)


def _digit(
    probabilities: NDArray[np.float32],
    not_a_digit: float,
    limits: Mapping[str, float],
    *,
    is_blank: bool,
) -> Digit:
    if is_blank:
        probabilities = np.zeros(10, np.float32)
    guess = int(probabilities.argmax())
    confidence = float(probabilities[guess])
    rejected: Rejection | None = None
    if is_blank:
        rejected = "blank"
    elif not_a_digit > limits["not_a_digit"]:
        rejected = "not_a_digit"
    elif confidence < limits["unsure"]:
        rejected = "unsure"
    return Digit(
        value=None if rejected else guess,
        guess=guess,
        confidence=confidence,
        probabilities=probabilities,
        rejected=rejected,
    )


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return the distributions (N, K) float64 that logits (N, K) stand for."""
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    powers = np.exp(shifted)
    result: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return result
