"""tenfold's networks as a scikit-learn estimator.

>>> from tenfold.sklearn import DigitClassifier
>>> mnist = tenfold.load_mnist()  # doctest: +SKIP
>>> classifier = DigitClassifier(recipe="dense-128", epochs=5)
>>> classifier.fit(mnist.train.images.reshape(-1, 784), mnist.train.labels)  # doctest: +SKIP
>>> classifier.score(mnist.test.images.reshape(-1, 784), mnist.test.labels)  # doctest: +SKIP
0.977
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenfold.decide import softmax
from tenfold.errors import MissingExtraError, ModelError, RecipeError
from tenfold.files import json_digest, read_json, sha256, write_bytes, write_json
from tenfold.folders import replace_folder

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise MissingExtraError("train", "the scikit-learn estimator", error) from error

if TYPE_CHECKING:
    from tenfold.train.networks import Network
    from tenfold.train.recipe import Recipe

__all__ = ["DigitClassifier"]

_SIDE, _OUTPUTS = 28, 10
_FORMAT = 2
_WEIGHTS, _INDEX = "model.safetensors", "estimator.json"


class DigitClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network of a recipe, trained on the whole of what `fit` gets.

    Rows of X are pictures of at most 784 pixels in reading order. A square number of pixels is
    taken as a square picture and scaled to 28 x 28 if need be; any other number fills the 28 x 28
    grid from its start. Values are scaled so that the training data span 0 to 255, unless they are
    pixels of 8 bits already: all in 0 to 255, and some above 127.

    Args:
        recipe: Name of a recipe, or a `tenfold.train.recipe.Recipe`; its validation and early
            stopping are left out, and so are pictures of no digit and whatever else it adds to
            its images, for labels may be of anything.
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
        recipe: str | Recipe = "dense-128-dropout",
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
        classes, places = np.unique(target, return_inverse=True)
        if not 2 <= len(classes) <= _OUTPUTS:
            raise ValueError(
                f"y: must have from 2 to {_OUTPUTS} classes, but has {len(classes)} "
                f"{'class' if len(classes) == 1 else 'classes'}"
            )
        if table.shape[1] > _SIDE * _SIDE:
            raise ValueError(f"X: must have at most 784 features, but has {table.shape[1]}")
        span, recipe = _value_range(table), self._resolve()
        split = Split(_to_images(table, span), places.astype(np.uint8))
        trainer = fit(Trainer(recipe, as_images(split), as_labels(split)))
        # All at once and last, so that a training that is interrupted leaves what was there.
        self.classes_, self._range, self._recipe = classes, span, recipe
        self.history_ = trainer.history
        self._weights = {name: value.numpy() for name, value in trainer.weights().items()}
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, shape (N, K), in the order of ``classes_``."""
        check_is_fitted(self, "classes_")
        table = validate_data(self, X, reset=False)
        return softmax(self._logits(_to_images(table, self._range))[:, : len(self.classes_)])

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the likeliest label of each row, shape (N,)."""
        places = self.predict_proba(X).argmax(1)
        labels: NDArray[Any] = self.classes_[places]
        return labels

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the fitted estimator to a folder, without pickle: weights and a JSON file.

        Raises:
            ModelError: A label is neither text nor a number.
            OutputError: The folder cannot be written, or holds other files.
        """
        from safetensors.numpy import save

        from tenfold.train.settings import to_table

        check_is_fitted(self, "classes_")
        labels = self.classes_.tolist()
        if not all(isinstance(label, (str, int, float)) for label in labels):
            raise ModelError(f"classes_: must be text or numbers to be saved, but are {labels!r}")
        with replace_folder(Path(folder), (_WEIGHTS, _INDEX), marker=_INDEX) as temporary:
            write_bytes(temporary / _WEIGHTS, save(self._weights))
            state = {
                "format": _FORMAT,
                "parameters": self._plain_parameters(),
                "recipe": to_table(self._recipe),
                "classes": labels,
                "classes_dtype": self.classes_.dtype.str,
                "features": self.n_features_in_,
                "feature_names": getattr(self, "feature_names_in_", np.array([])).tolist(),
                "range": list(self._range),
                "history": self.history_,
                "sha256": sha256(temporary / _WEIGHTS),
            }
            write_json(temporary / _INDEX, {**state, "digest": json_digest(state)})

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> DigitClassifier:
        """Return the estimator that `save` wrote.

        Raises:
            ModelError: The folder holds none, or a damaged one.
        """
        from safetensors import SafetensorError

        path = Path(folder)
        try:
            state = read_json(path / _INDEX)
            digest = state.pop("digest")
            if digest != json_digest(state) or state["format"] != _FORMAT:
                raise ModelError(f"{path / _INDEX}: is not as it was written; save it again")
            if sha256(path / _WEIGHTS) != state["sha256"]:
                raise ModelError(f"{path}: weights and {_INDEX} do not belong together")
            return cls._restored(state, path / _WEIGHTS)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path}: must hold a saved DigitClassifier, but {type(error).__name__}: {error}"
            ) from error
        except (RuntimeError, SafetensorError, RecipeError) as error:
            raise ModelError(f"{path}: weights and recipe do not fit ({error})") from error

    @classmethod
    def _restored(cls, state: dict[str, Any], weights: Path) -> DigitClassifier:
        from safetensors.numpy import load

        from tenfold.train.settings import from_table

        parameters = dict(state["parameters"])
        if isinstance(parameters["recipe"], dict):
            parameters["recipe"] = from_table(parameters["recipe"])
        classifier = cls(**parameters)
        classifier.classes_ = np.array(state["classes"], dtype=np.dtype(state["classes_dtype"]))
        classifier.n_features_in_ = int(state["features"])
        if state["feature_names"]:
            classifier.feature_names_in_ = np.array(state["feature_names"], dtype=object)
        classifier._range = (float(state["range"][0]), float(state["range"][1]))
        classifier.history_ = state["history"]
        classifier._recipe = from_table(state["recipe"])
        classifier._weights = load(weights.read_bytes())
        classifier._network()  # raises what does not fit now, not when it is used
        return classifier

    def _resolve(self) -> Recipe:
        """Return the recipe with this estimator's parameters."""
        from tenfold.train.recipe import Dense, Recipe, Validation
        from tenfold.train.recipes import find_recipe

        recipe = self.recipe if isinstance(self.recipe, Recipe) else find_recipe(self.recipe)
        changes: dict[str, Any] = {
            "validation": Validation(),
            "patience": 0,
            "seed": self._seed(),
            # Labels are places in classes_ here: nothing may be added that goes by the digit.
            "typed": 0.0,
            "augmentation": replace(recipe.augmentation, regional=0.0),
        }
        if recipe.negatives:  # and letters are no negatives where they are classes
            outputs = Dense(units=_OUTPUTS, activation="softmax")
            changes |= {"negatives": 0.0, "network": (*recipe.network[:-1], outputs)}
        for name in ("epochs", "batch_size"):
            if getattr(self, name) is not None:
                changes[name] = _plain(getattr(self, name))
        if self.learning_rate is not None:
            rate = _plain(self.learning_rate)
            changes["optimizer"] = replace(recipe.optimizer, learning_rate=rate)
        return replace(recipe, **changes)

    def _seed(self) -> int:
        if self.random_state is None:
            return 0
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31))
        seed: int = _plain(self.random_state)  # the recipe refuses what is none
        return seed

    def _plain_parameters(self) -> dict[str, Any]:
        """Return the parameters as JSON-ready values."""
        from tenfold.train.settings import to_table

        parameters = {name: _plain(value) for name, value in self.get_params().items()}
        if not isinstance(self.recipe, str):
            parameters["recipe"] = to_table(self.recipe)
        if isinstance(self.random_state, np.random.RandomState):
            parameters["random_state"] = None
        return parameters

    def _logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        import torch

        from tenfold.train.fit import predict_logits

        logits = predict_logits(self._network(), torch.from_numpy(images))
        result: NDArray[np.float32] = logits.numpy()
        return result

    def _network(self) -> Network:
        """Return the fitted network."""
        import torch

        from tenfold.train.networks import Network

        network = Network(self._recipe)
        network.load_state_dict(
            {name: torch.from_numpy(value.copy()) for name, value in self._weights.items()}
        )
        return network


def _plain(value: Any) -> Any:
    """Return NumPy's numbers as Python's, and anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def _to_images(table: NDArray[Any], span: tuple[float, float]) -> NDArray[np.uint8]:
    """Return rows as pictures (N, 28, 28) uint8, the span's ends becoming 0 and 255."""
    low, high = span
    scaled = (table.astype(np.float64) - low) * (255 / (high - low))
    pixels = np.clip(scaled, 0, 255).round().astype(np.uint8)
    return _as_squares(pixels)


def _value_range(table: NDArray[Any]) -> tuple[float, float]:
    """Return the values that become 0 and 255."""
    low, high = float(table.min()), float(table.max())
    if low >= 0 and 127 < high <= 255:
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
