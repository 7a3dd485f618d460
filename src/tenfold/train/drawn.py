"""A sum of what is drawn beside MNIST's images, by which a change of the drawing shows."""

from __future__ import annotations

import hashlib

from tenfold.synthesis.typefaces import draw_typed
from tenfold.train.negatives import NEGATIVE_KINDS, draw_negatives
from tenfold.train.recipe import Recipe

__all__ = ["drawn_digest"]

_TYPED = 200
_OF_EACH_KIND = 10


def drawn_digest(recipe: Recipe) -> str | None:
    """Return the SHA-256 of a sample of what a recipe has drawn; None where nothing is.

    A recipe says how much is drawn, not how: that is code, in tenfold, Pillow and Hershey-Fonts,
    and in OpenCV, whose code for one kind of processor rounds otherwise than that for another.
    Runs of one recipe are alike only where this is the same. The sample is that of no run: pieces
    and pairs are cut from typed digits in it, so that it needs no data.
    """
    if not (recipe.typed or recipe.negatives):
        return None
    typed = draw_typed(_TYPED, 0)
    parts = [typed.images] if recipe.typed else []
    if recipe.negatives:
        parts.append(draw_negatives(typed, _OF_EACH_KIND * len(NEGATIVE_KINDS), 0))
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
