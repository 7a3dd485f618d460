"""Networks from recipes, with Keras's initialisation and layer semantics.

Checked against Keras itself in ``tests/keras``. Layers keep PyTorch's weight shapes. `Flatten`
takes channels last, as Keras does, which is free because convolutions run in that memory order.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from tenfold.train.randomness import generators
from tenfold.train.recipe import Convolution, Dense, Dropout, Flatten, Layer, MaxPool, Recipe
from tenfold.train.shapes import has_channels, summarise, takes_outputs, used_side

__all__ = ["DropoutStage", "Network", "cross_entropy"]

_CLIP = 1e-7  # keras.config.epsilon(), to which cross-entropy clips probabilities


class Network(nn.Module):
    """A network built from a recipe's layers.

    The input is (N, 28, 28) uint8, scaled to [0, 1] inside. The output is logits (N, 10) float32:
    ``softmax(logits)`` is the distribution that the loss sees. They are the inputs of the last
    layer's softmax or sigmoid, as Keras's losses take them on TensorFlow; where the recipe's
    ``loss_input`` is "outputs" and the last layer a sigmoid, they are the logs of its outputs,
    clipped to [1e-7, 1 - 1e-7] (``keras/src/backend/tensorflow/nn.py``).

    Args:
        recipe: Its network, loss input, and seed of initial weights and dropout.

    Raises:
        RecipeError: The layers do not fit together, or do not end in ten outputs.
    """

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        layers = recipe.network
        streams = generators(recipe.seed)
        self.dropout_generator = streams.dropout
        self.has_channels = has_channels(layers)
        self._side = used_side(layers)
        self.log_outputs = takes_outputs(recipe)
        self.stages = _named(_build(layers, streams.weights, streams.dropout))

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (N, 10) float32 of images (N, 28, 28), uint8, or prepared already."""
        hidden = images if images.is_floating_point() else self.prepare(images)
        hidden = hidden.unsqueeze(1) if self.has_channels else hidden
        logits: Tensor = self.stages(hidden).float()
        if self.log_outputs:
            return torch.sigmoid(logits).clamp(_CLIP, 1 - _CLIP).log()
        return logits

    def prepare(self, images: Tensor) -> Tensor:
        """Return images (N, 28, 28) uint8 as float32 in [0, 1], without unused rows and columns."""
        return images[:, : self._side, : self._side].to(torch.float32).div_(255)


def _build(
    layers: Sequence[Layer], generator: torch.Generator, dropout_generator: torch.Generator
) -> list[nn.Module]:
    """Return the modules; a ReLU before a max-pool moves behind it, where it has less to do.

    The two commute, because ReLU never falls, so values and gradients stay the same.
    """
    modules: list[nn.Module] = []
    pending_relu = False
    shapes = [row.output_shape for row in summarise(layers)]
    for layer, shape in zip(layers, shapes, strict=False):
        if pending_relu and not isinstance(layer, MaxPool):
            modules.append(nn.ReLU(inplace=True))
            pending_relu = False
        match layer:
            case Flatten():
                modules.append(_FlattenChannelsLast())
            case Dropout(rate=rate):
                modules.append(DropoutStage(rate, dropout_generator))
            case MaxPool(size=size):
                modules.append(nn.MaxPool2d(size))
            case Dense(units=units, activation=activation):
                modules.append(_dense(shape[0], units, generator))
                pending_relu = activation == "relu"
            case Convolution(filters=filters, kernel_size=size, activation=activation):
                modules.append(_convolution(shape[2], filters, size, generator))
                pending_relu = activation == "relu"
    return modules


def _named(modules: Sequence[nn.Module]) -> nn.Sequential:
    """Return the modules in a row, named by kind and number: dense_1, convolution_2."""
    counts: Counter[str] = Counter()
    named = OrderedDict()
    for module in modules:
        kind = {nn.Linear: "dense", nn.Conv2d: "convolution"}.get(type(module), "stage")
        counts[kind] += 1
        named[f"{kind}_{counts[kind]}"] = module
    return nn.Sequential(named)


def _dense(inputs: int, units: int, generator: torch.Generator) -> nn.Linear:
    module = nn.Linear(inputs, units)
    _initialise(module.weight, module.bias, inputs, units, generator)
    return module


def _convolution(channels: int, filters: int, size: int, generator: torch.Generator) -> nn.Conv2d:
    module = nn.Conv2d(channels, filters, size)
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    area = size * size
    _initialise(module.weight, module.bias, area * channels, area * filters, generator)
    return module


def _initialise(
    weight: Tensor, bias: Tensor | None, fan_in: int, fan_out: int, generator: torch.Generator
) -> None:
    """Fill a layer as Keras does: Glorot-uniform kernel, zero bias.

    Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html, formula 16.
    """
    limit = math.sqrt(6 / (fan_in + fan_out))
    with torch.no_grad():
        weight.uniform_(-limit, limit, generator=generator)
        if bias is not None:
            bias.zero_()


class _FlattenChannelsLast(nn.Module):
    """(N, C, H, W) to (N, H * W * C), or (N, H, W) to (N, H * W)."""

    def forward(self, hidden: Tensor) -> Tensor:
        if hidden.dim() == 4:
            hidden = hidden.permute(0, 2, 3, 1)
        return hidden.flatten(1)


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


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean over the batch of -log softmax(logits)[label], in nats.

    Categorical (one-hot) and sparse cross-entropy are this same function of the label.
    """
    return functional.cross_entropy(logits, labels)
