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

from tenfold.train.randomness import Generators, generators
from tenfold.train.recipe import (
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    MeanMaxPool,
    Recipe,
    Residual,
)
from tenfold.train.shapes import (
    has_channels,
    output_shape,
    summarise,
    takes_outputs,
    used_side,
)
from tenfold.train.stages import (
    BatchNormStage,
    DropoutStage,
    FlattenStage,
    MeanMaxPoolStage,
    ResidualStage,
)

__all__ = ["LEFT_OUT", "Network", "cross_entropy"]

LEFT_OUT = -100  # label of an image that adds nothing to the loss

_CLIP = 1e-7  # keras.config.epsilon(), to which cross-entropy clips probabilities


class Network(nn.Module):
    """A network built from a recipe's layers.

    The input is (N, 28, 28) uint8, scaled to [0, 1] inside. The output is logits (N, 10) or (N, 11)
    float32: ``softmax(logits)`` is the distribution that the loss sees. They are the inputs of the
    last layer's softmax or sigmoid, as Keras's losses take them on TensorFlow; where the recipe's
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
        self.stages = _named(_build(layers, summarise(layers)[0].output_shape, streams))

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (N, outputs) float32 of images (N, 28, 28), uint8, or prepared already."""
        hidden = images if images.is_floating_point() else self.prepare(images)
        hidden = hidden.unsqueeze(1) if self.has_channels else hidden
        logits: Tensor = self.stages(hidden).float()
        if self.log_outputs:
            return torch.sigmoid(logits).clamp(_CLIP, 1 - _CLIP).log()
        return logits

    def prepare(self, images: Tensor) -> Tensor:
        """Return images (N, 28, 28) uint8 as float32 in [0, 1], without unused rows and columns."""
        return self.crop(images).to(torch.float32).div_(255)

    def crop(self, images: Tensor) -> Tensor:
        """Return a view of images (N, 28, 28) without the rows and columns that go unused."""
        return images[:, : self._side, : self._side]


def _build(layers: Sequence[Layer], shape: tuple[int, ...], streams: Generators) -> list[nn.Module]:
    """Return the modules; a ReLU before a max-pool moves behind it, where it has less to do.

    The two commute, because ReLU never falls, so values and gradients stay the same.
    """
    modules: list[nn.Module] = []
    pending_relu = False
    for layer in layers:
        if pending_relu and not isinstance(layer, MaxPool):
            modules.append(nn.ReLU(inplace=True))
        pending_relu = pending_relu and isinstance(layer, MaxPool)
        modules.append(_module(layer, shape, streams))
        shape = output_shape(layer, shape)
        pending_relu = pending_relu or getattr(layer, "activation", "linear") == "relu"
    if pending_relu:  # the end of a residual block
        modules.append(nn.ReLU(inplace=True))
    return modules


def _module(layer: Layer, shape: tuple[int, ...], streams: Generators) -> nn.Module:
    """Return what computes a layer, but for a ReLU, on an input of this shape."""
    match layer:
        case Flatten():
            return FlattenStage()
        case Dropout(rate=rate):
            return DropoutStage(rate, streams.dropout)
        case MaxPool(size=size):
            return nn.MaxPool2d(size)
        case MeanMaxPool():
            return MeanMaxPoolStage()
        case BatchNorm():
            return BatchNormStage(shape[-1])
        case Residual(layers=inner):
            return ResidualStage(_named(_build(inner, shape, streams)))
        case Dense(units=units):
            return _dense(shape[0], units, streams.weights)
        case Convolution():
            return _convolution(layer, shape[2], streams.weights)


def _named(modules: Sequence[nn.Module]) -> nn.Sequential:
    """Return the modules in a row, named by kind and number: dense_1, convolution_2."""
    counts: Counter[str] = Counter()
    named = OrderedDict()
    for module in modules:
        kind = _NAMES.get(type(module), "stage")
        counts[kind] += 1
        named[f"{kind}_{counts[kind]}"] = module
    return nn.Sequential(named)


def _dense(inputs: int, units: int, generator: torch.Generator) -> nn.Linear:
    module = nn.Linear(inputs, units)
    _initialise(module.weight, module.bias, inputs, units, generator)
    return module


def _convolution(layer: Convolution, channels: int, generator: torch.Generator) -> nn.Conv2d:
    size, filters = layer.kernel_size, layer.filters
    module = nn.Conv2d(channels, filters, size, layer.stride, padding=layer.margin, bias=layer.bias)
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


_NAMES: dict[type[nn.Module], str] = {
    nn.Linear: "dense",
    nn.Conv2d: "convolution",
    BatchNormStage: "batch_norm",
    ResidualStage: "residual",
}  # of modules with weights


def cross_entropy(logits: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Return the mean over the batch of -log softmax(logits)[label], in nats.

    Images whose label is `LEFT_OUT` do not count.
    Categorical (one-hot) and sparse cross-entropy are this same function of the label. With
    smoothing (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567, section 7) that share of the
    label is spread evenly over all labels.
    """
    return functional.cross_entropy(
        logits, labels, ignore_index=LEFT_OUT, label_smoothing=label_smoothing
    )
