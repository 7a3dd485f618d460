"""Keras's optimizers on PyTorch's fast kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from tenfold.train.recipe import Adam, Optimizer, RMSprop

__all__ = ["StepOptimizer", "build_optimizer"]


class StepOptimizer(Protocol):
    """An optimizer that changes its parameters in place."""

    def step(self) -> None:
        """Move the parameters by one step along their gradients."""

    def state(self) -> dict[str, Tensor]:
        """Return the tensors that decide the steps to come, by name: not copies."""


def build_optimizer(spec: Optimizer, parameters: Sequence[nn.Parameter]) -> StepOptimizer:
    """Return a recipe's optimizer over a network's parameters, float32."""
    match spec:
        case Adam():
            return _KerasAdam(spec, parameters)
        case RMSprop():
            return _KerasRMSprop(spec, parameters)


class _FusedKernel:
    """PyTorch's fused Adam kernel, one pass over parameters, gradients and both moments.

    It computes ``w -= rate / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)``. The step t it
    is told is so large that both corrections are 1: each optimizer here has its own.
    """

    _ENDLESS = 1e18  # steps, after which no power of any decay below 1 is left

    def __init__(self, parameters: Sequence[nn.Parameter], beta_1: float, beta_2: float) -> None:
        self._parameters: list[Tensor] = list(parameters)
        self._betas = beta_1, beta_2
        self._steps = [torch.tensor(self._ENDLESS) for _ in parameters]
        self.means = [torch.zeros_like(value) for value in parameters] if beta_1 else []
        self.squares = [torch.zeros_like(value) for value in parameters]

    def step(self, rate: float, epsilon: float) -> None:
        """Do ``w -= rate * m / (sqrt(v) + epsilon)`` in place, moments first."""
        gradients = [value.grad for value in self._parameters if value.grad is not None]
        torch._fused_adam_(
            self._parameters,
            gradients,
            self.means or gradients,  # where b1 is 0 the mean is the gradient: no memory of its own
            self.squares,
            [],
            self._steps,
            amsgrad=False,
            beta1=self._betas[0],
            beta2=self._betas[1],
            lr=rate,
            eps=epsilon,
            weight_decay=0.0,
            maximize=False,
        )


class _KerasAdam:
    """``keras/src/optimizers/adam.py``: epsilon is added outside the root, and is not scaled."""

    def __init__(self, spec: Adam, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._kernel = _FusedKernel(parameters, spec.beta_1, spec.beta_2)
        self._steps = torch.zeros((), dtype=torch.int64)

    @torch.no_grad()
    def step(self) -> None:
        self._steps += 1
        self._kernel.step(_corrected_rate(self._spec, int(self._steps)), self._spec.epsilon)

    def state(self) -> dict[str, Tensor]:
        return {
            **_numbered("mean", self._kernel.means),
            **_numbered("square", self._kernel.squares),
            "steps": self._steps,
        }


def _corrected_rate(spec: Adam, step: int) -> float:
    """Return the learning rate of a step with both bias corrections, in float32 as Keras has it.

    In float32 0.999 is a little more than 0.999, which moves the first steps by 7e-6; a
    convolutional network multiplies that a thousandfold within 20 steps.
    """
    one, step32 = np.float32(1), np.float32(step)
    beta_1, beta_2 = np.float32(spec.beta_1), np.float32(spec.beta_2)
    correction = np.sqrt(one - beta_2**step32) / (one - beta_1**step32)
    return float(np.float32(spec.learning_rate) * correction)


class _KerasRMSprop:
    """``keras/src/optimizers/rmsprop.py``: epsilon is added inside the root; no momentum.

    The kernel runs with ``b1 = 0`` and keeps ``v + epsilon``, from epsilon on, in the place of
    ``v``: one pass more puts back the part of epsilon that decays.
    """

    def __init__(self, spec: RMSprop, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._kernel = _FusedKernel(parameters, 0.0, spec.rho)
        self._decayed = (1 - spec.rho) / spec.rho * spec.epsilon
        for square in self._kernel.squares:
            square.fill_(spec.epsilon)

    @torch.no_grad()
    def step(self) -> None:
        torch._foreach_add_(self._kernel.squares, self._decayed)
        self._kernel.step(self._spec.learning_rate, 0.0)

    def state(self) -> dict[str, Tensor]:
        return _numbered("shifted_square", self._kernel.squares)


def _numbered(name: str, values: Sequence[Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{place}": value for place, value in enumerate(values)}
