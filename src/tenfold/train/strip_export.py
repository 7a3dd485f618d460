"""A trained strip network as an ONNX graph, batch normalisation folded into the convolutions.

The graph takes (N, 32, W) uint8, W a multiple of 4, and gives logits (N, W / 4, 15) float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from tenfold.train.strip_network import StripNetwork

__all__ = ["strip_graph"]

_OPSET, _IR_VERSION = 17, 8  # as in onnx_graph
_Values = NDArray[np.float32]


def strip_graph(network: StripNetwork) -> bytes:
    """Return the serialised ONNX model of a trained network."""
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes: list[Any] = [
        helper.make_node("Cast", ["strips"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["numbers", "scale"], ["scaled"]),
        helper.make_node("Unsqueeze", ["scaled", "channel"], ["input"]),
    ]
    constants: dict[str, NDArray[Any]] = {
        "scale": np.array(1 / 255, np.float32),
        "channel": np.array([1], np.int64),
        "rows": np.array([2], np.int64),
    }
    value = "input"
    for number, layer in enumerate(_layers(network)):
        name = f"layer_{number}"
        if isinstance(layer, nn.MaxPool2d):
            size = _pair(layer.kernel_size)
            nodes.append(
                helper.make_node("MaxPool", [value], [name], kernel_shape=size, strides=size)
            )
        elif isinstance(layer, nn.ReLU):
            nodes.append(helper.make_node("Relu", [value], [name]))
        else:
            convolution, weight, bias = layer
            constants[f"{name}_weight"], constants[f"{name}_bias"] = weight, bias
            down, across = _pair(convolution.padding)
            nodes.append(
                helper.make_node(
                    "Conv",
                    [value, f"{name}_weight", f"{name}_bias"],
                    [name],
                    kernel_shape=list(weight.shape[2:]),
                    strides=_pair(convolution.stride),
                    pads=[down, across, down, across],
                )
            )
        value = name
    nodes.append(helper.make_node("Squeeze", [value, "rows"], ["flat"]))
    nodes.append(helper.make_node("Transpose", ["flat"], ["logits"], perm=[0, 2, 1]))
    graph = helper.make_graph(
        nodes,
        "tenfold",
        [helper.make_tensor_value_info("strips", TensorProto.UINT8, ["N", 32, "W"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "T", 15])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR_VERSION
    checker.check_model(model)
    return bytes(model.SerializeToString())


def _layers(network: StripNetwork) -> list[Any]:
    """Return pooling and activation as they are, and convolutions with folded weights."""
    flat = [
        layer
        for layer in network.stages.modules()
        if not isinstance(layer, (nn.Sequential, nn.Dropout))
    ]
    found: list[Any] = []
    for place, layer in enumerate(flat):
        if isinstance(layer, nn.Conv2d):
            after = flat[place + 1] if place + 1 < len(flat) else None
            found.append((layer, *_folded(layer, after)))
        elif not isinstance(layer, nn.BatchNorm2d):
            found.append(layer)
    return found


def _folded(convolution: nn.Conv2d, after: Any) -> tuple[_Values, _Values]:
    """Return a convolution's weight and bias with the normalisation after it, if any, in them."""
    weight = convolution.weight.detach().numpy().astype(np.float64)
    if not isinstance(after, nn.BatchNorm2d):
        bias = convolution.bias
        assert bias is not None
        return weight.astype(np.float32), bias.detach().numpy().astype(np.float32)
    assert after.running_var is not None and after.running_mean is not None  # noqa: PT018
    spread = np.sqrt(after.running_var.numpy().astype(np.float64) + after.eps)
    factor = after.weight.detach().numpy().astype(np.float64) / spread
    bias64 = after.bias.detach().numpy() - factor * after.running_mean.numpy()
    folded = weight * factor[:, None, None, None]
    return folded.astype(np.float32), bias64.astype(np.float32)


def _pair(value: Any) -> list[int]:
    return list(value) if isinstance(value, tuple) else [value, value]
