"""What the data layer tells the person while it works: lines and progress bars on stderr."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["progress", "say"]


def say(message: str) -> None:
    """Write one line to stderr, where it cannot mix with data on stdout."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def progress(label: str, total: int) -> Any:
    """Return a tqdm bar of ``total`` bytes on stderr; it is silent where that is no terminal."""
    from tqdm import tqdm

    return tqdm(
        total=total,
        desc=label,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        disable=None,
        leave=False,
    )
