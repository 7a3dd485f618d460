"""Backpropagation written out for networks of dense layers.

PyTorch records every operation to differentiate it later. For a small dense network that record
costs a third of a step, and the derivatives are few enough to be written down.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tenfold.train.networks import Network
from tenfold.train.recipe import Dense, Dropout, Flatten, Recipe
from tenfold.train.shapes import takes_outputs
from tenfold.train.stages import DropoutStage

__all__ = ["backpropagate", "is_written_out"]


def is_written_out(recipe: Recipe) -> bool:
    """Tell whether `backpropagate` knows all that a recipe's network is made of."""
    dense = all(isinstance(layer, (Dense, Dropout, Flatten)) for layer in recipe.network)
    # Of negatives some are left out of the loss.
    other_loss = takes_outputs(recipe) or recipe.label_smoothing or recipe.negatives
    return dense and not other_loss and recipe.precision == "float32"


def backpropagate(network: Network, pixels: Tensor, labels: Tensor) -> Tensor:
    """Set each parameter's ``grad`` to the gradient of the batch's mean cross-entropy.

    Args:
        network: One of a recipe for which `is_written_out` holds.
        pixels: Shape (N, 28, 28), float32 in [0, 1].
        labels: Shape (N,), int64.

    Returns:
        The logits (N, 10) float32.
    """
    stages = list(network.stages)
    with torch.no_grad():
        kept, logits = _forward(stages, pixels.flatten(1))
        _backward(stages, kept, _logits_gradient(logits, labels))
    return logits


def _forward(stages: Sequence[nn.Module], hidden: Tensor) -> tuple[list[Tensor], Tensor]:
    """Return what each stage's derivative depends on, and the logits."""
    kept = []
    for stage in stages:
        if isinstance(stage, nn.Linear):
            kept.append(hidden)
            hidden = torch.addmm(stage.bias, hidden, stage.weight.t())
        elif isinstance(stage, nn.ReLU):
            hidden = hidden.relu_()
            kept.append(hidden)
        elif isinstance(stage, DropoutStage):
            mask = stage.mask(hidden)
            hidden = hidden * mask
            kept.append(mask)
        else:
            kept.append(hidden)
    return kept, hidden


def _logits_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    """Return (softmax(logits) - one-hot label) / N."""
    count = len(labels)
    gradient = torch.softmax(logits, 1)
    gradient.scatter_add_(1, labels.unsqueeze(1), gradient.new_full((count, 1), -1.0))
    return gradient.div_(count)


def _backward(stages: Sequence[nn.Module], kept: Sequence[Tensor], gradient: Tensor) -> None:
    """Walk the stages back from the logits' gradient, filling in the parameters' ones."""
    first = next(place for place, stage in enumerate(stages) if isinstance(stage, nn.Linear))
    for place in range(len(stages) - 1, first - 1, -1):
        stage, saved = stages[place], kept[place]
        if isinstance(stage, nn.Linear):
            stage.weight.grad = torch.mm(gradient.t(), saved)
            stage.bias.grad = gradient.sum(0)
            if place > first:
                gradient = torch.mm(gradient, stage.weight)
        elif isinstance(stage, nn.ReLU):
            gradient = torch.ops.aten.threshold_backward(gradient, saved, 0)
        elif isinstance(stage, DropoutStage):
            gradient = gradient.mul_(saved)
