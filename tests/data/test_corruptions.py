"""The fifteen corruptions do what MNIST-C's do, at its severities."""

from __future__ import annotations

import numpy as np
import pytest

import tiny
from tenfold.data import corruptions
from tenfold.data.corruptions import CORRUPTION_NAMES, CORRUPTIONS, corrupt
from tenfold.errors import DataError

DIGITS = tiny.drawn_digits(40, seed=7).images
# These draw nothing.
FIXED = ["scale", "brightness", "stripe", "canny_edges"]
DRAWN = [name for name in CORRUPTION_NAMES if name not in FIXED]
PLACES = np.arange(28)


def level(value: int, count: int = 60) -> np.ndarray:
    return np.full((count, 28, 28), value, np.uint8)


def block(
    rows: slice, columns: slice, value: int = 255, ground: int = 0, count: int = 60
) -> np.ndarray:
    images = level(ground, count)
    images[:, rows, columns] = value
    return images


def moments(image: np.ndarray) -> tuple[float, float, float, float, float]:
    """Ink, its centre (row, column), its deviation over rows, and columns it leans by a row."""
    ink = image.sum(dtype=float)
    row, column = image.sum(1) @ PLACES / ink, image.sum(0) @ PLACES / ink
    rows = image.sum(1) @ (PLACES - row) ** 2 / ink
    both = (PLACES - row) @ image.astype(float) @ (PLACES - column) / ink
    return float(ink), float(row), float(column), float(np.sqrt(rows)), float(both / rows)


def test_they_are_the_published_fifteen_in_the_published_order() -> None:
    assert tuple(CORRUPTIONS) == CORRUPTION_NAMES
    assert " ".join(CORRUPTION_NAMES) == (
        "shot_noise impulse_noise glass_blur motion_blur shear scale rotate brightness translate "
        "stripe fog spatter dotted_line zigzag canny_edges"
    )


@pytest.mark.parametrize("name", CORRUPTION_NAMES)
def test_images_stay_and_new_ones_come(name: str) -> None:
    images = DIGITS.copy()
    images.flags.writeable = False
    corrupted = corrupt(images, name)
    np.testing.assert_array_equal(images, DIGITS)
    assert (corrupted.shape, corrupted.dtype) == (images.shape, np.uint8)
    assert not np.shares_memory(corrupted, images)
    assert (corrupted != images).any(axis=(1, 2)).all()


@pytest.mark.parametrize("name", CORRUPTION_NAMES)
def test_the_same_call_gives_the_same_bytes(name: str) -> None:
    np.testing.assert_array_equal(corrupt(DIGITS, name, 3), corrupt(DIGITS, name, 3))


@pytest.mark.parametrize("name", CORRUPTION_NAMES)
def test_a_seed_matters_where_chance_does(name: str) -> None:
    same = np.array_equal(corrupt(DIGITS, name, 0), corrupt(DIGITS, name, 1))
    assert same == (name in FIXED)


@pytest.mark.parametrize("name", CORRUPTION_NAMES)
def test_the_images_that_follow_make_no_difference(name: str) -> None:
    np.testing.assert_array_equal(corrupt(DIGITS, name)[:7], corrupt(DIGITS[:7], name))


@pytest.mark.parametrize("name", CORRUPTION_NAMES)
def test_the_size_of_a_block_makes_no_difference(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = corrupt(DIGITS, name)
    monkeypatch.setattr(corruptions, "_BLOCK", 9)
    np.testing.assert_array_equal(corrupt(DIGITS, name), expected)


@pytest.mark.parametrize("name", DRAWN)
def test_every_image_is_drawn_for_itself(name: str) -> None:
    same = corrupt(np.repeat(DIGITS[:1], 40, axis=0), name)
    assert len(np.unique(same.reshape(40, -1), axis=0)) > 1


@pytest.mark.parametrize("name", CORRUPTION_NAMES)
def test_no_images_give_no_images(name: str) -> None:
    empty = corrupt(DIGITS[:0], name)
    assert (empty.shape, empty.dtype) == ((0, 28, 28), np.uint8)


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (DIGITS[0], r"\(28, 28\) uint8"),
        (DIGITS.reshape(-1, 784), r"\(40, 784\) uint8"),
        (DIGITS[:, :27], r"\(40, 27, 28\) uint8"),
        (DIGITS[..., None], r"\(40, 28, 28, 1\) uint8"),
        (DIGITS / np.float32(255), r"\(40, 28, 28\) float32"),
        (np.uint8(3), r"\(\) uint8"),
    ],
)
def test_other_arrays_are_refused(images: np.ndarray, found: str) -> None:
    with pytest.raises(DataError, match=rf"images: must be \(N, 28, 28\) uint8, got {found}"):
        corrupt(images, "fog")


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(DataError, match=r"no corruption 'zig-zag'; did you mean 'zigzag'\?"):
        corrupt(DIGITS, "zig-zag")


