"""Keras's optimizers on PyTorch's fast kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from tenfold.train.recipe import Adam, AdamW, Muon, Optimizer, RMSprop

__all__ = ["StepOptimizer", "build_optimizer", "orthogonalise"]


class StepOptimizer(Protocol):
    """An optimizer that changes its parameters in place."""

    def step(self, factor: float = 1.0) -> None:
        """Move the parameters along their gradients; ``factor`` multiplies the learning rate."""

    def state(self) -> dict[str, Tensor]:
        """Return the tensors that decide the steps to come, by name: not copies."""


def build_optimizer(spec: Optimizer, parameters: Sequence[nn.Parameter]) -> StepOptimizer:
    """Return a recipe's optimizer over a network's parameters, float32."""
    match spec:
        case Adam():
            return _KerasAdam(spec, parameters)
        case AdamW():
            return _AdamW(spec, parameters)
        case Muon():
            return _Muon(spec, parameters)
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

    def __init__(self, spec: Adam | AdamW, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._kernel = _FusedKernel(parameters, spec.beta_1, spec.beta_2)
        self._steps = torch.zeros((), dtype=torch.int64)

    @torch.no_grad()
    def step(self, factor: float = 1.0) -> None:
        self._steps += 1
        rate = factor * _corrected_rate(self._spec, int(self._steps))
        self._kernel.step(rate, self._spec.epsilon)

    def state(self) -> dict[str, Tensor]:
        return {
            **_numbered("mean", self._kernel.means),
            **_numbered("square", self._kernel.squares),
            "steps": self._steps,
        }


class _AdamW(_KerasAdam):
    """Adam's step after a decay that the moments do not see."""

    def __init__(self, spec: AdamW, parameters: Sequence[nn.Parameter]) -> None:
        super().__init__(spec, parameters)
        self._decay = spec.learning_rate * spec.weight_decay
        self._kernels: list[Tensor] = [value for value in parameters if value.dim() > 1]

    @torch.no_grad()
    def step(self, factor: float = 1.0) -> None:
        for kernel in self._kernels:
            kernel.mul_(1 - factor * self._decay)
        super().step(factor)


class _Muon:
    """Orthogonal steps for kernels of convolutions, AdamW's for all else.

    Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/: the mean gradient of a kernel,
    as a matrix of filters by inputs, is replaced by the nearest matrix whose singular values are
    about 1, so that rare directions are learned as fast as common ones.
    """

    def __init__(self, spec: Muon, parameters: Sequence[nn.Parameter]) -> None:
        self._spec = spec
        self._kernels = [value for value in parameters if value.dim() == 4]
        self._means = [torch.zeros_like(value) for value in self._kernels]
        rest = [value for value in parameters if value.dim() != 4]
        others = AdamW(learning_rate=spec.other_learning_rate, weight_decay=spec.other_weight_decay)
        self._rest = _AdamW(others, rest)

    @torch.no_grad()
    def step(self, factor: float = 1.0) -> None:
        rate, momentum = factor * self._spec.learning_rate, self._spec.momentum
        for kernel, mean in zip(self._kernels, self._means, strict=True):
            if kernel.grad is None:
                raise RuntimeError("each kernel must have a gradient before a step")
            mean.lerp_(kernel.grad, 1 - momentum)
            ahead = kernel.grad.lerp(mean, momentum)  # Nesterov's
            direction = orthogonalise(ahead.reshape(len(ahead), -1))
            height = max(1.0, direction.shape[0] / direction.shape[1]) ** 0.5
            kernel.sub_(direction.reshape(kernel.shape), alpha=rate * height)
        self._rest.step(factor)

    def state(self) -> dict[str, Tensor]:
        return {**_numbered("kernel_mean", self._means), **self._rest.state()}


def orthogonalise(matrix: Tensor) -> Tensor:
    """Return about ``U V^T`` of a matrix ``U S V^T``: its singular values come near 1.

    Five Newton-Schulz steps of degree five with the coefficients of
    https://kellerjordan.github.io/posts/muon/, which give singular values from 0.7 to 1.2.

    Args:
        matrix: Shape (rows, columns), float32.
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.t()
    result: Tensor = wide / (wide.norm() + 1e-7)
    first, third, fifth = 3.4445, -4.7750, 2.0315
    for _ in range(5):
        square = result @ result.t()
        polynomial = torch.addmm(square, square, square, beta=third, alpha=fifth)
        result = torch.addmm(result, polynomial, result, beta=first)
    return result if matrix.shape[0] <= matrix.shape[1] else result.t()


def _corrected_rate(spec: Adam | AdamW, step: int) -> float:
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
    def step(self, factor: float = 1.0) -> None:
        torch._foreach_add_(self._kernel.squares, self._decayed)
        self._kernel.step(factor * self._spec.learning_rate, 0.0)

    def state(self) -> dict[str, Tensor]:
        return _numbered("shifted_square", self._kernel.squares)


def _numbered(name: str, values: Sequence[Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{place}": value for place, value in enumerate(values)}
