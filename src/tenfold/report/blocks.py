"""What a page consists of: plain frozen values, put into HTML by the templates.

Text may hold ``code`` between backticks and *emphasis* between asterisks; everything else, a name
with ``<script>`` in it too, is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

__all__ = ["Block", "Code", "Facts", "Note", "Page", "Picture", "Row", "Section", "Table", "Words"]


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    kind: ClassVar[str] = "words"
    text: str


@dataclass(frozen=True)
class Note:
    """A boxed remark with a heading of its own."""

    kind: ClassVar[str] = "note"
    title: str
    text: str


@dataclass(frozen=True)
class Code:
    """Lines shown as they were typed."""

    kind: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True)
class Facts:
    """A strip of key figures: label, figure, and a remark that may be empty."""

    kind: ClassVar[str] = "facts"
    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes:
        alt: What it shows, for those who do not see it.
        caption: The sentence below it.
        svg: The ``<svg>`` element, or empty.
        png: The PNG file in base64, or empty.
        width: Greatest width on the page in pixels.
        scrolls: Whether a narrow screen scrolls it rather than shrinking it beyond reading.
    """

    kind: ClassVar[str] = "picture"
    alt: str
    caption: str
    svg: str = ""
    png: str = ""
    width: int = 640
    scrolls: bool = False


@dataclass(frozen=True)
class Row:
    """Pictures side by side where the screen is wide enough."""

    kind: ClassVar[str] = "row"
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        caption: What the table shows.
        headings: One a column.
        rows: Cells of text, as many as headings.
        text_columns: Indexes of columns that hold words and are set to the left; the first always
            is. Others hold figures and are set to the right.
        links: Target of the first cell of each row; empty for none.
        collapsed: Whether it is folded away under its caption until it is asked for.
    """

    kind: ClassVar[str] = "table"
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    text_columns: Sequence[int] = ()
    links: Sequence[str] = ()
    collapsed: bool = False


Block = Words | Note | Code | Facts | Picture | Row | Table


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; ``part`` names the group it opens, if it opens one."""

    title: str
    blocks: Sequence[Block]
    part: str = ""


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        title: The page's heading, and the window's.
        lede: The sentence below it.
        facts: Key figures below that.
        sections: The rest, in order.
        footer: The last line.
        refresh_seconds: Pause after which a browser loads the page again; 0 for never.
        contents: Whether the sections are listed at the top.
    """

    title: str
    lede: str
    sections: Sequence[Section]
    facts: Sequence[tuple[str, str, str]] = field(default=())
    footer: str = "Made by tenfold."
    refresh_seconds: int = 0
    contents: bool = True
