"""Shared fixtures: one small MNIST for the whole suite."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

import tiny
from tenfold.data import MNIST

# Tiny trainings are fastest on one thread; processes that tests start take the setting over.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def _denormal_numbers() -> Iterator[None]:
    """Training flushes them to zero for its whole process; other tests need them."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)


@pytest.fixture(scope="session")
def mnist() -> MNIST:
    """320 + 100 drawn digits that a small network learns in a few epochs."""
    return tiny.tiny_mnist()
