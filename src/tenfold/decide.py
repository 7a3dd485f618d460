"""From logits to a digit with its confidence, or to a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Digit, Rejection

__all__ = ["decide", "softmax"]


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
        logits: Shape (N, 10), float32.
        blank: Shape (N,), bool: whether there was no ink.
        temperature: Divides the logits before the softmax, above 0 (Guo et al. 2017,
            https://arxiv.org/abs/1706.04599).
        thresholds: ``unsure``: the lowest confidence that is answered, 0 to 1.

    Returns:
        N digits, in order.
    """
    unsure = (thresholds or {}).get("unsure", 0.0)
    probabilities = softmax(logits / temperature).astype(np.float32)
    return [
        _digit(row, unsure=unsure, is_blank=bool(is_blank))
        for row, is_blank in zip(probabilities, blank, strict=True)
    ]


def _digit(probabilities: NDArray[np.float32], *, unsure: float, is_blank: bool) -> Digit:
    if is_blank:
        probabilities = np.zeros(10, np.float32)
    guess = int(probabilities.argmax())
    confidence = float(probabilities[guess])
    rejected: Rejection | None = None
    if is_blank:
        rejected = "blank"
    elif confidence < unsure:
        rejected = "unsure"
    return Digit(
        value=None if rejected else guess,
        guess=guess,
        confidence=confidence,
        probabilities=probabilities,
        rejected=rejected,
    )


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return the distributions (N, 10) float64 that logits (N, 10) stand for."""
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    powers = np.exp(shifted)
    result: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return result
