"""Fit how sure a number is by how sure its digits are, and keep that in the model of strips' card.

    python benchmarks/calibrate_numbers.py [--pages 400] [--keep]

Pages are synthesised of the last 5,000 training images, which the model of strips has not seen
(`tenfold train-strips` holds them out; the model of digits in the package has been trained on all
60,000), of all kinds but tables, from a seed of their own. A number is right where it stands at its
place in the label. Of numbers without a refused place the log odds of being right are fitted as a
line over those of their digits' product (Platt 1999). Prints the expected calibration error before
and after on as many pages from another seed; ``--keep`` writes slope and offset into the card.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import tenfold
from tenfold import Reader, load_mnist
from tenfold.assemble import Calibration
from tenfold.files import read_json, write_json
from tenfold.scores import aligned, parse_label
from tenfold.synthesis.pages import draw_pages
from tenfold.synthesis.sheets import SHEET_KINDS
from tenfold.train.evaluate import calibration_figures
from tenfold.train.strip_run import held_out_digits

SEED = 77_000
CARD = Path(tenfold.__file__).parent / "models" / "strips" / "strips.json"


def measured(pages: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the product of each number's digits' confidences, and whether the number is right."""
    digits = held_out_digits(load_mnist())
    kinds = [kind for kind in SHEET_KINDS if kind != "table"]
    reader, products, right = Reader(), [], []
    for page in draw_pages(digits, pages, seed, kinds):
        numbers = reader.read(page.image).numbers
        wanted = [word for line in parse_label(page.text()) for word in line]
        pairs = aligned(wanted, [number.text for number in numbers])
        stands = [one for one, other in pairs if other is not None]
        for number, standing in zip(numbers, stands, strict=True):
            if "?" not in number.text:
                products.append(float(np.prod([digit.confidence for digit in number.digits])))
                right.append(number.text == standing)
    return np.array(products), np.array(right)


def fitted(products: NDArray[np.float64], right: NDArray[np.bool_]) -> Calibration:
    """Return slope and offset of the log odds that are likeliest."""
    clipped = products.clip(1e-9, 1 - 1e-9)
    odds = np.log(clipped / (1 - clipped))[:, None]
    line = LogisticRegression(C=1e3).fit(odds, right)
    return Calibration(round(float(line.coef_[0, 0]), 4), round(float(line.intercept_[0]), 4))


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error."""
    return float(calibration_figures(sure, right)["expected_calibration_error"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    found = fitted(*measured(chosen.pages, SEED))
    products, right = measured(chosen.pages, SEED + 1)
    after = np.array([found.confidence(float(product)) for product in products])
    before_error, error = (calibration_error(sure, right) for sure in (products, after))
    print(
        f"{len(right):,} other numbers, {100 * right.mean():.1f} % right; slope {found.slope}, "
        f"offset {found.offset}; expected calibration error {before_error:.3f} before, "
        f"{error:.3f} after"
    )
    if chosen.keep:
        write_json(CARD, {**read_json(CARD), "calibration": list(found)})


if __name__ == "__main__":
    main()
