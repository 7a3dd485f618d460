"""A sheet on a table is cut out; what only looks like one is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import picture_to_glyph, to_glyph
from tenfold.preprocess.sheet import cut_out_sheet

SIDE = 300


def sheet(
    corners: list[tuple[int, int]], text: str, *, levels: tuple[int, int, int] = (60, 240, 30)
) -> np.ndarray:
    """A page (300, 300) of a table, a sheet with its corners (column, row), and ink on it."""
    table, paper, ink = levels
    page = np.full((SIDE, SIDE), table, np.uint8)
    cv2.fillPoly(page, [np.array(corners, np.int32)], paper, cv2.LINE_AA)
    middle = np.mean(corners, 0).astype(int)
    place = int(middle[0]) - 26, int(middle[1]) + 30
    cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, 2.5, ink, 7, cv2.LINE_AA)
    return page


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


ALL_ROUND = [(60, 50), (240, 50), (240, 250), (60, 250)]
LYING = {
    "all round": ALL_ROUND,
    "turned": [(90, 30), (260, 70), (215, 260), (45, 220)],
    "three sides": [(60, 0), (240, 0), (240, 230), (60, 230)],
    "two sides": [(0, 0), (200, 0), (200, 220), (0, 220)],
    "in perspective": [(80, 50), (220, 50), (245, 250), (55, 250)],
}


@pytest.mark.parametrize("corners", LYING.values(), ids=LYING)
@pytest.mark.parametrize("text", ["0", "1", "4", "7", "8"])
@pytest.mark.parametrize(
    "levels",
    [(60, 240, 30), (150, 240, 40), (235, 130, 20), (30, 90, 240), (240, 60, 230)],
    ids=["white", "grey table", "dark paper", "chalk on slate", "white on dark"],
)
def test_a_digit_on_a_sheet_is_read_as_on_paper_alone(
    corners: list[tuple[int, int]], text: str, levels: tuple[int, int, int]
) -> None:
    alone = np.zeros((SIDE, SIDE), np.uint8)
    cv2.putText(alone, text, (124, 180), cv2.FONT_HERSHEY_SIMPLEX, 2.5, 255, 7, cv2.LINE_AA)
    assert alike(picture_to_glyph(sheet(corners, text, levels=levels)), to_glyph(alone)) > 0.95


def block_zero(hole: tuple[int, int]) -> np.ndarray:
    """A thick zero with straight sides, ink bright, and a hole of some width and height."""
    page = np.zeros((SIDE, SIDE), np.uint8)
    page[60:240, 90:210] = 255
    wide, tall = hole
    page[150 - tall // 2 : 150 + tall // 2, 150 - wide // 2 : 150 + wide // 2] = 0
    return page


def shadowed() -> np.ndarray:
    """A digit across the edge of a shadow that covers half the page."""
    page = sheet([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], "4")
    page[:, 150:] = page[:, 150:] // 2
    return page


def upright_zero(pen: int) -> np.ndarray:
    """A 0 with nearly straight sides, as many write it, ink bright."""
    page = np.zeros((SIDE, SIDE), np.uint8)
    corners = np.array([[125, 70], [180, 70], [200, 95], [200, 200], [180, 230], [120, 230]])
    outline = np.vstack([corners, [[100, 205], [100, 100]]])
    cv2.polylines(page, [outline.astype(np.int32)], True, 255, pen, cv2.LINE_AA)
    return page


def labelled() -> np.ndarray:
    """A digit in a thin pen, and beside it a dark label with something bright on it."""
    page = np.full((400, 400), 235, np.uint8)
    cv2.putText(page, "4", (60, 300), cv2.FONT_HERSHEY_SIMPLEX, 9, 30, 4, cv2.LINE_AA)
    cv2.rectangle(page, (290, 280), (360, 360), 60, -1)
    cv2.line(page, (325, 295), (325, 345), 220, 6)
    return page


NOT_SHEETS = {
    "label beside a digit": labelled(),
    **{f"zero, pen {pen}": upright_zero(pen) for pen in (4, 8, 12, 20, 30, 40)},
    "box": cv2.rectangle(np.zeros((SIDE, SIDE), np.uint8), (60, 60), (240, 240), 255, 12),
    "digit alone": sheet([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], "4"),
    "empty sheet": sheet(ALL_ROUND, ""),
    "table at one side": sheet([(0, 0), (240, 0), (240, SIDE), (0, SIDE)], "4"),
    "shadow": shadowed(),
    "thick zero": block_zero((30, 90)),
    "thick zero, wide hole": block_zero((70, 120)),
    "round sheet": cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (150, 150), 120, 255, -1),
    "small": sheet(ALL_ROUND, "4")[::5, ::5].copy(),
    "grain": np.random.default_rng(0).integers(0, 255, (SIDE, SIDE)).astype(np.uint8),
    "even": np.full((SIDE, SIDE), 128, np.uint8),
}


@pytest.mark.parametrize("page", NOT_SHEETS.values(), ids=NOT_SHEETS)
def test_what_is_no_sheet_on_a_table_stays_as_it_is(page: np.ndarray) -> None:
    assert cut_out_sheet(page) is page
    turned = 255 - page
    assert cut_out_sheet(turned) is turned


@pytest.mark.parametrize("share", [0.15, 0.2, 0.3])
@pytest.mark.parametrize("levels", [(60, 240, 30), (240, 60, 230)], ids=["white", "white on dark"])
@pytest.mark.parametrize("text", ["1", "4", "8"])
def test_a_small_sheet_is_found_on_a_large_table(
    text: str, levels: tuple[int, int, int], share: float
) -> None:
    table, _, _ = levels
    near = sheet(LYING["turned"], text, levels=levels)
    side = round(0.7 * SIDE / share)  # of the page, of which the sheet is that share
    page = np.full((side, side), table, np.uint8)
    page[side // 3 : side // 3 + SIDE, side // 4 : side // 4 + SIDE] = near
    assert alike(picture_to_glyph(page), picture_to_glyph(near)) > 0.95


@pytest.mark.parametrize("scale", [0.15, 0.3, 0.5])
@pytest.mark.parametrize("name", [name for name in NOT_SHEETS if "zero" in name or name == "box"])
def test_a_small_digit_is_no_sheet(name: str, scale: float) -> None:
    small = cv2.resize(NOT_SHEETS[name], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    page = np.zeros((2 * SIDE, 2 * SIDE), np.uint8)
    page[200 : 200 + len(small), 240 : 240 + len(small)] = small
    assert cut_out_sheet(page) is page
