"""How what is no digit is told from digits, against counts made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import roc_auc_score

from tenfold.data import MNIST, load_mnist
from tenfold.errors import DataError
from tenfold.model import Card
from tenfold.train.negatives import NEGATIVE_KINDS
from tenfold.train.not_digits import (
    NOT_DIGITS_VERSION,
    area_under_curve,
    drawn_negatives,
    evaluate_not_digits_in,
    evaluate_refusal,
)
from tenfold.values import Split

DOT = np.pad(np.zeros((4, 4), np.uint8), 12, constant_values=255)


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.3, 0.7], [0.5], 0.5),
        ([0.5, 0.9], [0.5, 0.1], 0.875),
    ],
)
def test_area_by_hand(positive: list[float], negative: list[float], expected: float) -> None:
    assert area_under_curve(np.array(positive), np.array(negative)) == expected


def test_area_as_scikit_learn_has_it() -> None:
    random = np.random.default_rng(0)
    positive, negative = random.normal(1, 1, 300).round(1), random.normal(0, 1, 200).round(1)
    labels = np.repeat([1, 0], [300, 200])
    expected = roc_auc_score(labels, np.concatenate([positive, negative]))
    assert area_under_curve(positive, negative) == pytest.approx(expected, abs=1e-12)


class Oracle:
    """A stand-in for a model: the mean grey of an image decides the logits."""

    def __init__(self, thresholds: dict[str, float], outputs: int = 11) -> None:
        self.card = Card(name="oracle", sha256={"model.onnx": "0"}, thresholds=thresholds)
        self._outputs = outputs

    def logits(self, images: np.ndarray) -> np.ndarray:
        """The brighter an image, the surer it is a 3; above 100 it is no digit."""
        logits = np.zeros((len(images), self._outputs), np.float32)
        mean = images.mean((1, 2))
        logits[:, 3] = mean / 10
        logits[mean > 100, 10:] = 30
        return logits


def flat(*greys: int) -> np.ndarray:
    return np.stack([np.full((28, 28), grey, np.uint8) for grey in greys])


def test_refusals_are_counted_by_kind() -> None:
    model: Any = Oracle({"not_a_digit": 0.5, "unsure": 0.9})
    strange = flat(0, 200, 200, 90, 10)
    kinds = np.array(["blank", "letter", "letter", "letter", "scribble"])
    digits = Split(flat(80, 60, 10, 0), np.zeros(4, np.uint8))
    found = evaluate_refusal(model, strange, kinds, digits, "some")
    assert found["refused"] == 4 / 5
    assert found["digits_refused"] == 2 / 4
    assert {kind: row["refused"] for kind, row in found["kinds"].items()} == {
        "blank": 1.0,
        "letter": pytest.approx(2 / 3),
        "scribble": 1.0,
    }
    # Confidence: digits 80 > 60 > 10 > 0 (blank); strange 90 > 10 > 200, 200 and blank at 0.
    assert found["auroc"] == pytest.approx((4 + 4 + 3.5 + 0.5) / 20, abs=0.03)
    assert found["refused_interval"][0] < 0.8 < found["refused_interval"][1]


def test_no_picture_is_an_error() -> None:
    model: Any = Oracle({})
    digits = Split(flat(80), np.zeros(1, np.uint8))
    with pytest.raises(DataError, match="some: must hold at least one picture"):
        evaluate_refusal(model, flat(0)[:0], np.array([], str), digits, "some")


def test_pictures_of_a_folder_are_watched_and_counted(tmp_path: Path) -> None:
    """By the kind that stands in their names; what cannot be read is left out, and told."""
    for name, picture in (("letter_1", flat(250)[0]), ("letter_2", flat(250)[0]), ("dot", DOT)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    told: list[str] = []
    seen: list[tuple[int, str]] = []

    def watched(files: Iterable[Path], count: int, what: str) -> Iterable[Path]:
        seen.append((count, what))
        return files

    found = evaluate_not_digits_in(
        tmp_path,
        cast(Any, Oracle({"not_a_digit": 0.5})),
        Split(flat(80), np.zeros(1, np.uint8)),
        watched=watched,
        tell=told.append,
    )
    assert seen == [(4, "pictures")]
    assert [line.partition(":")[0] for line in told] == ["left out"]
    assert (found["images"], found["failed"]) == (3, 1)
    assert found["data"] == f"not-digits={tmp_path}"
    assert {kind: row["images"] for kind, row in found["kinds"].items()} == {"letter": 2, "dot": 1}


def test_drawn_negatives_are_the_same_every_time(mnist: MNIST) -> None:
    pictures, kinds = drawn_negatives(mnist)
    again, _ = drawn_negatives(mnist)
    np.testing.assert_array_equal(pictures, again)
    assert len(pictures) == len(kinds) == 5000
    assert set(kinds.tolist()) <= set(NEGATIVE_KINDS)


def test_pictures_of_no_digit_are_made_of_test_images_alone(mnist: MNIST) -> None:
    pictures, _ = drawn_negatives(mnist)
    others = Split(mnist.train.images[:100], mnist.train.labels[:100])
    same, _ = drawn_negatives(replace(mnist, train=others))
    np.testing.assert_array_equal(pictures, same)
    differing, kinds = drawn_negatives(replace(mnist, test=others))
    changed = (pictures != differing).any((1, 2))
    assert changed[kinds == "pair"].all()


def test_the_pictures_of_no_digit_are_those_of_this_version() -> None:
    """When they change, `NOT_DIGITS_VERSION` has to, and every model to be measured again."""
    pictures, kinds = drawn_negatives(load_mnist())
    means = {kind: float(pictures[kinds == kind].mean()) for kind in dict.fromkeys(kinds.tolist())}
    assert NOT_DIGITS_VERSION == 2
    assert means == pytest.approx(
        {
            "by_hand": 35.0, "sign": 32.3, "turned": 33.2, "letter": 46.0, "piece": 25.9,
            "pair": 22.4, "struck_out": 38.5, "scribble": 32.3, "lines": 28.6, "blot": 46.5,
            "garment": 38.7, "texture": 84.6, "crossed_out": 39.9, "with_index": 20.4,
            "beside_one": 28.9,
        },
        abs=0.3,
    )  # fmt: skip
