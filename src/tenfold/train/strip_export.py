"""A trained strip network as an ONNX graph, batch normalisation folded into the convolutions.

The graph takes (N, 32, W) uint8, W a multiple of 4, and gives logits (N, W / 4, 15) float32.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from tenfold.train.strip_network import Residual, StripNetwork

__all__ = ["strip_graph"]

_OPSET, _IR_VERSION = 17, 8  # as in onnx_graph
_Values = NDArray[np.float32]


def strip_graph(network: StripNetwork) -> bytes:
    """Return the serialised ONNX model of a trained network."""
    from onnx import TensorProto, checker, helper, numpy_helper

    graph = _Graph()
    graph.add("Cast", "strips", to=TensorProto.FLOAT)
    graph.add("Mul", constant=np.array(1 / 255, np.float32))
    graph.add("Unsqueeze", constant=np.array([1], np.int64))
    graph.add_module(network.stages)
    graph.add("Squeeze", constant=np.array([2], np.int64))
    graph.add("Transpose", perm=[0, 2, 1])
    graph.nodes[-1].output[0] = "logits"
    whole = helper.make_graph(
        graph.nodes,
        "tenfold",
        [helper.make_tensor_value_info("strips", TensorProto.UINT8, ["N", 32, "W"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "T", 15])],
        [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
    )
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR_VERSION
    checker.check_model(model)
    return bytes(model.SerializeToString())


class _Graph:
    """Nodes in order, each of which takes what the one before gives, and their constants."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def add(
        self, kind: str, *inputs: str, constant: NDArray[Any] | None = None, **settings: Any
    ) -> str:
        """Add a node, and return the name of what it gives.

        Args:
            kind: ONNX's name of the operator.
            inputs: What it takes; what the last node gives when left out.
            constant: What it takes besides.
            settings: ONNX's attributes.
        """
        from onnx import helper

        name = f"value_{len(self.nodes)}"
        taken = list(inputs) or [self.nodes[-1].output[0]]
        if constant is not None:
            taken.append(self.constant(constant))
        self.nodes.append(helper.make_node(kind, taken, [name], **settings))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Keep values, and return their name."""
        name = f"constant_{len(self.constants)}"
        self.constants[name] = values
        return name

    def add_module(self, module: nn.Module) -> None:
        """Add what a module of `StripNetwork` does."""
        if isinstance(module, Residual):
            before = self.nodes[-1].output[0]
            self.add_module(module.block)
            self.add("Add", self.nodes[-1].output[0], before)
        elif isinstance(module, nn.Sequential):
            layers = [*module, None]
            for layer, after in pairwise(layers):
                if isinstance(layer, nn.Conv2d):
                    self._add_convolution(layer, after)
                elif layer is not None and not isinstance(layer, nn.BatchNorm2d):
                    self.add_module(layer)
        elif isinstance(module, nn.MaxPool2d):
            size = _pair(module.kernel_size)
            self.add("MaxPool", kernel_shape=size, strides=size)
        elif isinstance(module, nn.ReLU):
            self.add("Relu")

    def _add_convolution(self, convolution: nn.Conv2d, after: nn.Module | None) -> None:
        weight, bias = _folded(convolution, after)
        down, across = _pair(convolution.padding)
        taken = [self.nodes[-1].output[0], self.constant(weight), self.constant(bias)]
        self.add(
            "Conv",
            *taken,
            kernel_shape=list(weight.shape[2:]),
            strides=_pair(convolution.stride),
            pads=[down, across, down, across],
        )


def _folded(convolution: nn.Conv2d, after: nn.Module | None) -> tuple[_Values, _Values]:
    """Return a convolution's weight and bias with the normalisation after it, if any, in them."""
    weight = convolution.weight.detach().numpy().astype(np.float64)
    if not isinstance(after, nn.BatchNorm2d):
        bias = convolution.bias
        assert bias is not None
        return weight.astype(np.float32), bias.detach().numpy().astype(np.float32)
    assert after.running_var is not None
    assert after.running_mean is not None
    spread = np.sqrt(after.running_var.numpy().astype(np.float64) + after.eps)
    factor = after.weight.detach().numpy().astype(np.float64) / spread
    bias64 = after.bias.detach().numpy() - factor * after.running_mean.numpy()
    folded = weight * factor[:, None, None, None]
    return folded.astype(np.float32), bias64.astype(np.float32)


def _pair(value: Any) -> list[int]:
    return list(value) if isinstance(value, tuple) else [value, value]
