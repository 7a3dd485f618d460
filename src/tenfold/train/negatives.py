"""Pictures of what is no digit: letters, scribbles, pieces and pairs of digits, blots, textures.

All of them are drawn here, from training images and typefaces (`tenfold.synthesis.typefaces`), and
all but textures are framed as a reader frames digits, so that nothing but their form tells them
from digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tenfold.synthesis.typefaces import LETTERS, draw_by_hand, draw_character
from tenfold.train.blots import draw_blot, draw_garment, draw_texture
from tenfold.train.pairs import draw_beside_one, draw_pair, draw_with_index
from tenfold.train.signs import draw_dashes, draw_scribble, draw_sign
from tenfold.train.spoiled import (
    draw_crossed_out,
    draw_piece,
    draw_struck_out,
    draw_turned,
)
from tenfold.values import Split

__all__ = [
    "CERTAIN_KINDS",
    "NEGATIVE_KINDS",
    "draw_negative",
    "draw_negatives",
    "kinds_by_turns",
]


def draw_negatives(digits: Split, count: int, seed: int) -> NDArray[np.uint8]:
    """Return pictures of what is no digit, the kinds by turns.

    Args:
        digits: Training images, of which pieces and pairs are made; blank ones are passed over.
        count: How many.
        seed: Two calls with one seed and the same digits return the same pictures.

    Returns:
        Shape (count, 28, 28), uint8, ink bright.
    """
    random = np.random.default_rng(np.random.SeedSequence([seed, 0x6E6F]))
    inked = digits.images.any((1, 2))
    digits = Split(digits.images[inked], digits.labels[inked])
    turns = kinds_by_turns(count, of_digits=len(digits) > 0)
    pictures = [draw_negative(kind, digits, random) for kind in turns]
    return np.stack(pictures) if pictures else np.zeros((0, 28, 28), np.uint8)


def kinds_by_turns(count: int, *, of_digits: bool = True) -> list[str]:
    """Return the kinds of as many negatives, in the order in which `draw_negatives` draws them.

    Args:
        count: How many.
        of_digits: Whether there are digits of which some kinds are made.
    """
    kinds = [kind for kind in NEGATIVE_KINDS if kind in _DRAWN or of_digits]
    return [kinds[number % len(kinds)] for number in range(count)]


def draw_negative(kind: str, digits: Split, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return one picture (28, 28) uint8 of a kind of `NEGATIVE_KINDS`; no digit may be blank."""
    if kind in _OF_DIGITS:
        return _OF_DIGITS[kind](random, digits)
    return _DRAWN[kind](random)


def _letter(random: np.random.Generator) -> NDArray[np.uint8]:
    """A letter or sign in print, upright or slanted."""
    return draw_character(LETTERS[int(random.integers(len(LETTERS)))], random)


_DRAWN: dict[str, Callable[[np.random.Generator], NDArray[np.uint8]]] = {
    "letter": _letter,
    "by_hand": draw_by_hand,
    "scribble": draw_scribble,
    "sign": draw_sign,
    "lines": draw_dashes,
    "blot": draw_blot,
    "garment": draw_garment,
    "texture": draw_texture,
}
_OF_DIGITS: dict[str, Callable[[np.random.Generator, Split], NDArray[np.uint8]]] = {
    "piece": draw_piece,
    "turned": draw_turned,
    "struck_out": draw_struck_out,
    "crossed_out": draw_crossed_out,
    "pair": draw_pair,
    "with_index": draw_with_index,
    "beside_one": draw_beside_one,
}
# By turns; letters and signs come more often, being the nearest to digits.
NEGATIVE_KINDS = (
    "by_hand", "sign", "turned", "letter", "piece", "by_hand", "sign", "pair", "struck_out",
    "by_hand", "sign", "scribble", "lines", "by_hand", "sign", "blot", "garment", "texture",
    "crossed_out", "with_index", "beside_one", "garment",
    "with_index",
)  # fmt: skip

CERTAIN_KINDS = frozenset({"crossed_out", "with_index", "beside_one"})
"""Kinds of which none is a digit by chance, and which a network takes for the digit in them."""
