"""Circles, boxes, underlines and the table's edge are no part of a digit."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import enclosures, frame_ink, rules, tilt, to_glyph
from tenfold.preprocess.strokes import keep_digit

SIDE = 200


def digit(text: str = "4", *, at: tuple[int, int] = (70, 132), size: float = 3.0) -> np.ndarray:
    """A digit amid a page of 200 x 200, ink bright."""
    array = np.zeros((SIDE, SIDE), np.uint8)
    cv2.putText(array, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 8, cv2.LINE_AA)
    return array


def ring(radii: tuple[int, int], gap: int = 0, pen: int = 4) -> np.ndarray:
    """A ring round the middle, with a gap of some degrees."""
    array = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(array, (100, 100), radii, 15, 40, 400 - gap, 255, pen, cv2.LINE_AA)
    return array


def box(margin: int, pen: int = 3) -> np.ndarray:
    array = np.zeros((SIDE, SIDE), np.uint8)
    cv2.rectangle(array, (margin, margin), (SIDE - margin, SIDE - margin), 255, pen)
    return array


def line(start: tuple[int, int], end: tuple[int, int], pen: int = 4) -> np.ndarray:
    array = np.zeros((SIDE, SIDE), np.uint8)
    cv2.line(array, start, end, 255, pen, cv2.LINE_AA)
    return array


def table(share: float, tilt: float = 0.0) -> np.ndarray:
    """What lies left of the paper."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.where(columns + tilt * (rows - SIDE / 2) < share * SIDE, 255, 0).astype(np.uint8)


def difference(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize("text", ["0", "1", "4", "8"])
@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(ring((85, 90)), id="circle"),
        pytest.param(ring((70, 92), pen=2), id="thin-ellipse"),
        pytest.param(ring((85, 90), gap=35), id="open-circle"),
        pytest.param(box(10), id="box"),
        pytest.param(box(25, pen=6), id="thick-box"),
        pytest.param(line((50, 165), (160, 168)), id="underline"),
        pytest.param(table(0.1), id="table"),
        pytest.param(table(0.15, 0.2), id="table-tilted"),
    ],
)
def test_what_is_drawn_round_or_under_a_digit_is_left_out(drawn: np.ndarray, text: str) -> None:
    alone = to_glyph(digit(text))
    assert difference(to_glyph(np.maximum(digit(text), drawn)), alone) <= 3


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param(ring((50, 70)), id="zero"),
        pytest.param(np.maximum(ring((50, 70)), line((100, 92), (100, 108), 8)), id="dotted-zero"),
        pytest.param(np.maximum(ring((50, 70)), line((86, 130), (114, 70))), id="slashed-zero"),
        pytest.param(np.maximum(ring((50, 70)), line((100, 60), (100, 140))), id="barred-zero"),
        pytest.param(np.maximum(ring((50, 70)), line((76, 100), (124, 100))), id="theta"),
        pytest.param(np.maximum(ring((70, 70)), line((100, 45), (100, 155))), id="tall-bar"),
        pytest.param(np.maximum(line((100, 50), (100, 140)), line((70, 148), (130, 148))), id="up"),
        pytest.param(
            np.maximum(line((70, 60), (130, 60), 8), line((128, 70), (90, 150), 8)),
            id="seven-in-two-strokes",
        ),
        pytest.param(
            np.maximum(digit("7"), line((75, 138), (135, 138), 8)),
            id="foot-torn-off",
        ),
        pytest.param(
            np.maximum(digit("7"), line((90, 146), (140, 146), 8)),
            id="foot-torn-off-further",
        ),
        pytest.param(
            cv2.dilate(digit("6"), np.ones((5, 5))) - cv2.erode(digit("6"), np.ones((3, 3))),
            id="hollow-six",
        ),
        pytest.param(
            cv2.dilate(digit("8"), np.ones((5, 5))) - cv2.erode(digit("8"), np.ones((3, 3))),
            id="hollow-eight",
        ),
    ],
)
def test_strokes_of_a_digit_are_kept(strokes: np.ndarray) -> None:
    assert difference(to_glyph(strokes), frame_ink(strokes)) <= 60
    assert (np.abs(to_glyph(strokes).astype(int) - frame_ink(strokes)) > 30).mean() < 0.01


@pytest.mark.parametrize("radii", [(85, 90), (80, 70)])
def test_a_one_has_room_in_a_circle(radii: tuple[int, int]) -> None:
    one = line((100, 55), (100, 145), 6)
    assert difference(to_glyph(np.maximum(one, ring(radii))), to_glyph(one)) <= 3


