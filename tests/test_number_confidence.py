"""How sure a number is: by its digits together, as was measured on numbers like it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

import tenfold
from tenfold import reader as reader_module
from tenfold.assemble import Calibration, PlaceRead, cell_number, group_numbers, to_reading
from tenfold.forms import Form
from tenfold.model.strips import StripModel, load_strip_model
from tenfold.values import Box, Digit, Number

MEASURED = 0.5, 1.0  # slope and offset of the log odds
WHOLE = Box(20, 20, 180, 460)


@pytest.mark.parametrize(
    ("slope", "offset", "product", "expected"),
    [
        pytest.param(1.0, 0.0, 0.25, 0.25, id="as-it-is"),
        pytest.param(1.0, math.log(3), 0.5, 0.75, id="surer"),
        pytest.param(1.0, -math.log(3), 0.5, 0.25, id="less-sure"),
        pytest.param(2.0, 0.0, 0.75, 0.9, id="farther-from-a-half"),
        pytest.param(0.5, 0.0, 0.9, 0.75, id="nearer-to-a-half"),
        pytest.param(0.5, -math.log(3), 0.9, 0.5, id="nearer-and-less-sure"),
    ],
)
def test_log_odds_are_stretched_and_moved(
    slope: float, offset: float, product: float, expected: float
) -> None:
    assert Calibration(slope, offset).confidence(product) == pytest.approx(expected)


def places() -> list[PlaceRead]:
    """Two places, of which each is a digit with odds of three to one."""
    seen = Digit(4, 4, 0.75, np.zeros(10, np.float32), Box(0, 0, 9, 6))
    return [PlaceRead("4", 0.5, seen), PlaceRead("4", 0.5, seen)]


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(lambda own: group_numbers(places(), calibration=own), id="of-a-group"),
        pytest.param(lambda own: [cell_number(places(), WHOLE, calibration=own)], id="in-a-cell"),
        pytest.param(lambda own: to_reading([[places()]], calibration=own).numbers, id="of-a-page"),
    ],
)
def test_each_number_is_as_sure_as_was_measured(
    numbers: Callable[[Calibration], Sequence[Number]],
) -> None:
    (plain,), (moved,) = numbers(Calibration()), numbers(Calibration(*MEASURED))
    assert plain.confidence == pytest.approx(0.75**2)
    assert moved.confidence == pytest.approx(Calibration(*MEASURED).confidence(0.75**2))


class Measured:
    """The model of strips that comes with the package, as if measured with another result."""

    calibration = MEASURED

    def __init__(self, own: StripModel) -> None:
        self._own = own

    def probabilities(self, strips: Sequence[np.ndarray]) -> list[np.ndarray]:
        return list(self._own.probabilities(strips))


def boxed() -> np.ndarray:
    """Paper (200, 480) with a number in a box, dark on bright."""
    page = np.full((200, 480), 230, np.uint8)
    cv2.rectangle(page, (20, 20), (460, 180), 60, 3)
    for place, letter in enumerate("4072"):
        at = (50 + 100 * place, 135)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 3, 40, 7, cv2.LINE_AA)
    return page


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(lambda reader: reader.read(boxed()).numbers, id="of-a-page"),
        pytest.param(lambda reader: reader.explain(boxed()).reading.numbers, id="explained"),
        pytest.param(lambda reader: reader.read_table(boxed(), 1, 1).numbers, id="in-a-table"),
        pytest.param(
            lambda reader: reader.read_fields(boxed(), Form({"a": WHOLE}, None))["a"].numbers,
            id="in-a-field",
        ),
    ],
)
def test_a_reader_takes_what_was_measured_of_its_model(
    numbers: Callable[[tenfold.Reader], Sequence[Number]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        reader_module, "load_strip_model", lambda threads: Measured(load_strip_model(threads))
    )
    (number,) = numbers(tenfold.Reader("nano", threads=1))
    assert number.text == "4072"
    product = math.prod(digit.confidence for digit in number.digits)
    assert number.confidence == pytest.approx(Calibration(*MEASURED).confidence(product))
    assert number.confidence != pytest.approx(product, abs=1e-3)
