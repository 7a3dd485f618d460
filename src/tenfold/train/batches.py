"""Batches of training images, resident in memory, as an epoch sees them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tenfold.train.augment import augment
from tenfold.train.negatives import draw_negatives
from tenfold.train.networks import Network
from tenfold.train.processor import flushed_denormals
from tenfold.train.recipe import Recipe
from tenfold.values import Split

__all__ = ["NOT_A_DIGIT", "Batches"]

NOT_A_DIGIT = 10  # label of what is none
_NEGATIVES = 16_000  # pictures of no digit; augmentation makes each another every time


class Batches:
    """Training images by their places, varied as the recipe says, with negatives behind them.

    Args:
        recipe: Its augmentation, clean epochs, negatives and seed.
        network: What the images are cut and scaled for.
        images: Shape (N, 28, 28), uint8.
        labels: Shape (N,), int64.
        generator: The source of all that is random; it moves on with each batch.
    """

    def __init__(
        self,
        recipe: Recipe,
        network: Network,
        images: Tensor,
        labels: Tensor,
        generator: torch.Generator,
    ) -> None:
        self._recipe = recipe
        self._network = network
        self._labels = labels
        self._generator = generator
        # Images that are moved about keep the rows and columns that the network does not use.
        self._whole = bool(recipe.negatives) or not recipe.augmentation.is_none
        self._pixels = self._scaled(images)  # once, not once an epoch
        self._negatives = None
        if recipe.negatives:
            digits = Split(images.numpy(), labels.numpy().astype(np.uint8))
            drawn = draw_negatives(digits, _NEGATIVES, recipe.seed)
            self._negatives = self._scaled(torch.from_numpy(drawn))

    @flushed_denormals()
    def _scaled(self, images: Tensor) -> Tensor:
        if self._whole:
            return images.to(torch.float32).div_(255)
        return self._network.prepare(images)

    def at(self, places: Tensor, epoch: int) -> tuple[Tensor, Tensor]:
        """Return the images at some places, then negatives, as the network takes them; and labels.

        Args:
            places: Shape (N,), int64.
            epoch: Number of epochs done; the last ones may see the images as they are.

        Returns:
            Pixels (M, rows, columns) float32 in [0, 1] and labels (M,) int64; M is N and the
            recipe's share of negatives.
        """
        recipe = self._recipe
        pixels, labels = self._pixels.index_select(0, places), self._labels[places]
        if self._negatives is not None:
            count = round(recipe.negatives * len(places))
            chosen = torch.randint(len(self._negatives), (count,), generator=self._generator)
            pixels = torch.cat([pixels, self._negatives[chosen]])
            labels = torch.cat([labels, labels.new_full((count,), NOT_A_DIGIT)])
        if epoch < recipe.epochs - recipe.clean_epochs and not recipe.augmentation.is_none:
            pixels = augment(pixels, labels, recipe.augmentation, self._generator)
        return (self._network.crop(pixels) if self._whole else pixels), labels
