"""``tenfold evaluate``: figures on stdout, pages and arrays where they were asked for."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import log_loss

import tiny
from tenfold.cli import run
from tenfold.data import MNIST
from tenfold.decide import softmax
from tenfold.files import write_json
from tenfold.model import load_model, read_card
from tenfold.train.evaluate import evaluate
from tenfold.train.recipe import Validation
from tenfold.train.training import TrainingPlan, train_run

Capture = pytest.CaptureFixture[str]


def test_figures_for_people(finished: Path, mnist: MNIST, capsys: Capture) -> None:
    assert run(["evaluate", str(finished)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    expected = evaluate(load_model(finished).logits(mnist.test.images), mnist.test.labels)
    assert "MNIST test: 100 images" in out
    right = round(expected.accuracy * 100)
    low, high = expected.accuracy_interval
    (line,) = [line for line in out.splitlines() if line.startswith("accuracy  ")]
    assert f"({right} right; 95 % interval " in line
    numbers = [float(number) for number in re.findall(r"\d+\.\d+", line)]
    assert numbers == [round(100 * value, 2) for value in (expected.accuracy, low, high)]
    assert f"loss      {expected.loss:.4f}" in out
    assert "confusion matrix" in out


def test_json_is_alone_on_stdout(finished: Path, mnist: MNIST, capsys: Capture) -> None:
    assert run(["evaluate", str(finished / "model"), "--json"]) == 0
    out, err = capsys.readouterr()
    expected = evaluate(load_model(finished).logits(mnist.test.images), mnist.test.labels)
    weights = hashlib.sha256((finished / "model" / "model.onnx").read_bytes()).hexdigest()
    short = {
        "n": 100,
        "interval": list(expected.accuracy_interval),
        "ece": expected.calibration["expected_calibration_error"],
    }
    named = {"data": "MNIST test", "model": weights}
    found = json.loads(out)
    assert set(found.pop("measured")) == {"date", "commit", "tenfold"}
    assert found.pop("answers")["answered"] == 1.0
    assert found == {**named, **short, **expected.to_dict()}
    assert err == ""


def test_held_out_images_are_those_the_run_left_out(
    mnist: MNIST, tmp_path: Path, capsys: Capture
) -> None:
    validation = Validation(method="last_fraction", fraction=0.25)
    recipe = replace(tiny.BASE, validation=validation)
    train_run(TrainingPlan(recipe, tmp_path / "held"), mnist)
    assert run(["evaluate", str(tmp_path / "held"), "--data", "held-out", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first = int(0.75 * len(mnist.train))
    logits = load_model(tmp_path / "held").logits(mnist.train.images[first:])
    expected = evaluate(logits, mnist.train.labels[first:])
    assert (found["n"], found["loss"]) == (len(mnist.train) - first, expected.loss)
    assert found["data"] == "held-out"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patience": 1}, "must be no run that stops early"),
        ({}, "must be a run on these data, but was trained on others"),
    ],
)
def test_images_that_chose_weights_or_trained_them_are_not_held_out(
    changes: dict[str, int],
    words: str,
    mnist: MNIST,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refusals: Callable[[], str],
) -> None:
    validation = Validation(method="last_fraction", fraction=0.25)
    recipe = replace(tiny.BASE, validation=validation, **changes)
    train_run(TrainingPlan(recipe, tmp_path / "held"), mnist)
    if not changes:
        other = replace(mnist, sums=dict.fromkeys(mnist.sums, "other"))
        monkeypatch.setattr("tenfold.data.load_mnist", lambda: other)
    assert run(["evaluate", str(tmp_path / "held"), "--data", "held-out"]) == 1
    assert words in refusals()


def test_held_out_images_have_no_split(finished: Path, refusals: Callable[[], str]) -> None:
    assert run(["evaluate", str(finished), "--data", "held-out", "--split", "train"]) == 2
    assert "has no --split" in refusals()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("finished", "must be a run that held training images out"),
        ("finished/model", "must be a run folder"),
        ("base", "must be a run folder"),
    ],
)
def test_what_held_nothing_out_has_no_such_images(
    model: str, words: str, finished: Path, refusals: Callable[[], str]
) -> None:
    named = model.replace("finished", str(finished))
    assert run(["evaluate", named, "--data", "held-out"]) == 1
    assert words in refusals()


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_outputs(
    suffix: str, finished: Path, mnist: MNIST, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / f"outputs{suffix}"
    command = ["evaluate", str(finished), "--json", "--outputs", str(path)]
    assert run(command) == 0
    assert capsys.readouterr().err == f"outputs: {path}\n"
    expected = softmax(load_model(finished).logits(mnist.test.images)).astype(np.float32)
    if suffix == ".npy":
        found = np.load(path, allow_pickle=False)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)
    else:
        table = np.loadtxt(path, delimiter=",", skiprows=1)
        assert path.read_text().splitlines()[0] == "image,0,1,2,3,4,5,6,7,8,9"
        np.testing.assert_array_equal(table[:, 0], np.arange(100))
        np.testing.assert_allclose(table[:, 1:], expected, rtol=1e-7)
    before = path.read_bytes()
    assert run(command) == 1
    assert f"{path}: is there already; add --force to replace it" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert run([*command, "--force"]) == 0


def test_the_card_s_temperature_is_taken(
    finished: Path, mnist: MNIST, tmp_path: Path, capsys: Capture
) -> None:
    """It moves loss and confidence, and no answer."""
    shutil.copytree(finished / "model", tmp_path / "model")
    tiny.change_card(tmp_path / "model" / "card.json", temperature=3.0)
    found = []
    for model in (finished, tmp_path / "model"):
        assert run(["evaluate", str(model), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    plain, heated = found
    assert heated["accuracy"] == plain["accuracy"]
    logits = load_model(finished).logits(mnist.test.images)
    expected = log_loss(mnist.test.labels, softmax(logits / 3), labels=range(10))
    assert heated["loss"] == pytest.approx(expected, rel=1e-5)
    assert heated["loss"] != pytest.approx(plain["loss"], rel=1e-3)


def test_own_labelled_images(finished: Path, mnist: MNIST, tmp_path: Path, capsys: Capture) -> None:
    rows = ["label," + ",".join(f"p{place}" for place in range(784))]
    for image, label in zip(mnist.test.images[:20], mnist.test.labels[:20], strict=True):
        rows.append(f"{label}," + ",".join(str(value) for value in image.ravel()))
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(rows))
    assert run(["evaluate", str(finished), "--data", str(path), "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert (evaluation["data"], evaluation["images"]) == (str(path), 20)


@pytest.mark.parametrize(("split", "images"), [("test", 100), ("train", 320)])
def test_the_part_of_a_set(split: str, images: int, finished: Path, capsys: Capture) -> None:
    assert run(["evaluate", str(finished), "--split", split, "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert (evaluation["data"], evaluation["images"]) == (f"MNIST {split}", images)


def test_a_report(finished: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "page"
    assert run(["evaluate", str(finished), "--report", str(out), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["images"] == 100
    page = Path(printed.err.strip().removeprefix("the page with all figures: "))
    assert page.parent == out
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_without_the_train_extra_the_remedy_is_named(
    finished: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tenfold.train.evaluation_files", None)
    for data in ("mnist", "corrupted", "optdigits"):
        assert run(["evaluate", str(finished), "--data", data]) == 1
        err = capsys.readouterr().err
        assert 'pip install "tenfold[train]"' in err
        assert "fault of tenfold" not in err


@pytest.mark.parametrize(
    ("options", "unsure"),
    [([], 0.2), (["--threshold", "0.15"], 0.15), (["--threshold", "0"], 0.0)],
    ids=["its-own", "asked-for", "none"],
)
def test_what_comes_of_refusing(
    options: list[str],
    unsure: float,
    finished: Path,
    mnist: MNIST,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    copied = Path(shutil.copytree(finished / "model", tmp_path / "model"))
    card = read_card(copied)
    write_json(copied / "card.json", replace(card, thresholds={"unsure": 0.2}).sealed())
    assert run(["evaluate", str(copied), "--json", *options]) == 0
    answers = json.loads(capsys.readouterr().out)["answers"]
    model = load_model(copied)
    shares = softmax(model.logits(mnist.test.images) / model.card.temperature)
    sure = shares.max(1) >= unsure
    right = (shares.argmax(1) == mnist.test.labels)[sure]
    assert answers["answered"] == pytest.approx(sure.mean())
    assert answers["accuracy"] == (pytest.approx(right.mean()) if sure.any() else None)
    assert sum(answers["refused"].values()) == (~sure).sum()
    assert run(["evaluate", str(copied), *options]) == 0
    (line,) = re.findall("answered  .*", capsys.readouterr().out)[:1]
    assert f"from confidence {unsure:.4f}" in line


def test_errors_of_a_folder_are_named_by_their_files(
    finished: Path, mnist: MNIST, tmp_path: Path, capsys: Capture
) -> None:
    labels = mnist.test.labels.tolist()
    for place, (image, label) in enumerate(zip(mnist.test.images, labels, strict=True)):
        (tmp_path / "set" / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(tmp_path / "set" / str(label) / f"no-{place}.png")
    assert run(["evaluate", str(finished), "--data", str(tmp_path / "set"), "--json"]) == 0
    errors = json.loads(capsys.readouterr().out)["worst_errors"]
    assert errors
    for error in errors:
        folder, _, name = error["name"].partition("/")
        assert int(folder) == error["label"]
        assert labels[int(name[3:-4])] == error["label"]
    assert run(["evaluate", str(finished), "--data", str(tmp_path / "set")]) == 0
    assert f"worst errors: {errors[0]['name']} " in capsys.readouterr().out
