"""Small data and small recipes that a test, or a process a test starts, trains in a moment."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tenfold.data import MNIST
from tenfold.files import json_digest
from tenfold.train.recipe import (
    Adam,
    AdamW,
    Augmentation,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    MeanMaxPool,
    Muon,
    Recipe,
    Residual,
    RMSprop,
    Schedule,
    Validation,
)
from tenfold.values import Split

OUTPUTS = Dense(units=10, activation="softmax")


def drawn_digits(count: int, seed: int) -> Split:
    """Digits in a plain typeface, each a little moved, scaled and noisy; in random order."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    random.shuffle(labels)
    images = np.zeros((count, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        corner = (int(random.integers(5, 9)), int(random.integers(21, 25)))
        size = float(random.uniform(0.65, 0.85))
        cv2.putText(image, str(label), corner, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 2, cv2.LINE_AA)
        noise = random.integers(0, 40, image.shape)
        image[:] = np.where(image > 0, np.maximum(image, 40) - noise, 0)
    return Split(images, labels)


def tiny_mnist(train: int = 320, test: int = 100) -> MNIST:
    """MNIST in small: drawn digits under sums of their own."""
    splits = drawn_digits(train, 1), drawn_digits(test, 2)
    sums = {
        name: hashlib.sha256(split.images.tobytes() + split.labels.tobytes()).hexdigest()
        for name, split in zip(("train", "test"), splits, strict=True)
    }
    return MNIST(*splits, sums=sums, origin="drawn for the tests")


BASE = Recipe(
    name="tiny",
    summary="a recipe for the tests",
    network=(Flatten(), Dense(units=12, activation="relu"), OUTPUTS),
    loss="categorical_crossentropy",
    optimizer=Adam(),
    validation=Validation(),
    epochs=3,
    batch_size=48,  # does not divide 320: the last batch is smaller
)


def with_layers(*layers: Layer, **changes: Any) -> Recipe:
    return replace(BASE, network=layers, **changes)


RECIPES = {
    "adam": BASE,
    "rmsprop": replace(BASE, optimizer=RMSprop()),
    "dropout": with_layers(
        Flatten(), Dense(units=12, activation="relu"), Dropout(rate=0.3), OUTPUTS
    ),
    "convolution": with_layers(
        Convolution(filters=3, kernel_size=3, activation="relu"), MaxPool(), Flatten(), OUTPUTS
    ),
    "validated": replace(BASE, validation=Validation(method="last_fraction", fraction=0.2)),
    "sigmoid": with_layers(
        Flatten(),
        Dense(units=10, activation="sigmoid"),
        loss="sparse_categorical_crossentropy",
        loss_input="outputs",
    ),
    "bfloat16": replace(BASE, precision="bfloat16"),
    "averaged": with_layers(
        Convolution(filters=4, kernel_size=5, stride=2, bias=False),
        BatchNorm(activation="relu"),
        Residual(
            layers=(
                Convolution(filters=4, kernel_size=3, padding="same"),
                BatchNorm(activation="relu"),
            )
        ),
        MaxPool(),
        MeanMaxPool(),
        Dropout(rate=0.2),
        OUTPUTS,
        optimizer=AdamW(learning_rate=0.02, weight_decay=0.1),
        schedule=Schedule(shape="linear", warm_up=0.2),
        augmentation=Augmentation(rotation=8, scale=0.1, shear=0.1, shift=1.5, elastic=0.4),
        clean_epochs=1,
        label_smoothing=0.02,
        weight_average=0.9,
    ),
    "negatives": with_layers(
        Convolution(filters=8, kernel_size=5, stride=2, bias=False),
        BatchNorm(activation="relu"),
        Convolution(filters=12, kernel_size=3, bias=False),
        BatchNorm(activation="relu"),
        MeanMaxPool(),
        Dense(units=11, activation="softmax"),
        optimizer=AdamW(learning_rate=0.02),
        augmentation=Augmentation(rotation=5, noisy=0.2, coarse=0.2, ruled=0.1),
        negatives=0.5,
        typed=0.2,
    ),
    "muon": with_layers(
        Convolution(filters=3, kernel_size=3), MaxPool(), Flatten(), OUTPUTS, optimizer=Muon()
    ),
}


def change_card(path: Path, **changes: Any) -> None:
    """Change a model's card and seal it again, as only a program can."""
    values = json.loads(path.read_text()) | changes
    values.pop("digest")
    path.write_text(json.dumps({**values, "digest": json_digest(values)}))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, by its name from there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def losses(metrics: Path) -> list[dict[str, float]]:
    """The epochs of a run without what a clock has to do with."""
    rows = [json.loads(line) for line in metrics.read_text().splitlines()]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def trained(run: Path) -> dict[str, Any]:
    """All of a run folder that must not depend on how often the run was interrupted."""
    names = ("checkpoint/last", "checkpoint/best")
    tensors = {
        f"{name}/{file}": (run / name / file).read_bytes()
        for name in names
        for file in ("model.safetensors", "state.safetensors")
        if (run / name).is_dir()
    }
    tensors["model"] = (run / "model" / "model.safetensors").read_bytes()
    tensors["graph"] = (run / "model" / "model.onnx").read_bytes()
    return {**tensors, "losses": losses(run / "metrics.jsonl")}
