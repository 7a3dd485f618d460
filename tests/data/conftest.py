"""A tiny MNIST of 12 + 5 images, known by its own sums, in an environment without a network."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tenfold.data import checksums, sources
from tenfold.data.checksums import KnownFile
from tenfold.data.idx import idx_bytes
from tenfold.errors import DataError

TRAIN, TEST = 12, 5


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the user's cache and from the network."""
    monkeypatch.setenv("TENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TENFOLD_DATA", raising=False)

    def refuse(patience: float) -> dict[str, bytes]:
        raise DataError("no network in tests")

    monkeypatch.setattr(sources, "SOURCES", (sources.Source("the test's source", refuse),))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Four small IDX files by MNIST's names, which count as MNIST for the test."""
    random = np.random.default_rng(1)
    files = {}
    for prefix, count in (("train", TRAIN), ("t10k", TEST)):
        images = random.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        labels = random.integers(0, 10, count).astype(np.uint8)
        files[f"{prefix}-images-idx3-ubyte"] = idx_bytes(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx_bytes(labels)
    known = {
        name: KnownFile(hashlib.sha256(content).hexdigest(), len(content))
        for name, content in files.items()
    }
    monkeypatch.setattr(checksums, "MNIST_FILES", known)
    return files


@pytest.fixture
def images() -> np.ndarray:
    """Ten images, (10, 28, 28) uint8, all different."""
    return np.random.default_rng(2).integers(0, 256, (10, 28, 28)).astype(np.uint8)


@pytest.fixture
def labels() -> np.ndarray:
    """Labels 0 to 9, (10,) uint8."""
    return np.arange(10, dtype=np.uint8)
