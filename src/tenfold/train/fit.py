"""The training loop: data resident in memory, whole batches, no image handled one by one."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tenfold.errors import RunError
from tenfold.train.averaging import WeightAverage, reestimate_statistics
from tenfold.train.backpropagation import backpropagate, is_written_out
from tenfold.train.batches import NOT_A_DIGIT, Batches
from tenfold.train.networks import LEFT_OUT, Network, cross_entropy
from tenfold.train.optimizers import build_optimizer
from tenfold.train.processor import flushed_denormals, keep_freed_memory
from tenfold.train.randomness import generators
from tenfold.train.recipe import Recipe
from tenfold.train.schedule import rate_factor
from tenfold.train.shapes import summarise
from tenfold.values import Split

__all__ = [
    "Callback",
    "Trainer",
    "as_images",
    "as_labels",
    "fit",
    "predict_logits",
    "score",
]

Metrics = dict[str, float]

_LEARNING = 1 / 3  # of the epochs, after which a network's word on what is a digit counts
_PROGRESS_INTERVAL = 0.1  # seconds between two calls of `on_progress`, as fast as an eye follows
_STATISTICS_IMAGES = 5_000  # for batch normalisation; means over so many move by under 1 %
_SCORING_BATCH = 1000  # images; larger ones gain nothing and take memory


class Callback:
    """What happens around training; each method does nothing unless a subclass says otherwise.

    Callbacks are called in the order in which they are given.
    """

    def on_train_begin(self, trainer: Trainer) -> None:
        """Called once, before the first epoch of this process."""

    def on_progress(self, trainer: Trainer, images_done: int, metrics: Metrics) -> None:
        """Called about ten times a second within an epoch, with running means of this epoch."""

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Called after each epoch with its metrics, which are the last of `Trainer.history`."""

    def on_train_end(self, trainer: Trainer) -> None:
        """Called once, when training has ended or an error has stopped it."""


