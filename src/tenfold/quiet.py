"""No warnings for a while, in a process of several threads."""

from __future__ import annotations

import threading
import warnings

__all__ = ["QUIET"]


class _Quiet:
    """No warnings while some thread is inside; the filters of before once the last one is out.

    `warnings.catch_warnings` alone puts back what it found: with two threads, the other's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._caught = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._caught = warnings.catch_warnings(action="ignore")
                self._caught.__enter__()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._caught.__exit__(None, None, None)


QUIET = _Quiet()
"""The process's one: its filters are the same for all threads."""
