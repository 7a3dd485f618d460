"""The training loop: the same steps each time, Keras's running means, every image once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from tenfold.data import MNIST
from tenfold.errors import RunError
from tenfold.train import fit as fit_module
from tenfold.train.batches import CERTAINLY_NONE, NOT_A_DIGIT
from tenfold.train.fit import (
    Callback,
    Metrics,
    Trainer,
    as_images,
    as_labels,
    fit,
    predict_logits,
    score,
)
from tenfold.train.networks import LEFT_OUT, cross_entropy
from tenfold.train.recipe import Dropout, Recipe
from tenfold.values import Split


def trainer_of(recipe: Recipe, split: Split) -> Trainer:
    return Trainer(recipe, as_images(split), as_labels(split))


def same(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


def without_clock(history: list[Metrics]) -> list[Metrics]:
    return [{key: row[key] for key in row if key != "seconds"} for row in history]


@pytest.mark.parametrize("name", tiny.RECIPES)
def test_one_seed_gives_one_network(name: str, mnist: MNIST) -> None:
    recipe = replace(tiny.RECIPES[name], epochs=2)
    first, second = (fit(trainer_of(recipe, mnist.train), mnist.test) for _ in range(2))
    assert same(first.weights(), second.weights())
    assert same(first.tensors(), second.tensors())
    assert without_clock(first.history) == without_clock(second.history)


@pytest.mark.parametrize("name", tiny.RECIPES)
def test_another_seed_gives_another_network(name: str, mnist: MNIST) -> None:
    recipe = replace(tiny.RECIPES[name], epochs=1)
    first = fit(trainer_of(recipe, mnist.train))
    other = fit(trainer_of(replace(recipe, seed=1), mnist.train))
    assert not any(
        torch.equal(value, other.weights()[key]) for key, value in first.weights().items()
    )
    assert first.history[0]["loss"] != other.history[0]["loss"]


def test_a_small_network_learns_the_digits(mnist: MNIST) -> None:
    recipe = replace(tiny.BASE, epochs=8, batch_size=16, optimizer=tiny.Adam(learning_rate=0.01))
    trainer = fit(trainer_of(recipe, mnist.train), mnist.test)
    assert trainer.history[-1]["accuracy"] > 0.6
    assert trainer.history[-1]["validation_accuracy"] > 0.5
    assert trainer.history[-1]["loss"] < trainer.history[0]["loss"] / 1.5


def test_dropout_is_on_in_every_epoch_whether_validated_or_not(mnist: MNIST) -> None:
    """Scoring turns dropout off, and the next epoch must turn it on again."""
    layers = (*tiny.RECIPES["convolution"].network[:-1], Dropout(rate=0.5), tiny.OUTPUTS)
    recipe = replace(tiny.RECIPES["convolution"], network=layers)
    plain = fit(trainer_of(recipe, mnist.train))
    scored = fit(trainer_of(recipe, mnist.train), mnist.test)
    assert same(plain.weights(), scored.weights())
    without = replace(recipe, network=(*layers[:-2], tiny.OUTPUTS))
    assert not same(plain.weights(), fit(trainer_of(without, mnist.train)).weights())


def test_bfloat16_multiplies_in_bfloat16(mnist: MNIST) -> None:
    exact = trainer_of(tiny.BASE, mnist.train)
    rounded = trainer_of(tiny.RECIPES["bfloat16"], mnist.train)
    images, labels = exact.images[:40], exact.labels[:40]
    one, other = exact.step(images, labels), rounded.step(images, labels)
    assert not torch.equal(one, other)
    torch.testing.assert_close(one, other, rtol=0.02, atol=0.02)


class Recorder(Callback):
    """Notes the calls it gets."""

    def __init__(self, calls: list[str], name: str = "") -> None:
        self.calls, self.name = calls, name

    def on_train_begin(self, trainer: Trainer) -> None:
        self.calls.append(f"{self.name}begin")

    def on_progress(self, trainer: Trainer, images_done: int, metrics: Metrics) -> None:
        self.calls.append(f"{self.name}progress {images_done}")

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        assert metrics is trainer.history[-1]
        self.calls.append(f"{self.name}epoch {trainer.epoch}")

    def on_train_end(self, trainer: Trainer) -> None:
        self.calls.append(f"{self.name}end")


def test_callbacks_are_called_in_order(mnist: MNIST, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "_PROGRESS_INTERVAL", -1.0)
    calls: list[str] = []
    recipe = replace(tiny.BASE, epochs=2, batch_size=150)
    callbacks = [Recorder(calls, "a "), Recorder(calls, "b ")]
    fit(trainer_of(recipe, mnist.train), None, callbacks)
    expected = ["begin"]
    for epoch in (1, 2):
        expected += ["progress 150", "progress 300", "progress 320", f"epoch {epoch}"]
    expected.append("end")
    assert calls == [f"{name} {call}" for call in expected for name in ("a", "b")]


@pytest.mark.parametrize("when", ["on_train_begin", "on_epoch_end"])
def test_callbacks_end_after_an_error(when: str, mnist: MNIST) -> None:
    calls: list[str] = []

    class Failing(Callback):
        pass

    def fail(*_: object) -> None:
        raise RuntimeError("no more")

    setattr(Failing, when, fail)
    with pytest.raises(RuntimeError, match="no more"):
        fit(trainer_of(tiny.BASE, mnist.train), None, [Recorder(calls), Failing()])
    assert calls[-1] == "end"


def test_a_callback_stops_after_its_epoch(mnist: MNIST) -> None:
    class Stop(Callback):
        def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
            trainer.stop = trainer.epoch == 2

    assert fit(trainer_of(tiny.BASE, mnist.train), None, [Stop()]).epoch == 2


class Watched(Trainer):
    """Notes each batch's images, its loss before the step, and how many were right."""

    def step(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        logits = super().step(images, labels)
        loss = float(cross_entropy(logits, labels))
        right = int((logits.argmax(1) == labels).sum())
        self.__dict__.setdefault("batches", []).append((images, loss, right))
        return logits


def numbered(count: int) -> Split:
    """Images that are told apart by their first two pixels."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(count) % 256, np.arange(count) // 256
    return Split(images, (np.arange(count) % 10).astype(np.uint8))


def numbers(images: torch.Tensor) -> list[int]:
    pixels = (images * 255).round().int()  # a batch comes scaled to [0, 1]
    return [int(image[0, 0]) + 256 * int(image[0, 1]) for image in pixels]


@pytest.mark.parametrize(
    ("count", "batch", "sizes"),
    [
        pytest.param(300, 100, [100, 100, 100], id="even"),
        pytest.param(305, 100, [100, 100, 100, 5], id="smaller-last"),
        pytest.param(7, 100, [7], id="less-than-a-batch"),
        pytest.param(3, 1, [1, 1, 1], id="single"),
    ],
)
def test_each_epoch_is_a_new_order_of_all_images(count: int, batch: int, sizes: list[int]) -> None:
    split = numbered(count)
    recipe = replace(tiny.BASE, epochs=2, batch_size=batch)
    trainer = Watched(recipe, as_images(split), as_labels(split))
    fit(trainer)
    batches = trainer.__dict__["batches"]
    assert [len(images) for images, *_ in batches] == sizes * 2
    orders = [
        [number for images, *_ in part for number in numbers(images)]
        for part in (batches[: len(sizes)], batches[len(sizes) :])
    ]
    assert [sorted(order) for order in orders] == [list(range(count))] * 2
    if count > 100:
        assert orders[0] != orders[1]
        assert orders[0] != sorted(orders[0])


def test_logged_figures_are_running_means_over_images() -> None:
    """Not over batches: the last, smaller one counts for less; and not an evaluation afterwards."""
    split = numbered(25)
    recipe = replace(tiny.BASE, epochs=1, batch_size=10)
    trainer = Watched(recipe, as_images(split), as_labels(split))
    (row,) = fit(trainer).history
    steps = [(len(images), loss, right) for images, loss, right in trainer.__dict__["batches"]]
    assert [size for size, *_ in steps] == [10, 10, 5]
    assert row["loss"] == pytest.approx(sum(n * loss for n, loss, _ in steps) / 25, rel=1e-6)
    assert row["accuracy"] == sum(right for *_, right in steps) / 25
    assert row["loss"] != pytest.approx(sum(loss for _, loss, _ in steps) / 3, rel=1e-6)


def test_a_step_by_hand() -> None:
    """One image, one linear layer of zeros: the gradient is softmax minus one-hot."""
    recipe = tiny.with_layers(
        tiny.Flatten(),
        tiny.OUTPUTS,
        optimizer=tiny.RMSprop(learning_rate=0.5, rho=0.5),
        batch_size=1,
    )
    images = torch.zeros(1, 28, 28, dtype=torch.uint8)
    images[0, 0, 0] = 255
    trainer = Trainer(recipe, images, torch.tensor([3]))
    trainer.set_weights({name: torch.zeros_like(w) for name, w in trainer.weights().items()})
    assert trainer.step(images, trainer.labels).tolist() == [[0.0] * 10]
    gradient = np.full(10, 0.1) - np.eye(10)[3]
    expected = -0.5 * gradient / np.sqrt(0.5 * gradient**2 + 1e-7)
    weights = trainer.weights()
    np.testing.assert_allclose(weights["stages.dense_1.bias"], expected, rtol=1e-5)
    np.testing.assert_allclose(weights["stages.dense_1.weight"][:, 0], expected, rtol=1e-5)
    assert not weights["stages.dense_1.weight"][:, 1:].any()


@pytest.mark.parametrize("validated", [False, True], ids=["plain", "validated"])
def test_a_diverging_rate_is_an_error(validated: bool, mnist: MNIST) -> None:
    recipe = tiny.with_layers(
        tiny.Flatten(),
        *(tiny.Dense(units=8) for _ in range(6)),
        tiny.OUTPUTS,
        optimizer=tiny.Adam(learning_rate=1e12),
    )
    with pytest.raises(RunError, match=r"diverged in epoch 1: the loss is nan; a smaller opt"):
        fit(trainer_of(recipe, mnist.train), mnist.test if validated else None)


def test_scores_are_means_over_all_images(mnist: MNIST) -> None:
    """Over several batches of scoring, the last smaller, against float64 arithmetic."""
    split = tiny.drawn_digits(1203, 5)
    network = trainer_of(tiny.RECIPES["dropout"], mnist.train).network
    images, labels = as_images(split), as_labels(split)
    logits = predict_logits(network, images)
    assert logits.shape == (1203, 10)
    assert logits.dtype == torch.float32
    assert torch.equal(logits, predict_logits(network, images))
    means = score(network, images, labels)
    double = logits.double()
    by_hand = (double.logsumexp(1) - double[torch.arange(1203), labels]).mean()
    assert means["loss"] == pytest.approx(float(by_hand), rel=1e-12)
    assert means["accuracy"] == float((logits.argmax(1) == labels).double().mean())


def test_validation_does_not_change_the_training(mnist: MNIST) -> None:
    recipe = tiny.RECIPES["dropout"]
    with_it = fit(trainer_of(recipe, mnist.train), mnist.test)
    without = fit(trainer_of(recipe, mnist.train))
    assert same(with_it.weights(), without.weights())
    assert "validation_loss" not in without.history[0]


def test_read_only_images_are_copied(mnist: MNIST) -> None:
    images = mnist.train.images.copy()
    images.setflags(write=False)
    tensor = as_images(Split(images, mnist.train.labels))
    tensor[0, 0, 0] = 200
    assert images[0, 0, 0] != 200


def test_negatives_that_pass_for_digits_are_left_out() -> None:
    """From a third of the epochs on, and only doubtful negatives, and only above the limit."""
    recipe = replace(tiny.RECIPES["negatives"], epochs=3, digit_like=0.9)
    data = tiny.tiny_mnist().train
    trainer = Trainer(recipe, as_images(data), as_labels(data))
    logits = torch.zeros(5, 11)
    logits[0, 3] = logits[1, 3] = logits[2, 10] = logits[4, 3] = 9.0
    labels = torch.tensor([NOT_A_DIGIT, 5, NOT_A_DIGIT, NOT_A_DIGIT, CERTAINLY_NONE])
    assert trainer._believed(logits, labels).tolist() == [10, 5, 10, 10, 10]
    trainer.history.append({})
    believed = trainer._believed(logits, labels)
    assert believed.tolist() == [LEFT_OUT, 5, 10, 10, 10]
    expected = cross_entropy(logits[1:], labels[1:].clamp_max(NOT_A_DIGIT))
    torch.testing.assert_close(cross_entropy(logits, believed), expected)
    keeping = Trainer(replace(recipe, digit_like=1.0), as_images(data), as_labels(data))
    keeping.history.append({})
    assert keeping._believed(logits, labels).tolist() == [10, 5, 10, 10, 10]
