"""Resampling by products gives what PyTorch's own does."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from tenfold.train.resample import Mode, resample


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("mode", ["area", "nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize(("size", "side"), [(4, 28), (3, 28), (14, 28), (28, 9), (28, 28)])
def test_it_is_torch_s_interpolation(size: int, side: int, mode: Mode, corners: bool) -> None:
    images = torch.randn(5, size, size, generator=torch.Generator().manual_seed(1))
    align = None if mode in ("area", "nearest") else corners
    theirs = functional.interpolate(images[:, None], (side, side), mode=mode, align_corners=align)
    ours = resample(images, side, mode, corners=corners)
    torch.testing.assert_close(ours, theirs[:, 0], atol=1e-5, rtol=1e-4)


def test_leading_axes_are_kept() -> None:
    images = torch.ones(2, 3, 4, 4)
    torch.testing.assert_close(resample(images, 7, "bilinear"), torch.ones(2, 3, 7, 7))
