"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.decide import decide
from tenfold.errors import InputError
from tenfold.images import Polarity, open_page
from tenfold.model import DEFAULT_MODEL, choose_thresholds, included_models, load_model
from tenfold.preprocess import are_glyphs, to_glyph
from tenfold.values import Digit

__all__ = ["Reader", "classify"]

_SIDE = 28  # pixels a side of a glyph
_CHUNK = 1024  # pictures that are held in memory at a time


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
                (N, 28, 28), uint8, is N pictures.
            polarity: Whether ink is dark or bright; found from the border when "auto".

        Raises:
            InputError: A picture cannot be read.
        """
        return list(self.stream(_as_list(pictures), polarity=polarity))

    def stream(self, pictures: Iterable[Any], *, polarity: Polarity = "auto") -> Iterator[Digit]:
        """Give the digit of each picture in turn, holding no more than 1,024 of them at a time.

        Args:
            pictures: Any number of pictures, which are taken as they are needed.
            polarity: As in `classify`.

        Raises:
            InputError: A picture cannot be read; the digits of those before it have been given.
        """
        done = 0
        for chunk in _chunks(pictures):
            glyphs, failure = _to_glyphs(chunk, polarity)
            yield from self._decide(glyphs)
            done += len(glyphs)
            if failure is not None:
                raise InputError(_numbered(failure, done)) from failure

    def _decide(self, glyphs: NDArray[np.uint8]) -> list[Digit]:
        return decide(
            self._model.logits(glyphs),
            np.asarray(~glyphs.any((1, 2)), bool),
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

    A model that comes with the package is kept for the next call. For many pictures, one by one, or
    with other thresholds, make a `Reader`.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: A picture cannot be read.
    """
    folder = included_models().get(model) if isinstance(model, str) else None
    if folder is None or not (accuracy is None and threshold is None):
        reader = Reader(model, accuracy=accuracy, threshold=threshold)
    else:
        reader = _kept_reader(folder)
    return reader.classify(pictures, polarity=polarity)


@lru_cache(maxsize=1)
def _kept_reader(folder: Path) -> Reader:
    """Return a reader of an included model, which cannot change meanwhile."""
    return Reader(folder)


def _as_list(pictures: Any) -> Sequence[Any] | NDArray[np.uint8]:
    """Return the pictures as a sequence; an array (N, 28, 28) is one of 28 x 28, not of colours."""
    if isinstance(pictures, np.ndarray):
        several = pictures.ndim == 3 and pictures.shape[1:] == (_SIDE, _SIDE)
        return pictures if several else [pictures]
    if isinstance(pictures, Sequence) and not isinstance(
        pictures, (str, bytes, bytearray, memoryview)
    ):
        return pictures
    return [pictures]


def _chunks(pictures: Iterable[Any]) -> Iterator[Sequence[Any] | NDArray[np.uint8]]:
    """Give the pictures in parts; parts of an array are views of it."""
    if isinstance(pictures, np.ndarray):
        for first in range(0, len(pictures), _CHUNK):
            yield pictures[first : first + _CHUNK]
        return
    rest = iter(pictures)
    while part := list(islice(rest, _CHUNK)):
        yield part


def _to_glyphs(
    pictures: Sequence[Any] | NDArray[Any], polarity: Polarity
) -> tuple[NDArray[np.uint8], InputError | None]:
    """Return the pictures as glyphs (N, 28, 28) up to one that cannot be read, and why it cannot.

    Those of an array that are glyphs already stay as they are.
    """
    is_done = np.zeros(len(pictures), bool)
    glyphs = np.zeros((len(pictures), _SIDE, _SIDE), np.uint8)
    if (
        isinstance(pictures, np.ndarray)
        and not np.ma.isMaskedArray(pictures)
        and pictures.dtype == np.uint8
        and pictures.shape[1:] == (_SIDE, _SIDE)
        and polarity != "dark_ink"
    ):
        is_done = are_glyphs(pictures)
        glyphs[is_done] = pictures[is_done]
    for place in np.flatnonzero(~is_done).tolist():
        try:
            glyphs[place] = to_glyph(open_page(pictures[place], polarity=polarity))
        except InputError as error:
            return glyphs[:place], error
    return glyphs, None


def _numbered(failure: InputError, place: int) -> str:
    """Return what is wrong with a picture; one that has no name of its own is told by its place."""
    message = str(failure)
    unnamed = message.startswith("picture:") and place > 0
    return message.replace("picture:", f"picture {place}:", 1) if unnamed else message
