"""What stands at each place of a group: two models' answers together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.assemble import FUSION, Fusion, PlaceRead, fuse
from tenfold.decide import decide, digit_probabilities
from tenfold.model import DIGITS, Model
from tenfold.model.strips import STRIP_STEP, STRIP_SYMBOLS, StripModel
from tenfold.preprocess import (
    Group,
    column_of_strip,
    frame_ink,
    frame_strip,
    part_ink,
    strip_column,
)
from tenfold.respell import spell_strips
from tenfold.spell import Spelled
from tenfold.values import Box

__all__ = ["SeenPlace", "decide_places", "read_places", "see_places"]

_FEW = 2  # places of a group that may be digits although the strip says otherwise
_DOUBTFUL = 0.2  # probability of a digit, from which the model of digits is asked about a sign
_NEAR = 0.1  # heights of a group: how far from a mark its character may be spelled
_REACH = 1.5  # places of a strip: how far a character reaches beyond those that spell it
_POINT_REACH = 0.3  # heights of a group: how far from a point it may be spelled
_STAR = len(STRIP_SYMBOLS)  # the output for letters and signs
_LEAST = 1e-12  # probability, so that there is a logarithm


class SeenPlace(NamedTuple):
    """A place of a group as both models see it, before anything is decided.

    Attributes:
        spelled: What the model of strips says.
        width: Share of the group that it takes, 0 to 1.
        glyph: Shape (28, 28), uint8: what the model of digits saw; None where it was not asked.
        digits: Shape (11,): what it said; the last is "no digit".
        is_cut: Whether the ink was cut off from a neighbour's.
        box: On the page; None where there is no ink.
    """

    spelled: Spelled
    width: float
    glyph: NDArray[np.uint8] | None
    digits: NDArray[np.float64] | None
    is_cut: bool
    box: Box | None


def read_places(
    groups: Sequence[Group],
    strips: StripModel,
    digits: Model,
    alone: Mapping[str, float],
    beside: Mapping[str, float],
) -> list[list[PlaceRead]]:
    """Return what each place of each group was read as.

    Args:
        groups: As `tenfold.preprocess.segment` returns them.
        strips: The model of strips.
        digits: The model of digits.
        alone: When a digit by itself is refused; see `tenfold.decide.decide`.
        beside: When one among others is.
    """
    return [
        decide_places(places, alone if len(places) == 1 else beside)
        for places in see_places(groups, strips, digits)
    ]


def see_places(groups: Sequence[Group], strips: StripModel, digits: Model) -> list[list[SeenPlace]]:
    """Return what both models see at each place of each group.

    The model of strips says what stands where; between its places the ink is parted, and the model
    of digits looks at each digit by itself.

    Args:
        groups: As `tenfold.preprocess.segment` returns them.
        strips: The model of strips.
        digits: The model of digits.
    """
    framed = [frame_strip(group.ink) for group in groups]
    found = [
        _of_group(group, strip, *spelled)
        for group, strip, spelled in zip(groups, framed, spell_strips(framed, strips), strict=True)
    ]
    glyphs = [place.glyph for places in found for place in places if place.glyph is not None]
    says = iter(_seen(np.stack(glyphs), digits)) if glyphs else iter(())
    return [
        [place if place.glyph is None else place._replace(digits=next(says)) for place in places]
        for places in found
    ]


def decide_places(
    places: Sequence[SeenPlace], thresholds: Mapping[str, float], fusion: Fusion = FUSION
) -> list[PlaceRead]:
    """Return what the places of a group are read as.

    Args:
        places: Of the group, as `see_places` returns them.
        thresholds: When a digit is refused; see `tenfold.decide.decide`.
        fusion: How much each model's word counts.
    """
    read = []
    for place in places:
        symbol, digit = STRIP_SYMBOLS[place.spelled.symbol - 1], None
        if place.digits is not None:
            fused = fuse(
                place.spelled.probabilities,
                place.digits,
                fusion.alone if len(places) == 1 else fusion.cut if place.is_cut else fusion.beside,
            )
            logits = np.log(np.maximum(fused, _LEAST)).astype(np.float32)
            (digit,) = decide(logits[None], np.zeros(1, bool), thresholds=thresholds)
            digit = replace(digit, box=place.box)
            if not symbol.isdigit() and digit.rejected is not None:
                digit = None
        symbol = symbol if digit is None else str(digit.guess)
        read.append(PlaceRead(symbol, place.width, digit, place.glyph))
    return read


def _of_group(
    group: Group,
    strip: NDArray[np.uint8],
    found: list[Spelled],
    probabilities: NDArray[np.float32],
) -> list[SeenPlace]:
    """Return the places of a group; the model of digits has not been asked yet."""
    spelled = _with_missed(found, group, strip, probabilities)
    parts = part_ink(group.ink, _middles(spelled, group, strip))
    widths = _widths(spelled, strip.shape[1])
    return [
        SeenPlace(
            character,
            width,
            frame_ink(part.ink)
            if part.box is not None and _may_be_digit(character, len(spelled))
            else None,
            None,
            part.is_cut,
            None if part.box is None else group.on_page(part.box),
        )
        for character, part, width in zip(spelled, parts, widths, strict=True)
    ]


def _with_missed(
    found: list[Spelled],
    group: Group,
    strip: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
) -> list[Spelled]:
    """Return the characters of a group; among them marks and points that were passed over.

    Of a word most letters are passed over: where one was spelled nothing is added.
    """
    middles = _middles(found, group, strip)
    if any(one.symbol == _STAR for one in found):
        return found
    missed = [
        _unspelled(group, strip, probabilities, column)._replace(
            symbol=STRIP_SYMBOLS.index(symbol) + 1
        )
        for column, symbol in group.point_columns()
        if not _is_spelled(column, found, middles, _POINT_REACH * len(group.ink))
    ]
    for left, right in group.mark_columns():
        reach = _NEAR * len(group.ink)
        if any(left - reach <= middle <= right + reach for middle in middles):
            continue
        missed.append(_unspelled(group, strip, probabilities, (left + right) / 2))
    return sorted([*found, *missed], key=lambda one: one.middle)


def _is_spelled(
    column: float, found: Sequence[Spelled], middles: Sequence[float], reach: float
) -> bool:
    """Tell whether there is a sign near a column, among characters with their middles."""
    return any(
        abs(middle - column) <= reach and not STRIP_SYMBOLS[one.symbol - 1].isdigit()
        for one, middle in zip(found, middles, strict=True)
    )


def _unspelled(
    group: Group, strip: NDArray[np.uint8], probabilities: NDArray[np.float32], column: float
) -> Spelled:
    """Return a place at a column of the ink at which nothing was spelled: a star, it may be."""
    seen = column_of_strip(column, group.ink.shape[1], strip.shape[1])
    place = int(np.clip(seen / STRIP_STEP, 0, len(probabilities) - 1))
    near = probabilities[max(place - 1, 0) : place + 2, 1:].astype(np.float64).max(0)
    return Spelled(_STAR, place, place, near / near.sum())


def _middles(spelled: Sequence[Spelled], group: Group, strip: NDArray[np.uint8]) -> list[float]:
    """Return the middle of each character, in columns of the group's ink."""
    width = group.ink.shape[1]
    return [
        strip_column((character.middle + 0.5) * STRIP_STEP, width, strip.shape[1])
        for character in spelled
    ]


