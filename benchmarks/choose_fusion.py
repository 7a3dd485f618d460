"""Choose how much each model's word counts at a place of a number, and from where it is answered.

    python benchmarks/choose_fusion.py [--pages 300] [--seed 88000]

Pages are synthesised of the last 5,000 training images, which the model of strips has not seen, of
all kinds but tables, from a seed of their own; as many plain numbers on white paper come on top, so
that what is easy stays easy. What both models see at each place is looked at once; then every
setting on a small grid is decided anew. Prints the share of numbers that are right, plain, apart
and touching, and the digits read on a page of words, best first. The best settings belong into
`tenfold.assemble.FUSION` and `tenfold.reader`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain, product
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from tenfold import Reader, load_mnist
from tenfold.assemble import FUSION, Fusion, to_reading
from tenfold.model import load_model
from tenfold.model.strips import load_strip_model
from tenfold.places import SeenPlace, decide_places, see_places
from tenfold.preprocess import open_sheet, segment
from tenfold.scores import PictureScore, score_reading
from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.hands import any_hand
from tenfold.synthesis.pages import LabelledPage, draw_pages
from tenfold.synthesis.sheets import SHEET_KINDS, Written
from tenfold.synthesis.strips import draw_strip
from tenfold.train.strip_run import held_out_digits
from tenfold.values import Box, Split

PLAIN, PLAIN_HEIGHT = "plain", 40.0  # pixels of a digit
SHOWN = 12
ALONE = [(0.3, 1.0), (0.6, 1.0), (1.0, 0.5)]
BESIDE = [(1.0, 0.0), (1.0, 0.3), (1.0, 0.5), (1.0, 0.8), (0.7, 1.0), (0.5, 1.0), (0.3, 1.0)]
CUT = [(1.0, 0.0), (1.0, 0.1), (1.0, 0.3), (1.0, 0.5)]
UNSURE = [0.3, 0.4, 0.5, 0.6, 0.8]


class Seen(NamedTuple):
    """A page, and what both models see at each place of each group of each line."""

    page: LabelledPage
    lines: list[list[list[SeenPlace]]]


class Setting(NamedTuple):
    """How much each model counts, and the least confidence of a digit among others."""

    fusion: Fusion
    unsure: float


def seen_pages(count: int, seed: int) -> list[Seen]:
    digits = held_out_digits(load_mnist())
    kinds = [kind for kind in SHEET_KINDS if kind != "table"]
    strips, model = load_strip_model(), load_model("base")
    found = []
    pages = chain(draw_pages(digits, count, seed, kinds), plain_pages(digits, count, seed))
    for page in tqdm(pages, total=2 * count, unit="page"):
        lines = segment(open_sheet(page.image))
        places = iter(see_places([group for line in lines for group in line], strips, model))
        found.append(Seen(page, [[next(places) for _ in line] for line in lines]))
    return found


def plain_pages(digits: Split, count: int, seed: int) -> Iterator[LabelledPage]:
    """Give pages with one number each, its digits apart and nothing else on them."""
    source = DigitSource(digits)
    for number in range(count):
        random = np.random.default_rng(np.random.SeedSequence([seed, 0x706C, number]))
        text = "".join(str(digit) for digit in random.integers(0, 10, random.integers(3, 9)))
        strip = draw_strip(text, any_hand(random, PLAIN_HEIGHT), source, random)
        page = 255 - 200 * np.pad(strip.ink, int(PLAIN_HEIGHT))
        image = np.repeat(page.round().astype(np.uint8)[:, :, None], 3, 2)
        written = Written(0, text, text, Box.around(strip.boxes))
        yield LabelledPage(image, (written,), PLAIN, touching=False)


def scores(pages: list[Seen], setting: Setting, own: dict[str, float]) -> list[PictureScore]:
    """Return what each page is worth as it lies; pages on their side are none of these."""
    beside = {**own, "unsure": min(setting.unsure, own["unsure"])}
    return [
        score_reading(
            seen.page.text(),
            to_reading(
                [
                    [
                        decide_places(group, own if len(group) == 1 else beside, setting.fusion)
                        for group in line
                    ]
                    for line in seen.lines
                ]
            ),
        )
        for seen in pages
    ]


def shares(pages: list[Seen], found: list[PictureScore]) -> tuple[list[float], float]:
    """Return the shares right of plain, apart and touching numbers; digits on a page of words."""
    sorts: dict[str, list[PictureScore]] = {"plain": [], "apart": [], "touching": []}
    for one, seen in zip(found, pages, strict=True):
        is_plain = seen.page.kind == PLAIN
        sorts["plain" if is_plain else "touching" if seen.page.touching else "apart"].append(one)
    words = [one.digits_read for one in found if not one.numbers]
    right = [
        sum(one.numbers_right for one in own) / sum(one.numbers for one in own)
        for own in sorts.values()
    ]
    return right, sum(words) / max(len(words), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=88_000)
    chosen = parser.parse_args()
    pages, own = seen_pages(chosen.pages, chosen.seed), dict(Reader().thresholds)
    # One after the other: what stands alone, what is cut and what is refused hardly interact.
    best = Setting(FUSION, 0.5)
    for tried in (
        [
            best._replace(fusion=best.fusion._replace(beside=b, cut=c))
            for b, c in product(BESIDE, CUT)
        ],
        ALONE,
        UNSURE,
    ):
        rows = []
        for one in tried:
            setting = one if isinstance(one, Setting) else with_value(best, one)
            right, words = shares(pages, scores(pages, setting, own))
            rows.append((sum(right), right, words, setting))
        rows.sort(key=lambda row: -row[0])
        for _, right, words, setting in rows[:SHOWN]:
            shown = " ".join(f"{100 * share:5.1f}" for share in right)
            print(f"{shown} % right, {words:.2f} false  {setting}")
        print()
        best = rows[0][-1]


def with_value(setting: Setting, value: float | tuple[float, float]) -> Setting:
    """Return a setting with another threshold, or other weights of what stands alone."""
    if isinstance(value, float):
        return setting._replace(unsure=value)
    return setting._replace(fusion=setting.fusion._replace(alone=value))


if __name__ == "__main__":
    main()
