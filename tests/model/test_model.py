"""A model is used only if its card is in order and its files are the card's."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import tiny
from tenfold.data import MNIST
from tenfold.errors import InputError, ModelError
from tenfold.files import json_digest
from tenfold.folders import replace_folder
from tenfold.model import Card, load_model, read_card
from tenfold.train.export import MODEL_FILES, export_weights
from tenfold.train.networks import Network

GRAPH, CARD = "model.onnx", "card.json"


def point(accuracy: float, unsure: float, coverage: float) -> dict[str, float]:
    return {"accuracy": accuracy, "unsure": unsure, "coverage": coverage}


def nested(levels: int) -> dict[str, Any]:
    return {"a": nested(levels - 1)} if levels else {}


@pytest.fixture
def folder(mnist: MNIST, tmp_path: Path) -> Path:
    weights = {name: value.contiguous() for name, value in Network(tiny.BASE).state_dict().items()}
    export_weights(tiny.BASE, [weights], tmp_path / "model", mnist.test, {}, {})
    return tmp_path / "model"


def change_card(folder: Path, **changes: Any) -> None:
    tiny.change_card(folder / CARD, **changes)


def with_graph(folder: Path, content: bytes) -> None:
    """Put another graph in the model's place, and its sum in the card."""
    (folder / GRAPH).write_bytes(content)
    sums = json.loads((folder / CARD).read_text())["sha256"]
    change_card(folder, sha256=sums | {GRAPH: hashlib.sha256(content).hexdigest()})


def test_a_card_goes_to_json_and_back(folder: Path) -> None:
    card = read_card(folder)
    assert isinstance(card, Card)
    assert json.loads(json.dumps(card.sealed())) == json.loads((folder / CARD).read_text())
    assert card.labels == tuple("0123456789")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 0}, "must be of card format 3, but is of 0; export the run again"),
        ({"format": 4}, "but is of 4; it is newer than this tenfold: upgrade"),
        ({"coverage": [1.0]}, "coverage must hold 128 shares, or none"),
        ({"coverage": [2.0] * 128}, "coverage must hold shares from 0 to 1"),
        ({"coverage": 3}, "coverage must be a list"),
        ({"format": None}, "must be of card format 3, but is of None"),
        ({"format": "2"}, "must be of card format 3, but is of '2'"),
        ({"colour": "red"}, "unknown key 'colour'; export the run again"),
        ({"name": 3}, "name must be text"),
        ({"name": None}, "name must be text"),
        ({"sha256": None}, "sha256 must be an object"),
        ({"thresholds": "x"}, "thresholds must be an object"),
        ({"thresholds": {"unsure": "x"}}, "thresholds must be from 0 to 1"),
        ({"thresholds": {"unsure": 2}}, "thresholds must be from 0 to 1"),
        ({"thresholds": {}}, "thresholds must be of ['unsure'], but are of []"),
        ({"thresholds": {"unsre": 0.5}}, "thresholds must be of ['unsure'], but are of ['unsre']"),
        ({"thresholds": {"unsure": 0, "not_a_digit": 0}}, "thresholds must be of ['unsure'], but"),
        ({"figures": {"a": 1}}, "figures must hold an object for each set"),
        ({"figures": {"a": nested(40)}}, "objects must be nested 32 deep at most"),
        ({"temperature": float("inf")}, "temperature must be from 0.001 to 1000, but is inf"),
        ({"recipe": 3}, "recipe must be an object"),
        ({"operating_points": {}}, "operating_points must be a list"),
        ({"operating_points": [{"accuracy": 0.9}]}, "operating_points must hold accuracy, unsure"),
        (
            {"operating_points": [point(0.9, 0, 1), point(0.8, 0, 1)]},
            "operating_points must have rising accuracies",
        ),
        ({"operating_points": [3]}, "operating_points must hold accuracy, unsure and coverage"),
        ({"calibration": []}, "calibration must be an object"),
        ({"sha256": {}}, "sha256 must name model.onnx"),
        ({"sha256": {GRAPH: 3}}, "sha256 must map plain file names to text"),
        ({"sha256": {GRAPH: "", "../x": ""}}, "sha256 must map plain file names to text"),
        ({"sha256": {GRAPH: "", "/etc/passwd": ""}}, "sha256 must map plain file names to text"),
        ({"sha256": {GRAPH: "0" * 64}}, "must have SHA-256 000000000000... as its card says"),
        ({"temperature": 10**400}, "temperature must be from 0.001 to 1000, but is 1000"),
        ({"temperature": 1e-4}, "temperature must be from 0.001 to 1000, but is 0.0001"),
        ({"temperature": 2000}, "temperature must be from 0.001 to 1000, but is 2000"),
        ({"sha256": {"model.onnx": "x", "..": "x"}}, "sha256 must map plain file names to text"),
        ({"sha256": {"model.onnx": "x", "": "x"}}, "sha256 must map plain file names to text"),
        ({"sha256": {"model.onnx": "x", "a\0b": "x"}}, "sha256 must map plain file names to text"),
        (
            {"sha256": {GRAPH: "x", "a\udcff": "x"}},
            "sha256 must map plain file names to text",
        ),
        (
            {"sha256": {GRAPH: "x", "\ud800": "x"}},
            "sha256 must map plain file names to text",
        ),
        ({"temperature": 0}, "temperature must be from 0.001 to 1000, but is 0"),
        ({"temperature": -1.0}, "temperature must be from 0.001 to 1000, but is -1.0"),
        ({"temperature": "1"}, "temperature must be from 0.001 to 1000, but is '1'"),
        ({"temperature": True}, "temperature must be from 0.001 to 1000, but is True"),
        ({"temperature": None}, "temperature must be from 0.001 to 1000, but is None"),
        ({"temperature": float("nan")}, "temperature must be from 0.001 to 1000, but is nan"),
        ({"preprocessing": 1}, "preprocessing must be version 2, but is 1"),
        ({"labels": list("1234567890")}, "labels must be the digits 0 to 9 in order"),
        ({"labels": []}, "labels must be the digits 0 to 9 in order"),
    ],
    ids=str,
)
def test_a_bad_card_is_named(changes: dict[str, Any], message: str, folder: Path) -> None:
    change_card(folder, **changes)
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 2.0},
        {"thresholds": {"unsure": 0.9}},
        {"output_activation": "sigmoid"},
        {"digest": None},
    ],
    ids=str,
)
def test_a_card_changed_by_hand_is_refused(changes: dict[str, Any], folder: Path) -> None:
    path = folder / CARD
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(ModelError, match=r"card\.json: is not as it was written"):
        load_model(folder)


