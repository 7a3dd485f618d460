"""What augmentation costs: its share of a training step of each of our own recipes.

    make bench        or        python benchmarks/augmentation_cost.py [RECIPE ...]

Batches as the recipe has them; the mean of 20 steps, the median of as many augmentations alone.
Results are appended to ``benchmarks/results/augmentation_cost.csv``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from record import append_rows
from tenfold.data import load_mnist
from tenfold.train.augment import augment
from tenfold.train.batches import VARIED_TOGETHER as TOGETHER
from tenfold.train.batches import Batches
from tenfold.train.fit import Trainer, as_images, as_labels
from tenfold.train.settings import recipe_digest
from tenfold.train.shipped import SHIPPED
from tenfold.values import Split

STEPS = 20
WARM_UP = 8  # steps before them


def measure(name: str) -> dict[str, Any]:
    """Return the milliseconds of a whole step and of its augmentation."""
    recipe = replace(SHIPPED[name], clean_epochs=0)
    train = load_mnist().train
    some = Split(train.images[:20_000], train.labels[:20_000])
    trainer = Trainer(recipe, as_images(some), as_labels(some))
    trainer.network.train()
    generator = torch.Generator().manual_seed(0)
    batches = Batches(recipe, trainer.network, trainer.images, trainer.labels, generator)
    order = torch.arange(len(trainer.images))
    steps, parts = [], []
    started = time.perf_counter()
    for pixels, labels in islice(batches.of(order, trainer.labels, 0), WARM_UP + STEPS):
        trainer.step(pixels, labels)
        steps.append(time.perf_counter() - started)
        started = time.perf_counter()
    whole = trainer.images[: TOGETHER * len(labels)] / 255
    their = trainer.labels[: len(whole)]
    for _ in range(STEPS):
        started = time.perf_counter()
        augment(whole, their, recipe.augmentation, generator)
        parts.append((time.perf_counter() - started) / TOGETHER)
    step = 1000 * statistics.mean(steps[WARM_UP:])  # one in some has the work of all of them
    part = 1000 * statistics.median(parts)
    return {
        "recipe": name,
        "recipe_digest": recipe_digest(SHIPPED[name]),
        "batch": len(labels),
        "step_ms": round(step, 1),
        "augmentation_ms": round(part, 1),
        "share": round(part / step, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", default=list(SHIPPED), metavar="RECIPE")
    options = parser.parse_args()
    rows = []
    for name in options.recipes:
        rows.append(measure(name))
        print("  ".join(f"{key} {value}" for key, value in rows[-1].items()))
    append_rows(Path(__file__).parent / "results" / "augmentation_cost.csv", rows)


if __name__ == "__main__":
    main()
