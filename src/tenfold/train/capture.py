"""What cameras, scanners and files make of writing: few pixels, blur, light, grain, JPEG."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from tenfold.train.randomly import uniform
from tenfold.train.resample import Mode, resample, resampling

__all__ = ["binarise", "blur", "coarsen", "compress", "erase", "light_unevenly", "make_noisy"]

_SIZES = (9, 10, 11, 12, 14, 16, 20)  # pixels a side; a digit of 28 fills 6 to 14 of them
_BLUR_SIDE = 7  # pixels a side of the kernel
_BLOCK = 8  # pixels a side of JPEG's blocks
_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)  # ITU-T T.81 (https://www.w3.org/Graphics/JPEG/itu-t81.pdf), table K.1


def coarsen(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images drawn from 9 to 20 pixels a side: area means, enlarged again."""
    sizes = torch.randint(len(_SIZES), (len(images),), generator=generator)
    smooth = torch.rand(len(images), generator=generator) < 0.7
    there_and_back = _coarsenings(images.shape[-1])[sizes + len(_SIZES) * smooth]
    return there_and_back @ images @ there_and_back.transpose(1, 2)


@cache
def _coarsenings(side: int) -> Tensor:
    """Return the matrices (sizes, side, side) to each size and back, nearest, then bilinear."""
    enlargements: tuple[Mode, ...] = ("nearest", "bilinear")
    return torch.stack(
        [
            resampling(size, side, mode) @ resampling(side, size, "area")
            for mode in enlargements
            for size in _SIZES
        ]
    )


def blur(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images out of focus, each by a Gaussian of its own: 0.4 to 1.5 pixels, oblong."""
    count = len(images)
    angle = uniform(count, 0, math.pi, generator)[:, None, None]
    wide, narrow = uniform(count, 0.4, 1.5, generator), uniform(count, 0.4, 1.0, generator)
    places = torch.arange(_BLUR_SIDE, dtype=torch.float32) - _BLUR_SIDE // 2
    along = places * angle.cos() + places[:, None] * angle.sin()
    beside = places[:, None] * angle.cos() - places * angle.sin()
    exponent = (along / wide[:, None, None]) ** 2 + (beside / narrow[:, None, None]) ** 2
    kernels = torch.exp(-exponent / 2)
    kernels /= kernels.sum((1, 2), keepdim=True)
    blurred = functional.conv2d(
        images[None], kernels[:, None], padding=_BLUR_SIDE // 2, groups=count
    )
    return blurred[0]


def light_unevenly(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images whose ink fades, or whose ground brightens, smoothly across them."""
    count, side = len(images), images.shape[-1]
    ink = 1 - _field(count, side, generator) * uniform(count, 0, 0.8, generator)[:, None, None]
    power = torch.exp(uniform(count, -0.6, 0.6, generator))[:, None, None]
    strength = uniform(count, -0.3, 0.6, generator).clamp_min(0)[:, None, None]
    ground = strength * (0.4 + 0.6 * _field(count, side, generator))
    return ground + (1 - ground) * ink * images.clamp(0, 1) ** power


def _field(count: int, side: int, generator: torch.Generator) -> Tensor:
    """Return smooth fields (count, side, side) between 0 and 1."""
    return resample(torch.rand(count, 3, 3, generator=generator), side, "bilinear", corners=True)


def make_noisy(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with grain: normal, of standard deviation up to 0.2, fine or blotchy."""
    count, side = len(images), images.shape[-1]
    fine = torch.randn(count, side, side, generator=generator)
    nodes = torch.randn(count, side // 2, side // 2, generator=generator)
    blotchy = resample(nodes, side, "bilinear")
    kind = torch.rand(count, 1, 1, generator=generator) < 0.6
    strength = uniform(count, 0.02, 0.2, generator)[:, None, None]
    return (images + strength * torch.where(kind, fine, 1.5 * blotchy)).clamp_(0, 1)


def compress(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images as JPEG of quality 8 to 60 leaves them.

    Blocks of 8 x 8 are rounded in the discrete cosine transform's frequencies, by the table and
    the scaling of https://github.com/libjpeg-turbo/libjpeg-turbo (``jpeg_quality_scaling``).
    """
    count, side = len(images), images.shape[-1]
    padding = -side % _BLOCK
    padded = functional.pad(images[:, None], (0, padding, 0, padding), mode="replicate")[:, 0]
    blocks = padded.unfold(1, _BLOCK, _BLOCK).unfold(2, _BLOCK, _BLOCK) * 255 - 128
    quality = uniform(count, 8, 60, generator)
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    steps = (torch.tensor(_LUMINANCE) * percent[:, None, None] / 100).clamp(1, 255)
    steps = steps[:, None, None]
    cosines = _cosines()
    frequencies = cosines @ blocks @ cosines.t()
    blocks = cosines.t() @ ((frequencies / steps).round_() * steps) @ cosines
    rows = blocks.permute(0, 1, 3, 2, 4).reshape(count, side + padding, side + padding)
    return ((rows[:, :side, :side] + 128) / 255).clamp_(0, 1)


def _cosines() -> Tensor:
    """Return the orthonormal discrete cosine transform of 8 values (8, 8), T.81 annex A.3.3."""
    places = torch.arange(_BLOCK, dtype=torch.float32)
    matrix = torch.cos(places[:, None] * (2 * places + 1) * (math.pi / (2 * _BLOCK)))
    matrix[0] /= math.sqrt(2)
    return matrix * math.sqrt(2 / _BLOCK)


def binarise(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images in black and white, parted at 0.2 to 0.65 of the way from ground to ink.

    The median stands for the ground, so that under no light more than half of an image is ink.
    """
    values = images.flatten(1)
    ground, ink = values.median(1).values, values.amax(1)
    level = ground + uniform(len(images), 0.2, 0.65, generator) * (ink - ground)
    return (images > level[:, None, None]).to(images.dtype)


def erase(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images with a patch set to no ink, to full ink or turned over.

    Zhong et al. 2020, https://arxiv.org/abs/1708.04896. Patches are 2 to 7 pixels a side; where
    they are turned over, which hides nothing, up to 18.
    """
    count, side = len(images), images.shape[-1]
    places = torch.arange(side)

    kind = torch.randint(3, (count, 1, 1), generator=generator)
    longest = torch.where(kind[:, :, 0] == 2, 18.0, 7.0)

    def stretch() -> Tensor:
        size = (2 + torch.rand(count, 1, generator=generator) * (longest - 1)).floor()
        start = torch.randint(-4, side, (count, 1), generator=generator)
        return (places >= start) & (places < start + size)

    patch = stretch()[:, :, None] & stretch()[:, None, :]
    filling = torch.where(kind == 0, 0.0, torch.where(kind == 1, 1.0, 1 - images))
    return torch.where(patch, filling, images)
