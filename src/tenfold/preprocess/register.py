"""A photo of a form laid over the form's own picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError
from tenfold.preprocess.glyph import small_enough

__all__ = ["register"]

_WORK_SIDE = 1400  # pixels a side of the pictures that are compared
_LEAST_SIDE = 40  # pixels, below which a picture has no corners to tell
_FEATURES = 4000  # corners looked for in each
_RATIO = 0.8  # of the second best match's distance, below which the best one counts (Lowe 2004)
_OFF = 4.0  # pixels that a match may be off
_LEAST = 15  # matches that fit together; by chance there are a few


def register(page: NDArray[np.uint8], template: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return where a template's places lie on a page that shows it, filled in.

    Corners are matched by ORB (Rublee et al. 2011, https://doi.org/10.1109/ICCV.2011.6126544), and
    the change of perspective that most of them agree on is taken (RANSAC).

    Args:
        page: Shape (H, W), uint8, ink bright.
        template: Shape (h, w), uint8, ink bright.

    Returns:
        Shape (3, 3): turns (x, y, 1) of the template into those of the page, up to a factor.

    Raises:
        InputError: The page does not show the template.
    """
    import cv2

    small = [small_enough(picture, _WORK_SIDE) for picture in (template, page)]
    # OpenCV's own types leave it out.
    detector = cv2.ORB_create(nfeatures=_FEATURES, fastThreshold=10)  # type: ignore[attr-defined]
    (places, marks), (others, other_marks) = (
        detector.detectAndCompute(one, None) if min(one.shape) >= _LEAST_SIDE else ((), None)
        for one in small
    )
    fitting: list[tuple[tuple[float, float], tuple[float, float]]] = []
    if marks is not None and other_marks is not None and len(other_marks) > 1:
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(marks, other_marks, k=2)
        fitting = [
            (places[best.queryIdx].pt, others[best.trainIdx].pt)
            for best, second in pairs
            if best.distance < _RATIO * second.distance
        ]
    change: Any = None
    inside: Any = np.zeros(0)
    if len(fitting) >= _LEAST:
        one, other = (np.array(side, np.float32) for side in zip(*fitting, strict=True))
        change, inside = cv2.findHomography(one, other, cv2.RANSAC, _OFF)
    if change is None or int(inside.sum()) < _LEAST:
        raise InputError(
            f"the picture does not show the form: only {int(inside.sum())} places of the template "
            f"were found on it, {_LEAST} at least are needed; take it from closer, and evenly lit"
        )
    to_template, to_page = (
        np.diag([after.shape[1] / before.shape[1], after.shape[0] / before.shape[0], 1.0])
        for before, after in zip((template, page), small, strict=True)
    )
    return np.asarray(np.linalg.inv(to_page) @ change @ to_template, np.float64)
