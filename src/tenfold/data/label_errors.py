"""Test images of MNIST whose labels people do not agree with.

Five people each looked at the 100 test images that are likeliest mislabelled (Northcutt, Athalye
and Mueller 2021, https://arxiv.org/abs/2103.14749); their answers stand in
https://github.com/cleanlab/label-errors, ``mturk/mnist_mturk.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CORRECTED_LABELS", "DOUBTFUL"]

CORRECTED_LABELS: Mapping[int, int] = MappingProxyType(
    {947: 9, 1621: 6, 1901: 4, 2462: 0, 2597: 3, 3558: 0, 5937: 3, 6651: 6, 6783: 6, 9729: 6}
)
"""What the people agreed on, by the image's number among the 10,000, 0 the first."""

DOUBTFUL: tuple[int, ...] = tuple(sorted([*CORRECTED_LABELS, 2654, 3520, 9679, 2130, 8527]))
"""Those ten, three in which they saw neither digit, and two on which they did not agree."""
