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
from tenfold.files import json_digest, write_json
from tenfold.model import included, load_model, strips
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
                "images": 10_000,
                "accuracy": 0.875,
                "loss": 0.5,
                "ece": 0.1,
                "interval": [0.86, 0.89],
                "labels": {"official": 0.875, "ten_corrected": 0.88, "without_fifteen": 0.885},
            },
            "corrupted": {
                "accuracy": 0.5,
                "corruptions": {"fog": {"accuracy": 0.25, "loss": 0.9, "ece": 0.1}},
            },
            "not-digits": {"images": 50, "auroc": 0.99, "refused": 0.9, "digits_refused": 0.01},
            "speed": {
                "one_digit_ms": 0.2,
                "images_a_second": 4321,
                "batch": 1024,
                "cores": 2,
                "processor": "a processor",
            },
        }
        export_weights(
            tiny.BASE, [weights], folder / name, mnist.test, {}, figures, title=(name, f"a {name}")
        )
    (folder / "no-model").mkdir()
    shutil.copytree(folder / "base", folder / ".base.tenfold-new-1")  # as while one is put in place
    monkeypatch.setattr(included, "_FOLDER", folder)
    monkeypatch.setattr(strips, "STRIP_FOLDER", folder / "strips")
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
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for expected in (
        "MNIST test 10,000 87.50 % 86.00 to 89.00 % 0.5000 0.1000",
        "ten corrected 88.00 %",
        "corrupted 50.00 %",
        "fog 25.00 % 0.9000 0.1000",
        "not-digits: 90.00 % of 50 pictures of no digit refused, with 1.00 % of test digits; "
        "AUROC 0.9900",
        "speed: 0.2 ms a digit of 28 x 28, 4,321 a second in batches of 1,024; 2 cores of a "
        "processor",
    ):
        assert expected in lines
    assert max(len(line) for line in out.splitlines()) <= 120
    assert run(["models", "small", "--json"]) == 0
    (card,) = json.loads(capsys.readouterr().out)
    assert card["name"] == "small"


def test_the_model_of_strips_is_listed_too(installed: Path, capsys: Capture) -> None:
    shutil.copytree(installed / "base", installed / "strips")
    (installed / "strips" / "card.json").unlink()
    write_json(
        installed / "strips" / "strips.json",
        {
            "name": "strips",
            "sha256": "0",
            "symbols": "0123456789.,-*",
            "temperature": 1.25,
            "calibration": [1.0, 0.0],
            "recipe": {"rounds": 4},
            "trained": {"parameters": 9876, "date": "2026-11-23T10:00:00+00:00"},
            "figures": {"held_out_strips": {"strips": 640, "right": 0.875, "of_digits_alone": 0.9}},
        },
    )
    assert run(["models"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split()[:2] == ["strips", "9,876"]
    assert run(["models", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["held_out_strips_accuracy"] for row in rows] == [None, None, 0.875]
    assert run(["models", "strips"]) == 0
    out = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for expected in ("held-out strips 640 87.50 %", "of digits alone 90.00 %", "temperature 1.25"):
        assert expected in out
    assert run(["models", "strips", "--json"]) == 0
    (card,) = json.loads(capsys.readouterr().out)
    assert card["recipe"] == {"rounds": 4}
    (installed / "strips" / "strips.json").write_text("{", encoding="utf-8")
    assert run(["models", "strips"]) == 1
    assert "the model of strips cannot be read" in capsys.readouterr().err


def test_somebody_s_card_cannot_steer_the_terminal(installed: Path, capsys: Capture) -> None:
    path = installed / "small" / "card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    del card["digest"]
    card["name"] = "\x1b[2Jgone"
    path.write_text(json.dumps({**card, "digest": json_digest(card)}), encoding="utf-8")
    assert run(["models", str(path.parent)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("\\x1b[2Jgone: ")
    assert "\x1b" not in out


@pytest.mark.parametrize(
    "changed",
    [
        {"figures": {"MNIST test": {"accuracy": None}}},
        {"figures": {"MNIST test": {"accuracy": "high"}}},
        {"figures": {"speed": {"one_digit_ms": 10**400, "images_a_second": 1}}},
        {"trained": {"members": None}},
        {"trained": {"seeds": 3}},
    ],
    ids=str,
)
def test_what_a_card_tells_in_another_form(
    changed: dict[str, object], installed: Path, capsys: Capture
) -> None:
    path = installed / "small" / "card.json"
    card = {**json.loads(path.read_text(encoding="utf-8")), **changed}
    del card["digest"]
    path.write_text(json.dumps({**card, "digest": json_digest(card)}), encoding="utf-8")
    assert run(["models", str(path.parent)]) == 1
    error = capsys.readouterr().err
    assert "card.json: must" in error
    assert "fault of tenfold" not in error


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
    monkeypatch.setattr(strips, "STRIP_FOLDER", tmp_path / "none")
    assert run(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["models", "--csv"]) == 0
