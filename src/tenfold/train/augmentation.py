"""How training images are varied, as frozen data.

`tenfold.train.augment` does it, a batch at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from tenfold.train.checks import check_range

__all__ = ["Augmentation"]

_GEOMETRY = {
    "rotation": 180.0,
    "scale": 0.9,
    "shear": 2.0,
    "shift": 28.0,
    "elastic": 14.0,
    "perspective": 0.5,
}  # of each bound, the largest that makes sense


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far training images are moved out of shape, and which share of them is changed how.

    The first fields are bounds within which each image is moved, drawn evenly. The others are
    shares of images, 0 to 1; how strong each change is stands where it is done.
    """

    rotation: float = 0.0  # degrees, either way
    scale: float = 0.0  # width, and height on its own, are divided by 1 - this to 1 + this
    shear: float = 0.0  # columns that a row moves against the next
    shift: float = 0.0  # pixels, either way, along each axis
    elastic: float = 0.0  # pixels, standard deviation of the bends at the nodes of a 4 x 4 grid
    perspective: float = 0.0  # share by which one side is drawn larger than the one opposite
    stretched: float = 0.0  # wider or narrower for their height, framed anew
    thicker: float = 0.0  # with thicker strokes
    thinner: float = 0.0  # with thinner strokes
    outlined: float = 0.0  # with hollow strokes
    regional: float = 0.0  # of sevens with a bar, of ones with a foot, a flag or both
    neighbour: float = 0.0  # with a piece of another digit at the side
    ruled: float = 0.0  # with a line of a form or of ruled paper
    crossed: float = 0.0  # with a bent line drawn through
    coarse: float = 0.0  # drawn from fewer pixels
    blurred: float = 0.0  # out of focus
    uneven: float = 0.0  # with ink, or ground, that changes across the image
    noisy: float = 0.0  # with grain
    compressed: float = 0.0  # as JPEG
    binary: float = 0.0  # black and white alone
    erased: float = 0.0  # with a patch missing, filled or turned over

    def __post_init__(self) -> None:
        for field in fields(self):
            high = _GEOMETRY.get(field.name, 1.0)
            check_range(field.name, getattr(self, field.name), 0, high)

    @property
    def is_none(self) -> bool:
        """Whether images stay as they are."""
        return not any(getattr(self, field.name) for field in fields(self))
