"""Labelled pages as files: pictures, what each shows, and where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from tenfold.files import write_bytes, write_text
from tenfold.synthesis.pages import LabelledPage

__all__ = ["BOX_COLUMNS", "LABEL_COLUMNS", "write_pages"]

LABEL_COLUMNS = ("file", "text", "written", "kind", "touching", "grid")
"""Columns of labels.csv: the digits alone, all that is written, and what kind of page it is."""

BOX_COLUMNS = ("file", "line", "number", "written", "top", "left", "bottom", "right")
"""Columns of boxes.csv: where each number lies, in pixels."""

_QUALITY = 92  # of the JPEG files: far above that of the cameras that are drawn


def write_pages(pages: Iterable[LabelledPage], folder: Path) -> Iterator[Path]:
    """Write pages into a folder, with labels.csv and boxes.csv at the end, and give each's path.

    Args:
        pages: As `tenfold.synthesis.pages.draw_pages` gives them.
        folder: There already.

    Raises:
        OutputError: A file cannot be written.
    """
    labels, boxes = [], []
    for place, page in enumerate(pages):
        name = f"page-{place:05d}.jpg"
        write_bytes(folder / name, _as_jpeg(page))
        grid = "" if page.grid is None else f"{page.grid[0]}x{page.grid[1]}"
        labels.append(
            [name, page.text(), page.text(written=True), page.kind, int(page.touching), grid]
        )
        boxes += [
            [name, number.line + 1, number.text, number.written, *number.box]
            for number in page.numbers
        ]
        yield folder / name
    write_text(folder / "labels.csv", _as_csv(LABEL_COLUMNS, labels))
    write_text(folder / "boxes.csv", _as_csv(BOX_COLUMNS, boxes))


def _as_jpeg(page: LabelledPage) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(page.image).save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def _as_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()