@pytest.mark.parametrize(
    "name",
    [
        "shot_noise",
        "glass_blur",
        "motion_blur",
        "shear",
        "scale",
        "rotate",
        "translate",
        "fog",
        "canny_edges",
    ],
)
def test_a_blank_image_stays_blank(name: str) -> None:
    assert not corrupt(level(0), name).any()


@pytest.mark.parametrize(
    ("value", "shares"),
    [
        (255, (0.050, 0.149, 0.224, 0.577)),  # Poisson with mean 3: none, 1, 2, more
        (85, (0.368, 0.368, 0.184, 0.080)),  # with mean 1
    ],
)
def test_shot_noise_counts_three_photons_for_white(value: int, shares: tuple[float, ...]) -> None:
    noisy = corrupt(level(value), "shot_noise")
    assert np.unique(noisy).tolist() == [0, 85, 170, 255]
    found = [(noisy == count).mean() for count in (0, 85, 170, 255)]
    np.testing.assert_allclose(found, shares, atol=0.01)


def test_impulse_noise_sets_17_percent() -> None:
    noisy = corrupt(level(100), "impulse_noise")
    assert np.unique(noisy).tolist() == [0, 100, 255]
    found = [(noisy == value).mean() for value in (0, 100, 255)]
    np.testing.assert_allclose(found, [0.085, 0.83, 0.085], atol=0.005)


def test_glass_blur_smooths_up_and_down_only() -> None:
    """Column 0 takes part in no swap: what becomes of it is the smoothing alone, twice."""
    images = level(0, 5)
    images[:, 3:5, 0], images[:, 20, 0] = 255, 200
    weights = np.exp(-((np.arange(-3, 4) / 0.7) ** 2) / 2)
    column = images[0, :, 0] / 255
    for _ in range(2):
        smooth = np.convolve(np.pad(column, 3, mode="edge"), weights / weights.sum(), "valid")
        column = np.floor(smooth * 255) / 255
    glassy = corrupt(images, "glass_blur")
    np.testing.assert_array_equal(glassy[:, :, 0], np.tile(column * 255, (5, 1)))
    assert not glassy[:, :, 1:].any()


def test_glass_blur_swaps_near_pixels() -> None:
    """Two rounds carry a dot two places right at most; half of them stay, others move all ways."""
    glassy = corrupt(block(slice(20, 21), slice(20, 21)), "glass_blur")
    ink = glassy.sum(axis=(1, 2))
    assert (ink > 235).all()  # bytes without their fraction lose a little
    assert not glassy[:, :, 23:].any()
    for axis in (1, 2):
        places = (glassy.sum(axis=axis) @ PLACES / ink).round()
        assert set(places) >= {19, 20, 21}
        assert 0.4 < (places == 20).mean() < 0.7


def test_motion_blur_smears_along_a_line() -> None:
    """Half a Gaussian of deviation 3 starts with 0.235 of its weight, and none is lost."""
    blurred = corrupt(block(slice(14, 15), slice(20, 21)), "motion_blur")
    np.testing.assert_array_equal(blurred[:, 14, 20], 60)
    assert not blurred[:, :, 21:].any()
    assert abs(blurred.sum(axis=(1, 2)).astype(int) - 255).max() <= 4
    leans = np.array([moments(image.T)[4] for image in blurred])
    assert abs(leans).max() <= 1.05  # 45 degrees and what whole pixels add
    assert leans.min() < -0.7
    assert leans.max() > 0.7


def test_shear_slants_and_stretches() -> None:
    bar = block(slice(6, 22), slice(12, 16))
    _, _, _, tall, _ = moments(bar[0])
    sheared = [moments(image) for image in corrupt(bar, "shear")]
    for _, row, column, deviation, lean in sheared:
        assert (row, column) == pytest.approx((13.5, 13.5), abs=0.05)
        assert deviation / tall == pytest.approx(1 / np.cos(0.4), abs=0.01)
        assert abs(lean) == pytest.approx(np.sin(0.4), abs=0.01)
    assert {np.sign(lean) for *_, lean in sheared} == {-1, 1}


