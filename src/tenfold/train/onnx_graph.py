"""A trained network as an ONNX graph, node by node from its recipe.

The graph takes (N, 28, 28) uint8 and gives logits (N, 10) or (N, 11) float32; scaling is part of
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.train.recipe import (
    Activation,
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
from tenfold.train.shapes import has_channels, summarise, takes_outputs
from tenfold.train.stages import BATCH_NORM_EPSILON

__all__ = ["build_graph"]

_OPSET = 17  # of 2022: everything the layers need, and any ONNX Runtime in use knows it
_IR_VERSION = 8  # the file format that came with that opset
_CLIP = 1e-7  # keras.config.epsilon()
_KINDS: dict[type, str] = {
    Dense: "dense",
    Convolution: "convolution",
    BatchNorm: "batch_norm",
    Residual: "residual",
}  # of layers with weights, as `tenfold.train.networks` names them


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
    graph.extend(recipe.network, "stages")
    if takes_outputs(recipe):
        graph.add("Sigmoid")
        low, high = np.array(_CLIP, np.float32), np.array(1 - _CLIP, np.float32)
        graph.add("Clip", graph.constant("lowest", low), graph.constant("highest", high))
        graph.add("Log")
    model = helper.make_model(
        graph.finish(recipe.name, summarise(recipe.network)[-1].output_shape[0]),
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

    def extend(self, layers: Sequence[Layer], prefix: str) -> None:
        """Append the nodes of layers whose weights' names begin with ``prefix``.

        Batch normalisation behind a layer becomes part of that layer's kernel and bias.
        """
        counts: Counter[str] = Counter()
        for layer, after in zip(layers, [*layers[1:], None], strict=True):
            kind = _KINDS.get(type(layer), "")
            counts[kind] += 1
            name = f"{prefix}.{kind}_{counts[kind]}"
            norm = None
            if isinstance(after, BatchNorm):
                norm = f"{prefix}.batch_norm_{counts['batch_norm'] + 1}"
            self.append(layer, name, norm)

    def append(self, layer: Layer, name: str, norm: str | None) -> None:
        """Append a layer's nodes; ``norm`` names the batch normalisation behind it."""
        match layer:
            case Flatten():
                if self._has_channels:
                    self.add("Transpose", perm=[0, 2, 3, 1])
                self.add("Flatten", axis=1)
                self._has_channels = False
            case MaxPool(size=size):
                self.add("MaxPool", kernel_shape=[size, size], strides=[size, size])
            case MeanMaxPool():
                self._pool_means_and_maxima()
            case Residual(layers=inner):
                before = self._current
                self.extend(inner, f"{name}.stages")
                self.add("Add", before)
            case Dense(activation=activation):
                self.add("Gemm", *self.parameters(name, norm), transB=1)
                self.activate(activation)
            case Convolution(activation=activation):
                self.add(
                    "Conv",
                    *self.parameters(name, norm),
                    kernel_shape=[layer.kernel_size] * 2,
                    strides=[layer.stride] * 2,
                    pads=[layer.margin] * 4,
                )
                self.activate(activation)
            case BatchNorm(activation=activation):
                self.activate(activation)
            case Dropout():
                pass

    def _pool_means_and_maxima(self) -> None:
        before, ends = self._current, []
        for operator in ("GlobalAveragePool", "GlobalMaxPool"):
            self._current = before
            self.add(operator)
            ends.append(self._current)
        self._current = ends[0]
        self.add("Concat", ends[1], axis=1)
        self.add("Flatten", axis=1)
        self._has_channels = False

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Store an array in the graph, and return its name."""
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def parameters(self, name: str, norm: str | None) -> tuple[str, str]:
        """Store a layer's kernel and bias, and return their names."""
        weight = self._weights[f"{name}.weight"]
        bias = self._weights.get(f"{name}.bias", np.zeros(len(weight), np.float32))
        if norm is not None:
            weight, bias = self._normalised(weight, bias, norm)
        return self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)

    def _normalised(
        self, weight: NDArray[np.float32], bias: NDArray[np.float32], norm: str
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the kernel and bias of a layer and the batch normalisation behind it in one."""
        scale, shift, mean, variance = (
            self._weights[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = scale / np.sqrt(variance + BATCH_NORM_EPSILON)
        shape = (-1,) + (1,) * (weight.ndim - 1)
        folded = (weight * factor.reshape(shape)).astype(np.float32)
        return folded, ((bias - mean) * factor + shift).astype(np.float32)

    def activate(self, activation: Activation) -> None:
        """Append a ReLU; the last layer's softmax or sigmoid is not part of the logits."""
        if activation == "relu":
            self.add("Relu")

    def finish(self, name: str, outputs: int) -> Any:
        """Return the graph, its last output renamed to ``logits``."""
        from onnx import TensorProto, helper

        self._nodes[-1].output[0] = "logits"
        images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", 28, 28])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", outputs])
        return helper.make_graph(self._nodes, name, [images], [logits], self._constants)
