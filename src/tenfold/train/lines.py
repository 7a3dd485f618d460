"""Straight strokes drawn into a batch of images."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["draw_lines"]


def draw_lines(images: Tensor, ends: Tensor, thickness: Tensor, ink: Tensor) -> Tensor:
    """Return images with a stroke each, anti-aliased, laid over what is there.

    Args:
        images: Shape (N, H, W), float32 in [0, 1].
        ends: Shape (N, 4): row and column of one end, row and column of the other, in pixels; or
            (N, L, 4) for a stroke of L straight parts.
        thickness: Shape (N,), in pixels.
        ink: Shape (N,), in [0, 1].
    """
    height, width = images.shape[1:]
    rows = torch.arange(height, dtype=torch.float32)[:, None]
    columns = torch.arange(width, dtype=torch.float32)
    parts = ends if ends.dim() == 3 else ends[:, None]
    top, left, bottom, right = (value[..., None, None] for value in parts.unbind(2))
    down, across = bottom - top, right - left
    length = (down.square() + across.square()).clamp_min(1e-6)
    along = ((rows - top) * down + (columns - left) * across) / length
    along = along.clamp_(0, 1)
    beside = torch.addcmul(rows - top, along, down, value=-1).square_()
    beside += torch.addcmul(columns - left, along, across, value=-1).square_()
    distance = beside.amin(1).sqrt_()  # from the nearest part
    stroke = (thickness[:, None, None] / 2 + 0.5 - distance).clamp_(0, 1)
    return torch.maximum(images, stroke * ink[:, None, None])
