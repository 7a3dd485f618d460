"""The scikit-learn estimator against scikit-learn's own checks, and its pickle-free files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

import tiny
from tenfold.errors import ModelError, RecipeError
from tenfold.files import json_digest
from tenfold.sklearn import DigitClassifier

EXPECTED_FAILURES: dict[str, str] = {}


@parametrize_with_checks(
    [DigitClassifier("dense-128", epochs=40)],
    expected_failed_checks=lambda _estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_checks(estimator, check) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def digits():
    """1,797 digits of 8 x 8 pixels, 0 to 16."""
    return load_digits(return_X_y=True)


@pytest.fixture(scope="module")
def fitted(digits) -> DigitClassifier:
    pictures, labels = digits
    return DigitClassifier("dense-128", epochs=30, random_state=3).fit(
        pictures[:1200], labels[:1200]
    )


def test_reads_digits_of_another_size(fitted, digits) -> None:
    pictures, labels = digits
    assert fitted.score(pictures[1200:], labels[1200:]) > 0.9


def test_probabilities_are_distributions(fitted, digits) -> None:
    probabilities = fitted.predict_proba(digits[0][:50])
    assert probabilities.shape == (50, 10)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-12)


def test_equal_fits_give_equal_networks(fitted, digits) -> None:
    pictures, labels = digits
    again = clone(fitted).fit(pictures[:1200], labels[:1200])
    np.testing.assert_array_equal(again.predict_proba(pictures), fitted.predict_proba(pictures))


def test_saved_and_loaded_it_answers_the_same(fitted, digits, tmp_path: Path) -> None:
    fitted.save(tmp_path / "saved")
    loaded = DigitClassifier.load(tmp_path / "saved")
    assert loaded.get_params() == fitted.get_params()
    np.testing.assert_array_equal(
        loaded.predict_proba(digits[0][:100]), fitted.predict_proba(digits[0][:100])
    )


def test_numbers_of_numpy_are_numbers(digits, tmp_path: Path) -> None:
    pictures, labels = digits
    numpy_s = DigitClassifier(
        epochs=np.int64(2), batch_size=np.int32(64), learning_rate=np.float32(0.002),
        random_state=np.int64(7),
    ).fit(pictures[:200], labels[:200])  # fmt: skip
    rate = float(np.float32(0.002))
    python_s = DigitClassifier(epochs=2, batch_size=64, learning_rate=rate, random_state=7)
    expected = python_s.fit(pictures[:200], labels[:200]).predict_proba(pictures)
    np.testing.assert_array_equal(numpy_s.predict_proba(pictures), expected)
    numpy_s.save(tmp_path / "saved")
    loaded = DigitClassifier.load(tmp_path / "saved")
    assert loaded.get_params() == python_s.get_params()


def test_a_recipe_of_one_s_own(digits, tmp_path: Path) -> None:
    pictures, labels = digits
    fitted = DigitClassifier(tiny.BASE, epochs=5).fit(pictures[:200], labels[:200])
    fitted.save(tmp_path / "saved")
    loaded = DigitClassifier.load(tmp_path / "saved")
    assert loaded.recipe == tiny.BASE
    np.testing.assert_array_equal(loaded.predict_proba(pictures), fitted.predict_proba(pictures))


def test_names_of_columns_survive_saving(digits, tmp_path: Path) -> None:
    pictures, labels = digits
    table = pandas.DataFrame(pictures[:200], columns=[f"p{i}" for i in range(64)])
    DigitClassifier("dense-128", epochs=2).fit(table, labels[:200]).save(tmp_path / "saved")
    loaded = DigitClassifier.load(tmp_path / "saved")
    loaded.predict(table)
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(table[table.columns[::-1]])


def test_a_fit_that_is_interrupted_leaves_what_was_there(digits, monkeypatch) -> None:
    pictures, labels = digits
    classifier = DigitClassifier("dense-128", epochs=2).fit(pictures[:200], labels[:200])
    before = classifier.predict(pictures)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tenfold.train.fit.Trainer.run_epoch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        classifier.fit(pictures[:200], labels[:200] + 50)
    np.testing.assert_array_equal(classifier.predict(pictures), before)
    fresh = DigitClassifier("dense-128", epochs=2)
    with pytest.raises(KeyboardInterrupt):
        fresh.fit(pictures[:200], labels[:200])
    with pytest.raises(NotFittedError):
        fresh.predict(pictures)


def test_pixels_of_another_range_train_the_same(digits) -> None:
    pictures, labels = digits
    found = [
        DigitClassifier("dense-128", epochs=2).fit(table[:200], labels[:200]).predict_proba(table)
        for table in (pictures, pictures / 16, pictures * 255 / 16)
    ]
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    np.testing.assert_allclose(found[0], found[2], atol=1e-6)


def test_parameters_set_after_fitting_leave_the_network_alone(digits) -> None:
    pictures, labels = digits
    classifier = DigitClassifier("dense-128", epochs=2).fit(pictures[:200], labels[:200])
    before = classifier.predict_proba(pictures)
    classifier.set_params(recipe="conv-3")
    np.testing.assert_array_equal(classifier.predict_proba(pictures), before)


@pytest.mark.parametrize("labels", [["a", "b"], [-1, 4], [1.0, 2.0]], ids=["text", "int", "float"])
def test_labels_survive_saving(labels, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).random((20, 16))
    target = np.array(labels)[np.arange(20) % 2]
    DigitClassifier(epochs=1).fit(pictures, target).save(tmp_path / "saved")
    classes = DigitClassifier.load(tmp_path / "saved").classes_
    np.testing.assert_array_equal(classes, np.array(sorted(labels)))
    assert classes.dtype == target.dtype


def damage_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")


def damage_index(folder: Path) -> None:
    (folder / "estimator.json").write_text("{")


def drop_key(folder: Path) -> None:
    path = folder / "estimator.json"
    state = json.loads(path.read_text())
    del state["range"]
    path.write_text(json.dumps(state))


def no_object(folder: Path) -> None:
    (folder / "estimator.json").write_text("[]")


def other_network(folder: Path) -> None:
    """All sums are right, but the weights are another network's."""
    path = folder / "estimator.json"
    state = json.loads(path.read_text())
    del state["digest"]
    state["recipe"]["network"][1]["units"] = 64
    path.write_text(json.dumps(state | {"digest": json_digest(state)}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_weights, "do not belong together"),
        (damage_index, "must hold a saved DigitClassifier"),
        (drop_key, "is not as it was written"),
        (no_object, "must hold a saved DigitClassifier, but"),
        (other_network, "weights and recipe do not fit"),
    ],
)
def test_damaged_folder_is_refused(damage, message, fitted, tmp_path: Path) -> None:
    fitted.save(tmp_path / "saved")
    damage(tmp_path / "saved")
    with pytest.raises(ModelError, match=message):
        DigitClassifier.load(tmp_path / "saved")


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"recipe": "dense-129"}, RecipeError, "did you mean 'dense-128'"),
        ({"epochs": 0}, RecipeError, "epochs: must be"),
        ({"batch_size": -1}, RecipeError, "batch_size: must be"),
        ({"random_state": -1}, RecipeError, "seed: must be"),
        ({"random_state": 1.5}, RecipeError, "seed: must be a whole number .* but is 1.5"),
        ({"random_state": "7"}, RecipeError, "seed: must be a whole number .* but is '7'"),
        ({"recipe": 3}, RecipeError, "no recipe '3'"),
        ({"recipe": None}, RecipeError, "no recipe 'None'"),
        ({"epochs": 2.0}, RecipeError, "epochs: must be a whole number"),
        ({"learning_rate": -1.0}, RecipeError, "learning_rate: must be"),
    ],
)
def test_bad_parameters_are_refused(parameters, error, message) -> None:
    with pytest.raises(error, match=message):
        DigitClassifier(**parameters).fit(np.eye(4), [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("pictures", "labels", "message"),
    [
        (np.zeros((4, 785)), [0, 1, 0, 1], "at most 784 features, but has 785"),
        (np.zeros((11, 4)), list(range(11)), "from 2 to 10 classes, but has 11"),
        (np.zeros((3, 4)), [1, 1, 1], "but has 1 class"),
    ],
)
def test_data_that_do_not_fit_are_refused(pictures, labels, message) -> None:
    with pytest.raises(ValueError, match=message):
        DigitClassifier(epochs=1).fit(pictures, labels)


def test_a_recipe_of_digits_adds_nothing_to_other_labels() -> None:
    """No letters as pictures of no class, no typed digits, no regional ones: labels are letters."""
    pictures = tiny.drawn_digits(60, 1)
    letters = np.array(list("ABCDEFGHIJ"))[pictures.labels]
    recipe = tiny.RECIPES["negatives"]
    classifier = DigitClassifier(recipe, epochs=2).fit(pictures.images.reshape(60, -1), letters)
    resolved = classifier._recipe
    assert (resolved.negatives, resolved.typed, resolved.augmentation.regional) == (0, 0, 0)
    assert resolved.network[:-1] == recipe.network[:-1]
    assert classifier.predict_proba(pictures.images.reshape(60, -1)).shape == (60, 10)
    assert set(classifier.predict(pictures.images.reshape(60, -1))) <= set("ABCDEFGHIJ")
