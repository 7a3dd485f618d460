"""What is exported computes what was trained, or is not exported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from safetensors.torch import load_file

import tiny
from tenfold.data import MNIST
from tenfold.decide import softmax
from tenfold.errors import ModelError, RunError
from tenfold.model import load_model
from tenfold.train import export
from tenfold.train.augmentation import Augmentation
from tenfold.train.evaluation_files import network_outputs
from tenfold.train.export import Form, export_committee, export_run, export_weights
from tenfold.train.fit import as_images, predict_logits
from tenfold.train.networks import Network
from tenfold.train.onnx_graph import build_graph
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run, create_run
from tenfold.train.shapes import summarise
from tenfold.train.systems import SYSTEMS
from tenfold.train.training import TrainingPlan, train_run

RECIPES = {name: system.recipe for name, system in SYSTEMS.items()} | {
    "sigmoid-outputs": replace(SYSTEMS["dense-100-sigmoid"].recipe, loss_input="outputs"),
    "softmax-outputs": replace(SYSTEMS["dense-128"].recipe, loss_input="outputs"),
    "dropout": tiny.RECIPES["dropout"],
    "small-convolution": tiny.RECIPES["convolution"],
    "averaged": tiny.RECIPES["averaged"],
    "negatives": tiny.RECIPES["negatives"],
}
FILES = {"README.md", "card.json", "model.onnx", "model.safetensors"}


def weights_of(recipe: Recipe) -> dict[str, torch.Tensor]:
    """First weights, biases made other than zero."""
    generator = torch.Generator().manual_seed(8)
    return {
        name: (value + torch.randn(value.shape, generator=generator) * 0.05).abs()
        if name.endswith("running_var")
        else value + torch.randn(value.shape, generator=generator) * 0.05
        for name, value in Network(recipe).state_dict().items()
    }


def exported(recipe: Recipe, folder: Path, mnist: MNIST) -> dict[str, torch.Tensor]:
    weights = weights_of(recipe)
    contiguous = {name: value.contiguous() for name, value in weights.items()}
    export_weights(
        recipe, [contiguous], folder, mnist.test, {"seed": 0}, {"test": {"accuracy": 0.5}}
    )
    return contiguous


@pytest.mark.parametrize("name", RECIPES)
def test_onnx_agrees_with_pytorch(name: str, mnist: MNIST, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    weights = exported(recipe, tmp_path / "model", mnist)
    network = Network(recipe)
    network.load_state_dict(weights)
    images = np.random.default_rng(1).integers(0, 256, (300, 28, 28)).astype(np.uint8)
    images = np.concatenate([images, mnist.test.images, np.zeros((1, 28, 28), np.uint8)])
    ours = predict_logits(network, torch.from_numpy(images)).numpy()
    theirs = load_model(tmp_path / "model").logits(images)
    assert theirs.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(ours.argmax(1), theirs.argmax(1))


def test_a_model_that_knows_no_digits_refuses_them_uncalibrated(
    mnist: MNIST, tmp_path: Path
) -> None:
    exported(RECIPES["negatives"], tmp_path / "model", mnist)
    card = load_model(tmp_path / "model").card
    assert card.thresholds == {"not_a_digit": 0.5, "unsure": 0.0}


@pytest.mark.parametrize("name", ["conv-3", "dense-100-sigmoid"])
def test_the_model_folder(name: str, mnist: MNIST, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    weights = exported(recipe, tmp_path / "model", mnist)
    assert set(tiny.files_of(tmp_path / "model")) == FILES
    stored = load_file(tmp_path / "model" / "model.safetensors")
    assert stored.keys() == weights.keys()
    assert all(torch.equal(stored[key], weights[key]) for key in weights)
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert card["name"] == name
    assert set(card["sha256"]) == {"model.onnx", "model.safetensors"}
    assert card["input"]["shape"] == ["N", 28, 28]
    assert card["input"]["dtype"] == "uint8"
    assert card["output"]["shape"] == ["N", "labels"]
    assert card["labels"] == list("0123456789")
    assert card["thresholds"] == {"unsure": 0.0}
    assert (card["temperature"], card["preprocessing"], card["licence"]) == (1.0, 2, "MIT")
    assert card["output_activation"] == ("sigmoid" if "sigmoid" in name else "softmax")
    assert card["recipe"]["epochs"] == recipe.epochs
    rows = summarise(recipe.network)
    assert card["trained"] == {
        "seed": 0,
        "parameters": sum(row.parameters for row in rows),
        "multiplications": sum(row.multiplications for row in rows),
    }
    assert card["figures"] == {"test": {"accuracy": 0.5}}
    assert "license: mit" in (tmp_path / "model" / "README.md").read_text()


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (RECIPES["dense-128"], "training images: it knows nothing but single digits, and has one"),
        (
            replace(RECIPES["dense-128"], augmentation=Augmentation(rotation=5.0)),
            "training images under wide variation: it knows nothing but single digits",
        ),
        (RECIPES["negatives"], "and on drawn pictures of what is no digit, which it refuses."),
    ],
    ids=["plain", "varied", "negatives"],
)
def test_the_readme_says_what_a_model_knows(
    recipe: Recipe, words: str, mnist: MNIST, tmp_path: Path
) -> None:
    exported(recipe, tmp_path / "model", mnist)
    readme = (tmp_path / "model" / "README.md").read_text()
    assert words in " ".join(readme.split())


def test_the_graph_is_plain_and_takes_any_number(mnist: MNIST, tmp_path: Path) -> None:
    exported(RECIPES["conv-3"], tmp_path / "model", mnist)
    graph = onnx.load(tmp_path / "model" / "model.onnx")
    onnx.checker.check_model(graph, full_check=True)
    assert [entry.domain for entry in graph.opset_import] == [""]
    kinds = [node.op_type for node in graph.graph.node]
    assert kinds[:3] == ["Cast", "Div", "Unsqueeze"]
    assert "Dropout" not in kinds
    assert "Softmax" not in kinds
    model = load_model(tmp_path / "model")
    for count in (0, 1, 2, 1025):
        assert model.logits(np.zeros((count, 28, 28), np.uint8)).shape == (count, 10)


def test_a_recipe_of_any_name_is_exported(mnist: MNIST, tmp_path: Path) -> None:
    """Also of the word by which weights in another file are told."""
    recipe = replace(RECIPES["dense-128"], name="location-3")
    exported(recipe, tmp_path / "model", mnist)
    assert load_model(tmp_path / "model").card.name == "location-3"


def test_a_run_is_exported_with_what_it_was_trained_on(mnist: MNIST, tmp_path: Path) -> None:
    recipe = replace(tiny.BASE, epochs=1, seed=3)
    run = train_run(TrainingPlan(recipe, tmp_path / "run"), mnist)
    card = json.loads((run.model / "card.json").read_text())
    assert (card["trained"]["seed"], card["trained"]["epochs"]) == (3, 1)
    assert card["trained"]["data"] == dict(mnist.sums)
    assert {"date", "versions", "processor", "commit"} <= set(card["trained"])


def test_a_run_without_a_checkpoint_has_nothing_to_export(mnist: MNIST, tmp_path: Path) -> None:
    run = create_run(tmp_path / "run", tiny.BASE, {})
    with pytest.raises(RunError, match="has no checkpoint to export; train at least one epoch"):
        export_run(run, tmp_path / "model", mnist.test)
    assert not (tmp_path / "model").exists()


def sabotaged(recipe: Recipe, weights: dict[str, np.ndarray], how: str) -> bytes:
    """The right graph with one thing wrong."""
    graph = onnx.load_from_string(build_graph(recipe, weights))
    constants = graph.graph.initializer
    if how == "weight":
        (kernel,) = [c for c in constants if c.name.endswith("dense_2.weight")]
        array = numpy_helper.to_array(kernel).copy()
        array[0] += 0.5
        kernel.CopyFrom(numpy_helper.from_array(array, kernel.name))
    elif how == "scale":
        (scale,) = [c for c in constants if c.name == "full_scale"]
        scale.CopyFrom(numpy_helper.from_array(np.array(254, np.float32), scale.name))
    elif how == "relu":
        (relu,) = [node for node in graph.graph.node if node.op_type == "Relu"]
        relu.op_type = "Identity"
    return bytes(graph.SerializeToString())


@pytest.mark.parametrize("how", ["weight", "scale", "relu"])
@pytest.mark.parametrize("old", [False, True], ids=["new", "replaced"])
def test_a_sabotaged_graph_is_not_exported(
    how: str, old: bool, mnist: MNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    if old:
        exported(tiny.BASE, folder, mnist)
    before = tiny.files_of(tmp_path)
    monkeypatch.setattr(export, "build_graph", lambda r, w, **_: sabotaged(r, w, how))
    with pytest.raises(ModelError, match=r"must agree with PyTorch on all 100 images, but .* noth"):
        exported(tiny.BASE, folder, mnist)
    assert tiny.files_of(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == (["model"] if old else [])


def test_a_file_that_is_no_graph_is_not_exported(
    mnist: MNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "build_graph", lambda *_, **__: b"no graph")
    with pytest.raises(ModelError, match=r"model\.onnx: must be an ONNX graph, but"):
        exported(tiny.BASE, tmp_path / "model", mnist)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["dense-100-sigmoid", "sigmoid-outputs", "dense-128"])
def test_outputs_are_what_the_published_network_puts_out(
    name: str, mnist: MNIST, tmp_path: Path
) -> None:
    recipe = RECIPES[name]
    weights = exported(recipe, tmp_path / "model", mnist)
    model = load_model(tmp_path / "model")
    found = network_outputs(model.logits(mnist.test.images), model.card)
    network = Network(replace(recipe, loss_input="logits"))
    network.load_state_dict(weights)
    inputs = predict_logits(network, as_images(mnist.test)).double()
    expected = torch.softmax(inputs, 1) if name == "dense-128" else torch.sigmoid(inputs)
    assert found.dtype == np.float32
    assert found.shape == (100, 10)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-3, atol=1e-6)
    sums = found.sum(1)
    if name == "dense-128":
        np.testing.assert_allclose(sums, 1, rtol=1e-5)
    else:
        assert np.abs(sums - 1).max() > 0.5


def members(count: int, recipe: Recipe) -> list[dict[str, torch.Tensor]]:
    return [
        {
            name: value.contiguous()
            for name, value in Network(replace(recipe, seed=seed)).state_dict().items()
        }
        for seed in range(count)
    ]


@pytest.mark.parametrize("name", ["convolution", "averaged", "sigmoid"])
def test_a_committee_gives_the_mean_of_its_members_probabilities(
    name: str, mnist: MNIST, tmp_path: Path
) -> None:
    recipe = tiny.RECIPES[name]
    three = members(3, recipe)
    export_weights(recipe, three, tmp_path / "all", mnist.test, {}, {}, title=("three", "of them"))
    expected = np.zeros((100, 10))
    for number, weights in enumerate(three):
        folder = tmp_path / str(number)
        export_weights(recipe, [weights], folder, mnist.test, {}, {})
        expected += softmax(load_model(folder).logits(mnist.test.images)) / 3
    model = load_model(tmp_path / "all")
    found = softmax(model.logits(mnist.test.images))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert (model.card.name, model.card.recipe["summary"]) == ("three", "of them")
    stored = load_file(tmp_path / "all" / "model.safetensors")
    assert len(stored) == 3 * len(three[0])
    assert all(torch.equal(stored[f"member_1.{key}"], value) for key, value in three[1].items())


def change(run: Run, **values: object) -> None:
    """Change what a run says it ran on."""
    path = run.folder / "environment.json"
    path.write_text(json.dumps({**run.environment(), **values}), encoding="utf-8")


@pytest.mark.parametrize(
    ("what", "message"),
    [
        pytest.param({"data": {"train": "0"}}, "must be runs on the same data", id="data"),
        pytest.param({"drawn": "0" * 64}, "for which the same pictures were drawn", id="drawn"),
    ],
)
def test_members_must_have_seen_the_same(
    what: dict[str, object], message: str, mnist: MNIST, tmp_path: Path
) -> None:
    runs = [
        train_run(
            TrainingPlan(replace(tiny.RECIPES["negatives"], seed=seed), tmp_path / str(seed)), mnist
        )
        for seed in (0, 1)
    ]
    change(runs[1], **what)
    with pytest.raises(RunError, match=message):
        export_committee(runs, tmp_path / "pair", mnist.test, "pair")
    assert not (tmp_path / "pair").exists()


def test_runs_of_one_recipe_become_a_committee(mnist: MNIST, tmp_path: Path) -> None:
    first, second, other = (
        train_run(TrainingPlan(recipe, tmp_path / str(number)), mnist)
        for number, recipe in enumerate(
            [tiny.BASE, replace(tiny.BASE, seed=1), replace(tiny.BASE, seed=2, epochs=2)]
        )
    )
    export_committee([first, second], tmp_path / "pair", mnist.test, "pair")
    card = load_model(tmp_path / "pair").card
    assert (card.name, card.trained["seeds"]) == ("pair", [0, 1])
    assert card.trained["parameters"] == 2 * load_model(first.folder).card.trained["parameters"]
    members = [{"seed": 0, "date": "then", "commit": "abc"}, {"seed": 1, "date": "later"}]
    for run, ran in zip((first, second), members, strict=True):
        change(run, date=ran["date"], commit=ran.get("commit"))
    export_committee([first, second], tmp_path / "pair", mnist.test, "pair")
    card = load_model(tmp_path / "pair").card
    assert card.trained["members"] == [members[0], {**members[1], "commit": None}]
    assert "commit" not in card.trained
    assert card.trained["data"] == dict(mnist.sums)
    for runs in ([first], [first, first], [first, other]):
        with pytest.raises(RunError, match="must be two runs or more of one recipe"):
            export_committee(runs, tmp_path / "none", mnist.test, "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["convolution", "averaged"])
def test_half_the_size(name: str, mnist: MNIST, tmp_path: Path) -> None:
    recipe = replace(tiny.RECIPES[name], name="half")
    (weights,) = members(1, recipe)
    export_weights(recipe, [weights], tmp_path / "full", mnist.test, {}, {})
    form = Form(half=True, safetensors=False)
    export_weights(recipe, [weights], tmp_path / "half", mnist.test, {}, {}, form=form)
    assert set(tiny.files_of(tmp_path / "half")) == FILES - {"model.safetensors"}
    full, half = (load_model(tmp_path / name) for name in ("full", "half"))
    stored = onnx.load(tmp_path / "half" / "model.onnx").graph.initializer
    kernels = [value for value in stored if value.name.endswith(".weight.half")]
    assert kernels
    assert all(value.data_type == onnx.TensorProto.FLOAT16 for value in kernels)
    one, other = (softmax(model.logits(mnist.test.images)) for model in (full, half))
    np.testing.assert_allclose(one, other, atol=0.01)
    assert not np.array_equal(one, other)


def test_batch_normalisation_leaves_no_node(mnist: MNIST, tmp_path: Path) -> None:
    recipe = tiny.RECIPES["averaged"]
    export_weights(recipe, members(1, recipe), tmp_path / "model", mnist.test, {}, {})
    kinds = {node.op_type for node in onnx.load(tmp_path / "model" / "model.onnx").graph.node}
    assert "BatchNormalization" not in kinds
    assert {"Conv", "Add", "GlobalAveragePool", "GlobalMaxPool"} <= kinds
