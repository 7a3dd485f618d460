"""Labelled digits in CSV: one image a line, 784 columns of pixels and one of labels."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE, digits, pixels, squares, to_split
from tenfold.data.reading import MAX_BYTES
from tenfold.errors import DataError
from tenfold.files import open_regular
from tenfold.values import Split

__all__ = ["label_column", "read_csv", "refuse_twice"]

_PIXELS = SIDE * SIDE
_LABEL_NAMES = ("label", "labels", "class", "target")
_DELIMITERS = ",;\t"
# 785 headings of 80 letters each fit; a longer first line is no such table.
_LONGEST_HEADER = 2**16
_SEVERAL = 3  # values of a column in a block of lines, above which it may hold labels
_BLOCK_LINES = 2048
_NUMBERED = re.compile(r"(\D*)(\d{1,9})")


class _Layout(NamedTuple):
    delimiter: str
    label: int
    """Which column holds the label."""
    has_header: bool


def refuse_twice(columns: Sequence[str], name: str) -> None:
    """Raise a `DataError` where two columns of a file have one name."""
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise DataError(f"{name}: has the column '{twice[0]}' more than once; keep one of them")


def label_column(names: Sequence[str], name: str) -> int:
    """Return which of 785 columns holds the label, the others being pixels.

    Args:
        names: The headings.
        name: What messages call the file.

    Raises:
        DataError: Not exactly one is called label (or labels, class, target; in any case), there
            are not 784 others, or their numbers are out of order.
    """
    found = [i for i, text in enumerate(names) if text.strip().lower() in _LABEL_NAMES]
    if len(found) != 1:
        raise DataError(
            f"{name}: expected one column called 'label', found {len(found)} among {len(names)} "
            f"columns ({_abbreviated(names)}); name the column of the digits 'label'"
        )
    if len(names) != _PIXELS + 1:
        raise DataError(
            f"{name}: expected 784 columns of pixels beside the label, found {len(names) - 1}; "
            "leave out other columns"
        )
    _check_order([text.strip() for i, text in enumerate(names) if i != found[0]], name)
    return found[0]


def _check_order(headings: Sequence[str], name: str) -> None:
    """Refuse pixel0, pixel1, pixel10 ...: names that were sorted as text, and pixels with them."""
    parts = [_NUMBERED.fullmatch(heading) for heading in headings]
    if len({part and part[1] for part in parts}) != 1 or parts[0] is None:
        return  # other names, such as 1x1 to 28x28: they say nothing that could be checked
    numbers = [int(part[2]) for part in parts if part is not None]
    for place, (one, other) in enumerate(pairwise(numbers), start=1):
        if other <= one:
            raise DataError(
                f"{name}: expected the columns of pixels in the order of their numbers, found "
                f"'{headings[place]}' after '{headings[place - 1]}'; sort them by number"
            )


def read_csv(path: Path) -> Split:
    """Return the labelled digits in a CSV file.

    The first line names the columns, one of them ``label``; without such a line the label comes
    first. Columns are separated by commas, semicolons or tabs.

    Raises:
        DataError: It cannot be read, or a line has another number of columns, or something that is
            not a whole number in range; the message gives the line.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: is larger than {MAX_BYTES:,} bytes; split it")
        with io.TextIOWrapper(open_regular(path), encoding="utf-8-sig", newline="") as stream:
            layout = _layout(stream.readline(_LONGEST_HEADER), path)
            if not layout.has_header:
                stream.seek(0)
            blocks = list(_blocks(stream, layout, path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not text in UTF-8 ({error.reason}); save it as CSV") from error
    except csv.Error as error:
        raise DataError(f"{path}: is not a CSV file ({error}); save it as plain CSV") from error
    if not blocks:
        raise DataError(f"{path}: holds no images; expected a line for each after the header")
    images = np.concatenate([images for images, _ in blocks])
    return to_split(images, np.concatenate([labels for _, labels in blocks]), str(path))


def _layout(first: str, path: Path) -> _Layout:
    delimiter = max(_DELIMITERS, key=first.count)
    cells = next(csv.reader([first], delimiter=delimiter), [])
    if not all(_is_number(cell) for cell in cells):
        return _Layout(delimiter, label_column(cells, str(path)), has_header=True)
    if len(cells) != _PIXELS + 1:
        raise DataError(
            f"{path}: expected a label and 784 pixels on each line, found {len(cells)} columns; "
            "a first line may name the columns"
        )
    return _Layout(delimiter, 0, has_header=False)


def _blocks(
    stream: Iterable[str], layout: _Layout, path: Path
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Yield images and labels of some thousand lines at a time, which bounds the memory."""
    numbered = enumerate(stream, start=2 if layout.has_header else 1)
    filled = ((number, line) for number, line in numbered if line.strip())
    while block := list(islice(filled, _BLOCK_LINES)):
        numbers = [number for number, _ in block]

        def place(row: int, numbers: list[int] = numbers) -> str:
            return f"{path}: line {numbers[row]}"

        values = _numbers([line for _, line in block], layout, place)
        images = np.delete(values, layout.label, axis=1)
        if not layout.has_header:
            _refuse_label_last(values, place)
        yield squares(pixels(images, place), str(path)), digits(values[:, layout.label], place)


def _refuse_label_last(values: NDArray[np.float32], place: Any) -> None:
    """Refuse lines without headings whose last column looks like labels and whose first does not.

    The first pixel of most images is 0, as the last is: neither has many of the ten values.
    """
    first, last = (np.unique(values[:, column]) for column in (0, -1))
    if len(first) == 1 < _SEVERAL < len(last) and last.max() <= 9:
        raise DataError(
            f"{place(0)}: expected the label in the first column, where all are {first[0]:g}; "
            "name the columns in a first line if the label is the last"
        )


def _numbers(lines: list[str], layout: _Layout, place: Any) -> NDArray[np.float32]:
    try:
        values = np.loadtxt(
            lines, np.float32, comments=None, delimiter=layout.delimiter, quotechar='"', ndmin=2
        )
    except ValueError:
        values = np.empty((0, 0), np.float32)
    if values.shape == (len(lines), _PIXELS + 1):
        return values
    raise _fault(lines, layout, place)


def _fault(lines: list[str], layout: _Layout, place: Any) -> DataError:
    """Return what is wrong with a block that could not be read as a whole."""
    for row, line in enumerate(lines):
        cells = next(csv.reader([line], delimiter=layout.delimiter), [])
        if len(cells) != _PIXELS + 1:
            return DataError(f"{place(row)}: expected 785 columns, found {len(cells)}")
        for column, cell in enumerate(cells, start=1):
            if not _is_number(cell):
                return DataError(f"{place(row)}, column {column}: {cell!r} is not a number")
    return DataError(f"{place(0)}: these lines are not plain numbers; save them as plain CSV")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _abbreviated(names: Sequence[str]) -> str:
    shown = [repr(name[:20]) for name in names[:3]]
    return ", ".join([*shown, "..."] if len(names) > 3 else shown)
