"""Seconds an epoch of each published system: tenfold beside Keras on TensorFlow, in one run.

Each system is trained with the same network, batch, images and validation by both, each in a
process of its own. They take turns, epoch by epoch, so that a processor that slows down or speeds
up does so for both; while one computes the other waits. After a warm-up epoch the median of five
is taken. Run it on an idle machine:

    make bench        or        python benchmarks/training_speed.py [--epochs 5] [SYSTEM ...]

Results are appended to ``benchmarks/results/training_speed.csv``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from record import append_rows
from tenfold.data import load_mnist
from tenfold.train.recipe import Recipe
from tenfold.train.splits import split_images
from tenfold.train.systems import SYSTEMS

PEERS = ("keras", "tenfold")


def take_turn() -> None:
    """Wait until this process may compute."""
    if not sys.stdin.readline():
        raise SystemExit("the benchmark has gone away")


def give_turn(seconds: float) -> None:
    """Tell how long the epoch took, and let the other process compute."""
    print(seconds, flush=True)


def time_tenfold(recipe: Recipe) -> None:
    """Train, telling the seconds of each epoch, its validation included."""
    from tenfold.train.fit import Callback, Metrics, Trainer, as_images, as_labels, fit

    class Turns(Callback):
        def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
            give_turn(metrics["seconds"])
            if trainer.epoch < recipe.epochs:
                take_turn()

    train, validation = split_images(recipe.validation, load_mnist())
    trainer = Trainer(recipe, as_images(train), as_labels(train))
    take_turn()
    fit(trainer, validation, [Turns()])


def time_keras(recipe: Recipe) -> None:
    """Train by ``model.fit``, telling the seconds of each epoch, its validation included."""
    import keras
    from keras_peer import build_model, convert

    class Turns(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            take_turn()
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            give_turn(time.perf_counter() - self.started)

    train, validation = split_images(recipe.validation, load_mnist())
    held = None if validation is None else convert(recipe, validation)
    build_model(recipe).fit(
        *convert(recipe, train), batch_size=recipe.batch_size, epochs=recipe.epochs,
        validation_data=held, validation_batch_size=1000, callbacks=[Turns()], verbose=0,
    )  # fmt: skip


def measure(system: str, epochs: int) -> dict[str, float]:
    """Return the median of each peer's epochs after the first."""
    workers = {peer: _start(peer, system, epochs + 1) for peer in PEERS}
    try:
        seconds = [
            {peer: _next_epoch(worker) for peer, worker in workers.items()}
            for _ in range(epochs + 1)
        ]
    finally:
        for worker in workers.values():
            worker.communicate()
    return {peer: statistics.median(epoch[peer] for epoch in seconds[1:]) for peer in PEERS}


def _start(peer: str, system: str, epochs: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--worker", peer, system, str(epochs)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _next_epoch(worker: subprocess.Popen[str]) -> float:
    if worker.stdin is None or worker.stdout is None:
        raise RuntimeError("a worker must be started with pipes")
    worker.stdin.write("\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("systems", nargs="*", default=list(SYSTEMS), metavar="SYSTEM")
    parser.add_argument("--epochs", type=int, default=5, help="epochs that count")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        peer, system, epochs = options.worker
        recipe = replace(SYSTEMS[system].recipe, epochs=int(epochs))
        (time_keras if peer == "keras" else time_tenfold)(recipe)
        return
    rows = []
    print(f"{'system':20} {'keras':>9} {'tenfold':>9} {'times as fast':>14}")
    for system in options.systems:
        seconds = measure(system, options.epochs)
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
