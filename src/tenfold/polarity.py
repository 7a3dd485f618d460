"""Whether a picture's ground is bright or dark: what its ink is drawn on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.regions import BROAD, breadth, shrunk

__all__ = ["ground_is_bright"]

_SIDE = 64  # pixels a side on which the ground is looked for
_DEEPEST = 0.2  # of the shorter side, up to which rings of pixels are looked at
_UNIFORM = 0.9  # share of a ring that is of one kind where nothing but ground lies on it
_GROUND = 0.6, 0.995  # share of ground inside such a ring where a digit stands there
_ABRUPT = 0.4  # by how much such a ring differs from the one two pixels farther out
_BROADEST = 0.35  # of the longer side: no digit is that broad, however thick and closely cut out
_MIXED = 0.25, 0.75  # share of the border that is bright where neither kind is all round
_ELONGATED = 1.6  # times as long as wide: an even patch of that form is the stroke of a 1


def ground_is_bright(grey: NDArray[np.uint8]) -> bool:
    """Tell whether a picture shows dark ink on a bright ground.

    The ground is what most of the border shows, unless that is a frame: then a ring farther in is
    all of the other kind, with a digit inside it, or nothing. A thick digit cut out closely makes
    no such ring, but for a 1, which is longer than wide. Where the border is of both kinds, as with
    a table's edge on two sides, what is broader than strokes is the ground; where both are, as
    under a shadow with a hard edge, what stands out from its surroundings is ink.

    Args:
        grey: Shape (H, W), uint8, at least one pixel.
    """
    low, high = int(grey.min()), int(grey.max())
    if low == high:
        return low > 127
    small = shrunk(grey, _SIDE)
    bright = small * 2 > float(small.min()) + float(small.max())
    rings = [float(_ring(bright, depth).mean()) for depth in range(_depths(bright.shape))]
    if (depth := _depth_of_frame(rings)) is not None:
        found = bool(rings[depth] > 0.5)
        inside = bright[depth : len(bright) - depth, depth : bright.shape[1] - depth]
        least, most = _GROUND
        share = (inside == found).mean()
        if least <= share <= most:
            return found
        if share > most and max(inside.shape) < _ELONGATED * min(inside.shape):
            return found
    broader, other = sorted((breadth(bright), breadth(~bright)), reverse=True)
    if other > BROAD:
        return _strokes_are_dark(small)
    least, most = _MIXED
    if broader > _BROADEST and least < rings[0] < most:
        return breadth(bright) == broader
    return bool(rings[0] > 0.5)


def _depth_of_frame(rings: Sequence[float]) -> int | None:
    """Return where a frame ends: the first ring that is all ground, with another right before it.

    From the border of a round digit to the midst of its strokes the rings change little by little.
    """
    for depth, share in enumerate(rings):
        is_uniform = max(share, 1 - share) >= _UNIFORM
        if is_uniform and abs(share - rings[max(0, depth - 2)]) >= _ABRUPT:
            return depth
    return None


def _strokes_are_dark(small: NDArray[np.float32]) -> bool:
    """Tell what deviates most from its surroundings: the dark or the bright.

    Where a shadow divides a picture neither half is ink, however dark.
    """
    import cv2

    rest = small - cv2.medianBlur(small.astype(np.uint8), _SIDE // 2 - 1)
    return bool((rest.astype(np.float64) ** 3).sum() < 0)


def _depths(shape: tuple[int, ...]) -> int:
    return max(1, round(_DEEPEST * min(shape)))


def _ring(values: NDArray[np.bool_], depth: int) -> NDArray[np.bool_]:
    """Return the pixels that lie ``depth`` pixels from the border."""
    end = -1 - depth
    inner = slice(depth, values.shape[1] - depth)
    return np.concatenate(
        [values[depth, inner], values[end, inner], values[depth:end, depth], values[depth:end, end]]
    )
