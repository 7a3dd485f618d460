"""Digits to draw of: MNIST's form, made here, so that no test needs the data."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.typefaces import draw_typed
from tenfold.values import Split


@pytest.fixture(scope="session")
def digits() -> Split:
    return draw_typed(200, seed=5)


@pytest.fixture(scope="session")
def source(digits: Split) -> DigitSource:
    return DigitSource(digits)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)
