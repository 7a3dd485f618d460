"""Twenty steps of each optimizer against Keras's formulas in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from tenfold.train.optimizers import _corrected_rate, build_optimizer, orthogonalise
from tenfold.train.recipe import Adam, AdamW, Muon, Optimizer, RMSprop

STEPS, SIZE = 20, 50


def keras_adam(spec: Adam, start: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    weights, mean, square = start.copy(), np.zeros(SIZE), np.zeros(SIZE)
    for step, gradient in enumerate(gradients, start=1):
        mean += (gradient - mean) * (1 - spec.beta_1)
        square += (gradient**2 - square) * (1 - spec.beta_2)
        rate = spec.learning_rate * np.sqrt(1 - spec.beta_2**step) / (1 - spec.beta_1**step)
        weights -= rate * mean / (np.sqrt(square) + spec.epsilon)
    return weights


def keras_rmsprop(spec: RMSprop, start: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    weights, square = start.copy(), np.zeros(SIZE)
    for gradient in gradients:
        square = spec.rho * square + (1 - spec.rho) * gradient**2
        weights -= spec.learning_rate * gradient / np.sqrt(square + spec.epsilon)
    return weights


def test_adam_s_first_rate_is_keras_s_in_float32() -> None:
    """Keras computes 1 - 0.999 in float32: 0.00099998712, and not 0.001."""
    exact = 1e-3 * np.sqrt(1 - 0.999) / (1 - 0.9)
    keras = np.float32(1e-3) * np.sqrt(np.float32(0.00099998712)) / np.float32(0.100000024)
    assert _corrected_rate(Adam(), 1) == pytest.approx(float(keras), rel=2e-7)
    assert _corrected_rate(Adam(), 1) != pytest.approx(exact, rel=5e-6)


def joined(parts: list[nn.Parameter]) -> torch.Tensor:
    return torch.cat([part.detach().clone() for part in parts])


@pytest.mark.parametrize("scale", [1.0, 1e-6], ids=["ordinary", "tiny-gradients"])
@pytest.mark.parametrize(
    ("spec", "formula"),
    [
        pytest.param(Adam(), keras_adam, id="adam"),
        pytest.param(
            Adam(learning_rate=0.01, beta_1=0.5, beta_2=0.9, epsilon=1e-3), keras_adam, id="adam-2"
        ),
        pytest.param(RMSprop(), keras_rmsprop, id="rmsprop"),
        pytest.param(
            RMSprop(learning_rate=0.01, rho=0.5, epsilon=1e-3), keras_rmsprop, id="rmsprop-2"
        ),
    ],
)
def test_twenty_steps(spec: Optimizer, formula: Callable[..., np.ndarray], scale: float) -> None:
    """With tiny gradients epsilon decides, and so where it stands in the formula."""
    random = np.random.default_rng(3)
    start = random.normal(size=SIZE)
    gradients = random.normal(size=(STEPS, SIZE)) * scale
    parts = [nn.Parameter(part) for part in torch.tensor(start, dtype=torch.float32).split(30)]
    before = joined(parts)
    optimizer = build_optimizer(spec, parts)
    for gradient in gradients:
        for part, slope in zip(parts, torch.from_numpy(gradient).float().split(30), strict=True):
            part.grad = slope
        optimizer.step()
    values = joined(parts)
    expected = formula(spec, start, gradients)
    moved = (values.double() - before.double()).numpy()
    np.testing.assert_allclose(moved, expected - start, rtol=2e-3, atol=2e-6 * STEPS**0.5)
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_epsilon_is_not_scaled_by_the_correction() -> None:
    """One step with a gradient near epsilon tells Keras's Adam from PyTorch's."""
    values = nn.Parameter(torch.zeros(1))
    values.grad = torch.full((1,), 1e-7)
    build_optimizer(Adam(), [values]).step()
    mean, square = 0.1 * 1e-7, 0.001 * 1e-14
    rate = 1e-3 * np.sqrt(1 - 0.999) / (1 - 0.9)
    keras = -rate * mean / (np.sqrt(square) + 1e-7)
    paper = -1e-3 * 1e-7 / (1e-7 + 1e-7)
    assert values.item() == pytest.approx(keras, rel=1e-4)
    assert abs(values.item() - paper) > 0.5 * abs(paper)


def test_weight_decay_shrinks_kernels_alone() -> None:
    """Without a gradient a step is the decay, by the rate and its factor."""
    kernel, bias = nn.Parameter(torch.ones(3, 4)), nn.Parameter(torch.ones(4))
    for value in (kernel, bias):
        value.grad = torch.zeros_like(value)
    spec = AdamW(learning_rate=0.1, weight_decay=0.5)
    build_optimizer(spec, [kernel, bias]).step(0.8)
    torch.testing.assert_close(kernel.detach(), torch.full((3, 4), 1 - 0.8 * 0.1 * 0.5))
    assert torch.equal(bias.detach(), torch.ones(4))


@pytest.mark.parametrize("spec", [Adam(), AdamW(weight_decay=0.0), RMSprop()], ids=repr)
def test_a_factor_scales_the_step(spec: Optimizer) -> None:
    moved = []
    for factor in (1.0, 0.25):
        values = nn.Parameter(torch.zeros(5))
        values.grad = torch.linspace(0.5, 1, 5)
        build_optimizer(spec, [values]).step(factor)
        moved.append(values.detach())
    torch.testing.assert_close(moved[1], 0.25 * moved[0])


@pytest.mark.parametrize("shape", [(8, 30), (30, 8), (16, 16), (6, 1)], ids=str)
def test_singular_values_come_near_one(shape: tuple[int, int]) -> None:
    matrix = torch.randn(*shape, generator=torch.Generator().manual_seed(2))
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    result = orthogonalise(matrix * 1e-4)
    inner = left.t() @ result @ right.t()
    assert float((inner - torch.diag(inner.diag())).abs().max()) < 1e-3
    large = values > 0.1 * values.max()
    assert float(inner.diag()[large].min()) > 0.6
    assert float(inner.diag().max()) < 1.25


@pytest.mark.parametrize("shape", [(4, 2, 3, 3), (40, 1, 3, 3)], ids=["wide", "tall"])
def test_muon_s_steps_by_its_formula(shape: tuple[int, ...]) -> None:
    """Three steps with other gradients each; biases take AdamW's."""
    kernel = nn.Parameter(torch.zeros(shape).to(memory_format=torch.channels_last))
    bias, adams = nn.Parameter(torch.zeros(4)), nn.Parameter(torch.zeros(4))
    muon = build_optimizer(Muon(learning_rate=0.1, momentum=0.8), [kernel, bias])
    adam = build_optimizer(AdamW(learning_rate=2e-3), [adams])
    random = torch.Generator().manual_seed(1)
    rows = shape[0]
    mean = torch.zeros(rows, kernel.numel() // rows)
    expected = mean.clone()
    height = max(1.0, mean.shape[0] / mean.shape[1]) ** 0.5
    for factor in (0.5, 1.0, 0.25):
        kernel.grad = torch.randn(shape, generator=random)
        bias.grad = adams.grad = torch.randn(4, generator=random)
        gradient = kernel.grad.reshape(rows, -1)
        mean = 0.8 * mean + 0.2 * gradient
        ahead = 0.2 * gradient + 0.8 * mean
        expected = expected - factor * 0.1 * height * orthogonalise(ahead)
        muon.step(factor)
        adam.step(factor)
    torch.testing.assert_close(kernel.detach().reshape(rows, -1), expected, atol=1e-5, rtol=1e-3)
    assert torch.equal(bias.detach(), adams.detach())


@pytest.mark.parametrize("spec", [Adam(), AdamW(), RMSprop()], ids=["adam", "adamw", "rmsprop"])
def test_the_state_is_all_that_decides_the_next_step(spec: Optimizer) -> None:
    """Copied into a new optimizer, it goes on as the old one would."""
    slope = torch.linspace(-1, 1, 7)
    old = nn.Parameter(torch.zeros(7))
    old.grad = slope
    optimizer = build_optimizer(spec, [old])
    for _ in range(3):
        optimizer.step()
    new = nn.Parameter(old.detach().clone())
    new.grad = slope * 2
    restored = build_optimizer(spec, [new])
    assert restored.state().keys() == optimizer.state().keys()
    for name, value in optimizer.state().items():
        restored.state()[name].copy_(value)
    old.grad = slope * 2
    optimizer.step()
    restored.step()
    assert torch.equal(old, new)
