"""A training of the model of strips, start to finish: digits, checkpoints, calibration, model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tenfold.data import MNIST
from tenfold.files import write_bytes, write_json
from tenfold.folders import ensure_folder
from tenfold.model.strips import STRIP_SYMBOLS, StripModel
from tenfold.spell import log_probability, spell
from tenfold.synthesis.characters import DigitSource
from tenfold.train.environment import describe_environment
from tenfold.train.strip_data import CHUNK, LabelledStrip, draw_chunk, targets_of
from tenfold.train.strip_export import strip_graph
from tenfold.train.strip_network import StripNetwork
from tenfold.train.strip_training import StripRecipe, train_strips
from tenfold.values import Split

__all__ = ["HELD_OUT", "export_strips", "held_out_digits", "run_strips"]

HELD_OUT = 5_000
"""The last training images: no strip that is trained on is drawn of them."""

_CHUNKS = 40  # of 32 held-out strips each, for temperature and figures
_TEMPERATURES = np.exp(np.linspace(math.log(0.5), math.log(2.5), 33))


def run_strips(
    recipe: StripRecipe, data: MNIST, folder: Path, report: Callable[[int, float], None]
) -> Path:
    """Train the model of strips into a folder, and return its model's folder.

    Args:
        recipe: How.
        data: Whose training images digits are drawn of, but for the last 5,000.
        folder: Of the checkpoint and the model; a checkpoint of the same recipe goes on.
        report: As in `tenfold.train.strip_training.train_strips`.

    Raises:
        RunError: The checkpoint there is of another recipe.
    """
    ensure_folder(folder)
    kept = Split(data.train.images[:-HELD_OUT], data.train.labels[:-HELD_OUT])
    network = train_strips(recipe, kept, folder / "checkpoint", report)
    trained = {
        "seed": recipe.seed,
        **describe_environment(data.sums, torch.get_num_threads()),
    }
    return export_strips(network, recipe, data, folder / "model", trained)


def held_out_digits(data: MNIST) -> Split:
    """Return the last training images, of which no strip that is trained on is drawn."""
    return Split(data.train.images[-HELD_OUT:], data.train.labels[-HELD_OUT:])


def export_strips(
    network: StripNetwork,
    recipe: StripRecipe,
    data: MNIST,
    folder: Path,
    trained: dict[str, Any],
) -> Path:
    """Write a trained network as a model, with its temperature and what it reaches on strips.

    Strips for both are drawn of the last 5,000 training images, from a seed of their own.
    """
    graph = strip_graph(network)
    ensure_folder(folder)
    write_bytes(folder / "model.onnx", graph)
    source = DigitSource(held_out_digits(data))
    strips = [
        strip for number in range(_CHUNKS) for strip in draw_chunk(source, recipe.seed + 1, number)
    ]
    model = StripModel.from_graph(graph, folder / "model.onnx")
    temperature = _temperature(model, strips[::2])
    model = StripModel.from_graph(graph, folder / "model.onnx", temperature)
    card = {
        "name": "strips",
        "symbols": STRIP_SYMBOLS,
        "sha256": hashlib.sha256(graph).hexdigest(),
        "temperature": temperature,
        "calibration": [1.0, 0.0],
        "recipe": asdict(recipe),
        "trained": {
            "parameters": sum(value.numel() for value in network.parameters()),
            **trained,
        },
        "figures": _figures(model, strips[1::2]),
        "licence": "MIT",
    }
    write_json(folder / "strips.json", card)
    return folder


def _temperature(model: StripModel, strips: Sequence[LabelledStrip]) -> float:
    """Return the temperature under which the strips' texts are likeliest."""
    logits = model.logits([strip.strip for strip in strips])
    losses = [
        -np.mean([_likely(row, strip.text, float(temperature)) for row, strip in zip(
            logits, strips, strict=True)])
        for temperature in _TEMPERATURES
    ]  # fmt: skip
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 4)


def _likely(logits: NDArray[np.float32], text: str, temperature: float) -> float:
    powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    rows = np.asarray(powers / powers.sum(1, keepdims=True), np.float32)
    return max(log_probability(rows, targets_of(text)), -50.0)


def _figures(model: StripModel, strips: Sequence[LabelledStrip]) -> dict[str, Any]:
    """Return the shares of strips, and of those with digits alone, that are spelled as drawn."""
    texts = [
        "".join(STRIP_SYMBOLS[one.symbol - 1] for one in spell(seen))
        for seen in model.probabilities([strip.strip for strip in strips])
    ]
    right = np.array([text == strip.text for text, strip in zip(texts, strips, strict=True)])
    digits = np.array([strip.text.isdigit() for strip in strips])
    return {
        "held_out_strips": {
            "strips": len(strips),
            "right": float(right.mean()),
            "of_digits_alone": float(right[digits].mean()),
            "drawn_in_chunks_of": CHUNK,
        }
    }
