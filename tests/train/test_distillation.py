"""A network that learns from a model beside the labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import tiny
from tenfold.data import MNIST
from tenfold.decide import softmax
from tenfold.errors import ModelError, RecipeError, RunError
from tenfold.model import load_model
from tenfold.train.distillation import Teacher
from tenfold.train.fit import Trainer, as_images, as_labels
from tenfold.train.recipe import Distillation, Recipe, trained_alike
from tenfold.train.runs import Run
from tenfold.train.settings import apply_settings, recipe_digest
from tenfold.train.training import TrainingPlan, train_run

IMAGES = tiny.drawn_digits(64, 5)


def taught(teacher: Path | str, share: float = 0.5, recipe: Recipe = tiny.BASE) -> Recipe:
    return replace(recipe, distillation=Distillation(teacher=str(teacher), share=share))


@pytest.fixture(scope="module")
def teachers(mnist: MNIST, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Two runs of ten outputs, and one of eleven."""
    folder = tmp_path_factory.mktemp("teachers")
    recipes = {
        "ten": tiny.BASE,
        "other": replace(tiny.BASE, seed=9),
        "eleven": tiny.RECIPES["negatives"],
    }
    return {
        name: train_run(TrainingPlan(recipe, folder / name), mnist)
        for name, recipe in recipes.items()
    }


@pytest.mark.parametrize(("name", "outputs"), [("ten", 10), ("eleven", 11), ("eleven", 10)])
def test_a_teacher_says_what_its_model_says(
    teachers: dict[str, Run], name: str, outputs: int
) -> None:
    folder = teachers[name].model
    tiny.change_card(folder / "card.json", temperature=1.5)
    teacher = Teacher(Distillation(teacher=str(folder), share=1.0), outputs)
    found = teacher.probabilities(as_images(IMAGES).float() / 255)
    logits = load_model(folder).logits(IMAGES.images)[:, :outputs]
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), softmax(logits / 1.5), atol=1e-6)


def test_rows_that_the_pupil_leaves_out_are_blank_to_the_teacher(teachers: dict[str, Run]) -> None:
    blank = IMAGES.images.copy()
    blank[:, 26:], blank[:, :, 26:] = 0, 0
    teacher = Teacher(Distillation(teacher=str(teachers["ten"].model), share=1.0), 10)
    cropped = as_images(IMAGES)[:, :26, :26].float() / 255
    expected = teacher.probabilities(torch.from_numpy(blank).float() / 255)
    np.testing.assert_array_equal(teacher.probabilities(cropped), expected)


def weights_after(recipe: Recipe, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    trainer = Trainer(recipe, as_images(IMAGES), labels)
    trainer.step(trainer.images[:48], labels[:48])
    return trainer.weights()


def test_the_share_divides_the_loss(teachers: dict[str, Run]) -> None:
    """Learning wholly from the teacher, labels do not count; with a share of 0 they alone do."""
    folder, labels = teachers["ten"].model, as_labels(IMAGES)
    for share, same in ((1.0, True), (0.5, False)):
        recipe = taught(folder, share)
        one, other = weights_after(recipe, labels), weights_after(recipe, (labels + 1) % 10)
        assert all(torch.equal(one[name], other[name]) for name in one) is same


def test_the_gradient_is_of_both_losses(teachers: dict[str, Run]) -> None:
    folder, labels = teachers["ten"].model, as_labels(IMAGES)
    trainer = Trainer(taught(folder, 0.3), as_images(IMAGES), labels)
    pixels = as_images(IMAGES).float() / 255
    assert trainer.teacher is not None
    soft = trainer.teacher.probabilities(pixels)
    logits = trainer.network(pixels)
    logs = torch.log_softmax(logits, 1)
    hard = torch.nn.functional.one_hot(labels, 10)
    expected_loss = -((0.7 * hard + 0.3 * soft) * logs).sum(1).mean()
    parameters = list(trainer.network.parameters())
    expected = torch.autograd.grad(expected_loss, parameters)
    trainer._derive(pixels, labels)
    for parameter, gradient in zip(parameters, expected, strict=True):
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-7)


def test_a_run_records_its_teacher_and_keeps_to_it(
    teachers: dict[str, Run], mnist: MNIST, tmp_path: Path
) -> None:
    folder = teachers["ten"].folder
    run = train_run(TrainingPlan(taught(folder), tmp_path / "run"), mnist)
    assert run.environment()["teacher"] == load_model(folder).card.sha256["model.onnx"]
    again = train_run(TrainingPlan(taught(folder), tmp_path / "again"), mnist)
    assert load_model(run.folder).card.sha256 == load_model(again.folder).card.sha256
    part = replace(taught("moved"), epochs=5)
    place = tmp_path / "moved"
    place.symlink_to(folder)
    part = replace(part, distillation=Distillation(teacher=str(place), share=0.5))
    stopped = train_run(TrainingPlan(part, tmp_path / "part"), mnist)
    (stopped.model / "model.onnx").unlink()  # as if it had not come to its end
    place.unlink()
    place.symlink_to(teachers["other"].folder)
    with pytest.raises(RunError, match="the teacher must be the model that"):
        train_run(TrainingPlan(None, tmp_path / "part", resume=True), mnist)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda _: Distillation(teacher="base"), RecipeError, "share: must be above 0 with a"),
        (lambda _: Distillation(share=0.5), RecipeError, "and 0 without, where the teacher is ''"),
        (lambda _: Distillation(teacher="base", share=1.5), RecipeError, "share: must be"),
        (
            lambda teachers: Teacher(
                Distillation(teacher=str(teachers["ten"].folder), share=0.5), 11
            ),
            RecipeError,
            "must know all 11 outputs of the network, but .* knows 10",
        ),
        (
            lambda _: Teacher(Distillation(teacher="nobody", share=0.5), 10),
            ModelError,
            "nobody: must be a model folder",
        ),
    ],
)
def test_teachers_that_cannot_be(
    make: Callable[[dict[str, Run]], object],
    error: type[Exception],
    words: str,
    teachers: dict[str, Run],
) -> None:
    with pytest.raises(error, match=words):
        make(teachers)


def test_a_missing_teacher_leaves_no_folder(mnist: MNIST, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nobody: must be a model folder"):
        train_run(TrainingPlan(taught("nobody"), tmp_path / "run"), mnist)
    assert not (tmp_path / "run").exists()


def test_runs_of_different_teachers_are_of_one_recipe() -> None:
    one, other, none = taught("a"), taught("b"), tiny.BASE
    assert trained_alike(one) == trained_alike(other) != trained_alike(none)
    assert recipe_digest(one) == recipe_digest(other) != recipe_digest(none)
    assert apply_settings(one, ["distillation.teacher=c"]) == taught("c")
