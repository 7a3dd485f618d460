"""Straight strokes drawn into a batch of images."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["draw_lines"]


def draw_lines(images: Tensor, ends: Tensor, thickness: Tensor, ink: Tensor) -> Tensor:
    """Return images with one straight stroke each, anti-aliased, laid over what is there.

    Args:
        images: Shape (N, H, W), float32 in [0, 1].
        ends: Shape (N, 4): row and column of one end, row and column of the other, in pixels.
        thickness: Shape (N,), in pixels.
        ink: Shape (N,), in [0, 1].
    """
    height, width = images.shape[1:]
    rows = torch.arange(height, dtype=torch.float32)[:, None]
    columns = torch.arange(width, dtype=torch.float32)
    top, left, bottom, right = (value[:, None, None] for value in ends.unbind(1))
    down, across = bottom - top, right - left
    length = (down.square() + across.square()).clamp_min(1e-6)
    along = ((rows - top) * down + (columns - left) * across) / length
    along = along.clamp_(0, 1)
    distance = torch.hypot(rows - top - along * down, columns - left - along * across)
    stroke = (thickness[:, None, None] / 2 + 0.5 - distance).clamp_(0, 1)
    return torch.maximum(images, stroke * ink[:, None, None])
