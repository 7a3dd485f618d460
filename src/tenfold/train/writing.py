"""How people write and what stands beside it: pens, habits of a region, rules, neighbours."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tenfold.train.lines import draw_lines
from tenfold.train.randomly import uniform

__all__ = [
    "add_neighbour",
    "add_regional_forms",
    "add_rule",
    "cross",
    "outline",
    "thicken",
    "thin",
]


def thicken(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with strokes up to two pixels thicker: a share of the way to a dilation."""
    share = uniform(len(images), 0.3, 2.0, generator)[:, None, None]
    once = _dilated(images)
    twice = _dilated(once)
    first = images.lerp(once, share.clamp(max=1))
    return first.lerp(twice, (share - 1).clamp(min=0))


def thin(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with strokes up to a pixel thinner: a share of the way to an erosion."""
    share = uniform(len(images), 0.3, 0.9, generator)[:, None, None]
    padded = functional.pad(images, (1, 1, 1, 1))
    eroded = images
    for down, across in ((0, 1), (2, 1), (1, 0), (1, 2)):  # a cross leaves corners
        eroded = torch.minimum(eroded, padded[:, down : down + 28, across : across + 28])
    thinner = images.lerp(eroded, share)
    peak = thinner.amax((1, 2), keepdim=True).clamp_min(0.2)
    return thinner / peak  # a thin pen is no paler


def _dilated(images: Tensor) -> Tensor:
    """Return the largest of 3 x 3 pixels around each; PyTorch's pooling takes twice as long."""
    padded = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    rows = torch.maximum(torch.maximum(padded[:, :-2], padded[:, 2:]), padded[:, 1:-1])
    return torch.maximum(torch.maximum(rows[..., :-2], rows[..., 2:]), rows[..., 1:-1])


def outline(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with hollow strokes: what a dilation adds, or what an erosion takes away."""
    outside = torch.rand(len(images), 1, 1, generator=generator) < 0.6
    edges = torch.where(outside, _dilated(images) - images, images + _dilated(-images))
    left = uniform(len(images), 0.0, 0.4, generator)[:, None, None]  # of the stroke's own ink
    drawn = torch.maximum(edges, left * images)
    return drawn / drawn.amax((1, 2), keepdim=True).clamp_min(0.2)


def add_regional_forms(
    images: Tensor, labels: Tensor, share: float, generator: torch.Generator
) -> Tensor:
    """Give a share of the sevens a bar through the stem, of the ones a foot or a flag; in place.

    Of those ones a half has a foot, and three quarters a flag.
    """
    kind = torch.rand(len(labels), generator=generator) / share  # below 1 for those that change
    one = labels == 1
    for chosen, lines in (
        ((labels == 7) & (kind < 1), _bars),
        (one & (kind < 0.5), _feet),
        (one & (kind > 0.25) & (kind < 1), _flags),
    ):
        places = torch.nonzero(chosen).squeeze(1)
        count, some = len(places), images[places]
        thickness = uniform(count, 1.0, 2.5, generator)
        ink = uniform(count, 0.7, 1.0, generator)
        images[places] = draw_lines(some, lines(some, generator), thickness, ink)
    return images


def _bars(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the ends (N, 4) of a line through the middle of each stem: row, column, twice."""
    return _across(images, uniform(len(images), 13.5, 17.0, generator), generator)


def _feet(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the ends (N, 4) of a line at the foot of each stem."""
    return _across(images, _rows_of_ink(images)[1] - 0.5, generator)


def _across(images: Tensor, row: Tensor, generator: torch.Generator) -> Tensor:
    count, column = len(images), _column_at(images, row)
    half = uniform(count, 2.5, 5.5, generator)
    slope = uniform(count, -0.25, 0.12, generator)
    skew = uniform(count, -1.0, 1.0, generator)
    return torch.stack(
        [row - slope * half, column + skew - half, row + slope * half, column + skew + half], 1
    )


def _flags(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the ends (N, 4) of a line from each stem's top to the left and down.

    The longer it is the steeper, or it would make a seven.
    """
    count, row = len(images), _rows_of_ink(images)[0] + 0.5
    column = _column_at(images, row)
    length = uniform(count, 2.5, 8.0, generator)
    flattest = ((length - 5.5) / 3.0).clamp(0, 1)  # radians below the level
    angle = flattest + (1.2 - flattest) * torch.rand(count, generator=generator)
    return torch.stack([row, column, row + length * angle.sin(), column - length * angle.cos()], 1)


def _rows_of_ink(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first row (N,) with ink, and the last; the middle where there is none."""
    inked = images.amax(2) > 0.3
    rows = torch.arange(images.shape[1], dtype=torch.float32)
    none = ~inked.any(1)
    first = torch.where(inked, rows, torch.inf).amin(1).masked_fill(none, 14.0)
    last = torch.where(inked, rows, -torch.inf).amax(1).masked_fill(none, 14.0)
    return first, last


def _column_at(images: Tensor, row: Tensor) -> Tensor:
    """Return the mean column (N,) of the ink in one row of each image; the middle without any."""
    lines = images[torch.arange(len(images)), row.round().long().clamp(0, 27)]
    mass = lines.sum(1)
    columns = torch.arange(images.shape[2], dtype=torch.float32)
    return torch.where(mass > 0.1, (lines * columns).sum(1) / mass.clamp_min(0.1), 13.5)


def add_neighbour(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with the edge of another of them at one side, as on a line of digits."""
    count, side = len(images), images.shape[-1]
    others = images[torch.randperm(count, generator=generator)]
    shift = torch.randint(15, 22, (count,), generator=generator)
    to_the_left = torch.rand(count, generator=generator) < 0.5
    offset = torch.where(to_the_left, shift, -shift)
    columns = torch.arange(side) + offset[:, None]
    inside = (columns >= 0) & (columns < side)
    index = columns.clamp(0, side - 1)[:, None, :].expand(-1, side, -1)
    pieces = others.gather(2, index) * inside[:, None, :]
    return torch.maximum(images, pieces * uniform(count, 0.5, 1.0, generator)[:, None, None])


def cross(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with a thin line of three straight parts drawn across, edge to edge or less."""
    count = len(images)
    places = torch.rand(count, 4, 2, generator=generator) * 27
    columns = torch.linspace(0, 27, 4) + uniform(count * 4, -4, 4, generator).view(count, 4)
    places[:, :, 1] = columns
    swapped = torch.rand(count, 1, 1, generator=generator) < 0.35
    places = torch.where(swapped, places.flip(2), places)
    thickness = uniform(count, 0.2, 1.2, generator)
    ink = uniform(count, 0.4, 1.0, generator)
    return draw_lines(images, torch.cat([places[:, :-1], places[:, 1:]], 2), thickness, ink)


def add_rule(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with a line across, level or upright, mostly near a border."""
    count, side = len(images), images.shape[-1]
    near = uniform(count, 0.0, 5.0, generator)
    far = torch.rand(count, generator=generator) < 0.5
    anywhere = torch.rand(count, generator=generator) < 0.15
    place = torch.where(far, side - 1 - near, near)
    place = torch.where(anywhere, uniform(count, 5.0, 22.0, generator), place)
    tilt = uniform(count, -1.5, 1.5, generator)
    start, end = torch.full((count,), -1.0), torch.full((count,), float(side))
    level = torch.stack([place - tilt, start, place + tilt, end], 1)
    upright = torch.stack([start, place - tilt, end, place + tilt], 1)
    is_level = torch.rand(count, 1, generator=generator) < 0.6
    ends = torch.where(is_level, level, upright)
    thickness = uniform(count, 0.3, 1.6, generator)
    return draw_lines(images, ends, thickness, uniform(count, 0.3, 1.0, generator))
