"""An epoch's batches: every image once, in order, with its label, and what is added behind them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

import tiny
from tenfold.train.augmentation import Augmentation
from tenfold.train.batches import CERTAINLY_NONE, NOT_A_DIGIT, VARIED_TOGETHER, Batches
from tenfold.train.fit import as_images, as_labels
from tenfold.train.networks import Network

COUNT, BATCH = 230, 50
HARDLY = Augmentation(shift=1e-4)  # varied, and yet the same to the eye


@pytest.mark.parametrize("varied", [False, True], ids=["as they are", "varied together"])
@pytest.mark.parametrize("name", ["convolution", "negatives"])
def test_each_image_comes_once_with_its_label(name: str, varied: bool) -> None:
    recipe = replace(tiny.RECIPES[name], batch_size=BATCH, clean_epochs=0)
    recipe = replace(recipe, augmentation=HARDLY if varied else Augmentation())
    data = tiny.drawn_digits(COUNT, 3)
    images, labels = as_images(data), as_labels(data)
    network, generator = Network(recipe), torch.Generator().manual_seed(4)
    batches = Batches(recipe, network, images, labels, generator)
    order = torch.randperm(COUNT, generator=generator)
    given = list(batches.of(order, labels[order], 0))
    assert -(-COUNT // BATCH) == len(given) > VARIED_TOGETHER
    expected = network.crop(images.float() / 255)
    for number, (pixels, targets) in enumerate(given):
        places = order[number * BATCH : (number + 1) * BATCH]
        added = round(recipe.negatives * len(places)) + round(recipe.typed * len(places))
        assert len(pixels) == len(targets) == len(places) + added
        torch.testing.assert_close(pixels[: len(places)], expected[places], atol=1e-3, rtol=0)
        assert torch.equal(targets[: len(places)], labels[places])
        negatives = round(recipe.negatives * len(places))
        of_none = set(targets[len(places) : len(places) + negatives].tolist())
        assert of_none <= {NOT_A_DIGIT, CERTAINLY_NONE}
