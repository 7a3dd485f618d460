"""Where each pixel of a batch is taken from: one warp for all that moves images out of shape."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from tenfold.train.augmentation import Augmentation
from tenfold.train.resample import resample

__all__ = ["stretch", "warp"]

_NODES = 4  # a side of the grid of bends, as in https://github.com/ttdoucet/mnist
_STRETCH = 2.2  # times as wide for its height, or as high for its width, at most
_BOX = 20  # pixels of the longer side of MNIST's digits
_INKED = 0.2  # from which a pixel is ink


def warp(images: Tensor, spec: Augmentation, generator: torch.Generator) -> Tensor:
    """Return each image moved out of shape in a way of its own.

    Each output pixel takes the bilinear value at one place of its image, and 0 outside it. The
    place is found by one affine map, one tilt of the paper and one smooth field of bends.

    Args:
        images: Shape (N, 28, 28), float32.
        spec: How far.
        generator: The source of all that is random; it moves on.

    Returns:
        Shape (N, 28, 28), float32; a new tensor.
    """
    pictures = images.unsqueeze(1)
    grid = functional.affine_grid(
        _affine_maps(len(images), images.shape[-1], spec, generator),
        list(pictures.shape),
        align_corners=False,
    )
    if spec.perspective:
        grid = grid / _distances(len(images), images.shape[-1], spec.perspective, generator)
    if spec.elastic:
        grid = grid + _bends(len(images), images.shape[-1], spec.elastic, generator)
    return functional.grid_sample(pictures, grid, align_corners=False).squeeze(1)


def stretch(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return each image wider or narrower for its height, its ink fitted into 20 x 20 again.

    As scanned forms and sets of digits fitted into squares show them; the centre of the ink's box
    goes to the middle.

    Args:
        images: Shape (N, 28, 28), float32.
        generator: The source of all that is random; it moves on.

    Returns:
        Shape (N, 28, 28), float32; a new tensor.
    """
    side = images.shape[-1]
    across, wide = _extents(images, 1)
    down, high = _extents(images, 2)
    wider = _STRETCH ** (torch.rand(len(images), generator=generator) - 0.5)
    longer = torch.maximum(wide * wider, high / wider)
    width, height = longer / (wider * _BOX), longer * wider / _BOX
    none = torch.zeros_like(width)
    middle = (torch.stack([across, down], 1) * 2 / side - 1).unbind(1)
    rows = [torch.stack([width, none, middle[0]], 1), torch.stack([none, height, middle[1]], 1)]
    pictures = images.unsqueeze(1)
    grid = functional.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, align_corners=False).squeeze(1)


def _extents(images: Tensor, over: int) -> tuple[Tensor, Tensor]:
    """Return the middle (N,) and the length (N,) of the ink along an axis, in pixels.

    Args:
        images: Shape (N, 28, 28), float32; a blank one is taken to be all ink.
        over: The other axis: 1 for columns, 2 for rows.
    """
    inked = images.amax(over) > _INKED
    inked |= ~inked.any(1, keepdim=True)
    side = inked.shape[1]
    start = inked.int().argmax(1)
    end = side - inked.flip(1).int().argmax(1)
    return (start + end) / 2, (end - start).float()


def _affine_maps(count: int, side: int, spec: Augmentation, generator: torch.Generator) -> Tensor:
    """Return maps (N, 2, 3) from output to input places, in half sides from the middle, x first."""

    def evenly(bound: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * bound

    angle = evenly(math.radians(spec.rotation))
    width, height = 1 + evenly(spec.scale), 1 + evenly(spec.scale)
    shear = evenly(spec.shear)
    across, down = evenly(2 * spec.shift / side), evenly(2 * spec.shift / side)
    sine, cosine = angle.sin(), angle.cos()
    rows = [
        torch.stack([cosine * width, (shear - sine) * height, across], 1),
        torch.stack([sine * width, cosine * height, down], 1),
    ]
    return torch.stack(rows, 1)


def _distances(count: int, side: int, bound: float, generator: torch.Generator) -> Tensor:
    """Return how far the paper is at each place (count, side, side, 1), 1 in the middle."""
    tilt = (torch.rand(count, 2, generator=generator) * 2 - 1) * (bound / 2)
    places = torch.arange(side, dtype=torch.float32).add_(0.5).mul_(2 / side).sub_(1)
    down = tilt[:, 0, None, None] * places[:, None]
    across = tilt[:, 1, None, None] * places
    return (1 + down + across).unsqueeze(-1)


def _bends(count: int, side: int, deviation: float, generator: torch.Generator) -> Tensor:
    """Return smooth offsets (N, side, side, 2), in half sides."""
    nodes = torch.randn(count, 2, _NODES, _NODES, generator=generator) * (2 * deviation / side)
    return resample(nodes, side, "bicubic", corners=True).permute(0, 2, 3, 1)
