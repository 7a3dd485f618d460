"""What stands at each place of a group: who is asked, and how much each answer counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tenfold
from tenfold import reader as reader_module
from tenfold.assemble import PlaceRead, group_numbers
from tenfold.model import Model, included_models, read_card
from tenfold.model.strips import STRIP_STEP, STRIP_SYMBOLS
from tenfold.places import read_places
from tenfold.preprocess import Group
from tenfold.values import Box

NOTHING: Mapping[str, float] = {}
ALL_ANSWERED: Mapping[str, float] = {}

BLOCK, PITCH, HEIGHT = 12, 16, 28  # columns of a character, and of it with its gap; rows


class Strips:
    """A model of strips that sees some characters side by side, whatever strip it is shown."""

    calibration = 1.0, 0.0

    def __init__(self, *characters: Mapping[str, float]) -> None:
        self._characters = characters

    def probabilities(self, strips: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [self._seen(math.ceil(strip.shape[1] / STRIP_STEP)) for strip in strips]

    def _seen(self, count: int) -> np.ndarray:
        found = np.full((count, 1 + len(STRIP_SYMBOLS)), 0.001, np.float32)
        found[:, 0] = 1
        for order, shares in enumerate(self._characters):
            place = int((order + 0.5) * count / len(self._characters))
            for symbol, share in shares.items():
                found[place, 1 + STRIP_SYMBOLS.index(symbol)] = share
                found[place, 0] = 0.001
        return np.asarray(found / found.sum(1, keepdims=True), np.float32)


class Digits:
    """A model of digits that sees the same in every glyph; ``!`` is what is no digit."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self.card = SimpleNamespace(temperature=1.0)
        self.seen = 0
        self._logits = np.full(11, np.log(0.001), np.float32)
        for symbol, share in shares.items():
            self._logits["0123456789!".index(symbol)] = np.log(share)

    def logits(self, glyphs: np.ndarray) -> np.ndarray:
        self.seen += len(glyphs)
        return np.tile(self._logits, (len(glyphs), 1))

    def run(self, _outputs: list[str], inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Answer as a session of ONNX Runtime does."""
        return [self.logits(inputs["images"])]


def group(count: int, *, touching: bool = False) -> Group:
    """Blocks of ink side by side; those that touch have a stroke through all of them."""
    ink = np.zeros((HEIGHT, PITCH * count - (PITCH - BLOCK)), np.float32)
    for place in range(count):
        ink[:, PITCH * place : PITCH * place + BLOCK] = 1
    if touching:
        ink[:] = 1
    marks = tuple(
        Box(0, PITCH * place, HEIGHT, PITCH * place + BLOCK)
        for place in range(1 if touching else count)
    )
    width = ink.shape[1]
    return Group(marks, ink, np.zeros(width, int), np.arange(width), 1.0, ink.shape)


def read(
    characters: Sequence[Mapping[str, float]],
    digits: Digits,
    *,
    touching: bool = False,
    alone: Mapping[str, float] = ALL_ANSWERED,
    beside: Mapping[str, float] = ALL_ANSWERED,
) -> list[PlaceRead]:
    """The places of one group of so many blocks."""
    strips: Any = Strips(*characters)
    model: Any = digits
    (found,) = read_places(
        [group(len(characters), touching=touching)], strips, model, alone, beside
    )
    return found


def text(places: Sequence[PlaceRead]) -> str:
    """What stands there: ``?`` a digit that was refused, or what the strip says of all else."""
    return "".join(
        place.symbol
        if place.digit is None
        else "?"
        if place.digit.value is None
        else str(place.digit.value)
        for place in places
    )


@pytest.mark.parametrize(
    ("alone", "beside", "single", "several"),
    [
        pytest.param(0.9, 0.5, "?", "333", id="stricter-with-one-by-itself"),
        pytest.param(0.5, 0.9, "3", "???", id="stricter-with-those-in-numbers"),
    ],
)
def test_thresholds_are_those_of_its_company(
    alone: float, beside: float, single: str, several: str
) -> None:
    likely = {"3": 0.7, "8": 0.3}
    for count, expected in ((1, single), (3, several)):
        found = read(
            [likely] * count, Digits(likely), alone={"unsure": alone}, beside={"unsure": beside}
        )
        assert text(found) == expected


@pytest.mark.parametrize(("count", "expected"), [(1, "8"), (3, "333")])
def test_of_a_digit_by_itself_the_model_of_digits_says_more(count: int, expected: str) -> None:
    """Among others the strip does."""
    strip, glyph = {"3": 0.8, "8": 0.2}, {"3": 0.2, "8": 0.8}
    assert text(read([strip] * count, Digits(glyph))) == expected


@pytest.mark.parametrize(("touching", "expected"), [(False, "???"), (True, "333")])
def test_what_was_cut_off_from_a_neighbour_may_look_like_no_digit(
    touching: bool, expected: str
) -> None:
    """Its form is spoiled: there the strip's word counts for more."""
    likely = {"3": 0.9, "*": 0.08}
    found = read(
        [likely] * 3,
        Digits({"3": 0.002, "!": 0.99}),
        touching=touching,
        beside={"not_a_digit": 0.5},
    )
    assert text(found) == expected


SURE = [{"7": 0.98}, {"7": 0.98}]


@pytest.mark.parametrize(
    ("characters", "asked", "expected"),
    [
        pytest.param([*SURE, {"7": 0.98}], 3, "777", id="digits"),
        pytest.param([*SURE, {"-": 0.6, "7": 0.3}], 3, "777", id="a-dash-in-doubt"),
        pytest.param([*SURE, {"*": 0.6, "7": 0.3}], 3, "777", id="a-letter-in-doubt"),
        pytest.param([*SURE, {"-": 0.98}], 2, "77-", id="a-dash"),
        pytest.param([*SURE, {"*": 0.98}], 2, "77*", id="a-letter"),
        pytest.param([*SURE, {",": 0.6, "7": 0.3}], 2, "77,", id="a-comma"),
        pytest.param([{"*": 0.98}], 1, "7", id="a-letter-by-itself"),
        pytest.param([{"7": 0.98}, {"*": 0.98}], 2, "77", id="a-letter-beside-a-digit"),
        pytest.param([*SURE, NOTHING], 3, "777", id="a-mark-that-was-passed-over"),
    ],
)
def test_the_model_of_digits_is_asked_about_digits_and_what_may_be_one(
    characters: list[Mapping[str, float]], asked: int, expected: str
) -> None:
    """What it says counts, if it is sure of it."""
    digits = Digits({"7": 0.99})
    found = read(characters, digits)
    assert digits.seen == asked
    assert text(found) == expected
    assert all((place.glyph is not None) == (place.digit is not None) for place in found)


@pytest.mark.parametrize(
    ("letters", "digits", "expected"),
    [
        pytest.param(6, 4, [], id="a-word-with-digits"),
        pytest.param(2, 6, ["333333"], id="a-number-with-letters"),
    ],
)
def test_a_run_of_letters_is_as_wide_as_its_letters(
    letters: int, digits: int, expected: list[str]
) -> None:
    """However many there are, one star stands for them, at any one of them."""
    for spelled in range(letters):
        characters: list[Mapping[str, float]] = [NOTHING] * letters + [{"3": 0.98}] * digits
        characters[spelled] = {"*": 0.98}
        found = read(characters, Digits({"3": 0.98}))
        assert found[0].width == pytest.approx(letters / (letters + digits), abs=0.1)
        assert [number.text for number in group_numbers(found)] == expected


def bars(count: int) -> np.ndarray:
    """A page (200, 400) with upright strokes, ink bright."""
    page = np.zeros((200, 400), np.uint8)
    for place in range(count):
        page[70:130, 100 + 40 * place : 110 + 40 * place] = 255
    return page


@pytest.mark.parametrize(
    ("limits", "single", "several"),
    [
        pytest.param({}, "?", "111", id="its-own"),
        pytest.param({"threshold": 0.75}, "?", "???", id="asked-for"),
        pytest.param({"threshold": 0.55}, "1", "111", id="lower"),
        pytest.param({"accuracy": 0.999}, "?", "???", id="an-accuracy"),
    ],
)
def test_a_reader_refuses_fewer_digits_within_numbers(
    limits: dict[str, float], single: str, several: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is asked for: there each has to be likelier right than not."""
    folder = included_models()["base"]
    likely = {"1": 0.58, "7": 0.42}
    model = Model(folder, read_card(folder), session=Digits(likely))
    asked: Any = limits
    reader = tenfold.Reader(model, **asked)
    for count, expected in ((1, single), (3, several)):
        strips = Strips(*[likely] * count)
        monkeypatch.setattr(reader_module, "load_strip_model", lambda _threads, own=strips: own)
        assert reader.read(bars(count), polarity="bright_ink").text == expected