def test_rotate_turns_by_0_4_radians() -> None:
    bar = block(slice(4, 24), slice(13, 15))
    rotated = [moments(image) for image in corrupt(bar, "rotate")]
    for ink, row, column, _, lean in rotated:
        assert ink == pytest.approx(bar[0].sum(), rel=0.02)
        assert (row, column) == pytest.approx((13.5, 13.5), abs=0.05)
        assert np.arctan(abs(lean)) == pytest.approx(0.4, abs=0.01)
    assert {np.sign(lean) for *_, lean in rotated} == {-1, 1}


def test_scale_shrinks_to_70_percent() -> None:
    square = block(slice(2, 22), slice(4, 24))
    ink, row, column, deviation, _ = moments(corrupt(square, "scale")[0])
    assert ink == pytest.approx(0.49 * square[0].sum(), rel=0.02)
    assert row - 13.5 == pytest.approx(0.7 * (11.5 - 13.5), abs=0.05)
    assert column == pytest.approx(13.5, abs=0.05)
    assert deviation == pytest.approx(0.7 * moments(square[0])[3], abs=0.05)


def test_translate_moves_by_3_pixels_both_ways() -> None:
    moved = corrupt(DIGITS, "translate")
    padded = np.pad(DIGITS, ((0, 0), (6, 6), (6, 6)))
    found = []
    for row in (-3, 3):
        for column in (-3, 3):
            shifted = padded[:, 6 - row : 34 - row, 6 - column : 34 - column]
            found.append((moved == shifted).all(axis=(1, 2)))
    np.testing.assert_array_equal(np.sum(found, axis=0), 1)
    assert np.any(found, axis=1).all()


def test_brightness_adds_half_and_drops_the_fraction() -> None:
    """The darkest pixel of the published files is 127."""
    images = np.resize(np.arange(256, dtype=np.uint8), (1, 28, 28))
    expected = np.minimum(images.astype(int) + 127, 255)
    np.testing.assert_array_equal(corrupt(images, "brightness"), expected)


def test_stripe_inverts_columns_0_to_6_and_21_to_27() -> None:
    striped = corrupt(DIGITS, "stripe")
    np.testing.assert_array_equal(striped[:, :, 7:21], DIGITS[:, :, 7:21])
    for side in (slice(0, 7), slice(21, 28)):
        np.testing.assert_array_equal(striped[:, :, side], 255 - DIGITS[:, :, side])


def test_fog_leaves_a_quarter_of_the_contrast() -> None:
    """The fog itself does not depend on the image, so it cancels between two of them."""
    left, right = block(slice(None), slice(0, 14)), block(slice(None), slice(14, 28))
    foggy, other = corrupt(left, "fog").astype(int), corrupt(right, "fog").astype(int)
    assert abs(foggy - other - (left.astype(int) - right) / 4).max() <= 1


def test_fog_is_thick_and_smooth() -> None:
    images = block(slice(0, 1), slice(0, 1))
    fog = corrupt(images, "fog")[:, 1:] / (0.75 * 255)
    assert 0 <= fog.min() < 0.2
    assert 0.8 < fog.max() <= 1
    assert fog.mean() == pytest.approx(0.5, abs=0.1)
    assert fog.mean(axis=(1, 2)).std() > 0.1  # a corner of a large map: some are in a bank of it
    assert abs(np.diff(fog, axis=2)).mean() < 0.02


def test_spatter_covers_with_mud() -> None:
    """Mud is 63 and a drop covers 80 to 100 %, so white shines through by 51 at most."""
    on_black, on_white = corrupt(level(0), "spatter"), corrupt(level(255), "spatter")
    covered = on_black > 0
    np.testing.assert_array_equal(on_white < 255, covered)
    assert covered.mean() == pytest.approx(0.135, abs=0.02)
    assert on_black[covered].min() == 50
    assert on_black.max() in (62, 63)
    assert on_white[covered].min() in (63, 64)
    assert on_white[covered].max() == 101


@pytest.mark.parametrize("name", ["dotted_line", "zigzag"])
def test_strokes_add_ink_and_remove_none(name: str) -> None:
    stroke = corrupt(level(0, 40), name).astype(int)
    drawn = corrupt(DIGITS, name)
    assert (drawn >= DIGITS).all()
    assert abs(drawn - np.minimum(DIGITS + stroke, 255)).max() <= 1


