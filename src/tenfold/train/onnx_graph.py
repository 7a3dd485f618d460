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

_NAME = "tenfold"  # of any graph: what users name stays out of it (see _EXTERNAL in session.py)

_OPSET = 17  # of 2022: everything the layers need, and any ONNX Runtime in use knows it
_IR_VERSION = 8  # the file format that came with that opset
_CLIP = 1e-7  # keras.config.epsilon()
_KINDS: dict[type, str] = {
    Dense: "dense",
    Convolution: "convolution",
    BatchNorm: "batch_norm",
    Residual: "residual",
}  # of layers with weights, as `tenfold.train.networks` names them


def build_graph(
    recipe: Recipe, *members: Mapping[str, NDArray[np.float32]], half: bool = False
) -> bytes:
    """Return the serialised ONNX model of a recipe with these weights.

    Of several members the graph gives the log of their mean probabilities.

    Args:
        recipe: Its network gives the nodes; dropout does nothing outside training and gives none.
        members: Of each member arrays by the network's names, such as ``stages.dense_1.weight``.
        half: Store weights in float16, which halves the file; they become float32 when loaded.
    """
    from onnx import TensorProto, checker, helper

    graph = _Graph(half=half)
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Div", graph.constant("full_scale", np.array(255, np.float32)))
    if has_channels(recipe.network):
        graph.add("Unsqueeze", graph.constant("channel_axis", np.array([1], np.int64)))
    start, ends = graph.end, []
    for number, weights in enumerate(members):
        graph.begin_member(start, weights, f"member_{number}." if len(members) > 1 else "")
        graph.has_channels = has_channels(recipe.network)
        graph.extend(recipe.network, "stages")
        if takes_outputs(recipe):
            graph.add_log_outputs()
        ends.append(graph.end)
    if len(members) > 1:
        graph.add_mean(ends)
    model = helper.make_model(
        graph.finish(summarise(recipe.network)[-1].output_shape[0]),
        producer_name="tenfold",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """A chain of nodes, each taking what the one before gave."""

    def __init__(self, *, half: bool) -> None:
        self.end = "images"
        self.has_channels = False  # whether the chain's end has rows, columns and channels
        self._weights: Mapping[str, NDArray[np.float32]] = {}
        self._prefix = ""
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._half = half

    def begin_member(
        self, start: str, weights: Mapping[str, NDArray[np.float32]], prefix: str
    ) -> None:
        """Go back to ``start``, to go on from there with other weights."""
        self.end, self._weights, self._prefix = start, weights, prefix

    def add(self, operator: str, *inputs: str, **attributes: Any) -> None:
        """Append a node whose first input is the chain's end."""
        self.join(operator, self.end, *inputs, **attributes)

    def join(self, operator: str, *inputs: str, **attributes: Any) -> None:
        """Append a node, which becomes the chain's end."""
        from onnx import helper

        output = f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        self.end = output

    def add_log_outputs(self) -> None:
        """Append the clipped log of a sigmoid, as a loss on outputs takes it."""
        self.add("Sigmoid")
        low, high = np.array(_CLIP, np.float32), np.array(1 - _CLIP, np.float32)
        bounds = ("lowest", low), ("highest", high)
        self.add("Clip", *(self.constant(self._prefix + name, value) for name, value in bounds))
        self.add("Log")

    def add_mean(self, ends: Sequence[str]) -> None:
        """Append the log of the mean of softmaxes; a sum of logs never leaves float32's range."""
        axis = self.constant("member_axis", np.array([1], np.int64))
        logs = []
        for end in ends:
            self.join("LogSoftmax", end, axis=1)
            self.add("Unsqueeze", axis)
            logs.append(self.end)
        self.join("Concat", *logs, axis=1)
        self.add("ReduceLogSumExp", axes=[1], keepdims=0)
        self.add("Sub", self.constant("log_members", np.array(np.log(len(ends)), np.float32)))

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
                if self.has_channels:
                    self.add("Transpose", perm=[0, 2, 3, 1])
                self.add("Flatten", axis=1)
                self.has_channels = False
            case MaxPool(size=size):
                self.add("MaxPool", kernel_shape=[size, size], strides=[size, size])
            case MeanMaxPool():
                self._pool_means_and_maxima()
            case Residual(layers=inner):
                before = self.end
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
        before, ends = self.end, []
        for operator in ("GlobalAveragePool", "GlobalMaxPool"):
            self.join(operator, before)
            ends.append(self.end)
        self.join("Concat", *ends, axis=1)
        self.add("Flatten", axis=1)
        self.has_channels = False

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
        return self._stored(f"{name}.weight", weight), self.constant(
            f"{self._prefix}{name}.bias", bias
        )

    def _stored(self, name: str, weight: NDArray[np.float32]) -> str:
        """Store a kernel, in float16 where that is wanted, and return the name of it in float32."""
        from onnx import TensorProto, helper

        name = self._prefix + name
        if not self._half:
            return self.constant(name, weight)
        half = self.constant(f"{name}.half", weight.astype(np.float16))
        self._nodes.append(helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
        return name

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

    def finish(self, outputs: int) -> Any:
        """Return the graph, its last output renamed to ``logits``."""
        from onnx import TensorProto, helper

        self._nodes[-1].output[0] = "logits"
        images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", 28, 28])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", outputs])
        return helper.make_graph(self._nodes, _NAME, [images], [logits], self._constants)
