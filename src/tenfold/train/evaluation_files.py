"""Evaluations as files: ``evaluation.json``, and the outputs of a network as an array or CSV."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data.label_errors import CORRECTED_LABELS, DOUBTFUL
from tenfold.decide import decide, digit_probabilities
from tenfold.errors import OutputError
from tenfold.files import write_bytes, write_json, write_text
from tenfold.folders import exclusive
from tenfold.model import Card, Model, included_models, load_model, read_card
from tenfold.train.environment import describe_moment
from tenfold.train.evaluate import evaluate
from tenfold.train.runs import Run
from tenfold.values import Split

__all__ = [
    "MNIST_TEST",
    "accuracy_of",
    "evaluate_model",
    "evaluate_run",
    "keep_figures",
    "main_figures",
    "network_outputs",
    "refuse_included",
    "write_figures",
    "write_outputs",
]


MNIST_TEST = "MNIST test"  # what figures on the test images are kept under
_MNIST_TEST_IMAGES = 10_000
_SUREST = 0.99  # share of images that are left when the least sure are refused
_MAIN = (
    "n", "images", "accuracy", "interval", "loss", "ece", "labels", "corruptions", "auroc",
    "refused", "refused_interval", "digits_refused", "pictures", "version",
    "measured",
)  # fmt: skip


def evaluate_model(
    model: Model, split: Split, data_name: str, *, thresholds: Mapping[str, float] | None = None
) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Return the evaluation of a model on labelled images, JSON-ready, and its outputs (N, 10).

    The logits are divided by the card's temperature first, as in reading pictures. ``model`` is the
    SHA-256 of the graph that was evaluated; ``answers`` is what comes of refusing, by
    ``thresholds`` as `tenfold.decide.decide` takes them or the card's own.
    """
    logits = model.logits(split.images)
    evaluation = evaluate(logits / np.float32(model.card.temperature), split.labels)
    result = {
        "data": data_name,
        "model": model.card.sha256["model.onnx"],
        "measured": describe_moment(),
        "n": evaluation.images,
        "interval": list(evaluation.accuracy_interval),
        "ece": evaluation.calibration["expected_calibration_error"],
        **evaluation.to_dict(),
        "answers": _answers(model, logits, split, thresholds or model.card.thresholds),
    }
    if split.names:
        for error in result["worst_errors"]:
            error["name"] = split.names[error["index"]]
    if data_name == MNIST_TEST and len(split) == _MNIST_TEST_IMAGES:
        result["labels"] = _by_labels(logits, split.labels)
    return result, network_outputs(logits, model.card)


def _answers(
    model: Model, logits: NDArray[np.float32], split: Split, thresholds: Mapping[str, float]
) -> dict[str, Any]:
    """Return how many images are answered, how many of these rightly, and why others are not."""
    blank = np.asarray(~split.images.any((1, 2)), bool)
    digits = decide(logits, blank, temperature=model.card.temperature, thresholds=thresholds)
    refused = Counter(digit.rejected for digit in digits if digit.rejected is not None)
    answered = len(digits) - refused.total()
    right = sum(digit.value == label for digit, label in zip(digits, split.labels, strict=True))
    return {
        "thresholds": dict(thresholds),
        "answered": answered / len(digits),
        "accuracy": right / answered if answered else None,
        "refused": {str(reason): count for reason, count in sorted(refused.items())},
    }


def _by_labels(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> dict[str, float]:
    """Return the accuracy by MNIST's labels, by people's, and without the doubtful images."""
    guesses = logits[:, :10].argmax(1)
    corrected = labels.copy()
    corrected[list(CORRECTED_LABELS)] = list(CORRECTED_LABELS.values())
    certain = np.ones(len(labels), bool)
    certain[list(DOUBTFUL)] = False
    return {
        "official": float((guesses == labels).mean()),
        "ten_corrected": float((guesses == corrected).mean()),
        "without_fifteen": float((guesses == labels)[certain].mean()),
    }


def main_figures(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of an evaluation that a card keeps."""
    figures = {key: result[key] for key in _MAIN if key in result}
    for point in result.get("risk_coverage", {}).get("at", ()):
        if abs(point["coverage"] - _SUREST) * result["images"] < 1:  # of few, not every share is
            figures["accuracy_of_99_percent"] = point["accuracy"]
    return figures


def refuse_included(model: Model) -> None:
    """Refuse to change the card of a model that comes with the package."""
    if model.folder in included_models().values():
        raise OutputError(
            f"{model.folder}: comes with the package and stays as it is; export or copy the model "
            "to keep figures of yours"
        )


def keep_figures(model: Model, figures: Mapping[str, Any]) -> None:
    """Write figures of a model, by the name of what they were measured on, into its card.

    Figures of the same names are replaced, others stay.

    Raises:
        OutputError: The card cannot be written, is one of the package's own, or another model has
            taken this one's place.
    """
    refuse_included(model)
    write_figures(model, figures)


def write_figures(model: Model, figures: Mapping[str, Any]) -> None:
    """Do as `keep_figures` does, also to a model of the package: for those who make it."""
    with exclusive(model.folder):
        card = read_card(model.folder)
        if card.sha256["model.onnx"] != model.card.sha256["model.onnx"]:
            raise OutputError(
                f"{model.folder}: must still hold the model that was evaluated, but holds another; "
                "evaluate it again"
            )
        kept = replace(card, figures={**card.figures, **figures})
        write_json(model.folder / "card.json", kept.sealed())


def evaluate_run(run: Run, test: Split) -> dict[str, Any]:
    """Evaluate a finished run on the test images, and keep the result in its folder."""
    evaluation, outputs = evaluate_model(load_model(run.folder), test, MNIST_TEST)
    write_json(run.folder / "evaluation.json", evaluation)
    write_outputs(run.folder / "outputs.npy", outputs)
    return evaluation


def accuracy_of(run: Run, split: Split) -> float:
    """Return the share of labelled images that a finished run's model reads right."""
    guesses = load_model(run.folder).logits(split.images)[:, :10].argmax(1)
    return float((guesses == split.labels).mean())


def network_outputs(logits: NDArray[np.float32], card: Card) -> NDArray[np.float32]:
    """Return what the published network itself puts out, (N, 10) float32.

    After a softmax these are probabilities; what a row lacks to one is that of "not a digit", where
    the model knows it. Ten sigmoids do not sum to one.
    """
    if card.output_activation != "sigmoid":
        return digit_probabilities(logits)[0].astype(np.float32)
    if card.recipe.get("loss_input") == "outputs":
        return np.exp(logits)
    with np.errstate(over="ignore"):  # exp of a large number gives infinity, and 1 / infinity is 0
        result: NDArray[np.float32] = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return result


def write_outputs(path: Path, outputs: NDArray[np.float32]) -> None:
    """Write outputs (N, 10) as ``.npy``, or as ``.csv`` with a heading and the image's number.

    Raises:
        OutputError: The name ends otherwise, or the file cannot be written.
    """
    if path.suffix == ".npy":
        buffer = io.BytesIO()
        np.save(buffer, outputs, allow_pickle=False)
        write_bytes(path, buffer.getvalue())
    elif path.suffix == ".csv":
        lines = ["image," + ",".join(str(digit) for digit in range(10))]
        lines += [f"{i}," + ",".join(f"{v:.8g}" for v in row) for i, row in enumerate(outputs)]
        write_text(path, "\n".join(lines) + "\n")
    else:
        raise OutputError(f"{path}: must end in .npy or .csv")
