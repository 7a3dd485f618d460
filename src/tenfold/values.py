"""The values that tenfold's stages hand on: frozen, plain, and ignorant of every stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Digit", "Rejection", "Split"]

Rejection = Literal["blank", "not_a_digit", "unsure", "touching"]


class Box(NamedTuple):
    """A rectangle in pixels of the picture as a person sees it; bottom and right are exclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Digit:
    """What one place on a picture was read as.

    Attributes:
        value: The digit, 0 to 9; None when refused.
        guess: The likeliest digit, 0 to 9; given when refused too.
        confidence: Probability that ``guess`` is right, 0 to 1; low for what is no digit.
        probabilities: Shape (10,), float32, one for each digit; what they lack to 1 is the
            probability that it is not a digit.
        box: Where it stands on the picture; None where the whole picture was taken.
        rejected: Why ``value`` is None; None where it is not.
    """

    value: int | None
    guess: int
    confidence: float
    probabilities: NDArray[np.float32]
    box: Box | None = None
    rejected: Rejection | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the digit as JSON-ready values."""
        return {
            "value": self.value,
            "guess": self.guess,
            "confidence": round(float(self.confidence), 6),
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "box": None if self.box is None else list(self.box),
            "rejected": self.rejected,
        }

    def __eq__(self, other: object) -> bool:
        """Compare by value; the array is compared element by element."""
        if not isinstance(other, Digit):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Hash what `__eq__` compares, so that equal digits fall together in sets."""
        return hash((self.value, self.guess, round(float(self.confidence), 6), self.box))

    def __repr__(self) -> str:
        """Show the answer first and leave the array out."""
        shown = "?" if self.value is None else str(self.value)
        why = f", rejected={self.rejected!r}, guess={self.guess}" if self.rejected else ""
        return f"Digit({shown}, confidence={self.confidence:.4f}{why})"


@dataclass(frozen=True, slots=True)
class Split:
    """Labelled images.

    Attributes:
        images: Shape (N, 28, 28), uint8, 0 background to 255 full ink.
        labels: Shape (N,), uint8, 0 to 9.
        names: What each image is called, such as its file; none where they have no names.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Split({len(self)} images, {self.images.shape[1]} x {self.images.shape[2]}, uint8)"
