"""Evaluations as files: ``evaluation.json``, and the outputs of a network as an array or CSV."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.decide import softmax
from tenfold.errors import OutputError
from tenfold.files import write_bytes, write_json, write_text
from tenfold.model import Card, Model, load_model
from tenfold.train.evaluate import evaluate
from tenfold.train.runs import Run
from tenfold.values import Split

__all__ = [
    "accuracy_of",
    "evaluate_model",
    "evaluate_run",
    "network_outputs",
    "write_outputs",
]


def evaluate_model(
    model: Model, split: Split, data_name: str
) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Return the evaluation of a model on labelled images, JSON-ready, and its outputs (N, 10).

    The logits are divided by the card's temperature first, as in reading pictures. ``model`` is the
    SHA-256 of the graph that was evaluated.
    """
    logits = model.logits(split.images)
    evaluation = evaluate(logits / np.float32(model.card.temperature), split.labels)
    weights = model.card.sha256["model.onnx"]
    result = {"data": data_name, "model": weights, **evaluation.to_dict()}
    return result, network_outputs(logits, model.card)


def evaluate_run(run: Run, test: Split) -> dict[str, Any]:
    """Evaluate a finished run on the test images, and keep the result in its folder."""
    evaluation, outputs = evaluate_model(load_model(run.folder), test, "MNIST test")
    write_json(run.folder / "evaluation.json", evaluation)
    write_outputs(run.folder / "outputs.npy", outputs)
    return evaluation


def accuracy_of(run: Run, split: Split) -> float:
    """Return the share of labelled images that a finished run's model reads right."""
    guesses = load_model(run.folder).logits(split.images).argmax(1)
    return float((guesses == split.labels).mean())


def network_outputs(logits: NDArray[np.float32], card: Card) -> NDArray[np.float32]:
    """Return what the published network itself puts out, (N, 10) float32.

    After a softmax these are probabilities. Ten sigmoids do not sum to one.
    """
    if card.output_activation != "sigmoid":
        return softmax(logits).astype(np.float32)
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
