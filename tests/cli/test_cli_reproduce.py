"""``tenfold reproduce``: a published system, small, beside what it claimed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tiny
from tenfold.cli import run
from tenfold.train import systems
from tenfold.train.systems import SYSTEMS

Capture = pytest.CaptureFixture[str]

SUMMARY = ("system", "command", "seeds", "claimed", "measured", "commits", "environment")


@pytest.fixture(autouse=True)
def _one_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each system trains one epoch; its claims and pages stay as they are."""
    for name, system in SYSTEMS.items():
        recipe = replace(system.recipe, epochs=1)
        monkeypatch.setitem(systems.SYSTEMS, name, replace(system, recipe=recipe, milestones=()))


def test_a_table_and_a_page(tmp_path: Path, capsys: Capture) -> None:
    command = ["reproduce", "dense-128-dropout", "--seeds", "2", "--report", str(tmp_path)]
    assert run(command) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0].startswith("dense-128-dropout: 128 ReLU units")
    assert lines[1].split() == ["figure", "claimed", "measured", "spread", "each", "seed"]
    (accuracy,) = [line for line in lines if line.startswith("test accuracy")]
    assert accuracy.split()[2].rstrip("%") == "97.66"
    folder = tmp_path / "dense-128-dropout"
    assert f"report: {folder / 'report.html'}" in printed.err
    assert (folder / "report.html").is_file()
    assert {path.name for path in folder.glob("seed-*")} == {"seed-0", "seed-1"}
    before = tiny.files_of(folder / "seed-0" / "checkpoint")
    assert run(command) == 0
    assert capsys.readouterr().out == printed.out
    assert tiny.files_of(folder / "seed-0" / "checkpoint") == before


def test_json_is_alone_on_stdout(tmp_path: Path, capsys: Capture) -> None:
    command = ["reproduce", "dense-100-sigmoid", "--seeds", "1", "--report", str(tmp_path)]
    assert run([*command, "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert set(result) == {
        "system",
        "command",
        "seeds",
        "claimed",
        "measured",
        "commits",
        "environment",
    }
    assert (result["system"], result["seeds"]) == ("dense-100-sigmoid", [0])
    assert result["measured"]["test_accuracy"]["std"] is None
    assert len(err.splitlines()) == 1


def test_figures_on_the_test_set_are_labelled(tmp_path: Path, capsys: Capture) -> None:
    assert run(["reproduce", "dense-128", "--seeds", "1", "--report", str(tmp_path)]) == 0
    assert "these figures are not blind" in capsys.readouterr().out


def test_a_folder_with_other_files_is_refused(tmp_path: Path, refusals: Callable[[], str]) -> None:
    (tmp_path / "dense-128").mkdir()
    (tmp_path / "dense-128" / "mine").write_text("mine")
    arguments = ["reproduce", "dense-128", "--seeds", "1", "--report", str(tmp_path), "--quiet"]
    assert run(arguments) == 1
    assert "must be empty or hold runs of dense-128, but holds other files" in refusals()
    assert tiny.files_of(tmp_path) == {"dense-128/mine": b"mine"}
