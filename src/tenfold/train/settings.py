"""Recipes as plain tables: to and from TOML, and changed field by field from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from tenfold.errors import MissingExtraError, RecipeError, nearest
from tenfold.files import json_digest
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
    MeanMaxPool,
    Muon,
    Recipe,
    Residual,
    RMSprop,
    Schedule,
    Validation,
    trained_alike,
)

__all__ = ["apply_settings", "from_table", "from_toml", "recipe_digest", "to_table", "to_toml"]

_LAYERS: dict[str, type] = {
    "dense": Dense,
    "convolution": Convolution,
    "batch_norm": BatchNorm,
    "residual": Residual,
    "max_pool": MaxPool,
    "mean_max_pool": MeanMaxPool,
    "flatten": Flatten,
    "dropout": Dropout,
}
_OPTIMIZERS: dict[str, type] = {"adam": Adam, "adamw": AdamW, "muon": Muon, "rmsprop": RMSprop}
_TABLES: dict[str, type] = {
    "validation": Validation,
    "schedule": Schedule,
    "augmentation": Augmentation,
}


def recipe_digest(recipe: Recipe) -> str:
    """Return twelve hex digits that change with the recipe; seed and validation do not count.

    Nor do variations that it does not use, among them all that are invented after it.
    """
    table = to_table(trained_alike(recipe))
    table["augmentation"] = {name: share for name, share in table["augmentation"].items() if share}
    return json_digest(table)[:12]


def to_table(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as nested dicts and lists; layers and optimizer carry their ``kind``."""
    table = {field.name: getattr(recipe, field.name) for field in fields(recipe)}
    table["network"] = [_layer_to_table(layer) for layer in recipe.network]
    table["optimizer"] = _part_to_table(recipe.optimizer, _OPTIMIZERS)
    for name in _TABLES:
        table[name] = asdict(table[name])
    return table


def from_table(table: Mapping[str, Any]) -> Recipe:
    """Return the recipe that `to_table` made ``table`` of.

    Raises:
        RecipeError: A key is unknown (the nearest is named), missing, or its value out of range.
    """
    values = dict(table)
    network = values.get("network")
    if not isinstance(network, Sequence) or isinstance(network, str):
        raise RecipeError(f"network: must be a list of layers, but is {network!r}")
    values["network"] = _layers_from_tables(network, "network")
    values["optimizer"] = _part_from_table(values.get("optimizer"), _OPTIMIZERS, "optimizer")
    for name, kind in _TABLES.items():
        part = values.get(name, {})  # recipes of older runs lack those that came later
        if not isinstance(part, Mapping):
            raise RecipeError(f"{name}: must be a table, but is {part!r}")
        values[name] = _build(kind, part, name)
    built = _build(Recipe, values, "")
    if not isinstance(built, Recipe):
        raise TypeError("a recipe table must build a Recipe")
    return built


def to_toml(recipe: Recipe) -> str:
    """Return the recipe as TOML, the content of a run folder's ``recipe.toml``."""
    try:
        import tomli_w
    except ImportError as error:
        raise MissingExtraError("train", "writing a recipe", error) from error
    return str(tomli_w.dumps(to_table(recipe)))


