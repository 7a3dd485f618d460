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


class _KerasAdam:
    """``keras/src/optimizers/adam.py``: epsilon is added outside the root, and is not scaled.

    PyTorch's kernel divides ``m / (1 - b1^t)`` by ``sqrt(v / (1 - b2^t)) + epsilon``. With its rate
    and epsilon chosen anew for each step, that is Keras's formula.
    """

    def __init__(self, spec: Adam, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._parameters = list(parameters)
        self._means = [torch.zeros_like(value) for value in parameters]
        self._squares = [torch.zeros_like(value) for value in parameters]
        self._steps = [torch.zeros(()) for _ in parameters]

    def step(self) -> None:
        spec, step = self._spec, int(self._steps[0]) + 1
        mean_part, square_part = 1 - spec.beta_1**step, math.sqrt(1 - spec.beta_2**step)
        adam(
            self._parameters,  # type: ignore[arg-type]
            _gradients(self._parameters),
            self._means,
            self._squares,
            [],
            self._steps,
            fused=True,
            amsgrad=False,
            beta1=spec.beta_1,
            beta2=spec.beta_2,
            lr=_corrected_rate(spec, step) * mean_part / square_part,
            eps=spec.epsilon / square_part,
            weight_decay=0.0,
            maximize=False,
        )

    def state(self) -> dict[str, Tensor]:
        return {
            f"{name}.{place}": value
            for name, values in (
                ("mean", self._means),
                ("square", self._squares),
                ("step", self._steps),
            )
            for place, value in enumerate(values)
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
    """``keras/src/optimizers/rmsprop.py``: epsilon is added inside the root; no momentum."""

    def __init__(self, spec: RMSprop, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._parameters = list(parameters)
        self._squares = [torch.zeros_like(value) for value in parameters]

    def step(self) -> None:
        spec = self._spec
        with torch.no_grad():
            for value, gradient, square in zip(
                self._parameters, _gradients(self._parameters), self._squares, strict=True
            ):
                square.mul_(spec.rho).addcmul_(gradient, gradient, value=1 - spec.rho)
                root = torch.add(square, spec.epsilon).sqrt_()
                value.addcdiv_(gradient, root, value=-spec.learning_rate)

    def state(self) -> dict[str, Tensor]:
        return {f"square.{place}": value for place, value in enumerate(self._squares)}


def _gradients(parameters: Sequence[nn.Parameter]) -> list[Tensor]:
    return [value.grad for value in parameters if value.grad is not None]
