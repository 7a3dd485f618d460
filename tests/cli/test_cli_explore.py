"""``tenfold explore``: statistics on stdout, the page where it was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tenfold.cli import run
from tenfold.data import MNIST
from tenfold.values import Split


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Put 30 and 20 images in the place of MNIST; collects the folders it is asked for."""
    folders: list[object] = []

    def split(size: int) -> Split:
        images = np.zeros((size, 28, 28), np.uint8)
        images[:, 10:18, 12:16] = 255
        return Split(images, (np.arange(size) % 10).astype(np.uint8))

    def load(folder: object = None) -> MNIST:
        folders.append(folder)
        return MNIST(train=split(30), test=split(20), sums={}, origin="made up")

    monkeypatch.setattr("tenfold.data.load_mnist", load)
    return folders


def test_prints_a_table_and_writes_the_page(
    asked: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explore", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    rows = [line.split() for line in printed.out.splitlines()]
    assert ["samples", "30", "20"] in rows
    assert ["features", "a", "sample", "784", "784"] in rows
    assert ["classes", "10", "10"] in rows
    assert ["images", "of", "3", "3", "2"] in rows
    assert str(tmp_path / "out" / "explore.html") in printed.err
    assert (tmp_path / "out" / "explore.html").exists()
    assert asked == [None]


def test_json_is_alone_on_stdout(
    asked: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert run(["explore", "--json", "--out", out, "--data", str(tmp_path)]) == 0
    statistics = json.loads(capsys.readouterr().out)
    assert statistics["train"]["class_counts"] == [3] * 10
    assert statistics["test"]["flat_shape"] == [20, 784]
    assert asked == [tmp_path]


def test_a_folder_with_files_is_refused_without_force(
    asked: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert run(["explore", "--out", str(tmp_path)]) == 1
    assert "nothing is overwritten without --force" in capsys.readouterr().err
    assert asked == []
    assert run(["explore", "--out", str(tmp_path), "--force"]) == 0
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "--help"]) == 0
    assert "tenfold explore --json > data.json" in capsys.readouterr().out
