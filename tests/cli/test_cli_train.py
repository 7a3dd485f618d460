"""``tenfold train``, ``recipes`` and ``export``: from a name to a model folder."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import tiny
from tenfold.cli import run
from tenfold.errors import ModelError
from tenfold.train import callbacks, export
from tenfold.train.systems import SYSTEMS

FAST = ["--set", "epochs=2", "--set", "network.1.units=8"]
FILES = {
    "checkpoint/last/model.safetensors",
    "checkpoint/last/state.json",
    "checkpoint/last/state.safetensors",
    "environment.json",
    "metrics.jsonl",
    "model/README.md",
    "model/card.json",
    "model/model.onnx",
    "model/model.safetensors",
    ".lock",
    "layers.json",
    "recipe.toml",
}
BEST = {name.replace("last", "best") for name in FILES if name.startswith("checkpoint")}

Capture = pytest.CaptureFixture[str]


def test_train_leaves_a_run_folder(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "run"
    assert run(["train", "dense-128", *FAST, "--seed", "4", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert set(tiny.files_of(out)) == FILES | BEST
    (line,) = printed.out.splitlines()
    assert line.startswith("dense-128: 2 epochs in ")
    rows = tiny.losses(out / "metrics.jsonl")
    assert f"validation accuracy {100 * rows[-1]['validation_accuracy']:.2f} %" in line
    assert f"validation loss {rows[-1]['validation_loss']:.4f}" in line
    assert printed.err.splitlines()[0].endswith(f"MNIST from drawn for the tests, into {out}")
    assert [part.split()[0] for part in printed.err.splitlines()[1:3]] == ["epoch", "epoch"]
    assert printed.err.splitlines()[-2:] == [
        f"model: {out / 'model'}",
        f"next: tenfold evaluate {out}",
    ]
    recipe = tomllib.loads((out / "recipe.toml").read_text())
    assert (recipe["epochs"], recipe["seed"], recipe["network"][1]["units"]) == (2, 4, 8)
    environment = json.loads((out / "environment.json").read_text())
    assert {"date", "commit", "versions", "processor", "threads", "data"} <= set(environment)


def test_quiet_says_where_the_model_is_alone(tmp_path: Path, capsys: Capture) -> None:
    assert run(["train", "dense-128", *FAST, "--quiet", "--out", str(tmp_path / "run")]) == 0
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_the_run_goes_to_runs_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["train", "dense-128-dropout", *FAST, "--quiet"]) == 0
    assert (tmp_path / "runs" / "dense-128-dropout" / "model" / "card.json").is_file()


@pytest.mark.parametrize("with_recipe", [True, False], ids=["recipe", "no-recipe"])
def test_interrupted_and_resumed(
    with_recipe: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    assert run(["train", "dense-128", *FAST, "--out", whole]) == 0

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(callbacks.ProgressBar, "on_epoch_end", interrupt)
        capsys.readouterr()
        assert run(["train", "dense-128", *FAST, "--out", parts]) == 130
    printed = capsys.readouterr()
    assert printed.out == ""
    said = [line for line in printed.err.splitlines() if line]  # click ends the line of the ^C
    assert said[-2:] == [
        f"stopped; go on with: tenfold train --resume --out {parts}",
        "interrupted",
    ]
    again = ["dense-128", *FAST] if with_recipe else []
    assert run(["train", *again, "--resume", "--out", parts]) == 0
    assert tiny.trained(Path(parts)) == tiny.trained(Path(whole))


def test_live_page_and_tensorboard(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "run"
    assert run(["train", "dense-128", *FAST, "--live", "--tensorboard", "--out", str(out)]) == 0
    page = (out / "live.html").read_text(encoding="utf-8")
    assert 'http-equiv="refresh"' not in page
    assert "Finished: 2 epochs." in page
    assert f"live curves: {(out / 'live.html').resolve().as_uri()}" in capsys.readouterr().err
    assert list((out / "tensorboard").glob("events.out.tfevents.*"))


def test_dry_run_prints_the_recipe_alone(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "run"
    assert run(["train", "conv-3", "--set", "epochs=1", "--dry-run", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert tomllib.loads(printed.out)["epochs"] == 1
    assert printed.err == ""
    assert not out.exists()


def test_dry_run_of_a_run_to_resume(finished: Path, capsys: Capture) -> None:
    assert run(["train", "--resume", "--dry-run", "--out", str(finished)]) == 0
    assert capsys.readouterr().out == (finished / "recipe.toml").read_text()


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv"])
def test_recipes_as_data(form: str, capsys: Capture) -> None:
    assert run(["recipes", form]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = {
        "--json": lambda: json.loads(out),
        "--jsonl": lambda: [json.loads(line) for line in out.splitlines()],
        "--csv": lambda: list(csv.DictReader(io.StringIO(out))),
    }[form]()
    assert {row["recipe"] for row in rows} >= set(SYSTEMS)
    parameters = {row["recipe"]: int(row["parameters"]) for row in rows}
    assert (parameters["dense-128"], parameters["conv-3"]) == (101_770, 93_322)


def test_one_recipe_in_full(capsys: Capture) -> None:
    assert run(["recipes", "conv-3"]) == 0
    out = capsys.readouterr().out
    assert "93,322 parameters" in out
    assert tomllib.loads(out[out.index('name = "conv-3"') :])["batch_size"] == 64
    assert run(["recipes", "conv-3", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert [layer["parameters"] for layer in row["layers"]] == [
        *(0, 320, 0, 18_496, 0, 36_928, 0, 36_928, 650)
    ]


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to be changed."""
    copy = tmp_path / "copy"
    for name, content in tiny.files_of(finished).items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(content)
    return copy


