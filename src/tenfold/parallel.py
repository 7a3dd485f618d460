"""Work for several threads, whose results come in the order of what they are made of."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order", "usable_cores"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_AHEAD = 2  # items a worker that are begun before the first is given: a slow one stops nobody


def usable_cores() -> int:
    """Return how many cores this process may use: a container's, not the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int
) -> Iterator[_Result]:
    """Give what a function makes of each item, in turn; no more than two a worker wait.

    Args:
        function: Called from several threads at once; what it raises is raised in its turn, and
            what has not begun by then is not begun.
        items: Any number, which are taken as they are needed.
        workers: Threads; with 1 everything happens in the caller's.
    """
    if workers == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="tenfold") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) == workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
