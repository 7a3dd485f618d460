"""Pages with one digit become glyphs as MNIST's authors made theirs."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

import tiny
from tenfold.preprocess import frame_ink, is_glyph, to_glyph


def page(
    height: int = 200, width: int = 150, ground: int = 0, ink: int = 255, text: str = "5"
) -> np.ndarray:
    """A digit drawn off the middle of a page, ink bright."""
    array = np.full((height, width), ground, np.uint8)
    size = min(height, width) / 45
    corner = (width // 4, int(height * 0.8))
    thick = max(1, round(size * 2))
    cv2.putText(array, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, ink, thick, cv2.LINE_AA)
    return array


def is_blank(array: np.ndarray) -> bool:
    return not to_glyph(array).any()


def bar(height: int, width: int, canvas: int = 300) -> np.ndarray:
    array = np.zeros((canvas, canvas), np.uint8)
    array[10 : 10 + height, 20 : 20 + width] = 255
    return array


def centre(glyph: np.ndarray) -> tuple[float, float]:
    total, places = glyph.sum(dtype=float), np.arange(28)
    return float(glyph.sum(1) @ places / total), float(glyph.sum(0) @ places / total)


def extent(glyph: np.ndarray) -> tuple[int, int]:
    """Rows and columns in which the ink reaches a third of its peak."""
    inked = glyph > glyph.max() / 3
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    return int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)


DIGITS = tiny.drawn_digits(40, 11).images


@pytest.mark.parametrize("number", range(8))
def test_what_is_framed_as_mnist_is_a_glyph_already(number: int) -> None:
    array = frame_ink(DIGITS[number])
    assert is_glyph(array)
    glyph = to_glyph(array)
    np.testing.assert_array_equal(glyph, array)
    glyph[:] = 0
    assert array.any()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda glyph: np.roll(glyph, 3, 1), id="off-the-middle"),
        pytest.param(lambda glyph: cv2.resize(glyph, (20, 20)), id="20-pixels"),
        pytest.param(lambda glyph: np.pad(cv2.resize(glyph, (18, 18)), 5), id="small"),
        pytest.param(lambda glyph: np.maximum(glyph, 40), id="on-grey"),
        pytest.param(lambda glyph: glyph // 4, id="faint"),
        pytest.param(np.zeros_like, id="blank"),
    ],
)
def test_what_is_framed_otherwise_is_not(change: Callable[[np.ndarray], np.ndarray]) -> None:
    assert not is_glyph(change(frame_ink(DIGITS[0])))


PAGES = {
    "tall": page(300, 120),
    "wide": page(90, 400),
    "small": page(24, 20),
    "large": page(1500, 1200),
    "grey-on-grey": page(ground=60, ink=160),
    "faint": page(ground=100, ink=140),
    "one": page(text="1"),
    "dash": bar(6, 200),
    "small-square": bar(12, 12),
    "edge": bar(290, 100),
}


@pytest.mark.parametrize("array", PAGES.values(), ids=PAGES)
def test_ink_fits_20_and_is_centred(array: np.ndarray) -> None:
    before = array.copy()
    glyph = to_glyph(array)
    np.testing.assert_array_equal(array, before)
    assert (glyph.shape, glyph.dtype) == ((28, 28), np.uint8)
    assert max(extent(glyph)) in (19, 20, 21)
    assert glyph.max() > 200
    for place in centre(glyph):
        assert abs(place - 14) <= 0.55


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (200, 100, (20, 10)),
        (100, 200, (10, 20)),
        (200, 200, (20, 20)),
        (200, 20, (20, 2)),
        (4, 8, (10, 20)),
        (200, 1, (20, 1)),
    ],
)
def test_the_aspect_is_kept(height: int, width: int, expected: tuple[int, int]) -> None:
    assert extent(to_glyph(bar(height, width))) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("value", [0, 7, 128, 255])
@pytest.mark.parametrize("shape", [(60, 40), (1, 1), (28, 30)])
def test_one_grey_is_blank(value: int, shape: tuple[int, int]) -> None:
    array = np.full(shape, value, np.uint8)
    assert is_blank(array)


def test_grain_is_blank_and_faint_ink_is_not() -> None:
    random = np.random.default_rng(0)
    grain = (random.integers(-8, 9, (80, 60)) + 40).astype(np.uint8)
    assert is_blank(grain)
    assert not is_blank(page(ground=100, ink=124))
    assert is_blank(page(ground=100, ink=123))


@pytest.mark.parametrize("ground", [0, 20, 100])
def test_the_ground_s_level_makes_no_difference(ground: int) -> None:
    difference = np.abs(to_glyph(page(ground=ground)).astype(int) - to_glyph(page()).astype(int))
    assert difference.max() <= 40
    assert difference.mean() < 1


def test_where_the_digit_stands_makes_no_difference() -> None:
    array = page(120, 100)
    moved = np.zeros((400, 300), np.uint8)
    moved[200:320, 150:250] = array
    assert difference(to_glyph(moved), to_glyph(array)) <= 12


@pytest.mark.parametrize("number", range(6))
def test_a_digit_framed_as_mnist_on_a_larger_page_gives_itself(number: int) -> None:
    """20 whole pixels high, and centred to a whole pixel, as MNIST's are."""
    rows, columns = np.flatnonzero(DIGITS[number].any(1)), np.flatnonzero(DIGITS[number].any(0))
    cut = DIGITS[number][rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    digit = cv2.resize(cut, (12, 20))
    digit = np.where(digit < 40, 0, digit)
    digit[0, 5], digit[-1, 5] = 255, 255
    row, column = centre(np.pad(digit, ((0, 8), (0, 16))))
    corner = round(14 - row), round(14 - column)
    glyph = np.zeros((28, 28), np.uint8)
    glyph[corner[0] : corner[0] + 20, corner[1] : corner[1] + 12] = digit
    assert is_glyph(glyph)
    assert difference(to_glyph(np.pad(glyph, 6)), glyph) <= 12


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean absolute difference in grey levels, over what either has ink on."""
    inked = (one > 0) | (other > 0)
    return float(np.abs(one.astype(int) - other)[inked].mean())


LARGE = page(240, 200)
RANDOM = np.random.default_rng(4)


@pytest.mark.parametrize(
    ("change", "most"),
    [
        pytest.param(lambda a: np.pad(a, 57), 0.5, id="padded"),
        pytest.param(lambda a: np.pad(a, ((80, 5), (3, 150))), 0.5, id="moved"),
        pytest.param(lambda a: np.pad(a, 20, constant_values=0) // 2 + 60, 4, id="less-contrast"),
        pytest.param(lambda a: a // 8 + 20, 4, id="little-contrast"),
        pytest.param(lambda a: cv2.resize(a, None, fx=0.5, fy=0.5), 30, id="half"),
        pytest.param(lambda a: cv2.resize(a, None, fx=2, fy=2), 12, id="double"),
        pytest.param(lambda a: cv2.resize(a, None, fx=8, fy=8), 14, id="eightfold"),
        pytest.param(
            lambda a: np.clip(a * 0.5 + 60 + RANDOM.normal(0, 4, a.shape), 0, 255).astype(np.uint8),
            20,
            id="grain",
        ),
        pytest.param(
            lambda a: (a * 0.4 + np.linspace(0, 110, a.shape[1])).astype(np.uint8), 20, id="shadow"
        ),
    ],
)
def test_how_it_was_taken_makes_little_difference(
    change: Callable[[np.ndarray], np.ndarray], most: float
) -> None:
    assert difference(to_glyph(change(LARGE)), to_glyph(LARGE)) <= most


def rule(array: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    marked = array.copy()
    marked[rows, columns] = 255
    return marked


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda a: rule(a, slice(None), slice(0, 4)), id="rule-at-the-left"),
        pytest.param(lambda a: rule(a, slice(-5, None), slice(None)), id="rule-below"),
        pytest.param(
            lambda a: rule(rule(a, slice(0, 3), slice(None)), slice(None), slice(-3, None)),
            id="corner-of-a-frame",
        ),
        pytest.param(lambda a: rule(a, slice(20, 24), slice(170, 174)), id="speck"),
        pytest.param(lambda a: rule(a, slice(100, 160), slice(192, 200)), id="a-neighbour-s-edge"),
    ],
)
def test_what_stands_beside_the_digit_is_left_out(
    change: Callable[[np.ndarray], np.ndarray],
) -> None:
    assert difference(to_glyph(change(LARGE)), to_glyph(LARGE)) <= 1


def test_a_stroke_apart_from_the_rest_belongs_to_the_digit() -> None:
    five = np.zeros((120, 90), np.uint8)
    cv2.ellipse(five, (40, 75), (20, 22), 0, -110, 140, 255, 6, cv2.LINE_AA)
    top = five.copy()
    top[28:34, 36:66] = 255
    assert extent(to_glyph(top)) != extent(to_glyph(five))
    assert to_glyph(top)[:8].any()


def thin(text: str) -> np.ndarray:
    """A thin digit cut out so closely that it touches the border."""
    array = np.zeros((100, 70), np.uint8)
    if text == "0":
        cv2.ellipse(array, (34, 49), (33, 48), 0, 0, 360, 255, 3, cv2.LINE_AA)
    else:
        cv2.polylines(array, [np.array([(0, 2), (68, 2), (20, 99)])], False, 255, 4, cv2.LINE_AA)
    return array


@pytest.mark.parametrize("text", ["0", "7"])
def test_dust_is_not_taken_for_a_thin_digit_that_touches_the_border(text: str) -> None:
    array = thin(text)
    dusty = array.copy()
    cv2.circle(dusty, (40, 60), 3, 255, -1, cv2.LINE_AA)
    assert difference(to_glyph(dusty), to_glyph(array)) <= 25
    assert max(extent(to_glyph(dusty))) in (19, 20, 21)


@pytest.mark.parametrize("side", [30, 36, 50])
def test_half_a_pixel_of_the_picture_moves_the_glyph_by_little(side: int) -> None:
    """Small crops too: where a digit of 20 to 40 pixels lies does not change how it looks."""

    def drawn(image: np.ndarray, shift: float) -> np.ndarray:
        lookup = np.array([[side / 28, 0, 5 + shift], [0, side / 28, 5 + shift / 2]])
        return np.asarray(cv2.warpAffine(image, lookup, (70, 70), flags=cv2.INTER_LINEAR))

    changes = [
        np.abs(
            frame_ink(drawn(image, 0)).astype(float) - frame_ink(drawn(image, 0.5)).astype(float)
        ).mean()
        for image in DIGITS
    ]
    assert np.mean(changes) < 5


def shaded(array: np.ndarray, share: float) -> np.ndarray:
    """A page (ink bright) with a hard shadow over a share of it: there the paper is darker."""
    height, width = array.shape
    edge = share * width + np.linspace(-0.2, 0.2, height)[:, None] * width
    paper = 255 - array.astype(float)
    return (255 - paper * np.where(np.arange(width) < edge, 0.6, 1)).astype(np.uint8)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_the_edge_of_a_shadow_is_no_ink(share: float) -> None:
    array = page(240, 200, ground=20, ink=230)
    assert difference(to_glyph(shaded(array, share)), to_glyph(array)) <= 25
    assert is_blank(shaded(np.full((240, 200), 20, np.uint8), share))


def ruled(array: np.ndarray, tilt: int, ink: int) -> np.ndarray:
    marked = array.copy()
    for row in range(15, 240, 48):
        ends = (0, row), (array.shape[1], row + tilt)
        cv2.line(marked, *ends, ink, 3, cv2.LINE_AA)
    return marked


@pytest.mark.parametrize("darkness", [0.4, 0.55])
@pytest.mark.parametrize("softness", [0.02, 0.4])
def test_the_shadow_of_a_hand_is_no_ink(darkness: float, softness: float) -> None:
    """Round and from one side, over part of the digit, with a sharp edge or a soft one."""
    paper = 225 - 175 * (page(200, 200) / 255.0)
    rows, columns = np.mgrid[:200, :200]
    distance = np.hypot(columns / 90, (rows - 120) / 50)
    shade = 1 / (1 + np.exp(np.clip((distance - 1) / softness, -50, 50)))
    shaded = 255 - (paper * (1 - (1 - darkness) * shade)).astype(np.uint8)
    plain = to_glyph(255 - paper.astype(np.uint8))
    inked = plain > 128
    assert ((to_glyph(shaded) > 128) != inked).sum() <= 0.12 * inked.sum()


@pytest.mark.parametrize("margin", [2, 5, 12])
@pytest.mark.parametrize("text", ["6", "8", "9"])
def test_a_digit_in_a_pen_so_thick_that_its_loops_are_filled_stays(text: str, margin: int) -> None:
    thick = cv2.dilate(page(120, 120, text=text), np.ones((17, 17)))
    rows, columns = np.flatnonzero(thick.any(1)), np.flatnonzero(thick.any(0))
    cut = np.pad(thick[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], margin)
    assert difference(to_glyph(cut), frame_ink(cut)) <= 3


@pytest.mark.parametrize("ink", [90, 255])
@pytest.mark.parametrize("tilt", [0, 5])
@pytest.mark.parametrize("turned", [False, True], ids=["level", "upright"])
def test_rules_across_the_page_are_taken_off(ink: int, tilt: int, turned: bool) -> None:
    for text in "2358":
        array = page(240, 240, text=text)
        marked = ruled(array.T, tilt, ink).T if turned else ruled(array, tilt, ink)
        assert extent(to_glyph(marked)) == pytest.approx(extent(to_glyph(array)), abs=1)
        assert difference(to_glyph(marked), to_glyph(array)) <= 32


@pytest.mark.parametrize("pen", [1, 3])
@pytest.mark.parametrize("step", [23, 41])
@pytest.mark.parametrize("squared", [False, True], ids=["lined", "squared"])
@pytest.mark.parametrize("text", ["0", "2", "4", "8"])
def test_rules_that_thick_strokes_lie_on_are_taken_off(
    text: str, squared: bool, step: int, pen: int
) -> None:
    """Two rules joined by a stroke, and one that goes on behind the foot of a 2."""
    plain = np.zeros((200, 200), np.uint8)
    cv2.putText(plain, text, (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 4, 255, 14, cv2.LINE_AA)
    marked = plain.copy()
    for place in range(step // 3, 200, step):
        marked[place : place + pen] = np.maximum(marked[place : place + pen], 140)
        if squared:
            marked[:, place : place + pen] = np.maximum(marked[:, place : place + pen], 140)
    assert extent(to_glyph(marked)) == pytest.approx(extent(to_glyph(plain)), abs=2)
    assert difference(to_glyph(marked), to_glyph(plain)) <= 32


THIN = {
    "2": [(2, 30), (30, 2), (66, 30), (2, 97), (69, 97)],
    "4": [(50, 99), (50, 2), (0, 60), (69, 60)],
    "5": [(68, 2), (2, 2), (2, 45), (60, 50), (60, 97), (0, 97)],
    "7": [(0, 2), (68, 2), (20, 99)],
}


@pytest.mark.parametrize("text", THIN)
def test_the_strokes_of_a_thin_digit_cut_out_closely_are_no_rules(text: str) -> None:
    cut = np.zeros((100, 70), np.uint8)
    cv2.polylines(cut, [np.array(THIN[text])], False, 255, 3, cv2.LINE_AA)
    assert difference(to_glyph(cut), to_glyph(np.pad(cut, 30))) <= 12


def test_an_empty_frame_is_blank() -> None:
    array = np.zeros((120, 100), np.uint8)
    array[:5] = array[-5:] = 255
    array[:, :5] = array[:, -5:] = 255
    assert is_blank(array)
    digit = np.maximum(array, np.pad(page(90, 70), 15))
    assert difference(to_glyph(digit), to_glyph(np.pad(page(90, 70), 15))) <= 1


@pytest.mark.parametrize("gap", [70, 130, 200])
def test_two_digits_stay_two(gap: int) -> None:
    """However far apart: which of them is meant nobody knows."""
    pair = np.zeros((200, 400), np.uint8)
    for left, text in ((30, "4"), (30 + gap, "7")):
        cv2.putText(pair, text, (left, 150), cv2.FONT_HERSHEY_SIMPLEX, 3, 255, 8, cv2.LINE_AA)
    glyph = to_glyph(pair)
    expected = frame_ink(pair)
    assert difference(glyph, expected) <= 4


def test_small_print_beside_the_digit_is_left_out() -> None:
    array = page(240, 240)
    beside = array.copy()
    cv2.putText(beside, "no. 12", (150, 230), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1, cv2.LINE_AA)
    assert difference(to_glyph(beside), to_glyph(array)) <= 2


@pytest.mark.parametrize("grain", [3, 6, 10])
def test_a_thin_one_is_told_from_grain(grain: int) -> None:
    """It covers less than a hundredth of the page, whose levels are two halves of the grain."""
    random = np.random.default_rng(0)
    array = random.normal(60, grain, (300, 300))
    array[110:190, 149:152] += 80
    glyph = to_glyph(array.clip(0, 255).astype(np.uint8)).astype(int)
    assert np.ptp(np.flatnonzero(glyph.any(1))) + 1 in (20, 21)
    assert glyph[:, 12:16].sum() > 0.95 * glyph.sum() > 0
    without = random.normal(60, grain, (300, 300)).clip(0, 255).astype(np.uint8)
    assert is_blank(without)
