"""Labelled pages: a folder of pictures, and what is written on each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tenfold.data.pictures import inside_folder, read_listing
from tenfold.errors import DataError

__all__ = ["PageLabel", "load_page_labels"]

_GRID = re.compile(r"([1-9]\d{0,2})x([1-9]\d{0,2})")


@dataclass(frozen=True, slots=True)
class PageLabel:
    """What is written on a picture.

    Attributes:
        file: As the list names it.
        path: Of the picture.
        text: ``|`` between lines, a space between numbers; empty where there is none. Of a table
            lines are rows and numbers cells, ``_`` where one is empty.
        grid: The rows and columns of a table; None of all else.
        kind: A word by which figures are grouped; empty without.
        touching: Whether digits on it may touch; None where that is not said.
    """

    file: str
    path: Path
    text: str
    grid: tuple[int, int] | None = None
    kind: str = ""
    touching: bool | None = None


def load_page_labels(folder: Path) -> list[PageLabel]:
    """Return the pictures that ``labels.csv`` in a folder lists, in its order.

    Its columns are file and text; and if any grid, such as 9x9, where a picture is a table, kind,
    and touching, 0 or 1. Others are passed over.

    Raises:
        DataError: The list is missing, empty or malformed, or names a file twice or outside the
            folder.
    """
    listing = folder / "labels.csv"
    columns, rows = read_listing(listing)
    if not {"file", "text"} <= set(columns):
        raise DataError(
            f"{listing}: must have the columns 'file' and 'text', but has "
            f"{', '.join(repr(column) for column in columns) or 'none'}"
        )
    if not rows:
        raise DataError(f"{listing}: must list at least one picture, but lists none")
    labels: dict[Path, PageLabel] = {}
    for where, row in rows:
        path = folder / inside_folder(row["file"], where)
        if path in labels:
            raise DataError(f"{where}: '{row['file']}' is listed a second time")
        labels[path] = PageLabel(
            file=row["file"],
            path=path,
            text=_text(row["text"], where),
            grid=_grid(row.get("grid", ""), where),
            kind=row.get("kind", "").strip(),
            touching=_touching(row.get("touching", ""), where),
        )
    return list(labels.values())


def _text(text: str, where: str) -> str:
    """Return a label; it must be of digits and what stands between them."""
    text = text.strip()
    strange = sorted(set(text) - set("0123456789 |_.,-"))
    if strange:
        raise DataError(
            f"{where}: text must be digits, with | between lines and a space between numbers, "
            f"but has {strange[0]!r}"
        )
    return text


def _grid(grid: str, where: str) -> tuple[int, int] | None:
    if not grid.strip():
        return None
    match = _GRID.fullmatch(grid.strip())
    if match is None:
        raise DataError(f"{where}: grid must be ROWSxCOLUMNS, such as 9x9, but is {grid!r}")
    return int(match[1]), int(match[2])


def _touching(flag: str, where: str) -> bool | None:
    match flag.strip():
        case "":
            return None
        case "0" | "1" as said:
            return said == "1"
    raise DataError(f"{where}: touching must be 0 or 1, but is {flag!r}")