def from_toml(text: str, source: str) -> Recipe:
    """Return the recipe written in ``text``; ``source`` names the file in errors.

    Raises:
        RecipeError: The text is not TOML, or not a recipe.
    """
    try:
        return from_table(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{source}: must be TOML, but {error}") from error
    except RecursionError as error:
        raise RecipeError(f"{source}: must be a recipe, but is nested too deeply") from error
    except RecipeError as error:
        raise RecipeError(f"{source}: {error}") from error


def apply_settings(recipe: Recipe, settings: Sequence[str]) -> Recipe:
    """Return ``recipe`` changed by ``key=value`` settings, applied in order.

    Keys are the recipe's fields, with dots into tables and places in the network:
    ``epochs=3``, ``optimizer.learning_rate=0.01``, ``network.1.units=64``. ``optimizer=rmsprop``
    takes the other optimizer with its defaults.

    Raises:
        RecipeError: A setting has no ``=``, its key is unknown (the nearest is named), or its
            value is of another type or out of range.
    """
    table = to_table(recipe)
    named = set()
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals or not key:
            raise RecipeError(f"--set {setting}: must be KEY=VALUE, for example epochs=3")
        _assign(table, key, text.strip())
        named.add(key)
    _drop_fraction(table["validation"], named)
    return from_table(table)


def _drop_fraction(validation: dict[str, Any], named: set[str]) -> None:
    """Where the method was changed to one without a fraction, leave out the old method's."""
    without = not str(validation["method"]).endswith("fraction")
    if without and "validation.method" in named and "validation.fraction" not in named:
        validation["fraction"] = 0.0


def _assign(table: dict[str, Any], key: str, text: str) -> None:
    """Set the value at a dotted key of a nested table."""
    if key == "optimizer":
        if text not in _OPTIMIZERS:
            raise RecipeError(f"--set optimizer={text}: {nearest(text, _OPTIMIZERS)}")
        table["optimizer"] = _part_to_table(_OPTIMIZERS[text](), _OPTIMIZERS)
        return
    *path, last = key.split(".")
    place: Any = table
    for step in path:
        place = _descend(place, step, key)
    current = _descend(place, last, key)
    if isinstance(current, (dict, list)):
        raise RecipeError(
            f"--set {key}: is a table; set one of its fields: "
            + ", ".join(f"{key}.{name}" for name in _keys(current))
        )
    if key == "optimizer.kind":
        raise RecipeError(f"--set {key}: write optimizer={text} to take the other optimizer")
    if last == "kind":
        raise RecipeError(f"--set {key}: a layer's kind cannot be changed, only its fields")
    place[int(last) if isinstance(place, list) else last] = _value(text, current, key)


def _descend(place: Any, step: str, key: str) -> Any:
    """Return what stands at ``step`` of a table or list, or raise naming the nearest key."""
    keys = _keys(place)
    if step not in keys:
        inner = [f"{name}.{step}" for name in keys if step in _keys(_at(place, name))]
        hint = f"did you mean '{inner[0]}'?" if len(inner) == 1 else nearest(step, keys)
        raise RecipeError(f"--set {key}: no field '{step}'; {hint}")
    return _at(place, step)


def _at(place: Any, step: str) -> Any:
    return place[int(step)] if isinstance(place, list) else place[step]


def _keys(place: Any) -> list[str]:
    if isinstance(place, list):
        return [str(number) for number in range(len(place))]
    return list(place) if isinstance(place, dict) else []


def _value(text: str, current: Any, key: str) -> Any:
    """Return ``text`` as a value of the same type as the one it replaces."""
    if isinstance(current, str):
        return text.strip("\"'")
    if isinstance(current, bool):
        if text.lower() not in ("true", "false"):
            raise RecipeError(f"--set {key}: must be true or false, but is {text!r}")
        return text.lower() == "true"
    try:
        return int(text) if isinstance(current, int) else float(text)
    except ValueError:
        kind = "a whole number" if isinstance(current, int) else "a number"
        raise RecipeError(f"--set {key}: must be {kind}, but is {text!r}") from None


def _part_to_table(part: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    kind = next(name for name, cls in kinds.items() if type(part) is cls)
    return {"kind": kind} | {field.name: getattr(part, field.name) for field in fields(part)}


def _layer_to_table(layer: Any) -> dict[str, Any]:
    table = _part_to_table(layer, _LAYERS)
    if isinstance(layer, Residual):
        table["layers"] = [_layer_to_table(inner) for inner in layer.layers]
    return table


def _layers_from_tables(tables: Sequence[Any], where: str) -> tuple[Any, ...]:
    return tuple(_layer_from_table(table, f"{where}.{place}") for place, table in enumerate(tables))


def _layer_from_table(table: Any, where: str) -> Any:
    if isinstance(table, Mapping) and isinstance(table.get("layers"), list):
        table = {**table, "layers": _layers_from_tables(table["layers"], f"{where}.layers")}
    return _part_from_table(table, _LAYERS, where)


def _part_from_table(table: Any, kinds: Mapping[str, type], where: str) -> Any:
    if not isinstance(table, Mapping) or "kind" not in table:
        raise RecipeError(f"{where}: must be a table with a kind, but is {table!r}")
    kind = table["kind"]
    if kind not in kinds:
        raise RecipeError(f"{where}.kind: no kind '{kind}'; {nearest(str(kind), kinds)}")
    return _build(kinds[kind], {k: v for k, v in table.items() if k != "kind"}, where)


def _real(value: Any) -> Any:
    """Return a whole number as the float it stands for; all else as it is, to be refused."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _build(cls: type, values: Mapping[str, Any], where: str) -> Any:
    """Build a dataclass from a table, naming unknown and missing keys."""
    prefix = f"{where}." if where else ""
    known = [field.name for field in fields(cls)]
    for name in values:
        if name not in known:
            raise RecipeError(f"{prefix}{name}: no such field; {nearest(name, known)}")
    real = {field.name for field in fields(cls) if field.type == "float"}
    try:
        return cls(
            **{name: _real(value) if name in real else value for name, value in values.items()}
        )
    except TypeError as error:
        raise RecipeError(f"{where or 'recipe'}: {str(error).partition('()')[2].strip()}") from None
    except RecipeError as error:
        raise RecipeError(f"{prefix}{error}") from None
