"""A hand: how one person writes digits on one page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Hand", "any_hand"]

_TOUCHING = 0.5  # of the gaps of a hand whose digits touch: those that do


@dataclass(frozen=True, slots=True)
class Hand:
    """How digits are written; lengths are in heights of a digit unless they say otherwise.

    Attributes:
        height: Of a digit, in pixels.
        stroke: How thick strokes are: -1 the thinnest, 0 as in the training image, 1 the thickest.
        slant: How far the top leans to the right.
        evenness: How much less the training images' own slants differ than among their writers: 0
            not at all, 1 all digits of a kind lean alike.
        width: Factor of a digit's width.
        gap: Mean distance of neighbours' ink, row by row.
        gap_spread: Standard deviation of it.
        touching: Share of the neighbours that touch.
        wander: Standard deviation of the foot of a digit, up and down.
        size_spread: Standard deviation of a digit's size, as a factor.
        slope: How far the line of writing rises for each unit to the right.
        typed: Whether digits are printed.
    """

    height: float
    stroke: float = 0.0
    slant: float = 0.0
    evenness: float = 0.0
    width: float = 1.0
    gap: float = 0.2
    gap_spread: float = 0.05
    touching: float = 0.0
    wander: float = 0.02
    size_spread: float = 0.04
    slope: float = 0.0
    typed: bool = False

    def at_height(self, height: float) -> Hand:
        """Return the same hand writing larger or smaller."""
        return replace(self, height=height)


def any_hand(
    random: np.random.Generator,
    height: float,
    *,
    touching: bool = False,
    typed: bool = False,
    loose: bool = False,
) -> Hand:
    """Return a hand as one meets them.

    Args:
        random: Chooses it.
        height: Of its digits, in pixels.
        touching: Whether some of its digits touch.
        typed: Whether they are printed: then none is larger than its neighbours.
        loose: Whether they stand far apart, as in boxes.
    """
    closest, widest = (0.06, 0.16) if touching else (0.4, 1.2) if loose else (0.1, 0.4)
    return Hand(
        height=height,
        stroke=float(random.uniform(-0.9, 0.9)),
        slant=float(np.clip(random.normal(0.05, 0.18), -0.35, 0.5)),
        evenness=float(random.uniform(0.4, 1.0)),
        width=float(random.uniform(0.8, 1.2)),
        gap=float(random.uniform(closest, widest)),
        gap_spread=float(random.uniform(0.01, 0.05)),
        touching=_TOUCHING if touching else 0.0,
        wander=0.0 if typed else float(random.uniform(0.0, 0.06)),
        size_spread=0.0 if typed else float(random.uniform(0.0, 0.08)),
        slope=float(random.normal(0, 0.03)),
        typed=typed,
    )
