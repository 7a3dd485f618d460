"""Fixtures: tiny data, and folders as training writes them."""

from __future__ import annotations

from pathlib import Path

import fake_folders
import pytest

from tenfold.data import MNIST


@pytest.fixture(scope="session")
def mnist() -> MNIST:
    return fake_folders.tiny_mnist()


@pytest.fixture
def run_folder(tmp_path: Path, mnist: MNIST) -> Path:
    return fake_folders.make_run(tmp_path / "run", mnist)


@pytest.fixture
def reproduction_folder(tmp_path: Path, mnist: MNIST) -> Path:
    fake_folders.make_reproduction(tmp_path / "conv-3", mnist)
    return tmp_path / "conv-3"
