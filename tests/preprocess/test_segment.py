"""Pages with several digits: what is a mark, where it stands, and what it stands with."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import segment, without_ruling
from tenfold.values import Box


def page(height: int = 300, width: int = 500) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def write(
    page: np.ndarray, text: str, left: int, foot: int, size: float = 2.0, step: int = 60
) -> np.ndarray:
    """Write digits 22 pixels high a size, each on its own; a space leaves a place empty."""
    for place, letter in enumerate(text):
        at = (left + step * place, foot)
        pen = max(round(2.5 * size), 1)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, pen, cv2.LINE_AA)
    return page


def layout(page: np.ndarray) -> list[list[int]]:
    """How many marks each group of each line has."""
    return [[len(group.marks) for group in line] for line in segment(page)]


def boxes(page: np.ndarray) -> list[Box]:
    return [mark for line in segment(page) for group in line for mark in group.marks]


def noisy(page: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(2)
    light = np.linspace(0, 60, page.shape[1])
    return (page * 0.6 + 20 + light + random.normal(0, 5, page.shape)).clip(0, 255).astype(np.uint8)


def framed() -> np.ndarray:
    found = write(page(), "274", 62, 140, 1.8)
    for place in range(5):
        cv2.rectangle(found, (50 + 60 * place, 90), (110 + 60 * place, 150), 255, 2)
    return found


def broken() -> np.ndarray:
    """A 5 whose bar touches nothing, between two whole digits."""
    found = write(page(), "4 7", 60, 140)
    cv2.line(found, (125, 92), (158, 90), 255, 5)
    cv2.ellipse(found, (140, 125), (16, 16), 0, -140, 150, 255, 5)
    return found


def headed() -> np.ndarray:
    """A 5 whose head, nearly half as high as its body, touches nothing."""
    found = page()
    cv2.polylines(found, [np.array([(162, 90), (126, 90), (124, 106)], np.int32)], False, 255, 5)
    cv2.ellipse(found, (140, 132), (18, 19), 0, -140, 150, 255, 5)
    return found


def specked() -> np.ndarray:
    found = write(page(), "47", 60, 140)
    for place in ((180, 100), (110, 118), (100, 180)):
        cv2.circle(found, place, 3, 255, -1)
    return found


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(page(), [], id="blank"),
        pytest.param(write(page(), "7", 200, 160), [[1]], id="one-digit"),
        pytest.param(write(page(), "1234", 50, 160), [[4]], id="a-number"),
        pytest.param(
            write(write(page(), "123", 20, 100), "45", 20, 220), [[3], [2]], id="two-lines"
        ),
        pytest.param(write(page(width=700), "12   34", 20, 100), [[2, 2]], id="two-numbers"),
        pytest.param(noisy(write(page(), "1234", 50, 160)), [[4]], id="grain-and-a-lamp"),
        pytest.param(framed(), [[3]], id="in-boxes"),
        pytest.param(broken(), [[3]], id="a-broken-five"),
        pytest.param(headed(), [[1]], id="a-five-with-its-head-apart"),
        pytest.param(specked(), [[2]], id="specks"),
        pytest.param(
            write(write(page(), "123", 20, 100), "456", 20, 154), [[3], [3]], id="narrow-lines"
        ),
        pytest.param(write(page(90, 200), "472", 10, 60, 0.6, 22), [[3]], id="13-pixels-high"),
        pytest.param(write(page(900, 1500), "472", 80, 700, 22, 480), [[3]], id="480-pixels-high"),
        pytest.param(
            write(write(page(500, 800), "47", 40, 350, 10, 240), "2", 720, 80, 1.5),
            [[1], [2]],
            id="small-beside-large",
        ),
    ],
)
def test_marks_of_a_page(page: np.ndarray, expected: list[list[int]]) -> None:
    assert layout(page) == expected


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_boxes_are_in_pixels_of_the_page(scale: int) -> None:
    """Of large pages too, which are worked on at a smaller size."""
    small = write(page(), "38", 50, 160)
    large = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    found = boxes(large)
    for box, columns in zip(found, ((50, 110), (110, 170)), strict=True):
        rows, places = np.nonzero(small[:, slice(*columns)] > 60)
        places = places + columns[0]
        top, left = rows.min() * scale, places.min() * scale
        bottom, right = (rows.max() + 1) * scale, (places.max() + 1) * scale
        assert np.abs(np.subtract(box, (top, left, bottom, right))).max() <= 2 * scale + 4


def test_a_group_has_the_ink_of_its_marks_alone() -> None:
    alone = segment(write(page(), "38", 60, 120))[0][0]
    below = segment(write(write(page(), "38", 60, 120), "8811", 20, 168))[0][0]
    assert alone.marks == below.marks
    assert np.abs(alone.ink[: len(below.ink)] - below.ink[: len(alone.ink)]).max() < 0.1


def test_points_and_commas_are_part_of_a_groups_ink() -> None:
    drawn = write(page(), "38", 60, 120, step=80)
    cv2.line(drawn, (120, 118), (116, 128), 255, 4)
    (group,) = segment(drawn)[0]
    assert len(group.marks) == 2
    columns = group.columns / group.scale
    between = group.ink[:, (columns > 110) & (columns < 128)]
    assert between[-8:].max() > 0.5


def test_a_comma_is_whole_that_hangs_below_its_number() -> None:
    drawn = write(page(), "38", 60, 120, step=80)
    (above,) = segment(drawn)[0]
    cv2.line(drawn, (121, 119), (118, 128), 255, 4)
    (group,) = segment(drawn)[0]
    assert len(group.marks) == 2
    assert above.on_page(Box(0, 0, *above.ink.shape)).bottom <= 125
    assert group.on_page(Box(0, 0, *group.ink.shape)).bottom >= 129


def test_the_bar_of_a_five_is_part_of_it_although_it_touches_nothing() -> None:
    drawn = page()
    cv2.line(drawn, (125, 92), (158, 90), 255, 5)
    cv2.ellipse(drawn, (140, 125), (16, 16), 0, -140, 150, 255, 5)
    ((group,),) = segment(drawn)
    (mark,) = group.marks
    assert mark.top <= 92
    assert group.ink[: round(10 * group.scale)].max() > 0.5
    assert np.abs(np.subtract(group.on_page(Box(0, 0, *group.ink.shape)), mark)).max() <= 2


def test_a_dash_above_a_digit_is_no_part_of_it() -> None:
    drawn = write(page(), "7", 200, 160)
    cv2.line(drawn, (200, 99), (240, 99), 255, 4)
    (mark,) = boxes(drawn)
    assert mark.top > 110


@pytest.mark.parametrize(("stain", "kept"), [(0.05, 0), (0.12, 0), (0.16, 0), (0.3, 1)])
def test_pale_stains_go_and_pale_strokes_stay(stain: float, kept: int) -> None:
    """The same whether there are printed lines on the page or none."""
    for rule in (0.0, 1.0):
        ink = write(page(), "27", 60, 140).astype(np.float32) / np.float32(255)
        ink[200:230, 60:300] = stain
        ink[270:272] = rule
        rest = without_ruling(ink)
        assert (rest[200:230, 60:300] > 0).mean() == kept
        assert (rest[:190] > 0.5).sum() == (ink[:190] > 0.5).sum()
        assert rest[265:].max() == 0


def test_wide_gaps_are_narrow_in_the_ink_and_wide_on_the_page() -> None:
    (group,) = segment(write(page(), "3 8 1", 30, 160, step=60))[0]
    first, _, last = group.marks
    assert last.left - first.left > 200
    assert group.ink.shape[1] / group.scale < 160
    whole = group.on_page(Box(0, 0, *group.ink.shape))
    assert np.abs(np.subtract(whole, Box.around(group.marks))).max() <= 2


def test_a_comma_below_the_line_makes_no_line_of_its_own() -> None:
    drawn = write(page(), "38", 60, 120, step=80)
    cv2.line(drawn, (122, 116), (116, 132), 255, 5)
    assert len(segment(drawn)) == 1


@pytest.mark.parametrize("fall", [-0.2, -0.1, 0.0, 0.1, 0.2])
def test_a_line_that_falls_is_level_in_the_ink(fall: float) -> None:
    drawn = page(500, 700)
    for place in range(8):
        write(drawn, "0", 60 + 70 * place, round(250 + fall * 70 * place))
    (group,) = segment(drawn)[0]
    assert len(group.marks) == 8
    assert len(group.ink) / group.scale < 58
    for mark in group.marks:
        inside = (group.columns / group.scale >= mark.left) & (
            group.columns / group.scale < mark.right
        )
        columns = np.flatnonzero(inside)
        rows = np.flatnonzero((group.ink[:, columns] > 0.5).any(1))
        own = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        assert np.abs(np.subtract(group.on_page(own), mark)).max() <= 8


def test_words_run_together_do_not_make_specks_of_digits() -> None:
    """A piece five times as high as the digits beside it, which have most of the ink."""
    found = page(700, 1100)
    for foot in (150, 250, 350, 450, 550, 650):
        write(found, "40726138", 60, foot, 1.8)
    cv2.polylines(found, [np.array([(560, 110), (700, 210), (560, 310)], np.int32)], False, 255, 5)
    assert sum(mark.height < 60 for mark in boxes(found)) == 48


@pytest.mark.parametrize("specks", [0, 400, 20_000])
@pytest.mark.parametrize("text", ["", "274"])
def test_a_grained_page_has_the_marks_of_its_digits_alone(text: str, specks: int) -> None:
    random = np.random.default_rng(4)
    found = write(page(1000, 1400), text, 300, 600, 6.0, 170)
    rows, columns = (random.integers(0, side - 2, specks) for side in found.shape)
    for down in (0, 1):
        for right in (0, 1):
            found[rows + down, columns + right] = 255
    marks = [mark for mark in boxes(found) if mark.height > 100]
    assert len(marks) == len(text)
    assert len(boxes(found)) <= len(text) + 3