def test_the_work_does_not_grow_with_the_square_of_dots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of cloth, halftone and dotted paper a page has thousands."""
    seen = []
    monkeypatch.setattr(enclosures, "is_within", lambda *pieces: seen.append(pieces))
    page = np.zeros((400, 400), np.uint8)
    page[2::8, 2::8] = page[3::8, 2::8] = page[2::8, 3::8] = page[3::8, 3::8] = 255
    to_glyph(page)
    assert 0 < len(seen) <= 32 * 2500


def test_a_page_of_many_lines_has_no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    laid = []
    monkeypatch.setattr(rules, "_through", lambda places: laid.append(places))
    page = np.zeros((600, 600), np.float32)
    page[::4] = 1
    assert rules.erase_rules(page) is page
    assert not laid


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.3, 0.4, 0.45])
@pytest.mark.parametrize("side", range(4))
def test_a_table_s_edge_beside_empty_paper_is_blank(share: float, side: int) -> None:
    assert not to_glyph(np.rot90(table(share), side)).any()


@pytest.mark.parametrize("text", ["1", "3", "8"])
@pytest.mark.parametrize("gap", [20, 60])
def test_a_one_beside_another_digit_is_a_second_one(gap: int, text: str) -> None:
    """However little ink it has: which of the two is meant nobody knows."""
    pair = np.zeros((160, 300), np.uint8)
    cv2.putText(pair, text, (30, 120), cv2.FONT_HERSHEY_SIMPLEX, 3, 255, 10, cv2.LINE_AA)
    right = int(np.flatnonzero(pair.any(0))[-1])
    cv2.line(pair, (right + gap, 40), (right + gap, 118), 255, 8, cv2.LINE_AA)
    assert difference(to_glyph(pair), frame_ink(pair)) <= 4


@pytest.mark.parametrize("upright", [False, True], ids=["ruled", "squared"])
@pytest.mark.parametrize("degrees", [-9, -5, 4, 7, 11])
def test_tilted_rules_go(degrees: int, upright: bool) -> None:
    page = np.zeros((SIDE, SIDE), np.uint8)
    lean = round(np.tan(np.deg2rad(degrees)) * SIDE)
    for place in range(-SIDE + 7, 2 * SIDE, 37):
        cv2.line(page, (0, place), (SIDE, place + lean), 110, 2, cv2.LINE_AA)
        if upright:
            cv2.line(page, (place + lean, 0), (place, SIDE), 110, 2, cv2.LINE_AA)
    for text in "0258":
        found = to_glyph(np.maximum(page, digit(text)))
        assert np.corrcoef(found.ravel(), to_glyph(digit(text)).ravel())[0, 1] > 0.85


@pytest.mark.parametrize("tall", [False, True])
def test_a_tilt_is_undone(tall: bool) -> None:
    ink = np.random.default_rng(0).random((60, 90)).astype(np.float32)
    ink = np.ascontiguousarray(ink.T) if tall else ink
    rows = np.arange(ink.shape[1]) * 0.12 + 20
    ink[rows.astype(int), np.arange(ink.shape[1])] = 1
    tilted = tilt.find_tilt(np.where(ink == 1, ink, 0).astype(np.float32))
    level = tilted.level(ink)
    assert tilted.shifts.any()
    assert (level == 1).sum(1).max() > 0.4 * ink.shape[1]
    np.testing.assert_array_equal(tilted.back(level, len(ink)), ink)


@pytest.mark.parametrize("margin", [False, True], ids=["ruled", "with-a-margin"])
@pytest.mark.parametrize("thickness", [1, 2, 3])
@pytest.mark.parametrize("text", ["0", "2", "3", "4", "7", "8"])
def test_a_digit_as_high_as_a_line_is_freed_of_the_rules(
    text: str, thickness: int, margin: bool
) -> None:
    """An eighth of the page; the rules' edges come and go in the paper's grain."""
    alone = np.zeros((SIDE, SIDE), np.uint8)
    cv2.putText(alone, text, (90, 112), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 4, cv2.LINE_AA)
    page = np.random.default_rng(0).normal(8, 4, (SIDE, SIDE))
    for row in range(4, SIDE, 31):
        page[row : row + thickness] += 60
    if margin:
        page[:, 30:32] += 100
    page = cv2.GaussianBlur(np.maximum(page.clip(0, 255), alone), (0, 0), 0.7).astype(np.uint8)
    assert np.corrcoef(to_glyph(page).ravel(), to_glyph(alone).ravel())[0, 1] > 0.85


def three_sides(pen: int = 5) -> np.ndarray:
    """A cell's frame along the border, cut off at the top."""
    array = np.zeros((SIDE, SIDE), np.uint8)
    cv2.polylines(array, [np.array([(0, 0), (0, 199), (199, 199), (199, 0)])], False, 255, pen)
    return array


@pytest.mark.parametrize("pen", [3, 9])
@pytest.mark.parametrize("text", ["0", "2", "6", "8"])
def test_a_digit_that_touches_its_frame_is_cut_from_it(text: str, pen: int) -> None:
    standing = digit(text, at=(60, 196), size=5.0)
    found = to_glyph(np.maximum(standing, three_sides(pen)))
    assert np.corrcoef(found.ravel(), to_glyph(standing).ravel())[0, 1] > 0.8


