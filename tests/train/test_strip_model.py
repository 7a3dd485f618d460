"""The model of strips: what it is trained on, how it goes on, and that its graph is the network."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from tenfold.data import MNIST
from tenfold.errors import RunError
from tenfold.model.strips import STRIP_STEP, STRIP_SYMBOLS, StripModel
from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.typefaces import draw_typed
from tenfold.train import strip_run, strip_training
from tenfold.train.strip_data import CHUNK, draw_chunk, shown_text, targets_of
from tenfold.train.strip_export import strip_graph
from tenfold.train.strip_network import StripNetwork
from tenfold.train.strip_training import StripRecipe, batch_strips, train_strips
from tenfold.values import Split

TINY = StripRecipe(rounds=4, batch_size=4, pool=2, new_chunks=1)


@pytest.fixture(scope="module")
def digits() -> Split:
    return draw_typed(120, seed=3)


def ignore(_done: int, _loss: float) -> None:
    pass


def test_a_chunk_is_always_the_same(digits: Split) -> None:
    source = DigitSource(digits)
    one, again, other = (draw_chunk(source, 5, number) for number in (7, 7, 8))
    assert len(one) == CHUNK
    for first, second in zip(one, again, strict=True):
        assert first.text == second.text
        np.testing.assert_array_equal(first.strip, second.strip)
    assert [strip.text for strip in one] != [strip.text for strip in other]


def test_strips_are_as_readers_see_them(digits: Split) -> None:
    for strip, text in draw_chunk(DigitSource(digits), 1, 0):
        assert strip.shape[0] == 32
        assert strip.dtype == np.uint8
        assert strip.max() == 255
        assert set(text) <= set(STRIP_SYMBOLS)
        assert "**" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("123", "123"), ("1.2,-", "1.2,-"), ("Fr12", "*12"), ("$1/x", "*1*"), ("Abc:", "*")],
)
def test_letters_and_signs_are_one_star(text: str, shown: str) -> None:
    assert shown_text(text) == shown
    assert [STRIP_SYMBOLS[place - 1] for place in targets_of(shown)] == list(shown)


def test_strips_of_several_widths_make_a_batch() -> None:
    strips = [np.full((32, width), 255, np.uint8) for width in (10, 17, 40)]
    batch, places = batch_strips(strips)
    assert tuple(batch.shape) == (3, 1, 32, 40)
    assert places.tolist() == [3, 5, 10]
    assert batch[0, 0, :, :10].min() == 1
    assert batch[0, 0, :, 10:].max() == 0
    wide, places = batch_strips(strips, 1.25)
    assert wide.shape[3] == 52
    assert places.tolist() == [4, 6, 13]


def test_the_graph_gives_what_the_network_gives() -> None:
    torch.manual_seed(0)
    network = StripNetwork()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
    network.eval()
    strips = np.random.default_rng(0).integers(0, 256, (3, 32, 64)).astype(np.uint8)
    (found,) = onnxruntime.InferenceSession(strip_graph(network)).run(None, {"strips": strips})
    with torch.no_grad():
        expected = network(torch.from_numpy(strips.astype(np.float32) / 255)[:, None]).numpy()
    assert found.shape == (3, 64 // STRIP_STEP, len(STRIP_SYMBOLS) + 1)
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_a_strip_reads_the_same_alone_and_beside_wider_ones(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = StripModel.from_graph(strip_graph(StripNetwork().eval()), tmp_path / "model.onnx")
    random = np.random.default_rng(1)
    strips = [random.integers(0, 256, (32, width)).astype(np.uint8) for width in (120, 20, 64, 118)]
    together = model.probabilities(strips)
    for strip, seen in zip(strips, together, strict=True):
        (alone,) = model.probabilities([strip])
        assert alone.shape == (-(-strip.shape[1] // STRIP_STEP), 15)
        np.testing.assert_allclose(alone, seen, atol=1e-5)
        np.testing.assert_allclose(seen.sum(1), 1, atol=1e-5)
    assert model.probabilities([]) == []


def test_a_stopped_training_goes_on_as_if_never_stopped(
    digits: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strip_training, "_KEPT_EVERY", 1)
    whole = train_strips(TINY, digits, tmp_path / "whole", ignore)

    def stop(done: int, _loss: float) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_strips(TINY, digits, tmp_path / "parts", stop)
    parts = train_strips(TINY, digits, tmp_path / "parts", ignore)
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(parts.state_dict()[name], value, rtol=0, atol=0)


def test_a_checkpoint_of_another_recipe_is_refused(digits: Split, tmp_path: Path) -> None:
    train_strips(StripRecipe(rounds=1, batch_size=2, pool=1), digits, tmp_path / "run", ignore)
    with pytest.raises(RunError, match="same recipe"):
        train_strips(TINY, digits, tmp_path / "run", ignore)


def blank_network(*_arguments: object) -> StripNetwork:
    """A network that has learned nothing, in the place of a training."""
    torch.manual_seed(0)
    return StripNetwork().eval()


class Seen:
    """What a run hands to its parts: digits trained on and drawn of, strips for each purpose."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.trained_on: list[Split] = []
        self.drawn_of: list[Split] = []
        self.fitted: list[np.ndarray] = []
        self.scored: list[np.ndarray] = []
        self.temperatures: list[float] = []
        monkeypatch.setattr(strip_run, "train_strips", self._train)
        monkeypatch.setattr(strip_run, "DigitSource", self._source)
        monkeypatch.setattr(strip_run, "StripModel", self)

    def _train(self, _recipe: StripRecipe, digits: Split, *_others: object) -> StripNetwork:
        self.trained_on.append(digits)
        return blank_network()

    def _source(self, digits: Split) -> DigitSource:
        self.drawn_of.append(digits)
        return DigitSource(digits)

    def from_graph(self, _graph: bytes, _path: Path, temperature: float = 1.0) -> Seen:
        """Be the model that a run exports."""
        self.temperatures.append(temperature)
        return self

    def logits(self, strips: list[np.ndarray]) -> list[np.ndarray]:
        self.fitted += strips
        return [np.zeros((-(-strip.shape[1] // STRIP_STEP), 15), np.float32) for strip in strips]

    def probabilities(self, strips: list[np.ndarray]) -> list[np.ndarray]:
        self.scored += strips
        return [np.full((-(-strip.shape[1] // STRIP_STEP), 15), 1 / 15) for strip in strips]


def as_set(images: Iterable[np.ndarray]) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_no_digit_is_trained_on_of_which_strips_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strip_run, "HELD_OUT", 60)
    monkeypatch.setattr(strip_run, "_CHUNKS", 2)
    train, test = draw_typed(160, seed=3), draw_typed(40, seed=4)
    seen = Seen(monkeypatch)
    strip_run.run_strips(TINY, MNIST(train, test, {}, "here"), tmp_path / "run", ignore)
    (trained_on,), (drawn_of,) = seen.trained_on, seen.drawn_of
    np.testing.assert_array_equal(trained_on.images, train.images[:100])
    np.testing.assert_array_equal(trained_on.labels, train.labels[:100])
    np.testing.assert_array_equal(drawn_of.images, train.images[100:])
    np.testing.assert_array_equal(drawn_of.labels, train.labels[100:])
    assert not as_set(trained_on.images) & as_set(drawn_of.images)


def test_the_temperature_is_fitted_on_other_strips_than_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strip_run, "_CHUNKS", 2)
    seen = Seen(monkeypatch)
    typed = draw_typed(160, seed=3)
    data = MNIST(typed, typed, {}, "here")
    folder = strip_run.export_strips(blank_network(), TINY, data, tmp_path / "model", {})
    card = json.loads((folder / "strips.json").read_text(encoding="utf-8"))
    assert len(seen.fitted) == len(seen.scored) == card["figures"]["held_out_strips"]["strips"]
    assert not as_set(seen.fitted) & as_set(seen.scored)
    assert seen.temperatures == [1.0, card["temperature"]]


def test_strips_to_score_are_drawn_otherwise_than_those_to_train_on(
    digits: Split, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From another seed: of the same digits they would be others."""
    monkeypatch.setattr(strip_run, "_CHUNKS", 2)
    seen = Seen(monkeypatch)
    strip_run.export_strips(
        blank_network(), TINY, MNIST(digits, digits, {}, "here"), tmp_path / "model", {}
    )
    source = DigitSource(digits)
    trained = [one.strip for number in range(2) for one in draw_chunk(source, TINY.seed, number)]
    assert not as_set([*seen.fitted, *seen.scored]) & as_set(trained)


def test_a_run_leaves_a_model_with_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strip_run, "HELD_OUT", 60)
    monkeypatch.setattr(strip_run, "_CHUNKS", 1)
    typed = draw_typed(160, seed=3)
    data = MNIST(typed, typed, {"train": "sum"}, "here")
    folder = strip_run.run_strips(TINY, data, tmp_path / "run", ignore)
    card = json.loads((folder / "strips.json").read_text(encoding="utf-8"))
    assert card["recipe"]["rounds"] == 4
    assert card["trained"]["data"] == {"train": "sum"}
    assert 0.5 <= card["temperature"] <= 2.5
    assert 0 <= card["figures"]["held_out_strips"]["right"] <= 1
    model = StripModel.from_graph((folder / "model.onnx").read_bytes(), folder)
    assert len(model.probabilities([np.zeros((32, 40), np.uint8)])[0]) == 10
