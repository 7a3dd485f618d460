"""``tenfold classify``: one digit a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.answers import answer_options, tell_coverage
from tenfold.cli.output import emit, note, row_formats, warn, watched
from tenfold.cli.paths import MODEL
from tenfold.cli.pictures import named_picture, picture_names
from tenfold.errors import InputError
from tenfold.model.included import DEFAULT_MODEL

if TYPE_CHECKING:
    from tenfold.reader import Reader

__all__ = ["classify"]


_FIELDS = ("value", "guess", "confidence", "probabilities", "rejected")  # of a digit, in a row


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PICTURE...")
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="MODEL",
    type=MODEL,
    help="A model that comes with the package (tenfold models lists them), a model folder, or the "
    "run folder of a finished training.",
)
@answer_options
@click.option(
    "--polarity",
    type=click.Choice(["auto", "dark_ink", "bright_ink"]),
    default="auto",
    show_default=True,
    help="Whether ink is dark or bright; auto tells it from what is broad.",
)
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
    from tenfold.reader import Reader

    reader = Reader(model, accuracy=accuracy, threshold=threshold)
    tell_coverage(reader, asked=accuracy is not None or threshold is not None)
    counts: Counter[bool] = Counter()  # of pictures that failed, and of others
    names = picture_names(paths)
    rows = _rows(reader, names, polarity, counts)
    if output in ("text", "json") and len(names) > 1:  # these come all at once, in the end
        rows = watched(rows, len(names), "pictures")
    columns = ("path", "value", "confidence", "guess", "rejected")
    if output != "text":
        emit(rows, output, (*columns, "error"))
    elif shown := [row for row in rows if row["error"] is None]:
        emit(shown, output, columns)
    if counts[True]:
        note(f"failed: {counts[True]} of {counts.total()}")
    return 1 if counts[True] else 0


def _rows(
    reader: Reader, names: Sequence[str], polarity: Any, counts: Counter[bool]
) -> Iterator[dict[str, Any]]:
    """Give a row for each picture, and count whether it failed."""
    for name in names:
        row = _row(reader, name, polarity)
        counts[row["error"] is not None] += 1
        yield row


def _row(reader: Reader, name: str, polarity: Any) -> dict[str, Any]:
    try:
        (digit,) = reader.classify([named_picture(name)], polarity=polarity)
    except InputError as error:
        warn(str(error))
        return {"path": name, **dict.fromkeys(_FIELDS), "error": str(error)}
    values = digit.to_dict()
    return {"path": name, **{field: values[field] for field in _FIELDS}, "error": None}
