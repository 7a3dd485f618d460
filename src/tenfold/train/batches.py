"""Batches of training images, resident in memory, as an epoch sees them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tenfold.synthesis.typefaces import draw_typed
from tenfold.train.augment import augment
from tenfold.train.negatives import CERTAIN_KINDS, draw_negatives, kinds_by_turns
from tenfold.train.networks import Network
from tenfold.train.processor import flushed_denormals
from tenfold.train.recipe import Recipe
from tenfold.values import Split

__all__ = ["CERTAINLY_NONE", "NOT_A_DIGIT", "VARIED_TOGETHER", "Batches"]

NOT_A_DIGIT = 10  # label of what is none
CERTAINLY_NONE = 11  # the same, of what is none without a doubt
VARIED_TOGETHER = 4  # batches: each change of an image costs a call, however many it changes
_NEGATIVES = 48_000  # pictures of no digit at most; augmentation makes each another every time
_TYPED = 4_000  # pictures of typed digits at most; so does it of these


class Batches:
    """Training images by their places, varied as the recipe says, with what it adds behind them.

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
        self._generator = generator
        varied = not recipe.augmentation.is_none
        self._varied_epochs = recipe.epochs - recipe.clean_epochs if varied else 0
        # Images that are moved about keep the rows and columns that the network does not use.
        self._whole = varied or bool(recipe.negatives or recipe.typed)
        self._pixels = self._scaled(images)  # once, not once an epoch
        digits = Split(images.numpy(), labels.numpy().astype(np.uint8))
        self._added = [
            (share, self._scaled(torch.from_numpy(drawn)), torch.from_numpy(targets))
            for share, drawn, targets in _drawn(recipe, digits)
        ]

    @flushed_denormals()
    def _scaled(self, images: Tensor) -> Tensor:
        if self._whole:
            return images.to(torch.float32).div_(255)
        return self._network.prepare(images)

    def of(self, order: Tensor, labels: Tensor, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Give an epoch's batches as the network takes them, and their labels.

        Args:
            order: Shape (N,), int64: the places of the images, in the order of training.
            labels: Shape (N,), int64: those of these images.
            epoch: Number of epochs done; the last ones may see the images as they are.

        Yields:
            Pixels (M, rows, columns) float32 in [0, 1] and labels (M,) int64: as many images as the
            recipe's batches have, and behind them its shares of negatives and typed digits.
        """
        varied = epoch < self._varied_epochs
        size = self._recipe.batch_size
        together = size * (VARIED_TOGETHER if varied else 1)
        for places, answers in zip(
            torch.split(order, together), torch.split(labels, together), strict=True
        ):
            batches = [
                self._gathered(some, their)
                for some, their in zip(
                    torch.split(places, size), torch.split(answers, size), strict=True
                )
            ]
            if varied:
                batches = self._varied(batches)
            for pixels, targets in batches:
                yield (self._network.crop(pixels) if self._whole else pixels), targets

    def _gathered(self, places: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the images at some places and what is added to them."""
        pixels = self._pixels.index_select(0, places)
        for share, more, targets in self._added:
            count = round(share * len(places))
            chosen = torch.randint(len(more), (count,), generator=self._generator)
            pixels = torch.cat([pixels, more[chosen]])
            labels = torch.cat([labels, targets[chosen]])
        return pixels, labels

    def _varied(self, batches: Sequence[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
        sizes = [len(labels) for _, labels in batches]
        pixels, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
        pixels = augment(pixels, labels, self._recipe.augmentation, self._generator)
        return list(zip(torch.split(pixels, sizes), torch.split(labels, sizes), strict=True))


def _drawn(
    recipe: Recipe, digits: Split
) -> Iterator[tuple[float, NDArray[np.uint8], NDArray[np.int64]]]:
    """Give what a recipe adds to its images: the share, pictures and their labels."""
    shown = recipe.epochs * len(digits)  # and a share of that many is seen in all the training
    if recipe.negatives:
        count = min(_NEGATIVES, math.ceil(recipe.negatives * shown))
        pictures = draw_negatives(digits, count, recipe.seed)
        kinds = kinds_by_turns(len(pictures), of_digits=bool(digits.images.any()))
        certain = np.array([kind in CERTAIN_KINDS for kind in kinds])
        yield recipe.negatives, pictures, np.where(certain, CERTAINLY_NONE, NOT_A_DIGIT)
    if recipe.typed:
        typed = draw_typed(min(_TYPED, math.ceil(recipe.typed * shown)), recipe.seed)
        yield recipe.typed, typed.images, typed.labels.astype(np.int64)
