"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.decide import decide
from tenfold.images import Polarity, open_page
from tenfold.model import DEFAULT_MODEL, choose_thresholds, included_models, load_model
from tenfold.preprocess import to_glyph
from tenfold.values import Digit

__all__ = ["Reader", "classify"]


class Reader:
    """A loaded model for many calls; it may be used from several threads.

    Args:
        model: A model that comes with the package, by name, a model folder, or the run folder of a
            finished training.
        accuracy: How many of the answers given have to be right, 0.999 for 999 of 1,000: the least
            sure are refused until that is so of the digits the model was calibrated on.
        threshold: The lowest confidence to answer, 0 to 1, in place of the model's own.
        threads: Threads a call may use; 0 leaves it to ONNX Runtime.

    Attributes:
        card: What the model is.
        thresholds: When no answer is given; see `tenfold.decide.decide`.
        coverage: The share of the digits it was calibrated on that is answered; None where that is
            not known.

    Raises:
        ModelError: There is no model there, or its card and weights disagree; or the accuracy is
            out of its reach.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        *,
        accuracy: float | None = None,
        threshold: float | None = None,
        threads: int = 0,
    ) -> None:
        self._model = load_model(model, threads=threads)
        self.card = self._model.card
        self.thresholds, self.coverage = choose_thresholds(self.card, accuracy, threshold)

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
        return decide(
            self._model.logits(images),
            np.asarray(~images.any((1, 2)), bool),
            temperature=self.card.temperature,
            thresholds=self.thresholds,
        )


def classify(
    pictures: Sequence[Any] | Any,
    *,
    model: str | os.PathLike[str] = DEFAULT_MODEL,
    accuracy: float | None = None,
    threshold: float | None = None,
    polarity: Polarity = "auto",
) -> list[Digit]:
    """Return the one digit that each picture shows; see `Reader` and `Reader.classify`.

    The model of the last call is kept, so that calling once a picture costs no more than a reader.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: A picture cannot be read.
    """
    reader = _kept_reader(os.fspath(model), accuracy, threshold)
    return reader.classify(pictures, polarity=polarity)


@lru_cache(maxsize=1)
def _included_reader(name: str, accuracy: float | None, threshold: float | None) -> Reader:
    return Reader(name, accuracy=accuracy, threshold=threshold)


def _kept_reader(model: Any, accuracy: float | None, threshold: float | None) -> Reader:
    """Return a reader; one of an included model, which cannot change meanwhile, is kept."""
    if isinstance(model, str) and model in included_models() and not Path(model).exists():
        return _included_reader(model, accuracy, threshold)
    return Reader(model, accuracy=accuracy, threshold=threshold)


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
