"""Progress of downloads on stderr."""

from __future__ import annotations

import sys
from typing import Any

from tenfold.talk import is_watched

__all__ = ["progress"]


def progress(label: str, total: int) -> Any:
    """Return a tqdm bar of ``total`` bytes on stderr; it is silent where that is no terminal."""
    from tqdm import tqdm

    return tqdm(
        total=total,
        desc=label,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        disable=not is_watched(),
        leave=False,
    )
