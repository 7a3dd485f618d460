"""A card of the model of strips that lacks what reading depends on is said to be damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold import ModelError
from tenfold.decide import softmax
from tenfold.model import strips

_GOOD = json.loads((strips.STRIP_FOLDER / "strips.json").read_text())


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in _GOOD.items() if key != name}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a copy of the package's model of strips, in its place; no other test loads it."""
    copy = tmp_path / "strips"
    shutil.copytree(strips.STRIP_FOLDER, copy)
    monkeypatch.setattr(strips, "STRIP_FOLDER", copy)
    strips.load_strip_model.cache_clear()
    yield copy
    strips.load_strip_model.cache_clear()


@pytest.mark.parametrize(
    "card",
    [
        [],
        {},
        "text",
        _without("sha256"),
        _without("temperature"),
        _without("calibration"),
        _without("figures"),
        {**_GOOD, "sha256": 7},
        {**_GOOD, "temperature": 0},
        {**_GOOD, "temperature": "1"},
        {**_GOOD, "temperature": float("nan")},
        {**_GOOD, "calibration": [1.0]},
        {**_GOOD, "calibration": [1.0, None]},
        {**_GOOD, "calibration": [1.0, float("inf")]},
        {**_GOOD, "calibration": "ab"},
    ],
)
def test_a_damaged_card(folder: Path, card: object) -> None:
    (folder / "strips.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"strips.*(no card of a model|cannot be read)"):
        strips.load_strip_model()


def test_the_card_that_comes_along(folder: Path) -> None:
    assert isinstance(strips.load_strip_model(), strips.StripModel)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_what_its_card_says_is_taken(folder: Path, temperature: float) -> None:
    """The temperature divides the logits; the calibration is there for whoever needs it."""
    card = {**_GOOD, "temperature": temperature, "calibration": [0.5, -0.25]}
    (folder / "strips.json").write_text(json.dumps(card))
    model = strips.load_strip_model(threads=1)
    strip = np.random.default_rng(0).integers(0, 256, (32, 60)).astype(np.uint8)
    (logits,), (seen,) = model.logits([strip]), model.probabilities([strip])
    np.testing.assert_allclose(seen, softmax(logits / temperature), rtol=1e-4)
    assert model.calibration == (0.5, -0.25)


def test_another_graph_than_the_card_says(folder: Path) -> None:
    graph = folder / "model.onnx"
    graph.write_bytes(graph.read_bytes() + b"x")
    with pytest.raises(ModelError, match="is not as its card says"):
        strips.load_strip_model()
