"""The model that reads strips: whole numbers, without parting them first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import ModelError
from tenfold.files import read_json, sha256
from tenfold.model.session import open_session

__all__ = [
    "STRIP_FOLDER",
    "STRIP_STEP",
    "STRIP_SYMBOLS",
    "StripModel",
    "load_strip_model",
    "read_strip_card",
]

STRIP_SYMBOLS = "0123456789.,-*"
"""What stands at a place, by outputs from 1 on; output 0 is nothing, the star any other sign."""

STRIP_STEP = 4
"""Columns of a strip for each place of the output."""

STRIP_FOLDER = Path(__file__).resolve().parent.parent / "models" / "strips"
"""The folder of the model that comes with the package."""

_BATCH = 16  # strips a call
_LEAST_PADDING, _WIDTH_STEP = 16, 32  # columns behind a strip, and of what its width is a multiple
_CARD_KINDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "sha256": str,
    "symbols": str,
    "temperature": (int, float),
    "calibration": list,
    "recipe": dict,
    "trained": dict,
    "figures": dict,
}  # of the card's keys in JSON


class StripModel:
    """A loaded model of strips; it may be used from several threads.

    Args:
        session: Of ONNX Runtime.
        temperature: Divides the logits.

    Attributes:
        calibration: Slope and offset of the log odds that a number is right; see
            `tenfold.assemble.Calibration`.
    """

    def __init__(self, session: Any, temperature: float) -> None:
        self._session = session
        self._temperature = temperature
        self.calibration = (1.0, 0.0)

    @classmethod
    def from_graph(
        cls, graph: bytes, path: Path, temperature: float = 1.0, threads: int = 0
    ) -> StripModel:
        """Return a model from its ONNX graph; the path is for messages.

        Raises:
            ModelError: It is no graph.
        """
        return cls(open_session(path, graph, threads), temperature)

    def probabilities(self, strips: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return what each place of each strip shows.

        Args:
            strips: Each of shape (32, W), uint8, as `tenfold.preprocess.frame_strip` makes it.

        Returns:
            For each strip shape (W / 4, 15), float32, rounded up: 0 nothing, then
            `STRIP_SYMBOLS`; each row sums to 1.
        """
        return [_softmax(logits / self._temperature) for logits in self.logits(strips)]

    def logits(self, strips: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return the network's outputs, of the shapes that `probabilities` has.

        A strip reads the same whatever others are beside it: only strips that are padded to one
        width, which depends on their own alone, go through the network together.
        """
        results: list[NDArray[np.float32]] = [np.zeros((0, 15), np.float32)] * len(strips)
        for width, places in _by_padded_width(strips).items():
            for first in range(0, len(places), _BATCH):
                batch = _padded([strips[place] for place in places[first : first + _BATCH]], width)
                (logits,) = self._session.run(["logits"], {"strips": batch})
                for row, place in zip(logits, places[first : first + _BATCH], strict=True):
                    results[place] = row[: math.ceil(strips[place].shape[1] / STRIP_STEP)]
        return results


def _by_padded_width(strips: Sequence[NDArray[np.uint8]]) -> dict[int, list[int]]:
    """Return the places of strips, by the width that they are padded to."""
    places: dict[int, list[int]] = {}
    for place, strip in enumerate(strips):
        width = math.ceil((strip.shape[1] + _LEAST_PADDING) / _WIDTH_STEP) * _WIDTH_STEP
        places.setdefault(width, []).append(place)
    return places


def _padded(strips: Sequence[NDArray[np.uint8]], width: int) -> NDArray[np.uint8]:
    """Return strips as one array (N, 32, width) with an empty ground behind each."""
    batch = np.zeros((len(strips), strips[0].shape[0], width), np.uint8)
    for row, strip in zip(batch, strips, strict=True):
        row[:, : strip.shape[1]] = strip
    return batch


@lru_cache(maxsize=8)
def load_strip_model(threads: int = 0) -> StripModel:
    """Return the model of strips that comes with the package, loaded once.

    Raises:
        ModelError: It is missing or damaged.
    """
    path = STRIP_FOLDER / "model.onnx"
    card = read_strip_card()
    try:
        found = sha256(path)
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(error) from error
    if found != card["sha256"]:
        raise ModelError(f"{path}: is not as its card says; install tenfold anew")
    model = StripModel.from_graph(content, path, float(card["temperature"]), threads)
    slope, offset = card["calibration"]
    model.calibration = (float(slope), float(offset))
    return model


def read_strip_card() -> dict[str, Any]:
    """Return what the card of the model of strips says: recipe, training, figures.

    Raises:
        ModelError: It is missing or damaged.
    """
    path = STRIP_FOLDER / "strips.json"
    try:
        card: dict[str, Any] = read_json(path)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    if not _is_card(card):
        raise ModelError(f"{path}: is no card of a model of strips; install tenfold anew")
    return card


def _is_card(values: Any) -> bool:
    """Tell whether there is all that reading and listing the model depend on."""
    if not isinstance(values, dict):
        return False
    if not all(isinstance(values.get(key), kind) for key, kind in _CARD_KINDS.items()):
        return False
    temperature, calibration = values["temperature"], values["calibration"]
    numbers = [temperature, *calibration]
    return len(calibration) == 2 and all(map(_is_finite, numbers)) and bool(temperature > 0)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _unreadable(error: Exception) -> ModelError:
    return ModelError(f"{STRIP_FOLDER}: the model of strips cannot be read ({error})")


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)
