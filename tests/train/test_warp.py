"""Each part of the warp does what its unit says, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

import tiny
from tenfold.train.augmentation import Augmentation
from tenfold.train.warp import stretch, warp


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


def spots(count: int, row: float, column: float) -> Tensor:
    """Images of one soft spot, so that where it lies can be told to a fraction of a pixel."""
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    image = torch.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 4.5)
    return image.expand(count, 28, 28).clone()


def centres(images: Tensor) -> Tensor:
    """Centres of mass (N, 2), row and column, from the middle of the image."""
    places = torch.arange(28.0) - 13.5
    mass = images.sum((1, 2))
    return torch.stack(
        [(images.sum(2) * places).sum(1) / mass, (images.sum(1) * places).sum(1) / mass], 1
    )


def digits() -> Tensor:
    return torch.from_numpy(tiny.drawn_digits(64, 3).images).float() / 255


def test_without_bounds_images_stay_as_they_are() -> None:
    images = digits()
    torch.testing.assert_close(warp(images, Augmentation(), generator()), images, atol=1e-5, rtol=0)


def test_a_shift_is_in_pixels_and_goes_both_ways_on_both_axes() -> None:
    moved = centres(warp(spots(2000, 13.5, 13.5), Augmentation(shift=3), generator()))
    assert moved.abs().max() == pytest.approx(3, abs=0.05)
    assert moved.mean(0).abs().max() < 0.1
    assert moved.std(0).numpy() == pytest.approx([3 / 3**0.5] * 2, rel=0.05)


def test_a_rotation_is_in_degrees_and_keeps_the_distance() -> None:
    places = centres(warp(spots(2000, 5.5, 13.5), Augmentation(rotation=20), generator()))
    angles = torch.atan2(places[:, 1], -places[:, 0]).rad2deg()
    assert float(angles.abs().max()) == pytest.approx(20, abs=0.3)
    assert float(angles.std()) == pytest.approx(20 / 3**0.5, rel=0.05)
    assert places.norm(dim=1).numpy() == pytest.approx(8, abs=0.05)


def test_scale_changes_width_and_height_each_on_its_own() -> None:
    corners = centres(warp(spots(2000, 7.5, 7.5), Augmentation(scale=0.2), generator()))
    ratios = -6 / corners  # how many input pixels one output pixel spans
    assert ratios.min(0).values.numpy() == pytest.approx([0.8] * 2, abs=0.01)
    assert ratios.max(0).values.numpy() == pytest.approx([1.2] * 2, abs=0.01)
    assert abs(np.corrcoef(ratios.T)[0, 1]) < 0.1


def test_shear_moves_rows_sideways() -> None:
    places = centres(warp(spots(2000, 5.5, 13.5), Augmentation(shear=0.25), generator()))
    assert places[:, 1].abs().max() == pytest.approx(0.25 * 8, abs=0.05)
    assert places[:, 0].numpy() == pytest.approx(-8, abs=0.05)


def test_shear_is_of_the_rows_of_the_image_whatever_its_scale() -> None:
    """Else an image drawn taller would lean further than the bound."""
    spec = Augmentation(shear=0.3, scale=0.3)
    across, down = (
        centres(warp(spots(3000, 13.5 + row, 13.5 + column), spec, generator()))
        for row, column in ((0, 6), (-6, 0))
    )
    width, leaning = 6 / across[:, 1], down[:, 1]
    assert across[:, 0].numpy() == pytest.approx(0, abs=0.05)
    assert float((width * leaning / 6).abs().max()) == pytest.approx(0.3, abs=0.01)


def test_perspective_makes_one_side_larger_than_the_one_opposite() -> None:
    """On a ramp of one a pixel, an output's value is the column that it was taken from."""
    ramps = torch.arange(28.0).expand(2000, 28, 28)
    seen = warp(ramps, Augmentation(perspective=0.2), generator()) - 13.5
    distance = (20 - 13.5) / seen[:, :, 20]
    between = distance[:, 23] - distance[:, 4]  # the very border would be taken from outside
    assert float(between.abs().max()) == pytest.approx(0.2 * 19 / 28, rel=0.03)
    assert float(between.mean()) == pytest.approx(0, abs=0.01)
    middle = (distance[:, 13] + distance[:, 14]) / 2
    assert float((distance[:, 4] + distance[:, 23] - 2 * middle).abs().max()) < 0.01


def test_bends_are_in_pixels_and_differ_across_the_image() -> None:
    """On a ramp of one a pixel, an output's value is the column that it was taken from."""
    ramps = torch.arange(28.0).expand(3000, 28, 28)
    bends = warp(ramps, Augmentation(elastic=0.8), generator()) - ramps
    at_nodes = bends[:, 9, 9], bends[:, 18, 18]
    for bend in at_nodes:
        assert float(bend.std()) == pytest.approx(0.8, rel=0.05)
    assert abs(np.corrcoef(torch.stack(at_nodes))[0, 1]) < 0.1
    beside = bends[:, 9, 10]
    assert np.corrcoef(torch.stack([at_nodes[0], beside]))[0, 1] > 0.9


def test_images_differ_from_each_other_and_the_generator_moves_on() -> None:
    spec, source = Augmentation(rotation=10, shift=2, elastic=0.4), generator()
    images = digits()[:1].expand(8, 28, 28)
    first, second = warp(images, spec, source), warp(images, spec, source)
    assert len(torch.cat([first, second]).flatten(1).unique(dim=0)) == 16
    torch.testing.assert_close(first, warp(images, spec, generator()), atol=0, rtol=0)


def test_the_images_themselves_are_left_alone() -> None:
    images = digits()
    before = images.clone()
    warp(images, Augmentation(rotation=10, elastic=1), generator())
    assert torch.equal(images, before)


def test_stretched_images_are_framed_anew() -> None:
    """Wider or narrower by up to a half each way, the longer side 20 pixels, in the middle."""
    images = torch.zeros(400, 28, 28)
    images[:, 4:24, 8:18] = 1.0
    images[0] = 0
    stretched = stretch(images, torch.Generator().manual_seed(1))
    assert not stretched[0].any()
    places = [np.argwhere(image.numpy() > 0.5) for image in stretched[1:]]
    sides = np.array([np.ptp(place, axis=0) + 1 for place in places])
    assert (sides.max(1) == 20).all()
    ratios = sides[:, 1] / sides[:, 0]
    assert 0.2 <= ratios.min() < 0.26
    assert 1.0 < ratios.max() <= 1.15
    middles = np.array([place.mean(0) for place in places])
    assert np.abs(middles - 13.5).max() <= 0.5
