"""How training images are varied, as frozen data.

`tenfold.train.warp` does it, a batch at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from tenfold.train.checks import check_range

__all__ = ["Augmentation"]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far each training image may be moved out of shape, drawn evenly up to these bounds."""

    rotation: float = 0.0  # degrees, either way
    scale: float = 0.0  # share by which width, and height, grow or shrink, each on its own
    shear: float = 0.0  # columns that a row moves against the next
    shift: float = 0.0  # pixels, either way, along each axis
    elastic: float = 0.0  # pixels, standard deviation of the bends at the nodes of a 4 x 4 grid

    def __post_init__(self) -> None:
        check_range("rotation", self.rotation, 0, 180)
        check_range("scale", self.scale, 0, 1, below=True)
        check_range("shear", self.shear, 0, 2)
        check_range("shift", self.shift, 0, 28)
        check_range("elastic", self.elastic, 0, 14)

    @property
    def is_none(self) -> bool:
        """Whether images stay as they are."""
        return not any(getattr(self, field.name) for field in fields(self))
