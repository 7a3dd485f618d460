"""The modules that networks are made of beside PyTorch's own."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "BATCH_NORM_EPSILON",
    "BatchNormStage",
    "DropoutStage",
    "FlattenStage",
    "MeanMaxPoolStage",
    "ResidualStage",
]

BATCH_NORM_EPSILON = 1e-5  # added to the variance; torch.nn.BatchNorm2d's


class FlattenStage(nn.Module):
    """(N, C, H, W) to (N, H * W * C), or (N, H, W) to (N, H * W)."""

    def forward(self, hidden: Tensor) -> Tensor:
        """Flatten."""
        if hidden.dim() == 4:
            hidden = hidden.permute(0, 2, 3, 1)
        return hidden.flatten(1)


class MeanMaxPoolStage(nn.Module):
    """(N, C, H, W) to (N, 2 C): means, then largest values."""

    def forward(self, hidden: Tensor) -> Tensor:
        """Pool."""
        return torch.cat([hidden.mean((2, 3)), hidden.amax((2, 3))], 1)


class ResidualStage(nn.Module):
    """What its stages make of the input, added to the input."""

    def __init__(self, stages: nn.Sequential) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, hidden: Tensor) -> Tensor:
        """Add."""
        added: Tensor = hidden + self.stages(hidden)
        return added


class BatchNormStage(nn.Module):
    """Batch normalisation of channels, the second axis; without `torch.nn`'s count of batches.

    Attributes:
        momentum: Weight of a batch in the running mean and variance.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.momentum = 0.1

    def forward(self, hidden: Tensor) -> Tensor:
        """Normalise by the batch while training, else by the running statistics.

        A batch of one vector has no variance, and takes the running ones.
        """
        alone = hidden.dim() == 2 and len(hidden) == 1
        return functional.batch_norm(
            hidden,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            training=self.training and not alone,
            momentum=self.momentum,
            eps=BATCH_NORM_EPSILON,
        )


class DropoutStage(nn.Module):
    """Inverted dropout from a generator whose state can be saved, unlike `torch.nn.Dropout`."""

    def __init__(self, rate: float, generator: torch.Generator) -> None:
        super().__init__()
        self._keep = 1 - rate
        self._generator = generator

    def forward(self, hidden: Tensor) -> Tensor:
        """Return ``hidden`` with some values zeroed and the rest scaled up, while training."""
        return hidden * self.mask(hidden) if self.training else hidden

    def mask(self, hidden: Tensor) -> Tensor:
        """Return new random factors for ``hidden``, of its shape: 0, or 1 / (1 - rate)."""
        mask = torch.empty_like(hidden).bernoulli_(self._keep, generator=self._generator)
        return mask.div_(self._keep)
