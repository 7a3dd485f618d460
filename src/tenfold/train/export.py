"""From a run to a model folder, checked against PyTorch image by image."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tenfold.decide import mean_logits, softmax
from tenfold.errors import ModelError, RunError
from tenfold.files import sha256, write_bytes, write_json, write_text
from tenfold.folders import replace_folder
from tenfold.model import DIGITS, NOT_A_DIGIT, Card, load_model
from tenfold.train.calibrate import NOT_A_DIGIT_THRESHOLD, Calibration
from tenfold.train.checkpoint import check_tensors, load_checkpoint
from tenfold.train.fit import as_images, predict_logits
from tenfold.train.networks import Network
from tenfold.train.onnx_graph import build_graph
from tenfold.train.recipe import Recipe
from tenfold.train.run_files import MODEL_FILES
from tenfold.train.runs import Run, check_drawn_alike, check_recipe_of
from tenfold.train.settings import to_table
from tenfold.train.shapes import output_activation, parameter_count, summarise
from tenfold.values import Split

__all__ = [
    "FULL",
    "MODEL_FILES",
    "Form",
    "check_parity",
    "export_committee",
    "export_run",
    "export_weights",
]

_CARD = "card.json"  # also what tells that a folder is a model of ours

_TOLERANCE = 1e-4  # of a probability between PyTorch and ONNX Runtime
_HALF_TOLERANCE = 0.02  # the same where weights were rounded to float16


@dataclass(frozen=True)
class Form:
    """How a model folder keeps its weights.

    Attributes:
        half: In float16, which halves the graph's file; computing stays in float32.
        safetensors: Once more as ``model.safetensors``, in float32, for PyTorch.
    """

    half: bool = False
    safetensors: bool = True


FULL = Form()


def export_run(
    run: Run,
    folder: Path,
    images: Split,
    figures: Mapping[str, Any] | None = None,
    *,
    calibration: Calibration | None = None,
    form: Form = FULL,
    force: bool = True,
) -> None:
    """Write a run's weights as a model folder.

    Args:
        run: A run with at least one epoch done.
        folder: The model folder.
        images: Images on which ONNX Runtime must agree with PyTorch.
        figures: Figures of these weights, for the card.
        calibration: Temperature and thresholds, for the card; without them every answer counts.
        form: How the weights are kept.
        force: Replace a model that is there; a folder with other files never is.

    Raises:
        RunError: The run has no checkpoint, a damaged one, or one of another recipe.
        ModelError: The exported graph does not agree with PyTorch.
        OutputError: The folder cannot be written.
    """
    export_weights(
        run.recipe,
        [_weights_of(run)],
        folder,
        images,
        {"seed": run.recipe.seed, "epochs": len(run.history()), **run.environment()},
        figures or {},
        calibration=calibration,
        marker="" if folder == run.model else _CARD,  # a run's own may have lost its card
        form=form,
        force=force,
    )


def export_committee(
    runs: Sequence[Run],
    folder: Path,
    images: Split,
    name: str,
    *,
    calibration: Calibration | None = None,
    form: Form = FULL,
    force: bool = True,
) -> None:
    """Write several runs of one recipe as one model that averages their probabilities.

    Args:
        runs: Two or more, of different seeds.
        folder: The model folder.
        images: Images on which ONNX Runtime must agree with PyTorch.
        name: What the model is called.
        calibration: Temperature and thresholds, for the card.
        form: How the weights are kept.
        force: Replace a model that is there.

    Raises:
        RunError: There are not enough runs, or they are not of one recipe.
        ModelError, OutputError: As in `export_run`.
    """
    recipes = {replace(run.recipe, seed=0) for run in runs}
    seeds = [run.recipe.seed for run in runs]
    if len(runs) < 2 or len(recipes) > 1 or len(set(seeds)) < len(runs):
        raise RunError("RUN...: must be two runs or more of one recipe, each of another seed")
    data = [run.environment().get("data") for run in runs]
    if any(other != data[0] for other in data):
        raise RunError("RUN...: must be runs on the same data, but their SHA-256 differ")
    check_drawn_alike(runs)
    summary = f"the mean of {len(runs)} networks of the recipe {runs[0].recipe.name}"
    export_weights(
        runs[0].recipe,
        [_weights_of(run) for run in runs],
        folder,
        images,
        {"seeds": seeds, "epochs": len(runs[0].history()), **_of_all(runs)},
        {},
        calibration=calibration,
        form=form,
        force=force,
        title=(name, summary),
    )


def _of_all(runs: Sequence[Run]) -> dict[str, Any]:
    """Return what a committee's members ran on: what they share, and each one's date and commit."""
    environments = [run.environment() for run in runs]
    shared = {
        key: value
        for key, value in environments[0].items()
        if all(other.get(key) == value for other in environments)
    }
    members = [
        {"seed": run.recipe.seed, "date": ran.get("date"), "commit": ran.get("commit")}
        for run, ran in zip(runs, environments, strict=True)
    ]
    return {**shared, "members": members}


def _weights_of(run: Run) -> dict[str, Tensor]:
    checkpoint = load_checkpoint(run.chosen)
    if checkpoint is None:
        raise RunError(f"{run.folder}: has no checkpoint to export; train at least one epoch")
    check_recipe_of(run, checkpoint)
    check_tensors(run.chosen, checkpoint.weights, Network(run.recipe).state_dict())
    return dict(checkpoint.weights)


def export_weights(
    recipe: Recipe,
    members: Sequence[Mapping[str, Tensor]],
    folder: Path,
    images: Split,
    trained: Mapping[str, Any],
    figures: Mapping[str, Any],
    *,
    calibration: Calibration | None = None,
    marker: str = _CARD,
    form: Form = FULL,
    force: bool = True,
    title: tuple[str, str] | None = None,
) -> None:
    """Write weights as a model folder; see `export_run` and `export_committee`.

    `replace_folder` says what ``marker`` and ``force`` do; ``title`` is a name and a summary in the
    place of the recipe's.
    """
    arrays = [{name: value.numpy() for name, value in weights.items()} for weights in members]
    name, summary = title or (recipe.name, recipe.summary)
    with replace_folder(folder, MODEL_FILES, marker=marker, force=force) as temporary:
        names = ["model.onnx"]
        write_bytes(temporary / "model.onnx", build_graph(recipe, *arrays, half=form.half))
        if form.safetensors:
            names.append("model.safetensors")
            write_bytes(temporary / "model.safetensors", _safetensors(members))
        multiplications = sum(row.multiplications for row in summarise(recipe.network))
        card = Card(
            name=name,
            sha256={name: sha256(temporary / name) for name in names},
            labels=(*DIGITS, NOT_A_DIGIT) if recipe.negatives else DIGITS,
            output_activation=output_activation(recipe.network),
            recipe={**to_table(recipe), "summary": summary},
            trained={
                **trained,
                "parameters": len(members) * parameter_count(recipe.network),
                "multiplications": len(members) * multiplications,
            },
            figures=dict(figures),
            **_confidence(recipe, calibration),
        )
        write_json(temporary / _CARD, card.sealed())
        write_text(temporary / "README.md", _readme(card))
        check_parity(recipe, members, temporary, images, form)


def _safetensors(members: Sequence[Mapping[str, Tensor]]) -> bytes:
    from safetensors.torch import save

    if len(members) == 1:
        return save(dict(members[0]))
    return save(
        {
            f"member_{number}.{name}": value
            for number, weights in enumerate(members)
            for name, value in weights.items()
        }
    )


def _confidence(recipe: Recipe, calibration: Calibration | None) -> dict[str, Any]:
    """Return what a card says about confidence."""
    if calibration is None:
        uncalibrated = {"not_a_digit": NOT_A_DIGIT_THRESHOLD, "unsure": 0.0}
        return {"thresholds": uncalibrated} if recipe.negatives else {}
    return {
        "temperature": calibration.temperature,
        "thresholds": calibration.thresholds,
        "operating_points": calibration.operating_points,
        "coverage": calibration.coverage,
        "calibration": calibration.fitted_on,
    }


def check_parity(
    recipe: Recipe,
    members: Sequence[Mapping[str, Tensor]],
    folder: Path,
    images: Split,
    form: Form = FULL,
) -> None:
    """Compare an exported model with the networks it was made of, on every image.

    Raises:
        ModelError: The likeliest digit differs on any image, or a probability by more than 1e-4.
            With weights in float16, which are rounded by up to 5e-4 of themselves, probabilities
            may differ by 0.02, and digits whose probabilities are that near each other.
    """
    tolerance = _HALF_TOLERANCE if form.half else _TOLERANCE
    ours = _all_logits(recipe, members, images)
    theirs = load_model(folder).logits(images.images)
    differing = ours.argmax(1) != theirs.argmax(1)
    if form.half:
        two = np.sort(softmax(ours), 1)[:, -2:]
        differing &= two[:, 1] - two[:, 0] > tolerance
    different, largest = int(differing.sum()), _largest_difference(ours, theirs)
    if different or largest > tolerance:
        raise ModelError(
            f"the exported graph must agree with PyTorch on all {len(images):,} images, but "
            f"{different} answers differ, and probabilities by up to {largest:.2g} "
            f"(at most {tolerance:g} is allowed); nothing was exported"
        )


def _all_logits(
    recipe: Recipe, members: Sequence[Mapping[str, Tensor]], images: Split
) -> NDArray[np.float32]:
    """Return what PyTorch says of the images, with all members together."""
    found = []
    for weights in members:
        network = Network(recipe)
        network.load_state_dict(dict(weights))
        found.append(predict_logits(network, as_images(images)).numpy())
    return mean_logits(found)


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
        f"`logits` (N, {len(card.labels)}) float32. Scaling happens inside the graph. Recipe,",
        "seed, commit, data sums and figures stand in `card.json`.",
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
    varied = any(card.recipe.get("augmentation", {}).values())
    known = "Trained on MNIST's training images" + (" under wide variation" if varied else "")
    if card.recipe.get("typed"):
        known += ", on typed digits"
    if NOT_A_DIGIT in card.labels:
        known += ", and on drawn pictures of what is no digit, which it refuses."
    else:
        known += ": it knows nothing but single digits, and has one for whatever it is shown."
    if card.thresholds["unsure"] > 0:
        known += " It refuses what it is not sure of."
    return textwrap.fill(known, 88)
