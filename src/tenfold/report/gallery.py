"""Figures on their way to a page: each drawn once, kept as a PNG file, and shown in the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tenfold.files import write_bytes
from tenfold.report.blocks import Picture
from tenfold.report.render import to_png, to_svg
from tenfold.report.style import Figure

__all__ = ["Gallery"]

_PIXELS_AN_INCH = 100  # of the page


@dataclass(frozen=True)
class Gallery:
    """The folder in which a report's figures are kept as PNG."""

    folder: Path

    def picture(
        self,
        name: str,
        figure: Figure,
        *,
        alt: str,
        caption: str,
        form: Literal["svg", "png"] = "svg",
        scrolls: bool = False,
    ) -> Picture:
        """Write ``figure`` to ``NAME.png`` and return it as a part of a page.

        Args:
            name: File name without its end; unlike any other of the page.
            figure: What to show.
            alt: What it shows, for those who do not see it.
            caption: The sentence below it.
            form: "svg" for curves and bars, sharp at any size; "png" for sheets of pixels.
            scrolls: Whether a narrow screen scrolls it rather than shrinking it.
        """
        png = to_png(figure)
        figure.set_layout_engine("none")  # arranged by now: a second time would double the work
        write_bytes(self.folder / f"{name}.png", png)
        vector = to_svg(figure, name) if form == "svg" else ""
        return Picture(
            alt=alt,
            caption=caption,
            svg=vector,
            png="" if vector else base64.b64encode(png).decode("ascii"),
            width=round(figure.get_figwidth() * _PIXELS_AN_INCH),
            scrolls=scrolls,
        )