@pytest.mark.parametrize("blurred", [0.5, 2.0])
@pytest.mark.parametrize("pen", [4, 6, 9, 15])
@pytest.mark.parametrize("tilt", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("inset", [0, 3])
def test_of_an_empty_frame_no_stroke_is_left(
    inset: int, tilt: float, pen: int, blurred: float
) -> None:
    """Nothing, or all of it: a single side would be a 1."""
    turn = cv2.getRotationMatrix2D((100, 100), tilt, (SIDE - 2 * inset) / SIDE)
    frame = cv2.GaussianBlur(cv2.warpAffine(three_sides(pen), turn, (SIDE, SIDE)), (0, 0), blurred)
    left = to_glyph(frame) > 100
    assert not left.any() if tilt < 2 and not inset else not left.any() or left.any(0).sum() > 15


@pytest.mark.parametrize("breadth", [6, 14, 30])
@pytest.mark.parametrize("turned", range(4))
def test_the_table_goes_beside_a_digit_at_the_other_border(turned: int, breadth: int) -> None:
    two = digit("2", at=(-8, 140), size=5.0)
    page = np.maximum(two, np.fliplr(table(breadth / SIDE)))
    found = to_glyph(np.ascontiguousarray(np.rot90(page, turned)))
    assert difference(found, to_glyph(np.ascontiguousarray(np.rot90(two, turned)))) <= 6


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param(line((98, 92), (100, 124), 4), id="fibre"),
        pytest.param(line((118, 80), (112, 104), 4), id="fibre-at-the-side"),
    ],
)
def test_dirt_in_a_round_zero_is_not_read(mark: np.ndarray) -> None:
    zero = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(zero, (100, 100), (54, 66), 0, 0, 360, 255, 5, cv2.LINE_AA)
    found = to_glyph(np.maximum(zero, mark))
    assert np.corrcoef(found.ravel(), to_glyph(zero).ravel())[0, 1] > 0.75


@pytest.mark.parametrize("dots", [[(100, 128)], [(100, 80), (102, 122)]], ids=["low", "two"])
def test_dots_in_a_narrow_zero_leave_it_one(dots: list[tuple[int, int]]) -> None:
    page = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(page, (100, 100), (42, 65), 0, 0, 360, 255, 6, cv2.LINE_AA)
    alone = to_glyph(page)
    for middle in dots:
        cv2.circle(page, middle, 8, 255, -1, cv2.LINE_AA)
    assert np.corrcoef(to_glyph(page).ravel(), alone.ravel())[0, 1] > 0.75


def letter(text: str) -> np.ndarray:
    return digit(text, at=(75, 125), size=2.5)


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(digit("4", at=(88, 112), size=1.2), id="small-digit"),
        pytest.param(digit("7", at=(60, 90), size=1.2), id="off-the-middle"),
        pytest.param(letter("R"), id="letter"),
        pytest.param(
            digit("3", at=(70, 112), size=1.5) + digit("5", at=(105, 112), size=1.5), id="two"
        ),
    ],
)
def test_a_circle_goes_whatever_is_in_it(inside: np.ndarray) -> None:
    assert difference(to_glyph(np.maximum(inside, ring((85, 85)))), to_glyph(inside)) <= 6


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
@pytest.mark.parametrize("lean", [0, 12])
def test_the_one_of_a_number_cut_out_to_its_ink_is_no_edge(lean: int, turned: int) -> None:
    """Though it stands along the border, as a rule or the table's edge does."""
    number = np.zeros((SIDE, SIDE), np.uint8)
    cv2.line(number, (10 + lean, 40), (10, 140), 255, 9, cv2.LINE_AA)
    number = np.maximum(number, cv2.resize(digit("2"), (SIDE, SIDE)))
    rows, columns = np.flatnonzero(number.any(1)), np.flatnonzero(number.any(0))
    cut = np.rot90(number[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], turned)
    assert difference(to_glyph(np.ascontiguousarray(cut)), frame_ink(cut)) <= 60


@pytest.mark.parametrize(
    ("stroke", "blot", "blot_stays"),
    [
        pytest.param((100, 100, 6, 60), (165, 165, 24, 24), False, id="blot-in-the-corner"),
        pytest.param((165, 100, 6, 80), (100, 100, 12, 12), False, id="speck-in-the-middle"),
        pytest.param((165, 100, 6, 80), (100, 100, 18, 18), True, id="blot-in-the-middle"),
    ],
)
def test_the_digit_is_what_is_large_and_central(
    stroke: tuple[int, int, int, int], blot: tuple[int, int, int, int], blot_stays: bool
) -> None:
    """Each by column, row, width and height; where the blot is the digit, its equal stays too."""
    ink = np.zeros((SIDE, SIDE), np.float32)
    for column, row, width, height in (stroke, blot):
        ink[row - height // 2 : row + height // 2, column - width // 2 : column + width // 2] = 1
    kept = keep_digit(ink)
    assert kept[stroke[1], stroke[0]] == 1
    assert (kept[blot[1], blot[0]] == 1) == blot_stays
