"""Averaged weights are the mean they say, and get the statistics that belong to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

import tiny
from tenfold.train.augmentation import Augmentation
from tenfold.train.averaging import WeightAverage, reestimate_statistics
from tenfold.train.fit import Trainer, as_images, as_labels, fit, predict_logits
from tenfold.train.networks import Network
from tenfold.train.stages import BatchNormStage

RECIPE = tiny.RECIPES["averaged"]


def test_the_mean_follows_its_formula() -> None:
    recipe = replace(tiny.BASE, weight_average=0.5)
    network = Network(recipe)
    average = WeightAverage(recipe, network)
    value = next(network.parameters())
    expected = value.detach().clone()
    for step, number in enumerate([3.0, -1.0, 7.0, 2.0, 5.0, 4.0, 1.0, 8.0, 6.0, 0.5]):
        with torch.no_grad():
            value.fill_(number)
        average.update(step)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * number
        torch.testing.assert_close(next(average.network.parameters()).detach(), expected)


def test_statistics_are_those_of_the_batches() -> None:
    network = Network(RECIPE)
    stage = next(module for module in network.modules() if isinstance(module, BatchNormStage))
    images = network.prepare(as_images(tiny.tiny_mnist().train))
    batches = list(images.split(80))
    reestimate_statistics(network, batches)
    first = network.stages[0]
    with torch.no_grad():
        outputs = [first(batch.unsqueeze(1)) for batch in batches]
    means = torch.stack([output.mean((0, 2, 3)) for output in outputs]).mean(0)
    variances = torch.stack([output.var((0, 2, 3)) for output in outputs]).mean(0)
    torch.testing.assert_close(stage.running_mean, means, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(stage.running_var, variances, atol=1e-6, rtol=1e-4)
    assert stage.momentum == pytest.approx(0.1)
    assert not network.training


def test_the_averaged_network_is_the_one_that_counts() -> None:
    data = tiny.tiny_mnist().train
    trainer = fit(Trainer(RECIPE, as_images(data), as_labels(data)))
    assert trainer.average is not None
    live, averaged = trainer.network.state_dict(), trainer.weights()
    assert any(not torch.equal(live[name], value) for name, value in averaged.items())
    network = Network(RECIPE)
    network.load_state_dict(averaged)
    images = as_images(data)
    assert torch.equal(predict_logits(network, images), predict_logits(trainer.trained, images))


def test_clean_epochs_see_the_images_as_they_are() -> None:
    """With every epoch clean, the bounds of the augmentation change nothing."""
    data = tiny.tiny_mnist().train
    clean = replace(RECIPE, clean_epochs=RECIPE.epochs)
    wild = replace(clean, augmentation=replace(clean.augmentation, rotation=90.0))
    one, other = (
        fit(Trainer(recipe, as_images(data), as_labels(data))).weights() for recipe in (clean, wild)
    )
    assert all(torch.equal(one[name], other[name]) for name in one)
    varied = fit(Trainer(RECIPE, as_images(data), as_labels(data))).weights()
    assert any(not torch.equal(one[name], varied[name]) for name in one)


@pytest.mark.parametrize(("clean_epochs", "brighter"), [(0, True), (1, False)])
def test_statistics_are_of_five_thousand_images_as_the_network_was_trained_with_them(
    clean_epochs: int, brighter: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[torch.Tensor] = []
    monkeypatch.setattr(
        "tenfold.train.fit.reestimate_statistics", lambda _, batches: seen.extend(batches)
    )
    images = as_images(tiny.tiny_mnist().train).repeat(20, 1, 1)
    labels = as_labels(tiny.tiny_mnist().train).repeat(20)
    recipe = replace(
        RECIPE, epochs=1, clean_epochs=clean_epochs, augmentation=Augmentation(thicker=1.0)
    )
    trainer = fit(Trainer(recipe, images, labels))
    assert sum(len(batch) for batch in seen) == 5000 < len(images)
    clean = float(trainer.network.prepare(images).mean())
    found = float(torch.cat(seen).mean())
    assert (found > 1.1 * clean) if brighter else found == pytest.approx(clean, rel=0.02)


def test_the_trainer_gives_averaged_weights_their_own_statistics() -> None:
    """With every epoch clean they are those of the first images in the last epoch's order."""
    data = tiny.tiny_mnist().train
    recipe = replace(RECIPE, clean_epochs=RECIPE.epochs)
    trainer = fit(Trainer(recipe, as_images(data), as_labels(data)))
    network = Network(recipe)
    network.load_state_dict(trainer.weights())
    batches = list(network.prepare(as_images(data)).split(320))
    reestimate_statistics(network, batches)  # means over all images do not depend on their order
    mean, other = (
        next(stage for stage in one.modules() if isinstance(stage, BatchNormStage)).running_mean
        for one in (network, trainer.trained)
    )
    assert other.abs().max() > 0
    torch.testing.assert_close(mean, other, atol=2e-2, rtol=0.1)
