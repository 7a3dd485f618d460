"""The page of steps from a picture to its numbers."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenfold.report.blocks import Block, Page, Picture, Row, Section, Words
from tenfold.report.page import write_page
from tenfold.values import Digit

__all__ = ["GroupStep", "PlaceStep", "write_reading_steps"]

_WIDEST = 900  # pixels of a picture on the page
_MOST_GROUPS = 60  # shown one by one
_GREEN, _RED, _GREY = "#16803c", "#c82828", "#8a8f98"


@dataclass(frozen=True)
class PlaceStep:
    """A place of a group.

    Attributes:
        symbol: What it was spelled as; a star for letters and signs.
        glyph: Shape (28, 28), uint8: what the model of digits saw; None of what is no digit.
        digit: What both models made of it.
    """

    symbol: str
    glyph: NDArray[np.uint8] | None
    digit: Digit | None


@dataclass(frozen=True)
class GroupStep:
    """Marks that stand together: their strip (32, W) uint8, its places, and what was read."""

    strip: NDArray[np.uint8]
    places: Sequence[PlaceStep]
    text: str


def write_reading_steps(
    path: Path,
    *,
    title: str,
    annotated: bytes,
    ink: NDArray[np.float32] | None,
    without_lines: NDArray[np.float32] | None,
    groups: Sequence[GroupStep],
) -> Path:
    """Write the page.

    Args:
        path: Of the page.
        title: Its heading: the picture's name.
        annotated: The picture with what was read drawn in, as PNG.
        ink: Shape (h, w), 0 to 1: the page without paper; None where it is blank.
        without_lines: The same without printed lines.
        groups: In reading order.

    Raises:
        MissingExtraError: Jinja is not installed.
        OutputError: The page cannot be written.
    """
    sections = [
        Section(
            "The picture",
            [_png(annotated, "The picture, with what was read drawn in.", "What was read.")],
        )
    ]
    if ink is None or without_lines is None:
        sections.append(Section("Ink", [Words("Nothing on it is darker than the paper round it.")]))
    else:
        sections.append(
            Section(
                "Ink",
                [
                    _png(
                        _drawn(ink),
                        "The page without paper, light and shadows.",
                        "What is darker than the paper round it.",
                    ),
                    _png(
                        _drawn(without_lines),
                        "The same without printed lines.",
                        "Printed lines are taken off; what crosses them stays.",
                    ),
                ],
            )
        )
    sections.append(Section("Numbers and words", _group_blocks(groups)))
    lede = "From the picture to its numbers, step by step."
    return write_page(path, Page(title, lede, sections))


def _group_blocks(groups: Sequence[GroupStep]) -> list[Block]:
    if not groups:
        return [Words("There is nothing that may be a number.")]
    blocks: list[Block] = [
        Words(
            "Each strip is spelled first; then each digit is looked at by itself, 28 x 28 pixels "
            "large, and the bars are what both say together. What they lack to the full length "
            "is the doubt whether it is a digit at all."
        )
    ]
    for group in groups[:_MOST_GROUPS]:
        spelled = "".join(place.symbol for place in group.places) or "nothing"
        read = group.text or "no number"
        blocks.append(
            _png(
                _drawn(group.strip.astype(np.float32) / np.float32(255)),
                f"A strip spelled {spelled}, read as {read}.",
                f"Spelled `{spelled}`, read as `{read}`.",
                width=min(4 * group.strip.shape[1], _WIDEST),
            )
        )
        digits = [place for place in group.places if place.glyph is not None]
        if digits:
            blocks.append(Row([_bars(place) for place in digits]))
    if len(groups) > _MOST_GROUPS:
        blocks.append(Words(f"And {len(groups) - _MOST_GROUPS} more."))
    return blocks


def _bars(place: PlaceStep) -> Picture:
    """Return a glyph with a bar for each digit beside it."""
    glyph, digit = place.glyph, place.digit
    assert glyph is not None
    png = base64.b64encode(_drawn(glyph.astype(np.float32) / np.float32(255), enlarged=4)).decode()
    probabilities = np.zeros(10) if digit is None else digit.probabilities
    rows = []
    for value, share in enumerate(probabilities):
        top = 4 + 11 * value
        best = digit is not None and value == digit.guess
        colour = _GREY if not best else _GREEN if digit and digit.rejected is None else _RED
        rows.append(
            f'<text x="122" y="{top + 8}" font-size="10" fill="currentColor">{value}</text>'
            f'<rect x="134" y="{top}" width="{60 * float(share):.1f}" height="9" fill="{colour}"/>'
        )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 116" role="img">'
        f'<image href="data:image/png;base64,{png}" x="0" y="2" width="112" height="112"/>'
        + "".join(rows)
        + "</svg>"
    )
    if digit is None:
        words = "no digit"
    elif digit.rejected is None:
        words = f"{digit.value}, {100 * digit.confidence:.1f} %"
    else:
        words = f"{digit.rejected.replace('_', ' ')}; likeliest {digit.guess}"
    return Picture(alt=f"A glyph read as {words}.", caption=words, svg=svg, width=220)


def _png(content: bytes, alt: str, caption: str, width: int = _WIDEST) -> Picture:
    return Picture(alt=alt, caption=caption, png=base64.b64encode(content).decode(), width=width)


def _drawn(ink: NDArray[np.float32], enlarged: int = 1) -> bytes:
    """Return ink (h, w), 0 to 1, as a PNG, dark on white."""
    from PIL import Image

    image = Image.fromarray((255 - ink * 255).clip(0, 255).astype(np.uint8))
    if enlarged > 1:
        image = image.resize(
            (image.width * enlarged, image.height * enlarged), Image.Resampling.NEAREST
        )
    elif image.width > 2 * _WIDEST:
        image.thumbnail((2 * _WIDEST, 4 * _WIDEST))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
