"""Typed digits: the ten by turns, framed like written ones, in many typefaces."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.synthesis import hangul, typefaces
from tenfold.synthesis.typefaces import draw_by_hand, draw_typed


def test_a_seed_decides_all() -> None:
    one, again, other = (draw_typed(40, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.images, again.images)
    assert not np.array_equal(one.images, other.images)
    assert one.labels.tolist() == list(range(10)) * 4


def test_they_are_framed_and_differ() -> None:
    typed = draw_typed(200, 3)
    for image in typed.images:
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 23
        assert image.max() > 200
    for digit in range(10):
        ones = typed.images[typed.labels == digit].reshape(-1, 784)
        assert len(np.unique(ones, axis=0)) >= 18
        ink = (ones > 128).mean(1)
        assert ink.max() > 1.5 * ink.min()


@pytest.mark.parametrize("smooth", [0.0, 1.0], ids=["strokes", "print"])
def test_characters_lean_to_the_right(smooth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a tall stroke leans, its top lies to the right of its foot, as in italics."""
    monkeypatch.setattr(typefaces, "_SMOOTH", smooth)
    random, places = np.random.default_rng(0), np.arange(28)
    leans = []
    for _ in range(80):
        picture = typefaces.draw_character("H", random).astype(float)
        top, foot = (rows.sum(0) @ places / rows.sum() for rows in (picture[5:9], picture[19:23]))
        leans.append(top - foot)
    assert np.mean(leans) > 0.5
    assert np.max(leans) > 2.5


def test_letters_by_hand_are_framed_and_differ() -> None:
    random = np.random.default_rng(1)
    pictures = np.stack([draw_by_hand(random) for _ in range(300)])
    assert len(np.unique(pictures.reshape(300, -1), axis=0)) == 300
    heights = [np.ptp(np.flatnonzero(picture.any(1))) + 1 for picture in pictures]
    widths = [np.ptp(np.flatnonzero(picture.any(0))) + 1 for picture in pictures]
    assert np.maximum(heights, widths).min() >= 18


def test_no_character_by_hand_is_a_digit() -> None:
    like_digits = {169, 172, 173, 184, *range(188, 191)}  # no, fu, he, yo, re, ro, wa
    empty = {118, 119, *range(196, 200)}  # a lozenge where the face has nothing
    for face, named in typefaces._SCRIPTS:
        left_out = {chr(place) for place in like_digits | empty}
        assert not set(named) & (left_out if face == "japanese" else set("0123456789")), face
        assert all(typefaces.face_strokes(face)[character] for character in named), face


def test_half_of_typed_ones_have_a_flag_and_no_foot() -> None:
    """Helvetica's and its kin: ink left of the stem at the top, none at the bottom."""
    random = np.random.default_rng(4)
    ones = np.stack([typefaces.draw_character("1", random) for _ in range(200)]) > 100
    widths = [
        [np.ptp(np.flatnonzero(one[rows].any(0))) + 1 for rows in (slice(4, 9), slice(21, 24))]
        for one in ones
    ]
    flagged = np.mean([top >= foot + 3 for top, foot in widths])
    assert 0.4 < flagged < 0.8


def test_hangul_by_hand_is_drawn_whole_and_is_no_digit() -> None:
    random = np.random.default_rng(5)
    written = [hangul.draw_hangul(random) for _ in range(400)]
    assert all(np.isfinite(np.vstack(strokes)).all() for strokes in written)
    assert len({tuple(stroke.tobytes() for stroke in strokes) for strokes in written}) > 70
    assert not set(hangul._ALONE) & set("ㅇㅁㄱㄹㅣㅡ")


def test_displays_show_bars_of_their_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten different patterns of seven bars, each read at the bars' middles."""
    monkeypatch.setattr(typefaces, "_DISPLAYED", 1.0)
    middles = typefaces._BARS.mean(1)
    patterns = {}
    for digit in "0235689":  # framed to the full height and width of a display
        random = np.random.default_rng(7)
        shown = np.mean([typefaces.draw_character(digit, random) for _ in range(40)], 0)
        rows, columns = np.flatnonzero(shown.max(1) > 90), np.flatnonzero(shown.max(0) > 90)
        patterns[digit] = "".join(
            str(bar)
            for bar, (x, y) in enumerate(middles)
            if shown[
                round(rows[0] + 1 + y / 2 * (np.ptp(rows) - 2)),
                round(columns[0] + 1 + x * (np.ptp(columns) - 2)),
            ]
            > 60
        )
    assert patterns["8"] == "0123456"
    assert len(set(patterns.values())) == len(patterns)


def test_lit_bars_are_those_of_a_display() -> None:
    """As on any meter: how many bars are lit, and that no two digits light the same."""
    lit = {digit: {frozenset(form) for form in forms} for digit, forms in typefaces._LIT.items()}
    assert set(lit) == set("0123456789")
    every = [form for forms in lit.values() for form in forms]
    assert len(set(every)) == len(every)
    counts = {digit: sorted(map(len, forms)) for digit, forms in lit.items()}
    assert counts == {
        "0": [6], "1": [2], "2": [5], "3": [5], "4": [4],
        "5": [5], "6": [5, 6], "7": [3, 4], "8": [7], "9": [5, 6],
    }  # fmt: skip
