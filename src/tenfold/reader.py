"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.assemble import PartRead, to_reading
from tenfold.decide import decide
from tenfold.images import Polarity, open_page
from tenfold.model import DEFAULT_MODEL, Model, choose_thresholds, included_models, load_model
from tenfold.preprocess import BATCH_SIZE, Mark, are_several, glyph_batches, segment
from tenfold.values import Digit, Reading

__all__ = ["Reader", "classify", "read"]

_KEPT = 4  # models that stay loaded: as many as come with the package


class Reader:
    """A loaded model for many calls; it may be used from several threads.

    Args:
        model: A model that comes with the package, by name, a model folder, or the run folder of a
            finished training; or one that `tenfold.model.load_model` returned.
        accuracy: How many of the answers given have to be right, 0.999 for 999 of 1,000: the least
            sure are refused until that is so of the digits the model was calibrated on.
        threshold: The lowest confidence to answer, 0 to 1, in place of the model's own.
        threads: Threads a call may use; 0 leaves it to ONNX Runtime. A loaded model has its own.

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
        model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
        *,
        accuracy: float | None = None,
        threshold: float | None = None,
        threads: int = 0,
    ) -> None:
        self._model = model if isinstance(model, Model) else load_model(model, threads=threads)
        self.card = self._model.card
        self.thresholds, self.coverage = choose_thresholds(self.card, accuracy, threshold)

    def __repr__(self) -> str:
        limits = {name: round(value, 4) for name, value in self.thresholds.items()}
        return f"Reader({self.card.name!r}, thresholds={limits})"

    def classify(
        self, pictures: Iterable[Any] | Any, *, polarity: Polarity = "auto"
    ) -> list[Digit]:
        """Return the one digit that each picture shows.

        Args:
            pictures: One picture or several (see `tenfold.images.open_page`); an array of shape
                (N, 28, 28), uint8, is N pictures.
            polarity: Whether ink is dark or bright; told from what is broad when "auto".

        Raises:
            InputError: A picture cannot be read.
        """
        several = pictures if are_several(pictures) else [pictures]
        return list(self.stream(several, polarity=polarity))

    def stream(
        self, pictures: Iterable[Any], *, polarity: Polarity = "auto", batch_size: int = BATCH_SIZE
    ) -> Iterator[Digit]:
        """Give the digit of each picture in turn, holding one picture at a time.

        Args:
            pictures: Any number of pictures, which are taken as they are needed.
            polarity: As in `classify`.
            batch_size: How many are taken before the first digit is given, and scored together:
                1,024 for the most digits a second; 1 where pictures come one by one, as from a
                camera, and each is to be answered before the next.

        Raises:
            InputError: A picture cannot be read; the digits of those before it have been given.
                Or the batch size is no whole number above 0.
        """
        for glyphs in glyph_batches(pictures, polarity, batch_size):
            yield from self._decide(glyphs)

    def read(self, picture: Any, *, polarity: Polarity = "auto") -> Reading:
        """Return the numbers on a picture, line by line.

        Args:
            picture: As in `tenfold.images.open_page`.
            polarity: As in `classify`.

        Raises:
            InputError: The picture cannot be read.
        """
        lines = segment(open_page(picture, polarity=polarity))
        marks = [mark for line in lines for group in line for mark in group]
        if not marks:
            return Reading()
        digits = iter(self._decide(np.stack([part.glyph for mark in marks for part in mark.parts])))

        def parts_read(mark: Mark) -> list[PartRead]:
            return [
                PartRead(part.left, part.right, replace(next(digits), box=part.box))
                for part in mark.parts
            ]

        return to_reading(
            [[[parts_read(mark) for mark in group] for group in line] for line in lines]
        )

    def _decide(self, glyphs: NDArray[np.uint8]) -> list[Digit]:
        return decide(
            self._model.logits(glyphs),
            np.asarray(~glyphs.any((1, 2)), bool),
            temperature=self.card.temperature,
            thresholds=self.thresholds,
        )


def classify(
    pictures: Iterable[Any] | Any,
    *,
    model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
    accuracy: float | None = None,
    threshold: float | None = None,
    polarity: Polarity = "auto",
) -> list[Digit]:
    """Return the one digit that each picture shows; see `Reader` and `Reader.classify`.

    A model that comes with the package is kept for the next call; any other is loaded anew: for
    many calls make a `Reader`.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: A picture cannot be read.
    """
    reader = Reader(_kept(model), accuracy=accuracy, threshold=threshold)
    return reader.classify(pictures, polarity=polarity)


def read(
    picture: Any,
    *,
    model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
    accuracy: float | None = None,
    threshold: float | None = None,
    polarity: Polarity = "auto",
) -> Reading:
    """Return the numbers on a picture, line by line; see `Reader`, `Reader.read` and `classify`.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: The picture cannot be read.
    """
    reader = Reader(_kept(model), accuracy=accuracy, threshold=threshold)
    return reader.read(picture, polarity=polarity)


def _kept(model: str | os.PathLike[str] | Model) -> str | os.PathLike[str] | Model:
    """Return a model of the package loaded, once for all calls; any other as it is named."""
    folder = included_models().get(model) if isinstance(model, str) else None
    return model if folder is None else _kept_model(folder)


@lru_cache(maxsize=_KEPT)
def _kept_model(folder: Path) -> Model:
    """Return an included model, which cannot change meanwhile."""
    return load_model(folder)
