"""The card that travels with a model's weights, and is checked before they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tenfold.errors import ModelError
from tenfold.files import json_digest, read_json, sha256

__all__ = ["CARD_FORMAT", "COVERAGE_LEVELS", "DIGITS", "NOT_A_DIGIT", "Card", "read_card"]

CARD_FORMAT = 3
DIGITS = tuple("0123456789")
COVERAGE_LEVELS = (
    *(step / 100 for step in range(100)),
    *(1 - step / 10**places for places in (3, 4, 5) for step in range(9, 0, -1)),
    1.0,
)
"""Confidences of `Card.coverage`: in hundredths up to 0.99, then ever closer, up to 1."""
NOT_A_DIGIT = "not_a_digit"  # the label of an eleventh output
_KINDS = {
    "name": str,
    "sha256": dict,
    "input": dict,
    "output": dict,
    "labels": list,
    "output_activation": str,
    "thresholds": dict,
    "operating_points": list,
    "coverage": list,
    "calibration": dict,
    "recipe": dict,
    "trained": dict,
    "figures": dict,
    "licence": str,
}  # of the keys in JSON
_WORDS = {str: "text", dict: "an object", list: "a list"}
_NEEDED = ("name", "sha256", "labels", "preprocessing", "temperature", "thresholds")
_DEEPEST = 32  # levels of objects and lists; networks of Residual layers take some
_TEMPERATURES = 0.001, 1000  # beyond, all answers come out certain, or all equal
PREPROCESSING = 2  # version of `tenfold.preprocess`; a model says which it was trained for


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a model is and how to use it.

    Attributes:
        name: The recipe's name.
        sha256: SHA-256 of each file of the model folder, by name; ``model.onnx`` is among them.
        format: Version of this card's form.
        input: Name, dtype, shape and meaning of what the graph takes.
        output: The same of what it gives.
        labels: What the outputs stand for, in order.
        preprocessing: Version of the preprocessing the model expects.
        temperature: Divides the logits before the softmax, fitted on held-out data; 1 leaves them.
        output_activation: What the published network ends in: softmax, sigmoid or linear.
        thresholds: When no answer is given, by reason of refusal; see `tenfold.decide.decide`.
        operating_points: For each accuracy that can be asked for, ``accuracy``, the lowest
            confidence to answer (``unsure``) and the share that is then answered (``coverage``), on
            held-out images; the accuracies rise.
        coverage: The share of held-out images that are answered from each confidence of
            `COVERAGE_LEVELS` on, 0 to 1; empty where that is not known.
        calibration: What temperature, thresholds and operating points were fitted on.
        recipe: The resolved recipe.
        trained: Seed, commit, date, versions, data sums, processor.
        figures: Figures of these very weights, each with what it was measured on.
        licence: SPDX identifier of the weights' licence.
    """

    name: str
    sha256: Mapping[str, str]
    format: int = CARD_FORMAT
    input: Mapping[str, Any] = field(
        default_factory=lambda: {
            "name": "images",
            "dtype": "uint8",
            "shape": ["N", 28, 28],
            "meaning": "0 background to 255 full ink; scaling happens inside the graph",
        }
    )
    output: Mapping[str, Any] = field(
        default_factory=lambda: {
            "name": "logits",
            "dtype": "float32",
            "shape": ["N", "labels"],
            "meaning": "softmax of logits / temperature is the distribution over the labels",
        }
    )
    labels: tuple[str, ...] = DIGITS
    preprocessing: int = PREPROCESSING
    temperature: float = 1.0
    output_activation: str = "softmax"
    thresholds: Mapping[str, float] = field(default_factory=lambda: {"unsure": 0.0})
    operating_points: Sequence[Mapping[str, float]] = ()
    coverage: Sequence[float] = ()
    calibration: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    trained: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "MIT"

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON-ready values."""
        return asdict(self)

    def sealed(self) -> dict[str, Any]:
        """Return the card as it is written: with a digest by which a change by hand shows."""
        values = self.to_dict()
        return {**values, "digest": json_digest(values)}


def read_card(folder: Path) -> Card:
    """Return a model folder's card, after checking every file against its SHA-256.

    Raises:
        ModelError: The card is missing or malformed, of another format, or a file differs.
    """
    card = _parse(folder / "card.json")
    for name, recorded in card.sha256.items():
        _verify(folder / name, recorded)
    return card


def _parse(path: Path) -> Card:
    try:
        values = read_json(path)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: must be a model's card in JSON, but {error}") from error
    if not isinstance(values, dict):
        raise ModelError(f"{path}: must hold a JSON object, but holds a {type(values).__name__}")
    number = values.get("format")
    if number != CARD_FORMAT:
        newer = isinstance(number, int) and number > CARD_FORMAT
        remedy = "it is newer than this tenfold: upgrade" if newer else "export the run again"
        raise ModelError(
            f"{path}: must be of card format {CARD_FORMAT}, but is of {_short(number)}; {remedy}"
        )
    digest = values.pop("digest", None)
    known = {item.name for item in fields(Card)}
    problems = [f"unknown key '{key}'" for key in values if key not in known]
    problems += _problems(values)
    if problems:
        raise ModelError(f"{path}: {problems[0]}; export the run again")
    if digest != json_digest(values):
        raise ModelError(
            f"{path}: is not as it was written; take it from a copy, or export the run again. "
            "When answers are given can be set where the model is used"
        )
    values["labels"] = tuple(values.get("labels", DIGITS))
    return Card(**values)


def _problems(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the keys that the reading of pictures depends on."""
    problems = [
        f"{key} must be {_WORDS[kind]}, but is {_short(values[key])}"
        for key, kind in _KINDS.items()
        if key in values and not isinstance(values[key], kind)
    ]
    if problems:
        return problems
    problems += [f"{name} is missing" for name in _NEEDED if name not in values]
    if problems:
        return problems
    sums = values.get("sha256", {})
    if "model.onnx" not in sums:
        problems.append("sha256 must name model.onnx")
    elif not all(_is_file_name(name) and isinstance(value, str) for name, value in sums.items()):
        problems.append("sha256 must map plain file names to text")
    temperature = values.get("temperature", 1.0)
    if not _is_number(temperature, *_TEMPERATURES):
        problems.append(
            f"temperature must be from {_TEMPERATURES[0]:g} to {_TEMPERATURES[1]:g}, "
            f"but is {_short(temperature)}"
        )
    thresholds = values.get("thresholds", {})
    known = {"unsure", NOT_A_DIGIT} if NOT_A_DIGIT in values["labels"] else {"unsure"}
    if thresholds.keys() != known:
        problems.append(f"thresholds must be of {sorted(known)}, but are of {sorted(thresholds)}")
    if not all(_is_number(value, 0, 1) for value in thresholds.values()):
        problems.append(f"thresholds must be from 0 to 1, but are {_short(thresholds)}")
    points = values.get("operating_points", ())
    if not all(_is_point(point) for point in points):
        problems.append("operating_points must hold accuracy, unsure and coverage, from 0 to 1")
    elif [point["accuracy"] for point in points] != sorted({p["accuracy"] for p in points}):
        problems.append("operating_points must have rising accuracies")
    if not all(isinstance(figures, dict) for figures in values.get("figures", {}).values()):
        problems.append("figures must hold an object for each set")
    if _is_deeper(values, _DEEPEST):
        problems.append(f"objects must be nested {_DEEPEST} deep at most")
    coverage = values.get("coverage", ())
    if coverage and len(coverage) != len(COVERAGE_LEVELS):
        problems.append(f"coverage must hold {len(COVERAGE_LEVELS)} shares, or none")
    elif not all(_is_number(share, 0, 1) for share in coverage):
        problems.append("coverage must hold shares from 0 to 1")
    if values.get("preprocessing", PREPROCESSING) != PREPROCESSING:
        problems.append(
            f"preprocessing must be version {PREPROCESSING}, but is {values['preprocessing']!r}"
        )
    if tuple(values.get("labels", DIGITS)) not in (DIGITS, (*DIGITS, NOT_A_DIGIT)):
        problems.append(f"labels must be the digits 0 to 9 in order, or these and {NOT_A_DIGIT!r}")
    return problems


