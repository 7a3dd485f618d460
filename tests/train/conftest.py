"""Fixtures of the training tests."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tenfold.train import environment


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process to ask for the commit takes longer than the trainings here."""
    monkeypatch.setattr(environment, "_git", lambda *_: None)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Where a test's run folder goes."""
    return tmp_path / "run"
