"""Reports of single runs and evaluations."""

from __future__ import annotations

import json
from pathlib import Path

import fake_folders
import pytest
from pages import read_page
from PIL import Image

from tenfold.data import MNIST
from tenfold.errors import RunError
from tenfold.report.run_report import evaluation_page, write_run_report

EVALUATION_HEADINGS = [
    "The test, in words",
    "Confusion matrix",
    "Each digit by itself",
    "Calibration: does confidence mean what it says?",
    "Refusing the unsure: risk and coverage",
    "The worst errors",
]


def test_a_run_report_has_training_and_test(run_folder: Path, mnist: MNIST) -> None:
    path = write_run_report(run_folder, mnist.test.images, mnist.test.labels)
    page = read_page(path)
    assert path == run_folder / "report.html"
    expected = [
        "The network, layer by layer",
        "Training, epoch by epoch",
        "Curves of accuracy and loss",
        *EVALUATION_HEADINGS,
        "The matrix of predicted probabilities",
        "The overfitting gap",
        "How it was made",
    ]
    assert [heading for heading in expected if heading not in page.headings] == []
    for words in (
        "93,322",
        "3 × 3 × 64 × 64 + 64",
        "844 steps an epoch",
        "Adam",
        "learning rate is 0.001",
        "95 % interval",
        "called overfitting",
        "expected calibration error",
        "0123abc",
    ):
        assert words in page.text, words
    evaluation = json.loads((run_folder / "evaluation.json").read_text())
    assert f"{100 * evaluation['accuracy']:.2f} %" in page.text
    names = {figure.stem for figure in (run_folder / "figures").iterdir()}
    assert names >= {"network", "curve-loss", "curve-accuracy", "confusion-matrix", "worst-errors"}
    for figure in (run_folder / "figures").iterdir():
        with Image.open(figure) as picture:
            picture.verify()


def test_a_run_without_evaluation_reports_its_training(tmp_path: Path, mnist: MNIST) -> None:
    folder = fake_folders.make_run(tmp_path / "run", mnist, evaluated=False)
    page = read_page(write_run_report(folder, mnist.test.images, mnist.test.labels))
    assert "Not evaluated yet" in page.headings
    assert "tenfold evaluate run" in page.text
    assert "Confusion matrix" not in page.headings


def test_a_layer_of_an_unknown_kind_does_not_stop_the_report(tmp_path: Path, mnist: MNIST) -> None:
    recipe = fake_folders.make_recipe(network=[{"kind": "attention"}, *fake_folders.DENSE])
    recipe["validation"] = {"method": "none"}
    recipe["optimizer"] = {"kind": "muon"}
    folder = fake_folders.make_run(tmp_path / "run", mnist, layers=False, recipe=recipe)
    page = read_page(write_run_report(folder, mnist.test.images, mnist.test.labels))
    assert "attention, flatten, dense" in page.text
    assert "The optimizer is muon." in page.text
    assert "none is held out" in page.text


def test_a_loss_that_ran_away_is_reported(run_folder: Path, mnist: MNIST) -> None:
    lines = [
        '{"epoch": 1, "seconds": 0.4, "loss": 0.5, "accuracy": 0.9}',
        '{"epoch": 2, "seconds": 0.4, "loss": NaN, "accuracy": 0.1}',
        '{"epoch": 3, "seconds": 0.4, "loss": null, "accuracy": null}',
    ]
    (run_folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    page = read_page(write_run_report(run_folder, mnist.test.images, mnist.test.labels))
    assert "not finite" in page.text
    assert "The overfitting gap" not in page.headings


def test_a_network_without_errors(run_folder: Path, mnist: MNIST) -> None:
    path = run_folder / "evaluation.json"
    evaluation = json.loads(path.read_text())
    evaluation.update(accuracy=1.0, worst_errors=[], confusion=[[0] * 10 for _ in range(10)])
    path.write_text(json.dumps(evaluation))
    page = read_page(write_run_report(run_folder, mnist.test.images, mnist.test.labels))
    assert "makes no error" in page.text
    assert "It makes no mistake" in page.text


def test_an_evaluation_has_a_page_of_its_own(tmp_path: Path, mnist: MNIST) -> None:
    outputs = fake_folders.make_outputs(mnist.test.labels)
    evaluation = fake_folders.make_evaluation(outputs, mnist.test.labels)
    title = "model <b>& co</b>"
    page = read_page(
        evaluation_page(tmp_path, evaluation, mnist.test.images, mnist.test.labels, title=title)
    )
    assert page.headings[0] == title
    assert [heading for heading in EVALUATION_HEADINGS if heading not in page.headings] == []
    assert "Evaluated on MNIST test: 40 images." in page.text


def test_a_page_tells_of_doubtful_labels_and_of_what_is_refused(
    tmp_path: Path, mnist: MNIST
) -> None:
    outputs = fake_folders.make_outputs(mnist.test.labels)
    evaluation = fake_folders.make_evaluation(outputs, mnist.test.labels) | {
        "labels": {"official": 0.99, "ten_corrected": 0.9911, "without_fifteen": 0.9922},
        "answers": {
            "thresholds": {"unsure": 0.75, "not_a_digit": 0.5},
            "answered": 0.95,
            "accuracy": 0.9933,
            "refused": {"unsure": 1, "not_a_digit": 2},
        },
    }
    images, labels = mnist.test.images, mnist.test.labels
    page = read_page(evaluation_page(tmp_path, evaluation, images, labels, title="x"))
    for words in (
        "the accuracy is 99.11 %, without the fifteen doubtful images 99.22 %",
        "This one answers 95.00 % of the images, those with a confidence of 0.7500 or more.",
        "Of its answers 99.33 % are right. It refuses 1 as unsure, 2 as not a digit.",
    ):
        assert words in page.text


def test_outputs_that_are_no_probabilities_are_named_so(tmp_path: Path, mnist: MNIST) -> None:
    outputs = fake_folders.make_outputs(mnist.test.labels)
    evaluation = fake_folders.make_evaluation(outputs, mnist.test.labels)
    page = read_page(
        evaluation_page(
            tmp_path,
            evaluation,
            mnist.test.images,
            mnist.test.labels,
            title="x",
            outputs=outputs / 2,
        )
    )
    assert "The rows do not sum to one" in page.text


def test_other_images_than_those_evaluated_are_refused(run_folder: Path, mnist: MNIST) -> None:
    with pytest.raises(RunError, match="must be the 40 that were evaluated, but are 60"):
        write_run_report(run_folder, mnist.train.images, mnist.train.labels)
    assert not (run_folder / "report.html").exists()


def test_outputs_of_another_length_are_refused(run_folder: Path, mnist: MNIST) -> None:
    import numpy as np

    np.save(run_folder / "outputs.npy", np.zeros((3, 10), np.float32))
    with pytest.raises(RunError, match="a row for each of the 40 images, but are 3"):
        write_run_report(run_folder, mnist.test.images, mnist.test.labels)
