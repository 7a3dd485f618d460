"""tenfold's networks as a scikit-learn estimator.

>>> from tenfold.sklearn import DigitClassifier
>>> mnist = tenfold.load_mnist()  # doctest: +SKIP
>>> classifier = DigitClassifier(recipe="dense-128", epochs=5)
>>> classifier.fit(mnist.train.images.reshape(-1, 784), mnist.train.labels)  # doctest: +SKIP
>>> classifier.score(mnist.test.images.reshape(-1, 784), mnist.test.labels)  # doctest: +SKIP
0.977
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenfold.decide import softmax
from tenfold.errors import MissingExtraError, ModelError
from tenfold.files import refuse_foreign, replace_folder, sha256, write_bytes, write_json

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise MissingExtraError("train", "the scikit-learn estimator", error) from error

__all__ = ["DigitClassifier"]

_SIDE, _OUTPUTS = 28, 10
_FORMAT = 1
_WEIGHTS, _INDEX = "model.safetensors", "estimator.json"


class DigitClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network of a recipe, trained on the whole of what `fit` gets.

    Rows of X are pictures of at most 784 pixels in reading order. A square number of pixels is
    taken as a square picture and scaled to 28 x 28 if need be; any other number fills the 28 x 28
    grid from its start. Values are scaled so that the training data span 0 to 255, unless they lie
    in 0 to 255 already and some are above 1, as pixels do.

    Args:
        recipe: Name of a recipe; its validation and early stopping are left out.
        epochs: Passes over the data; None takes the recipe's.
        batch_size: Images a step; None takes the recipe's.
        learning_rate: The optimizer's; None takes the recipe's.
        random_state: Seed of initial weights, order and dropout; None takes 0, so that equal fits
            give equal networks.

    Attributes:
        classes_: Shape (K,), the labels seen, sorted; at most 10.
        n_features_in_: Pixels a row.
        history_: Metrics of each epoch.
    """

    def __init__(
        self,
        recipe: str = "dense-128-dropout",
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.recipe = recipe
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> DigitClassifier:  # noqa: N803 - scikit-learn's name
        """Train the network.

        Args:
            X: Shape (N, at most 784), numbers.
            y: Shape (N,), at most 10 different labels of any kind.

        Returns:
            Itself.

        Raises:
            ValueError: The shapes do not fit, or there are more than 10 labels or only one.
            RecipeError: The recipe is unknown or a parameter out of range.
        """
        from tenfold.train.fit import Trainer, as_images, as_labels, fit
        from tenfold.values import Split

        table, target = validate_data(self, X, y, ensure_min_samples=2)
        check_classification_targets(target)
        self.classes_, places = np.unique(target, return_inverse=True)
        if not 2 <= len(self.classes_) <= _OUTPUTS:
            raise ValueError(
                f"y: must have from 2 to {_OUTPUTS} classes, but has {len(self.classes_)} "
                f"{'class' if len(self.classes_) == 1 else 'classes'}"
            )
        if table.shape[1] > _SIDE * _SIDE:
            raise ValueError(f"X: must have at most 784 features, but has {table.shape[1]}")
        self._range = _value_range(table)
        recipe = self._resolve()
        split = Split(self._to_images(table), places.astype(np.uint8))
        trainer = fit(Trainer(recipe, as_images(split), as_labels(split)))
        self.history_ = trainer.history
        self._weights = {name: value.numpy() for name, value in trainer.weights().items()}
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, shape (N, K), in the order of ``classes_``."""
        check_is_fitted(self)
        table = validate_data(self, X, reset=False)
        return softmax(self._logits(self._to_images(table))[:, : len(self.classes_)])

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the likeliest label of each row, shape (N,)."""
        places = self.predict_proba(X).argmax(1)
        labels: NDArray[Any] = self.classes_[places]
        return labels

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the fitted estimator to a folder, without pickle: weights and a JSON file.

        Raises:
            ModelError: A label is neither text nor a number.
            OutputError: The folder cannot be written.
        """
        from safetensors.numpy import save

        check_is_fitted(self)
        labels = self.classes_.tolist()
        if not all(isinstance(label, (str, int, float)) for label in labels):
            raise ModelError(f"classes_: must be text or numbers to be saved, but are {labels!r}")
        refuse_foreign(Path(folder), (_WEIGHTS, _INDEX))
        with replace_folder(Path(folder)) as temporary:
            write_bytes(temporary / _WEIGHTS, save(self._weights))
            state = {
                "format": _FORMAT,
                "parameters": self._plain_parameters(),
                "classes": labels,
                "classes_dtype": self.classes_.dtype.str,
                "features": self.n_features_in_,
                "range": list(self._range),
                "history": self.history_,
                "sha256": sha256(temporary / _WEIGHTS),
            }
            write_json(temporary / _INDEX, state)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> DigitClassifier:
        """Return the estimator that `save` wrote.

        Raises:
            ModelError: The folder holds none, or a damaged one.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = Path(folder)
        try:
            state = json.loads((path / _INDEX).read_text(encoding="utf-8"))
            if state["format"] != _FORMAT or sha256(path / _WEIGHTS) != state["sha256"]:
                raise ModelError(f"{path}: weights and {_INDEX} do not belong together")
            classifier = cls(**state["parameters"])
            classifier.classes_ = np.array(state["classes"], dtype=np.dtype(state["classes_dtype"]))
            classifier.n_features_in_ = int(state["features"])
            classifier._range = (float(state["range"][0]), float(state["range"][1]))
            classifier.history_ = state["history"]
            classifier._weights = load_file(path / _WEIGHTS)
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ModelError(
                f"{path}: must hold a saved DigitClassifier, but {type(error).__name__}: {error}"
            ) from error
        return classifier

    def _resolve(self) -> Any:
        """Return the recipe with this estimator's parameters."""
        from tenfold.train.recipe import Validation
        from tenfold.train.recipes import find_recipe

        recipe = find_recipe(self.recipe)
        changes: dict[str, Any] = {"validation": Validation(), "patience": 0, "seed": self._seed()}
        if self.epochs is not None:
            changes["epochs"] = self.epochs
        if self.batch_size is not None:
            changes["batch_size"] = self.batch_size
        if self.learning_rate is not None:
            changes["optimizer"] = replace(recipe.optimizer, learning_rate=self.learning_rate)
        return replace(recipe, **changes)

    def _seed(self) -> int:
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31))
        return 0 if self.random_state is None else int(self.random_state)

    def _plain_parameters(self) -> dict[str, Any]:
        parameters = dict(self.get_params())
        if isinstance(self.random_state, np.random.RandomState):
            parameters["random_state"] = None
        return parameters

    def _to_images(self, table: NDArray[Any]) -> NDArray[np.uint8]:
        """Return rows as pictures (N, 28, 28) uint8."""
        low, high = self._range
        scaled = (table.astype(np.float64) - low) * (255 / (high - low))
        pixels = np.clip(scaled, 0, 255).round().astype(np.uint8)
        return _as_squares(pixels)

    def _logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        import torch

        from tenfold.train.fit import predict_logits
        from tenfold.train.networks import Network

        network = Network(self._resolve())
        network.load_state_dict(
            {name: torch.from_numpy(value.copy()) for name, value in self._weights.items()}
        )
        logits: NDArray[np.float32] = predict_logits(network, torch.from_numpy(images)).numpy()
        return logits


def _value_range(table: NDArray[Any]) -> tuple[float, float]:
    """Return the values that become 0 and 255."""
    low, high = float(table.min()), float(table.max())
    if low >= 0 and 1 < high <= 255:
        return 0.0, 255.0
    return (low, high) if high > low else (low, low + 1)


def _as_squares(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return rows of pixels (N, F) as pictures (N, 28, 28)."""
    count, features = pixels.shape
    side = round(features**0.5)
    if side == _SIDE and side * side == features:
        return pixels.reshape(count, _SIDE, _SIDE)
    if side * side == features and side > 1:
        import cv2

        squares = pixels.reshape(count, side, side)
        return np.stack([cv2.resize(square, (_SIDE, _SIDE)) for square in squares])
    images = np.zeros((count, _SIDE * _SIDE), np.uint8)
    images[:, :features] = pixels
    return images.reshape(count, _SIDE, _SIDE)
