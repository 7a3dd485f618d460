"""Hangul, the letters of Korean, as strokes: of all scripts in use the one nearest to digits.

Forms after the chart of Unicode's block Hangul Compatibility Jamo (U+3131 to U+318E), in a square
of side one, x to the right and y down. Left out are the letters that are digits to anybody: those
like 0, 1, 2 and 7.
"""

from __future__ import annotations

import numpy as np

from tenfold.synthesis.pen import Strokes

__all__ = ["draw_hangul"]

_Line = tuple[tuple[float, float], ...]
_TOP: _Line = ((0, 0), (1, 0))
_FOOT: _Line = ((0, 1), (1, 1))
_MIDDLE: _Line = ((0, 0.5), (1, 0.5))
_CORNER: _Line = ((0, 0), (1, 0), (0.9, 1))
_OPEN: _Line = ((1, 0), (0, 0), (0, 1), (1, 1))
_RING: _Line = tuple(
    (0.5 + 0.45 * float(np.cos(angle)), 0.62 + 0.38 * float(np.sin(angle)))
    for angle in np.linspace(0, 2 * np.pi, 17)
)

_CONSONANTS: dict[str, tuple[_Line, ...]] = {
    "ㄴ": (((0, 0), (0, 1), (1, 1)),),
    "ㄷ": (_OPEN,),
    "ㅂ": (((0, 0), (0, 1), (1, 1), (1, 0)), _MIDDLE),
    "ㅅ": (((0.5, 0), (0.35, 0.5), (0, 1)), ((0.45, 0.35), (1, 1))),
    "ㅈ": (_TOP, ((0.55, 0), (0.4, 0.5), (0, 1)), ((0.45, 0.45), (1, 1))),
    "ㅊ": (((0.4, -0.3), (0.65, -0.25)), _TOP, ((0.5, 0), (0, 1)), ((0.4, 0.4), (1, 1))),
    "ㅋ": (_CORNER, ((0, 0.5), (0.92, 0.42))),
    "ㅌ": (_OPEN, ((0, 0.5), (0.95, 0.5))),
    "ㅍ": (_TOP, ((0.3, 0), (0.35, 1)), ((0.7, 0), (0.65, 1)), _FOOT),
    "ㅎ": (((0.35, -0.25), (0.65, -0.2)), ((0, 0.08), (1, 0.08)), _RING),
}
_BESIDE: dict[str, tuple[_Line, ...]] = {
    "ㅏ": (((0.3, 0), (0.3, 1)), ((0.3, 0.5), (0.8, 0.5))),
    "ㅑ": (((0.3, 0), (0.3, 1)), ((0.3, 0.35), (0.8, 0.35)), ((0.3, 0.65), (0.8, 0.65))),
    "ㅓ": (((0.7, 0), (0.7, 1)), ((0.1, 0.5), (0.7, 0.5))),
    "ㅕ": (((0.7, 0), (0.7, 1)), ((0.1, 0.35), (0.7, 0.35)), ((0.1, 0.65), (0.7, 0.65))),
    "ㅐ": (((0.2, 0), (0.2, 1)), ((0.2, 0.5), (0.8, 0.5)), ((0.8, 0), (0.8, 1))),
    "ㅔ": (((0.45, 0), (0.45, 1)), ((0, 0.5), (0.45, 0.5)), ((0.9, 0), (0.9, 1))),
}
_BELOW: dict[str, tuple[_Line, ...]] = {
    "ㅗ": (((0.5, 0.45), (0.5, 1)), _FOOT),
    "ㅛ": (((0.3, 0.45), (0.3, 1)), ((0.7, 0.45), (0.7, 1)), _FOOT),
    "ㅜ": (_TOP, ((0.5, 0), (0.5, 0.7))),
    "ㅠ": (_TOP, ((0.3, 0), (0.3, 0.7)), ((0.7, 0), (0.7, 0.7))),
}
_INITIALS: dict[str, tuple[_Line, ...]] = {
    **_CONSONANTS,
    "ㄱ": (_CORNER,),
    "ㄹ": (((0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 1), (1, 1)),),
    "ㅁ": (((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)),),
    "ㅇ": (_RING,),
}
_ALONE = {**_CONSONANTS, **_BESIDE, **_BELOW}


def draw_hangul(random: np.random.Generator) -> Strokes:
    """Return the strokes of a letter, or of a syllable of two, that is no digit."""
    if random.random() < 0.6:
        return _strokes(_ALONE, random)
    below = random.random() < 0.4
    first = _strokes(_INITIALS, random)
    second = _strokes(_BELOW if below else _BESIDE, random)
    if below:
        shrunk, offset = np.array([1, 0.5]), np.array([0, 0.6])
    else:
        shrunk, offset = np.array([0.5, 0.9]), np.array([0.55, 0])
    return [stroke * shrunk for stroke in first] + [stroke * shrunk + offset for stroke in second]


def _strokes(letters: dict[str, tuple[_Line, ...]], random: np.random.Generator) -> Strokes:
    chosen = letters[list(letters)[int(random.integers(len(letters)))]]
    return [np.array(line, np.float64) for line in chosen]
