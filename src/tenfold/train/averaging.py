"""A running mean of the weights, which reads better than the last of them."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from tenfold.train.networks import Network
from tenfold.train.recipe import Recipe
from tenfold.train.stages import BatchNormStage

__all__ = ["WeightAverage", "reestimate_statistics"]


class WeightAverage:
    """An exponential moving average of a network's weights (Polyak and Juditsky 1992).

    The decay rises from 0.1 with the number of steps, so that early weights are forgotten, as
    TensorFlow's ``ExponentialMovingAverage`` does with ``num_updates``.

    Args:
        recipe: Its network, and the decay ``weight_average``.
        network: Whose weights are averaged.

    Attributes:
        network: A network of its own that holds the mean; its batch-norm statistics are only
            right after `reestimate_statistics`.
    """

    def __init__(self, recipe: Recipe, network: Network) -> None:
        self._decay = recipe.weight_average
        self.network = Network(recipe)
        self.network.load_state_dict(network.state_dict())
        self._means: list[Tensor] = [value.detach() for value in self.network.parameters()]
        self._values: list[Tensor] = [value.detach() for value in network.parameters()]

    def update(self, step: int) -> None:
        """Take in the weights after a step, 0 for the first."""
        decay = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._means, self._values, 1 - decay)


def reestimate_statistics(network: Network, batches: Iterable[Tensor]) -> None:
    """Set batch normalisation's means and variances to their averages over batches.

    The running ones belong to other weights than averaged ones (Izmailov et al. 2018,
    https://arxiv.org/abs/1803.05407, section 3.1).

    Args:
        network: Its statistics are replaced; all else stays.
        batches: Prepared images (N, 28, 28) float32, as the network is trained on.
    """
    stages = [stage for stage in network.modules() if isinstance(stage, BatchNormStage)]
    if not stages:
        return
    momenta = [stage.momentum for stage in stages]
    network.eval()
    for stage in stages:
        stage.train()
    with torch.no_grad():
        for number, batch in enumerate(batches, 1):
            for stage in stages:
                stage.momentum = 1 / number  # a plain mean: the first batch replaces what was there
            network(batch)
    for stage, momentum in zip(stages, momenta, strict=True):
        stage.momentum = momentum
    network.eval()
