"""What the places of a strip say, as characters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tenfold.spell import align, log_probability, spell


def places(*outputs: int, sure: float = 0.9) -> np.ndarray:
    """Probabilities (T, 4) with one likely output at each place."""
    rows = np.full((len(outputs), 4), (1 - sure) / 3, np.float32)
    rows[np.arange(len(outputs)), outputs] = sure
    return rows


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        pytest.param((), [], id="no-places"),
        pytest.param((0, 0, 0), [], id="nothing"),
        pytest.param((0, 1, 0), [(1, 1, 1)], id="one"),
        pytest.param((1, 1, 1), [(1, 0, 2)], id="the-same-counts-once"),
        pytest.param((1, 0, 1), [(1, 0, 0), (1, 2, 2)], id="nothing-between-makes-two"),
        pytest.param((2, 2, 3, 0, 1), [(2, 0, 1), (3, 2, 2), (1, 4, 4)], id="neighbours"),
    ],
)
def test_spelling(outputs: tuple[int, ...], expected: list[tuple[int, int, int]]) -> None:
    found = spell(places(*outputs) if outputs else np.zeros((0, 4), np.float32))
    assert [(one.symbol, one.first, one.last) for one in found] == expected
    for one in found:
        assert one.probabilities.sum() == pytest.approx(1)
        assert one.probabilities.argmax() + 1 == one.symbol
        assert one.first <= one.middle <= one.last


def test_probabilities_of_all_texts_sum_to_one() -> None:
    """Against every path, one by one."""
    random = np.random.default_rng(1)
    rows = random.random((4, 3)).astype(np.float32)
    rows /= rows.sum(1, keepdims=True)
    of_text: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(3), repeat=4):
        text = tuple(
            one for place, one in enumerate(path) if one and (not place or path[place - 1] != one)
        )
        likely = float(np.prod([rows[place, one] for place, one in enumerate(path)]))
        of_text[text] = of_text.get(text, 0.0) + likely
    for text, likely in of_text.items():
        assert log_probability(rows, text) == pytest.approx(np.log(likely), abs=1e-5), text
    assert log_probability(rows, (1, 1, 1)) == -np.inf


def test_a_text_lies_along_the_best_path_that_spells_it() -> None:
    """Against every path, one by one."""
    random = np.random.default_rng(2)
    rows = random.random((5, 3)).astype(np.float32)
    rows /= rows.sum(1, keepdims=True)
    best: dict[tuple[int, ...], tuple[float, list[tuple[int, int, int]]]] = {}
    for path in itertools.product(range(3), repeat=5):
        runs = [(output, len(list(run))) for output, run in itertools.groupby(path)]
        starts = np.cumsum([0, *(length for _, length in runs)]).tolist()
        found = [
            (output, start, start + length - 1)
            for (output, length), start in zip(runs, starts, strict=False)
            if output
        ]
        likely = float(np.prod([rows[place, one] for place, one in enumerate(path)]))
        text = tuple(output for output, _, _ in found)
        best[text] = max(best.get(text, (0.0, [])), (likely, found))
    for text, (_, found) in best.items():
        aligned = [(one.symbol, one.first, one.last) for one in align(rows, text)]
        assert aligned == found, text
    assert align(np.zeros((0, 3), np.float32), (1,)) == []
