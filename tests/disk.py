"""What tests of writing share: the names in a folder, and system calls that fail."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing(code: int, at: int = 1) -> Callable[..., None]:
    """A function that raises an OSError at its ``at``-th call and does nothing before."""
    calls: list[object] = []

    def fail(*arguments: object, **options: object) -> None:
        calls.append(arguments)
        if len(calls) >= at:
            raise OSError(code, os.strerror(code))

    return fail
