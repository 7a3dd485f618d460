"""What augmentation does to a batch, change by change: what it must do, and what it must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import tiny
from tenfold.train import capture, writing
from tenfold.train.augment import augment
from tenfold.train.augmentation import Augmentation
from tenfold.train.lines import draw_lines
from tenfold.train.randomly import change_some
from tenfold.train.shipped import BASE
from tenfold.train.warp import stretch, warp

SHARES = [
    field.name
    for field in fields(Augmentation)
    if field.name not in ("rotation", "scale", "shear", "shift", "elastic", "perspective")
]

PAGE_CHANGES: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "ruled": writing.add_rule,
    "crossed": writing.cross,
    "coarse": capture.coarsen,
    "blurred": capture.blur,
    "uneven": capture.light_unevenly,
    "erased": capture.erase,
    "noisy": capture.make_noisy,
    "compressed": capture.compress,
    "binary": capture.binarise,
}


def generator(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def digits(count: int = 64) -> Tensor:
    return torch.from_numpy(tiny.drawn_digits(count, 3).images).float() / 255


def labels(count: int = 64) -> Tensor:
    return torch.from_numpy(tiny.drawn_digits(count, 3).labels.astype(np.int64))


@pytest.mark.parametrize("name", SHARES)
def test_each_change_touches_its_share_and_stays_in_range(name: str) -> None:
    images = digits(400)
    before = images.clone()
    changed = augment(images, labels(400), Augmentation(**{name: 0.5}), generator())
    assert torch.equal(images, before)
    assert (changed.shape, changed.dtype) == (images.shape, torch.float32)
    assert float(changed.min()) >= -1e-6
    assert float(changed.max()) <= 1 + 1e-5
    touched = ((changed - images).abs().amax((1, 2)) > 1e-3).float()
    if name == "regional":
        candidates = (labels(400) == 7) | (labels(400) == 1)
        assert not touched[~candidates].any()
        touched = touched[candidates]
    assert 0.3 < float(touched.mean()) < 0.62


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("thicker", writing.thicken),
        ("thinner", writing.thin),
        ("outlined", writing.outline),
        ("neighbour", writing.add_neighbour),
        ("stretched", stretch),
    ],
)
def test_what_is_done_to_writing_comes_before_the_warp(
    name: str, change: Callable[[Tensor, torch.Generator], Tensor]
) -> None:
    spec, source = Augmentation(rotation=20, shift=2), generator()
    varied = augment(digits(), labels(), replace(spec, **{name: 0.5}), generator())
    expected = warp(change_some(digits(), 0.5, change, source), spec, source)
    torch.testing.assert_close(varied, expected)


@pytest.mark.parametrize("name", PAGE_CHANGES)
def test_what_is_done_to_a_page_comes_after_the_warp(name: str) -> None:
    spec, source = Augmentation(rotation=20, shift=2), generator()
    varied = augment(digits(), labels(), replace(spec, **{name: 0.5}), generator())
    expected = change_some(warp(digits(), spec, source), 0.5, PAGE_CHANGES[name], source)
    torch.testing.assert_close(varied, expected)


def test_a_camera_sees_what_was_drawn() -> None:
    """Light falls on a picture before its grain comes, and both before the file is compressed."""
    source = generator()
    images = warp(digits(), Augmentation(), source)
    for change in PAGE_CHANGES.values():
        images = change_some(images, 0.5, change, source)
    spec = Augmentation(**dict.fromkeys(PAGE_CHANGES, 0.5))
    varied = augment(digits(), labels(), spec, generator())
    torch.testing.assert_close(varied, images)


@pytest.mark.parametrize("spec", [BASE.augmentation, Augmentation(rotation=5, elastic=0.3)])
def test_a_generator_decides_all(spec: Augmentation) -> None:
    one, again, other = (augment(digits(), labels(), spec, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_nothing_asked_for_changes_nothing() -> None:
    images = digits()
    same = augment(images, labels(), Augmentation(), generator())
    torch.testing.assert_close(same, images, atol=1e-5, rtol=0)
    assert Augmentation().is_none
    assert not replace(Augmentation(), noisy=0.1).is_none


def test_some_are_changed_and_the_rest_left() -> None:
    images = torch.zeros(1000, 28, 28)
    change_some(images, 0.2, lambda some, _: some + 1, generator())
    means = images.mean((1, 2))
    assert set(means.tolist()) == {0.0, 1.0}
    assert 0.16 < float(means.mean()) < 0.26


def test_a_line_is_where_its_ends_are() -> None:
    ends = torch.tensor([[4.0, 4.0, 4.0, 20.0], [10.0, 10.0, 22.0, 10.0]])
    drawn = draw_lines(
        torch.zeros(2, 28, 28), ends, torch.tensor([1.0, 3.0]), torch.tensor([1.0, 0.5])
    )
    assert (drawn[0, 4, 4:21] == 1).all()
    assert float(drawn[0].sum()) == pytest.approx(17, abs=1.5)
    assert (drawn[1, 10:23, 9:12] == 0.5).all()
    assert float(drawn[1, :, :7].sum() + drawn[1, :, 14:].sum()) == 0
    covered = draw_lines(torch.ones(2, 28, 28), ends, torch.ones(2), torch.ones(2))
    assert (covered == 1).all()


@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        pytest.param(writing.thicken, 1.1, 2.6, id="thicken"),
        pytest.param(writing.thin, 0.3, 0.95, id="thin"),
        pytest.param(capture.blur, 0.97, 1.01, id="blur"),
        pytest.param(capture.coarsen, 0.95, 1.05, id="coarsen"),
        pytest.param(capture.compress, 0.9, 1.15, id="compress"),
        pytest.param(writing.add_rule, 1.02, 1.5, id="rule"),
        pytest.param(writing.add_neighbour, 1.0, 1.6, id="neighbour"),
    ],
)
def test_how_the_ink_grows(
    change: Callable[[Tensor, torch.Generator], Tensor], low: float, high: float
) -> None:
    """The sum of ink after, over that before."""
    images = digits(300)
    ratio = float(change(images, generator()).sum() / images.sum())
    assert low <= ratio <= high


@pytest.mark.parametrize("change", [writing.add_rule, writing.add_neighbour, writing.thicken])
def test_what_is_added_hides_no_ink(change: Callable[[Tensor, torch.Generator], Tensor]) -> None:
    images = digits()
    assert (change(images, generator()) >= images - 1e-6).all()


def bars() -> Tensor:
    """An upright bar five pixels wide, 200 times."""
    images = torch.zeros(200, 28, 28)
    images[:, 4:24, 12:17] = 1
    return images


def test_outlines_are_hollow() -> None:
    drawn = writing.outline(bars(), generator())
    middle, edges = drawn[:, 14, 14], drawn[:, 14, 9:20].amax(1)
    assert float(middle.max()) <= 0.41
    assert torch.equal(edges, torch.ones(200))
    widths = (drawn[:, 14] > 0.5).sum(1)
    assert set(widths.tolist()) == {2}


def test_a_thin_pen_is_no_paler() -> None:
    thinner = writing.thin(bars(), generator())
    assert torch.equal(thinner.amax((1, 2)), torch.ones(200))
    assert float(thinner.sum()) < 0.9 * float(bars().sum())


def test_a_line_drawn_across_is_long_and_thin() -> None:
    lines = writing.cross(torch.zeros(300, 28, 28), generator())
    inked = lines > 0.15
    spans = torch.maximum(inked.any(1).sum(1), inked.any(2).sum(1))
    assert float((spans >= 16).float().mean()) > 0.95
    assert float(lines.sum((1, 2)).mean()) < 45


@pytest.mark.parametrize("ground", [0.0, 1.0])
def test_patches_are_small_unless_they_are_turned_over(ground: float) -> None:
    images = torch.full((2000, 28, 28), ground)
    images[:, 10:14, 10:14] = 0.25
    changed = capture.erase(images, generator()) != images
    sides = torch.maximum(changed.any(1).sum(1), changed.any(2).sum(1))
    patches = sides[sides > 0]
    assert int(patches.max()) <= 19
    assert 0.2 < float((patches > 8).float().mean()) < 0.75
    filled = capture.erase(images, generator())
    assert {0.0, 0.25, 0.75, 1.0} == set(filled.unique().tolist())


def test_grain_is_of_up_to_a_fifth() -> None:
    grey = torch.full((2000, 28, 28), 0.5)
    deviations = (capture.make_noisy(grey, generator()) - 0.5).std((1, 2))
    assert 0.01 < float(deviations.min()) < 0.03
    assert 0.18 < float(deviations.max()) < 0.25
    assert 0.08 < float(deviations.mean()) < 0.13


def test_binary_is_black_and_white() -> None:
    assert set(capture.binarise(digits(), generator()).unique().tolist()) == {0.0, 1.0}


def test_binary_under_uneven_light_is_never_all_ink() -> None:
    light = torch.linspace(0, 0.8, 28).expand(100, 28, 28)
    binary = capture.binarise(torch.maximum(digits(100), light), generator())
    share = binary.mean((1, 2))
    assert float(share.max()) <= 0.5
    assert float(share.min()) > 0


def test_blur_keeps_a_spot_s_place_and_widens_it() -> None:
    spots = torch.zeros(200, 28, 28)
    spots[:, 14, 14] = 1
    blurred = capture.blur(spots, generator())
    places = torch.arange(28.0) - 14
    across, down = blurred.sum(1), blurred.sum(2)
    assert float((across @ places).abs().max()) < 1e-4
    deviations = torch.stack([across, down]) @ places.square()
    assert 0.3 < float(deviations.min().sqrt()) < 0.6
    assert 1.2 < float(deviations.max().sqrt()) < 1.6


def test_jpeg_is_what_a_real_encoder_leaves() -> None:
    """At each quality the loss is near OpenCV's JPEG; the transform there is in whole numbers."""
    image = (digits(1)[0].numpy() * 255).round().astype(np.uint8)
    padded = np.pad(image, ((0, 4), (0, 4)), mode="edge")
    copies = torch.from_numpy(image).float().expand(400, 28, 28) / 255
    changes = capture.compress(copies, generator()) - copies
    ours = (changes.square().mean((1, 2)).sqrt() * 255).tolist()
    theirs = []
    for quality in range(8, 61, 4):
        _, data = cv2.imencode(".jpg", padded, [cv2.IMWRITE_JPEG_QUALITY, quality])
        decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)[:28, :28].astype(float)
        theirs.append(float(np.sqrt(((decoded - image) ** 2).mean())))
    assert np.median(ours) == pytest.approx(np.median(theirs), rel=0.2)
    assert min(ours) == pytest.approx(min(theirs), rel=0.35)
    assert max(ours) == pytest.approx(max(theirs), rel=0.35)


