"""Strips spelled, those in doubt looked at again: narrower and wider, as test-time augmentation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.model.strips import STRIP_STEP, StripModel
from tenfold.spell import Spelled, align, log_probability, spell

__all__ = ["SpelledStrip", "spell_strips"]

SpelledStrip = tuple[list[Spelled], NDArray[np.float32]]
"""The characters of a strip, and what each of its places shows."""

_SURE = 0.9  # probability of the text, over all paths, from which a strip is looked at once
_WIDTHS = 0.88, 1.15  # of a strip that is looked at again
_LEAST = -40.0  # logarithm: as unlikely as a text can be in one look


def spell_strips(strips: Sequence[NDArray[np.uint8]], model: StripModel) -> list[SpelledStrip]:
    """Return what strips say.

    Where the text so spelled leaves doubt, strips are read narrower and wider as well, and of the
    texts so found the one counts that all looks together find likeliest.

    Args:
        strips: Each of shape (32, W), uint8.
        model: Of strips.
    """
    first = model.probabilities(strips)
    found = [spell(seen) for seen in first]
    doubtful = [place for place, seen in enumerate(first) if _is_doubtful(seen, found[place])]
    looks = [
        model.probabilities([_widened(strips[place], width) for place in doubtful])
        for width in _WIDTHS
    ]
    for number, place in enumerate(doubtful):
        text = _best_text([first[place], *(look[number] for look in looks)])
        if text != _symbols(found[place]):
            found[place] = align(first[place], text)
    return list(zip(found, first, strict=True))


def _is_doubtful(seen: NDArray[np.float32], found: Sequence[Spelled]) -> bool:
    """Tell whether a text is not surely what was seen.

    A single path says little: a character may begin a place sooner or later.
    """
    return log_probability(seen, _symbols(found)) < math.log(_SURE)


def _best_text(looks: Sequence[NDArray[np.float32]]) -> tuple[int, ...]:
    """Return the text that is likeliest in all looks together, of those that one look spells.

    The first wins a tie. What the first look has too few places for is none: it cannot be aligned.
    """
    first = _symbols(spell(looks[0]))
    others = dict.fromkeys(_symbols(spell(look)) for look in looks[1:])
    texts = [first, *(text for text in others if log_probability(looks[0], text) > -np.inf)]
    if set(texts) == {first}:
        return first
    return max(texts, key=lambda text: sum(_logarithm(look, text) for look in looks))


def _logarithm(look: NDArray[np.float32], text: tuple[int, ...]) -> float:
    return max(log_probability(look, text), _LEAST)


def _symbols(spelled: Sequence[Spelled]) -> tuple[int, ...]:
    return tuple(one.symbol for one in spelled)


def _widened(strip: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Return a strip (32, W) of another width."""
    import cv2

    width = max(round(strip.shape[1] * factor), STRIP_STEP)
    return np.asarray(cv2.resize(strip, (width, len(strip)), interpolation=cv2.INTER_LINEAR))
