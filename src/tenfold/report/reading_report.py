"""The page on how well pictures with numbers are read."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tenfold.report.blocks import Block, Page, Picture, Section, Table, Words
from tenfold.report.page import write_page

__all__ = ["PictureRead", "write_reading_report"]


@dataclass(frozen=True)
class PictureRead:
    """A picture with what was read drawn in.

    Attributes:
        name: Of the file.
        label: What it shows.
        text: What was read.
        png: The picture.
    """

    name: str
    label: str
    text: str
    png: bytes


def write_reading_report(
    path: Path,
    *,
    title: str,
    facts: Sequence[tuple[str, str, str]],
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    worst: Sequence[PictureRead],
) -> Path:
    """Write the page.

    Args:
        path: Of the page.
        title: Its heading.
        facts: Key figures: label, figure, remark.
        headings: Of the table by kind of picture.
        rows: Of that table.
        worst: The pictures read worst, the worst first.

    Raises:
        MissingExtraError: Jinja is not installed.
        OutputError: The page cannot be written.
    """
    blocks: list[Block] = [
        Table(
            "Figures by kind of picture. A number counts as right where every digit of it is; the "
            "character error rate is the share of characters to change, add or take away.",
            headings,
            rows,
        )
    ]
    pictures: list[Block] = [
        Picture(
            alt=f"{one.name}: labelled {_shown(one.label)}, read {_shown(one.text)}.",
            caption=f"`{one.name}`: labelled `{_shown(one.label)}`, read `{_shown(one.text)}`.",
            png=base64.b64encode(one.png).decode(),
            width=760,
        )
        for one in worst
    ]
    none = Words("Every picture was read as its label says.")
    sections = [
        Section("Figures", blocks),
        Section("Pictures read worst", pictures or [none]),
    ]
    lede = "What was read is drawn in green with its confidence, what was refused in red."
    return write_page(path, Page(title, lede, sections, facts=facts))


def _shown(text: str) -> str:
    return text.replace("\n", "|").replace("`", "'") or "no number"
