"""A sum of what is drawn: it changes with the drawing, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import tiny
from tenfold.train import negatives
from tenfold.train.drawn import drawn_digest

RECIPE = tiny.RECIPES["negatives"]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"seed": 7}, True),
        ({"negatives": 0.9}, True),
        ({"epochs": 9}, True),
        ({"typed": 0.9}, True),
        ({"typed": 0.0}, False),
        ({"negatives": 0.0, "network": tiny.BASE.network}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_the_sum_depends_on(changed: dict[str, Any], same: bool) -> None:
    other = replace(RECIPE, **changed)
    assert (drawn_digest(other) == drawn_digest(RECIPE)) is same


def test_nothing_drawn_has_no_sum() -> None:
    assert drawn_digest(tiny.BASE) is None


def test_another_drawing_has_another_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn_digest(RECIPE)
    monkeypatch.setitem(negatives._DRAWN, "texture", lambda _: np.full((28, 28), 9, np.uint8))
    assert drawn_digest(RECIPE) != before
