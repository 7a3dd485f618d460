"""Marks come in the order in which a person reads them, and together as they were written."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tenfold.preprocess.lines import into_groups, into_lines
from tenfold.values import Box


class Named(NamedTuple):
    name: str
    box: Box


def marks(*places: tuple[str, int, int], height: int = 20, width: int = 12) -> list[Named]:
    """Marks of one size, each with its name, top and left."""
    return [Named(name, Box(top, left, top + height, left + width)) for name, top, left in places]


def names(rows: list[list[Named]]) -> list[str]:
    return ["".join(mark.name for mark in row) for row in rows]


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param(marks(("2", 0, 30), ("1", 0, 0)), ["12"], id="left-to-right"),
        pytest.param(marks(("2", 50, 0), ("1", 0, 300)), ["1", "2"], id="top-to-bottom"),
        pytest.param(
            marks(("1", 0, 0), ("2", 8, 30), ("3", 16, 60), ("4", 24, 90)), ["1234"], id="slanting"
        ),
        pytest.param(
            marks(("1", 0, 0), ("3", 15, 30), ("2", 0, 60), ("4", 15, 90)),
            ["12", "34"],
            id="lines-that-reach-into-each-other",
        ),
        pytest.param(
            [*marks(("1", 0, 0)), *marks(("2", 8, 30), height=6)], ["12"], id="small-beside-large"
        ),
        pytest.param(
            [*marks(("1", 0, 0), ("2", 0, 30)), *marks((",", 18, 16), height=10, width=5)],
            ["1,2"],
            id="a-comma-that-hangs",
        ),
        pytest.param(
            [*marks(("1", 0, 0), ("2", 0, 30)), *marks((".", 30, 16), height=10, width=5)],
            ["12", "."],
            id="a-small-mark-farther-below",
        ),
        pytest.param([], [], id="none"),
    ],
)
def test_lines(found: list[Named], lines: list[str]) -> None:
    assert names(into_lines(found)) == lines


@pytest.mark.parametrize(
    ("gaps", "groups"),
    [
        pytest.param([], ["0"], id="one"),
        pytest.param([6, 6, 6], ["0123"], id="even"),
        pytest.param([60, 58, 62], ["0123"], id="even-and-wide"),
        pytest.param([6, 60, 8], ["01", "23"], id="two-numbers"),
        pytest.param([60, 62, 6], ["0", "1", "23"], id="more-gaps-between-than-within"),
        pytest.param([-3, 30, 0], ["01", "23"], id="touching-ones"),
        pytest.param([5, 11, 5], ["0123"], id="a-gap-within-a-number"),
        pytest.param([2, 18, 4], ["01", "23"], id="a-space-half-as-wide-as-a-digit-is-high"),
        pytest.param([22], ["01"], id="two-marks"),
        pytest.param([55], ["0", "1"], id="two-marks-far-apart"),
        pytest.param([6, 60, 150, 6], ["01", "2", "34"], id="gaps-of-three-kinds"),
    ],
)
def test_groups(gaps: list[int], groups: list[str]) -> None:
    left, line = 0, marks(("0", 0, 0))
    for place, gap in enumerate(gaps, start=1):
        left += 12 + gap
        line += marks((str(place), 0, left))
    assert names(into_groups(line)) == groups


@pytest.mark.parametrize(
    ("gaps", "groups"),
    [
        pytest.param([2, 18, 4], ["0123"], id="a-space-half-as-wide-as-a-digit-is-high"),
        pytest.param([2, 60, 4], ["01", "23"], id="two-numbers"),
    ],
)
def test_a_field_holds_one_number_mostly(gaps: list[int], groups: list[str]) -> None:
    left, line = 0, marks(("0", 0, 0))
    for place, gap in enumerate(gaps, start=1):
        left += 12 + gap
        line += marks((str(place), 0, left))
    assert names(into_groups(line, is_field=True)) == groups


def test_a_narrow_digit_in_a_box_is_no_end_of_a_number() -> None:
    line = [
        *marks(("0", 0, 0), ("1", 0, 24), width=16),
        *marks(("2", 0, 54), width=4),
        *marks(("3", 0, 72), ("4", 0, 96), width=16),
    ]
    assert names(into_groups(line)) == ["01234"]
