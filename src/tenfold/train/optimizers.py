"""Keras's optimizers on PyTorch's fast kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.adam import adam

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

    It computes ``w -= rate / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + epsilon)``. Other formulas
    of that shape are had by choosing rate and epsilon anew for each step.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], beta_1: float, beta_2: float) -> None:
        self._parameters = list(parameters)
        self._betas = beta_1, beta_2
        self.means = [torch.zeros_like(value) for value in parameters]
        self.squares = [torch.zeros_like(value) for value in parameters]
        self.steps = [torch.zeros(()) for _ in parameters]

    def corrections(self) -> tuple[int, float, float]:
        """Return the number of the step to come, and its ``1 - b1^t`` and ``sqrt(1 - b2^t)``."""
        step = int(self.steps[0]) + 1
        return step, 1 - self._betas[0] ** step, math.sqrt(1 - self._betas[1] ** step)

    def step(self, rate: float, epsilon: float) -> None:
        """Change the parameters in place."""
        adam(
            self._parameters,  # type: ignore[arg-type]
            [value.grad for value in self._parameters if value.grad is not None],
            self.means,
            self.squares,
            [],
            self.steps,
            fused=True,
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

    def step(self) -> None:
        step, mean_part, square_part = self._kernel.corrections()
        rate = _corrected_rate(self._spec, step) * mean_part / square_part
        self._kernel.step(rate, self._spec.epsilon / square_part)

    def state(self) -> dict[str, Tensor]:
        kernel = self._kernel
        return {
            **_numbered("mean", kernel.means),
            **_numbered("square", kernel.squares),
            **_numbered("step", kernel.steps),
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

    The kernel runs with ``b1 = 0``, where its mean is the gradient, and keeps ``v + epsilon``, from
    epsilon on, in the place of ``v``: one pass more puts back the part of epsilon that decays.
    """

    def __init__(self, spec: RMSprop, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._kernel = _FusedKernel(parameters, 0.0, spec.rho)
        self._decayed = (1 - spec.rho) / spec.rho * spec.epsilon
        for square in self._kernel.squares:
            square.fill_(spec.epsilon)

    def step(self) -> None:
        _, _, square_part = self._kernel.corrections()
        for square in self._kernel.squares:
            square.add_(self._decayed)
        self._kernel.step(self._spec.learning_rate / square_part, 0.0)

    def state(self) -> dict[str, Tensor]:
        return {
            **_numbered("shifted_square", self._kernel.squares),
            **_numbered("step", self._kernel.steps),
        }


def _numbered(name: str, values: Sequence[Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{place}": value for place, value in enumerate(values)}