@dataclass
class Trainer:
    """A network in training, with all that decides how it goes on.

    Two trainers of one recipe and data take bit-identical steps on one machine. What `weights` and
    `tensors` return, with `history`, is all that has to be saved for a third to go on from there
    bit by bit (`restore`).

    Attributes:
        recipe: What is trained.
        images: Shape (N, 28, 28), uint8.
        labels: Shape (N,), int64.
        network: The network, its weights changing in place.
        average: The running mean of its weights, where the recipe keeps one.
        history: One mapping an epoch: epoch, seconds, loss, accuracy and, where images are held
            out, validation_loss and validation_accuracy.
        stop: Set by a callback to end training after this epoch.
    """

    recipe: Recipe
    images: Tensor
    labels: Tensor
    network: Network = field(init=False)
    history: list[Metrics] = field(default_factory=list)
    stop: bool = False

    def __post_init__(self) -> None:
        keep_freed_memory()
        recipe = self.recipe
        self.network = Network(recipe)
        self._outputs = summarise(recipe.network)[-1].output_shape[0]
        streams = generators(recipe.seed)
        self.order, self._varied = streams.order, streams.augmentation
        self._batches = Batches(recipe, self.network, self.images, self.labels, self._varied)
        self._written_out = is_written_out(recipe)
        self.optimizer = build_optimizer(recipe.optimizer, list(self.network.parameters()))
        self.average = WeightAverage(recipe, self.network) if recipe.weight_average else None
        self._steps_done = 0
        self._steps_an_epoch = math.ceil(len(self.labels) / recipe.batch_size)

    @property
    def epoch(self) -> int:
        """Number of epochs done."""
        return len(self.history)

    @property
    def trained(self) -> Network:
        """The network whose weights count: the running mean where the recipe keeps one."""
        return self.network if self.average is None else self.average.network

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """Take one optimizer step on a batch.

        Args:
            images: Shape (N, 28, 28), uint8, or float32 already scaled to [0, 1].
            labels: Shape (N,), int64.

        Returns:
            The logits (N, outputs) before the step.
        """
        pixels = images if images.is_floating_point() else self.network.prepare(images)
        if self._written_out:
            logits = backpropagate(self.network, pixels, labels)
        else:
            logits = self._derive(pixels, labels)
        steps = self.recipe.epochs * self._steps_an_epoch
        self.optimizer.step(rate_factor(self.recipe.schedule, self._steps_done, steps))
        if self.average is not None:
            self.average.update(self._steps_done)
        self._steps_done += 1
        return logits

    def _derive(self, pixels: Tensor, labels: Tensor) -> Tensor:
        """Do what `backpropagate` does by PyTorch's record of the network's operations."""
        self.network.zero_grad(set_to_none=True)
        with _autocast(self.recipe):
            logits: Tensor = self.network(pixels)
        smoothing = self.recipe.label_smoothing
        believed = self._believed(logits.detach(), labels)
        cross_entropy(logits, believed, smoothing).backward()  # type: ignore[no-untyped-call]
        return logits.detach()

    def _believed(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return labels (N,) in which negatives that pass for digits are left out of the loss.

        Only after `_LEARNING` of the epochs: before, the network takes anything for a digit. And
        none of those that are certainly no digit.
        """
        limit = self.recipe.digit_like
        if limit == 1 or self.epoch < _LEARNING * self.recipe.epochs:
            return labels.clamp_max(NOT_A_DIGIT)
        passes = logits.softmax(1)[:, :NOT_A_DIGIT].amax(1) > limit
        believed = labels.masked_fill((labels == NOT_A_DIGIT) & passes, LEFT_OUT)
        return believed.clamp_max(NOT_A_DIGIT)

    @flushed_denormals()
    def run_epoch(self, callbacks: Sequence[Callback]) -> Metrics:
        """Pass once over the images in a new order; return running means of loss and accuracy.

        As in Keras, the means are over the epoch's batches while the weights change, each image
        counting once; they are not an evaluation afterwards.
        """
        self.network.train()
        count, batch = len(self.labels), self.recipe.batch_size
        order = torch.randperm(count, generator=self.order)
        labels = self.labels[order]
        logits = torch.empty(count, self._outputs)
        shown = time.monotonic()
        batches = self._batches.of(order, labels, self.epoch)
        for start, (pixels, targets) in zip(range(0, count, batch), batches, strict=True):
            stop = min(start + batch, count)
            logits[start:stop] = self.step(pixels, targets)[: stop - start]
            if callbacks and time.monotonic() - shown > _PROGRESS_INTERVAL:
                shown = time.monotonic()
                means = _means(logits[:stop], labels[:stop])
                for callback in callbacks:
                    callback.on_progress(self, stop, means)
        if self.average is not None:
            some = slice(_STATISTICS_IMAGES)
            seen = self._batches.of(order[some], labels[some], self.epoch)
            reestimate_statistics(self.average.network, (pixels for pixels, _ in seen))
        return _means(logits, labels)

    def tensors(self) -> dict[str, Tensor]:
        """Return copies of the optimizer's and generators' state, by name."""
        state = _copies("optimizer", self.optimizer.state())
        state["generator.order"] = self.order.get_state()
        state["generator.dropout"] = self.network.dropout_generator.get_state()
        state["generator.augmentation"] = self._varied.get_state()
        if self.average is not None:
            state |= _copies("network", self.network.state_dict())
        return state

    def restore(
        self, weights: Mapping[str, Tensor], state: Mapping[str, Tensor], history: list[Metrics]
    ) -> None:
        """Go back to a saved moment: what `weights`, `tensors` and `history` were then."""
        self.set_weights(weights)
        if self.average is not None:
            _set(self.network.state_dict(), state, "network.")
        _set(self.optimizer.state(), state, "optimizer.")
        self.order.set_state(state["generator.order"])
        self.network.dropout_generator.set_state(state["generator.dropout"])
        self._varied.set_state(state["generator.augmentation"])
        self.history = [dict(metrics) for metrics in history]
        self._steps_done = self.epoch * self._steps_an_epoch

    def weights(self) -> dict[str, Tensor]:
        """Return copies of the weights that count, by name."""
        return {name: _copy(value) for name, value in self.trained.state_dict().items()}

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Copy weights into the network whose weights count, in place."""
        _set(self.trained.state_dict(), weights)


def fit(
    trainer: Trainer, validation: Split | None = None, callbacks: Sequence[Callback] = ()
) -> Trainer:
    """Train until the recipe's last epoch, or until a callback stops it.

    Args:
        trainer: A new trainer, or one restored to a saved moment; it goes on from there.
        validation: Images to score after each epoch, or None.
        callbacks: Called in order.

    Returns:
        The trainer.

    Raises:
        RunError: The loss is no longer a finite number.
    """
    held = None if validation is None else (as_images(validation), as_labels(validation))
    try:
        for callback in callbacks:
            callback.on_train_begin(trainer)
        while trainer.epoch < trainer.recipe.epochs and not trainer.stop:
            started = time.perf_counter()
            metrics: Metrics = {"epoch": trainer.epoch + 1, "seconds": 0.0}
            metrics |= trainer.run_epoch(callbacks)
            if held is not None:
                means = score(trainer.trained, *held)
                metrics |= {f"validation_{name}": value for name, value in means.items()}
            metrics["seconds"] = round(time.perf_counter() - started, 4)
            _check_finite(metrics)
            trainer.history.append(metrics)
            for callback in callbacks:
                callback.on_epoch_end(trainer, metrics)
    finally:
        for callback in callbacks:
            callback.on_train_end(trainer)
    return trainer


def score(network: Network, images: Tensor, labels: Tensor) -> Metrics:
    """Return the mean loss in nats and the accuracy of a network on labelled images."""
    return _means(predict_logits(network, images), labels)


def predict_logits(network: Network, images: Tensor) -> Tensor:
    """Return logits (N, outputs) of images (N, 28, 28) uint8, without dropout, all in float32."""
    network.eval()
    with torch.inference_mode():
        parts = [
            network(images[first : first + _SCORING_BATCH])
            for first in range(0, len(images), _SCORING_BATCH)
        ]
    return torch.cat(parts)


def as_images(split: Split) -> Tensor:
    """Return a split's images as a tensor (N, 28, 28) uint8."""
    return torch.from_numpy(np.array(split.images, dtype=np.uint8, order="C"))


def as_labels(split: Split) -> Tensor:
    """Return a split's labels as a tensor (N,) int64."""
    return torch.from_numpy(split.labels.astype(np.int64))


def _copy(value: Tensor) -> Tensor:
    """Return a contiguous copy, as files hold tensors; kernels are kept channels last."""
    return value.detach().clone(memory_format=torch.contiguous_format)


def _copies(prefix: str, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": _copy(value) for name, value in values.items()}


def _set(values: Mapping[str, Tensor], saved: Mapping[str, Tensor], prefix: str = "") -> None:
    """Copy saved tensors into those of the same names, in place."""
    with torch.no_grad():
        for name, value in values.items():
            value.copy_(saved[prefix + name])


def _means(logits: Tensor, labels: Tensor) -> Metrics:
    right = int((logits.argmax(1) == labels).sum())
    loss = float(cross_entropy(logits.double(), labels))
    return {"loss": loss, "accuracy": right / len(labels)}


def _autocast(recipe: Recipe) -> Any:
    """Return the context in which multiplications have the recipe's precision."""
    if recipe.precision == "bfloat16":
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()


def _check_finite(metrics: Metrics) -> None:
    if not all(np.isfinite(value) for value in metrics.values()):
        raise RunError(
            f"training diverged in epoch {int(metrics['epoch'])}: the loss is {metrics['loss']}; "
            "a smaller optimizer.learning_rate usually helps"
        )
