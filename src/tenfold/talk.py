"""What a person is told while work goes on: lines on stderr, which never stop the work."""

from __future__ import annotations

import sys
from contextlib import suppress

__all__ = ["is_watched", "say"]


def say(message: str) -> None:
    """Write a line to stderr, where it cannot mix with data on stdout.

    Nothing happens where stderr is closed, full or a broken pipe: a long training must not die of
    a terminal that has gone.
    """
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def is_watched() -> bool:
    """Tell whether stderr is a terminal, where something that moves can be shown."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False
