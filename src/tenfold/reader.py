"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.decide import decide
from tenfold.errors import InputError
from tenfold.images import Polarity, check_polarity, open_page
from tenfold.model import DEFAULT_MODEL, choose_thresholds, included_models, load_model
from tenfold.preprocess import are_glyphs, to_glyph
from tenfold.values import Digit

__all__ = ["Reader", "classify"]

_SIDE = 28  # pixels a side of a glyph
_CHUNK = 1024  # glyphs that are held in memory at a time


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
        several = _are_several(pictures)
        return list(self.stream(pictures if several else [pictures], polarity=polarity))

    def stream(self, pictures: Iterable[Any], *, polarity: Polarity = "auto") -> Iterator[Digit]:
        """Give the digit of each picture in turn, holding one picture at a time.

        Args:
            pictures: Any number of pictures, which are taken as they are needed.
            polarity: As in `classify`.

        Raises:
            InputError: A picture cannot be read; the digits of those before it have been given.
        """
        check_polarity(polarity)
        if not (_are_several(pictures) or isinstance(pictures, np.ndarray)):
            raise InputError(
                "pictures: must be several pictures, one after the other, but is a "
                f"{type(pictures).__name__}; give a single one as [picture]"
            )
        done = 0
        for glyphs, failure in _glyphs(pictures, polarity):
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
    pictures: Iterable[Any] | Any,
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


def _are_several(pictures: Any) -> bool:
    """Tell several pictures from one; an array (N, 28, 28) is several, not one of 28 colours."""
    if isinstance(pictures, np.ndarray):
        return pictures.ndim > 3 or (pictures.ndim == 3 and pictures.shape[1:] == (_SIDE, _SIDE))
    single = (str, bytes, bytearray, memoryview, os.PathLike)
    is_file = hasattr(pictures, "read")
    return isinstance(pictures, Iterable) and not is_file and not isinstance(pictures, single)


def _glyphs(
    pictures: Iterable[Any], polarity: Polarity
) -> Iterator[tuple[NDArray[np.uint8], InputError | None]]:
    """Give the pictures as glyphs (N, 28, 28), 1,024 at a time, and why one cannot be read."""
    if isinstance(pictures, np.ndarray) and pictures.shape[1:] == (_SIDE, _SIDE):
        for first in range(0, len(pictures), _CHUNK):
            yield _framed(pictures[first : first + _CHUNK], polarity)
        return
    rest = iter(pictures)
    while True:
        glyphs, failure = _converted(islice(rest, _CHUNK), polarity)
        if len(glyphs) or failure is not None:
            yield glyphs, failure
        if len(glyphs) < _CHUNK:
            return


def _framed(
    pictures: NDArray[Any], polarity: Polarity
) -> tuple[NDArray[np.uint8], InputError | None]:
    """Return an array's pictures (N, 28, 28) as glyphs; those that are such already stay."""
    plain = pictures.dtype == np.uint8 and not np.ma.isMaskedArray(pictures)
    if not plain or polarity == "dark_ink":
        return _converted(pictures, polarity)
    glyphs = pictures.copy()
    for place in np.flatnonzero(~are_glyphs(pictures)).tolist():
        glyphs[place] = to_glyph(open_page(pictures[place], polarity=polarity))
    return glyphs, None


def _converted(
    pictures: Iterable[Any], polarity: Polarity
) -> tuple[NDArray[np.uint8], InputError | None]:
    """Return pictures as glyphs up to one that cannot be read, and why it cannot."""
    glyphs: list[NDArray[np.uint8]] = []
    failure = None
    try:
        glyphs.extend(to_glyph(open_page(picture, polarity=polarity)) for picture in pictures)
    except InputError as error:
        failure = error
    return np.stack(glyphs) if glyphs else np.zeros((0, _SIDE, _SIDE), np.uint8), failure


def _numbered(failure: InputError, place: int) -> str:
    """Return what is wrong with a picture; one that has no name of its own is told by its place."""
    message = str(failure)
    unnamed = message.startswith("picture:") and place > 0
    return message.replace("picture:", f"picture {place}:", 1) if unnamed else message