@pytest.mark.parametrize("name", ["labels", "preprocessing", "temperature", "thresholds", "name"])
def test_a_card_without_what_reading_depends_on_is_refused(name: str, folder: Path) -> None:
    values = json.loads((folder / CARD).read_text())
    del values[name], values["digest"]
    (folder / CARD).write_text(json.dumps({**values, "digest": json_digest(values)}))
    with pytest.raises(ModelError, match=f"{name} is missing"):
        load_model(folder)


@pytest.mark.parametrize("overlong", [False, True])
def test_weights_in_another_file_are_refused(folder: Path, overlong: bool) -> None:
    """They would be looked for in the current folder, and no SHA-256 covers them."""
    graph = onnx.load(str(folder / GRAPH))
    outside = TensorProto(name="outside", data_type=TensorProto.FLOAT, dims=[1])
    outside.data_location = TensorProto.EXTERNAL
    outside.external_data.add(key="location", value="weights.bin")
    graph.graph.initializer.append(outside)
    content = graph.SerializeToString()
    if overlong:  # protobuf reads 08 and 88 00 as the same number
        content = content.replace(b"\x0a\x08location", b"\x0a\x88\x00location")
    with_graph(folder, content)
    with pytest.raises(ModelError, match="must hold its weights itself"):
        load_model(folder)