def _is_deeper(value: Any, levels: int) -> bool:
    """Tell whether objects and lists are nested deeper than so many levels."""
    level = [value]
    for _ in range(levels + 1):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        level = inner
    return bool(level)


def _is_point(point: object) -> bool:
    names = {"accuracy", "unsure", "coverage"}
    if not isinstance(point, dict) or point.keys() != names:
        return False
    return all(_is_number(value, 0, 1) for value in point.values())


def _is_number(value: object, low: float, high: float) -> bool:
    """Tell whether a value is a number within the bounds, which not-a-number is not."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and low <= value <= high  # type: ignore[operator]


def _is_file_name(name: str) -> bool:
    """Tell a plain name of a file; half a character of UTF-16, which JSON may hold, is in none."""
    is_text = not any("\ud800" <= letter <= "\udfff" for letter in name)
    return is_text and Path(name).name == name and name not in ("", "..") and "\0" not in name


def _short(value: object) -> str:
    """Return a value as it stands in a message; a card may hold anything."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _verify(path: Path, recorded: str) -> None:
    try:
        found = sha256(path)
    except OSError as error:
        raise ModelError(
            f"{path}: named by the card, but cannot be read ({error.strerror})"
        ) from error
    if found != recorded:
        raise ModelError(
            f"{path}: must have SHA-256 {recorded[:12]}... as its card says, "
            f"but has {found[:12]}...; card and weights do not match: export the run again, "
            "or, in a run folder, tenfold train --resume --out RUN"
        )