def test_a_dotted_line_is_straight_and_dotted() -> None:
    lines = corrupt(level(0), "dotted_line")
    dots = np.flatnonzero(PLACES // 2 % 2)[:-1]  # 2, 3, 6, 7 and so on, but not 27
    assert np.flatnonzero(lines.any(axis=(0, 1))).tolist() == dots.tolist()
    starts = []
    for line in lines:
        rows = line[:, dots].argmax(axis=0)
        slope, start = np.polyfit(dots, rows, 1)
        assert abs(slope * dots + start - rows).max() < 1
        starts.append(start)
    assert min(starts) < 3
    assert max(starts) > 23


def test_a_line_s_ink_runs_out_within_two_rows() -> None:
    """1 + log(1 - d / 2.3) at d rows from the line, which keeps no ink at d = 2."""
    lines = corrupt(level(0, 400), "dotted_line")
    flat = [line for line in lines if len(np.unique(line[:, [2, 26]], axis=1).T) == 1]
    flat = [line for line in flat if 2 <= line[:, 2].argmax() <= 24]
    assert flat
    for line in flat:
        row = line[:, 2].argmax()
        assert line[row - 2 : row + 3, 2].tolist() == [0, 109, 255, 109, 0]


def test_a_zigzag_turns_six_times() -> None:
    lines = corrupt(level(0, 200), "zigzag")
    assert np.flatnonzero(lines.any(axis=(0, 1))).tolist() == list(range(2, 26))
    paths = lines.argmax(axis=1)[:, 2:25]
    whole = (paths.min(axis=1) > 1) & (paths.max(axis=1) < 26)
    assert whole.sum() > 100
    for path in paths[whole]:
        steps = np.sign(np.diff(path))
        turns = np.count_nonzero(np.diff(steps[steps != 0]))
        assert turns in (5, 6)  # the last turn is a pixel before the end
        assert 4 <= np.ptp(path) <= 8  # 2 to either side, and a tilt of up to 5


OUTLINE = """
............#######.........
..........###......##.......
........##..........##......
.......##............#......
......##.............#......
......#..............#......
.....#...............#......
.....#...............#......
.....#..............#.......
.....#.............##.......
......#..........###........
......##.......###..........
........########............
"""


@pytest.mark.parametrize(
    "brightest",
    [
        np.full(28, 255.0),
        np.linspace(14, 26, 28),  # weak on the left, and strong enough on the right
    ],
)
def test_canny_draws_the_outline_that_scikit_image_draws(brightest: np.ndarray) -> None:
    """skimage.feature.canny 0.26 on a slanted ellipse, whose normals point everywhere."""
    row, column = PLACES[:, None] - 14.1, PLACES - 13.2
    distance = np.sqrt((column + 0.35 * row) ** 2 + (1.3 * row) ** 2)
    ellipse = (np.clip(8.6 - distance, 0, 1) * brightest).astype(np.uint8)
    edges = corrupt(ellipse[None], "canny_edges")[0]
    assert np.unique(edges).tolist() == [0, 255]
    drawn = ["".join("#" if value else "." for value in line) for line in edges]
    assert drawn == ["." * 28] * 8 + OUTLINE.split() + ["." * 28] * 7


@pytest.mark.parametrize(
    ("upper", "lower", "rows"),
    [
        (19, 19, 0),
        (20, 20, 26),  # a step of 20 / 255 has a gradient of 0.2011
        (21, 10, 26),  # weak below, 0.1005, but hangs on the strong one above
        (21, 9, 15),
    ],
)
def test_canny_keeps_weak_edges_that_hang_on_strong_ones(upper: int, lower: int, rows: int) -> None:
    images = block(slice(0, 14), slice(14, 28), value=upper, count=1)
    images[:, 14:, 14:] = lower
    found = corrupt(images, "canny_edges")[0].any(axis=1)
    assert found.sum() == rows
    assert not found[[0, 27]].any()


@pytest.mark.parametrize("name", FIXED)
def test_an_image_s_neighbours_in_a_batch_make_no_difference(name: str) -> None:
    alone = np.concatenate([corrupt(DIGITS[place : place + 1], name) for place in range(10)])
    np.testing.assert_array_equal(corrupt(DIGITS[:10], name), alone)
