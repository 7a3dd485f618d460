"""The random generators of a training: independent streams from one seed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

__all__ = ["Generators", "generators"]


class Generators(NamedTuple):
    """One stream for each purpose, so that a variant without dropout starts from the same weights.

    Their states can be saved, unlike those of PyTorch's global generator, which stays untouched.
    """

    weights: torch.Generator
    order: torch.Generator
    dropout: torch.Generator
    augmentation: torch.Generator


def generators(seed: int) -> Generators:
    """Return the streams of a seed, none of which is one of another seed's.

    NumPy's `SeedSequence` spreads neighbouring seeds over all 64 bits
    (https://numpy.org/doc/stable/reference/random/parallel.html).
    """
    words = np.random.SeedSequence(seed).generate_state(4, np.uint64) >> np.uint64(1)
    return Generators(*(torch.Generator().manual_seed(int(word)) for word in words))