def test_a_model_replaced_while_it_is_read_is_one_or_the_other(
    folder: Path, tmp_path: Path, mnist: MNIST
) -> None:
    """Card and graph are of one moment, whatever another process does meanwhile."""
    images, stop = mnist.test.images[:5], Event()
    models = []
    for seed in (1, 2):
        weights = dict(Network(replace(tiny.BASE, seed=seed)).state_dict())
        place = tmp_path / f"seed-{seed}"
        export_weights(tiny.BASE, [weights], place, mnist.test, {"seed": seed}, {})
        models.append(place)
    expected = {seed: load_model(place).logits(images) for seed, place in enumerate(models, 1)}

    def replace_again_and_again() -> None:
        while not stop.is_set():
            for place in models:
                with replace_folder(folder, MODEL_FILES, marker=CARD) as temporary:
                    shutil.copytree(place, temporary, dirs_exist_ok=True)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(replace_again_and_again)
        try:
            for _ in range(60):
                model = load_model(folder)
                seed = model.card.trained.get("seed", 0)
                if seed:
                    np.testing.assert_array_equal(model.logits(images), expected[seed])
        finally:
            stop.set()
        writing.result()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "card.json: must be a model's card in JSON, but", id="empty"),
        pytest.param(b"{", "card.json: must be a model's card in JSON, but", id="not-json"),
        pytest.param(b"\xff\xfe", "card.json: must be a model's card in JSON, but", id="binary"),
        pytest.param(b"[1]", "card.json: must hold a JSON object, but holds a list", id="list"),
        pytest.param(b"null", "must hold a JSON object, but holds a NoneType", id="null"),
    ],
)
def test_a_card_that_is_none(content: bytes, message: str, folder: Path) -> None:
    (folder / CARD).write_bytes(content)
    with pytest.raises(ModelError, match=message):
        load_model(folder)


@pytest.mark.parametrize("name", [GRAPH, "model.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "changed", "folder"])
def test_files_must_be_the_card_s(name: str, damage: str, folder: Path) -> None:
    path, content = folder / name, (folder / name).read_bytes()
    if damage in ("missing", "folder"):
        path.unlink()
        if damage == "folder":
            path.mkdir()
        message = f"{name}: named by the card, but cannot be read"
    else:
        changed = content[:-1] if damage == "truncated" else content[:-1] + b"\x7f"
        path.write_bytes(changed)
        message = f"{name}: must have SHA-256 .* but has .* card and weights do not match"
    with pytest.raises(ModelError, match=message):
        load_model(folder)


def other_graph(given: str = "images", gives: str = "logits") -> bytes:
    images = helper.make_tensor_value_info(given, TensorProto.UINT8, ["N", 28, 28])
    logits = helper.make_tensor_value_info(gives, TensorProto.FLOAT, ["N", 28, 28])
    node = helper.make_node("Cast", [given], [gives], to=TensorProto.FLOAT)
    graph = helper.make_graph([node], "other", [images], [logits])
    opsets = [helper.make_opsetid("", 17)]
    return bytes(
        onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(lambda: b"", "model.onnx: must be an ONNX graph, but", id="empty"),
        pytest.param(lambda: b"text", "model.onnx: must be an ONNX graph, but", id="text"),
        pytest.param(
            lambda: other_graph(given="x"),
            r"but turns \[\('x', 'tensor\(uint8\)', \[28, 28\]\)\] into \[\('logits'",
            id="input",
        ),
        pytest.param(
            lambda: other_graph(gives="y"),
            r"into \[\('y', ",
            id="output",
        ),
    ],
)
def test_a_graph_that_is_none(content: Callable[[], bytes], message: str, folder: Path) -> None:
    with_graph(folder, content())
    with pytest.raises(ModelError, match=message) as caught:
        load_model(folder)
    assert len(str(caught.value).splitlines()) == 1


def constant_graph(value: float, columns: int = 10) -> bytes:
    """A graph that gives ``value`` for every logit; it promises ten columns whatever it gives."""
    images = helper.make_tensor_value_info("images", TensorProto.UINT8, ["N", 28, 28])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])
    kept = [i % 28 for i in range(columns)]
    constants = {
        "first_row": helper.make_tensor("first_row", TensorProto.INT64, [], [0]),
        "columns": helper.make_tensor("columns", TensorProto.INT64, [columns], kept),
        "value": helper.make_tensor("value", TensorProto.FLOAT, [], [value]),
    }
    nodes = [
        helper.make_node("Cast", ["images"], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["cast", "first_row"], ["row"], axis=1),
        helper.make_node("Gather", ["row", "columns"], ["ten"], axis=1),
        helper.make_node("Mul", ["ten", "value"], ["product"]),
        helper.make_node("Add", ["product", "value"], ["logits"]),
    ]
    graph = helper.make_graph(nodes, "constant", [images], [logits], list(constants.values()))
    opsets = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_graph_that_gives_no_numbers(value: float, folder: Path) -> None:
    with_graph(folder, constant_graph(value))
    model = load_model(folder)
    with pytest.raises(ModelError, match=r"model\.onnx: must give finite logits, but gave others"):
        model.logits(np.zeros((2, 28, 28), np.uint8))


