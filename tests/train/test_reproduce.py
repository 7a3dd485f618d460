"""A published system, made small, from data to `reproduction.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tiny
from tenfold.data import MNIST
from tenfold.errors import OutputError
from tenfold.train.fit import Callback, Metrics, Trainer
from tenfold.train.recipe import Recipe
from tenfold.train.reproduce import reproduce, summary
from tenfold.train.systems import SYSTEMS, System

SUMMARY = ("system", "command", "seeds", "claimed", "measured", "commits", "environment")


def small(name: str, **changes: object) -> System:
    system = SYSTEMS[name]
    recipe = replace(system.recipe, **({"epochs": 2, "batch_size": 64} | changes))
    milestones = tuple(epoch for epoch in system.milestones if epoch <= recipe.epochs)
    return replace(system, recipe=recipe, milestones=milestones)


def reproduced(system: System, folder: Path, data: MNIST, seeds: Sequence[int] = (0,)) -> dict:
    return reproduce(system, seeds, folder, data, command="tenfold reproduce")


@pytest.mark.parametrize("name", ["dense-128-dropout", "dense-512-rmsprop"])
def test_what_is_written(name: str, mnist: MNIST, tmp_path: Path) -> None:
    system = small(name)
    result = reproduced(system, tmp_path / "out", mnist, seeds=(0, 1, 2))
    assert json.loads((tmp_path / "out" / "reproduction.json").read_text()) == result
    assert set(result) == {
        *("system", "summary", "recipe", "layers", "parameters", "claims", "claimed", "measured"),
        *("seeds", "shows", "errata", "selected_on_test", "seconds", "command", "environment"),
        "commits",
    }
    assert (result["system"], result["seeds"]) == (name, [0, 1, 2])
    assert result["claimed"] == {claim.metric: claim.value for claim in system.claims}
    for metric, figure in result["measured"].items():
        if None in figure["values"]:
            assert (metric, figure["mean"], figure["std"]) == ("epoch_claim_passed", None, None)
            continue
        assert figure["mean"] == pytest.approx(np.mean(figure["values"]))
        assert figure["std"] == pytest.approx(np.std(figure["values"], ddof=1))
    accuracies = result["measured"]["test_accuracy"]["values"]
    for seed, accuracy in enumerate(accuracies):
        run = tmp_path / "out" / f"seed-{seed}"
        assert json.loads((run / "evaluation.json").read_text())["accuracy"] == accuracy
        assert np.load(run / "outputs.npy").shape == (100, 10)
        assert f"seed = {seed}\n" in (run / "recipe.toml").read_text()
    validated = name == "dense-128-dropout"
    assert ("validation_loss" in result["measured"]) == validated


def test_one_seed_has_no_spread(mnist: MNIST, tmp_path: Path) -> None:
    result = reproduced(small("dense-128"), tmp_path / "out", mnist)
    assert {figure["std"] for figure in result["measured"].values()} == {None}
    assert result["selected_on_test"] is True
    assert result["measured"]["parameters"] == {"mean": 101_770, "std": None, "values": [101_770]}
    measured = result["measured"]
    gap = measured["train_accuracy"]["mean"] - measured["test_accuracy"]["mean"]
    assert measured["overfitting_gap"]["mean"] == pytest.approx(gap)
    assert set(summary(result)) == {
        "system",
        "command",
        "seeds",
        "claimed",
        "measured",
        "commits",
        "environment",
    }


def test_milestones_are_measured(mnist: MNIST, tmp_path: Path) -> None:
    cut = tiny.with_layers(*SYSTEMS["conv-3"].recipe.network[:2], tiny.Flatten(), tiny.OUTPUTS)
    system = small("conv-3", epochs=5, network=cut.network)
    result = reproduced(system, tmp_path / "out", mnist)
    history = tiny.losses(tmp_path / "out" / "seed-0" / "metrics.jsonl")
    (value,) = result["measured"]["validation_accuracy_epoch_5"]["values"]
    assert value == history[4]["validation_accuracy"]


def test_a_claim_passed_has_its_epoch(mnist: MNIST, tmp_path: Path) -> None:
    system = small("dense-100-sigmoid", epochs=3)
    claim = replace(system.claims[0], value=0.0)
    result = reproduced(replace(system, claims=(claim,)), tmp_path / "out", mnist)
    assert result["measured"]["epoch_claim_passed"]["values"] == [1]


def test_sigmoid_outputs_do_not_sum_to_one(mnist: MNIST, tmp_path: Path) -> None:
    reproduced(small("dense-100-sigmoid"), tmp_path / "out", mnist)
    outputs = np.load(tmp_path / "out" / "seed-0" / "outputs.npy")
    assert outputs.min() >= 0
    assert outputs.max() <= 1
    assert np.abs(outputs.sum(1) - 1).max() > 0.1


class StopOnce(Callback):
    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        raise KeyboardInterrupt


def figures(result: dict) -> dict:
    return {key: result[key] for key in ("measured", "seeds", "recipe")}


def test_stopped_and_called_again_it_ends_the_same(mnist: MNIST, tmp_path: Path) -> None:
    system = small("dense-128-dropout")
    whole = reproduced(system, tmp_path / "whole", mnist, seeds=(0, 1))
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        reproduce(
            system,
            (0, 1),
            tmp_path / "parts",
            mnist,
            command="",
            callbacks=lambda recipe: [StopOnce()] if recipe.seed else [],
        )
    assert not (tmp_path / "parts" / "reproduction.json").exists()
    before = tiny.files_of(tmp_path / "parts" / "seed-0" / "checkpoint")
    again = reproduced(system, tmp_path / "parts", mnist, seeds=(0, 1))
    assert figures(again) == figures(whole)
    assert tiny.files_of(tmp_path / "parts" / "seed-0" / "checkpoint") == before


def test_force_trains_anew(mnist: MNIST, tmp_path: Path) -> None:
    first: Recipe = small("dense-128").recipe
    reproduced(small("dense-128"), tmp_path / "out", mnist)
    changed = small("dense-128", epochs=1)
    assert changed.recipe != first
    result = reproduce(changed, (0,), tmp_path / "out", mnist, command="", force=True)
    assert result["recipe"]["epochs"] == 1
    assert len(tiny.losses(tmp_path / "out" / "seed-0" / "metrics.jsonl")) == 1


def test_a_folder_with_other_files_is_refused(mnist: MNIST, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="must be empty or hold runs of dense-128, but holds oth"):
        reproduced(small("dense-128"), tmp_path, mnist)
    assert tiny.files_of(tmp_path) == {"mine.txt": b"mine"}
