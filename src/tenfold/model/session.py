"""A model ready to score glyphs, on ONNX Runtime."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError, ModelError
from tenfold.model.card import Card, read_card

__all__ = ["Model", "load_model"]

# Name, type and shape behind the batch of what a graph takes and gives.
_INPUTS = [("images", "tensor(uint8)", [28, 28])]
_OUTPUTS = [("logits", "tensor(float)", [10])]
_BATCH = 1024  # images a call of the graph, so that memory stays flat for any number


class Model:
    """A loaded model; its session may be used from several threads at once.

    Attributes:
        card: What it is and how to use it.
        folder: Where it was loaded from.
    """

    def __init__(self, folder: Path, card: Card, session: Any) -> None:
        self.folder = folder
        self.card = card
        self._session = session

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return logits (N, 10) float32 of images (N, 28, 28) uint8; N may be 0.

        Raises:
            InputError: The images have another shape or dtype.
        """
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise InputError(
                "images: must have shape (N, 28, 28) and dtype uint8, "
                f"but have {images.shape} and {images.dtype}"
            )
        parts = [
            self._run(images[first : first + _BATCH]) for first in range(0, len(images), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 10), np.float32)

    def _run(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        (logits,) = self._session.run(["logits"], {"images": np.ascontiguousarray(images)})
        result: NDArray[np.float32] = logits
        return result


def load_model(path: str | os.PathLike[str], *, threads: int = 0) -> Model:
    """Return the model in a model folder, or in the run folder of a finished training.

    Args:
        path: A folder with ``card.json``, or with ``model/card.json``.
        threads: Threads a call of the graph may use; 0 leaves it to ONNX Runtime.

    Raises:
        ModelError: There is no model, its card is malformed, or card and weights disagree.
    """
    folder = find_model_folder(Path(path))
    card = read_card(folder)
    return Model(folder, card, _session(folder / "model.onnx", threads))


def find_model_folder(path: Path) -> Path:
    """Return the model folder that ``path`` is or holds.

    Raises:
        ModelError: It is neither; the message says what it is.
    """
    for folder in (path, path / "model"):
        if (folder / "card.json").is_file():
            return folder
    if not path.exists():
        found = "does not exist"
    elif path.is_file():
        found = "is a file"
    elif (path / "recipe.toml").is_file():
        found = "is a run that has not finished: go on with tenfold train --resume, or export it"
    else:
        found = "is a folder with neither card.json nor model/card.json"
    raise ModelError(f"{path}: must be a model folder or a finished run, but {found}")


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only: they come back as exceptions
    try:
        session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
        inputs = [(value.name, value.type, value.shape[1:]) for value in session.get_inputs()]
        outputs = [(value.name, value.type, value.shape[1:]) for value in session.get_outputs()]
    except Exception as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"{path}: must be an ONNX graph, but {first}") from error
    if (inputs, outputs) != (_INPUTS, _OUTPUTS):
        raise ModelError(
            f"{path}: must turn {_INPUTS} into {_OUTPUTS}, but turns {inputs} into {outputs}"
        )
    return session