def _widths(spelled: Sequence[Spelled], strip_width: int) -> list[float]:
    """Return the share of a strip that each character has, from halfway to halfway.

    A star stands for all letters and signs in a row, wherever among them it was spelled: it reaches
    from the character before to the one behind it.
    """
    count = max(strip_width / STRIP_STEP, 1.0)
    reaches = [
        (one.middle, one.middle) if one.symbol == _STAR else (one.first - _REACH, one.last + _REACH)
        for one in spelled
    ]
    widths = []
    for place, one in enumerate(spelled):
        left = reaches[place - 1][1] if place else 0.0
        right = reaches[place + 1][0] if place + 1 < len(spelled) else count
        own = right - left if one.symbol == _STAR else reaches[place][1] - reaches[place][0]
        widths.append(float(np.clip(own / count, 0, 1)))
    return widths


def _may_be_digit(character: Spelled, count: int) -> bool:
    """Tell a digit; also what was passed over or is in doubt, and of one or two places a letter."""
    symbol = STRIP_SYMBOLS[character.symbol - 1]
    if symbol.isdigit():
        return True
    digits = character.probabilities[: len(DIGITS)]
    in_doubt = float(digits.max()) >= min(float(character.probabilities.max()), _DOUBTFUL)
    return symbol in "-*" and (count <= _FEW or in_doubt)


def _seen(glyphs: NDArray[np.uint8], digits: Model) -> NDArray[np.float64]:
    """Return what the model of digits says of glyphs (N, 28, 28): shape (N, 11)."""
    probabilities, none = digit_probabilities(digits.logits(glyphs), digits.card.temperature)
    return np.concatenate([probabilities, none[:, None]], 1)
