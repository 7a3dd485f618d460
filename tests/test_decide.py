"""From logits to digits, and when none is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenfold.decide import decide, mean_logits, softmax
from tenfold.errors import InputError
from tenfold.values import Box, Digit


def logits(*rows: dict[int, float]) -> np.ndarray:
    array = np.zeros((len(rows), 10), np.float32)
    for row, values in zip(array, rows, strict=True):
        for digit, value in values.items():
            row[digit] = value
    return array


def none(count: int) -> np.ndarray:
    return np.zeros(count, bool)


def test_the_likeliest_digit_with_its_probability() -> None:
    (digit,) = decide(logits({7: 5.0}), none(1))
    expected = np.exp(5) / (np.exp(5) + 9)
    assert (digit.value, digit.guess, digit.rejected, digit.box) == (7, 7, None, None)
    assert digit.confidence == pytest.approx(expected, rel=1e-6)
    assert digit.probabilities.dtype == np.float32
    assert digit.probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert digit.confidence == digit.probabilities.max()


@pytest.mark.parametrize(("tied", "guess"), [((3, 8), 3), ((9, 0), 0), (range(10), 0)])
def test_the_lowest_digit_wins_a_tie(tied: list[int], guess: int) -> None:
    (digit,) = decide(logits(dict.fromkeys(tied, 2.0)), none(1))
    assert digit.guess == guess


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_temperature_divides_the_logits(temperature: float) -> None:
    (digit,) = decide(logits({4: 3.0}), none(1), temperature=temperature)
    expected = np.exp(3 / temperature) / (np.exp(3 / temperature) + 9)
    assert digit.confidence == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("unsure", "value", "rejected"),
    [(0.0, 4, None), (0.2, 4, None), (0.9, None, "unsure"), (1.0, None, "unsure")],
)
def test_what_is_less_sure_than_the_threshold_is_refused(
    unsure: float, value: int | None, rejected: str | None
) -> None:
    (digit,) = decide(logits({4: 3.0}), none(1), thresholds={"unsure": unsure})
    assert (digit.value, digit.rejected, digit.guess) == (value, rejected, 4)
    assert digit.confidence == pytest.approx(np.exp(3) / (np.exp(3) + 9), rel=1e-6)


def test_the_threshold_itself_is_answered() -> None:
    (sure,) = decide(logits({4: 3.0}), none(1))
    (digit,) = decide(logits({4: 3.0}), none(1), thresholds={"unsure": sure.confidence})
    assert digit.value == 4


def test_a_blank_has_no_digit_whatever_the_logits() -> None:
    blank, seen = decide(logits({4: 30.0}, {4: 30.0}), np.array([True, False]))
    assert (blank.value, blank.rejected, blank.confidence) == (None, "blank", 0.0)
    assert not blank.probabilities.any()
    assert seen.value == 4


def test_none_gives_none() -> None:
    assert decide(np.zeros((0, 10), np.float32), none(0)) == []


def test_counts_must_agree() -> None:
    with pytest.raises(ValueError, match="argument 3 is shorter"):
        decide(logits({}, {}), none(1))


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e30])
def test_softmax_never_overflows(scale: float) -> None:
    array = logits({1: 1.0}, {2: -1.0}) * np.float32(scale)
    shares = softmax(array)
    assert shares.dtype == np.float64
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(softmax(array + 1), shares, rtol=1e-4)


def test_logits_stay_as_they_are() -> None:
    array = logits({1: 2.0})
    before = array.copy()
    decide(array, none(1), temperature=3.0)
    np.testing.assert_array_equal(array, before)


def digit(**changes: object) -> Digit:
    values = {"value": 3, "guess": 3, "confidence": 0.9, "probabilities": np.full(10, 0.1)}
    return Digit(**(values | changes))


def test_digits_are_compared_by_value() -> None:
    assert digit() == digit()
    assert hash(digit()) == hash(digit())
    for changes in ({"guess": 4}, {"box": Box(0, 0, 1, 1)}, {"probabilities": np.zeros(10)}):
        assert digit() != digit(**changes)
    assert digit() != 3
    assert len({digit(), digit(), digit(value=None, rejected="unsure")}) == 2


def test_a_digit_as_text_and_as_json() -> None:
    assert repr(digit()) == "Digit(3, confidence=0.9000)"
    refused = digit(value=None, rejected="unsure", box=Box(1, 2, 3, 4))
    assert repr(refused) == "Digit(?, confidence=0.9000, rejected='unsure', guess=3)"
    assert refused.to_dict() == {
        "value": None,
        "guess": 3,
        "confidence": 0.9,
        "probabilities": [0.1] * 10,
        "box": [1, 2, 3, 4],
        "rejected": "unsure",
    }


def eleven(*rows: dict[int, float]) -> np.ndarray:
    array = np.zeros((len(rows), 11), np.float32)
    for row, values in zip(array, rows, strict=True):
        for output, value in values.items():
            row[output] = value
    return array


@pytest.mark.parametrize(
    ("row", "thresholds", "value", "rejected"),
    [
        ({4: 9.0}, {"not_a_digit": 0.5}, 4, None),
        ({4: 1.0, 10: 9.0}, {"not_a_digit": 0.5}, None, "not_a_digit"),
        ({4: 1.0, 10: 9.0}, {}, 4, None),
        ({4: 5.0, 10: 4.9}, {"not_a_digit": 0.5}, 4, None),
        ({4: 4.9, 10: 5.1}, {"not_a_digit": 0.5}, None, "not_a_digit"),
        ({4: 5.0, 10: 4.9}, {"not_a_digit": 0.5, "unsure": 0.6}, None, "unsure"),
    ],
)
def test_what_is_likelier_no_digit_is_refused(
    row: dict[int, float], thresholds: dict[str, float], value: int | None, rejected: str | None
) -> None:
    (digit,) = decide(eleven(row), none(1), thresholds=thresholds)
    assert (digit.value, digit.rejected, digit.guess) == (value, rejected, 4)
    strange = np.exp(row.get(10, 0)) / (np.exp(list(row.values())).sum() + 11 - len(row))
    if 10 not in row:
        strange = 1 / (np.exp(9) + 10)
    assert digit.probabilities.shape == (10,)
    assert 1 - digit.probabilities.sum() == pytest.approx(strange, abs=1e-6)
    assert digit.confidence == digit.probabilities[4]


def test_large_logits_keep_their_order_at_any_temperature() -> None:
    (digit,) = decide(logits({4: 1e31}), none(1), temperature=0.001)
    assert (digit.value, digit.confidence) == (4, 1.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"logits": np.full((1, 10), np.nan, np.float32)}, "logits: must .* not all finite"),
        ({"logits": np.full((1, 10), np.inf, np.float32)}, "logits: must .* not all finite"),
        ({"logits": np.zeros((1, 9), np.float32)}, "logits: must .* have shape .1, 9."),
        ({"logits": np.zeros((1, 12), np.float32)}, "logits: must .* have shape .1, 12."),
        ({"logits": np.zeros(10, np.float32)}, "logits: must .* have shape .10,."),
        ({"temperature": 0.0}, "temperature: must be above 0, but is 0.0"),
        ({"temperature": -1.0}, "temperature: must be above 0, but is -1.0"),
        ({"temperature": float("nan")}, "temperature: must be above 0, but is nan"),
        ({"thresholds": {"unsre": 0.5}}, "thresholds: must be not_a_digit and unsure"),
        ({"thresholds": {"unsure": float("nan")}}, "thresholds: must be"),
        ({"thresholds": {"unsure": 1.5}}, "thresholds: must be"),
    ],
)
def test_what_stands_for_no_distribution_is_refused(changes: dict[str, Any], words: str) -> None:
    given = {"logits": logits({4: 1.0}), **changes}
    with pytest.raises(InputError, match=words):
        decide(given.pop("logits"), none(1), **given)


def test_a_committee_says_the_mean_of_its_members() -> None:
    members = [logits({4: 3.0}, {1: 2.0}), logits({5: 1.0}, {1: 60.0})]
    mean = (softmax(members[0]) + softmax(members[1])) / 2
    np.testing.assert_allclose(softmax(mean_logits(members)), mean, atol=1e-6)
    assert mean_logits(members[:1]) is members[0]
