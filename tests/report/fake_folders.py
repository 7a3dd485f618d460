"""Run and reproduction folders as training writes them, from synthetic figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.data import MNIST
from tenfold.train.settings import from_table
from tenfold.train.shapes import layer_table
from tenfold.values import Split

ENVIRONMENT = {
    "versions": {"tenfold": "0.1.0", "torch": "2.9.0"},
    "commit": "0123abc",
    "data": {"train-images-idx3-ubyte": "ba89" * 16},
    "processor": "a processor",
    "cores": 2,
    "threads": 2,
    "platform": "Linux",
    "python": "3.11.9",
    "precision": "float32",
    "date": "2026-01-02T03:04:05+00:00",
}

CONVOLUTIONS: list[dict[str, Any]] = [
    {"kind": "convolution", "filters": 32, "kernel_size": 3, "activation": "relu"},
    {"kind": "max_pool", "size": 2},
    {"kind": "convolution", "filters": 64, "kernel_size": 3, "activation": "relu"},
    {"kind": "max_pool", "size": 2},
    {"kind": "convolution", "filters": 64, "kernel_size": 3, "activation": "relu"},
    {"kind": "flatten"},
    {"kind": "dense", "units": 64, "activation": "relu"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]
DENSE: list[dict[str, Any]] = [
    {"kind": "flatten"},
    {"kind": "dense", "units": 128, "activation": "relu"},
    {"kind": "dropout", "rate": 0.2},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]


def tiny_mnist(train: int = 60, test: int = 40) -> MNIST:
    """Return random strokes with labels that go round, so that each digit occurs."""
    random = np.random.default_rng(7)

    def split(size: int) -> Split:
        images = random.integers(0, 256, (size, 28, 28), dtype=np.uint8)
        images[random.random(images.shape) < 0.8] = 0
        labels = (np.arange(size) % 10).astype(np.uint8)
        images.flags.writeable = labels.flags.writeable = False
        return Split(images, labels)

    return MNIST(train=split(train), test=split(test), sums={}, origin="made up")


def make_history(epochs: int = 4, *, validation: bool = True) -> list[dict[str, Any]]:
    rows = []
    for epoch in range(1, epochs + 1):
        fall = float(np.exp(-epoch / 3))
        row = {
            "epoch": epoch,
            "seconds": 0.41,
            "loss": 0.02 + 0.35 * fall,
            "accuracy": 0.995 - 0.1 * fall,
        }
        if validation:
            row["validation_loss"] = 0.07 + 0.2 * float(np.exp(-epoch / 2)) + 0.003 * epoch
            row["validation_accuracy"] = 0.978 - 0.05 * fall
        rows.append(row)
    return rows


def make_outputs(labels: np.ndarray) -> np.ndarray:
    """Return (N, 10) float32 rows that sum to one, 19 in 20 of them right."""
    random = np.random.default_rng(3)
    size = len(labels)
    logits = random.normal(size=(size, 10))
    favoured = np.where(np.arange(size) % 20 == 3, (labels + 3) % 10, labels)
    logits[np.arange(size), favoured] += random.uniform(5, 12, size)
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return (exponentials / exponentials.sum(1, keepdims=True)).astype(np.float32)


def make_evaluation(outputs: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    guesses, confidence = outputs.argmax(1), outputs.max(1).astype(float)
    right = guesses == labels
    size = len(labels)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, guesses), 1)
    order = np.argsort(-confidence, kind="stable")
    coverage = np.arange(1, size + 1) / size
    risk = np.cumsum(~right[order]) / np.arange(1, size + 1)
    bins = []
    for place in range(15):
        low, high = place / 15, (place + 1) / 15
        inside = (confidence > low) & (confidence <= high)
        filled = bool(inside.any())
        bins.append(
            {
                "low": low,
                "high": high,
                "count": int(inside.sum()),
                "confidence": float(confidence[inside].mean()) if filled else None,
                "accuracy": float(right[inside].mean()) if filled else None,
            }
        )
    wrong = [int(index) for index in order if not right[index]][:25]
    accuracy = float(right.mean())
    margin = 1.96 * float(np.sqrt(accuracy * (1 - accuracy) / size))
    return {
        "data": "MNIST test",
        "images": size,
        "accuracy": accuracy,
        "accuracy_interval": [accuracy - margin, min(accuracy + margin, 1.0)],
        "loss": float(-np.log(outputs[np.arange(size), labels]).mean()),
        "classes": [
            {
                "digit": digit,
                "precision": float(confusion[digit, digit] / max(confusion[:, digit].sum(), 1)),
                "recall": float(confusion[digit, digit] / max(confusion[digit].sum(), 1)),
                "f1": 0.9 + digit / 1000,
                "support": int(confusion[digit].sum()),
            }
            for digit in range(10)
        ],
        "confusion": confusion.tolist(),
        "calibration": {"expected_calibration_error": 0.0123, "bins": bins},
        "risk_coverage": {
            "coverage": coverage.tolist(),
            "risk": risk.tolist(),
            "area": float(risk.mean()),
            "at": [
                {
                    "coverage": share,
                    "accuracy": float(1 - risk[max(int(share * size) - 1, 0)]),
                    "threshold": float(confidence[order][max(int(share * size) - 1, 0)]),
                }
                for share in (0.9, 0.95, 0.99)
            ],
        },
        "worst_errors": [
            {
                "index": index,
                "label": int(labels[index]),
                "guess": int(guesses[index]),
                "confidence": float(confidence[index]),
                "label_probability": float(outputs[index, labels[index]]),
            }
            for index in wrong
        ],
    }


def make_recipe(
    name: str = "conv-3", network: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "summary": "three convolutions and two dense layers, Adam",
        "loss": "categorical_crossentropy",
        "epochs": 10,
        "batch_size": 64,
        "patience": 0,
        "precision": "float32",
        "seed": 0,
        "optimizer": {"kind": "adam", "learning_rate": 0.001, "epsilon": 1e-7},
        "validation": {"method": "last_fraction", "fraction": 0.1, "random_state": 0},
        "network": CONVOLUTIONS if network is None else network,
    }


def layers_of(network: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The layers as a run folder keeps them."""
    recipe = from_table(make_recipe() | {"network": network})
    return layer_table(recipe.network)


