"""Settings of the process that make training fast and steady on a processor."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["flushed_denormals", "keep_freed_memory"]

_DENORMAL = 1e-40  # below float32's smallest normal number, 1.2e-38

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT_BYTES, _LARGEST_MMAP_THRESHOLD = 1 << 30, 32 << 20  # the latter is glibc's own limit


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Flush denormal numbers to zero within the block, and leave the setting as it was.

    Adam's means of gradients that stay zero sink into denormal numbers, which cost up to four times
    the whole step on Intel processors; TensorFlow flushes them to zero too. PyTorch's threads take
    the setting over from the thread that starts them, so the first parallel work of a training
    belongs into such a block.
    """
    before = float(torch.full((1,), _DENORMAL) * 1) == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def keep_freed_memory() -> None:
    """Keep freed memory for the next step.

    glibc hands the megabytes of each step's activations back to the system, which then clears every
    page anew for the next step: a fifth of the time of a small convolutional network.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
