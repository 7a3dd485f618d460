"""A picture with what was read on it drawn in."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Box, Number

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

__all__ = ["annotated_png"]

_READ, _REFUSED = (22, 128, 60), (200, 40, 40)
_PAPER = 110  # of 255: ink is drawn paler, so that letters drawn in stand out
_TEXT = 0.4  # of a number's height
_SMALLEST, _LARGEST = 10, 48  # pixels high, of text
_LINE = 1.3  # of a text's height: with what hangs below it
_PEN = 0.03  # of a number's height


def annotated_png(page: NDArray[np.uint8], numbers: Iterable[Number]) -> bytes:
    """Return a page as a PNG, a box round each digit, and above each number what it was read as.

    What was read is green and comes with its confidence, what was refused is red; a number without
    digits, such as a cell with something else in it, has a box round the whole.

    Args:
        page: Shape (H, W), uint8, ink bright, as `tenfold.images.open_page` returns it.
        numbers: What was read on it.
    """
    from PIL import Image, ImageDraw

    pale = 255 - (page.astype(np.uint16) * (255 - _PAPER) // 255).astype(np.uint8)
    image = Image.fromarray(pale).convert("RGB")
    draw = ImageDraw.Draw(image)
    for number in numbers:
        for digit in number.digits:
            if digit.box is not None:
                _outline(draw, digit.box, _REFUSED if digit.rejected else _READ, number.box.height)
        refused = "?" in number.text
        if not any(digit.box is not None for digit in number.digits):
            _outline(draw, number.box, _REFUSED if refused else _READ, number.box.height)
        words = number.text if refused else f"{number.text}  {100 * number.confidence:.0f} %"
        _write(draw, number.box, words, _REFUSED if refused else _READ, image.size)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _outline(draw: ImageDraw, box: Box, colour: tuple[int, int, int], height: int) -> None:
    corners = (box.left - 1, box.top - 1, box.right, box.bottom)
    draw.rectangle(corners, outline=colour, width=max(round(_PEN * height), 1))


def _write(
    draw: ImageDraw, box: Box, words: str, colour: tuple[int, int, int], size: tuple[int, int]
) -> None:
    """Write words above a box, or below it where the picture ends above; never out of it."""
    from PIL import ImageFont

    high = min(max(round(_TEXT * box.height), _SMALLEST), _LARGEST)
    font = ImageFont.load_default(high)
    left = max(min(box.left, size[0] - round(draw.textlength(words, font))), 0)
    line = round(_LINE * high)
    above, lowest = box.top - line, max(size[1] - line, 0)
    draw.text((left, above if above >= 0 else min(box.bottom + 2, lowest)), words, colour, font)
