"""A model ready to score glyphs, on ONNX Runtime."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError, ModelError
from tenfold.files import open_regular
from tenfold.folders import is_being_replaced, settled_folder
from tenfold.model.card import Card, read_card
from tenfold.model.included import included_models

__all__ = ["Model", "find_model_folder", "load_model", "open_session"]

# Name, type and shape behind the batch of what a graph takes and gives.
_INPUTS = [("images", "tensor(uint8)", [28, 28])]
_OUTPUTS = "logits", "tensor(float)"
_MOST_THREADS = 1024
# How a tensor in ONNX says in which file its values are; the bytes before it may be written in
# several ways, so the word alone is looked for, which no graph of ours has.
_EXTERNAL = b"location"
_TRIES, _PAUSE = 20, 0.02  # at reading a folder that is being replaced, and seconds between them
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
        """Return logits of images (N, 28, 28) uint8; N may be 0.

        They have shape (N, 10), float32, or (N, 11) where the model knows what is not a digit.

        Raises:
            InputError: The images have another shape or dtype.
            ModelError: The graph fails, or gives what are no logits.
        """
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise InputError(
                "images: must have shape (N, 28, 28) and dtype uint8, "
                f"but have {images.shape} and {images.dtype}"
            )
        parts = [
            self._run(images[first : first + _BATCH]) for first in range(0, len(images), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.card.labels)), np.float32)

    def _run(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        path = self.folder / "model.onnx"
        try:
            (logits,) = self._session.run(["logits"], {"images": np.ascontiguousarray(images)})
        except Exception as error:  # ONNX Runtime has no class of its own for what may go wrong
            raise ModelError(f"{path}: cannot be computed: {_first_line(error)}") from error
        result: NDArray[np.float32] = logits
        shape = len(images), len(self.card.labels)
        if result.shape != shape:
            raise ModelError(f"{path}: must give logits of shape {shape}, but gave {result.shape}")
        if not np.isfinite(result).all():
            raise ModelError(f"{path}: must give finite logits, but gave others; train it again")
        return result


def load_model(path: str | os.PathLike[str], *, threads: int = 0) -> Model:
    """Return a model that comes with the package, or the one in a model or run folder.

    Args:
        path: A name of `included_models`; or a folder with ``card.json``, or with
            ``model/card.json``. Of a folder that is called as a model ``./NAME`` is the path.
        threads: Threads a call of the graph may use; 0 leaves it to ONNX Runtime.

    Raises:
        ModelError: There is no model, its card is malformed, or card and weights disagree.
    """
    if not isinstance(threads, int) or not 0 <= threads <= _MOST_THREADS:
        raise ModelError(
            f"threads: must be a whole number from 0 to {_MOST_THREADS}, but is {threads!r}"
        )
    folder, card, graph = _read(path)
    return Model(folder, card, _session(folder / "model.onnx", graph, threads, len(card.labels)))


def _read(path: str | os.PathLike[str]) -> tuple[Path, Card, bytes]:
    """Return a model's folder, its card and the graph that the card names, of one moment.

    The folder may be replaced while it is read: then it is read once more.
    """
    last: ModelError | None = None
    for _ in range(_TRIES):
        before, last = _place(path), None
        try:
            folder = find_model_folder(path)
            card = read_card(folder)
            graph = _content(folder / "model.onnx")
        except ModelError as error:
            if _place(path) == before and not is_being_replaced(_folder_named(path)):
                raise
            last = error  # for good, where a killed export left what looks like one at work
        else:
            if hashlib.sha256(graph).hexdigest() == card.sha256["model.onnx"]:
                return folder, card, graph
        time.sleep(_PAUSE)
    raise last or ModelError(f"{path}: changes while it is read; wait until nothing writes there")


def _place(path: str | os.PathLike[str]) -> tuple[int, ...] | None:
    """Return what tells a model's folder from another that takes its place; None where none is."""
    try:
        found = find_model_folder(path).stat()
    except (ModelError, OSError):
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns  # numbers of removed folders come again


def _folder_named(path: str | os.PathLike[str]) -> Path:
    """Return the folder that is replaced where a path stands for a model: a run's holds it."""
    folder = _as_path(path)
    is_run = os.path.isfile(folder / "recipe.toml")  # noqa: PTH113 - never raises
    return folder / "model" if is_run else folder


def find_model_folder(name: str | os.PathLike[str]) -> Path:
    """Return the folder of an included model, or the model folder that a path is or holds.

    Raises:
        ModelError: It is none of these; the message says what it is.
    """
    if isinstance(name, str) and (included := included_models().get(name)):
        return included
    path = _as_path(name)
    for folder in (settled_folder(path), settled_folder(path / "model")):
        if os.path.isfile(folder / "card.json"):  # noqa: PTH113 - never raises
            return folder
    if not os.path.exists(path):  # noqa: PTH110 - never raises
        names = ", ".join(included_models())
        found = "does not exist; " + (
            f"with the package come: {names}"
            if names
            else "this package comes without models: name one that you trained"
        )
    elif path.is_file():
        found = "is a file"
    elif (path / "recipe.toml").is_file():
        found = "is a run that has not finished: go on with tenfold train --resume, or export it"
    else:
        found = "is a folder with neither card.json nor model/card.json"
    raise ModelError(f"{path}: must be a model folder or a finished run, but {found}")


def _session(path: Path, graph: bytes, threads: int, labels: int) -> Any:
    session = open_session(path, graph, threads)
    inputs = [(value.name, value.type, value.shape[1:]) for value in session.get_inputs()]
    outputs = [(value.name, value.type, value.shape[1:]) for value in session.get_outputs()]
    expected = [(*_OUTPUTS, [labels])]
    if (inputs, outputs) != (_INPUTS, expected):
        raise ModelError(
            f"{path}: must turn {_INPUTS} into {expected}, but turns {inputs} into {outputs}"
        )
    return session


def open_session(path: Path, graph: bytes, threads: int) -> Any:
    """Return a session of ONNX Runtime for a graph.

    Args:
        path: Where it comes from, for messages.
        graph: Its bytes.
        threads: A call may use; 0 leaves it to ONNX Runtime.

    Raises:
        ModelError: It is no graph, or takes weights from other files.
    """
    if _EXTERNAL in graph:
        raise ModelError(
            f"{path}: must hold its weights itself, but takes some from another file, which no "
            "SHA-256 covers; export it again"
        )
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Else its threads spin on after a call, and take the cores from what prepares the next picture.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 4  # errors come back as exceptions, and are told once
    try:
        return onnxruntime.InferenceSession(
            graph, sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise ModelError(f"{path}: must be an ONNX graph, but {_first_line(error)}") from error


def _runtime() -> Any:
    """Return ONNX Runtime with its telemetry off: what is read is nobody else's business.

    It asks for the variable when it is imported; 1.32 would otherwise keep a number for the device
    in the user's cache and send events, from Linux too (its ``docs/Privacy.md``).
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _content(path: Path) -> bytes:
    """Return the graph's bytes; ONNX Runtime itself takes only names that are text."""
    try:
        with open_regular(path) as stream:
            return stream.read()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror or error})") from error


def _as_path(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        raise ModelError(f"model: must be the path of a model or run folder, but is {path!r}")
    return Path(path)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
