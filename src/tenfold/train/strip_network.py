"""The network that reads a strip without parting it: convolutions, and what stands at each place.

What it gives is read by connectionist temporal classification (Graves et al. 2006,
https://doi.org/10.1145/1143844.1143891): each place says a character or none, and of the same
character at neighbouring places one counts.
"""

from __future__ import annotations

from torch import Tensor, nn

from tenfold.model.strips import STRIP_SYMBOLS

__all__ = ["Residual", "StripNetwork"]

_CHANNELS = (24, 40, 64, 128, 192)
_DROPOUT = 0.1  # after the last batch normalisation: before one it would shift what that measures


class Residual(nn.Module):
    """A block, to whose output its input is added."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape."""
        changed: Tensor = self.block(values)
        return values + changed


class StripNetwork(nn.Module):
    """Strips (N, 1, 32, W) float32, 0 to 1, to logits (N, W / 4, 15)."""

    def __init__(self, channels: tuple[int, ...] = _CHANNELS) -> None:
        super().__init__()
        first, second, third, fourth, fifth = channels
        self.stages = nn.Sequential(
            _convolution(1, first, (5, 5), stride=2),
            _convolution(first, second, (3, 3)),
            nn.MaxPool2d(2),
            _convolution(second, third, (3, 3)),
            _convolution(third, third, (3, 3)),
            nn.MaxPool2d((2, 1)),
            _convolution(third, fourth, (3, 3)),
            nn.Conv2d(fourth, fifth, (4, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(fifth),
            nn.ReLU(),
            Residual(_convolution(fifth, fifth, (1, 5))),
            Residual(_convolution(fifth, fifth, (1, 5))),
            nn.Dropout(_DROPOUT),
            nn.Conv2d(fifth, len(STRIP_SYMBOLS) + 1, 1),
        )

    def forward(self, strips: Tensor) -> Tensor:
        """Return logits (N, W / 4, 15); W is a multiple of 4."""
        logits: Tensor = self.stages(strips)
        return logits[:, :, 0].transpose(1, 2)


def _convolution(
    inputs: int, outputs: int, size: tuple[int, int], stride: int = 1
) -> nn.Sequential:
    padding = (size[0] // 2, size[1] // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
