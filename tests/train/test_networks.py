"""Networks have Keras's first weights and layer semantics."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import tiny
from tenfold.errors import RecipeError
from tenfold.train.networks import Network, cross_entropy
from tenfold.train.recipe import Convolution, Dense, Dropout, Flatten, Layer, MaxPool
from tenfold.train.shapes import summarise
from tenfold.train.stages import BatchNormStage
from tenfold.train.systems import SYSTEMS

LIMITS = {  # square root of 6 / (fan in + fan out), a convolution's fans being area x channels
    "dense-128": [math.sqrt(6 / (784 + 128)), math.sqrt(6 / (128 + 10))],
    "dense-512-rmsprop": [math.sqrt(6 / (784 + 512)), math.sqrt(6 / (512 + 10))],
    "conv-3": [
        math.sqrt(6 / (9 * 1 + 9 * 32)),
        math.sqrt(6 / (9 * 32 + 9 * 64)),
        math.sqrt(6 / (9 * 64 + 9 * 64)),
        math.sqrt(6 / (576 + 64)),
        math.sqrt(6 / (64 + 10)),
    ],
}


@pytest.mark.parametrize("name", LIMITS)
def test_kernels_are_glorot_uniform_and_biases_zero(name: str) -> None:
    state = Network(SYSTEMS[name].recipe).state_dict()
    kernels = [value for key, value in state.items() if key.endswith("weight")]
    for kernel, limit in zip(kernels, LIMITS[name], strict=True):
        largest = float(kernel.abs().max())
        assert largest <= limit
        assert largest > 0.98 * limit
        assert float(kernel.std()) == pytest.approx(limit / math.sqrt(3), rel=0.06)
        assert abs(float(kernel.mean())) < 4 * limit / math.sqrt(3 * kernel.numel())
    assert not any(value.any() for key, value in state.items() if key.endswith("bias"))


EVERY = {**{name: system.recipe for name, system in SYSTEMS.items()}, **tiny.RECIPES}


@pytest.mark.parametrize("name", EVERY)
def test_parameters_are_as_many_as_summarised(name: str) -> None:
    recipe = EVERY[name]
    count = sum(parameter.numel() for parameter in Network(recipe).parameters())
    assert count == sum(row.parameters for row in summarise(recipe.network))


def test_one_seed_gives_one_start_with_or_without_dropout() -> None:
    plain, dropped = tiny.BASE, tiny.RECIPES["dropout"]
    weights = [list(Network(recipe).parameters()) for recipe in (plain, plain, dropped)]
    other = list(Network(replace(plain, seed=1)).parameters())
    for first, second, third, different in zip(*weights, other, strict=True):
        assert torch.equal(first, second)
        assert torch.equal(first, third)
        assert first.dim() == 1 or not torch.equal(first, different)


def random_images(count: int = 6) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    return torch.randint(0, 256, (count, 28, 28), dtype=torch.uint8, generator=generator)


def straightforward(recipe_layers: tuple[Layer, ...], network: Network) -> nn.Sequential:
    """The layers in the recipe's order and PyTorch's own modules, with the network's weights."""
    parameters = iter(list(network.parameters()))
    modules: list[nn.Module] = []
    for layer in recipe_layers:
        match layer:
            case Flatten():
                modules.append(ChannelsLast())
            case MaxPool(size=size):
                modules.append(nn.MaxPool2d(size))
            case Dense() | Convolution():
                weight, bias = next(parameters), next(parameters)
                modules.append(Applied(weight, bias))
                if layer.activation == "relu":
                    modules.append(nn.ReLU())
    return nn.Sequential(*modules)


class Applied(nn.Module):
    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach().clone(memory_format=torch.contiguous_format))
        self.bias = nn.Parameter(bias.detach().clone())

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        if self.weight.dim() == 4:
            return functional.conv2d(hidden, self.weight, self.bias)
        return functional.linear(hidden, self.weight, self.bias)


class ChannelsLast(nn.Module):
    """(N, C, H, W) to rows of H, then W, then C, image by image in NumPy's words."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return torch.stack([image.movedim(0, -1).reshape(-1) for image in hidden])


CONVOLUTIONAL = {
    "conv-3": SYSTEMS["conv-3"].recipe.network,
    "two-pools": (
        Convolution(filters=4, kernel_size=3, activation="relu"),
        MaxPool(size=2),
        MaxPool(size=3),
        Flatten(),
        tiny.OUTPUTS,
    ),
    "linear-before-pool": (
        Convolution(filters=4, kernel_size=5),
        MaxPool(size=2),
        Convolution(filters=5, kernel_size=2, activation="relu"),
        Flatten(),
        tiny.OUTPUTS,
    ),
}


@pytest.mark.parametrize("layers", CONVOLUTIONAL.values(), ids=CONVOLUTIONAL)
def test_a_relu_behind_its_pool_changes_nothing(layers: tuple[Layer, ...]) -> None:
    """Values and gradients are those of the recipe's own order."""
    network = Network(tiny.with_layers(*layers))
    plain = straightforward(layers, network)
    images, labels = random_images(), torch.arange(6)
    ours, theirs = network(images), plain(images.float().unsqueeze(1) / 255)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)
    for logits in (ours, theirs):
        cross_entropy(logits, labels).backward()
    for mine, other in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-4, atol=1e-6)