def make_run(
    folder: Path,
    mnist: MNIST,
    *,
    evaluated: bool = True,
    layers: bool = True,
    recipe: dict[str, Any] | None = None,
) -> Path:
    """Write a run folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe = make_recipe() if recipe is None else recipe
    watched = recipe["validation"]["method"] != "none"
    (folder / "recipe.toml").write_text(to_toml(recipe), encoding="utf-8")
    lines = [json.dumps(row) for row in make_history(recipe["epochs"], validation=watched)]
    (folder / "metrics.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if layers:
        (folder / "layers.json").write_text(json.dumps(layers_of(recipe["network"])))
    (folder / "environment.json").write_text(json.dumps(ENVIRONMENT), encoding="utf-8")
    if evaluated:
        outputs = make_outputs(mnist.test.labels)
        evaluation = make_evaluation(outputs, mnist.test.labels)
        (folder / "evaluation.json").write_text(json.dumps(evaluation), encoding="utf-8")
        np.save(folder / "outputs.npy", outputs)
    return folder


def make_reproduction(
    folder: Path, mnist: MNIST, seeds: tuple[int, ...] = (0, 1, 2), **changes: Any
) -> dict[str, Any]:
    """Write a reproduction folder with its runs, and return `reproduction.json`'s content."""
    recipe = changes.pop("recipe", make_recipe())
    layers = layers_of(recipe["network"])

    def measured(mean: float) -> dict[str, Any]:
        values = [mean + 0.0005 * (place - (len(seeds) - 1) / 2) for place in range(len(seeds))]
        spread = float(np.std(values, ddof=1)) if len(seeds) > 1 else None
        return {"mean": float(np.mean(values)), "std": spread, "values": values}

    reproduction: dict[str, Any] = {
        "system": recipe["name"],
        "summary": recipe["summary"],
        "recipe": recipe,
        "layers": layers,
        "parameters": sum(layer["parameters"] for layer in layers),
        "claims": [
            {"metric": "test_accuracy", "value": 0.9917, "words": "test accuracy 99.17 %"},
            {"metric": "test_loss", "value": 0.0306, "words": "test loss 0.0306"},
            {"metric": "train_accuracy", "value": 0.9972, "words": "train accuracy 99.72 %"},
            {"metric": "parameters", "value": 93322, "words": "93,322 parameters"},
        ],
        "claimed": {"test_accuracy": 0.9917, "test_loss": 0.0306, "train_accuracy": 0.9972},
        "measured": {
            "test_accuracy": measured(0.9912),
            "test_loss": measured(0.0301),
            "train_accuracy": measured(0.9931),
            "train_loss": measured(0.0221),
            "validation_accuracy": measured(0.9905),
            "validation_accuracy_epoch_5": measured(0.9897),
            "overfitting_gap": measured(0.0019),
            "epoch_claim_passed": {"mean": None, "std": None, "values": [None] * len(seeds)},
            "parameters": {"mean": 93322, "std": 0.0, "values": [93322] * len(seeds)},
        },
        "seeds": list(seeds),
        "shows": [
            "statistics",
            "ten_digits",
            "class_distribution",
            "intensity_density",
            "network",
            "epoch_log",
            "live_curves",
            "train_and_test",
        ],
        "errata": [
            {"published": "Features per sample: 28.", "correct": "A sample has 784 features."},
            {"published": "Classes: 2.", "correct": "There are 10 classes."},
        ],
        "selected_on_test": False,
        "seconds": {"per_epoch": 11.3, "total": 339.0},
        "command": "tenfold reproduce conv-3 --seeds 3",
        "environment": ENVIRONMENT,
        **changes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reproduction.json").write_text(json.dumps(reproduction), encoding="utf-8")
    for seed in seeds:
        make_run(folder / f"seed-{seed}", mnist, recipe={**recipe, "seed": seed})
    return reproduction


def to_toml(recipe: dict[str, Any]) -> str:
    """Return a recipe as TOML: plain values, then tables, then the array of layers."""
    lines = [f"{key} = {_literal(value)}" for key, value in recipe.items() if _is_plain(value)]
    for key, table in recipe.items():
        if isinstance(table, dict):
            lines += [f"[{key}]", *(f"{name} = {_literal(value)}" for name, value in table.items())]
    for layer in recipe["network"]:
        lines += ["[[network]]", *(f"{name} = {_literal(value)}" for name, value in layer.items())]
    return "\n".join(lines) + "\n"


def _is_plain(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _literal(value: Any) -> str:
    return json.dumps(value)
