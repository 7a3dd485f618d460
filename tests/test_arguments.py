"""Whatever is handed over as numbers is taken, or refused with its name: it never crashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tenfold
from tenfold.arguments import MOST_CELLS, four_corners, four_sides, table_size
from tenfold.errors import InputError

PAGE = np.full((90, 120), 230, np.uint8)
ROUND = ((0, 0), (99, 0), (99, 89), (0, 89))
NAN, INF = float("nan"), float("inf")

NO_SIDES = [
    5, "1234", b"1234", "a text", {}, object(), np.array(5), np.zeros((2, 2)), [[1, 2], [3, 4]],
    (1, 2, 3), (1, 2, 3, 4, 5), (None,) * 4, (NAN,) * 4, (INF,) * 4, (1.5, 2, 3, 4), (1j,) * 4,
    ("1", "2", "3", "4"), (True,) * 4, (10**400,) * 4, (1, 2, 3, 1e300), iter((1, 2, 3, 4)),
]  # fmt: skip

NO_CORNERS = [
    5, "0,0 9,0 9,9 0,9", {}, {1: 2}, object(), (), ((0, 0), (9, 9)),
    ((0, 0), (9, 0), (9, 9), (0,)),
    ((0, 0), (9, 0), (9, 9), (0, "a")), ((NAN, 0), (9, 0), (9, 9), (0, 9)),
    ((0, 0), (INF, 0), (9, 9), (0, 9)), ((None, 0), (9, 0), (9, 9), (0, 9)),
    ((1j, 0), (9, 0), (9, 9), (0, 9)), ((10**400, 0), (9, 0), (9, 9), (0, 9)),
    ((0, 0), (1e300, 0), (1e300, 1e300), (0, 1e300)),
]  # fmt: skip

NO_COUNTS = [
    0, -1, 201, 10**6, 10**400, 2.5, NAN, INF, "3", "", None, True, [], (3,), np.zeros(2), object(),
]  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> tenfold.Reader:
    return tenfold.Reader("nano", threads=1)


@pytest.mark.parametrize("sides", NO_SIDES, ids=ascii)
def test_what_is_no_region(sides: Any, reader: tenfold.Reader) -> None:
    for read in (reader.read, reader.explain, lambda page, **more: tenfold.read(page, **more)):
        with pytest.raises(InputError, match="region: must be four whole numbers"):
            read(PAGE, region=sides)  # type: ignore[operator]
    with pytest.raises(InputError, match="region: must be four whole numbers"):
        reader.read_table(PAGE, 2, 2, region=sides)


@pytest.mark.parametrize(
    "sides", [[1, 2, 30, 40], (1.0, 2, 30, 40), np.array([1, 2, 30, 40]), tenfold.Box(1, 2, 30, 40)]
)
def test_what_is_a_region(sides: Any, reader: tenfold.Reader) -> None:
    assert four_sides(sides, "region") == (1, 2, 30, 40)
    assert reader.read(PAGE, region=sides) == tenfold.Reading()


@pytest.mark.parametrize("corners", NO_CORNERS, ids=ascii)
def test_what_is_no_corners(corners: Any, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError, match="corners: must be four pairs"):
        reader.read_table(PAGE, 2, 2, corners=corners)


@pytest.mark.parametrize(
    "corners",
    [
        ROUND, [list(pair) for pair in ROUND], np.array(ROUND), np.array(ROUND, np.float32),
        ((0, 0), (1e-9, 0), (1e-9, 1e-9), (0, 1e-9)), ((0, 0), (1e6, 0), (1e6, 1e6), (0, 1e6)),
        ((500, 500), (600, 500), (600, 600), (500, 600)),
    ],
    ids=["tuple", "list", "array", "float32", "tiny", "huge", "outside"],
)  # fmt: skip
def test_what_is_corners(corners: Any, reader: tenfold.Reader) -> None:
    assert len(four_corners(corners)) == 4
    assert reader.read_table(PAGE, 1, 2, corners=corners).rows == [["", ""]]


@pytest.mark.parametrize("count", NO_COUNTS, ids=ascii)
def test_what_is_no_size_of_a_table(count: Any, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError, match="rows: must be a whole number from 1 to 200"):
        reader.read_table(PAGE, count, 2, corners=ROUND)
    with pytest.raises(InputError, match="columns: must be a whole number from 1 to 200"):
        reader.read_table(PAGE, 2, count, corners=ROUND)


@pytest.mark.parametrize("count", [1, MOST_CELLS, np.int64(3), 3.0])
def test_what_is_a_size_of_a_table(count: Any) -> None:
    assert table_size(count, 2) == (int(count), 2)


@pytest.mark.parametrize("form", [None, 5, {}, {"fields": {}}, b"form.json", ["form.json"], ""])
def test_what_is_no_form(form: Any, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError, match="form: must be a Form or the name"):
        reader.read_fields(PAGE, form)


@pytest.mark.parametrize("as_name", [str, Path])
def test_a_form_may_be_named(as_name: Any, reader: tenfold.Reader, tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    path.write_text('{"fields": {"a": [0, 0, 50, 50]}}')
    assert reader.read_fields(PAGE, as_name(path)) == {"a": tenfold.Reading()}
    assert reader.read_fields(PAGE, tenfold.load_form(path)) == {"a": tenfold.Reading()}
    with pytest.raises(InputError, match=r"none\.json: must be a form"):
        reader.read_fields(PAGE, as_name(tmp_path / "none.json"))


def test_a_field_outside_the_picture_is_named(reader: tenfold.Reader) -> None:
    form = tenfold.Form({"a": tenfold.Box(0, 0, 50, 50), "sum": tenfold.Box(0, 0, 91, 50)})
    with pytest.raises(InputError, match=r"^form: field 'sum' must lie within the picture"):
        reader.read_fields(PAGE, form)
