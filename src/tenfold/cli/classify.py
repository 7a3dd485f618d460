"""``tenfold classify``: one digit a picture."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from tenfold.cli.output import emit, row_formats
from tenfold.cli.pictures import (
    exit_code,
    named_picture,
    open_reader,
    picture_names,
    picture_options,
    picture_rows,
)

__all__ = ["classify"]


_FIELDS = ("value", "guess", "confidence", "probabilities", "rejected")  # of a digit, in a row


@click.command()
@picture_options
@row_formats
def classify(
    paths: tuple[str, ...],
    model: str,
    accuracy: float | None,
    threshold: float | None,
    polarity: Any,
    output: str,
) -> int:
    """Read the one digit in each PICTURE: a file, a folder of files, or - for standard input.

    What is blank, no digit or unsure is refused: its value is empty, and "rejected" says why. A
    picture that cannot be read is reported on stderr and the rest goes on; the exit code is
    then 1. With --json each row has all ten probabilities.

    \b
    Examples:
      tenfold classify seven.png
      tenfold classify scans/ --accuracy 0.999 --csv > digits.csv
      cat seven.png | tenfold classify - --model runs/conv-3 --json
    """
    reader = open_reader(model, accuracy, threshold)
    counts: Counter[bool] = Counter()  # of pictures that failed, and of others
    names = picture_names(paths)

    def classified(name: str) -> dict[str, Any]:
        (digit,) = reader.classify([named_picture(name)], polarity=polarity)
        values = digit.to_dict()
        return {field: values[field] for field in _FIELDS}

    unread = dict.fromkeys(_FIELDS)
    rows = picture_rows(names, classified, "path", unread, counts, output)
    columns = ("path", "value", "confidence", "guess", "rejected")
    if output != "text":
        emit(rows, output, (*columns, "error"))
    elif shown := [row for row in rows if row["error"] is None]:
        emit(shown, output, columns)
    return exit_code(counts)
