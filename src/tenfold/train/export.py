"""From a run to a model folder, checked against PyTorch image by image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tenfold.decide import softmax
from tenfold.errors import ModelError, RunError
from tenfold.files import replace_folder, sha256, write_bytes, write_json, write_text
from tenfold.model import DIGITS, NOT_A_DIGIT, Card, load_model
from tenfold.train.calibrate import Calibration
from tenfold.train.checkpoint import load_checkpoint
from tenfold.train.fit import as_images, predict_logits
from tenfold.train.networks import Network
from tenfold.train.onnx_graph import build_graph
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run, check_recipe_of
from tenfold.train.settings import to_table
from tenfold.train.shapes import output_activation
from tenfold.values import Split

__all__ = ["MODEL_FILES", "check_parity", "export_run", "export_weights"]

_CARD = "card.json"  # also what tells that a folder is a model of ours
MODEL_FILES = ("model.onnx", "model.safetensors", _CARD, "README.md")

_TOLERANCE = 1e-4  # of a probability between PyTorch and ONNX Runtime


def export_run(
    run: Run,
    folder: Path,
    images: Split,
    figures: Mapping[str, Any] | None = None,
    *,
    calibration: Calibration | None = None,
    force: bool = True,
) -> None:
    """Write a run's weights as a model folder.

    Args:
        run: A run with at least one epoch done.
        folder: The model folder.
        images: Images on which ONNX Runtime must agree with PyTorch.
        figures: Figures of these weights, for the card.
        calibration: Temperature and thresholds, for the card; without them every answer counts.
        force: Replace a model that is there; a folder with other files never is.

    Raises:
        RunError: The run has no checkpoint, a damaged one, or one of another recipe.
        ModelError: The exported graph does not agree with PyTorch.
        OutputError: The folder cannot be written.
    """
    checkpoint = load_checkpoint(run.chosen)
    if checkpoint is None:
        raise RunError(f"{run.folder}: has no checkpoint to export; train at least one epoch")
    check_recipe_of(run, checkpoint)
    trained = {
        "seed": run.recipe.seed,
        "epochs": len(checkpoint.history),
        **run.environment(),
    }
    export_weights(
        run.recipe,
        checkpoint.weights,
        folder,
        images,
        trained,
        figures or {},
        calibration=calibration,
        marker="" if folder == run.model else _CARD,  # a run's own may have lost its card
        force=force,
    )


def export_weights(
    recipe: Recipe,
    weights: Mapping[str, Tensor],
    folder: Path,
    images: Split,
    trained: Mapping[str, Any],
    figures: Mapping[str, Any],
    *,
    calibration: Calibration | None = None,
    marker: str = _CARD,
    force: bool = True,
) -> None:
    """Write weights as a model folder: ONNX, safetensors, card and README; see `export_run`.

    `replace_folder` says what ``marker`` and ``force`` do.
    """
    from safetensors.torch import save

    network = Network(recipe)
    network.load_state_dict(dict(weights))
    arrays = {name: value.numpy() for name, value in weights.items()}
    with replace_folder(folder, MODEL_FILES, marker=marker, force=force) as temporary:
        write_bytes(temporary / "model.onnx", build_graph(recipe, arrays))
        write_bytes(temporary / "model.safetensors", save(dict(weights)))
        names = ("model.onnx", "model.safetensors")
        card = Card(
            name=recipe.name,
            sha256={name: sha256(temporary / name) for name in names},
            labels=(*DIGITS, NOT_A_DIGIT) if recipe.negatives else DIGITS,
            output_activation=output_activation(recipe.network),
            recipe=to_table(recipe),
            trained=dict(trained),
            figures=dict(figures),
            **_confidence(calibration),
        )
        write_json(temporary / _CARD, card.sealed())
        write_text(temporary / "README.md", _readme(card))
        check_parity(network, temporary, images)


def _confidence(calibration: Calibration | None) -> dict[str, Any]:
    """Return what a card says about confidence."""
    if calibration is None:
        return {}
    return {
        "temperature": calibration.temperature,
        "thresholds": calibration.thresholds,
        "operating_points": calibration.operating_points,
        "calibration": calibration.fitted_on,
    }


def check_parity(network: Network, folder: Path, images: Split) -> None:
    """Compare an exported model with the network it was made of, on every image.

    Raises:
        ModelError: The likeliest digit differs on any image, or a probability by more than 1e-4.
    """
    ours = predict_logits(network, as_images(images)).numpy()
    theirs = load_model(folder).logits(images.images)
    different = int((ours.argmax(1) != theirs.argmax(1)).sum())
    largest = _largest_difference(ours, theirs)
    if different or largest > _TOLERANCE:
        raise ModelError(
            f"the exported graph must agree with PyTorch on all {len(images):,} images, but "
            f"{different} answers differ, and probabilities by up to {largest:.2g} "
            f"(at most {_TOLERANCE:g} is allowed); nothing was exported"
        )


def _largest_difference(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    return float(np.abs(softmax(ours) - softmax(theirs)).max())


def _readme(card: Card) -> str:
    """Return the model folder's README, with a header that model hubs read."""
    lines = [
        "---",
        f"license: {card.licence.lower()}",
        "library_name: tenfold",
        "pipeline_tag: image-classification",
        "datasets: [mnist]",
        "---",
        "",
        f"# {card.name}",
        "",
        str(card.recipe["summary"]) + ".",
        "",
        "`model.onnx` takes `images` (N, 28, 28) uint8, 0 background to 255 full ink, and gives",
        "`logits` (N, 10) float32. Scaling happens inside the graph. Recipe, seed, commit, data",
        "sums and figures stand in `card.json`.",
        "",
        "```python",
        "import tenfold",
        "",
        'tenfold.classify("digit.png", model="this/folder")',
        "```",
        "",
        _knowledge(card),
        "",
    ]
    return "\n".join(lines)


def _knowledge(card: Card) -> str:
    """Return what a model knows, and what it does about the rest."""
    if NOT_A_DIGIT in card.labels:
        known = (
            "Trained on MNIST's training images under wide variation, and on drawn pictures of\n"
            "what is no digit, which it refuses."
        )
    else:
        known = (
            "Trained on MNIST's training images alone, it knows nothing but centred single digits\n"
            "in white on black, and takes anything for one of them."
        )
    return known + (" It refuses what it is not sure of." if card.operating_points else "")
