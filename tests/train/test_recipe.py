"""Recipes refuse what cannot be trained, and go to TOML and back unchanged."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tiny
from tenfold.errors import RecipeError
from tenfold.train.recipe import (
    Adam,
    AdamW,
    Augmentation,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    MaxPool,
    Muon,
    Recipe,
    Residual,
    RMSprop,
    Schedule,
    Validation,
)
from tenfold.train.recipes import RECIPES, find_recipe
from tenfold.train.settings import apply_settings, from_table, from_toml, to_table, to_toml
from tenfold.train.shipped import SHIPPED

EVERY = {**tiny.RECIPES, **RECIPES}
NO_WHOLE = [0, -1, 1.0, True, "3", None]
NO_RATE = [0, -1e-3, math.inf, math.nan, "0.1", None, True]
NO_DECAY = [-0.1, 1, 1.5, math.nan, "0.9", None, False]

BAD: list[tuple[Callable[..., Any], str, list[Any]]] = [
    (lambda **v: Dense(**v), "units", NO_WHOLE),
    (lambda **v: Dense(units=3, **v), "activation", ["tanh", "", None, 3]),
    (lambda **v: Convolution(**({"kernel_size": 3} | v)), "filters", NO_WHOLE),
    (lambda **v: Convolution(**({"filters": 3} | v)), "kernel_size", [*NO_WHOLE, 29]),
    (lambda **v: Convolution(filters=3, kernel_size=3, **v), "activation", ["gelu"]),
    (lambda **v: Convolution(filters=3, kernel_size=3, **v), "padding", ["full", "", None]),
    (lambda **v: Convolution(filters=3, kernel_size=3, **v), "stride", [*NO_WHOLE, 29]),
    (lambda **v: Convolution(filters=3, kernel_size=3, **v), "bias", [0, 1, "true", None]),
    (lambda **v: Convolution(filters=3, padding="same", **v), "kernel_size", [2, 28]),
    (BatchNorm, "activation", ["gelu", None]),
    (Residual, "layers", [(), (Flatten(),), (Residual(layers=(MaxPool(),)),)]),
    (MaxPool, "size", [*NO_WHOLE, 29]),
    (Dropout, "rate", NO_DECAY),
    (Adam, "learning_rate", NO_RATE),
    (Adam, "beta_1", NO_DECAY),
    (Adam, "beta_2", NO_DECAY),
    (Adam, "epsilon", NO_RATE),
    (AdamW, "learning_rate", NO_RATE),
    (AdamW, "weight_decay", [-0.1, 1.1, math.nan, "0.1", None, True]),
    (AdamW, "beta_1", NO_DECAY),
    (AdamW, "beta_2", NO_DECAY),
    (AdamW, "epsilon", NO_RATE),
    (Muon, "learning_rate", NO_RATE),
    (Muon, "momentum", NO_DECAY),
    (Muon, "other_learning_rate", NO_RATE),
    (Muon, "other_weight_decay", [-0.1, 1.1, math.nan, None]),
    (Schedule, "shape", ["step", "", None]),
    (Schedule, "warm_up", NO_DECAY),
    (Augmentation, "rotation", [-1, 181, math.nan, "10", None, True]),
    (Augmentation, "scale", NO_DECAY),
    (Augmentation, "shear", [-0.1, 2.1, math.nan, None]),
    (Augmentation, "shift", [-1, 29, math.inf, None]),
    (Augmentation, "elastic", [-0.1, 15, math.nan, None]),
    (RMSprop, "learning_rate", NO_RATE),
    (RMSprop, "rho", NO_DECAY),
    (RMSprop, "epsilon", NO_RATE),
    (Validation, "method", ["holdout", "", None]),
    (lambda **v: Validation(method="last_fraction", **v), "fraction", [0, 1, -0.1, "0.1", None]),
    (lambda **v: Validation(method="random_fraction", **v), "fraction", [0.0, 1.0, True]),
    (Validation, "fraction", ["0.1", None, False]),
    (Validation, "random_state", [-1, 2**32, 1.0, True, None]),
    (lambda **v: replace(tiny.BASE, **v), "name", [""]),
    (lambda **v: replace(tiny.BASE, **v), "network", [()]),
    (lambda **v: replace(tiny.BASE, **v), "loss", ["mse", "", None]),
    (lambda **v: replace(tiny.BASE, **v), "loss_input", ["probabilities", None]),
    (lambda **v: replace(tiny.BASE, **v), "epochs", NO_WHOLE),
    (lambda **v: replace(tiny.BASE, **v), "batch_size", [*NO_WHOLE, 60_001]),
    (lambda **v: replace(tiny.BASE, **v), "typed", [-0.1, 1.1, math.nan, "0.1", None]),
    (lambda **v: replace(tiny.BASE, **v), "digit_like", [0.49, 1.1, math.nan, "0.9", None]),
    (lambda **v: replace(tiny.BASE, **v), "negatives", [-0.1, 1.1, math.nan, "0.1", None]),
    (lambda **v: replace(tiny.BASE, **v), "clean_epochs", [-1, 4, 1.0, True, None]),
    (lambda **v: replace(tiny.BASE, **v), "label_smoothing", NO_DECAY),
    (lambda **v: replace(tiny.BASE, **v), "weight_average", NO_DECAY),
    (lambda **v: replace(tiny.BASE, **v), "patience", [-1, 1.0, True, None, 3]),
    (lambda **v: replace(tiny.BASE, **v), "precision", ["float16", None]),
    (lambda **v: replace(tiny.BASE, **v), "seed", [-1, 2**63, 1.0, True, None]),
]


@pytest.mark.parametrize(
    ("build", "field", "value"),
    [
        pytest.param(build, field, value, id=f"{number}-{field}-{value!r}")
        for number, (build, field, values) in enumerate(BAD)
        for value in values
    ],
)
def test_a_bad_value_is_refused_by_field(build: Callable[..., Any], field: str, value: Any) -> None:
    with pytest.raises(RecipeError, match=rf"^{field}: must be ") as caught:
        build(**{field: value})
    if value != 3:  # patience without validation says what is wrong instead of what came
        assert repr(value) in str(caught.value)


def test_good_bounds_are_taken() -> None:
    Dropout(rate=0)
    Validation(random_state=2**32 - 1)
    replace(tiny.BASE, seed=2**63 - 1, batch_size=60_000)
    replace(tiny.BASE, patience=1, validation=Validation(method="last_fraction", fraction=0.5))


def test_the_test_set_chooses_no_epoch() -> None:
    with pytest.raises(RecipeError, match="patience: must be 0 where the test set is watched"):
        replace(tiny.BASE, patience=1, validation=Validation(method="test_set"))


def test_recipes_are_frozen() -> None:
    with pytest.raises(AttributeError, match="cannot assign to field 'epochs'"):
        tiny.BASE.epochs = 3  # type: ignore[misc]


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_goes_to_a_table_and_back(name: str) -> None:
    recipe = EVERY[name]
    assert from_table(to_table(recipe)) == recipe
    assert from_toml(to_toml(recipe), "recipe.toml") == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_its_own_name(name: str) -> None:
    assert find_recipe(name) is RECIPES[name]
    assert RECIPES[name].name == name
    assert RECIPES[name].summary


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match=r"no recipe 'conv3'; did you mean 'conv-3'\?"):
        find_recipe("conv3")


CONV = RECIPES["conv-3"]
SETTINGS: list[tuple[str, Callable[[Recipe], Any], Any]] = [
    ("epochs=3", lambda r: r.epochs, 3),
    (" epochs = 3 ", lambda r: r.epochs, 3),
    ("seed=9223372036854775807", lambda r: r.seed, 2**63 - 1),
    ("optimizer.learning_rate=0.01", lambda r: r.optimizer.learning_rate, 0.01),
    ("optimizer.learning_rate=1e-2", lambda r: r.optimizer.learning_rate, 0.01),
    ("optimizer.beta_1=0", lambda r: r.optimizer.beta_1, 0.0),
    ("optimizer=rmsprop", lambda r: r.optimizer, RMSprop()),
    ("network.0.filters=7", lambda r: r.network[0].filters, 7),
    ("network.6.activation=linear", lambda r: r.network[6].activation, "linear"),
    ("network.7.units=10", lambda r: r.network[7].units, 10),
    ("validation.fraction=0.25", lambda r: r.validation.fraction, 0.25),
    ("validation.method=test_set", lambda r: r.validation.method, "test_set"),
    ("precision=bfloat16", lambda r: r.precision, "bfloat16"),
    ('precision="bfloat16"', lambda r: r.precision, "bfloat16"),
    ("summary=a = b", lambda r: r.summary, "a = b"),
    ("patience=2", lambda r: r.patience, 2),
]


@pytest.mark.parametrize(("setting", "read", "value"), SETTINGS, ids=[s[0] for s in SETTINGS])
def test_settings(setting: str, read: Callable[[Recipe], Any], value: Any) -> None:
    changed = apply_settings(CONV, [setting])
    assert read(changed) == value
    assert type(read(changed)) is type(value)
    assert changed == CONV if read(CONV) == value else changed != CONV


def test_settings_are_applied_in_order() -> None:
    changed = apply_settings(CONV, ["epochs=3", "optimizer=rmsprop", "epochs=4"])
    assert (changed.epochs, changed.optimizer) == (4, RMSprop())
    changed = apply_settings(CONV, ["optimizer=rmsprop", "optimizer.rho=0.5"])
    assert changed.optimizer == RMSprop(rho=0.5)
    assert apply_settings(CONV, []) == CONV


BAD_SETTINGS = [
    ("epochs", "--set epochs: must be KEY=VALUE, for example epochs=3"),
    ("=3", "--set =3: must be KEY=VALUE"),
    ("", "--set : must be KEY=VALUE"),
    ("epoch=3", "--set epoch: no field 'epoch'; did you mean 'epochs'?"),
    ("batchsize=3", "--set batchsize: no field 'batchsize'; did you mean 'batch_size'?"),
    ("optimizer.rate=3", "no field 'rate'; choose one of: beta_1, beta_2, epsilon, kind, learning"),
    ("optimizer.learningrate=3", "no field 'learningrate'; did you mean 'learning_rate'?"),
    ("optimizer.rho=0.5", "--set optimizer.rho: no field 'rho'"),
    ("optimizer=sgd", "--set optimizer=sgd: choose one of: adam, adamw, muon, rmsprop"),
    ("optimizer=adm", "--set optimizer=adm: did you mean 'adam'?"),
    ("network=dense", "--set network: is a table; set one of its fields: network.0, network.1"),
    ("network.0=3", "--set network.0: is a table; set one of its fields: network.0.kind"),
    ("network.8.units=3", "no field '8'; choose one of: 0, 1, 2, 3, 4, 5, 6, 7"),
    ("network.-1.units=3", "no field '-1'"),
    ("network.x.units=3", "no field 'x'"),
    ("network.0.units=3", "no field 'units'"),
    ("network.0.kind=dense", "a layer's kind cannot be changed, only its fields"),
    ("epochs.more=3", "--set epochs.more: no field 'more'"),
    ("validation=none", "--set validation: is a table"),
    ("epochs=three", "--set epochs: must be a whole number, but is 'three'"),
    ("epochs=3.0", "--set epochs: must be a whole number, but is '3.0'"),
    ("epochs=true", "--set epochs: must be a whole number, but is 'true'"),
    ("epochs=", "--set epochs: must be a whole number, but is ''"),
    ("epochs=0", "epochs: must be a whole number of at least 1, but is 0"),
    ("seed=-1", "seed: must be a whole number from 0 to 2^63 - 1, but is -1"),
    ("optimizer.learning_rate=fast", "must be a number, but is 'fast'"),
    (
        "optimizer.learning_rate=nan",
        "optimizer.learning_rate: must be a number from 1e-37 to 1e37, but is nan",
    ),
    (
        "optimizer.learning_rate=inf",
        "optimizer.learning_rate: must be a number from 1e-37 to 1e37, but is inf",
    ),
    ("optimizer.epsilon=1e-46", "optimizer.epsilon: must be a number from 1e-37 to 1e37, but"),
    ("optimizer.beta_1=1", "optimizer.beta_1: must be from 0 to 1 - 2^-24, but is 1.0"),
    ("optimizer.beta_2=0.99999999", "optimizer.beta_2: must be from 0 to 1 - 2^-24, but is 0.99"),
    ("network.0.filters=0", "network.0.filters: must be a whole number of at least 1, but is 0"),
    ("network.0.activation=tanh", "network.0.activation: must be one of linear, relu, sigmoid"),
    ("validation.fraction=1", "validation.fraction: must be from 0 to below 1, but is 1.0"),
    ("validation.fraction=0", "validation.fraction: must be above 0 with the method"),
    ("validation.method=none validation.fraction=0.2", "must be 0 with the method none, which"),
    ("learning_rate=0.1", "no field 'learning_rate'; did you mean 'optimizer.learning_rate'?"),
    ("optimizer.kind=rmsprop", "write optimizer=rmsprop to take the other optimizer"),
    ("validation.fraction=nan", "validation.fraction: must be from 0 to below 1, but is nan"),
    ("validation.method=holdout", "validation.method: must be one of none, test_set"),
    ("loss=mse", "loss: must be one of categorical_crossentropy, sparse"),
    ("precision=float16", "precision: must be one of float32, bfloat16, but is 'float16'"),
]


@pytest.mark.parametrize(("setting", "message"), BAD_SETTINGS, ids=[s[0] for s in BAD_SETTINGS])
def test_bad_settings(setting: str, message: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)):
        apply_settings(CONV, setting.split() or [""])


def test_a_method_without_a_fraction_drops_the_old_one() -> None:
    assert apply_settings(CONV, ["validation.method=none"]).validation == Validation()


BAD_TABLES = [
    ({"epocs": 3}, r"^epocs: no such field; did you mean 'epochs'\?"),
    ({"network": None}, "^network: must be a list of layers, but is None"),
    ({"network": "dense"}, "^network: must be a list of layers, but is 'dense'"),
    ({"network": [3]}, "^network.0: must be a table with a kind, but is 3"),
    ({"network": [{"units": 3}]}, "^network.0: must be a table with a kind"),
    ({"network": [{"kind": "dens"}]}, r"^network.0.kind: no kind 'dens'; did you mean 'dense'\?"),
    ({"network": [{"kind": "dense", "unit": 3}]}, r"^network.0.unit: no such .* mean 'units'\?"),
    ({"network": [{"kind": "dense"}]}, "^network.0: missing 1 required .*'units'"),
    ({"optimizer": None}, "^optimizer: must be a table with a kind, but is None"),
    ({"optimizer": {"kind": "adam", "rho": 1}}, "^optimizer.rho: no such field"),
    ({"validation": None}, "^validation: must be a table, but is None"),
    ({"validation": {"methods": "none"}}, r"^validation.methods: .* mean 'method'\?"),
    ({"epochs": "3"}, "^epochs: must be a whole number of at least 1, but is '3'"),
]


@pytest.mark.parametrize(("changes", "message"), BAD_TABLES, ids=[str(t[0]) for t in BAD_TABLES])
def test_bad_tables(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        from_table(to_table(tiny.BASE) | changes)


def test_a_missing_field_is_named() -> None:
    table = to_table(tiny.BASE)
    del table["loss"]
    with pytest.raises(RecipeError, match=r"^recipe: missing 1 required .*'loss'"):
        from_table(table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs = ", "^mine.toml: must be TOML, but "),
        ("a = 1", "^mine.toml: network: must be"),
        ("a = " + "[" * 5000, "^mine.toml: must be a recipe, but is nested too deeply"),
    ],
)
def test_bad_files_are_named(text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        from_toml(text, "mine.toml")


def test_whole_numbers_stand_for_real_ones() -> None:
    """A table may say 12 where 12.0 is meant; the recipe, and its digest, are the same."""
    table = to_table(replace(tiny.BASE, augmentation=Augmentation(rotation=12.0)))
    table["augmentation"]["rotation"] = 12
    assert isinstance(from_table(table).augmentation.rotation, float)
    for recipe in SHIPPED.values():
        changed = apply_settings(recipe, ["augmentation.rotation=12.5", "augmentation.shift=2.5"])
        assert changed.augmentation.rotation == 12.5
    with pytest.raises(RecipeError, match=r"augmentation\.rotation: must be"):
        apply_settings(tiny.BASE, ["augmentation.rotation=nan"])
