"""What a reading is worth beside its label."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.scores import (
    aligned,
    parse_label,
    score_reading,
    score_table,
    share_interval,
    total_score,
    without_signs,
)
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


@pytest.mark.parametrize(
    ("label", "text", "right"),
    [
        pytest.param("12 34", "34 56", 1, id="shifted-to-the-left"),
        pytest.param("34 56", "12 34", 1, id="shifted-to-the-right"),
        pytest.param("1 2 3", "2 3 4", 2, id="three-shifted"),
        pytest.param("1 2|3 4", "9 1|2 4", 3, id="over-lines"),
        pytest.param("1 2 3", "3 8 9", 0, id="not-at-the-price-of-a-difference"),
        pytest.param("1 2 1 2", "2 1 2 1", 3, id="again-and-again"),
        pytest.param("1 2", "2 1", 1, id="swapped"),
        pytest.param("12 34", "56 78", 0, id="nothing-alike"),
        pytest.param("12 34", "12 34", 2, id="all-alike"),
    ],
)
def test_of_equal_alignments_that_with_most_numbers_right_counts(
    label: str, text: str, right: int
) -> None:
    score = score_reading(label, reading(text))
    assert score.numbers_right == right
    assert sum(ok for _, ok in score.answered) == right


@pytest.mark.parametrize(
    ("right", "counts", "expected"),
    [
        # by hand: p = 3/4, n/(n-1) = 2, squares = (2 - 1.5)^2 + (1 - 1.5)^2 = 0.5, error = 1/4
        pytest.param((2, 1), (2, 2), (0.75 - 0.49, 1.0), id="two-alike-in-size"),
        # p = 2/5; 3/2 * ((1 - .4)^2 + (1 - .8)^2 + (0 - .8)^2) = 1.56, error = sqrt(1.56) / 5
        pytest.param((1, 1, 0), (1, 2, 2), (0.0, 0.4 + 0.4896), id="three"),
        pytest.param((1, 1, 0, 0), (1, 2, 2, 0), (0.0, 0.4 + 0.4896), id="one-without-numbers"),
        # as wide as Wald's, but for 100/99, where each picture has one number
        pytest.param((1,) * 80 + (0,) * 20, (1,) * 100, (0.7212, 0.8788), id="one-each"),
        # ten numbers a picture, alike: no more is known than of one a picture
        pytest.param((10,) * 80 + (0,) * 20, (10,) * 100, (0.7212, 0.8788), id="ten-alike"),
    ],
)
def test_an_interval_over_pictures(
    right: tuple[int, ...], counts: tuple[int, ...], expected: tuple[float, float]
) -> None:
    assert share_interval(right, counts) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("right", "counts"),
    [
        pytest.param((), (), id="none"),
        pytest.param((3,), (4,), id="one-picture"),
        pytest.param((3, 0), (4, 0), id="one-with-numbers"),
        pytest.param((2, 3), (2, 3), id="all-right"),
        pytest.param((0, 0), (2, 3), id="all-wrong"),
        pytest.param((1, 2, 3), (3, 6, 9), id="all-the-same-share"),
    ],
)
def test_what_tells_nothing_of_how_pictures_differ(
    right: tuple[int, ...], counts: tuple[int, ...]
) -> None:
    assert share_interval(right, counts) is None


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


@pytest.mark.parametrize(
    ("label", "read", "of_table"),
    [
        ("12.50 1,000|7", "1250 1000|7", "1250 1000|7"),
        ("-3 12-34", " 3 12 34", "3 1234"),
        ("1 _|_ 2", "1 _|_ 2", "1 _|_ 2"),
        ("", "", ""),
    ],
)
def test_labels_without_signs(label: str, read: str, of_table: str) -> None:
    assert without_signs(label) == read
    assert without_signs(label, of_table=True) == of_table
