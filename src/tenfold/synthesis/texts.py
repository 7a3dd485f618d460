"""What people write in figures: numbers, amounts, dates; and words, which are none."""

from __future__ import annotations

import numpy as np

__all__ = ["any_amount", "any_number", "any_text", "any_word"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzaeinrstlaeinrst"
_CLEAR = "ACDEFGHJKLMNPRTUVWXYadefhkmnprtuvwx"
_BEFORE = ("$", "#", "=", "**", "-", "/", "Fr", "EUR", "Rs")
_BEHIND = (".-", "-", "/", "//", "=", "#", "**", ".", "--", "x", "kg", "%", "/-")


def any_number(random: np.random.Generator, shortest: int = 1, longest: int = 9) -> str:
    """Return digits alone, leading zeros too."""
    count = int(random.integers(shortest, longest + 1))
    digits = random.integers(0, 10, count)
    if random.random() < 0.15:  # the same one again and again, as in prices
        digits[count // 2 :] = random.choice([0, int(digits[-1])])
    return "".join(map(str, digits.tolist()))


def any_amount(random: np.random.Generator) -> str:
    """Return a sum of money as cheques have it: with points or commas, and signs round it."""
    whole = any_number(random, 1, 8).lstrip("0") or "5"
    separator = str(random.choice([".", ",", ""], p=[0.45, 0.25, 0.3]))
    if separator:
        first = len(whole) % 3
        parts = [whole[:first]] * (first > 0)
        parts += [whole[place : place + 3] for place in range(first, len(whole), 3)]
        whole = separator.join(parts)
    if random.random() < 0.35:
        whole += ("," if separator == "." else ".") + any_number(random, 2, 2)
    if random.random() < 0.3:
        whole = str(random.choice(_BEFORE)) + whole
    if random.random() < 0.4:
        whole += str(random.choice(_BEHIND))
    return whole


def any_word(random: np.random.Generator, shortest: int = 3, longest: int = 8) -> str:
    """Return letters at random, one of them a capital at times; no word of any language.

    One or two letters are such as nobody takes for digits.
    """
    count = int(random.integers(shortest, longest + 1))
    letters_at_hand = _LETTERS if count > 2 else _CLEAR
    places = random.integers(0, len(letters_at_hand), count)
    letters = [letters_at_hand[int(place)] for place in places]
    if count < 3:
        return "".join(letters)
    word = "".join(letters)
    return word if random.random() < 0.2 else word.capitalize()


def _date(random: np.random.Generator) -> str:
    between = str(random.choice(["/", "-", "."]))
    day, month = int(random.integers(1, 32)), int(random.integers(1, 13))
    year = int(random.integers(1900, 2035))
    written = f"{year}" if random.random() < 0.5 else f"{year % 100:02d}"
    return between.join([str(day), str(month), written])


def any_text(random: np.random.Generator) -> str:
    """Return what may stand together on a page: mostly digits; amounts, dates, words, mixtures."""
    kind = random.random()
    if kind < 0.5:
        return any_number(random, 1, 11)
    if kind < 0.7:
        return any_amount(random)
    if kind < 0.77:
        return _date(random)
    if kind < 0.95:
        return any_word(random, 1, 11) + str(random.choice(["", "", "", ":", ".", ","]))
    parts = [any_word(random, 1, 4), any_number(random, 1, 5)]
    random.shuffle(parts)
    return "".join(parts)
