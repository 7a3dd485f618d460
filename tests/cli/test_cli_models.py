"""``tenfold models``: what comes with the package, and what a card says."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

import tenfold
import tiny
from tenfold.cli import run
from tenfold.data import MNIST
from tenfold.model import included, load_model
from tenfold.train.export import export_weights
from tenfold.train.networks import Network

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def installed(mnist: MNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with two models, base and small."""
    folder = tmp_path / "models"
    for name in ("base", "small"):
        weights = {
            key: value.contiguous() for key, value in Network(tiny.BASE).state_dict().items()
        }
        figures = {
            "MNIST test": {
                "accuracy": 0.875,
                "interval": [0.86, 0.89],
                "labels": {"official": 0.875, "ten_corrected": 0.88, "without_fifteen": 0.885},
            },
            "corrupted": {"accuracy": 0.5, "corruptions": {"fog": {"accuracy": 0.25, "ece": 0.1}}},
            "speed": {"images_a_second": 4321},
        }
        export_weights(
            tiny.BASE, [weights], folder / name, mnist.test, {}, figures, title=(name, f"a {name}")
        )
    (folder / "no-model").mkdir()
    shutil.copytree(folder / "base", folder / ".base.tenfold-new-1")  # as while one is put in place
    monkeypatch.setattr(included, "_FOLDER", folder)
    return folder


def test_the_list(installed: Path, capsys: Capture) -> None:
    assert run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["base", "small"]
    assert "87.50 %" in lines[2]
    assert "4,321" in lines[2]
    assert "9,550" in lines[2]
    assert lines[2].endswith("a base")


def test_the_list_for_programs(installed: Path, capsys: Capture) -> None:
    assert run(["models", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in rows] == ["base", "small"]
    assert rows[0]["mnist_accuracy"] == 0.875
    assert rows[0]["bytes"] == (installed / "base" / "model.onnx").stat().st_size
    assert rows[0]["refuses_what_is_no_digit"] is False
    assert run(["models", "--csv"]) == 0
    (first, _) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (first["model"], first["parameters"]) == ("base", "9550")


def test_a_card(installed: Path, capsys: Capture) -> None:
    assert run(["models", "small"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("small: a small\n")
    assert str(installed / "small") in out
    assert "0.875" in out
    assert "0.86 to 0.89" in out
    assert "labels: ten corrected" in out
    assert "corruptions: fog: accuracy" in out
    assert max(len(line) for line in out.splitlines()) <= 120
    assert run(["models", "small", "--json"]) == 0
    (card,) = json.loads(capsys.readouterr().out)
    assert card["name"] == "small"


def test_names_stand_for_models_and_folders_are_paths(
    installed: Path,
    mnist: MNIST,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = tenfold.Reader(installed / "base").classify(mnist.test.images[:3])
    assert tenfold.classify(mnist.test.images[:3]) == expected
    assert tenfold.Reader("small").card.name == "small"
    (tmp_path / "small").mkdir()
    assert tenfold.Reader("small").card.name == "small"
    with pytest.raises(tenfold.ModelError, match="is a folder with neither"):
        load_model("./small")
    with pytest.raises(tenfold.ModelError, match="is a folder with neither"):
        load_model(Path("small"))
    assert run(["models", "./small"]) == 1
    assert "is a folder with neither" in capsys.readouterr().err
    with pytest.raises(tenfold.ModelError, match="with the package come: base, small"):
        load_model("basic")


def test_figures_are_not_kept_in_the_package(installed: Path, capsys: Capture) -> None:
    before = tiny.files_of(installed)
    assert run(["evaluate", "base", "--keep"]) == 1
    assert "comes with the package and stays as it is" in capsys.readouterr().err
    assert tiny.files_of(installed) == before


def test_without_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(included, "_FOLDER", tmp_path / "none")
    assert run(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["models", "--csv"]) == 0
