"""Strips in doubt are looked at again, and what all looks find likeliest is what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tenfold.respell import spell_strips


def look(*outputs: int, sure: float = 0.99, rival: tuple[int, int, float] | None = None):
    """Probabilities (T, 5) with one likely output at each place; a rival's at one of them."""
    rows = np.full((len(outputs), 5), (1 - sure) / 4, np.float32)
    rows[np.arange(len(outputs)), outputs] = sure
    if rival is not None:
        place, output, likely = rival
        rows[place] *= (1 - likely) / (1 - rows[place, output])
        rows[place, output] = likely
    return rows


class Model:
    """Gives for a strip what is set down for its width."""

    def __init__(self, **by_width: np.ndarray) -> None:
        self._by_width = {int(width[1:]): rows for width, rows in by_width.items()}
        self.seen: list[int] = []

    def probabilities(self, strips: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.seen += [strip.shape[1] for strip in strips]
        return [self._by_width[strip.shape[1]] for strip in strips]


def strip(width: int) -> np.ndarray:
    return np.zeros((32, width), np.uint8)


def test_what_is_sure_is_looked_at_once() -> None:
    model = Model(w100=look(0, 1, 0, 2, 0))
    ((found, seen),) = spell_strips([strip(100)], model)
    assert [one.symbol for one in found] == [1, 2]
    assert len(seen) == 5
    assert model.seen == [100]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        pytest.param((look(0, 1, 0, 2, 0), look(0, 1, 0, 2, 0)), [1, 2], id="both-for-the-rival"),
        pytest.param((look(0, 3, 0, 2, 0), look(0, 3, 0, 2, 0)), [3, 2], id="both-as-before"),
        pytest.param((look(0, 1, 0, 2), look(0, 0, 1, 0, 2, 0)), [1, 2], id="of-other-lengths"),
        pytest.param(
            (look(0, 3, 0, 2, 4, sure=0.6), look(0, 1, 0, 2, 0)), [1, 2], id="the-surer-of-two"
        ),
    ],
)
def test_what_all_looks_find_likeliest(
    others: tuple[np.ndarray, np.ndarray], expected: list[int]
) -> None:
    doubtful = look(0, 3, 0, 2, 0, rival=(1, 1, 0.45))
    model = Model(w100=doubtful, w88=others[0], w115=others[1], w60=look(0, 4, 0))
    (sure, _), (found, seen) = spell_strips([strip(60), strip(100)], model)
    assert [one.symbol for one in sure] == [4]
    assert [one.symbol for one in found] == expected
    assert [(one.first, one.last) for one in found] == [(1, 1), (3, 3)]
    np.testing.assert_array_equal(seen, doubtful)
    assert model.seen == [60, 100, 88, 115]


def test_a_text_that_the_first_look_has_no_room_for() -> None:
    """Three of the same need a place between each two: however sure the others are, it is none."""
    doubtful, others = look(3, 0, sure=0.8), look(3, 0, 3, 0, 3, sure=0.9999999)
    model = Model(w100=doubtful, w88=others, w115=others)
    ((found, _),) = spell_strips([strip(100)], model)
    assert [one.symbol for one in found] == [3]


def test_no_strips() -> None:
    assert spell_strips([], Model()) == []