def test_flatten_takes_rows_then_columns_then_channels() -> None:
    layers = (Convolution(filters=2, kernel_size=27), Flatten(), tiny.OUTPUTS)
    network = Network(tiny.with_layers(*layers))
    hidden = torch.arange(2 * 2 * 2, dtype=torch.float32).reshape(1, 2, 2, 2)  # N, C, H, W
    flat = network.stages[1](hidden)
    assert flat.tolist() == [[0, 4, 1, 5, 2, 6, 3, 7]]


def only_dropout(rate: float) -> nn.Module:
    network = Network(tiny.with_layers(Flatten(), Dropout(rate=rate), tiny.OUTPUTS))
    return network.stages[1]


def test_dropout_scales_what_it_keeps() -> None:
    stage, ones = only_dropout(0.2).train(), torch.ones(400, 500)
    dropped = stage(ones)
    values = dropped.unique().tolist()
    assert values == [0.0, pytest.approx(1 / 0.8)]
    assert float((dropped == 0).float().mean()) == pytest.approx(0.2, abs=0.005)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.006)
    assert not torch.equal(dropped, stage(ones))


@pytest.mark.parametrize(("rate", "training"), [(0.2, False), (0.0, True)], ids=["eval", "rate-0"])
def test_dropout_does_nothing_else(rate: float, training: bool) -> None:
    ones = torch.ones(5, 5)
    assert torch.equal(only_dropout(rate).train(training)(ones), ones)


def test_dropout_has_a_generator_that_can_be_saved() -> None:
    network = Network(tiny.RECIPES["dropout"]).train()
    images, state = random_images(), network.dropout_generator.get_state()
    first = network(images)
    assert not torch.equal(first, network(images))
    network.dropout_generator.set_state(state)
    assert torch.equal(first, network(images))


def test_sigmoid_outputs_are_clipped_logs() -> None:
    recipe = tiny.RECIPES["sigmoid"]
    network, raw = Network(recipe), Network(replace(recipe, loss_input="logits"))
    with torch.no_grad():
        for parameters in (network.parameters(), raw.parameters()):
            for parameter in parameters:
                parameter.mul_(200)  # so that some outputs reach the clips
    images = random_images(40)
    inputs = raw(images).detach().double()
    expected = torch.sigmoid(inputs).clamp(1e-7, 1 - 1e-7).log()
    found = network(images).detach().double()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=2e-7)
    assert float(found.min()) == pytest.approx(math.log(1e-7), rel=1e-5)


def test_batch_normalisation_takes_a_last_batch_of_one() -> None:
    stage = BatchNormStage(3).train()
    alone = torch.tensor([[1.0, 2.0, 3.0]])
    torch.testing.assert_close(stage(alone), alone / (1 + 1e-5) ** 0.5)
    two = stage(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])).detach()
    torch.testing.assert_close(two[:, 0], torch.tensor([-1.0, 1.0]), atol=1e-4, rtol=0)


def test_cross_entropy_by_hand() -> None:
    logits = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    expected = (math.log(sum(math.exp(v) for v in (1, 2, 3))) - 3 + math.log(3)) / 2
    assert float(cross_entropy(logits, torch.tensor([2, 0]))) == pytest.approx(expected, rel=1e-6)


def test_images_are_scaled_inside_and_stay_as_they_are() -> None:
    network = Network(tiny.BASE)
    images = random_images()
    before = images.clone()
    state = network.state_dict()
    pixels = images.numpy().reshape(6, 784).astype(np.float64) / 255
    names = ("stages.dense_1.weight", "stages.dense_2.weight")
    first, second = (state[name].numpy().astype(np.float64) for name in names)
    expected = np.maximum(pixels @ first.T, 0) @ second.T
    np.testing.assert_allclose(network(images).detach().numpy(), expected, rtol=1e-4, atol=1e-5)
    assert torch.equal(images, before)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((tiny.OUTPUTS,), "network.0: dense needs one axis, but gets 28 x 28; flatten"),
        ((Flatten(), MaxPool()), "network.1: needs rows, columns and channels, but gets 784"),
        ((Flatten(), Dense(units=9)), "what is no digit, but ends in 9"),
        ((Flatten(), Dense(units=10, activation="relu")), "must be linear, sigmoid or softmax"),
        (
            (Flatten(), Dense(units=10, activation="softmax"), tiny.OUTPUTS),
            "network.1.activation: must be linear or relu before the last layer",
        ),
        (
            (Convolution(filters=1, kernel_size=28), Convolution(filters=1, kernel_size=2)),
            "network.1: a 2 x 2 kernel does not fit 1 x 1 x 1",
        ),
        (
            (Convolution(filters=1, kernel_size=28), MaxPool()),
            "network.1: a 2 x 2 window does not fit 1 x 1 x 1",
        ),
        (
            (Flatten(), tiny.OUTPUTS, Dropout(rate=0.5)),
            "in a dense layer with 10 or 11 units",
        ),
    ],
)
def test_layers_that_do_not_fit(layers: tuple[Layer, ...], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        Network(tiny.with_layers(*layers))