def test_export(copied: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "digits"
    assert run(["export", str(copied), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{out}\n"
    assert "agree on all" in printed.err
    assert set(tiny.files_of(out)) == {"README.md", "card.json", "model.onnx", "model.safetensors"}
    for name in ("model.onnx", "model.safetensors"):
        assert (out / name).read_bytes() == (copied / "model" / name).read_bytes()


def test_export_beside_the_run_with_its_figures(copied: Path, capsys: Capture) -> None:
    assert run(["evaluate", str(copied), "--report", str(copied)]) == 0
    assert run(["export", str(copied)]) == 0
    card = json.loads((copied.with_name("copy-model") / "card.json").read_text())
    figures = card["figures"]["MNIST test"]
    assert set(figures) >= {"n", "images", "accuracy", "interval", "loss", "ece"}
    assert figures["images"] == 100


def test_a_graph_of_other_numbers_has_none_of_the_run_s_figures(
    copied: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert run(["evaluate", str(copied), "--report", str(copied)]) == 0
    assert run(["export", str(copied), "--half", "--out", str(tmp_path / "half")]) == 0
    assert json.loads((tmp_path / "half" / "card.json").read_text())["figures"] == {}


def test_export_of_an_unfinished_run(copied: Path, tmp_path: Path, capsys: Capture) -> None:
    for path in (copied / "model").iterdir():
        path.unlink()
    (copied / "model").rmdir()
    assert run(["export", str(copied), "--out", str(tmp_path / "digits")]) == 0
    assert (tmp_path / "digits" / "card.json").is_file()


@pytest.mark.parametrize("force", [False, True], ids=["new", "force"])
def test_a_graph_that_differs_is_not_exported(
    force: bool,
    copied: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refusals: Callable[[], str],
) -> None:
    out = tmp_path / "digits"
    if force:
        out.mkdir()
        for name in ("README.md", "card.json"):
            (out / name).write_text('{"sha256": {}}')  # as an old model's card

    def differs(*_: object) -> None:
        raise ModelError("the exported graph must agree with PyTorch")

    monkeypatch.setattr(export, "check_parity", differs)
    arguments = ["--force"] if force else []
    assert run(["export", str(copied), "--out", str(out), *arguments]) == 1
    assert refusals() == "the exported graph must agree with PyTorch"
    assert out.exists() == force
    assert not force or set(tiny.files_of(out).values()) == {b'{"sha256": {}}'}
    assert {path.name for path in tmp_path.iterdir()} == {"copy", *(["digits"] if force else [])}


@pytest.mark.parametrize("out", ["precious", "run"])
def test_export_never_replaces_other_files(
    out: str, copied: Path, tmp_path: Path, refusals: Callable[[], str]
) -> None:
    folder = copied if out == "run" else tmp_path / out
    folder.mkdir(exist_ok=True)
    (folder / "mine").write_text("mine")
    assert run(["export", str(copied), "--out", str(folder), "--force"]) == 1
    assert "holds other files" in refusals()
    assert (folder / "mine").read_text() == "mine"


def test_export_never_replaces_another_program_s_card(
    copied: Path, tmp_path: Path, refusals: Callable[[], str]
) -> None:
    folder = tmp_path / "deck"
    folder.mkdir()
    for name in ("README.md", "card.json"):
        (folder / name).write_text('{"suit": "hearts"}')
    assert run(["export", str(copied), "--out", str(folder), "--force"]) == 1
    assert "holds other files" in refusals()
    assert set(tiny.files_of(folder).values()) == {b'{"suit": "hearts"}'}


def test_seeds_become_a_committee(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "five"
    command = ["train", "dense-128", *FAST, "--seeds", "3", "--seed", "2", "--out", str(out)]
    assert run(command) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 3
    assert printed.err.splitlines()[-1] == f"next: tenfold evaluate {out}"
    assert {path.name for path in out.iterdir()} == {"seed-2", "seed-3", "seed-4", "model"}
    card = json.loads((out / "model" / "card.json").read_text())
    assert (card["name"], card["trained"]["seeds"]) == ("five", [2, 3, 4])
    before = tiny.files_of(out / "seed-3")
    assert run(["evaluate", str(out), "--keep", "--json"]) == 0
    evaluated = tiny.files_of(out / "model")
    assert run([*command, "--resume"]) == 0
    assert tiny.files_of(out / "seed-3") == before
    assert tiny.files_of(out / "model") == evaluated
    assert run([*command[:-4], "--out", str(out), "--resume"]) == 0
    others = json.loads((out / "model" / "card.json").read_text())
    assert (others["trained"]["seeds"], others["figures"]) == ([0, 1, 2], {})


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--seeds", "1"], 2, "--seeds: must be from 2 to 100, but is 1"),
        (["--seeds", "101"], 2, "--seeds: must be from 2 to 100, but is 101"),
        (["--seeds", "2", "--live"], 2, "--seeds shows neither live curves"),
        (["--seeds", "2", "--out", "."], 1, "must be empty or hold runs of dense-128"),
    ],
)
def test_seeds_that_cannot_be(
    arguments: list[str],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refusals: Callable[[], str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").write_text("mine")
    assert run(["train", "dense-128", *FAST, *arguments]) == code
    assert words in refusals()
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]


def test_the_committee_is_a_recipe_by_name(capsys: Capture) -> None:
    assert run(["train", "committee", "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert tomllib.loads(out)["name"] == "champion"
    assert err == "committee is the mean of 5 networks of the recipe champion\n"
    assert run(["recipes", "committee"]) == 0
    assert capsys.readouterr().err == err
    assert run(["recipes", "--json"]) == 0
    rows = {row["recipe"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["committee"]["parameters"] == 5 * rows["champion"]["parameters"]


def test_export_calibrated_by_another_run(tmp_path: Path, capsys: Capture) -> None:
    whole, held, model = (str(tmp_path / name) for name in ("whole", "held", "model"))
    assert run(["train", "dense-512-rmsprop", *FAST, "--quiet", "--out", whole]) == 0
    hold = ["--set", "validation.method=last_fraction", "--set", "validation.fraction=0.75"]
    assert run(["train", "dense-512-rmsprop", *FAST, *hold, "--quiet", "--out", held]) == 0
    assert run(["export", whole, "--out", model, "--calibration", held]) == 0
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert card["calibration"]["images"] == 240
    assert card["thresholds"]["unsure"] > 0
    assert run(["evaluate", model, "--keep"]) == 0
    kept = json.loads((tmp_path / "model" / "card.json").read_text())["figures"]["MNIST test"]
    assert {"accuracy", "interval", "loss", "ece", "n"} <= set(kept)
    capsys.readouterr()
    assert run(["models", model]) == 0
    assert "calibrated" not in capsys.readouterr().err
    assert run(["export", whole, held, "--out", str(tmp_path / "no"), "--calibration", held]) == 1
    assert "two or more for a committee" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
