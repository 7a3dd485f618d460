"""The learning rate from step to step."""

from __future__ import annotations

import math

from tenfold.train.recipe import Schedule

__all__ = ["rate_factor"]


def rate_factor(schedule: Schedule, step: int, steps: int) -> float:
    """Return what the learning rate of a step is multiplied by, above 0 to 1.

    It rises in a line over the first ``warm_up`` of the steps, then falls to almost zero: in a
    line, or along half a cosine (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983,
    formula 5).

    Args:
        schedule: Its shape.
        step: Number of the step, 0 for the first.
        steps: How many there are in all, at least 1.
    """
    rising = schedule.warm_up * steps
    if step + 1 < rising:
        return (step + 1) / rising
    if schedule.shape == "constant":
        return 1.0
    left = (steps - step) / (steps - max(rising - 1, 0))
    return left if schedule.shape == "linear" else (1 - math.cos(math.pi * left)) / 2