def test_a_finite_graph_is_believed(folder: Path) -> None:
    with_graph(folder, constant_graph(1.0))
    assert load_model(folder).logits(np.zeros((2, 28, 28), np.uint8)).tolist() == [[1.0] * 10] * 2


@pytest.mark.parametrize("threads", [-1, 1025, 1.5, "2", None], ids=repr)
def test_threads_out_of_range(threads: Any, folder: Path) -> None:
    with pytest.raises(ModelError, match="threads: must be a whole number from 0 to 1024, but is"):
        load_model(folder, threads=threads)


@pytest.mark.parametrize("path", [3, None, ""], ids=repr)
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(ModelError, match="model: must be the path of a model or run folder, but"):
        load_model(path)


def test_where_a_model_is_looked_for(folder: Path, tmp_path: Path) -> None:
    assert load_model(folder).folder == folder
    assert load_model(str(tmp_path)).folder == folder


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "must be a model folder or a finished run, but does not exist"),
        ("file", "must be a model folder or a finished run, but is a file"),
        ("empty", "but is a folder with neither card.json nor model/card.json"),
        ("run", "but is a run that has not finished: go on with tenfold train --resume"),
    ],
)
def test_where_there_is_none(kind: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "place"
    if kind == "file":
        path.write_text("")
    elif kind != "missing":
        path.mkdir()
    if kind == "run":
        (path / "recipe.toml").write_text("")
    with pytest.raises(ModelError, match=message):
        load_model(path)


@pytest.mark.parametrize("count", [0, 1, 2, 1023, 1024, 1025])
def test_logits_of_any_number_of_images(count: int, folder: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    before, model = images.copy(), load_model(folder)
    logits = model.logits(images)
    assert logits.shape == (count, 10)
    assert logits.dtype == np.float32
    np.testing.assert_array_equal(images, before)
    if count:
        np.testing.assert_allclose(model.logits(images[-1:]), logits[-1:], rtol=1e-4, atol=1e-5)


def test_images_need_not_be_contiguous_or_writable(folder: Path, mnist: MNIST) -> None:
    model, images = load_model(folder), mnist.test.images
    turned = np.asfortranarray(images)
    turned.setflags(write=False)
    np.testing.assert_array_equal(model.logits(turned), model.logits(images))
    np.testing.assert_allclose(
        model.logits(images[::2]), model.logits(images)[::2], rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        np.zeros((1, 784), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 28, 28), np.float32),
        np.zeros((1, 28, 28), np.int8),
        np.zeros((0,), np.uint8),
    ],
    ids=lambda images: f"{images.shape}-{images.dtype}",
)
def test_images_of_another_form_are_refused(images: np.ndarray, folder: Path) -> None:
    with pytest.raises(InputError, match=r"images: must have shape \(N, 28, 28\) and dtype uint8"):
        load_model(folder).logits(images)


def test_threads_get_the_same_answers(folder: Path, mnist: MNIST) -> None:
    model = load_model(folder, threads=1)
    parts = [mnist.train.images[start : start + 20] for start in range(0, 320, 20)] * 4
    alone = [model.logits(part) for part in parts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(model.logits, parts))
    for ours, theirs in zip(alone, together, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_runtime_is_asked_to_send_nothing(folder: Path) -> None:
    """ONNX Runtime from 1.32 on has telemetry, and reads the variable when it is imported."""
    program = (
        "import sys, os, tenfold.model\n"
        f"tenfold.model.load_model({str(folder)!r})\n"
        "print('onnxruntime' in sys.modules, os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    plain = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=plain, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "1"]
