"""Gradients written out for dense networks are those PyTorch derives."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

import tiny
from tenfold.train.backpropagation import backpropagate, is_written_out
from tenfold.train.networks import Network, cross_entropy
from tenfold.train.recipe import Dense, Dropout, Flatten, Recipe
from tenfold.train.systems import SYSTEMS

HIDDEN = Dense(units=12, activation="relu")
KNOWN = {
    name: SYSTEMS[name].recipe
    for name in ("dense-128-dropout", "dense-128", "dense-512-rmsprop", "dense-100-sigmoid")
} | {
    "one-layer": tiny.with_layers(Flatten(), tiny.OUTPUTS),
    "linear": tiny.with_layers(Flatten(), Dense(units=12), HIDDEN, Dense(units=9), tiny.OUTPUTS),
    "dropout-first": tiny.with_layers(Dropout(rate=0.4), Flatten(), HIDDEN, tiny.OUTPUTS),
    "dropout-behind-flatten": tiny.with_layers(Flatten(), Dropout(rate=0.4), HIDDEN, tiny.OUTPUTS),
    "dropout-twice": tiny.with_layers(
        Flatten(), HIDDEN, Dropout(rate=0.3), Dropout(rate=0.2), HIDDEN, tiny.OUTPUTS
    ),
    "dropout-of-linear": tiny.with_layers(
        Flatten(), Dense(units=12), Dropout(rate=0.3), tiny.OUTPUTS
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_gradients_logits_and_inputs(name: str) -> None:
    recipe = KNOWN[name]
    assert is_written_out(recipe)
    data = tiny.drawn_digits(40, 3)
    labels = torch.from_numpy(data.labels).long()
    ours, derived = Network(recipe).train(), Network(recipe).train()
    pixels = ours.prepare(torch.from_numpy(data.images))
    before = pixels.clone()

    logits = backpropagate(ours, pixels, labels)
    expected = derived(pixels)
    cross_entropy(expected, labels).backward()

    torch.testing.assert_close(logits, expected.detach(), rtol=1e-5, atol=1e-6)
    for mine, other in zip(ours.parameters(), derived.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-4, atol=1e-7)
    assert torch.equal(pixels, before)


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(tiny.RECIPES["convolution"], id="convolution"),
        pytest.param(tiny.RECIPES["bfloat16"], id="bfloat16"),
        pytest.param(
            tiny.with_layers(
                Flatten(), Dense(units=11, activation="softmax"), negatives=0.5, digit_like=0.9
            ),
            id="negatives-left-out-of-the-loss",
        ),
        pytest.param(tiny.RECIPES["sigmoid"], id="loss-of-outputs"),
        pytest.param(replace(KNOWN["dense-100-sigmoid"], loss_input="outputs"), id="sigmoid"),
    ],
)
def test_other_networks_are_left_to_pytorch(recipe: Recipe) -> None:
    assert not is_written_out(recipe)
