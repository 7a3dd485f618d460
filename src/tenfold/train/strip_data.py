"""Strips to train on, drawn as they are needed, and what is written on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from tenfold.model.strips import STRIP_SYMBOLS
from tenfold.preprocess import frame_strip, narrowed_columns
from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.hands import any_hand
from tenfold.synthesis.strips import draw_strip
from tenfold.synthesis.texts import any_text
from tenfold.synthesis.wear import worn
from tenfold.train.writing import add_regional_forms
from tenfold.values import Split

__all__ = ["CHUNK", "LabelledStrip", "draw_chunk", "drawn_chunks", "targets_of"]

CHUNK = 32
"""Strips that are drawn together, from one state of the random generator."""

_HEIGHT = 30.0  # pixels of a digit as it is drawn; a strip has 28 rows for it
_REGIONAL = 0.5  # of the ones and sevens: those with a flag, a foot or a bar
_TOUCHING, _TYPED, _LOOSE = 0.5, 0.15, 0.12  # shares of the hands


class LabelledStrip(NamedTuple):
    """A strip (32, W) uint8 and the text on it, with a star for each run of other signs."""

    strip: NDArray[np.uint8]
    text: str


def draw_chunk(digits: DigitSource, seed: int, number: int) -> list[LabelledStrip]:
    """Return 32 strips, always the same for one seed and number."""
    random = np.random.default_rng(np.random.SeedSequence([seed, 0x7374, number]))
    return [_drawn(digits, random) for _ in range(CHUNK)]


def _drawn(digits: DigitSource, random: np.random.Generator) -> LabelledStrip:
    text = any_text(random)
    hand = any_hand(
        random,
        _HEIGHT,
        touching=bool(random.random() < _TOUCHING),
        typed=bool(random.random() < _TYPED),
        loose=bool(random.random() < _LOOSE),
    )
    ink = worn(np.pad(draw_strip(text, hand, digits, random).ink, 4), _HEIGHT, random)
    if not (ink > 0.3).any():
        return _drawn(digits, random)
    return LabelledStrip(frame_strip(ink[:, narrowed_columns(ink)]), shown_text(text))


def shown_text(text: str) -> str:
    """Return a text as the network gives it: one star for each run of letters and other signs."""
    starred = "".join(letter if letter in STRIP_SYMBOLS[:-1] else "*" for letter in text)
    while "**" in starred:
        starred = starred.replace("**", "*")
    return starred


def targets_of(text: str) -> list[int]:
    """Return the outputs of a text's characters, from 1 on."""
    return [STRIP_SYMBOLS.index(letter) + 1 for letter in text]


class _Chunks(IterableDataset[list[LabelledStrip]]):
    """Chunks from some number on, without end; of several workers each draws its share."""

    def __init__(self, digits: Split, seed: int, first: int) -> None:
        self._digits, self._seed, self._first = digits, seed, first

    def __iter__(self) -> Iterator[list[LabelledStrip]]:
        worker = get_worker_info()
        start, step = (0, 1) if worker is None else (worker.id, worker.num_workers)
        torch.set_num_threads(1)
        source = DigitSource(_with_regional_forms(self._digits, self._seed))
        number = self._first + start
        while True:
            yield draw_chunk(source, self._seed, number)
            number += step


def _with_regional_forms(digits: Split, seed: int) -> Split:
    """Return digits, half of whose ones and sevens are written as in much of the world."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.from_numpy(digits.labels.astype(np.int64))
    images = torch.from_numpy(digits.images.astype(np.float32) / 255)
    add_regional_forms(images, labels, _REGIONAL, generator)
    return Split((images.clamp(0, 1) * 255).round().byte().numpy(), digits.labels)


def drawn_chunks(
    digits: Split, seed: int, first: int, workers: int = 1
) -> Iterator[list[LabelledStrip]]:
    """Give chunks in order, drawn by processes of their own."""
    loader = DataLoader(
        _Chunks(digits, seed, first),
        batch_size=None,
        num_workers=workers,
        prefetch_factor=8 if workers else None,
    )
    return iter(loader)
