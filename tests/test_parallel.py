"""Several threads work, and what they make comes in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tenfold.parallel import in_order, usable_cores


@pytest.mark.parametrize("workers", [1, 2, 5, 40])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def slow_at_first(item: int) -> int:
        time.sleep(0.002 * (10 - item))
        return item * item

    assert list(in_order(slow_at_first, range(10), workers)) == [item**2 for item in range(10)]
    assert list(in_order(slow_at_first, [], workers)) == []


def test_workers_work_at_once() -> None:
    together = threading.Barrier(3, timeout=20)
    assert list(in_order(lambda _item: together.wait() >= 0, range(3), 3)) == [True] * 3


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = in_order(lambda item: item, items(), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    assert len(taken) <= 8
    results.close()
    assert len(taken) <= 8


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_raised_comes_in_its_turn(workers: int) -> None:
    done: list[int] = []

    def work(item: int) -> int:
        if item == 4:
            raise ValueError("four")
        done.append(item)
        return item

    results = in_order(work, range(100), workers)
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="four"):
        next(results)
    assert max(done) < 20


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
