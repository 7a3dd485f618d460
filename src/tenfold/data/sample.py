"""A few labelled images as a folder of pictures, in a form that `load_labelled` reads back."""

from __future__ import annotations

import io
from pathlib import Path

from tenfold.files import write_bytes, write_text
from tenfold.values import Split

__all__ = ["write_sample"]


def write_sample(split: Split, count: int, folder: Path) -> list[Path]:
    """Write the first images of a split as PNG files, white on black, with a ``labels.csv``.

    Args:
        split: Where they are taken from.
        count: How many; all if there are fewer.
        folder: Where they go.

    Returns:
        The pictures' paths, in order.

    Raises:
        OutputError: The folder cannot be written.
    """
    from PIL import Image

    paths, rows = [], ["file,label"]
    for place in range(min(count, len(split))):
        path = folder / f"{place:05}.png"
        buffer = io.BytesIO()
        Image.fromarray(split.images[place]).save(buffer, "PNG")
        write_bytes(path, buffer.getvalue())
        rows.append(f"{path.name},{split.labels[place]}")
        paths.append(path)
    write_text(folder / "labels.csv", "\n".join(rows) + "\n")
    return paths
