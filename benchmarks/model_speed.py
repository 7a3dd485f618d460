"""How fast the included models read, beside the same networks in PyTorch and Keras, in one run.

    make bench        or        python benchmarks/model_speed.py [MODEL ...] [--keep]

One digit is timed as the median of 300 calls, batches of 1,024 as the median of 15, by turns; a
picture from its PNG of 200 x 200 pixels to the answer. PyTorch runs eagerly, channels last, in
inference mode; Keras by a compiled ``predict_on_batch``; of both the network alone.
Results are appended to ``benchmarks/results/model_speed.csv``; ``--keep`` writes them into the
cards of the included models, too: all of one run, for speeds of two days do not compare.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from record import append_rows, stamp
from tenfold import Reader
from tenfold.model import included_models, load_model
from tenfold.train.evaluation_files import write_figures
from tenfold.train.networks import Network
from tenfold.train.settings import from_table

SINGLE_CALLS, BATCH, ROUNDS = 300, 1024, 15
PICTURE_SIDE = 200
RESULTS = Path(__file__).parent / "results" / "model_speed.csv"

Classify = Callable[[NDArray[np.uint8]], Any]


def tenfold_peer(folder: Path) -> Classify:
    """ONNX Runtime, as `tenfold.Reader` uses it."""
    return load_model(folder).logits


def pytorch_peer(recipe: Any) -> Classify:
    network = Network(recipe).eval()

    def classify(images: NDArray[np.uint8]) -> Any:
        with torch.inference_mode():
            return network(torch.from_numpy(images)).numpy()

    return classify


def keras_peer(recipe: Any) -> Classify:
    from keras_peer import build_model

    model = build_model(recipe)

    def classify(images: NDArray[np.uint8]) -> Any:
        return model.predict_on_batch(images[..., None].astype(np.float32) / np.float32(255))

    return classify


def milliseconds(classify: Classify, image: NDArray[np.uint8]) -> float:
    """Return the median time of one digit."""
    return 1000 * statistics.median(_seconds(classify, image) for _ in range(SINGLE_CALLS))


def picture_milliseconds(folder: Path) -> float:
    """Return the median time from a picture, as the bytes of its file, to the answer."""
    reader, picture = Reader(folder), _picture()
    times = [_seconds(lambda _: reader.classify([picture]), None) for _ in range(SINGLE_CALLS)]
    return 1000 * statistics.median(times)


def _picture() -> bytes:
    """A digit in grey ink on grainy paper."""
    grain = np.random.default_rng(0).normal(225, 4, (PICTURE_SIDE, PICTURE_SIDE))
    page = grain.clip(0, 255).astype(np.uint8)
    cv2.putText(page, "5", (55, 155), cv2.FONT_HERSHEY_SIMPLEX, 5, 60, 12)
    found, encoded = cv2.imencode(".png", page)
    assert found
    return encoded.tobytes()


def _seconds(classify: Classify, images: Any) -> float:
    started = time.perf_counter()
    classify(images)
    return time.perf_counter() - started


def measure(name: str, folder: Path) -> list[dict[str, Any]]:
    """Return a row for the model in a folder and for each peer."""
    card = load_model(folder).card
    peers = {"tenfold": tenfold_peer(folder)}
    if "seeds" not in card.trained:  # of a committee the peers would be one member
        recipe = from_table(dict(card.recipe))
        peers |= {"pytorch": pytorch_peer(recipe), "keras": keras_peer(recipe)}
    images = np.random.default_rng(0).integers(0, 256, (BATCH, 28, 28)).astype(np.uint8)
    for classify in peers.values():
        classify(images[:1])
        classify(images)
    batches: dict[str, list[float]] = {peer: [] for peer in peers}
    for _ in range(ROUNDS):
        for peer, classify in peers.items():
            batches[peer].append(_seconds(classify, images))
    rows = []
    for peer, classify in peers.items():
        rows.append(
            {
                "model": name,
                "peer": peer,
                "one_digit_ms": round(milliseconds(classify, images[:1]), 3),
                "images_a_second": round(BATCH / statistics.median(batches[peer])),
                "picture_ms": round(picture_milliseconds(folder), 2) if peer == "tenfold" else "",
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help="names or folders")
    parser.add_argument("--keep", action="store_true", help="also in the included models' cards")
    options = parser.parse_args()
    if options.keep and options.models:
        parser.error("--keep is for all included models at once")
    included, stamped = included_models(), stamp()
    chosen = {str(name): included.get(name, Path(name)) for name in options.models or included}
    rows = []
    for name, folder in chosen.items():
        for row in measure(name, folder):
            rows.append(row)
            print(
                f"{name:12} {row['peer']:8} {row['one_digit_ms']:8.3f} ms"
                f" {row['images_a_second']:9,} images a second",
                flush=True,
            )
    append_rows(RESULTS, rows, stamped)
    if options.keep:
        for row in rows:
            if row["peer"] == "tenfold":
                keep_speed(included[row["model"]], row, stamped)


def keep_speed(folder: Path, row: Mapping[str, Any], stamped: Mapping[str, Any]) -> None:
    """Write a measured speed into a model's card, with the machine it was measured on."""
    speed = {key: row[key] for key in ("one_digit_ms", "images_a_second", "picture_ms")}
    machine = {key: stamped[key] for key in ("date", "processor", "cores", "onnxruntime")}
    write_figures(load_model(folder), {"speed": {**speed, "batch": BATCH, **machine}})


if __name__ == "__main__":
    main()
