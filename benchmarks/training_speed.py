"""Seconds an epoch of each published system: tenfold beside Keras on TensorFlow, in one run.

Each system is trained with the same network, batch, images and validation by both, in a process of
its own, one after the other; after a warm-up epoch the median of five is taken. Run it on an idle
machine:

    make bench        or        python benchmarks/training_speed.py [--epochs 5] [SYSTEM ...]

Results are appended to ``benchmarks/results/training_speed.csv``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from record import append_rows
from tenfold.data import load_mnist
from tenfold.train.recipe import Adam, Convolution, Dense, Dropout, Flatten, MaxPool, Recipe
from tenfold.train.splits import split_images
from tenfold.train.systems import SYSTEMS

PEERS = ("keras", "tenfold")


def time_tenfold(recipe: Recipe) -> list[float]:
    """Return the seconds of each epoch, its validation included."""
    from tenfold.train.fit import Trainer, as_images, as_labels, fit

    train, validation = split_images(recipe.validation, load_mnist())
    trainer = Trainer(recipe, as_images(train), as_labels(train))
    fit(trainer, validation)
    return [row["seconds"] for row in trainer.history]


def time_keras(recipe: Recipe) -> list[float]:
    """Return the seconds of each epoch of ``model.fit``, its validation included."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import numpy as np

    import keras

    train, validation = split_images(recipe.validation, load_mnist())
    one_hot = recipe.loss == "categorical_crossentropy"
    convolutional = isinstance(recipe.network[0], Convolution)

    def arrays(split: Any) -> tuple[Any, Any]:
        pixels = split.images.astype(np.float32) / 255
        pixels = pixels[..., None] if convolutional else pixels
        return pixels, np.eye(10, dtype=np.float32)[split.labels] if one_hot else split.labels

    layers = {
        Flatten: lambda layer: keras.layers.Flatten(),
        Dense: lambda layer: keras.layers.Dense(layer.units, activation=layer.activation),
        Dropout: lambda layer: keras.layers.Dropout(layer.rate),
        MaxPool: lambda layer: keras.layers.MaxPooling2D(layer.size),
        Convolution: lambda layer: keras.layers.Conv2D(
            layer.filters, layer.kernel_size, activation=layer.activation
        ),
    }
    shape = (28, 28, 1) if convolutional else (28, 28)
    model = keras.Sequential(
        [keras.Input(shape), *(layers[type(layer)](layer) for layer in recipe.network)]
    )
    optimizer = "adam" if isinstance(recipe.optimizer, Adam) else "rmsprop"
    model.compile(optimizer=optimizer, loss=recipe.loss, metrics=["accuracy"])
    seconds: list[float] = []

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seconds.append(time.perf_counter() - self.started)

    held = None if validation is None else arrays(validation)
    model.fit(
        *arrays(train), batch_size=recipe.batch_size, epochs=recipe.epochs,
        validation_data=held, validation_batch_size=1000, callbacks=[Clock()], verbose=0,
    )  # fmt: skip
    return seconds


def measure(peer: str, system: str, epochs: int) -> float:
    """Return the median of a peer's epochs after the first, measured in a fresh process."""
    command = [sys.executable, __file__, "--worker", peer, system, str(epochs + 1)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return statistics.median(seconds[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("systems", nargs="*", default=list(SYSTEMS), metavar="SYSTEM")
    parser.add_argument("--epochs", type=int, default=5, help="epochs that count")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        peer, system, epochs = options.worker
        recipe = replace(SYSTEMS[system].recipe, epochs=int(epochs))
        print(json.dumps((time_keras if peer == "keras" else time_tenfold)(recipe)))
        return
    rows = []
    print(f"{'system':20} {'keras':>9} {'tenfold':>9} {'times as fast':>14}")
    for system in options.systems:
        seconds = {peer: measure(peer, system, options.epochs) for peer in PEERS}
        ratio = seconds["keras"] / seconds["tenfold"]
        print(f"{system:20} {seconds['keras']:8.2f}s {seconds['tenfold']:8.2f}s {ratio:13.1f}x")
        rows.append(
            {
                "system": system,
                "epochs": options.epochs,
                "keras_seconds": round(seconds["keras"], 3),
                "tenfold_seconds": round(seconds["tenfold"], 3),
                "ratio": round(ratio, 2),
            }
        )
    append_rows(Path(__file__).parent / "results" / "training_speed.csv", rows)


if __name__ == "__main__":
    main()
