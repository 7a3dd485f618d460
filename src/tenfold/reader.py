"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from tenfold.decide import decide
from tenfold.errors import ModelError
from tenfold.images import Polarity, open_page
from tenfold.model import load_model
from tenfold.preprocess import is_blank, to_glyph
from tenfold.values import Digit

__all__ = ["Reader", "classify"]


class Reader:
    """A loaded model for many calls; it may be used from several threads.

    Args:
        model: A model folder, or the run folder of a finished training.
        threads: Threads a call may use; 0 leaves it to ONNX Runtime.

    Raises:
        ModelError: There is no model there, or its card and weights disagree.
    """

    def __init__(self, model: str | os.PathLike[str], *, threads: int = 0) -> None:
        self._model = load_model(model, threads=threads)

    def classify(
        self, pictures: Sequence[Any] | Any, *, polarity: Polarity = "auto"
    ) -> list[Digit]:
        """Return the one digit that each picture shows.

        Args:
            pictures: One picture or several (see `tenfold.images.open_page`); an array of shape
                (N, 28, 28), uint8, is N glyphs.
            polarity: Whether ink is dark or bright; found from the border when "auto".

        Raises:
            InputError: A picture cannot be read.
        """
        pages = [open_page(picture, polarity=polarity) for picture in _as_list(pictures)]
        glyphs = [to_glyph(page) for page in pages]
        images = np.stack(glyphs) if glyphs else np.zeros((0, 28, 28), np.uint8)
        blank = np.array([is_blank(page) for page in pages], dtype=bool)
        card = self._model.card
        return decide(
            self._model.logits(images),
            blank,
            temperature=card.temperature,
            thresholds=card.thresholds,
        )


def classify(
    pictures: Sequence[Any] | Any,
    *,
    model: str | os.PathLike[str] | None = None,
    polarity: Polarity = "auto",
) -> list[Digit]:
    """Return the one digit that each picture shows; see `Reader.classify`.

    Raises:
        ModelError: No model is named, or it cannot be loaded.
        InputError: A picture cannot be read.
    """
    if model is None:
        raise ModelError(
            "model: must name a model folder or a finished run; "
            "tenfold train dense-128-dropout --out RUN makes one in seconds"
        )
    return Reader(model).classify(pictures, polarity=polarity)


def _as_list(pictures: Any) -> list[Any]:
    """Return the pictures as a list; an array (N, 28, 28) is one of glyphs, not of colours."""
    if isinstance(pictures, np.ndarray):
        several = pictures.ndim == 3 and pictures.shape[1:] == (28, 28)
        return list(pictures) if several else [pictures]
    if isinstance(pictures, Sequence) and not isinstance(
        pictures, (str, bytes, bytearray, memoryview)
    ):
        return list(pictures)
    return [pictures]
