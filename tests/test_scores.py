"""What a reading is worth beside its label."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.scores import aligned, parse_label, score_reading, score_table, total_score
from tenfold.values import Box, Digit, Number, Reading, Table


def number(text: str, guesses: str = "") -> Number:
    """A number; where it is refused, the guesses by turns."""
    left = iter(guesses)
    digits = tuple(
        Digit(
            value=None if letter == "?" else int(letter),
            guess=int(next(left)) if letter == "?" else int(letter),
            confidence=0.9,
            probabilities=np.zeros(10, np.float32),
            rejected="unsure" if letter == "?" else None,
        )
        for letter in text
    )
    return Number(text, digits, Box(0, 0, 1, 1), 0.9)


def reading(text: str, guesses: str = "") -> Reading:
    """A reading of lines with ``|`` between them."""
    left = iter(guesses)
    lines = []
    for line in text.split("|"):
        words = line.split()
        if words:
            lines.append(
                tuple(
                    number(word, "".join(next(left) for _ in range(word.count("?"))))
                    for word in words
                )
            )
    return Reading(tuple(lines))


@pytest.mark.parametrize(
    ("label", "text", "guesses", "expected"),
    [
        #                       exact, numbers, right, read, digits, edits, rightly, wrongly
        pytest.param("12 3|4", "12 3|4", "", (True, 3, 3, 3, 4, 0, 0, 0), id="exact"),
        pytest.param("12", "13", "", (False, 1, 0, 1, 2, 1, 0, 0), id="a-digit-wrong"),
        pytest.param("12 34", "34", "", (False, 2, 1, 1, 2, 3, 0, 0), id="a-number-missing"),
        pytest.param("12 34", "1234", "", (False, 2, 0, 1, 4, 1, 0, 0), id="two-read-as-one"),
        pytest.param("12|34", "12 34", "", (False, 2, 2, 2, 4, 1, 0, 0), id="lines-joined"),
        pytest.param("", "", "", (True, 0, 0, 0, 0, 0, 0, 0), id="nothing-where-nothing-is"),
        pytest.param("", "7", "", (False, 0, 0, 1, 1, 1, 0, 0), id="something-where-nothing-is"),
        pytest.param("", "?", "3", (False, 0, 0, 1, 0, 1, 1, 0), id="refused-where-nothing-is"),
        pytest.param("12", "1?", "2", (False, 1, 0, 1, 1, 1, 0, 1), id="refused-though-right"),
        pytest.param("12", "1?", "7", (False, 1, 0, 1, 1, 1, 1, 0), id="refused-being-wrong"),
        pytest.param("0012", "0012", "", (True, 1, 1, 1, 4, 0, 0, 0), id="leading-zeros"),
    ],
)  # fmt: skip
def test_scores(label: str, text: str, guesses: str, expected: tuple[object, ...]) -> None:
    score = score_reading(label, reading(text, guesses))
    assert (
        score.exact,
        score.numbers,
        score.numbers_right,
        score.numbers_read,
        score.digits_read,
        score.edits,
        score.refused_rightly,
        score.refused_wrongly,
    ) == expected


@pytest.mark.parametrize(
    ("label", "lines"),
    [("", ()), (" 1  2 | 3 ", (("1", "2"), ("3",))), ("1||2", (("1",), ("2",)))],
)
def test_labels(label: str, lines: tuple[tuple[str, ...], ...]) -> None:
    assert parse_label(label) == lines


@pytest.mark.parametrize(
    ("one", "other", "differences"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)],
)
def test_alignment_has_the_fewest_differences(one: str, other: str, differences: int) -> None:
    pairs = aligned(one, other)
    assert sum(a != b for a, b in pairs) == differences
    assert "".join(a for a, _ in pairs if a is not None) == one
    assert "".join(b for _, b in pairs if b is not None) == other


def test_totals() -> None:
    total = total_score(
        [
            score_reading("12 3", reading("12 3")),
            score_reading("456", reading("4?6", "5")),
            score_reading("", reading("78")),
        ]
    )
    assert (total.pictures, total.exact, total.numbers, total.numbers_right) == (3, 1, 3, 2)
    assert total.numbers_read == 4
    assert total.false_digits == 2
    assert total.character_error_rate == pytest.approx(3 / 7)
    assert (total.refused_rightly, total.refused_wrongly) == (0, 1)
    assert [right for _, right in total.answered] == [True, True, False]
    assert total_score([score_reading("", Reading())]).character_error_rate is None


def test_tables_are_scored_cell_by_cell() -> None:
    table = Table(((number("1"), None), (number("23"), Number("?", (), Box(0, 0, 1, 1), 0.0))))
    score = score_table("1 _|23 4", table)
    assert (score.exact, score.numbers, score.numbers_right, score.numbers_read) == (False, 3, 2, 3)
    assert (score.edits, score.refused_rightly) == (1, 0)
    assert score_table("1 _|23 ?", table).exact


@pytest.mark.parametrize(
    ("label", "text", "answered"),
    [
        pytest.param("12 3", "12 3", [True, True], id="right"),
        pytest.param("12 3", "1? 3", [True], id="a-number-with-a-place-refused-is-no-answer"),
        pytest.param("12 3", "12 4", [True, False], id="wrong"),
        pytest.param("12 3", "3", [True], id="missing"),
        pytest.param("", "5", [False], id="something-where-nothing-is"),
    ],
)
def test_what_was_answered_and_how_surely(label: str, text: str, answered: list[bool]) -> None:
    score = score_reading(label, reading(text, "9"))
    assert score.answered == tuple((0.9, right) for right in answered)
