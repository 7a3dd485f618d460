"""The learning rate rises in a line and falls as the recipe says."""

from __future__ import annotations

from typing import Literal

import pytest

from tenfold.train.recipe import Schedule
from tenfold.train.schedule import rate_factor


@pytest.mark.parametrize(
    ("schedule", "steps", "expected"),
    [
        pytest.param(Schedule(), 4, [1, 1, 1, 1], id="constant"),
        pytest.param(Schedule(warm_up=0.5), 4, [0.5, 1, 1, 1], id="warm-up"),
        pytest.param(Schedule(shape="linear"), 4, [1, 0.75, 0.5, 0.25], id="linear"),
        pytest.param(Schedule(shape="linear", warm_up=0.5), 4, [0.5, 1, 2 / 3, 1 / 3], id="both"),
        pytest.param(Schedule(shape="cosine"), 4, [1, 0.85355339, 0.5, 0.14644661], id="cosine"),
        pytest.param(Schedule(shape="linear"), 1, [1], id="one-step"),
        pytest.param(Schedule(shape="cosine", warm_up=0.9), 1, [1], id="one-step-of-warm-up"),
    ],
)
def test_factors(schedule: Schedule, steps: int, expected: list[float]) -> None:
    assert [rate_factor(schedule, step, steps) for step in range(steps)] == pytest.approx(expected)


@pytest.mark.parametrize("shape", ["linear", "cosine"])
@pytest.mark.parametrize("warm_up", [0.0, 0.013, 0.15, 0.99])
def test_it_rises_then_falls_and_never_reaches_zero(
    shape: Literal["linear", "cosine"], warm_up: float
) -> None:
    factors = [
        rate_factor(Schedule(shape=shape, warm_up=warm_up), step, 500) for step in range(500)
    ]
    top = factors.index(max(factors))
    assert factors[:top] == sorted(factors[:top])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    assert 0.99 < max(factors) <= 1
    assert 0 < min(factors) < 0.25
