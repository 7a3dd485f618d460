"""Keras's optimizers over one flat vector of all parameters.

One vector makes a step a handful of calls whatever the number of layers, and its state a few plain
tensors to save.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from tenfold.train.recipe import Adam, Optimizer, RMSprop

__all__ = ["FlatOptimizer", "build_optimizer", "flatten_parameters"]


class FlatOptimizer(Protocol):
    """An optimizer that updates a flat vector in place."""

    state: dict[str, Tensor]

    def step(self) -> None:
        """Move the parameters by one step along the present gradient."""


def flatten_parameters(network: nn.Module) -> tuple[Tensor, Tensor]:
    """Move all parameters of a network into one vector, and their gradients into another.

    The network's own parameters become views, so that both ways of looking at them stay the same.
    Channels-last kernels keep their memory order.

    Returns:
        Parameters and gradients, both (P,) float32.
    """
    parameters = list(network.parameters())
    count = sum(parameter.numel() for parameter in parameters)
    values, gradients = torch.empty(count), torch.zeros(count)
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        view = values[start:stop].as_strided(
            parameter.shape, parameter.stride(), storage_offset=start
        )
        view.copy_(parameter.data)
        parameter.data = view
        parameter.grad = gradients.as_strided(parameter.shape, parameter.stride(), start)
        start = stop
    return values, gradients


def build_optimizer(spec: Optimizer, values: Tensor, gradients: Tensor) -> FlatOptimizer:
    """Return a recipe's optimizer over flat ``values`` and ``gradients``, both (P,) float32."""
    match spec:
        case Adam():
            return _FlatAdam(spec, values, gradients)
        case RMSprop():
            return _FlatRMSprop(spec, values, gradients)


class _FlatAdam:
    """``keras/src/optimizers/adam.py``: epsilon is added outside the root, and is not scaled."""

    def __init__(self, spec: Adam, values: Tensor, gradients: Tensor) -> None:
        self._spec, self._values, self._gradients = spec, values, gradients
        self._scratch = torch.empty_like(values)
        self.state = {
            "mean": torch.zeros_like(values),
            "square": torch.zeros_like(values),
            "step": torch.zeros((), dtype=torch.int64),
        }

    def step(self) -> None:
        spec, mean, square = self._spec, self.state["mean"], self.state["square"]
        self.state["step"] += 1
        rate = _corrected_rate(spec, int(self.state["step"]))
        mean.lerp_(self._gradients, 1 - spec.beta_1)
        torch.mul(self._gradients, self._gradients, out=self._scratch)
        square.lerp_(self._scratch, 1 - spec.beta_2)
        torch.sqrt(square, out=self._scratch).add_(spec.epsilon)
        self._values.addcdiv_(mean, self._scratch, value=-rate)


def _corrected_rate(spec: Adam, step: int) -> float:
    """Return the learning rate of a step with both bias corrections, in float32 as Keras has it.

    In float32 0.999 is a little more than 0.999, which moves the first steps by 7e-6; a
    convolutional network multiplies that a thousandfold within 20 steps.
    """
    one, step32 = np.float32(1), np.float32(step)
    beta_1, beta_2 = np.float32(spec.beta_1), np.float32(spec.beta_2)
    correction = np.sqrt(one - beta_2**step32) / (one - beta_1**step32)
    return float(np.float32(spec.learning_rate) * correction)


class _FlatRMSprop:
    """``keras/src/optimizers/rmsprop.py``: epsilon is added inside the root; no momentum."""

    def __init__(self, spec: RMSprop, values: Tensor, gradients: Tensor) -> None:
        self._spec, self._values, self._gradients = spec, values, gradients
        self._scratch = torch.empty_like(values)
        self.state = {"square": torch.zeros_like(values)}

    def step(self) -> None:
        spec, square = self._spec, self.state["square"]
        square.mul_(spec.rho).addcmul_(self._gradients, self._gradients, value=1 - spec.rho)
        torch.add(square, spec.epsilon, out=self._scratch).sqrt_()
        self._values.addcdiv_(self._gradients, self._scratch, value=-spec.learning_rate)
