"""The layers a recipe's network is made of, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tenfold.train.checks import check, check_choice, check_range, whole

__all__ = [
    "Activation",
    "BatchNorm",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPool",
    "MeanMaxPool",
    "Residual",
]

Activation = Literal["linear", "relu", "sigmoid", "softmax"]
Padding = Literal["valid", "same"]


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer, Glorot-uniform kernel and zero bias."""

    units: int  # outputs
    activation: Activation = "linear"

    def __post_init__(self) -> None:
        check(whole(self.units, 1), "units", "a whole number of at least 1", self.units)
        _check_activation(self.activation)


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """A square convolution, Glorot-uniform kernel and zero bias."""

    filters: int  # output channels
    kernel_size: int  # pixels a side
    activation: Activation = "linear"
    padding: Padding = "valid"  # none, or half the kernel's size in zeros on every side
    stride: int = 1  # pixels from one place to the next
    bias: bool = True  # batch normalisation behind it brings its own

    def __post_init__(self) -> None:
        check(whole(self.filters, 1), "filters", "a whole number of at least 1", self.filters)
        check(
            whole(self.kernel_size, 1, 28), "kernel_size", "from 1 to 28 pixels", self.kernel_size
        )
        _check_activation(self.activation)
        check_choice("padding", self.padding, get_args(Padding))
        odd = self.padding == "valid" or self.kernel_size % 2 == 1
        check(odd, "kernel_size", "odd with the padding same", self.kernel_size)
        check(whole(self.stride, 1, 28), "stride", "from 1 to 28 pixels", self.stride)
        check(isinstance(self.bias, bool), "bias", "true or false", self.bias)

    @property
    def margin(self) -> int:
        """Zeros laid on each side, in pixels."""
        return self.kernel_size // 2 if self.padding == "same" else 0


@dataclass(frozen=True, kw_only=True)
class BatchNorm:
    """Batch normalisation of each channel behind a linear layer (Ioffe and Szegedy 2015).

    https://arxiv.org/abs/1502.03167, algorithms 1 and 2: scale 1 and shift 0 at first, epsilon
    1e-5, running statistics with a momentum of 0.1. An exported graph has it folded into the layer.
    """

    activation: Activation = "linear"

    def __post_init__(self) -> None:
        _check_activation(self.activation)


@dataclass(frozen=True, kw_only=True)
class Residual:
    """Layers whose output is added to their input, which must have its shape."""

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        flat = any(isinstance(layer, (Flatten, MeanMaxPool, Residual)) for layer in self.layers)
        words = "at least one layer, none of them flatten, mean_max_pool or residual"
        check(bool(self.layers) and not flat, "layers", words, self.layers)


@dataclass(frozen=True, kw_only=True)
class MaxPool:
    """The largest value of each square window, windows side by side, an incomplete one dropped."""

    size: int = 2  # pixels a side, and the stride

    def __post_init__(self) -> None:
        check(whole(self.size, 1, 28), "size", "from 1 to 28 pixels", self.size)


@dataclass(frozen=True, kw_only=True)
class MeanMaxPool:
    """Each channel's mean over all its pixels, then each channel's largest value, as one vector."""


@dataclass(frozen=True, kw_only=True)
class Flatten:
    """Rows, columns and channels, the last changing fastest, as one vector."""


@dataclass(frozen=True, kw_only=True)
class Dropout:
    """While training, zeroes each input with probability ``rate`` and scales the rest up."""

    rate: float  # probability, 0 to below 1

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0, 1, below=True)


Layer = Dense | Convolution | BatchNorm | Residual | MaxPool | MeanMaxPool | Flatten | Dropout


def _check_activation(value: object) -> None:
    check_choice("activation", value, get_args(Activation))