def test_uneven_light_leaves_ink_brighter_than_its_ground() -> None:
    images = torch.zeros(300, 28, 28)
    images[:, 8:20, 12:16] = 1
    lit = capture.light_unevenly(images, generator())
    inside, outside = lit[:, 8:20, 12:16].mean((1, 2)), lit[:, 8:20, 4:8].mean((1, 2))
    assert float((inside > outside).float().mean()) == 1
    assert float(outside.max()) > 0.3
    assert float(inside.min()) < 0.6


def test_sevens_get_a_bar_and_ones_a_foot_or_a_flag() -> None:
    images = torch.zeros(800, 28, 28)
    images[:, 4:24, 13:15] = 1
    both = torch.tensor([7, 1]).repeat(400)
    drawn = writing.add_regional_forms(images.clone(), both, 1.0, generator())
    width = (drawn > 0.3).any(1).sum(1)
    assert int(width.min()) >= 3
    added = drawn - images > 0.05
    sevens, ones = added[::2].any(2), added[1::2].any(2)
    assert not sevens[:, :10].any()
    assert not sevens[:, 21:].any()
    feet, flags = ones[:, 20:].any(1), ones[:, :18].any(1)
    assert (feet | flags).all()
    assert 0.4 < float(feet.float().mean()) < 0.6
    assert 0.65 < float(flags.float().mean()) < 0.85
    assert not added[1::2, 6:18, 16:].any()  # a flag hangs to the left
