"""How a model reads single digits on pages as people hand them in, and refuses what is no digit.

    python benchmarks/drawn_pages.py [MODEL] [--digits N] [--scene TEXT] [--picture FILE] [--keep]

Each scene of `scenes` is drawn round the same digits: MNIST training images, as many of each value,
so that nothing is chosen on the test images. A model trained on them knows their forms, not the
pages; read the table for what the steps before the model do. ``--keep`` appends the rows to
``benchmarks/results/pages.csv``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from record import append_rows
from scenes import OTHER_SCENES, SCENES, Scene
from tenfold import Digit, Reader
from tenfold.data import load_mnist
from tenfold.model import DEFAULT_MODEL
from tenfold.values import Split

RESULTS = Path(__file__).parent / "results" / "pages.csv"
SHOWN = 10  # pages of each scene in the picture


def some_digits(split: Split, count: int) -> Split:
    """Return the last images of each value, ``count`` in all."""
    places = [np.flatnonzero(split.labels == value)[-(count // 10) :] for value in range(10)]
    chosen = np.concatenate(places)
    return Split(split.images[chosen], split.labels[chosen])


def drawn(scene: Scene, digits: Split) -> Iterator[NDArray[np.uint8]]:
    """Give the scene with each of the digits, the same at each call."""
    for place, image in enumerate(digits.images):
        yield scene(image, np.random.default_rng(place))


def outcome(answer: Digit, label: int, shows_one: bool) -> str:
    """Return "right", "wrong", or why nothing was answered."""
    if answer.rejected is not None:
        return answer.rejected
    return "right" if shows_one and answer.value == label else "wrong"


def score(reader: Reader, name: str, digits: Split) -> dict[str, Any]:
    """Return the counts of a scene's outcomes."""
    shows_one = name in SCENES
    scene = SCENES[name] if shows_one else OTHER_SCENES[name]
    answers = reader.classify(list(drawn(scene, digits)))
    labels = digits.labels.tolist()
    counts = Counter(
        outcome(answer, label, shows_one) for answer, label in zip(answers, labels, strict=True)
    )
    kinds = ("right", "wrong", "unsure", "not_a_digit", "blank")
    return {"scene": name, "shows": "one digit" if shows_one else "none or two"} | {
        kind: counts[kind] for kind in kinds
    }


def line(row: Mapping[str, Any]) -> str:
    return f"{row['scene']:<36}" + "".join(f"{row[key]:>12}" for key in list(row)[2:])


def picture(names: list[str], digits: Split) -> NDArray[np.uint8]:
    """Return some pages of each scene, one scene a row."""
    scenes = SCENES | OTHER_SCENES
    step = max(1, len(digits) // SHOWN)
    rows = []
    for name in names:
        pages = list(drawn(scenes[name], digits))[::step][:SHOWN]
        rows.append(np.hstack([cv2.resize(page, (100, 100)) for page in pages]))
    return np.asarray(np.vstack(rows), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=DEFAULT_MODEL)
    parser.add_argument("--digits", type=int, default=100, help="of each scene")
    parser.add_argument("--scene", default="", help="only scenes with this in their name")
    parser.add_argument("--picture", type=Path, help="draw some pages of each scene into a file")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    if options.digits < 10 or options.digits % 10:
        parser.error("--digits: must be ten or a multiple of it, as many of each value")
    if options.keep and options.scene:
        parser.error("--keep: must be of all scenes; leave --scene out")
    names = [name for name in [*SCENES, *OTHER_SCENES] if options.scene in name]
    digits = some_digits(load_mnist().train, options.digits)
    if options.picture:
        cv2.imwrite(str(options.picture), picture(names, digits))
    reader = Reader(options.model)
    rows = [score(reader, name, digits) for name in tqdm(names, leave=False)]
    print(line({key: key for key in rows[0]}))
    for row in rows:
        print(line(row))
    if options.keep:
        append_rows(
            RESULTS, [{"model": options.model, "digits": len(digits)} | row for row in rows]
        )


if __name__ == "__main__":
    main()
