"""A trained network as an ONNX graph, node by node from its recipe.

The graph takes (N, 28, 28) uint8 and gives logits (N, 10) float32; scaling is part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.train.recipe import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    Recipe,
)
from tenfold.train.shapes import has_channels, takes_outputs

__all__ = ["build_graph"]

_OPSET = 17  # of 2022: everything the layers need, and any ONNX Runtime in use knows it
_IR_VERSION = 8  # the file format that came with that opset
_CLIP = 1e-7  # keras.config.epsilon()


def build_graph(recipe: Recipe, weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the serialised ONNX model of a recipe with these weights.

    Args:
        recipe: Its network gives the nodes; dropout does nothing outside training and gives none.
        weights: Arrays by the network's names, such as ``stages.dense_1.weight``.
    """
    from onnx import TensorProto, checker, helper

    graph = _Graph(weights, has_channels=has_channels(recipe.network))
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Div", graph.constant("full_scale", np.array(255, np.float32)))
    if has_channels(recipe.network):
        graph.add("Unsqueeze", graph.constant("channel_axis", np.array([1], np.int64)))
    for layer in recipe.network:
        graph.append(layer)
    if takes_outputs(recipe):
        graph.add("Sigmoid")
        low, high = np.array(_CLIP, np.float32), np.array(1 - _CLIP, np.float32)
        graph.add("Clip", graph.constant("lowest", low), graph.constant("highest", high))
        graph.add("Log")
    model = helper.make_model(
        graph.finish(recipe.name),
        producer_name="tenfold",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """A chain of nodes, each taking what the one before gave."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]], *, has_channels: bool) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._counts: dict[str, int] = {}
        self._current = "images"
        self._has_channels = has_channels  # whether the chain's end has them still

    def add(self, operator: str, *inputs: str, **attributes: Any) -> None:
        """Append a node whose first input is the chain's end."""
        from onnx import helper

        output = f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, [self._current, *inputs], [output], **attributes)
        )
        self._current = output

    def append(self, layer: Layer) -> None:
        """Append a layer's nodes."""
        match layer:
            case Flatten():
                if self._has_channels:
                    self.add("Transpose", perm=[0, 2, 3, 1])
                self.add("Flatten", axis=1)
                self._has_channels = False
            case MaxPool(size=size):
                self.add("MaxPool", kernel_shape=[size, size], strides=[size, size])
            case Dense(activation=activation):
                self.add("Gemm", *self.parameters("dense"), transB=1)
                self.activate(activation)
            case Convolution(kernel_size=size, activation=activation):
                self.add("Conv", *self.parameters("convolution"), kernel_shape=[size, size])
                self.activate(activation)
            case Dropout():
                pass

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Store an array in the graph, and return its name."""
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def parameters(self, kind: str) -> tuple[str, str]:
        """Store the next layer of a kind's kernel and bias, and return their names."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        prefix = f"stages.{kind}_{self._counts[kind]}"
        names = f"{prefix}.weight", f"{prefix}.bias"
        for name in names:
            self.constant(name, self._weights[name])
        return names

    def activate(self, activation: Activation) -> None:
        """Append a ReLU; the last layer's softmax or sigmoid is not part of the logits."""
        if activation == "relu":
            self.add("Relu")

    def finish(self, name: str) -> Any:
        """Return the graph, its last output renamed to ``logits``."""
        from onnx import TensorProto, helper

        self._nodes[-1].output[0] = "logits"
        images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", 28, 28])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])
        return helper.make_graph(self._nodes, name, [images], [logits], self._constants)
